/**
 * Imports as the rest of the program sees them: one at a time, off the main thread where there is another, told to open
 * pages when they are written. Reads no file itself.
 */

import type { Context, Ground } from "../context.ts";
import { AppError } from "../errors.ts";
import type { Actor } from "../model/actor.ts";
import type { Import, ImportOptions, Table } from "../model/import.ts";
import * as imports from "../store/imports.ts";
import { withPatience } from "../store/patience.ts";
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
	read(job: Bring, actor: Actor): Promise<number>;
	write(id: number, actor: Actor): Promise<unknown>;
};

export type Importer = {
	/** Reads and judges a file; writes nothing of it. AppError("invalid") names line and column. */
	bring(context: Context, job: Bring): Promise<Import>;
	/** Writes what was judged. AppError("conflict") when something changed since it was judged. */
	write(context: Context, id: number): Promise<Import>;
	/** Writes the oldest import that the command line asked for; resolves when that is done. */
	tick(context: Context): Promise<void>;
};

/** `busyMs`: a write of the main thread waits so long while an import is written, then it is refused. */
export function openImporter(
	hands: Hands,
	options: { readonly busyMs: number; readonly usualMs: number },
): Importer {
	let busy = false;
	const alone = async <T>(work: () => Promise<T>): Promise<T> => {
		if (busy) throw new AppError("conflict", "Another import is under way. Try again in a few seconds.");
		busy = true;
		try {
			return await work();
		} finally {
			busy = false;
		}
	};
	const write = async (context: Context, id: number): Promise<Import> => {
		const found = demandImport(context, id);
		if (found.state === "done") throw new AppError("conflict", "This has been imported already.");
		await withPatience(context.db, options, () => hands.write(id, context.actor));
		tellAll(context);
		return demandImport(context, id);
	};
	return {
		bring: (context, job) =>
			alone(async () => {
				const read = () => hands.read(job, context.actor);
				return demandImport(context, await withPatience(context.db, options, read));
			}),
		write: (context, id) => alone(() => write(context, id)),
		async tick(context) {
			const id = busy ? undefined : imports.findAsked(context.db);
			if (id === undefined) return;
			await alone(() => write(context, id)).catch((error: unknown) => {
				const { options: kept } = demandImport(context, id);
				const message =
					error instanceof AppError ? error.message : "It could not be written. The log says more.";
				imports.writeProblem(context.db, id, "ready", kept, { message });
				if (!(error instanceof AppError)) throw error;
			});
		},
	};
}

export function demandImport(context: Ground, id: number): Import {
	const found = imports.findImport(context.db, id);
	if (found === undefined) throw new AppError("not_found", "There is no such import (any more).");
	return found;
}
