/** Deliveries against real receivers: retries in their rhythm, order, independence, and what a crash leaves behind. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RETRY_MS, retryAfter } from "../../src/model/webhook.ts";
import { openDatabase } from "../../src/store/database.ts";
import { listDeliveries, queueTest, resendDelivery } from "../../src/store/deliveries.ts";
import { listEvents } from "../../src/store/events.ts";
import { deleteWebhook, findWebhook } from "../../src/store/webhooks.ts";
import { type HookStage, hookStage } from "../helpers/hooks.ts";
import { PATIENCE_MS, until } from "../helpers/patience.ts";
import { deadUrl, rawReceiver, receiver } from "../helpers/receiver.ts";

let stage: HookStage;
const stops: (() => void)[] = [];
beforeEach(() => {
	stage = hookStage();
});
afterEach(() => {
	for (const stop of stops.splice(0)) stop();
});

function serve(answer: (n: number) => Response | Promise<Response>) {
	const made = receiver(answer);
	stops.push(made.stop);
	return made;
}
const status = (code: number) => new Response(null, { status: code });
const ids = (hook: ReturnType<typeof receiver>) =>
	hook.received.map(({ headers }) => headers.get("webhook-id"));
const labels = (hook: ReturnType<typeof receiver>) =>
	hook.received.map(({ body }) => (JSON.parse(body) as { label: string }).label);

/** Ticks until nothing is under way. */
async function turn(deliverer: ReturnType<HookStage["deliverer"]>): Promise<void> {
	deliverer.tick();
	await deliverer.idle();
}

