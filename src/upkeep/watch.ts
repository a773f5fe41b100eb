/**
 * Keeps watch over the open database in the thread that sweeps: when its file is deleted or replaced, nothing is swept
 * any more, and what the open file still holds is saved beside it, once.
 */

import { AppError } from "../errors.ts";
import type { Log } from "../log.ts";
import { saveOpenFile } from "../store/backup.ts";
import type { Db } from "../store/database.ts";
import { watchFile } from "../store/watch.ts";

export type WatchOptions = {
	readonly db: Db;
	readonly path: string;
	readonly log: Log;
	/** Name of the saved copy. */
	readonly now: () => number;
};

/** A station that must come first: its tick throws AppError("unavailable") while the file is lost. */
export function openWatch({ db, path, log, now }: WatchOptions): { tick(): void; close(): Promise<void> } {
	const look = watchFile(db, path);
	let saved: string | undefined;
	return {
		tick() {
			const problem = look();
			if (problem === undefined) {
				saved = undefined;
				return;
			}
			if (saved === undefined) {
				log.error("the database file is lost", { reason: problem });
				saved = save(db, path, now(), log);
			}
			throw new AppError("unavailable", `${problem} ${saved}`);
		},
		async close() {},
	};
}

/** What to do now, in words. */
function save(db: Db, path: string, at: number, log: Log): string {
	try {
		const copy = saveOpenFile(db, path, at);
		log.warning("what the lost file held is saved", { path: copy });
		return `All that was known is saved in ${copy}. Stop Rollcall, then: rollcall restore --database ${path} ${copy}`;
	} catch (error) {
		log.error("what the lost file held could not be saved", { reason: error });
		return "It could not be saved elsewhere. Put the file back, or stop Rollcall and restore a backup.";
	}
}
