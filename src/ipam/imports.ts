/**
 * Imports as the rest of the program sees them: one at a time, off the main thread where there is another, told to open
 * pages when they are written. Reads no file itself.
 */

import type { Context, Ground } from "../context.ts";
import { AppError } from "../errors.ts";
import type { Actor } from "../model/actor.ts";
import {
	HOMELESS,
	type Import,
	type ImportControl,
	type ImportOptions,
	type ImportStage,
	type Table,
} from "../model/import.ts";
import { familyOf, parseAddress } from "../net/address.ts";
import { cidrAround, formatCidr, parseCidr } from "../net/cidr.ts";
import type { Db } from "../store/database.ts";
import { listHomeless } from "../store/import-rows.ts";
import * as imports from "../store/imports.ts";
import { withPatience } from "../store/patience.ts";
import { endWaiting, tellWaiting } from "../store/waiting.ts";
import { tellAll } from "./batches.ts";

/** A file that comes, or (`id`) one that is to be understood otherwise. */
export type Bring = {
	readonly id?: number | undefined;
	readonly name: string;
	readonly bytes?: Uint8Array | undefined;
	readonly table?: Table | undefined;
	readonly options: ImportOptions;
};

/** Who does the heavy work. */
export type Hands = {
	read(job: Bring, actor: Actor, watch: ImportControl): Promise<number>;
	write(id: number, actor: Actor, watch: ImportControl): Promise<unknown>;
};

/** A file that is being read: its number, as soon as it has one, and the end. */
export type Bringing = { readonly begun: Promise<number>; readonly done: Promise<Import> };

export type Importer = {
	/** Reads and judges a file; writes nothing of it. AppError("invalid") names line and column. */
	bring(context: Context, job: Bring): Promise<Import>;
	/** The same for whoever does not wait for the end. */
	begin(context: Context, job: Bring): Bringing;
	/** Writes what was judged. AppError("conflict") when something changed since it was judged. */
	write(context: Context, id: number): Promise<Import>;
	/** Writes the oldest import that the command line asked for; resolves when that is done. */
	tick(context: Context): Promise<void>;
	/** How far this file is; undefined: nobody works on it. */
	stage(id: number): ImportStage | undefined;
	/** Ends the work on this file: nothing of it is written. AppError("conflict") when nobody works on it. */
	cancel(id: number): void;
};

/** What is under way, at most one at a time. `id`: undefined until the file is read. */
type Job = { name: string; id: number | undefined; stage: ImportStage; stopped: boolean; end: () => void };

/** `busyMs`: a write of the main thread waits so long while an import is written, then it is refused. */
export function openImporter(
	hands: Hands,
	options: { readonly busyMs: number; readonly usualMs: number },
): Importer {
	const turn = openTurn();
	const writing = async (context: Context, id: number, control: ImportControl): Promise<Import> => {
		const found = demandImport(context, id);
		if (found.state === "done") throw new AppError("conflict", "This has been imported already.");
		await withPatience(context.db, options, () => hands.write(id, context.actor, control));
		tellAll(context);
		return demandImport(context, id);
	};
	const write = async (context: Context, id: number, heed = (control: ImportControl) => control) =>
		turn.take({ ...demandImport(context, id), step: "writing" }, (control) =>
			writing(context, id, heed(control)),
		);
	const begin = (context: Context, bring: Bring): Bringing => {
		const { promise: begun, resolve } = Promise.withResolvers<number>();
		const done = turn.take({ ...bring, step: "judging" }, async (control) => {
			const hear = (id: number) => {
				control.begun(id);
				resolve(id);
			};
			const read = () => hands.read(bring, context.actor, { ...control, begun: hear });
			return demandImport(context, await withPatience(context.db, options, read));
		});
		return { begun, done };
	};
	return {
		begin,
		write: (context, id) => write(context, id),
		bring: (context, bring) => begin(context, bring).done,
		async tick(context) {
			const id = turn.job() === undefined ? imports.findAsked(context.db) : undefined;
			if (id === undefined) return;
			const { databasePath } = context.config;
			try {
				await write(context, id, (control) => heedWaiting(databasePath, id, control));
			} catch (error) {
				const { options: kept } = demandImport(context, id);
				imports.writeProblem(context.db, id, "ready", kept, { message: reasonOf(error) });
				if (!(error instanceof AppError)) throw error;
			} finally {
				endWaiting(databasePath, id);
			}
		},
		stage(id) {
			const job = turn.job();
			return job?.id === id ? job.stage : undefined;
		},
		cancel(id) {
			const job = turn.job();
			if (job?.id !== id)
				throw new AppError("conflict", "There is nothing to cancel: nobody works on this file.");
			job.stopped = true;
			job.end();
		},
	};
}

