/** How long a write waits while another thread or program writes: the main thread answers pages, so there hardly at all. */

import { type Db, demandWritable } from "./database.ts";
import { storageKind } from "./faults.ts";

/**
 * Runs `work`, another thread's write of seconds; AppError("unavailable") where this connection takes no writes. Writes of this connection meanwhile wait `busyMs` and are then
 * refused as busy, instead of holding up every page; afterwards they wait `usualMs` again. Milliseconds.
 */
export async function withPatience<T>(
	db: Db,
	{ busyMs, usualMs }: { readonly busyMs: number; readonly usualMs: number },
	work: () => Promise<T>,
): Promise<T> {
	demandWritable(db);
	setPatience(db, busyMs);
	try {
		return await work();
	} finally {
		setPatience(db, usualMs);
	}
}

/** From now on a write of this connection waits so long, in milliseconds, before it is refused as busy. */
export function setPatience(db: Db, ms: number): void {
	db.run("PRAGMA busy_timeout = ".concat(String(Math.trunc(ms))));
}

/** Runs `work`; a write in it that would have to wait is refused as busy at once. */
export function atOnce<T>(db: Db, work: () => T): T {
	const usual = db.query<{ timeout: number }, []>("PRAGMA busy_timeout").get()?.timeout ?? 0;
	setPatience(db, 0);
	try {
		return work();
	} finally {
		setPatience(db, usual);
	}
}

/** Could this connection write at this moment? Any other trouble than a busy database comes out at the write itself. */
export function canWrite(db: Db): boolean {
	try {
		atOnce(db, () => {
			db.run("BEGIN IMMEDIATE");
			db.run("ROLLBACK");
		});
		return true;
	} catch (error) {
		return storageKind(error) !== "busy";
	}
}

/** How often what finds the database busy is tried again, and for how long, in milliseconds. */
export type Again = {
	readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
	readonly againMs: number;
	readonly againMaxMs: number;
	/** Ends the waiting. */
	readonly signal?: AbortSignal;
};

/**
 * Tries `work`, which writes in one transaction, until the database is not busy; others have their turn between. Throws
 * what it threw last when that does not come in time.
 */
export async function whenFree<T>(work: () => T, again: Again): Promise<T> {
	for (let waited = 0; ; waited += again.againMs) {
		try {
			return work();
		} catch (error) {
			const isOver = waited >= again.againMaxMs || again.signal?.aborted === true;
			if (isOver || storageKind(error) !== "busy") throw error;
		}
		await again.sleep(again.againMs, again.signal);
	}
}
