/** Is the file that is open still the one at its path? Writes into a deleted file succeed, and are lost with it. */

import { statSync } from "node:fs";
import type { Db } from "./database.ts";

/** Looks; answers why the file is lost, in words, and undefined while all is well. */
export type FileWatch = () => string | undefined;

/**
 * Begins with the file as it is now. While the file is gone, or another one lies in its place, the connection takes no
 * writes; when it is back, it takes them again. A database in memory is never lost.
 */
export function watchFile(db: Db, path: string): FileWatch {
	if (path === ":memory:") return () => undefined;
	const find = () => statSync(path, { throwIfNoEntry: false });
	const opened = find();
	let lost = false;
	return () => {
		const found = find();
		const isLost = found === undefined || found.ino !== opened?.ino || found.dev !== opened.dev;
		if (isLost !== lost) {
			lost = isLost;
			db.run(lost ? "PRAGMA query_only = ON" : "PRAGMA query_only = OFF");
		}
		if (!lost) return undefined;
		const what = found === undefined ? "was deleted" : "was replaced by another file";
		return `The database ${path} ${what} while Rollcall ran. Nothing is written any more.`;
	};
}
