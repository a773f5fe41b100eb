/** The prune: what goes, what stays as it is to the byte, and that nobody waits for it long. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../../src/clock.ts";
import { BOUNDS } from "../../src/config.ts";
import { silentLog } from "../../src/log.ts";
import { neverSeen } from "../../src/model/presence.ts";
import { HOUR_MS } from "../../src/model/uptime.ts";
import { type Db, openDatabase } from "../../src/store/database.ts";
import { insertEvent, listEvents } from "../../src/store/events.ts";
import { addAnswers, insertFoundHost, insertSample } from "../../src/store/history.ts";
import { readPruneReport, readSetting, writeSetting } from "../../src/store/settings.ts";
import { readStorage } from "../../src/store/sizes.ts";
import { insertSubnet } from "../../src/store/subnets.ts";
import { openRetention } from "../../src/sweeps/retention.ts";
import { type HandClock, handClock } from "../helpers/clock.ts";
import { address, cidr } from "../helpers/network.ts";

const DAY_MS = 24 * HOUR_MS;
const MINUTE = 60_000;
const START = Date.UTC(2026, 9, 1);

let db: Db;
let clock: HandClock;

beforeEach(() => {
	db = openDatabase(":memory:", { busyMs: 100 });
	clock = handClock(START);
	const values = { name: "", notes: "", gateway: undefined, sweepIntervalS: 60, sweepEnabled: true };
	insertSubnet(db, cidr("10.0.0.0/24"), values, undefined, START);
});
afterEach(() => db.close());

function addHost(ip: string): number {
	const found = {
		...neverSeen,
		status: "up",
		statusSince: START,
		lastSeenAt: START,
		latencyUs: 400,
	} as const;
	const id = insertFoundHost(db, 1, address(ip), found);
	db.run(
		"UPDATE host SET status = 'up', status_order = 0, first_seen_at = ?1, last_seen_at = ?1 WHERE id = ?2",
		[START, id],
	);
	return id;
}

/** A sample every `stepMs`, each tenth of them silent. */
function measure(hostId: number, from: number, to: number, stepMs: number): void {
	db.transaction(() => {
		for (let at = from; at < to; at += stepMs) {
			const silent = (at / stepMs) % 10 === 3;
			insertSample(db, hostId, at, silent ? undefined : 500);
			addAnswers(db, at, silent ? 0 : 1, silent ? 1 : 0);
		}
	})();
}

type Options = Partial<Parameters<typeof openRetention>[0]>;
function open(more: Options = {}) {
	return openRetention({
		...BOUNDS,
		db,
		clock,
		log: silentLog,
		rawRetentionDays: 7,
		hourlyRetentionDays: 400,
		...more,
	});
}

/** As a person asks for it. */
async function pruneNow(more: Options = {}): Promise<void> {
	writeSetting(db, "prune_confirmed", "yes");
	await pruneTonight(more);
}

/** As the timetable asks for it. */
async function pruneTonight(more: Options = {}): Promise<void> {
	writeSetting(db, "prune_asked_at", String(clock.now()));
	const station = open(more);
	station.tick();
	for (let turns = 0; readSetting(db, "prune_asked_at") !== undefined && turns < 100; turns++) {
		await clock.advance(10_000);
	}
	await station.idle();
	expect(readSetting(db, "prune_asked_at")).toBeUndefined();
}

const count = (table: string, where = "1"): number =>
	(db.query(`SELECT count(*) AS n FROM ${table} WHERE ${where}`).get() as { n: number }).n;
const dump = (table: string) => JSON.stringify(db.query(`SELECT * FROM ${table}`).values());

