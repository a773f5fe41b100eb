/**
 * Runs of nmap whose starter has ended: a thread that broke, a process that was killed. They are found by their working
 * directory, which names the process that made it, and ended with it. Linux only; elsewhere they end by their own limit.
 */

import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";

const PREFIX = "rollcall-nmap-";

/** A private, empty working directory for one run. */
export function makeFolder(): string {
	return mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
}

/**
 * Ends what was left behind. Call it where this process runs none itself: before the first run of a thread that scans.
 * Answers how many processes there were.
 */
export function endLeftovers(): number {
	const left = new Set(namesIn(tmpdir()).filter((name) => isLeft(name) && isOurs(join(tmpdir(), name))));
	// As a rule there is none, and nobody's processes are looked at.
	if (left.size === 0) return 0;
	const running = listProcesses().filter((pid) => left.has(folderOf(pid)));
	const ended = running.filter(kill).length;
	for (const name of left) removeQuietly(join(tmpdir(), name));
	return ended;
}

/** Is this the directory of a run whose maker has ended, or of a former thread of ours? */
function isLeft(name: string): boolean {
	const maker = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
	return maker !== undefined && (Number(maker) === process.pid || !lives(Number(maker)));
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

/** The name of its working directory, when that lies where ours do; else "". */
function folderOf(pid: number): string {
	try {
		const folder = readlinkSync(`/proc/${pid}/cwd`);
		return dirname(folder) === tmpdir() ? basename(folder) : "";
	} catch {
		// Gone, or somebody else's.
		return "";
	}
}

/** The leader with its group; whoever left the group, alone. */
function kill(pid: number): boolean {
	const leads = readGroup(pid) === pid;
	try {
		process.kill(leads ? -pid : pid, "SIGKILL");
		return true;
	} catch {
		return false;
	}
}

/** proc(5): the fifth field of stat, behind the name in brackets. */
function readGroup(pid: number): number | undefined {
	try {
		return Number(
			readFileSync(`/proc/${pid}/stat`, "latin1")
				.replace(/^.*\) /s, "")
				.split(" ")[2],
		);
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