describe("delivery", () => {
	test("several messages arrive in their order, once, and are noted with status and time", async () => {
		const receiving = serve(() => status(202));
		const hook = stage.hook(receiving.url);
		for (const label of ["a", "b", "c"]) stage.happen("host_down", { label });
		const deliverer = stage.deliverer();
		await turn(deliverer);
		await turn(deliverer);
		expect(labels(receiving)).toEqual(["a", "b", "c"]);
		for (const delivery of stage.deliveries(hook)) {
			expect(delivery).toMatchObject({ state: "delivered", attempts: 1, status: 202, problem: undefined });
			expect(delivery.answerMs).toBeWithin(0, PATIENCE_MS);
			expect(delivery.nextAt).toBeUndefined();
		}
	});

	test("500, then well: the same id and body again after the wait, not before", async () => {
		const receiving = serve((n) => status(n === 0 ? 500 : 200));
		const hook = stage.hook(receiving.url);
		stage.happen("host_down", { label: "a" });
		const deliverer = stage.deliverer();
		await turn(deliverer);
		expect(stage.deliveries(hook)[0]).toMatchObject({
			state: "waiting",
			attempts: 1,
			status: 500,
			problem: "It answered 500.",
			nextAt: stage.clock.now() + 5_000,
		});
		await stage.clock.advance(4_999);
		await turn(deliverer);
		expect(receiving.received).toHaveLength(1);
		await stage.clock.advance(1);
		await turn(deliverer);
		expect(stage.deliveries(hook)[0]).toMatchObject({ state: "delivered", attempts: 2, status: 200 });
		expect(ids(receiving)[0]).toBe(ids(receiving)[1] ?? "");
		expect(receiving.received[0]?.body).toBe(receiving.received[1]?.body ?? "");
		const stamps = receiving.received.map(({ headers }) => Number(headers.get("webhook-timestamp")));
		expect((stamps[1] ?? 0) - (stamps[0] ?? 0)).toBe(5);
	});

	test("seven attempts over 17 hours, then it is given up", async () => {
		const hook = stage.hook(await deadUrl());
		stage.happen("host_down");
		const deliverer = stage.deliverer();
		const waits: number[] = [];
		for (let attempt = 0; attempt < 7; attempt++) {
			await turn(deliverer);
			const nextAt = stage.deliveries(hook)[0]?.nextAt;
			if (nextAt === undefined) break;
			waits.push(nextAt - stage.clock.now());
			await stage.clock.advance(nextAt - stage.clock.now());
		}
		expect(waits).toEqual([...RETRY_MS]);
		expect(stage.deliveries(hook)[0]).toMatchObject({ state: "dead", attempts: 7, nextAt: undefined });
		expect(stage.deliveries(hook)[0]?.problem).toBe("It refused the connection.");
		await stage.clock.advance(86_400_000);
		await turn(deliverer);
		expect(stage.deliveries(hook)[0]?.attempts).toBe(7);
	});

	test.each([
		[1, 0, 4_000],
		[1, 0.5, 5_000],
		[1, 0.999_999, 6_000],
		[6, 0.5, 36_000_000],
		[7, 0.5, undefined],
	])("after %d failures and the dice at %d the wait is %s ms", (attempts, dice, ms) => {
		expect(retryAfter(attempts, dice)).toBe(ms);
	});

	test("a receiver that asks for patience gets it, within bounds", async () => {
		const receiving = serve(
			(n) => new Response(null, { status: 429, headers: { "retry-after": n === 0 ? "600" : "999999" } }),
		);
		const hook = stage.hook(receiving.url);
		stage.happen("host_down");
		const deliverer = stage.deliverer();
		await turn(deliverer);
		expect(stage.deliveries(hook)[0]?.nextAt).toBe(stage.clock.now() + 600_000);
		await stage.clock.advance(600_000);
		await turn(deliverer);
		expect(stage.deliveries(hook)[0]?.nextAt).toBe(stage.clock.now() + 36_000_000);
	});

	test("410 switches the webhook off and gives up what waits", async () => {
		const receiving = serve(() => status(410));
		const hook = stage.hook(receiving.url);
		stage.happen("host_down");
		stage.happen("host_up");
		await turn(stage.deliverer());
		expect(findWebhook(stage.db, hook)).toMatchObject({ enabled: false });
		expect(stage.deliveries(hook).map(({ state }) => state)).toEqual(["dead", "dead"]);
		expect(receiving.received).toHaveLength(1);
		const { name = "" } = findWebhook(stage.db, hook) ?? {};
		expect(listEvents(stage.db, { limit: 1 })).toMatchObject([
			{ kind: "webhook_edited", label: name, detail: { field: "messages", old: "on", new: "off" } },
		]);
		stage.happen("host_down");
		expect(stage.deliveries(hook)).toHaveLength(2);
	});

	test("a receiver that is back gets all that waited at once, in order", async () => {
		let well = false;
		const receiving = serve(() => status(well ? 200 : 503));
		const hook = stage.hook(receiving.url);
		const deliverer = stage.deliverer();
		for (const label of ["a", "b", "c"]) stage.happen("host_down", { label });
		await turn(deliverer);
		await stage.clock.advance(5_000);
		await turn(deliverer);
		expect(stage.deliveries(hook).map(({ attempts }) => attempts)).toEqual([2, 2, 2]);
		well = true;
		receiving.received.length = 0;
		await stage.clock.advance(300_000);
		await turn(deliverer);
		expect(labels(receiving)).toEqual(["a", "b", "c"]);
	});

	test("news of a host never overtakes older news of the same host; that of others goes on", async () => {
		let well = false;
		const receiving = serve(() => status(well ? 200 : 503));
		const hook = stage.hook(receiving.url);
		const lan = stage.subnet("10.0.0.0/24");
		const [nas, lamp] = [stage.host("10.0.0.1", lan), stage.host("10.0.0.2", lan)];
		const deliverer = stage.deliverer();
		stage.happen("host_down", { hostId: nas, label: "nas down" });
		for (let i = 0; i < 3; i++) {
			await turn(deliverer);
			await stage.clock.advance(i === 0 ? 5_000 : 300_000);
		}
		await turn(deliverer);
		const before = stage.deliveries(hook)[0];
		expect(before).toMatchObject({ attempts: 3 });
		// Half a minute later it comes back: the older message is tried first, which counts for nothing.
		await stage.clock.advance(30_000);
		receiving.received.length = 0;
		stage.happen("host_up", { hostId: nas, label: "nas up" });
		await turn(deliverer);
		expect(labels(receiving)).toEqual(["nas down"]);
		expect(stage.deliveries(hook)[0]).toMatchObject({ attempts: 3, nextAt: before?.nextAt });
		expect(stage.deliveries(hook)[1]).toMatchObject({ attempts: 0, nextAt: before?.nextAt });
		well = true;
		receiving.received.length = 0;
		stage.happen("host_down", { hostId: lamp, label: "lamp down" });
		stage.happen("host_down", { hostId: nas, label: "nas down again" });
		await turn(deliverer);
		expect(labels(receiving)).toEqual(["lamp down", "nas down", "nas up", "nas down again"]);
	});

	test.each<[number, string]>([
		[503, "delivered 2"],
		[400, "waiting 1"],
	])("after %d the first message that is taken leaves the older one %s", async (first, older) => {
		const receiving = serve((n) => status(n === 0 ? first : 200));
		const hook = stage.hook(receiving.url);
		const deliverer = stage.deliverer();
		stage.happen("host_down", { label: "older" });
		await turn(deliverer);
		queueTest(stage.db, hook, stage.clock.now());
		await turn(deliverer);
		expect(stage.deliveries(hook).map(({ state, attempts }) => `${state} ${attempts}`)).toEqual([
			older,
			"delivered 1",
		]);
	});

	test("a test goes at once, whatever waits", async () => {
		const receiving = serve((n) => status(n < 2 ? 500 : 200));
		const hook = stage.hook(receiving.url);
		const deliverer = stage.deliverer();
		stage.happen("subnet_down", { label: "Test" });
		await turn(deliverer);
		for (let i = 0; i < 2; i++) {
			queueTest(stage.db, hook, stage.clock.now());
			await turn(deliverer);
		}
		expect(stage.deliveries(hook).map(({ state, attempts }) => `${state} ${attempts}`)).toEqual([
			"waiting 1",
			"waiting 1",
			"delivered 1",
		]);
	});

	test("a message that a receiver refuses for ever holds up those about the same, until it is given up", async () => {
		const receiving = serve(() => status(400));
		const hook = stage.hook(receiving.url);
		const lan = stage.subnet("10.0.0.0/24");
		const nas = stage.host("10.0.0.1", lan);
		stage.happen("host_down", { hostId: nas });
		stage.happen("host_up", { hostId: nas });
		const deliverer = stage.deliverer();
		for (let attempt = 0; attempt < 7; attempt++) {
			await turn(deliverer);
			expect(stage.deliveries(hook).map(({ attempts }) => attempts)).toEqual([
				attempt + 1,
				attempt < 6 ? 0 : 1,
			]);
			const nextAt = stage.deliveries(hook)[0]?.nextAt ?? stage.clock.now();
			await stage.clock.advance(nextAt - stage.clock.now());
		}
		expect(stage.deliveries(hook).map(({ state }) => state)).toEqual(["dead", "waiting"]);
	});

	test("a clock that is set back holds nothing up", async () => {
		const receiving = serve((n) => status(n === 0 ? 500 : 200));
		const hook = stage.hook(receiving.url);
		stage.happen("host_down");
		const deliverer = stage.deliverer();
		await turn(deliverer);
		stage.clock.setWall(stage.clock.now() - 30 * 86_400_000);
		await turn(deliverer);
		expect(stage.deliveries(hook)[0]).toMatchObject({ state: "delivered" });
	});

	test("sent again: from the start, under the same id", async () => {
		const receiving = serve(() => status(200));
		const hook = stage.hook(receiving.url);
		stage.happen("host_down");
		const deliverer = stage.deliverer();
		await turn(deliverer);
		expect(resendDelivery(stage.db, hook, 1, stage.clock.now())).toBe(true);
		expect(resendDelivery(stage.db, hook + 1, 1, stage.clock.now())).toBe(false);
		await turn(deliverer);
		expect(receiving.received).toHaveLength(2);
		expect(new Set(ids(receiving)).size).toBe(1);
	});

	test("a test message arrives like any other", async () => {
		const receiving = serve(() => status(200));
		queueTest(stage.db, stage.hook(receiving.url), stage.clock.now());
		await turn(stage.deliverer());
		expect(JSON.parse(receiving.received[0]?.body ?? "")).toMatchObject({
			type: "test",
			host: null,
			subnet: null,
		});
	});
});

