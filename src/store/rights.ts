/**
 * Who may read the files of a database: only their owner, for they hold hashes and keys. Makes new ones so, and closes
 * those that an earlier version, or somebody else's copy, left open. Knows no table.
 */

import {
	chmodSync,
	closeSync,
	constants,
	fchmodSync,
	fchownSync,
	fstatSync,
	lstatSync,
	openSync,
	readdirSync,
	statSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";

/** Read and write for the owner, nothing for others. */
const PRIVATE = 0o600;
const OTHERS = 0o077;

/** What lies beside a database and belongs to it, by the end of its name. */
const BELONGS =
	/^(-wal|-shm|-journal|\.lock|\.setup|\.restoring|\.import-\d+|\.before-v\d+-\d+|\.before-restore-\d{8}-\d{6}|\.saved-\d{8}-\d{6})$/;

/**
 * Makes an empty file that only its owner reads, unless one is there already: SQLite fills it, and gives its log the
 * same rights. What keeps the file from being made, SQLite tells better.
 */
export function makePrivate(path: string): void {
	make(path, () => undefined);
}

/**
 * The same for a database and its lock, which belong to whom their folder belongs: what root begins there, as with
 * "rollcall user add" before the first start, the service must be able to open.
 */
export function makeForService(path: string): void {
	make(path, (file) => {
		const [made, folder] = [fstatSync(file), statSync(dirname(path))];
		if (made.uid === 0 && folder.uid !== 0) fchownSync(file, folder.uid, folder.gid);
	});
}

function make(path: string, settle: (file: number) => void): void {
	if (path === ":memory:") return;
	try {
		const file = openSync(path, "wx", PRIVATE);
		try {
			settle(file);
		} finally {
			closeSync(file);
		}
	} catch {
		// There already, or impossible: opening it says which.
	}
}

/** Why no file can be made at `path`, as the end of a sentence; undefined: one can. SQLite does not tell it. */
export function whyNoFile(path: string): string | undefined {
	const folder = dirname(path);
	try {
		closeSync(openSync(path, "a", PRIVATE));
		return undefined;
	} catch (error) {
		const { code, message } = error as { code?: string; message: string };
		const says: Readonly<Record<string, string>> = {
			ENOENT: `there is no folder ${folder}`,
			ENOTDIR: `${folder} is no folder`,
			EROFS: `${folder} is on a read-only disk`,
			EACCES: `user ${process.getuid?.() ?? ""} may not write into ${folder}`,
			ENOSPC: "the disk is full",
			EDQUOT: "the disk is full for this user",
			EMFILE: "too many files are open",
		};
		return says[code ?? ""] ?? message;
	}
}

/** What was open to others: closed now, or (another user's file) still open. Names, without their folder. */
export type Closed = { readonly closed: readonly string[]; readonly open: readonly string[] };

/** Closes the database `path`, what belongs to it, and its backups in `backups` (`isBackup` knows them by name). */
export function closeToOthers(
	path: string,
	backups: { readonly dir: string; isBackup(name: string): boolean },
): Closed {
	if (path === ":memory:") return { closed: [], open: [] };
	const own = basename(path);
	const beside = namesIn(dirname(path)).filter(
		(name) => name === own || (name.startsWith(own) && BELONGS.test(name.slice(own.length))),
	);
	const seen = [
		...beside.map((name) => ({ name, done: closeFile(join(dirname(path), name), chmodSync) })),
		...namesIn(backups.dir)
			.filter(backups.isBackup)
			.map((name) => ({ name, done: closeFile(join(backups.dir, name), changeNoLink) })),
	];
	const named = (done: boolean) => seen.filter((one) => one.done === done).map(({ name }) => name);
	return { closed: named(true), open: named(false) };
}

/** True: closed just now; false: open, and not ours to close; undefined: nobody else could read it. */
function closeFile(path: string, change: (path: string, mode: number) => void): boolean | undefined {
	const found = lstatSync(path, { throwIfNoEntry: false });
	if (found === undefined || !found.isFile() || (found.mode & OTHERS) === 0) return undefined;
	try {
		change(path, found.mode & ~OTHERS & 0o777);
		return true;
	} catch {
		return false;
	}
}

/**
 * A folder of backups may be shared: somebody could put a link to another file there in this moment. Not for what SQLite
 * has open in this process: closing a file of it gives its locks away (POSIX fcntl).
 */
function changeNoLink(path: string, mode: number): void {
	const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
	try {
		fchmodSync(file, mode);
	} finally {
		closeSync(file);
	}
}

function namesIn(folder: string): string[] {
	try {
		return readdirSync(folder);
	} catch {
		return [];
	}
}
