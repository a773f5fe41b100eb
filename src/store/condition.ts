/** What the rows say of the work done lately, and whether the file can be used: facts for the doctor. Judges nothing. */

import { Database } from "bun:sqlite";
import { existsSync } from "node:fs";
import type { DatabaseFacts, WorkFacts } from "../model/doctor/facts.ts";
import { flawIn } from "./backup.ts";
import type { Db } from "./database.ts";
import { storageFault, storageKind } from "./faults.ts";
import { APPLICATION_ID, SCHEMA_VERSION } from "./migrations.ts";
import { listClosedScans } from "./scans.ts";
import { readBackupProblem, readBackupReport, readSetting } from "./settings.ts";

/** Failing subnets that are named, and port scans that are looked back at. */
const NAMED = 5;
const SCANS = 3;

/** The work of the rows, in a handful of cheap look-ups. */
export function readWork(db: Db): WorkFacts {
	const row = db
		.query<{ last: number | null; enabled: number; failed: number }, []>(
			`SELECT max(last_sweep_at) AS last, count(*) FILTER (WHERE sweep_enabled) AS enabled,
				count(last_sweep_problem) FILTER (WHERE sweep_enabled) AS failed FROM subnet`,
		)
		.get();
	const scans = listClosedScans(db, SCANS);
	const [last] = scans;
	const backup = readBackupReport(db);
	const names = readSetting(db, "names_fail");
	return {
		enabled: row?.enabled ?? 0,
		failed: row?.failed ?? 0,
		failing: (row?.failed ?? 0) === 0 ? [] : listFailing(db),
		lastSweepAt: row?.last ?? undefined,
		ownDown: readOwnDown(db),
		lastScan: last === undefined ? undefined : { failed: last.state === "failed", problem: last.problem },
		scanFailures: scans.every(({ state }) => state === "failed") ? scans.length : 0,
		namesFail: names === undefined ? undefined : (JSON.parse(names) as { since: number; reason: string }),
		backup: backup === undefined || backup.path === "" ? undefined : { at: backup.at, path: backup.path },
		backupProblem: readBackupProblem(db)?.says,
	};
}

function listFailing(db: Db): WorkFacts["failing"] {
	return db
		.query<{ cidr: string; problem: string }, [number]>(
			`SELECT cidr, last_sweep_problem AS problem FROM subnet
			WHERE sweep_enabled = 1 AND last_sweep_problem IS NOT NULL ORDER BY first_key LIMIT ?`,
		)
		.all(NAMED);
}

/** The event of that moment knows why. */
function readOwnDown(db: Db): WorkFacts["ownDown"] {
	const since = readSetting(db, "own_network_down_since");
	if (since === undefined) return undefined;
	const row = db
		.query<{ detail: string }, [number]>(
			"SELECT detail_json AS detail FROM event WHERE ts = ? AND kind = 'own_network_down' LIMIT 1",
		)
		.get(Number(since));
	const reason = row === null ? undefined : (JSON.parse(row.detail) as { reason?: string }).reason;
	return { since: Number(since), reason };
}

/** Blocks that are swept, lowest address first. */
export function listSwept(db: Db, limit: number): { cidr: string }[] {
	return db
		.query<{ cidr: string }, [number]>(
			"SELECT cidr FROM subnet WHERE sweep_enabled = 1 ORDER BY first_key LIMIT ?",
		)
		.all(limit);
}

/** The file behind an open connection. */
export function describeOpen(path: string): DatabaseFacts {
	return { path, format: SCHEMA_VERSION, knows: SCHEMA_VERSION, trouble: undefined, damage: undefined };
}

/** Version of the SQLite inside. */
export function sqliteVersion(): string {
	const db = new Database(":memory:");
	try {
		return db.query<{ version: string }, []>("SELECT sqlite_version() AS version").get()?.version ?? "";
	} finally {
		db.close();
	}
}

/**
 * Looks into a file that a server may be using, from outside: its format, whether it can be read from end to end and
 * written within `busyMs`. Makes no file and changes nothing. `read` gets the connection when the format is ours.
 */
export function inspectDatabase<T>(
	path: string,
	options: { busyMs: number },
	read: (db: Db) => T,
): { facts: DatabaseFacts; rows: T | undefined } {
	const none = { path, format: undefined, knows: SCHEMA_VERSION, trouble: undefined, damage: undefined };
	if (path === ":memory:" || !existsSync(path)) return { facts: none, rows: undefined };
	let db: Database | undefined;
	let format: number | undefined;
	let rows: T | undefined;
	try {
		db = new Database(path, { create: false, readwrite: true, strict: true });
		db.run("PRAGMA busy_timeout = ".concat(String(Math.trunc(options.busyMs))));
		format = numberOf(db, "PRAGMA user_version");
		if (numberOf(db, "PRAGMA application_id") !== APPLICATION_ID) {
			const says = `${path} is no database of Rollcall.`;
			return { facts: { ...none, format, trouble: { says, fault: "unusable" } }, rows };
		}
		const found = db.query<{ quick_check: string }, []>("PRAGMA quick_check(1)").get()?.quick_check;
		if (format === SCHEMA_VERSION) rows = read(db);
		db.run("BEGIN IMMEDIATE");
		db.run("ROLLBACK");
		return {
			facts: {
				...none,
				format,
				damage: found === "ok" ? undefined : `${path} is damaged: ${flawIn(found)}.`,
			},
			rows,
		};
	} catch (error) {
		const says = storageFault(error) ?? (error as Error).message;
		const fault = storageKind(error) ?? "unusable";
		return { facts: { ...none, format: format ?? 0, trouble: { says, fault } }, rows };
	} finally {
		db?.close();
	}
}

function numberOf(db: Db, sql: "PRAGMA user_version" | "PRAGMA application_id"): number {
	return Object.values(db.query(sql).get() as Record<string, number>)[0] ?? 0;
}
