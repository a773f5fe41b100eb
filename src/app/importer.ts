/** Who reads and writes files that come in: a thread of its own, or, where no file is swept either, this one. */

import { BOUNDS } from "../config.ts";
import type { Context } from "../context.ts";
import { runErrand } from "../errand.ts";
import { AppError } from "../errors.ts";
import { type Hands, type Importer, openImporter } from "../ipam/imports.ts";
import type { ImportControl, ImportSaid } from "../model/import.ts";

/** `entry`: the program's main file, started again as the thread. */
export function importerOf(context: Context, entry: string | undefined): Importer {
	const patience = { busyMs: BOUNDS.importBusyMs, usualMs: BOUNDS.mainBusyMs };
	return openImporter(entry === undefined ? here(context) : inThread(context, entry), patience);
}

/** Each piece of work in a thread of its own; `entry` as above. */
export function inThread({ config, clock }: Pick<Context, "config" | "clock">, entry: string): Hands {
	const signal = new AbortController().signal;
	return {
		read: async (read, actor, watch) => {
			const [late, over] = [new AbortController(), new AbortController()];
			let isRead = false;
			const begun = (id: number) => {
				isRead = true;
				watch.begun(id);
			};
			const { stop, hear } = crossing({ ...watch, begun });
			// The file is the thread's from now on: two of it would be too many.
			const given = read.bytes === undefined ? [] : [read.bytes.buffer as ArrayBuffer];
			const endUnread = () => isRead || late.abort(tooLong(BOUNDS.importReadMs));
			void clock.sleep(BOUNDS.importReadMs, over.signal).then(endUnread);
			void clock
				.sleep(BOUNDS.importJudgeMs, over.signal)
				.then(() => late.abort(tooLong(BOUNDS.importJudgeMs)));
			try {
				return await runErrand(entry, "readImport", { config, actor, read, stop }, late.signal, hear, given);
			} finally {
				over.abort();
			}
		},
		write: (id, actor, watch) => {
			const { stop, hear } = crossing(watch);
			return runErrand(entry, "writeImport", { config, actor, id, stop }, signal, hear);
		},
	};
}

/** Nobody else can import meanwhile, and the reader of a workbook cannot be asked to stop. */
function tooLong(ms: number): AppError {
	const minutes = ms / 60_000;
	const says = `This file was not read after ${minutes} minutes: it is damaged, or made to take for ever. Save it as CSV.`;
	return new AppError("invalid", says, { field: "file" });
}

/** The watch in this thread, as what crosses the border: news come back, the wish to end goes over in shared memory. */
function crossing(watch: ImportControl): { stop: SharedArrayBuffer; hear: (said: ImportSaid) => void } {
	const stop = new SharedArrayBuffer(4);
	const wish = new Int32Array(stop);
	watch.onStop(() => void Atomics.store(wish, 0, 1));
	return { stop, hear: (said) => ("begun" in said ? watch.begun(said.begun) : watch.say(said.stage)) };
}

function here(context: Context): Hands {
	return {
		read: async (job, actor, watch) => {
			const { readImport } = await import("../ipam/importing.ts");
			return readImport({ ...context, actor }, job, watch);
		},
		write: async (id, actor, watch) => {
			const { writeImport } = await import("../ipam/import-write.ts");
			writeImport({ ...context, actor }, id, watch);
		},
	};
}
