/** How a prune goes on: in slices, when it is due, after a failure, killed at any moment. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../../src/clock.ts";
import { silentLog } from "../../src/log.ts";
import { HOUR_MS } from "../../src/model/uptime.ts";
import { readPruneReport, readSetting, writeSetting } from "../../src/store/settings.ts";
import { DAY_MS, MINUTE, openPruning, type Pruning, START } from "../helpers/pruning.ts";

let s: Pruning;
beforeEach(() => {
	s = openPruning();
});
afterEach(() => s.db.close());

describe("in slices", () => {
	/** A clock on which every look costs a millisecond: the work of a slice takes time. */
	const slowClock = (): Clock => {
		let ms = 0;
		return { ...s.clock, monotonicMs: () => (ms += 1) };
	};

	test("a transaction takes nothing new when its time is over; others write in between", async () => {
		for (let n = 1; n <= 20; n++) s.measure(s.addHost(`10.0.0.${n}`), START, START + DAY_MS, 10 * MINUTE);
		await s.clock.advance(9 * DAY_MS);
		await s.pruneNow({ clock: slowClock(), pruneSliceMs: 10 });
		const report = readPruneReport(s.db);
		expect(report?.slices).toBeGreaterThan(10);
		expect(report?.longestMs).toBeLessThanOrEqual(13);
		expect(report?.rows.thinned).toBe(20 * 24 * 5);
	});

	test("stopped half-way the wish stays, and the next start ends it", async () => {
		for (let n = 1; n <= 20; n++) s.measure(s.addHost(`10.0.0.${n}`), START, START + DAY_MS, 10 * MINUTE);
		await s.clock.advance(9 * DAY_MS);
		writeSetting(s.db, "prune_asked_at", "1");
		const station = s.open({ clock: slowClock(), pruneSliceMs: 5 });
		station.tick();
		await s.clock.advance(6);
		const closed = station.close();
		await s.clock.advance(1_000);
		await closed;
		const half = s.count("host_status");
		expect(half).toBeLessThan(20 * 144);
		expect(half).toBeGreaterThan(20 * 24);
		expect(readSetting(s.db, "prune_asked_at")).toBe("1");
		await s.pruneNow();
		expect(s.count("host_status")).toBe(20 * 24);
	});
});

describe("when", () => {
	test("nobody asked: a new file waits, one not pruned for more than a day is due", async () => {
		const station = s.open();
		station.tick();
		await station.idle();
		expect(readPruneReport(s.db)).toMatchObject({ slices: 0, at: START });
		await s.clock.advance(25 * HOUR_MS);
		station.tick();
		await station.idle();
		expect(readPruneReport(s.db)?.slices).toBe(0);
		await s.clock.advance(2 * HOUR_MS);
		station.tick();
		await s.clock.advance(1_000);
		await station.idle();
		expect(readPruneReport(s.db)?.slices).toBeGreaterThan(0);
	});

	test("a failure is tried again after a minute, not every second", async () => {
		writeSetting(s.db, "prune_asked_at", "1");
		s.db.run("ALTER TABLE answer_hour RENAME TO gone");
		const warnings: string[] = [];
		const station = s.open({ log: { ...silentLog, warning: (text) => void warnings.push(text) } });
		for (let second = 0; second < 50; second++) {
			station.tick();
			await s.clock.advance(1_000);
		}
		expect(warnings).toEqual(["prune failed"]);
		s.db.run("ALTER TABLE gone RENAME TO answer_hour");
		await s.clock.advance(20_000);
		station.tick();
		await s.clock.advance(1_000);
		expect(readSetting(s.db, "prune_asked_at")).toBeUndefined();
	});
});

describe("kill -9", () => {
	test("at any moment: the file is whole, and the next prune comes to the same end", async () => {
		const folder = mkdtempSync(join(tmpdir(), "rollcall-prune-"));
		const path = join(folder, "a.db");
		const now = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
		const file = openPruning(path, now);
		for (let n = 1; n <= 60; n++)
			file.measure(file.addHost(`10.0.0.${n}`), now - 10 * DAY_MS, now - 9 * DAY_MS, 10 * MINUTE);
		const [hosts, sums] = [file.dump("host"), file.dump("host_status_hour")];
		writeSetting(file.db, "prune_asked_at", "1");
		const start = () =>
			Bun.spawn([process.execPath, join(import.meta.dir, "../helpers/prune-entry.ts"), path], {
				stdout: "ignore",
				stderr: "inherit",
			});
		try {
			for (let strike = 0; strike < 3; strike++) {
				const before = file.count("host_status");
				const child = start();
				// Struck as soon as a slice of its work is seen; the next ones are under way.
				while (file.count("host_status") === before && child.exitCode === null)
					await new Promise((resolve) => setImmediate(resolve));
				child.kill("SIGKILL");
				await child.exited;
				expect(file.db.query("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
				expect(file.count("host_status")).toBeWithin(60 * 24, before + 1);
			}
			expect(await start().exited).toBe(0);
			expect(file.count("host_status")).toBe(60 * 24);
			expect([file.dump("host"), file.dump("host_status_hour")]).toEqual([hosts, sums]);
			expect(file.count("event")).toBe(0);
		} finally {
			file.db.close();
			rmSync(folder, { recursive: true, force: true });
		}
	});
});
