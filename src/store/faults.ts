/** What SQLite's error codes mean for those who run this, and what mends it. Knows no query and no file. */

import type { StorageFault } from "../model/doctor/facts.ts";

/** Of a write that came at the wrong moment: it may be tried again after so many seconds. */
export const BUSY =
	"Something else is writing to the database, such as a large import. Try again in a moment.";
export const BUSY_AGAIN_S = 2;

export const REFUSED =
	"The database may not be written: it is on a read-only disk, belongs to somebody else, was taken away or is damaged. The doctor says which.";

const FULL = [
	"The disk is full, so nothing can be kept. Make room; Rollcall goes on by itself.",
	"full",
] as const;

const WORDS: readonly (readonly [start: string, says: string, kind: StorageFault])[] = [
	["SQLITE_FULL", ...FULL],
	// The file beside the log finds no room: SQLite calls that an error of the disk.
	["SQLITE_IOERR_SHMSIZE", ...FULL],
	["SQLITE_READONLY", REFUSED, "refused"],
	["SQLITE_BUSY", BUSY, "busy"],
	["SQLITE_LOCKED", "The database is held by another program. Try again in a moment.", "busy"],
	["SQLITE_IOERR", "The disk that holds the database fails. Look at the system's log.", "failing"],
	[
		"SQLITE_CANTOPEN",
		"The database cannot be opened. Look at the rights of its folder, and at the disk.",
		"refused",
	],
	[
		"SQLITE_CORRUPT",
		"The database file is damaged. Stop Rollcall and put a backup back: rollcall restore FILE.",
		"damaged",
	],
	[
		"SQLITE_NOTADB",
		"The database file is no database any more. Stop Rollcall and put a backup back: rollcall restore FILE.",
		"damaged",
	],
];

/** In words for a person, when the error (or what caused it) is the database's or the disk's; else undefined. */
export function storageFault(error: unknown): string | undefined {
	return wordsFor(error)?.[1];
}

/** The same for a verb that ends with it, and goes on with nothing. */
export function storageEnd(error: unknown): string | undefined {
	return storageFault(error)?.replace(
		"Make room; Rollcall goes on by itself.",
		"Make room, and start again.",
	);
}

/** The same as a kind, for whoever knows what mends it. */
export function storageKind(error: unknown): StorageFault | undefined {
	return wordsFor(error)?.[2];
}

function wordsFor(error: unknown): (typeof WORDS)[number] | undefined {
	for (let one = error; one instanceof Error; one = one.cause) {
		const code = (one as { code?: unknown }).code;
		if (typeof code !== "string") continue;
		const words = WORDS.find(([start]) => code.startsWith(start));
		if (words !== undefined) return words;
		if (code === "ENOSPC" || code === "EDQUOT") return WORDS[0];
	}
	return undefined;
}
