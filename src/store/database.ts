/** The SQLite file: opening it, its pragmas, the lock that keeps a second Rollcall out. Knows no table's meaning. */

import { Database } from "bun:sqlite";
import { existsSync } from "node:fs";
import { AppError } from "../errors.ts";
import { REFUSED, storageEnd, storageKind } from "./faults.ts";
import { checkFile, migrate, type Tell } from "./migrations.ts";
import { makeForService, whyNoFile } from "./rights.ts";

/** One connection. Each thread has its own. */
export type Db = Database;

/** Held as long as the process lives; the kernel frees it after a kill -9 too. */
export type FileLock = {
	/** A database was opened here: from now on its absence is a loss, not a beginning. */
	markUsed(): void;
	release(): void;
};

/** Pages of 4 kB in the write-ahead log at which a commit moves it into the file, if nobody did before. */
const AUTO_CHECKPOINT_PAGES = 16_000;

/** Statements that stay prepared: more than the program has. With bun's own 20 most are prepared at every call. */
const STATEMENTS_KEPT = 1_000;

/**
 * Opens (and makes or upgrades) the database. `busyMs` is how long a write waits for the other thread;
 * `checkpointPages` the length of the write-ahead log at which a commit of this connection moves it into the file,
 * which takes as long as the disk takes (the thread that sweeps does so earlier, see `checkpoint`); `copyBefore` false
 * spares the copy before an upgrade; `tell` hears how far an upgrade is, which takes half a minute per gigabyte.
 * Throws AppError("unavailable") when the file cannot be used, with what to do in the message.
 */
export function openDatabase(
	path: string,
	options: { busyMs: number; checkpointPages?: number; copyBefore?: boolean; tell?: Tell },
): Db {
	const fresh = path === ":memory:" || !existsSync(path);
	let db: Database | undefined;
	Database.MAX_QUERY_CACHE_SIZE = STATEMENTS_KEPT;
	try {
		makeForService(path);
		db = new Database(path, { create: true, strict: true });
		// busy_timeout comes first: the change to WAL may itself have to wait.
		db.run("PRAGMA busy_timeout = ".concat(String(Math.trunc(options.busyMs))));
		// Looked at before anything is written: a file that is not ours stays as it is.
		checkFile(db, { fresh, path });
		db.run("PRAGMA journal_mode = WAL");
		db.run("PRAGMA synchronous = NORMAL");
		db.run(
			"PRAGMA wal_autocheckpoint = ".concat(
				String(Math.trunc(options.checkpointPages ?? AUTO_CHECKPOINT_PAGES)),
			),
		);
		db.run("PRAGMA foreign_keys = ON");
		db.run("PRAGMA trusted_schema = OFF");
		db.run("PRAGMA temp_store = MEMORY");
		db.run("PRAGMA cache_size = -16000");
		db.run("PRAGMA journal_size_limit = 67108864");
		const { copyBefore = true, tell = () => {} } = options;
		migrate(db, { fresh, path, copyBefore, tell });
		return db;
	} catch (cause) {
		db?.close();
		if (cause instanceof AppError) throw cause;
		const says = storageEnd(cause) ?? `${(cause as Error).message}.`;
		throw new AppError("unavailable", `The database ${path} cannot be used. ${says}`, { cause });
	}
}

/**
 * Makes this process the only one on `path`: a write transaction on a tiny file beside it, never committed.
 * Throws AppError("conflict") naming the other process, AppError("unavailable") when the file itself cannot be used. A
 * database in memory needs no lock.
 */
export function lockDatabase(path: string, owner: { pid: number; at: number }): FileLock {
	if (path === ":memory:") return { markUsed() {}, release() {} };
	let lock: Database;
	try {
		makeForService(`${path}.lock`);
		lock = new Database(`${path}.lock`, { create: true, strict: true });
	} catch (cause) {
		const why = whyNoFile(`${path}.lock`) ?? (cause as Error).message;
		throw new AppError("unavailable", `No file can be made beside ${path}: ${why}.`, { cause });
	}
	try {
		lock.run("PRAGMA busy_timeout = 200");
		lock.run("CREATE TABLE IF NOT EXISTS owner (pid INTEGER, at INTEGER)");
		lock.run("BEGIN IMMEDIATE");
		lock.run("DELETE FROM owner");
		lock.query("INSERT INTO owner (pid, at) VALUES (?, ?)").run(owner.pid, owner.at);
		lock.run("COMMIT");
		lock.run("BEGIN IMMEDIATE");
	} catch (cause) {
		const other = otherOwner(lock);
		lock.close();
		throw refusedLock(path, other, cause);
	}
	return {
		markUsed() {
			if (pragmaOf(lock, "PRAGMA user_version") === USED) return;
			lock.run("ROLLBACK");
			lock.run("PRAGMA user_version = 1");
			lock.run("BEGIN IMMEDIATE");
		},
		release() {
			lock.run("ROLLBACK");
			lock.close();
		},
	};
}

/** Only a lock that is busy means that somebody else has it. */
function refusedLock(path: string, other: string, cause: unknown): AppError {
	const kind = storageKind(cause);
	if (kind === "busy") {
		const says = `Another Rollcall${other} is using ${path}. Stop it first, or name another file.`;
		return new AppError("conflict", says, { cause });
	}
	const says =
		kind === "damaged"
			? `${path}.lock is damaged. Delete it: it only says who uses the database.`
			: `${path}.lock cannot be written. ${storageEnd(cause) ?? (cause as Error).message}`;
	return new AppError("unavailable", says, { cause });
}

