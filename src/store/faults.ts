/** What SQLite's error codes mean for those who run this, and what mends it. Knows no query and no file. */

const WORDS: readonly (readonly [start: string, says: string])[] = [
	["SQLITE_FULL", "The disk is full, so nothing can be kept. Make room; Rollcall goes on by itself."],
	[
		"SQLITE_READONLY",
		"The database may not be written: it is on a read-only disk, belongs to somebody else, or was taken away.",
	],
	["SQLITE_BUSY", "The database is held by another program. Try again in a moment."],
	["SQLITE_LOCKED", "The database is held by another program. Try again in a moment."],
	["SQLITE_IOERR", "The disk that holds the database fails. Look at the system's log."],
	["SQLITE_CANTOPEN", "The database cannot be opened. Look at the rights of its folder, and at the disk."],
	[
		"SQLITE_CORRUPT",
		"The database file is damaged. Stop Rollcall and put a backup back: rollcall restore FILE.",
	],
	[
		"SQLITE_NOTADB",
		"The database file is no database any more. Stop Rollcall and put a backup back: rollcall restore FILE.",
	],
];

/** In words for a person, when the error (or what caused it) is the database's or the disk's; else undefined. */
export function storageFault(error: unknown): string | undefined {
	for (let one = error; one instanceof Error; one = one.cause) {
		const code = (one as { code?: unknown }).code;
		if (typeof code !== "string") continue;
		const words = WORDS.find(([start]) => code.startsWith(start));
		if (words !== undefined) return words[1];
		if (code === "ENOSPC" || code === "EDQUOT") return WORDS[0]?.[1];
	}
	return undefined;
}