/** One job at a time; whoever comes meanwhile is told so. */
function openTurn() {
	let job: Job | undefined;
	return {
		job: () => job,
		async take<T>(
			{ name, id, step }: Pick<Bring, "name" | "id"> & Pick<ImportStage, "step">,
			work: (control: ImportControl) => Promise<T>,
		): Promise<T> {
			if (job !== undefined) throw new AppError("conflict", waitFor(job));
			const mine: Job = { name, id, stage: { step, done: 0, total: 0 }, stopped: false, end() {} };
			job = mine;
			const control: ImportControl = {
				begun(number) {
					mine.id = number;
				},
				say(stage) {
					mine.stage = stage;
				},
				stopped: () => mine.stopped,
				onStop(end) {
					mine.end = end;
				},
			};
			try {
				return await work(control);
			} finally {
				job = undefined;
			}
		},
	};
}

function reasonOf(error: unknown): string {
	return error instanceof AppError ? error.message : "It could not be written. The log says more.";
}

/** So much of the name of a file is said to others, in characters. */
const NAME_CHARS = 60;

/** Whoever comes second is told what is done first. */
function waitFor({ name, id, stage }: Job): string {
	const letters = [...name.slice(0, 10 * NAME_CHARS).replace(/\p{C}/gu, "")];
	const short =
		letters.length > NAME_CHARS ? `${letters.slice(0, NAME_CHARS - 1).join("")}…` : letters.join("");
	const file = short === "" ? "a pasted text" : `“${short}”`;
	const does = id === undefined ? "read" : stage.step === "writing" ? "written" : "judged";
	const end = id === undefined ? "in two minutes at the latest" : "in a few seconds";
	return `Another import is under way: ${file} is being ${does}. Try again ${end}.`;
}

/** Tells the command line that asked for it how far it is, and ends the work when that no longer waits. */
function heedWaiting(databasePath: string, id: number, control: ImportControl): ImportControl {
	const waits = tellWaiting(databasePath, id, { done: 0, total: 0 });
	if (!waits) return control;
	let over = false;
	let end = () => {};
	return {
		begun: control.begun,
		say(stage) {
			control.say(stage);
			if (over || tellWaiting(databasePath, id, stage)) return;
			over = true;
			end();
		},
		stopped: () => over || control.stopped(),
		onStop(work) {
			end = work;
			control.onStop(work);
		},
	};
}

export function demandImport(context: Ground, id: number): Import {
	const found = imports.findImport(context.db, id);
	if (found === undefined) throw new AppError("not_found", "There is no such import (any more).");
	return found;
}

/** Hosts looked at, blocks offered, and their size. */
const AROUND = { looked: 5_000, offered: 4, v4: 24, v6: 64 } as const;

/** Blocks around those addresses of a file that lie in no subnet, the ones with the most of them first. */
export function suggestBlocks(db: Db, id: number): { cidr: string; hosts: number }[] {
	const hosts = new Map<string, number>();
	for (const text of listHomeless(db, id, HOMELESS, AROUND.looked)) {
		const address = parseAddress(text).value;
		if (address === undefined) continue;
		const block = cidrAround(address, familyOf(address) === 4 ? AROUND.v4 : AROUND.v6);
		if (parseCidr(formatCidr(block)).value === undefined) continue;
		hosts.set(formatCidr(block), (hosts.get(formatCidr(block)) ?? 0) + 1);
	}
	return [...hosts]
		.map(([cidr, n]) => ({ cidr, hosts: n }))
		.sort((a, b) => b.hosts - a.hosts)
		.slice(0, AROUND.offered);
}
