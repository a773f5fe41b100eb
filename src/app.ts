/** The one place where things are put together: settings in, a running Rollcall out. */

import { type Clock, systemClock } from "./clock.ts";
import { BOUNDS, type Config } from "./config.ts";
import type { Context } from "./context.ts";
import { createBus } from "./events/bus.ts";
import { openServer, type Server } from "./http/server.ts";
import { startJobs } from "./jobs.ts";
import { type Log, openLog } from "./log.ts";
import { lockDatabase, openDatabase } from "./store/database.ts";
import { lookAround } from "./sweeps/machine.ts";
import { type SweepThread, startSweepThread } from "./sweeps/thread.ts";
import { runSweepWorker, type ToWorker, type WorkerConfig } from "./sweeps/worker.ts";

export type App = {
	readonly context: Context;
	/** Answers a request as the listening server would, for a caller on this machine. */
	readonly handle: Server["handle"];
	/** Where it listens; undefined when it does not. */
	readonly url: string | undefined;
	/** Ends streams, jobs, sweeps and files, in that order; at most BOUNDS.closeMs. */
	close(): Promise<void>;
};

export type AppOptions = {
	/** The program's main file, started again as the sweep thread; undefined: nothing is swept. */
	readonly entry?: string;
	/** False: no socket, only `handle`. */
	readonly listen?: boolean;
	readonly clock?: Clock;
	readonly log?: Log;
};

/** 0 ≤ n < 1, from the system's generator. */
export function random(): number {
	return (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32;
}

/**
 * Opens database, server, worker and timetable. Throws AppError("conflict") when another Rollcall uses the file
 * or the port, AppError("unavailable") when a part cannot be had; what was opened before is closed again.
 */
export async function openApp(config: Config, options: AppOptions = {}): Promise<App> {
	const clock = options.clock ?? systemClock;
	const log = options.log ?? (await openLog({ level: config.logLevel, format: config.logFormat }));
	const opened = new DisposableStack();
	try {
		const lock = lockDatabase(config.databasePath, { pid: process.pid, at: clock.now() });
		opened.defer(() => lock.release());
		const db = openDatabase(config.databasePath, { busyMs: BOUNDS.busyMs });
		opened.defer(() => db.close());
		const bus = createBus({
			ring: BOUNDS.newsRing,
			onError: (error) => log.error("a listener failed", { reason: error }),
		});
		return await start({ config, db, bus, log, clock, random }, options, opened);
	} catch (error) {
		opened.dispose();
		throw error;
	}
}

async function start(context: Context, options: AppOptions, opened: DisposableStack): Promise<App> {
	let sweeps: SweepThread | undefined;
	const server = await openServer(context, {
		listen: options.listen ?? true,
		surroundings: lookAround(context, () => sweeps?.state()),
	});
	if (options.entry !== undefined) sweeps = startSweeps(context, options.entry);
	const jobs = sweeps === undefined ? undefined : startJobs(context, sweeps);
	return {
		context,
		handle: server.handle,
		url: server.url,
		async close() {
			jobs?.stop();
			await Promise.all([server.close(), sweeps?.close()]);
			opened.dispose();
		},
	};
}

function startSweeps(context: Context, entry: string): SweepThread {
	const { config, bus, log, clock } = context;
	const { batchSize, batchMs, pingProcesses } = BOUNDS;
	const worker: WorkerConfig = {
		databasePath: config.databasePath,
		busyMs: BOUNDS.busyMs,
		log: { level: config.logLevel, format: config.logFormat },
		prober: { ratePps: config.scanRatePps, batchSize, batchMs, pingProcesses },
		timing: BOUNDS,
		sweepsAtOnce: BOUNDS.sweepsAtOnce,
		claimsPerTick: BOUNDS.claimsPerTick,
		startSpreadMs: BOUNDS.startSpreadMs,
		jitter: BOUNDS.jitter,
	};
	return startSweepThread({
		entry,
		config: worker,
		bus,
		log,
		closeMs: BOUNDS.closeMs,
		sleep: (ms) => clock.sleep(ms),
	});
}

/** What the program does when it finds itself off the main thread: it is the sweep thread. */
export function runThread(): void {
	runSweepWorker(
		{
			post: (message) => self.postMessage(message),
			onMessage(handler) {
				self.onmessage = (event: MessageEvent<ToWorker>) => handler(event.data);
			},
		},
		random,
	);
}
