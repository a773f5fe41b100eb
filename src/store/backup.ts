/** Copies of the whole database: made beside whoever uses it, checked, and only then given their name. Knows no schedule. */

import { Database } from "bun:sqlite";
import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { AppError } from "../errors.ts";
import { storageFault } from "./faults.ts";
import { checkFile } from "./migrations.ts";
import { lackOfRoom, settle } from "./placing.ts";
import { makePrivate } from "./rights.ts";

/** A copy that was made or looked through. `format` is the version of its tables. */
export type BackupFile = {
	readonly path: string;
	readonly bytes: number;
	readonly format: number;
	readonly subnets: number;
	readonly hosts: number;
};

/** What is being done, in this order. */
export type BackupStep = "copying" | "checking";

/** A copy under way ends in this, behind the number of the process that makes it. */
const PART = ".part";

/** Name of a copy made at `at`: "ipam-20261125-034100.db", UTC. */
export function backupName(databasePath: string, at: number): string {
	const time = new Date(at)
		.toISOString()
		.replace(/\.\d+Z$/, "")
		.replace(/[-:]/g, "")
		.replace("T", "-");
	return `${stemOf(databasePath)}-${time}.db`;
}

function stemOf(databasePath: string): string {
	return basename(databasePath, extname(databasePath));
}

/**
 * Copies the database `from` into the file `to` (VACUUM INTO: one moment of it, while others read and write), checks
 * the copy and puts it in place by renaming. Blocks its thread for about 10 s per gigabyte. Throws
 * AppError("unavailable"); then nothing is left and `to` is as it was. `tell` hears of each step.
 */
export function writeBackup(
	from: string,
	to: string,
	{ busyMs, tell = () => {} }: { readonly busyMs: number; readonly tell?: (step: BackupStep) => void },
): BackupFile {
	const part = partOf(to);
	try {
		// A copy is never larger than the file and its log.
		const lack = lackOfRoom(from, dirname(to));
		if (lack !== undefined) throw new AppError("unavailable", `No backup was made: ${lack}`);
		rmSync(part, { force: true });
		tell("copying");
		copyInto(from, part, busyMs);
		tell("checking");
		const made = checkBackup(part);
		settle(part, to);
		return { ...made, path: to };
	} catch (error) {
		removeQuietly(part);
		if (error instanceof AppError) throw error;
		const says = storageFault(error) ?? (error as Error).message;
		throw new AppError("unavailable", `No backup was made: ${says}`, { cause: error });
	}
}

/** The copy that will be `to`, while this process makes it. */
export function partOf(to: string): string {
	return `${to}.${process.pid}${PART}`;
}

/** Removes what was made so far of the copy that would have been `to`. */
export function dropPart(to: string): void {
	removeQuietly(partOf(to));
}

/** One moment of the database as a file of its own, not yet synced to the disk. */
export function copyInto(from: string, to: string, busyMs: number): void {
	if (!existsSync(from)) throw new AppError("unavailable", `There is no ${from}.`);
	const db = new Database(from, { readwrite: true, create: false, strict: true });
	try {
		db.run("PRAGMA busy_timeout = ".concat(String(Math.trunc(busyMs))));
		db.run("PRAGMA trusted_schema = OFF");
		checkFile(db, { fresh: false, path: from });
		makePrivate(to);
		db.query("VACUUM INTO ?").run(to);
	} finally {
		db.close();
	}
}

/**
 * Saves what an open connection sees as a file beside `path`, though nothing may be there any more. Answers its name.
 * Blocks its thread as `writeBackup` does; the connection must not be in a transaction.
 */
export function saveOpenFile(db: Database, path: string, at: number): string {
	const copy = `${path}.saved-${/\d{8}-\d{6}/.exec(backupName(path, at))?.[0]}`;
	db.run("PRAGMA query_only = OFF");
	try {
		rmSync(copy, { force: true });
		makePrivate(copy);
		db.query("VACUUM INTO ?").run(copy);
		checkBackup(copy);
		return copy;
	} finally {
		db.run("PRAGMA query_only = ON");
	}
}