describe("samples", () => {
	test("before the retention one an hour stays, after it all; sums are as before", async () => {
		for (const ip of ["10.0.0.1", "10.0.0.2"]) measure(addHost(ip), START, START + 10 * DAY_MS, MINUTE);
		await clock.advance(10 * DAY_MS);
		const sums = dump("host_status_hour");
		await pruneNow();
		const border = START + 3 * DAY_MS;
		expect(count("host_status", `ts < ${border}`)).toBe(2 * 3 * 24);
		expect(count("host_status", `ts >= ${border}`)).toBe(2 * 7 * 24 * 60);
		expect(count("host_status", `ts < ${border} AND ts % ${HOUR_MS} <> 0`)).toBe(0);
		expect(dump("host_status_hour")).toBe(sums);
		expect(readPruneReport(db)?.rows).toMatchObject({ thinned: 2 * 3 * 24 * 59, samples: 0, hours: 0 });
	});

	test("an hour with a single sample keeps it, whatever its minute", async () => {
		const id = addHost("10.0.0.1");
		insertSample(db, id, START + 59 * MINUTE, undefined);
		insertSample(db, id, START + 2 * HOUR_MS + 31 * MINUTE, 500);
		await clock.advance(9 * DAY_MS);
		await pruneNow();
		expect(count("host_status")).toBe(2);
	});

	test("the second prune goes on where the first ended; a third finds nothing", async () => {
		const id = addHost("10.0.0.1");
		measure(id, START, START + 9 * DAY_MS, 10 * MINUTE);
		await clock.advance(8 * DAY_MS);
		await pruneNow();
		expect(readPruneReport(db)?.rows.thinned).toBe(24 * 5);
		await clock.advance(DAY_MS);
		await pruneNow();
		expect(readPruneReport(db)?.rows.thinned).toBe(24 * 5);
		await pruneNow();
		expect(readPruneReport(db)?.rows.thinned).toBe(0);
	});

	test("a clock that was set back prunes nothing; set right again, the next prune goes on where the last one ended", async () => {
		const id = addHost("10.0.0.1");
		measure(id, START, START + 9 * DAY_MS, 10 * MINUTE);
		await clock.advance(9 * DAY_MS);
		await pruneNow();
		const [until, samples] = [readSetting(db, "thinned_until"), count("host_status")];
		for (const at of [START, START + 9 * DAY_MS]) {
			clock.setWall(at);
			await pruneNow();
			expect(readPruneReport(db)?.rows.thinned).toBe(0);
			expect(count("host_status")).toBe(samples);
		}
		expect(readSetting(db, "thinned_until")).toBe(until);
	});

	test("past the hourly retention even those go, and the sums with them", async () => {
		const id = addHost("10.0.0.1");
		measure(id, START, START + 30 * DAY_MS, 10 * MINUTE);
		await clock.advance(30 * DAY_MS);
		await pruneNow({ hourlyRetentionDays: 10, pruneUnit: 7 });
		expect(count("host_status", `ts < ${START + 20 * DAY_MS}`)).toBe(0);
		expect(count("host_status", `ts < ${START + 23 * DAY_MS}`)).toBe(3 * 24);
		expect(count("host_status_hour")).toBe(10 * 24);
		expect(count("answer_hour")).toBe(10 * 24);
	});
});

describe("what must not change", () => {
	test("thirty days, pruned every night: bounded, and hosts as they were to the byte", async () => {
		const ids = ["10.0.0.1", "10.0.0.2", "10.0.0.3"].map(addHost);
		const hosts = dump("host");
		const perDay = 24 * 6;
		for (let day = 0; day < 30; day++) {
			for (const id of ids) {
				measure(id, START + day * DAY_MS, START + (day + 1) * DAY_MS, 10 * MINUTE);
			}
			await clock.advance(DAY_MS);
			await pruneNow();
			expect(count("host_status")).toBeLessThanOrEqual(ids.length * (7 * perDay + day * 24));
		}
		expect(dump("host")).toBe(hosts);
		expect(count("event")).toBe(0);
		expect(count("host_status_hour")).toBe(ids.length * 30 * 24);
	});

	test("events and sweeps go when they are old, and only then", async () => {
		for (const at of [START, START + 2 * DAY_MS]) {
			insertEvent(db, {
				at,
				kind: "subnet_added",
				subnetId: 1,
				hostId: undefined,
				ip: "",
				label: "",
				detail: {},
			});
			db.run(
				"INSERT INTO sweep_run (subnet_id, trigger, state, requested_at, finished_at) VALUES (1, 'person', 'done', ?1, ?1)",
				[at],
			);
		}
		db.run(
			"INSERT INTO sweep_run (subnet_id, trigger, state, requested_at) VALUES (1, 'person', 'queued', 1)",
		);
		await clock.advance(3 * DAY_MS);
		await pruneNow({ eventDays: 2, runDays: 2 });
		expect(listEvents(db, { limit: 9 }).map((event) => event.at)).toEqual([START + 2 * DAY_MS]);
		expect(count("sweep_run")).toBe(2);
	});
});

