/** When backups are made, and what is noted of them; by a clock cranked by hand, copied by a stand-in or for real. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLog } from "../../src/log.ts";
import { writeBackup } from "../../src/store/backup.ts";
import { type Db, openDatabase } from "../../src/store/database.ts";
import { readBackupProblem, readBackupReport, readSetting, writeSetting } from "../../src/store/settings.ts";
import { type BackupsOptions, openBackups } from "../../src/upkeep/backups.ts";
import { type HandClock, handClock } from "../helpers/clock.ts";

const HOUR_MS = 3_600_000;
let folder: string;
let db: Db;
let clock: HandClock;
let calls: string[];
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "rollcall-backups-"));
	db = openDatabase(join(folder, "ipam.db"), { busyMs: 100 });
	clock = handClock();
	calls = [];
});
afterEach(() => {
	db.close();
	rmSync(folder, { recursive: true, force: true });
});

function open(more: Partial<BackupsOptions> = {}) {
	const databasePath = join(folder, "ipam.db");
	return openBackups({
		...{
			db,
			clock,
			log: silentLog,
			databasePath,
			dir: join(folder, "backups"),
			keep: 3,
			backupRetryMs: HOUR_MS,
			againMs: 100,
			againMaxMs: 60_000,
		},
		copy: async (from, to) => {
			calls.push(to);
			return writeBackup(from, to, { busyMs: 100 });
		},
		check: async () => undefined,
		isDoubted: () => false,
		onDamage: () => {},
		...more,
	});
}

/** Past the look at the file with which every life begins. */
async function begun(more: Partial<BackupsOptions> = {}) {
	const backups = open(more);
	backups.tick();
	await backups.idle();
	return backups;
}

test("a new database waits a day; then one a day, the newest three stay", async () => {
	const backups = await begun();
	for (let hour = 0; hour < 26; hour++) {
		backups.tick();
		await backups.idle();
		await clock.advance(HOUR_MS);
	}
	expect(calls).toEqual([]);
	for (let day = 0; day < 5; day++) {
		await clock.advance(27 * HOUR_MS);
		backups.tick();
		backups.tick();
		await backups.idle();
	}
	expect(calls).toHaveLength(5);
	expect(readdirSync(join(folder, "backups")).sort()).toEqual(
		calls.slice(-3).map((path) => path.split("/").at(-1) ?? ""),
	);
	expect(readBackupReport(db)).toMatchObject({ path: calls[4], kept: 3, at: clock.now() });
});

test("a wish is fulfilled at once, also where none is made by itself", async () => {
	const backups = await begun({ keep: 0 });
	await clock.advance(100 * HOUR_MS);
	backups.tick();
	expect(calls).toEqual([]);
	writeSetting(db, "backup_asked_at", "1");
	backups.tick();
	await backups.idle();
	expect(calls).toHaveLength(1);
	expect(readSetting(db, "backup_asked_at")).toBeUndefined();
	await clock.advance(HOUR_MS);
	writeSetting(db, "backup_asked_at", "1");
	backups.tick();
	await backups.idle();
	// None is made by itself, and none is removed by itself.
	expect(readdirSync(join(folder, "backups"))).toHaveLength(2);
});

test("a failure is noted, no good one is removed for it, and it is tried again after an hour", async () => {
	const good = await begun();
	writeSetting(db, "backup_asked_at", "1");
	good.tick();
	await good.idle();
	const before = readdirSync(join(folder, "backups"));
	let tries = 0;
	const backups = await begun({
		keep: 1,
		copy: async () => {
			tries += 1;
			throw new Error("No backup was made: the disk is full.");
		},
	});
	writeSetting(db, "backup_asked_at", "1");
	for (let minute = 0; minute < 90; minute++) {
		backups.tick();
		await backups.idle();
		await clock.advance(60_000);
	}
	expect(tries).toBe(2);
	expect(readBackupProblem(db)?.says).toContain("disk is full");
	expect(readdirSync(join(folder, "backups"))).toEqual(before);
	const again = await begun();
	again.tick();
	await again.idle();
	expect(readBackupProblem(db)).toBeUndefined();
});

test("the end of the program cuts it off without a note", async () => {
	const backups = await begun({
		copy: (_, __, signal) =>
			new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("cut")))),
	});
	writeSetting(db, "backup_asked_at", "1");
	backups.tick();
	await backups.close();
	expect(readBackupProblem(db)).toBeUndefined();
	expect(readSetting(db, "backup_asked_at")).toBe("1");
});

test("every life begins with a look at the file; what is wrong with it is known from then on", async () => {
	let looks = 0;
	const backups = await begun({ check: async () => `damaged ${++looks}` });
	expect(backups.damage()).toBe("damaged 1");
	backups.tick();
	await backups.idle();
	expect(looks).toBe(1);
});

test("whoever stumbles over damage has it looked through at once; a folder of backups that is none hinders no look", async () => {
	writeFileSync(join(folder, "backups"), "a file");
	let isDoubted = false;
	let looks = 0;
	const check = async () => (++looks > 2 ? "damaged" : undefined);
	const backups = await begun({ check, isDoubted: () => isDoubted });
	expect(looks).toBe(1);
	await clock.advance(HOUR_MS);
	backups.tick();
	isDoubted = true;
	for (let second = 0; second < 90; second++) {
		backups.tick();
		await backups.idle();
		await clock.advance(1_000);
	}
	expect(looks).toBe(3);
	expect(backups.damage()).toBe("damaged");
});

test.each(["at the start", "when it runs already"])(
	"damaged, found %s: told once, and the good backups stay however many nights go by",
	async (when) => {
		const good = await begun();
		for (let night = 0; night < 3; night++) {
			await clock.advance(27 * HOUR_MS);
			writeSetting(db, "backup_asked_at", "1");
			good.tick();
			await good.idle();
		}
		const before = readdirSync(join(folder, "backups"));
		expect(before).toHaveLength(3);
		calls = [];
		let isDamaged = when === "at the start";
		const told: string[] = [];
		const backups = await begun({
			check: async () => (isDamaged ? "The database file is damaged." : undefined),
			onDamage: (says) => told.push(says),
		});
		isDamaged = true;
		for (let night = 0; night < 30; night++) {
			await clock.advance(27 * HOUR_MS);
			writeSetting(db, "backup_asked_at", "1");
			backups.tick();
			await backups.idle();
		}
		// Copies of a damaged file may come out whole and empty: none is made.
		expect(calls).toEqual([]);
		expect(readdirSync(join(folder, "backups"))).toEqual(before);
		expect(told).toEqual(["The database file is damaged."]);
		expect(readBackupProblem(db)?.says).toMatch(/No backup was made, those there are stay: .*damaged/);
	},
);
