/** A delivery against a real receiver: its rhythm of tries, what ends it, and what a crash leaves behind. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RETRY_MS, retryAfter } from "../../src/model/webhook.ts";
import { openDatabase } from "../../src/store/database.ts";
import { listDeliveries, queueTest, resendDelivery } from "../../src/store/deliveries.ts";
import { listEvents } from "../../src/store/events.ts";
import { findWebhook } from "../../src/store/webhooks.ts";
import { type HookStage, hookStage, turn } from "../helpers/hooks.ts";
import { deadUrl, idsOf, labelsOf, openReceivers, status } from "../helpers/receiver.ts";

let stage: HookStage;
const receivers = openReceivers();
beforeEach(() => {
	stage = hookStage();
});
afterEach(() => receivers.stop());

describe("delivery", () => {
	test("500, then well: the same id and body again after the wait, not before", async () => {
		const receiving = receivers.serve((n) => status(n === 0 ? 500 : 200));
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
		expect(idsOf(receiving)[0]).toBe(idsOf(receiving)[1] ?? "");
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
		const receiving = receivers.serve(
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
		const receiving = receivers.serve(() => status(410));
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

	test("a clock that is set back holds nothing up", async () => {
		const receiving = receivers.serve((n) => status(n === 0 ? 500 : 200));
		const hook = stage.hook(receiving.url);
		stage.happen("host_down");
		const deliverer = stage.deliverer();
		await turn(deliverer);
		stage.clock.setWall(stage.clock.now() - 30 * 86_400_000);
		await turn(deliverer);
		expect(stage.deliveries(hook)[0]).toMatchObject({ state: "delivered" });
	});

	test("sent again: from the start, under the same id", async () => {
		const receiving = receivers.serve(() => status(200));
		const hook = stage.hook(receiving.url);
		stage.happen("host_down");
		const deliverer = stage.deliverer();
		await turn(deliverer);
		expect(resendDelivery(stage.db, hook, 1, stage.clock.now())).toBe(true);
		expect(resendDelivery(stage.db, hook + 1, 1, stage.clock.now())).toBe(false);
		await turn(deliverer);
		expect(receiving.received).toHaveLength(2);
		expect(new Set(idsOf(receiving)).size).toBe(1);
	});

	test("a test message arrives like any other", async () => {
		const receiving = receivers.serve(() => status(200));
		queueTest(stage.db, stage.hook(receiving.url), stage.clock.now());
		await turn(stage.deliverer());
		expect(JSON.parse(receiving.received[0]?.body ?? "")).toMatchObject({
			type: "test",
			host: null,
			subnet: null,
		});
	});
});

describe("kill -9", () => {
	test("between the answer and the note of it: the next process sends the same id again", async () => {
		const folder = mkdtempSync(join(tmpdir(), "rollcall-hooks-"));
		receivers.also(() => rmSync(folder, { recursive: true, force: true }));
		const path = join(folder, "a.db");
		const on = hookStage(path);
		let child: ReturnType<typeof Bun.spawn> | undefined;
		// The first message is read, and its sender killed before it hears that.
		const receiving = receivers.serve((n) => {
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
		expect(labelsOf(receiving)).toEqual(["a", "a", "b"]);
		expect(idsOf(receiving)[0]).toBe(idsOf(receiving)[1] ?? "");
		on.db.close();
		const after = openDatabase(path, { busyMs: 100 });
		expect(listDeliveries(after, hook, { limit: 9 }).map(({ state }) => state)).toEqual([
			"delivered",
			"delivered",
		]);
		after.close();
	});
});