describe("a clock that is wrong by years", () => {
	test("takes nothing by itself; the reason is told, and a person may say that it is right", async () => {
		const id = addHost("10.0.0.1");
		measure(id, START, START + 5 * DAY_MS, 10 * MINUTE);
		const before = [dump("host_status"), dump("host_status_hour"), dump("answer_hour")];
		clock.setWall(Date.UTC(2039, 0, 1));
		await pruneTonight();
		expect([dump("host_status"), dump("host_status_hour"), dump("answer_hour")]).toEqual(before);
		expect(readPruneReport(db)?.held).toMatch(
			/The clock says 2039-01-01: 5 days of the past would go at once/,
		);
		clock.setWall(START + 5 * DAY_MS);
		await pruneTonight();
		expect(readPruneReport(db)?.held).toBeUndefined();
		clock.setWall(Date.UTC(2039, 0, 1));
		await pruneNow();
		expect(count("answer_hour")).toBe(0);
	});

	test("takes no record of an address book that is not swept", async () => {
		const add = (n: number) =>
			insertEvent(db, {
				...{ at: START + n * MINUTE, kind: "host_new", subnetId: 1, hostId: undefined, ip: undefined },
				...{ label: "x", detail: {} },
			});
		for (let n = 0; n < 150; n++) add(n);
		clock.setWall(Date.UTC(2039, 0, 1));
		await pruneTonight();
		expect(count("event")).toBe(150);
		expect(readPruneReport(db)?.held).toMatch(/2039-01-01: 150 events would go at once/);
		await pruneNow();
		expect(count("event")).toBe(0);
	});

	test("was ahead for a night: what is measured after that is thinned in its time, not when the clock gets there", async () => {
		const id = addHost("10.0.0.1");
		measure(id, START, START + 5 * DAY_MS, 10 * MINUTE);
		clock.setWall(START + 300 * DAY_MS);
		await pruneTonight();
		expect(count("host_status")).toBe(5 * 24);
		measure(id, START + 5 * DAY_MS, START + 10 * DAY_MS, 10 * MINUTE);
		clock.setWall(START + 10 * DAY_MS);
		await pruneTonight({ rawRetentionDays: 2 });
		expect(count("host_status")).toBe(8 * 24 + 2 * 144);
	});

	test("forty nights: each takes its day without a question", async () => {
		const id = addHost("10.0.0.1");
		measure(id, START, START + 40 * DAY_MS, 60 * MINUTE);
		for (let night = 1; night <= 40; night++) {
			clock.setWall(START + night * DAY_MS);
			await pruneTonight({ hourlyRetentionDays: 30 });
			expect(readPruneReport(db)?.held).toBeUndefined();
		}
		expect(count("answer_hour")).toBeWithin(29 * 24, 40 * 24);
	});
});

describe("as the settings say", () => {
	const set = (days: object) => writeSetting(db, "retention", JSON.stringify(days));

	test("days that somebody set go before those of the configuration", async () => {
		measure(addHost("10.0.0.1"), START, START + 5 * DAY_MS, 10 * MINUTE);
		clock.setWall(START + 5 * DAY_MS);
		set({ rawDays: 2 });
		await pruneTonight();
		expect(count("host_status")).toBe(3 * 24 + 2 * 144);
		expect(count("answer_hour")).toBe(5 * 24);
		set({ rawDays: 1, hourlyDays: 2 });
		await pruneNow();
		expect(count("answer_hour")).toBeWithin(2 * 24 - 1, 2 * 24 + 1);
	});

	test("what somebody shortened goes without a question; what a wrong clock would take as well does not", async () => {
		measure(addHost("10.0.0.1"), START, START + 40 * DAY_MS, 60 * MINUTE);
		set({ hourlyDays: 10 });
		writeSetting(db, "prune_confirmed", String(START + 30 * DAY_MS));
		clock.setWall(START + 39 * DAY_MS + 40 * DAY_MS);
		await pruneTonight();
		expect(readPruneReport(db)?.held).toMatch(/10 days of the past would go at once/);
		clock.setWall(START + 40 * DAY_MS);
		await pruneTonight();
		expect(readPruneReport(db)?.held).toBeUndefined();
		expect(count("answer_hour")).toBe(10 * 24);
		expect(readSetting(db, "prune_confirmed")).toBeUndefined();
	});
});

describe("in slices", () => {
	/** A clock on which every look costs a millisecond: the work of a slice takes time. */
	const slowClock = (): Clock => {
		let ms = 0;
		return { ...clock, monotonicMs: () => (ms += 1) };
	};

	test("a transaction takes nothing new when its time is over; others write in between", async () => {
		for (let n = 1; n <= 20; n++) measure(addHost(`10.0.0.${n}`), START, START + DAY_MS, 10 * MINUTE);
		await clock.advance(9 * DAY_MS);
		await pruneNow({ clock: slowClock(), pruneSliceMs: 10 });
		const report = readPruneReport(db);
		expect(report?.slices).toBeGreaterThan(10);
		expect(report?.longestMs).toBeLessThanOrEqual(13);
		expect(report?.rows.thinned).toBe(20 * 24 * 5);
	});

	test("stopped half-way the wish stays, and the next start ends it", async () => {
		for (let n = 1; n <= 20; n++) measure(addHost(`10.0.0.${n}`), START, START + DAY_MS, 10 * MINUTE);
		await clock.advance(9 * DAY_MS);
		writeSetting(db, "prune_asked_at", "1");
		const station = open({ clock: slowClock(), pruneSliceMs: 5 });
		station.tick();
		await clock.advance(6);
		const closed = station.close();
		await clock.advance(1_000);
		await closed;
		const half = count("host_status");
		expect(half).toBeLessThan(20 * 144);
		expect(half).toBeGreaterThan(20 * 24);
		expect(readSetting(db, "prune_asked_at")).toBe("1");
		await pruneNow();
		expect(count("host_status")).toBe(20 * 24);
	});
});