/** Looks through every page of a file and counts what it holds. Throws AppError("unavailable") unless it is whole and ours. */
export function checkBackup(path: string): BackupFile {
	const db = new Database(path, { readonly: true, strict: true });
	try {
		db.run("PRAGMA trusted_schema = OFF");
		db.run("PRAGMA cell_size_check = ON");
		checkFile(db, { fresh: false, path });
		const found = db.query<{ integrity_check: string }, []>("PRAGMA integrity_check(1)").get();
		if (found?.integrity_check !== "ok") {
			throw new AppError("unavailable", `${path} is damaged: ${flawIn(found?.integrity_check)}.`);
		}
		if (db.query("PRAGMA foreign_key_check").get() !== null) {
			throw new AppError("unavailable", `${path} is damaged: rows in it point nowhere.`);
		}
		const one = (sql: string) => db.query<{ n: number }, []>(sql).get()?.n ?? 0;
		return {
			path,
			bytes: statSync(path).size,
			format: db.query<{ user_version: number }, []>("PRAGMA user_version").get()?.user_version ?? 0,
			subnets: one("SELECT count(*) AS n FROM subnet"),
			hosts: one("SELECT count(*) AS n FROM host"),
		};
	} finally {
		db.close();
	}
}

/**
 * Looks through the pages of a database in use; undefined when they are whole, else what is wrong, in words. Blocks its
 * thread for about 3 s per gigabyte.
 */
export function findDamage(path: string): string | undefined {
	const db = new Database(path, { readonly: true, strict: true });
	try {
		db.run("PRAGMA busy_timeout = 1000");
		const found = db.query<{ quick_check: string }, []>("PRAGMA quick_check(1)").get()?.quick_check;
		return found === "ok" ? undefined : `The database file is damaged (${flawIn(found)}). ${MEND}`;
	} catch (error) {
		const says = storageFault(error);
		return says?.includes("damaged") ? says : undefined;
	} finally {
		db.close();
	}
}

/** What a check of the file found, on one line: above it SQLite names the database. */
export function flawIn(said: string | undefined): string {
	return said?.split("\n").at(-1) ?? "unreadable";
}

const MEND =
	"Nothing is swept or written any more. Stop Rollcall and put a backup back: rollcall restore FILE.";

/**
 * Keeps the newest `keep` copies that `backupName` named in a folder; answers how many stay. Other files are not touched.
 * `made`: the one made last. A name that comes after it is of a clock that was ahead, and older than all others.
 */
export function pruneBackups(folder: string, databasePath: string, keep: number, made?: string): number {
	const whole = namesIn(folder, databasePath).filter((name) => name.endsWith(".db"));
	const isAhead = (name: string) => made !== undefined && name > basename(made);
	const byAge = [...whole.filter((name) => !isAhead(name)), ...whole.filter(isAhead)];
	for (const name of byAge.slice(keep)) rmSync(join(folder, name), { force: true });
	return Math.min(whole.length, keep);
}

/** Removes pieces of copies whose makers have ended. Call when this process makes none. */
export function removePieces(folder: string, databasePath: string): void {
	if (!existsSync(folder)) return;
	for (const name of namesIn(folder, databasePath)) {
		const maker = /\.(\d+)\.part(-journal)?$/.exec(name)?.[1];
		if (maker === undefined || (Number(maker) !== process.pid && lives(Number(maker)))) continue;
		rmSync(join(folder, name), { force: true });
	}
}

/** Copies and pieces of copies, newest first. */
function namesIn(folder: string, databasePath: string): string[] {
	return readdirSync(folder).filter(copiesOf(databasePath)).sort().reverse();
}

/** Is this the name of a copy of that database, or of a piece of one? */
export function copiesOf(databasePath: string): (name: string) => boolean {
	const stem = stemOf(databasePath);
	return (name) => name.startsWith(`${stem}-`) && /^\d{8}-\d{6}\.db(\.|$)/.test(name.slice(stem.length + 1));
}

function lives(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as { code?: string }).code === "EPERM";
	}
}

function removeQuietly(part: string): void {
	for (const path of [part, `${part}-journal`]) {
		try {
			rmSync(path, { force: true });
		} catch {
			// A folder that is gone or read-only: pruneBackups removes it another day.
		}
	}
}
