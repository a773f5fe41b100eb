/**
 * Who writes what `rollcall import` has read: this process, or the server that has the database. Shows how far it is, and
 * ends the work when it is interrupted.
 */

import type { Beside } from "../app/beside.ts";
import { inThread } from "../app/importer.ts";
import { BOUNDS } from "../config.ts";
import { AppError } from "../errors.ts";
import { demandImport } from "../ipam/imports.ts";
import type { Import, ImportControl, ImportStage } from "../model/import.ts";
import { lockDatabase } from "../store/database.ts";
import { storageKind } from "../store/faults.ts";
import { askToWrite, unaskToWrite } from "../store/imports.ts";
import { atOnce } from "../store/patience.ts";
import { beginWaiting, endWaiting, readTold } from "../store/waiting.ts";
import { plural } from "./plural.ts";
import type { Io } from "./run.ts";
import { progressBar } from "./sweep-report.ts";

/** Written here when nobody serves; otherwise by the server, which is asked through the database. */
export async function writeFound(beside: Pick<Beside, "context">, found: Import, io: Io): Promise<Import> {
	const { context } = beside;
	let lock: ReturnType<typeof lockDatabase>;
	try {
		lock = lockDatabase(context.config.databasePath, { pid: process.pid, at: context.clock.now() });
	} catch (error) {
		if (!(error instanceof AppError) || error.code !== "conflict") throw error;
		return letServerWrite(beside, found, io);
	}
	try {
		const bar = progressOf(io);
		// One long transaction in a thread of its own: this one hears Ctrl+C meanwhile.
		await inThread(context, Bun.main).write(found.id, context.actor, bar).finally(bar.end);
		return demandImport(context, found.id);
	} finally {
		lock.release();
	}
}

const STEPS: Readonly<Record<ImportStage["step"], string>> = { judging: "looked at", writing: "written" };

/** A bar on a terminal; Ctrl+C ends the work, and nothing is written. */
export function progressOf(io: Io): ImportControl & { end(): void } {
	return {
		begun() {},
		say({ step, done, total }) {
			if (!io.terminal || total === 0) return;
			io.err(`\r${progressBar(Math.min(1, done / total))} ${done} of ${plural(total, "row")} ${STEPS[step]}`);
		},
		stopped: () => io.signal?.aborted === true,
		onStop(end) {
			if (io.signal?.aborted === true) end();
			io.signal?.addEventListener("abort", end, { once: true });
		},
		end() {
			if (io.terminal) io.err("\r\x1b[K");
		},
	};
}

/**
 * Waits until the server has written it, or is done without: AppError("conflict") says why. Interrupted, or without a
 * sign of life for long, the wish is taken back; AppError("unavailable") when the server does not even that.
 */
async function letServerWrite({ context }: Pick<Beside, "context">, found: Import, io: Io): Promise<Import> {
	const { clock, config, db } = context;
	const { id } = found;
	const bar = progressOf(io);
	if (io.terminal) io.err("Rollcall is running: it writes the import…\n");
	let isBack = false;
	beginWaiting(config.databasePath, id);
	askToWrite(db, id);
	try {
		let lifeAt = clock.monotonicMs();
		let told = -1;
		for (let tries = 0; tries < BOUNDS.importPatienceMs / BOUNDS.importPollMs; ) {
			await clock.sleep(BOUNDS.importPollMs);
			const now = demandImport(context, id);
			if (now.state === "done") return now;
			if (now.state === "ready")
				throw new AppError("conflict", now.problem?.message ?? "It could not be written.");
			const stage = readTold(config.databasePath, id);
			if (stage !== undefined && stage.done !== told) {
				told = stage.done;
				lifeAt = clock.monotonicMs();
				bar.say({ step: "writing", ...stage });
			}
			const isLate = clock.monotonicMs() - lifeAt > BOUNDS.importPatienceMs;
			if (io.signal?.aborted !== true && !isLate) continue;
			tries += 1;
			endWaiting(config.databasePath, id);
			isBack = takeBack(context, id);
			if (isBack) break;
		}
	} finally {
		endWaiting(config.databasePath, id);
		bar.end();
	}
	const says = isBack
		? `did not write the import. Nothing was written; it waits as /imports/${id}.`
		: `does not say how far the import is. /imports/${id} tells what becomes of it.`;
	throw new AppError("unavailable", `Another Rollcall holds the database and ${says}`);
}

/** False: the server writes at this moment, or has written; whether it heeds us is seen at the next look. */
function takeBack({ db }: Beside["context"], id: number): boolean {
	try {
		return atOnce(db, () => unaskToWrite(db, id));
	} catch (error) {
		if (storageKind(error) === "busy") return false;
		throw error;
	}
}
