/** One backup a day, and whenever a person wishes: when it is due, where it goes, which older ones go. Copies nothing itself. */

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../clock.ts";
import { AppError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { BackupReport } from "../model/upkeep.ts";
import { type BackupFile, backupName, pruneBackups, removePieces } from "../store/backup.ts";
import type { Db } from "../store/database.ts";
import { whenFree } from "../store/patience.ts";
import { readBackupReport, readSetting, writeSetting } from "../store/settings.ts";

/** Without a wish it runs when the last one is older than this: the machine may sleep at the hour of the timetable. */
const OVERDUE_MS = 26 * 3_600_000;

/** Between two looks at a database that somebody has stumbled over. */
const DOUBTED_MS = 60_000;

export type BackupsOptions = {
	readonly db: Db;
	readonly clock: Clock;
	readonly log: Log;
	readonly databasePath: string;
	/** Folder of the copies; made when it is not there. */
	readonly dir: string;
	/** Copies that stay; 0: none is made by itself. */
	readonly keep: number;
	/** After a failure it is tried again so much later. */
	readonly backupRetryMs: number;
	/** What came of it is noted when the database is free: tried again so often, and so long, in milliseconds. */
	readonly againMs: number;
	readonly againMaxMs: number;
	/** Copies the database `from` into the file `to`, elsewhere: this thread goes on. */
	readonly copy: (from: string, to: string, signal: AbortSignal) => Promise<BackupFile>;
	/** Looks through the pages of the database, elsewhere: what is wrong, in words, or undefined. */
	readonly check: (path: string, signal: AbortSignal) => Promise<string | undefined>;
	/** Has somebody stumbled over damage? Then it is looked through at once, and every minute until that is found. */
	readonly isDoubted: () => boolean;
	/** Called once, when the look has found damage. */
	readonly onDamage: (says: string) => void;
};

export type Backups = {
	/**
	 * Starts what is due; returns at once. The first one looks through the database as it was found at the start, and so
	 * does every backup before it copies: of a damaged one none is made, so that the good ones stay for ever.
	 */
	tick(): void;
	/** Why the database is not to be trusted, in words; undefined while nothing is known against it. */
	damage(): string | undefined;
	idle(): Promise<void>;
	/** Cuts what is under way; the copy does not appear. */
	close(): Promise<void>;
};

/** Looks for the wish in the database at every tick; one backup at a time. */
export function openBackups(options: BackupsOptions): Backups {
	const { db, clock, log } = options;
	const closing = new AbortController();
	let running: Promise<void> | undefined;
	let notBefore = 0;
	let checked = false;
	const seen = lookOut(options);
	const noted = (work: () => void) =>
		whenFree(work, { ...options, sleep: clock.sleep, signal: closing.signal });
	const look = async () => {
		try {
			await seen.look(closing.signal);
			removePieces(options.dir, options.databasePath);
		} catch (error) {
			if (!closing.signal.aborted) log.warning("the database was not looked through", { reason: error });
		} finally {
			running = undefined;
		}
	};
	const work = async () => {
		const startedAt = clock.monotonicMs();
		try {
			removePieces(options.dir, options.databasePath);
			if (!(await seen.isWhole(closing.signal))) return;
			mkdirSync(options.dir, { recursive: true, mode: 0o700 });
			const to = join(options.dir, backupName(options.databasePath, clock.now()));
			const made = await options.copy(options.databasePath, to, closing.signal);
			// Where none is made by itself, none is removed by itself either.
			const keep = options.keep === 0 ? Number.POSITIVE_INFINITY : options.keep;
			const kept = pruneBackups(options.dir, options.databasePath, keep, to);
			const ms = Math.round(clock.monotonicMs() - startedAt);
			await noted(() => report(db, made, { at: clock.now(), ms, kept }));
			log.info("backup made", { path: made.path, bytes: made.bytes, ms, kept });
		} catch (error) {
			if (closing.signal.aborted) return;
			notBefore = clock.monotonicMs() + options.backupRetryMs;
			log.error("backup failed", { reason: error });
			const problem = JSON.stringify({ at: clock.now(), says: (error as Error).message });
			await noted(() => writeSetting(db, "backup_problem", problem));
		} finally {
			running = undefined;
		}
	};
	return {
		tick() {
			if (closing.signal.aborted || running !== undefined) return;
			if (!checked || seen.isDoubted()) {
				checked = true;
				running = look();
			} else if (clock.monotonicMs() >= notBefore && isDue(options))
				running = work().catch((error) => log.error("backup not noted", { reason: error }));
		},
		damage: seen.damage,
		idle: async () => running,
		async close() {
			closing.abort();
			await running;
		},
	};
}

/** The look at the pages of the database, and what it has found: that stays, and is told once. */
function lookOut({ check, clock, databasePath, isDoubted, log, onDamage }: BackupsOptions) {
	let damage: string | undefined;
	let lookedAt = Number.NEGATIVE_INFINITY;
	const look = async (signal: AbortSignal) => {
		if (damage !== undefined) return;
		lookedAt = clock.monotonicMs();
		damage = await check(databasePath, signal);
		if (damage === undefined) return;
		log.error("the database is damaged", { reason: damage });
		onDamage(damage);
	};
	return {
		look,
		damage: () => damage,
		isDoubted: () => damage === undefined && clock.monotonicMs() - lookedAt >= DOUBTED_MS && isDoubted(),
		/** Throws AppError("unavailable") when it is damaged; false when the look was cut off. */
		async isWhole(signal: AbortSignal): Promise<boolean> {
			await look(signal);
			if (damage === undefined) return !signal.aborted;
			throw new AppError("unavailable", `No backup was made, those there are stay: ${damage}`);
		},
	};
}

function isDue({ db, clock, keep }: BackupsOptions): boolean {
	if (readSetting(db, "backup_asked_at") !== undefined) return true;
	if (keep === 0) return false;
	const last = readBackupReport(db);
	if (last !== undefined) return clock.now() - last.at > OVERDUE_MS;
	// A new file has little to lose: its first report starts the days.
	const nothing = { at: clock.now(), path: "", bytes: 0, subnets: 0, hosts: 0, ms: 0, kept: 0 };
	writeSetting(db, "backup_report", JSON.stringify(nothing));
	return false;
}

function report(db: Db, made: BackupFile, done: Pick<BackupReport, "at" | "ms" | "kept">): void {
	const { path, bytes, subnets, hosts } = made;
	const about: BackupReport = { path, bytes, subnets, hosts, ...done };
	writeSetting(db, "backup_report", JSON.stringify(about));
	writeSetting(db, "backup_asked_at", undefined);
	writeSetting(db, "backup_problem", undefined);
}