describe("one does not disturb the other", () => {
	test("while one hangs, the other hears at once; never two requests to one", async () => {
		let open = 0;
		let most = 0;
		const hanging = await rawReceiver(() => {
			open += 1;
			most = Math.max(most, open);
		});
		stops.push(hanging.stop);
		const well = serve(() => status(200));
		const slow = stage.hook(hanging.url);
		stage.hook(well.url);
		for (let n = 0; n < 3; n++) stage.happen("host_down", { label: String(n) });
		const deliverer = stage.deliverer({ timeoutMs: 2 * PATIENCE_MS });
		await until(() => {
			deliverer.tick();
			return well.received.length === 3;
		}, "the other one got all three");
		expect(labels(well)).toEqual(["0", "1", "2"]);
		expect(most).toBe(1);
		await deliverer.close();
		expect(stage.deliveries(slow).map(({ attempts, state }) => `${attempts} ${state}`)).toEqual(
			Array(3).fill("0 waiting"),
		);
	});

	test("a webhook deleted while its message is on the way leaves nothing behind", async () => {
		let id = 0;
		const receiving = serve(() => {
			deleteWebhook(stage.db, id);
			return status(200);
		});
		id = stage.hook(receiving.url);
		stage.happen("host_down");
		stage.happen("host_up");
		await turn(stage.deliverer());
		expect(receiving.received).toHaveLength(1);
		expect(stage.deliveries(id)).toEqual([]);
	});

	test("a database that fails at the end of a delivery: noted when it can be, and sent only once", async () => {
		const receiving = serve(() => status(200));
		stage.hook(receiving.url);
		stage.happen("host_down");
		stage.db.run(
			"CREATE TRIGGER broken BEFORE UPDATE ON webhook_delivery BEGIN SELECT raise(ABORT, 'disk full'); END",
		);
		stage.happen("host_up");
		const deliverer = stage.deliverer();
		for (let i = 0; i < 5; i++) await turn(deliverer);
		expect(receiving.received).toHaveLength(1);
		stage.db.run("DROP TRIGGER broken");
		await turn(deliverer);
		expect(receiving.received).toHaveLength(2);
		expect(stage.deliveries(1).map(({ state, attempts }) => `${state} ${attempts}`)).toEqual([
			"delivered 1",
			"delivered 1",
		]);
	});
});

