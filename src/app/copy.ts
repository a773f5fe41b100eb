/** A checked copy of the database, made in a thread of its own: whoever asks for it can be asked for other things meanwhile. */

import { BOUNDS } from "../config.ts";
import { runErrand } from "../errand.ts";
import type { BackupFile, BackupStep } from "../store/backup.ts";

/**
 * Copies the database `from` into the file `to`; `signal` ends it, and the piece that is there then stays. `tell` hears of
 * each step as it begins. `entry`: the program's main file, started again as the thread.
 */
export function copyInThread(
	entry: string,
	from: string,
	to: string,
	signal: AbortSignal,
	tell: (step: BackupStep) => void = () => {},
): Promise<BackupFile> {
	return runErrand(entry, "backup", { from, to, busyMs: BOUNDS.busyMs }, signal, tell);
}
