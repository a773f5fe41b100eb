/** A backup in the place of the database: looked through, brought to today's format, and only then swapped in. */

import { Database } from "bun:sqlite";
import { chownSync, copyFileSync, existsSync, linkSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { AppError } from "../errors.ts";
import { type Access, settleAccess } from "./access.ts";
import { type BackupFile, backupName, checkBackup, copyInto } from "./backup.ts";
import { openDatabase } from "./database.ts";
import { storageFault } from "./faults.ts";
import { settle } from "./placing.ts";

/** `kept`: where the former database is now; null when there was none. `access`: who may get in. */
export type Restored = BackupFile & { readonly kept: string | null; readonly access: Access };

/**
 * Puts a copy of the file `from` in the place of the database `to`, which nobody may use (see lockDatabase). Throws
 * AppError("unavailable") when `from` is not a whole database of ours, or one of a newer Rollcall; then nothing was
 * changed. Killed at any moment, `to` is the former database or the new one.
 */
export function restoreBackup(from: string, to: string, options: { at: number; busyMs: number }): Restored {
	const part = `${to}.restoring`;
	try {
		removeAll(part);
		const found = statSync(from, { throwIfNoEntry: false });
		if (found === undefined) throw new AppError("unavailable", `There is no ${from}.`);
		if (!found.isFile()) throw new AppError("unavailable", `${from} is no file.`);
		if (existsSync(to) && statSync(to).ino === found.ino && statSync(to).dev === found.dev) {
			throw new AppError("invalid", `${from} is the database itself.`);
		}
		checkBackup(from);
		copyInto(from, part, options.busyMs);
		const access = prepare(part, to, options.busyMs);
		const made = checkBackup(part);
		giveToOwner(part, to);
		const kept = keepFormer(to, options);
		settle(part, to);
		return { ...made, path: to, kept: kept ?? null, access };
	} catch (error) {
		removeAll(part);
		if (error instanceof AppError) throw error;
		const says =
			storageFault(error) === undefined ? (error as Error).message : "it is damaged or no database";
		throw new AppError("unavailable", `${from} cannot be used: ${says}. Nothing was changed.`, {
			cause: error,
		});
	}
}

/**
 * Upgrades the copy, then compares it with a new database: a trigger or a view that is not ours could do anything.
 * Answers who may get in by it.
 */
function prepare(part: string, to: string, busyMs: number): Access {
	const db = openDatabase(part, { busyMs, copyBefore: false });
	const own = openDatabase(":memory:", { busyMs });
	try {
		const theirs = readParts(db);
		const ours = readParts(own);
		const strange = [...theirs].find(([name, sql]) => ours.get(name) !== sql);
		const missing = [...ours.keys()].find((name) => !theirs.has(name));
		const odd = strange?.[0] ?? missing;
		if (odd !== undefined) {
			throw new AppError(
				"unavailable",
				`The backup is not as Rollcall makes them (${odd}). It was not used.`,
			);
		}
		// Somebody who was signed out or shut out since must not be in again by it.
		const access = settleAccess(db, to);
		db.run("PRAGMA journal_mode = DELETE");
		return access;
	} finally {
		own.close();
		db.close();
	}
}

/** Tables by their columns; triggers and views by their text; virtual tables by name, so that each is strange. */
function readParts(db: Database): Map<string, string> {
	const rows = db
		.query<{ type: string; name: string; sql: string | null }, []>(
			"SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND type <> 'index'",
		)
		.all();
	const columns = db.query<{ columns: string }, [string]>(
		"SELECT group_concat(name || ' ' || type, ', ' ORDER BY name) AS columns FROM pragma_table_xinfo(?)",
	);
	return new Map(
		rows.map(({ type, name, sql }) => {
			const text = (sql ?? "").replace(/--.*/g, "").replace(/\s+/g, " ");
			const isTable = type === "table" && !/^CREATE VIRTUAL/i.test(text);
			return [`${type} ${name}`, isTable ? (columns.get(name)?.columns ?? "") : text];
		}),
	);
}

/** Whoever restores as root leaves the file to whom the database (or its folder) belongs: only they can read it. */
function giveToOwner(part: string, to: string): void {
	const { uid, gid } = statSync(existsSync(to) ? to : dirname(to));
	const ours = statSync(part);
	if (ours.uid === uid && ours.gid === gid) return;
	try {
		chownSync(part, uid, gid);
	} catch {
		// Not root: the file is ours, as the former one was, or could not have been replaced.
	}
}

/** Gives the former database a second name. Its log is moved into it first: left behind, it would be taken for the new one's. */
function keepFormer(to: string, { at, busyMs }: { at: number; busyMs: number }): string | undefined {
	if (!existsSync(to)) {
		for (const end of ["-wal", "-shm"]) rmSync(`${to}${end}`, { force: true });
		return undefined;
	}
	const time = /\d{8}-\d{6}/.exec(backupName(to, at))?.[0];
	const kept = `${to}.before-restore-${time}`;
	moveLog(to, busyMs);
	rmSync(kept, { force: true });
	try {
		linkSync(to, kept);
	} catch {
		copyFileSync(to, kept);
	}
	// What is still there belongs to a database that cannot be opened: it stays beside it.
	if (existsSync(`${to}-wal`)) renameSync(`${to}-wal`, `${kept}-wal`);
	rmSync(`${to}-shm`, { force: true });
	return kept;
}

function moveLog(path: string, busyMs: number): void {
	try {
		const db = new Database(path, { readwrite: true, create: false, strict: true });
		try {
			db.run("PRAGMA busy_timeout = ".concat(String(Math.trunc(busyMs))));
			db.run("PRAGMA wal_checkpoint(TRUNCATE)");
		} finally {
			db.close();
		}
	} catch {
		// Damaged: that may be why it is replaced.
	}
}

function removeAll(path: string): void {
	for (const end of ["", "-wal", "-shm", "-journal"]) rmSync(`${path}${end}`, { force: true });
}