describe("kill -9", () => {
	test("between the answer and the note of it: the next process sends the same id again", async () => {
		const folder = mkdtempSync(join(tmpdir(), "rollcall-hooks-"));
		stops.push(() => rmSync(folder, { recursive: true, force: true }));
		const path = join(folder, "a.db");
		const on = hookStage(path);
		let child: ReturnType<typeof Bun.spawn> | undefined;
		// The first message is read, and its sender killed before it hears that.
		const receiving = serve((n) => {
			if (n === 0) child?.kill("SIGKILL");
			return status(200);
		});
		const hook = on.hook(receiving.url);
		on.happen("host_down", { label: "a" });
		on.happen("host_up", { label: "b" });
		const run = async () => {
			child = Bun.spawn([process.execPath, join(import.meta.dir, "../helpers/deliver-entry.ts"), path], {
				stdout: "ignore",
				stderr: "inherit",
			});
			return child.exited;
		};
		expect(await run()).not.toBe(0);
		expect(listDeliveries(on.db, hook, { limit: 9 }).map(({ state }) => state)).toEqual([
			"waiting",
			"waiting",
		]);
		expect(await run()).toBe(0);
		expect(labels(receiving)).toEqual(["a", "a", "b"]);
		expect(ids(receiving)[0]).toBe(ids(receiving)[1] ?? "");
		on.db.close();
		const after = openDatabase(path, { busyMs: 100 });
		expect(listDeliveries(after, hook, { limit: 9 }).map(({ state }) => state)).toEqual([
			"delivered",
			"delivered",
		]);
		after.close();
	});
});
