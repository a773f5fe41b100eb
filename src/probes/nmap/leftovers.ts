/**
 * Runs of nmap whose starter has ended: a thread that broke, a process that was killed. They are found by what is noted in
 * their folder, and by who works in it, and ended with it. Linux only; elsewhere they end by their own limit.
 */

import {
	lstatSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { AppError } from "../../errors.ts";

const PREFIX = "rollcall-nmap-";

/** Beside the working directory: the leader of the run and who started it, by number and time of its start. */
const NOTE = "leader";
const RUN = "run";

/** Why no folder can be made, by the error's code. */
const REFUSED: Readonly<Record<string, string>> = {
	ENOSPC: "the disk is full",
	EDQUOT: "the disk is full for this user",
	EROFS: "the disk is read-only",
	ENOENT: "there is no such folder",
	EACCES: "this user may not write there",
};

/** A private folder for one run, with an empty one in it to work in. Throws AppError("unavailable"). */
export function makeFolder(): string {
	const place = tmpdir();
	try {
		const folder = mkdtempSync(join(place, `${PREFIX}${process.pid}-`));
		mkdirSync(join(folder, RUN), { mode: 0o700 });
		return folder;
	} catch (cause) {
		const { code = "", message } = cause as { code?: string; message: string };
		const says = `nmap has no folder to work in: none can be made in ${place}, ${REFUSED[code] ?? message}.`;
		throw new AppError("unavailable", says, { cause });
	}
}

/** Where the run of this folder works. */
export const workFolder = (folder: string): string => join(folder, RUN);

/** Notes who leads the run of this folder: a program with capabilities of its own hides where it works. */
export function noteLeader(folder: string, pid: number): void {
	const [leader, maker] = [readStat(pid), readStat(process.pid)];
	if (leader === undefined || maker === undefined) return;
	try {
		writeFileSync(join(folder, NOTE), JSON.stringify({ pid, start: leader.start, maker: maker.start }));
	} catch {
		// The disk is full, say: it is found by where it works, if it does not hide that.
	}
}

/**
 * Ends what was left behind. Call it where this process runs none itself: before the first run of a thread that scans.
 * Answers how many processes there were.
 */
export function endLeftovers(): number {
	const ours = namesIn(tmpdir()).filter((name) => name.startsWith(PREFIX) && isOurs(join(tmpdir(), name)));
	const left = new Set(ours.filter(isLeft));
	// As a rule there is none, and nobody's processes are looked at.
	if (left.size === 0) return 0;
	const leaders = [...left].map(readLeader).filter((pid) => pid !== undefined);
	const running = listProcesses().filter((pid) => left.has(folderOf(pid)) && !leaders.includes(pid));
	const ended = [...leaders, ...running].filter(kill).length;
	for (const name of left) removeQuietly(join(tmpdir(), name));
	return ended;
}

/** Is this the directory of a run whose maker has ended, or of a former thread of ours? */
function isLeft(name: string): boolean {
	const maker = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
	if (maker === undefined) return false;
	// The number of one that was killed may be somebody else's by now.
	const start = readNote(name)?.maker;
	const other = start !== undefined && readStat(Number(maker))?.start !== start;
	return Number(maker) === process.pid || other || !lives(Number(maker));
}

type Note = { readonly pid: number; readonly start: string; readonly maker: string };

function readNote(name: string): Note | undefined {
	try {
		const note = JSON.parse(readFileSync(join(tmpdir(), name, NOTE), "utf8")) as Partial<Note>;
		return Number.isInteger(note.pid) ? (note as Note) : undefined;
	} catch {
		return undefined;
	}
}

/** Who leads the run of this directory, when it is still the same process. */
function readLeader(name: string): number | undefined {
	const note = readNote(name);
	return note !== undefined && readStat(note.pid)?.start === note.start ? note.pid : undefined;
}

/** Anybody may make such names in a folder for everybody: only our own are entered and removed. */
function isOurs(folder: string): boolean {
	const found = lstatSync(folder, { throwIfNoEntry: false });
	return found?.isDirectory() === true && found.uid === process.getuid?.();
}

function listProcesses(): number[] {
	return namesIn("/proc")
		.filter((name) => /^\d+$/.test(name))
		.map(Number);
}

function namesIn(folder: string): string[] {
	try {
		return readdirSync(folder);
	} catch {
		return [];
	}
}

/** The name of the folder it works in, when that lies where ours do; else "". */
function folderOf(pid: number): string {
	try {
		const folder = readlinkSync(`/proc/${pid}/cwd`).replace(new RegExp(`/${RUN}$`), "");
		return dirname(folder) === tmpdir() ? basename(folder) : "";
	} catch {
		// Gone, or somebody else's.
		return "";
	}
}

/** The leader with its group; whoever left the group, alone. */
function kill(pid: number): boolean {
	const leads = readStat(pid)?.group === pid;
	try {
		process.kill(leads ? -pid : pid, "SIGKILL");
		return true;
	} catch {
		return false;
	}
}

/** proc(5), stat: the group of a process, and when it started, in ticks since the machine did. undefined: there is none. */
function readStat(pid: number): { group: number; start: string } | undefined {
	try {
		// Fields are counted behind the name in brackets, which may hold anything: state is the third of all.
		const fields = readFileSync(`/proc/${pid}/stat`, "latin1")
			.replace(/^.*\) /s, "")
			.split(" ");
		return { group: Number(fields[2]), start: fields[19] ?? "" };
	} catch {
		return undefined;
	}
}

function lives(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as { code?: string }).code === "EPERM";
	}
}

function removeQuietly(folder: string): void {
	try {
		rmSync(folder, { recursive: true, force: true });
	} catch {
		// Somebody else's: theirs to remove.
	}
}
