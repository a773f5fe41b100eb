/** Whether anything in the database changed, whoever wrote it. Reads no table. */

import type { Db } from "./database.ts";

/**
 * A text that is the same as long as nothing was committed: data_version counts the commits of other connections,
 * total_changes the rows this one has written.
 */
export function readChangeMark(db: Db): string {
	const others = db.query<{ data_version: number }, []>("PRAGMA data_version").get()?.data_version;
	const own = db.query<{ n: number }, []>("SELECT total_changes() AS n").get()?.n;
	return `${others}/${own}`;
}
