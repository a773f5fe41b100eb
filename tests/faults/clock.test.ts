/**
 * The wall clock, misbehaving (fault F-26): set forward, back, to 1970 and past 2038, a machine that slept, summer time.
 * No storm, no burst of sweeps made up for, nobody down, nothing pruned that is not old.
 */

import { describe, expect, test } from "bun:test";
import { Cron } from "croner";
import { address } from "../helpers/network.ts";
import { stage } from "../helpers/sweeping.ts";

const HOUR_MS = 3_600_000;
const TEN = Array.from({ length: 10 }, (_, i) => `10.0.0.${i + 1}`);

describe("a step of the clock between two sweeps", () => {
	test.each([
		["an hour forward", (now: number) => now + HOUR_MS],
		["an hour back", (now: number) => now - HOUR_MS],
		["8 hours forward: the machine slept", (now: number) => now + 8 * HOUR_MS],
		["to 1970", () => 1_000],
		["past 2038", () => Date.UTC(2039, 0, 1)],
		["ten seconds back, as NTP does", (now: number) => now - 10_000],
	])("%s: nobody is down, sweeps go on at their pace", async (_, to) => {
		const s = stage(...TEN);
		const id = s.subnet("10.0.0.0/28");
		await s.run(130);
		s.network.asked.length = 0;
		s.clock.setWall(to(s.clock.now()));
		await s.run(190);
		// Every minute one, and one more where the step made it due: never one for each that was missed.
		expect(s.network.asked.length).toBeWithin(3, 6);
		expect(s.kinds()).toEqual(["hosts_found"]);
		const states = s.db.query("SELECT DISTINCT status FROM host").all();
		expect(states).toEqual([{ status: "up" }]);
		const run = s.db.query("SELECT last_sweep_at AS at FROM subnet WHERE id = ?").get(id) as { at: number };
		expect(Math.abs(s.clock.now() - run.at)).toBeLessThan(70_000);
	});

	test("a host that falls silent after a step back is told down with its three confirmations, not earlier", async () => {
		const s = stage(...TEN);
		s.subnet("10.0.0.0/28");
		await s.run(70);
		s.clock.setWall(s.clock.now() - 5 * HOUR_MS);
		s.network.alive.delete(address("10.0.0.3"));
		// Its next turn lies hours ahead now: it is taken at once instead, and confirmed as ever.
		await s.run(14);
		expect(s.host("10.0.0.3")?.status).toBe("up");
		await s.run(10);
		expect(s.host("10.0.0.3")?.status).toBe("down");
		expect(s.kinds()).toEqual(["hosts_found", "host_down"]);
	});
});

describe("summer time", () => {
	test.each([
		["Europe/Warsaw", "2026-03-28T12:00:00Z"],
		["Europe/Warsaw", "2026-10-24T12:00:00Z"],
		["America/New_York", "2026-03-07T12:00:00Z"],
		["America/New_York", "2026-10-31T12:00:00Z"],
		["Australia/Lord_Howe", "2026-04-03T12:00:00Z"],
	])("in %s around %s the nightly jobs run once a night", (timezone, from) => {
		for (const pattern of ["17 23 3 * * *", "0 41 3 * * *"]) {
			const job = new Cron(pattern, { timezone, paused: true });
			const runs = job.nextRuns(4, new Date(from)).map((at) => at.getTime());
			const gaps = runs.slice(1).map((at, i) => (at - (runs[i] ?? 0)) / HOUR_MS);
			expect(runs).toHaveLength(4);
			for (const gap of gaps) expect(gap).toBeWithin(22.9, 25.1);
			job.stop();
		}
	});
});
