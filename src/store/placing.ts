/** Files that take their place whole or not at all, and the room they need. Knows nothing of what is in them. */

import { closeSync, fsyncSync, openSync, renameSync, statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** Room that is left to others on the disk, in bytes. */
const SPARE_BYTES = 16_000_000;

/** Puts `part` in the place of `to`; after a power cut it is the one or the other, whole. */
export function settle(part: string, to: string): void {
	syncPath(part);
	renameSync(part, to);
	syncPath(dirname(to));
}

/**
 * Is there room in `folder` for `times` the database at `path`, its log included? Undefined when there is, else what is
 * missing, in words.
 */
export function lackOfRoom(path: string, folder: string, times = 1): string | undefined {
	const size = (of: string) => statSync(of, { throwIfNoEntry: false })?.size ?? 0;
	const needed = times * (size(path) + size(`${path}-wal`)) + SPARE_BYTES;
	const disk = statfsSync(folder);
	const free = disk.bavail * disk.bsize;
	const mb = (bytes: number) => `${Math.ceil(bytes / 1e6)} MB`;
	return free >= needed ? undefined : `${folder} has ${mb(free)} free, ${mb(needed)} are needed.`;
}

function syncPath(path: string): void {
	const file = openSync(path, "r");
	try {
		fsyncSync(file);
	} finally {
		closeSync(file);
	}
}
