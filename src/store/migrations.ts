/** Brings a database file to today's schema: append-only steps, one transaction, a copy of the file before. */

import type { Database } from "bun:sqlite";
import { readdirSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import schema from "../../schema.sql" with { type: "text" };
import { AppError } from "../errors.ts";
import { storageFault } from "./faults.ts";
import { lackOfRoom, settle } from "./placing.ts";
import { makePrivate } from "./rights.ts";
import toFormat2 from "./steps/to-2.sql" with { type: "text" };

/**
 * SQL that leads from version i + 1 to i + 2, a file each in steps/. Never edited once landed; schema.sql shows the
 * result, and tests/schema.test.ts proves that it is the same.
 */
export const STEPS: readonly string[] = Object.freeze([toFormat2]);

/** Version of schema.sql, kept in PRAGMA user_version. */
export const SCHEMA_VERSION = STEPS.length + 1;

/** Hears how far an upgrade is. */
export type Tell = (says: string, facts: Record<string, string | number>) => void;

/** "RCLL": tells our files from other SQLite files (PRAGMA application_id). */
export const APPLICATION_ID = 0x52434c4c;

/** Copies from before an upgrade that stay beside the file. */
const COPIES_KEPT = 2;

const MARK_OURS = `PRAGMA application_id = ${APPLICATION_ID}`;
const MARK_VERSION = `PRAGMA user_version = ${SCHEMA_VERSION}`;

/**
 * Throws AppError("unavailable") on a newer file, a foreign one, or one that is empty though it existed before (a
 * lost file must not look new). Writes nothing.
 */
export function checkFile(db: Database, file: { fresh: boolean; path: string }): void {
	const version = pragma(db, "user_version");
	if (file.fresh && version === 0) return;
	if (pragma(db, "application_id") !== APPLICATION_ID) {
		const back = `put a backup back: rollcall restore --database ${file.path} FILE`;
		throw new AppError(
			"unavailable",
			`${file.path} is not a database of Rollcall (or has been emptied). It was not touched. Name another file, or ${back}.`,
		);
	}
	if (version > SCHEMA_VERSION) {
		throw new AppError(
			"unavailable",
			`${file.path} was written by a newer Rollcall (format ${version}, this one knows ${SCHEMA_VERSION}). Start the newer one${wayBack(file.path)}.`,
		);
	}
}

/** The copy from before the upgrade, when it is still there and we can read it: without what came since. */
function wayBack(path: string): string {
	const copy = copiesOf(path).find(({ format }) => format <= SCHEMA_VERSION);
	return copy === undefined
		? ""
		: `, or go back to what was before its upgrade: rollcall restore --database ${path} ${copy.path}`;
}

/** Makes the tables of a new file, or runs the missing steps on an older one that `checkFile` let pass. */
export function migrate(
	db: Database,
	file: { fresh: boolean; path: string; copyBefore: boolean; tell: Tell },
): void {
	const version = pragma(db, "user_version");
	if (file.fresh && version === 0) install(db, file.path);
	else if (version < SCHEMA_VERSION) {
		const { path, tell } = file;
		if (file.copyBefore && path !== ":memory:") {
			const mb = Math.round(statSync(path).size / 1e6);
			tell("the database has an older format: it is copied first, please wait", { path, mb });
			keepCopy(db, path, version);
		}
		tell(`moving the database to format ${SCHEMA_VERSION}, please wait`, { from: version });
		upgrade(db, version);
		db.run("PRAGMA wal_checkpoint(TRUNCATE)");
		tell("the database is upgraded", { format: SCHEMA_VERSION });
	}
}

function install(db: Database, path: string): void {
	db.transaction(() => {
		db.run(schema);
		db.run(MARK_OURS);
		db.run(MARK_VERSION);
	}).immediate();
	// Out of the log and on the disk: a power cut in its first minute must not leave a file that looks emptied.
	if (path !== ":memory:") db.run("PRAGMA wal_checkpoint(TRUNCATE)");
}

/** A transaction: killed in its middle, the file is as it was. */
function upgrade(db: Database, from: number): void {
	db.run("PRAGMA foreign_keys = OFF");
	db.transaction(() => {
		// The other thread, or another process, may have been quicker.
		if (pragma(db, "user_version") !== from) return;
		for (const step of STEPS.slice(from - 1)) db.run(step);
		if (db.query("PRAGMA foreign_key_check").get() !== null)
			throw new Error("references are broken after the upgrade");
		db.run(MARK_VERSION);
	}).immediate();
	db.run("PRAGMA foreign_keys = ON");
}

/** The file as the earlier Rollcall left it, beside it, whole or not at all; only the newest copies stay. */
function keepCopy(db: Database, path: string, from: number): void {
	const copy = `${path}.before-v${SCHEMA_VERSION}-${from}`;
	const part = `${copy}.part`;
	rmSync(part, { force: true });
	// For the copy, and for the log of the one transaction that makes the change.
	const lack = lackOfRoom(path, dirname(path), 2);
	if (lack !== undefined) {
		throw new AppError(
			"unavailable",
			`${path} is to be upgraded from format ${from} to ${SCHEMA_VERSION}, and there is too little room: ${lack} Nothing was changed.`,
		);
	}
	try {
		makePrivate(part);
		db.query("VACUUM INTO ?").run(part);
		settle(part, copy);
	} catch (cause) {
		rmSync(part, { force: true });
		const says = storageFault(cause) ?? `${(cause as Error).message}.`;
		throw new AppError(
			"unavailable",
			`${path} is to be upgraded, and no copy of it can be made beforehand. ${says} Nothing was changed.`,
			{ cause },
		);
	}
	for (const old of copiesOf(path).slice(COPIES_KEPT)) rmSync(old.path, { force: true });
}

/** Copies from before upgrades, newest first, with the format of each. */
function copiesOf(path: string): { path: string; format: number }[] {
	const folder = dirname(path);
	return readdirSync(folder)
		.filter((name) => name.startsWith(`${basename(path)}.before-v`) && /-v\d+-\d+$/.test(name))
		.map((name) => ({
			path: join(folder, name),
			format: Number(/\d+$/.exec(name)?.[0]),
			madeAt: statSync(join(folder, name)).mtimeMs,
		}))
		.sort((a, b) => b.madeAt - a.madeAt);
}

const PRAGMAS = { user_version: "PRAGMA user_version", application_id: "PRAGMA application_id" } as const;

function pragma(db: Database, name: "user_version" | "application_id"): number {
	const row = db.query(PRAGMAS[name]).get() as Record<string, number> | null;
	return row?.[name] ?? 0;
}
