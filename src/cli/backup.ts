/** `rollcall backup`: the whole database into one file, while a server uses it or not. Changes nothing in it. */

import { existsSync, realpathSync, type Stats, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { copyInThread } from "../app/copy.ts";
import { systemClock } from "../clock.ts";
import { loadConfig } from "../config.ts";
import { AppError } from "../errors.ts";
import { type BackupFile, type BackupStep, backupName, dropPart, partOf } from "../store/backup.ts";
import { DATABASE_HELP, DATABASE_OPTIONS, readFlags } from "./flags.ts";
import { plural } from "./plural.ts";
import type { Io } from "./run.ts";
import { progressBar } from "./sweep-report.ts";

export const BACKUP_HELP = `rollcall backup FILE: copy the whole database into FILE and check the copy.

Works while a server uses the database; people and sweeps go on meanwhile. If FILE is a folder, the copy
gets a name with the time in it. FILE appears only when the copy is whole.

  --force           replace FILE when it is there
  --json            print {"path","bytes","subnets","hosts"}
${DATABASE_HELP}

Examples
  rollcall backup /var/backups/rollcall/
  rollcall backup --database /var/lib/rollcall/ipam.db --force /mnt/nas/rollcall.db
`;

/** Between two looks at how far it is, in milliseconds. */
const DRAWN_MS = 200;

/** 0 when the copy is there and was checked. */
export async function backupCommand(args: string[], io: Io): Promise<number> {
	const options = { ...DATABASE_OPTIONS, force: { type: "boolean" }, json: { type: "boolean" } } as const;
	const { values, positionals } = readFlags("backup", args, options);
	const [named, ...more] = positionals;
	if (named === undefined || more.length > 0) {
		throw new AppError("invalid", "Name one file to copy into. See: rollcall backup --help");
	}
	const { databasePath } = loadConfig({ file: values.config, flags: { DATABASE_URL: values.database } });
	const target = targetOf(databasePath, named, values.force === true);
	const made = await copy(databasePath, target, io);
	if (made === undefined) {
		io.err("rollcall: interrupted: no backup was made.\n");
		// A thread in the middle of copying cannot be interrupted, and is not waited for.
		process.exit(130);
	}
	if (values.json === true) io.out(`${JSON.stringify(made)}\n`);
	else {
		const megabytes = (made.bytes / 1e6).toFixed(1);
		io.out(
			`${made.path}: ${megabytes} MB, ${plural(made.subnets, "subnet")}, ${plural(made.hosts, "host")}, checked.\n`,
		);
	}
	return 0;
}

/** The copy when it is whole; undefined when it was interrupted. On a terminal it is told how far it is. */
async function copy(from: string, to: string, io: Io): Promise<BackupFile | undefined> {
	const signal = io.signal ?? new AbortController().signal;
	let step: BackupStep = "copying";
	const over = new AbortController();
	const drawn = drawing(
		() => (step === "checking" ? "copied, looking through it…" : copied(from, to)),
		over,
		io,
	);
	try {
		return await copyInThread(Bun.main, from, to, signal, (now) => {
			step = now;
		});
	} catch (error) {
		if (!signal.aborted) throw error;
		dropPart(to);
		return undefined;
	} finally {
		over.abort();
		await drawn;
	}
}

/** A line that is drawn anew until it is over. */
async function drawing(line: () => string, over: AbortController, io: Io): Promise<void> {
	while (io.terminal && !over.signal.aborted) {
		io.err(`\r${line()}\x1b[K`);
		await systemClock.sleep(DRAWN_MS, over.signal);
	}
	if (io.terminal) io.err("\r\x1b[K");
}

/** How much of the file is copied; the copy may end up smaller. */
function copied(from: string, to: string): string {
	const size = (path: string) => found(path)?.size ?? 0;
	const [done, total] = [size(partOf(to)), Math.max(1, size(from))];
	const mb = (bytes: number) => (bytes / 1e6).toFixed(1);
	return `${progressBar(Math.min(1, done / total))} ${mb(done)} of ${mb(total)} MB copied`;
}

/** What is at a path; undefined: nothing, or it leads through a file. */
function found(path: string): Stats | undefined {
	try {
		return statSync(path);
	} catch {
		return undefined;
	}
}

/** The file to make. Never the database itself, nor what belongs to it. */
function targetOf(databasePath: string, named: string, force: boolean): string {
	const folder = found(named)?.isDirectory() === true;
	const target = resolve(folder ? join(named, backupName(databasePath, systemClock.now())) : named);
	const real = existsSync(target) ? realpathSync(target) : target;
	const source = existsSync(databasePath) ? realpathSync(databasePath) : databasePath;
	if ([source, `${source}-wal`, `${source}-shm`, `${source}.lock`].includes(real)) {
		throw new AppError("invalid", `${named} is the database itself. Name another file.`);
	}
	if (existsSync(target) && !force) {
		throw new AppError("invalid", `${named} is there already. Name another file, or add --force.`);
	}
	return target;
}