/** What a reader keeps of the file, in kilobytes. */
const READER_CACHE_KB = 1_000;

/** A connection that only reads. Whoever opened it closes it. */
export type Reader = { readonly db: Db; close(): void };

/**
 * For who goes through the whole file once: it keeps little of it, and leaves what others need in the cache of `db`. A
 * database in memory, or one whose file is lost (see watch.ts), is read by `db` itself.
 */
export function openReader(db: Db): Reader {
	const itself = { db, close() {} };
	if (["", ":memory:"].includes(db.filename) || pragmaOf(db, "PRAGMA query_only") === 1) return itself;
	const own = new Database(db.filename, { readonly: true, strict: true });
	try {
		own.run("PRAGMA busy_timeout = ".concat(String(pragmaOf(db, "PRAGMA busy_timeout"))));
		own.run("PRAGMA cache_size = -".concat(String(READER_CACHE_KB)));
		own.run("PRAGMA trusted_schema = OFF");
		own.run("PRAGMA temp_store = MEMORY");
		return { db: own, close: () => own.close() };
	} catch (cause) {
		own.close();
		throw cause;
	}
}

/** `user_version` of a lock whose database was there once. */
const USED = 1;

function pragmaOf(db: Database, pragma: string): number {
	return Number(Object.values(db.query<Record<string, number>, []>(pragma).get() ?? {})[0] ?? 0);
}

/**
 * A database that was there and is not must not be made anew in silence: all would seem forgotten. Call before
 * `openDatabase`, with the lock held. Throws AppError("unavailable") with both ways on.
 */
export function refuseLost(path: string): void {
	if (path === ":memory:" || existsSync(path)) return;
	const lock = new Database(`${path}.lock`, { readonly: true });
	const known = pragmaOf(lock, "PRAGMA user_version") === USED;
	lock.close();
	if (!known && !existsSync(`${path}-wal`)) return;
	throw new AppError(
		"unavailable",
		`${path} is gone, though Rollcall has used it before. Put it back, or a backup in its place: rollcall restore --database ${path} FILE. To begin anew on purpose, delete ${path}.lock${existsSync(`${path}-wal`) ? ` and ${path}-wal` : ""}.`,
	);
}

function otherOwner(lock: Database): string {
	try {
		const row = lock.query<{ pid: number; at: number }, []>("SELECT pid, at FROM owner").get();
		return row ? ` (process ${row.pid}, since ${new Date(row.at).toISOString()})` : "";
	} catch {
		return "";
	}
}

/** From now on nothing is written by this connection: what is there is not to be made worse. */
export function holdWrites(db: Db): void {
	db.run("PRAGMA query_only = ON");
}

/**
 * Throws AppError("unavailable") while this connection takes no writes (its file is lost or damaged): for whoever is about
 * to write by another one.
 */
export function demandWritable(db: Db): void {
	if (pragmaOf(db, "PRAGMA query_only") === 0) return;
	throw new AppError("unavailable", REFUSED);
}

/** Runs `work` in one write transaction that takes the write lock at its start (no upgrade can then fail half-way). */
export function transact<T>(db: Db, work: () => T): T {
	return db.transaction(work).immediate();
}

/**
 * Moves committed pages from the log into the file when more than `pages` wait; answers whether it did. Holds nobody up:
 * readers and writers go on beside it. Call it between transactions, so that none of them has to do it at its commit.
 */
export function checkpoint(db: Db, pages: number): boolean {
	const { log, checkpointed } = logOf(db);
	if (log - checkpointed <= pages) return false;
	db.run("PRAGMA wal_checkpoint(PASSIVE)");
	return true;
}

/** A log of so many pages is long. What is left of it is made less than so many first, if that can be; others are waited for so long, in milliseconds. */
const LONG_PAGES = 4_000;
const REST_PAGES = 1_000;
const ANEW_MS = 20;

/**
 * Begins a long log anew that writers leave no moment for: they wait while the disk takes the rest of it. Not while
 * somebody reads what is older than that, a backup say: false when it met one.
 */
export function beginAnew(db: Db): boolean {
	for (let tries = 0; tries < 3; tries++) {
		const { log, checkpointed } = logOf(db);
		if (log <= LONG_PAGES || checkpointed === log) return true;
		if (tries > 0 && log - checkpointed <= REST_PAGES) break;
		db.run("PRAGMA wal_checkpoint(PASSIVE)");
		// All there was is moved, unless somebody still reads it as it was before.
		if (logOf(db).checkpointed < log) return false;
	}
	const usual = pragmaOf(db, "PRAGMA busy_timeout");
	db.run("PRAGMA busy_timeout = ".concat(String(ANEW_MS)));
	try {
		// A writer in its way makes no error: there is a next time.
		db.query("PRAGMA wal_checkpoint(RESTART)").get();
		return true;
	} finally {
		db.run("PRAGMA busy_timeout = ".concat(String(usual)));
	}
}

/** Pages in the log, and those of them that are in the file already. */
function logOf(db: Db): { log: number; checkpointed: number } {
	const sql = "PRAGMA wal_checkpoint(NOOP)";
	return db.query<{ log: number; checkpointed: number }, []>(sql).get() ?? { log: 0, checkpointed: 0 };
}

/** Row id of the last insert as a number. */
export function insertedId(result: { lastInsertRowid: number | bigint }): number {
	return Number(result.lastInsertRowid);
}
