/** What becomes of a run: faults of our own, a clock that jumps, wishes, cancelling, a restart. Judges no host. */

import { describe, expect, test } from "bun:test";
import { findLastSweep } from "../../src/store/next-address.ts";
import { enqueueRun, findOpenRun, findRun } from "../../src/store/runs.ts";
import { findSubnet } from "../../src/store/subnets.ts";
import { address } from "../helpers/network.ts";
import { many, stage } from "../helpers/sweeping.ts";

describe("our own fault", () => {
	test("a sweep that fails changes no host, is told once, and again when it recovers", async () => {
		const s = stage("10.0.0.1");
		const id = s.subnet("10.0.0.0/29");
		await s.tick();
		const samples = s.db.query("SELECT count(*) AS n FROM host_status").get();
		s.network.fault = "Sending is not permitted.";
		await s.run(190);
		expect(s.host("10.0.0.1")?.status).toBe("up");
		expect(s.db.query("SELECT count(*) AS n FROM host_status").get()).toEqual(samples);
		expect(findSubnet(s.db, id)?.lastSweepProblem).toBe("Sending is not permitted.");
		s.network.fault = undefined;
		await s.run(61);
		expect(s.kinds()).toEqual(["hosts_found", "sweep_failed", "sweep_recovered"]);
		// However many sweeps of it failed.
		expect(s.logged).toEqual(["sweep failed", "sweep works again"]);
		expect(findSubnet(s.db, id)?.lastSweepProblem).toBeUndefined();
	});

	test("a sweep that fails half-way tells of all that it recorded, and leaves nobody suspected", async () => {
		const s = stage(...many(100));
		s.network.batch = 64;
		s.network.faultAfter = 1;
		s.subnet("10.0.0.0/24");
		await s.tick();
		const told = () => s.db.query("SELECT kind, detail_json ->> '$.hosts' AS hosts FROM event").values();
		const found = (s.db.query("SELECT count(*) AS n FROM host").get() as { n: number }).n;
		expect(found).toBeWithin(1, 65);
		expect(told()).toEqual([
			["hosts_found", found],
			["sweep_failed", null],
		]);
		s.network.faultAfter = undefined;
		await s.run(61);
		expect(told().slice(2)).toEqual([
			["hosts_found", 100 - found],
			["sweep_recovered", null],
		]);
		s.network.faultAfter = 1;
		for (const ip of many(3)) s.network.alive.delete(address(ip));
		await s.run(60);
		expect(s.db.query("SELECT count(*) AS n FROM host WHERE suspect_since > 0").get()).toEqual({ n: 0 });
		s.network.faultAfter = undefined;
		await s.run(85);
		expect(s.host("10.0.0.2")?.status).toBe("down");
	});

	test("a sweep that lost replies on our side ends well, but shows no address to be free", async () => {
		const s = stage("10.0.0.1");
		const id = s.subnet("10.0.0.0/29");
		s.network.lost = 3;
		await s.tick();
		expect(findSubnet(s.db, id)).toMatchObject({ lastSweepAt: s.clock.now(), lastSweepProblem: undefined });
		expect(findLastSweep(s.db, id)).toBeUndefined();
		s.network.lost = 0;
		await s.run(61);
		expect(findLastSweep(s.db, id)).toMatchObject({ asked: 6 });
		expect(s.kinds()).toEqual(["hosts_found"]);
	});

	test("a fault during confirmation leaves the host up and unsuspected", async () => {
		const s = stage("10.0.0.1", "10.0.0.2");
		s.subnet("10.0.0.0/29");
		await s.tick();
		s.network.alive.delete(address("10.0.0.2"));
		await s.run(61);
		s.network.fault = "No route.";
		await s.clock.advance(20_000);
		expect(s.host("10.0.0.2")?.status).toBe("up");
		expect(s.host("10.0.0.2")?.suspectSince).toBeUndefined();
	});
});

describe("the clock", () => {
	test("set back by hours: sweeps go on", async () => {
		const s = stage("10.0.0.1");
		s.subnet("10.0.0.0/29");
		await s.tick();
		s.clock.setWall(s.clock.now() - 7_200_000);
		await s.run(70);
		expect(s.network.asked.length).toBeGreaterThan(1);
	});
});

describe("the queue", () => {
	test("a wish goes before the schedule and is covered whole", async () => {
		const s = stage();
		const id = s.subnet("10.0.0.0/14");
		await s.tick();
		const run = enqueueRun(s.db, id, s.clock.now());
		await s.tick();
		expect(s.network.asked.at(-1)).toHaveLength(262_142);
		expect(findRun(s.db, run)?.state).toBe("done");
	});

	test("one subnet is never swept twice at a time", async () => {
		const s = stage();
		const id = s.subnet("10.0.0.0/29", 10);
		let release = () => {};
		s.network.hold = new Promise((resolve) => {
			release = resolve;
		});
		await s.run(60);
		expect(s.network.asked).toHaveLength(1);
		expect(() => enqueueRun(s.db, id, s.clock.now())).toThrow();
		release();
		await s.clock.advance(0);
		expect(findOpenRun(s.db, id)).toBeUndefined();
	});

	test("a sweep that is cancelled ends without judging anybody", async () => {
		const s = stage("10.0.0.1");
		const id = s.subnet("10.0.0.0/29");
		await s.tick();
		let release = () => {};
		s.network.hold = new Promise((resolve) => {
			release = resolve;
		});
		s.network.alive.clear();
		await s.run(60);
		await s.tick();
		const open = findOpenRun(s.db, id);
		s.db.query("UPDATE sweep_run SET cancel_asked = 1 WHERE id = ?").run(open?.id ?? 0);
		await s.tick();
		release();
		await s.clock.advance(30_000);
		expect(findRun(s.db, open?.id ?? 0)?.state).toBe("cancelled");
		expect(s.host("10.0.0.1")?.status).toBe("up");
	});

	test("a deleted subnet's sweep ends quietly", async () => {
		const s = stage("10.0.0.1");
		const id = s.subnet("10.0.0.0/29");
		let release = () => {};
		s.network.hold = new Promise((resolve) => {
			release = resolve;
		});
		await s.tick();
		s.db.query("DELETE FROM subnet WHERE id = ?").run(id);
		release();
		await s.clock.advance(0);
		expect(s.db.query("SELECT count(*) AS n FROM host").get()).toEqual({ n: 0 });
		expect(s.kinds()).toEqual([]);
	});

	test("a restart closes what was open, forgets suspicion and spreads what is overdue", async () => {
		const s = stage("10.0.0.1");
		const ids = Array.from({ length: 20 }, (_, i) => s.subnet(`10.0.${i}.0/29`));
		await s.run(5);
		s.network.hold = new Promise(() => {});
		await s.run(60);
		await s.tick();
		expect(findOpenRun(s.db, ids[0] ?? 0)?.state).toBe("running");
		s.db.query("UPDATE host SET suspect_since = 1").run();
		s.clock.setWall(s.clock.now() + 3_600_000);
		s.network.hold = undefined;
		s.network.asked.length = 0;
		const again = s.restart();
		expect(s.host("10.0.0.1")?.suspectSince).toBeUndefined();
		expect(s.db.query("SELECT count(*) AS n FROM sweep_run WHERE state = 'interrupted'").get()).toEqual({
			n: 20,
		});
		again.tick();
		await s.clock.advance(0);
		expect(s.network.asked).toHaveLength(0);
		for (let i = 0; i < 12; i++) {
			again.tick();
			await s.clock.advance(1_000);
		}
		expect(s.network.asked).toHaveLength(20);
	});
});
