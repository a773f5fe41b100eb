/** In which order messages arrive: news of one host never overtakes itself, nobody waits for another's trouble. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { queueTest } from "../../src/store/deliveries.ts";
import { deleteWebhook } from "../../src/store/webhooks.ts";
import { type HookStage, hookStage, turn } from "../helpers/hooks.ts";
import { PATIENCE_MS, until } from "../helpers/patience.ts";
import { labelsOf, openReceivers, status } from "../helpers/receiver.ts";

let stage: HookStage;
const receivers = openReceivers();
beforeEach(() => {
	stage = hookStage();
});
afterEach(() => receivers.stop());

describe("order", () => {
	test("several messages arrive in their order, once, and are noted with status and time", async () => {
		const receiving = receivers.serve(() => status(202));
		const hook = stage.hook(receiving.url);
		for (const label of ["a", "b", "c"]) stage.happen("host_down", { label });
		const deliverer = stage.deliverer();
		await turn(deliverer);
		await turn(deliverer);
		expect(labelsOf(receiving)).toEqual(["a", "b", "c"]);
		for (const delivery of stage.deliveries(hook)) {
			expect(delivery).toMatchObject({ state: "delivered", attempts: 1, status: 202, problem: undefined });
			expect(delivery.answerMs).toBeWithin(0, PATIENCE_MS);
			expect(delivery.nextAt).toBeUndefined();
		}
	});

	test("a receiver that is back gets all that waited at once, in order", async () => {
		let well = false;
		const receiving = receivers.serve(() => status(well ? 200 : 503));
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
		expect(labelsOf(receiving)).toEqual(["a", "b", "c"]);
	});

	test("news of a host never overtakes older news of the same host; that of others goes on", async () => {
		let well = false;
		const receiving = receivers.serve(() => status(well ? 200 : 503));
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
		expect(labelsOf(receiving)).toEqual(["nas down"]);
		expect(stage.deliveries(hook)[0]).toMatchObject({ attempts: 3, nextAt: before?.nextAt });
		expect(stage.deliveries(hook)[1]).toMatchObject({ attempts: 0, nextAt: before?.nextAt });
		well = true;
		receiving.received.length = 0;
		stage.happen("host_down", { hostId: lamp, label: "lamp down" });
		stage.happen("host_down", { hostId: nas, label: "nas down again" });
		await turn(deliverer);
		expect(labelsOf(receiving)).toEqual(["lamp down", "nas down", "nas up", "nas down again"]);
	});

	test.each<[number, string]>([
		[503, "delivered 2"],
		[400, "waiting 1"],
	])("after %d the first message that is taken leaves the older one %s", async (first, older) => {
		const receiving = receivers.serve((n) => status(n === 0 ? first : 200));
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
		const receiving = receivers.serve((n) => status(n < 2 ? 500 : 200));
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
		const receiving = receivers.serve(() => status(400));
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
});

describe("one does not disturb the other", () => {
	test("while one hangs, the other hears at once; never two requests to one", async () => {
		let open = 0;
		let most = 0;
		const hanging = await receivers.raw(() => {
			open += 1;
			most = Math.max(most, open);
		});
		const well = receivers.serve(() => status(200));
		const slow = stage.hook(hanging.url);
		stage.hook(well.url);
		for (let n = 0; n < 3; n++) stage.happen("host_down", { label: String(n) });
		const deliverer = stage.deliverer({ timeoutMs: 2 * PATIENCE_MS });
		await until(() => {
			deliverer.tick();
			return well.received.length === 3;
		}, "the other one got all three");
		expect(labelsOf(well)).toEqual(["0", "1", "2"]);
		expect(most).toBe(1);
		await deliverer.close();
		expect(stage.deliveries(slow).map(({ attempts, state }) => `${attempts} ${state}`)).toEqual(
			Array(3).fill("0 waiting"),
		);
	});

	test("a webhook deleted while its message is on the way leaves nothing behind", async () => {
		let id = 0;
		const receiving = receivers.serve(() => {
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
		const receiving = receivers.serve(() => status(200));
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
