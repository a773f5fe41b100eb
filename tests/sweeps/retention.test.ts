/** The prune: what goes, what stays as it is to the byte, and what a wrong clock may not take. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { HOUR_MS } from "../../src/model/uptime.ts";
import { insertEvent, listEvents } from "../../src/store/events.ts";
import { insertSample } from "../../src/store/history.ts";
import { readPruneReport, readSetting, writeSetting } from "../../src/store/settings.ts";
import { DAY_MS, MINUTE, openPruning, type Pruning, START } from "../helpers/pruning.ts";

let s: Pruning;
beforeEach(() => {
	s = openPruning();
});
afterEach(() => s.db.close());

describe("samples", () => {
	test("before the retention one an hour stays, after it all; sums are as before", async () => {
		for (const ip of ["10.0.0.1", "10.0.0.2"]) s.measure(s.addHost(ip), START, START + 10 * DAY_MS, MINUTE);
		await s.clock.advance(10 * DAY_MS);
		const sums = s.dump("host_status_hour");
		await s.pruneNow();
		const border = START + 3 * DAY_MS;
		expect(s.count("host_status", `ts < ${border}`)).toBe(2 * 3 * 24);
		expect(s.count("host_status", `ts >= ${border}`)).toBe(2 * 7 * 24 * 60);
		expect(s.count("host_status", `ts < ${border} AND ts % ${HOUR_MS} <> 0`)).toBe(0);
		expect(s.dump("host_status_hour")).toBe(sums);
		expect(readPruneReport(s.db)?.rows).toMatchObject({ thinned: 2 * 3 * 24 * 59, samples: 0, hours: 0 });
	});

	test("an hour with a single sample keeps it, whatever its minute", async () => {
		const id = s.addHost("10.0.0.1");
		insertSample(s.db, id, START + 59 * MINUTE, undefined);
		insertSample(s.db, id, START + 2 * HOUR_MS + 31 * MINUTE, 500);
		await s.clock.advance(9 * DAY_MS);
		await s.pruneNow();
		expect(s.count("host_status")).toBe(2);
	});

	test("the second prune goes on where the first ended; a third finds nothing", async () => {
		const id = s.addHost("10.0.0.1");
		s.measure(id, START, START + 9 * DAY_MS, 10 * MINUTE);
		await s.clock.advance(8 * DAY_MS);
		await s.pruneNow();
		expect(readPruneReport(s.db)?.rows.thinned).toBe(24 * 5);
		await s.clock.advance(DAY_MS);
		await s.pruneNow();
		expect(readPruneReport(s.db)?.rows.thinned).toBe(24 * 5);
		await s.pruneNow();
		expect(readPruneReport(s.db)?.rows.thinned).toBe(0);
	});

	test("a clock that was set back prunes nothing; set right again, the next prune goes on where the last one ended", async () => {
		const id = s.addHost("10.0.0.1");
		s.measure(id, START, START + 9 * DAY_MS, 10 * MINUTE);
		await s.clock.advance(9 * DAY_MS);
		await s.pruneNow();
		const [until, samples] = [readSetting(s.db, "thinned_until"), s.count("host_status")];
		for (const at of [START, START + 9 * DAY_MS]) {
			s.clock.setWall(at);
			await s.pruneNow();
			expect(readPruneReport(s.db)?.rows.thinned).toBe(0);
			expect(s.count("host_status")).toBe(samples);
		}
		expect(readSetting(s.db, "thinned_until")).toBe(until);
	});

	test("past the hourly retention even those go, and the sums with them", async () => {
		const id = s.addHost("10.0.0.1");
		s.measure(id, START, START + 30 * DAY_MS, 10 * MINUTE);
		await s.clock.advance(30 * DAY_MS);
		await s.pruneNow({ hourlyRetentionDays: 10, pruneUnit: 7 });
		expect(s.count("host_status", `ts < ${START + 20 * DAY_MS}`)).toBe(0);
		expect(s.count("host_status", `ts < ${START + 23 * DAY_MS}`)).toBe(3 * 24);
		expect(s.count("host_status_hour")).toBe(10 * 24);
		expect(s.count("answer_hour")).toBe(10 * 24);
	});
});

describe("what must not change", () => {
	test("thirty days, pruned every night: bounded, and hosts as they were to the byte", async () => {
		const ids = ["10.0.0.1", "10.0.0.2", "10.0.0.3"].map(s.addHost);
		const hosts = s.dump("host");
		const perDay = 24 * 6;
		for (let day = 0; day < 30; day++) {
			for (const id of ids) {
				s.measure(id, START + day * DAY_MS, START + (day + 1) * DAY_MS, 10 * MINUTE);
			}
			await s.clock.advance(DAY_MS);
			await s.pruneNow();
			expect(s.count("host_status")).toBeLessThanOrEqual(ids.length * (7 * perDay + day * 24));
		}
		expect(s.dump("host")).toBe(hosts);
		expect(s.count("event")).toBe(0);
		expect(s.count("host_status_hour")).toBe(ids.length * 30 * 24);
	});

	test("events and sweeps go when they are old, and only then", async () => {
		for (const at of [START, START + 2 * DAY_MS]) {
			insertEvent(s.db, {
				at,
				kind: "subnet_added",
				subnetId: 1,
				hostId: undefined,
				ip: "",
				label: "",
				detail: {},
			});
			s.db.run(
				"INSERT INTO sweep_run (subnet_id, trigger, state, requested_at, finished_at) VALUES (1, 'person', 'done', ?1, ?1)",
				[at],
			);
		}
		s.db.run(
			"INSERT INTO sweep_run (subnet_id, trigger, state, requested_at) VALUES (1, 'person', 'queued', 1)",
		);
		await s.clock.advance(3 * DAY_MS);
		await s.pruneNow({ eventDays: 2, runDays: 2 });
		expect(listEvents(s.db, { limit: 9 }).map((event) => event.at)).toEqual([START + 2 * DAY_MS]);
		expect(s.count("sweep_run")).toBe(2);
	});
});

describe("a clock that is wrong by years", () => {
	test("takes nothing by itself; the reason is told, and a person may say that it is right", async () => {
		const id = s.addHost("10.0.0.1");
		s.measure(id, START, START + 5 * DAY_MS, 10 * MINUTE);
		const before = [s.dump("host_status"), s.dump("host_status_hour"), s.dump("answer_hour")];
		s.clock.setWall(Date.UTC(2039, 0, 1));
		await s.pruneTonight();
		expect([s.dump("host_status"), s.dump("host_status_hour"), s.dump("answer_hour")]).toEqual(before);
		expect(readPruneReport(s.db)?.held).toMatch(
			/The clock says 2039-01-01: 5 days of the past would go at once/,
		);
		s.clock.setWall(START + 5 * DAY_MS);
		await s.pruneTonight();
		expect(readPruneReport(s.db)?.held).toBeUndefined();
		s.clock.setWall(Date.UTC(2039, 0, 1));
		await s.pruneNow();
		expect(s.count("answer_hour")).toBe(0);
	});

	const bookOf = (events: number) => {
		for (let n = 0; n < events; n++)
			insertEvent(s.db, {
				...{ at: START + n * MINUTE, kind: "host_new", subnetId: 1, hostId: undefined, ip: undefined },
				...{ label: "x", detail: {} },
			});
	};

	test("takes no record of an address book that is not swept", async () => {
		bookOf(150);
		s.clock.setWall(Date.UTC(2039, 0, 1));
		await s.pruneTonight();
		expect(s.count("event")).toBe(150);
		expect(readPruneReport(s.db)?.held).toMatch(/2039-01-01: 150 events would go at once/);
		await s.pruneNow();
		expect(s.count("event")).toBe(0);
	});

	test("stays in doubt night after night; a right one takes what was written in one day without a question", async () => {
		bookOf(150);
		for (const night of [1, 401, 402]) {
			s.clock.setWall(START + night * DAY_MS);
			await s.pruneTonight({ eventDays: 30 });
		}
		expect(readPruneReport(s.db)?.held).toMatch(/150 events would go at once/);
		for (let night = 2; night <= 32; night++) {
			s.clock.setWall(START + night * DAY_MS);
			await s.pruneTonight({ eventDays: 30 });
			expect(readPruneReport(s.db)?.held).toBeUndefined();
		}
		expect(s.count("event")).toBe(0);
	});

	test("was ahead for a night: what is measured after that is thinned in its time, not when the clock gets there", async () => {
		const id = s.addHost("10.0.0.1");
		s.measure(id, START, START + 5 * DAY_MS, 10 * MINUTE);
		s.clock.setWall(START + 300 * DAY_MS);
		await s.pruneTonight();
		expect(s.count("host_status")).toBe(5 * 24);
		s.measure(id, START + 5 * DAY_MS, START + 10 * DAY_MS, 10 * MINUTE);
		s.clock.setWall(START + 10 * DAY_MS);
		await s.pruneTonight({ rawRetentionDays: 2 });
		expect(s.count("host_status")).toBe(8 * 24 + 2 * 144);
	});

	test("forty nights: each takes its day without a question", async () => {
		const id = s.addHost("10.0.0.1");
		s.measure(id, START, START + 40 * DAY_MS, 60 * MINUTE);
		for (let night = 1; night <= 40; night++) {
			s.clock.setWall(START + night * DAY_MS);
			await s.pruneTonight({ hourlyRetentionDays: 30 });
			expect(readPruneReport(s.db)?.held).toBeUndefined();
		}
		expect(s.count("answer_hour")).toBeWithin(29 * 24, 40 * 24);
	});
});

describe("as the settings say", () => {
	const set = (days: object) => writeSetting(s.db, "retention", JSON.stringify(days));

	test("days that somebody set go before those of the configuration", async () => {
		s.measure(s.addHost("10.0.0.1"), START, START + 5 * DAY_MS, 10 * MINUTE);
		s.clock.setWall(START + 5 * DAY_MS);
		set({ rawDays: 2 });
		await s.pruneTonight();
		expect(s.count("host_status")).toBe(3 * 24 + 2 * 144);
		expect(s.count("answer_hour")).toBe(5 * 24);
		set({ rawDays: 1, hourlyDays: 2 });
		await s.pruneNow();
		expect(s.count("answer_hour")).toBeWithin(2 * 24 - 1, 2 * 24 + 1);
	});

	test("what somebody shortened goes without a question; what a wrong clock would take as well does not", async () => {
		s.measure(s.addHost("10.0.0.1"), START, START + 40 * DAY_MS, 60 * MINUTE);
		set({ hourlyDays: 10 });
		writeSetting(s.db, "prune_confirmed", String(START + 30 * DAY_MS));
		s.clock.setWall(START + 39 * DAY_MS + 40 * DAY_MS);
		await s.pruneTonight();
		expect(readPruneReport(s.db)?.held).toMatch(/10 days of the past would go at once/);
		s.clock.setWall(START + 40 * DAY_MS);
		await s.pruneTonight();
		expect(readPruneReport(s.db)?.held).toBeUndefined();
		expect(s.count("answer_hour")).toBe(10 * 24);
		expect(readSetting(s.db, "prune_confirmed")).toBeUndefined();
	});
});