describe("when", () => {
	test("nobody asked: a new file waits, one not pruned for more than a day is due", async () => {
		const station = open();
		station.tick();
		await station.idle();
		expect(readPruneReport(db)).toMatchObject({ slices: 0, at: START });
		await clock.advance(25 * HOUR_MS);
		station.tick();
		await station.idle();
		expect(readPruneReport(db)?.slices).toBe(0);
		await clock.advance(2 * HOUR_MS);
		station.tick();
		await clock.advance(1_000);
		await station.idle();
		expect(readPruneReport(db)?.slices).toBeGreaterThan(0);
	});

	test("a failure is tried again after a minute, not every second", async () => {
		writeSetting(db, "prune_asked_at", "1");
		db.run("ALTER TABLE answer_hour RENAME TO gone");
		const warnings: string[] = [];
		const station = open({ log: { ...silentLog, warning: (text) => void warnings.push(text) } });
		for (let second = 0; second < 50; second++) {
			station.tick();
			await clock.advance(1_000);
		}
		expect(warnings).toEqual(["prune failed"]);
		db.run("ALTER TABLE gone RENAME TO answer_hour");
		await clock.advance(20_000);
		station.tick();
		await clock.advance(1_000);
		expect(readSetting(db, "prune_asked_at")).toBeUndefined();
	});
});

describe("sizes", () => {
	test("the tables add up to the file, and samples a day follow hosts and interval", () => {
		measure(addHost("10.0.0.1"), START, START + DAY_MS, MINUTE);
		const state = readStorage(db);
		const sum = state.tables.reduce((bytes, table) => bytes + table.bytes, 0);
		expect(state.fileBytes - state.freeBytes - sum).toBe(0);
		expect(state.tables[0]).toMatchObject({ exact: true });
		expect(state).toMatchObject({ samplesPerDay: 1_440, hostsSeen: 1 });
	});

	test("one table too large to count is the rest of the file, and still within a page or two", () => {
		for (let n = 1; n <= 20; n++) measure(addHost(`10.0.0.${n}`), START, START + 4 * DAY_MS, MINUTE);
		const told = readStorage(db).tables.find((table) => table.name === "host_status");
		const real = db.query("SELECT sum(pgsize) AS n FROM dbstat WHERE name = 'host_status'").get() as {
			n: number;
		};
		expect(real.n / 4_096).toBeGreaterThan(500);
		expect(Math.abs((told?.bytes ?? 0) - real.n) / 4_096).toBeLessThanOrEqual(3);
	});
});

describe("kill -9", () => {
	test("at any moment: the file is whole, and the next prune comes to the same end", async () => {
		const folder = mkdtempSync(join(tmpdir(), "rollcall-prune-"));
		const path = join(folder, "a.db");
		const file = openDatabase(path, { busyMs: 1_000 });
		const memory = db;
		db = file;
		const now = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
		const values = { name: "", notes: "", gateway: undefined, sweepIntervalS: 60, sweepEnabled: true };
		insertSubnet(file, cidr("10.0.0.0/24"), values, undefined, now);
		for (let n = 1; n <= 60; n++)
			measure(addHost(`10.0.0.${n}`), now - 10 * DAY_MS, now - 9 * DAY_MS, 10 * MINUTE);
		const [hosts, sums] = [dump("host"), dump("host_status_hour")];
		writeSetting(file, "prune_asked_at", "1");
		const start = () =>
			Bun.spawn([process.execPath, join(import.meta.dir, "../helpers/prune-entry.ts"), path], {
				stdout: "ignore",
				stderr: "inherit",
			});
		try {
			for (let strike = 0; strike < 3; strike++) {
				const before = count("host_status");
				const child = start();
				// Struck as soon as a slice of its work is seen; the next ones are under way.
				while (count("host_status") === before && child.exitCode === null)
					await new Promise((resolve) => setImmediate(resolve));
				child.kill("SIGKILL");
				await child.exited;
				expect(file.query("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
				expect(count("host_status")).toBeWithin(60 * 24, before + 1);
			}
			expect(await start().exited).toBe(0);
			expect(count("host_status")).toBe(60 * 24);
			expect([dump("host"), dump("host_status_hour")]).toEqual([hosts, sums]);
			expect(count("event")).toBe(0);
		} finally {
			file.close();
			db = memory;
			rmSync(folder, { recursive: true, force: true });
		}
	});
});
