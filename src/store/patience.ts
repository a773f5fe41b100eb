/** How long the main thread waits for another thread's long write: it answers pages, so while one is under way, hardly. */

import type { Db } from "./database.ts";

/**
 * Runs `work`, another thread's write of seconds. Writes of this connection meanwhile wait `busyMs` and are then
 * refused as busy, instead of holding up every page; afterwards they wait `usualMs` again. Milliseconds.
 */
export async function withPatience<T>(
	db: Db,
	{ busyMs, usualMs }: { readonly busyMs: number; readonly usualMs: number },
	work: () => Promise<T>,
): Promise<T> {
	wait(db, busyMs);
	try {
		return await work();
	} finally {
		wait(db, usualMs);
	}
}

function wait(db: Db, ms: number): void {
	db.run("PRAGMA busy_timeout = ".concat(String(Math.trunc(ms))));
}
