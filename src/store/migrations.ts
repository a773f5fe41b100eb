/** Brings a database file to today's schema: append-only steps, one transaction, a copy of the file before. */

import type { Database } from "bun:sqlite";
import { readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import schema from "../../schema.sql" with { type: "text" };
import { AppError } from "../errors.ts";
import { storageFault } from "./faults.ts";
import { makePrivate } from "./rights.ts";
import toFormat2 from "./steps/to-2.sql" with { type: "text" };

/**
 * SQL that leads from version i + 1 to i + 2, a file each in steps/. Never edited once landed; schema.sql shows the
 * result, and tests/schema.test.ts proves that it is the same.
 */
export const STEPS: readonly string[] = Object.freeze([toFormat2]);

/** Version of schema.sql, kept in PRAGMA user_version. */
export const SCHEMA_VERSION = STEPS.length + 1;

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
		throw new AppError(
			"unavailable",
			`${file.path} is not a database of Rollcall (or has been emptied). It was not touched.`,
		);
	}
	if (version > SCHEMA_VERSION) {
		throw new AppError(
			"unavailable",
			`${file.path} was written by a newer Rollcall (format ${version}, this one knows ${SCHEMA_VERSION}). Start the newer one.`,
		);
	}
}

/** Makes the tables of a new file, or runs the missing steps on an older one that `checkFile` let pass. */
export function migrate(db: Database, file: { fresh: boolean; path: string; copyBefore: boolean }): void {
	const version = pragma(db, "user_version");
	if (file.fresh && version === 0) install(db);
	else if (version < SCHEMA_VERSION) {
		if (file.copyBefore && file.path !== ":memory:") keepCopy(db, file.path, version);
		upgrade(db, version);
	}
}

function install(db: Database): void {
	db.transaction(() => {
		db.run(schema);
		db.run(MARK_OURS);
		db.run(MARK_VERSION);
	}).immediate();
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
	try {
		makePrivate(part);
		db.query("VACUUM INTO ?").run(part);
		renameSync(part, copy);
	} catch (cause) {
		rmSync(part, { force: true });
		const says = storageFault(cause) ?? `${(cause as Error).message}.`;
		throw new AppError(
			"unavailable",
			`${path} is to be upgraded, and no copy of it can be made beforehand. ${says} Nothing was changed.`,
			{ cause },
		);
	}
	const copies = readdirSync(dirname(path))
		.filter((name) => name.startsWith(`${basename(path)}.before-v`) && /-v\d+-\d+$/.test(name))
		.map((name) => ({ path: join(dirname(path), name), madeAt: statSync(join(dirname(path), name)).mtimeMs }))
		.sort((a, b) => b.madeAt - a.madeAt);
	for (const old of copies.slice(COPIES_KEPT)) rmSync(old.path, { force: true });
}

const PRAGMAS = { user_version: "PRAGMA user_version", application_id: "PRAGMA application_id" } as const;

function pragma(db: Database, name: "user_version" | "application_id"): number {
	const row = db.query(PRAGMAS[name]).get() as Record<string, number> | null;
	return row?.[name] ?? 0;
}
