/** Imports in a thread of their own: the context they work in, made of plain data that crossed the border. Serves nobody. */

import { systemClock } from "./clock.ts";
import { BOUNDS, type Config } from "./config.ts";
import type { Context } from "./context.ts";
import { createBus } from "./events/bus.ts";
import { writeImport } from "./ipam/import-write.ts";
import { type ReadJob, readImport } from "./ipam/importing.ts";
import { silentLog } from "./log.ts";
import type { Actor } from "./model/actor.ts";
import type { ImportSaid, ImportWatch } from "./model/import.ts";
import { openDatabase } from "./store/database.ts";

/** What crosses the border with every job. `stop`: one number of 32 bits; anything but 0 wants the work to end. */
export type Ground = { readonly config: Config; readonly actor: Actor; readonly stop: SharedArrayBuffer };

type Say = (said: ImportSaid) => void;

/** Reads and judges a file; answers the import's id. */
export function readInThread(job: Ground & { readonly read: ReadJob }, say: Say): Promise<number> {
	return within(job, (context) => readImport(context, job.read, watchOf(job, say)));
}

/** Writes what was judged; answers its id. */
export function writeInThread(job: Ground & { readonly id: number }, say: Say): Promise<number> {
	return within(job, (context) => {
		writeImport(context, job.id, watchOf(job, say));
		return job.id;
	});
}

function watchOf({ stop }: Ground, say: Say): ImportWatch {
	const wish = new Int32Array(stop);
	return {
		begun: (begun) => say({ begun }),
		say: (stage) => say({ stage }),
		stopped: () => Atomics.load(wish, 0) !== 0,
	};
}

/** On a connection that ends with the work. Whoever asked tells the news; nothing here is left to chance. */
async function within<T>({ config, actor }: Ground, work: (context: Context) => T | Promise<T>): Promise<T> {
	const db = openDatabase(config.databasePath, {
		busyMs: BOUNDS.busyMs,
		checkpointPages: BOUNDS.mainCheckpointPages,
	});
	try {
		const bus = createBus({ ring: 1 });
		return await work({ config, db, bus, log: silentLog, clock: systemClock, random: () => 0, actor });
	} finally {
		db.close();
	}
}
