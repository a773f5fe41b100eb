/** What happens by the clock: name, pattern, one call each. Decides nothing itself. */

import { cron } from "@elysiajs/cron";
import { Elysia } from "elysia";
import { BOUNDS } from "./config.ts";
import type { Context } from "./context.ts";
import type { Deliverer } from "./events/deliverer.ts";
import { createOnce, type Log } from "./log.ts";
import { whenFree } from "./store/patience.ts";
import { writeSetting } from "./store/settings.ts";
import type { FileWatch } from "./store/watch.ts";
import type { Thread } from "./sweeps/thread.ts";
import type { Backups } from "./upkeep/backups.ts";

export type Jobs = { stop(): void };

/** Whom the table calls. `look`: at the file of the database; it takes no writes while it is lost. */
type Workers = {
	readonly thread: Thread;
	readonly deliverer: Deliverer;
	readonly backups: Backups;
	readonly look: FileWatch;
	/** `renew`: takes a new certificate when its files have changed. */
	readonly server: { renew(): void };
	readonly tendReservations: () => Promise<void>;
	/** Goes on with what was left half-way. */
	readonly resume: () => Promise<void>;
	readonly doctor: { look(): void };
	readonly importer: { tick(context: Context): Promise<void> };
	readonly passwords: { sumFailed(): void };
};

/** Starts the table; a job never overlaps itself, and one that throws comes again. */
export function startJobs(context: Context, workers: Workers): Jobs {
	const { thread, deliverer, backups, look, server, tendReservations, resume, doctor, importer } = workers;
	const table: { name: string; pattern: string; run: () => void | Promise<void> }[] = [
		{ name: "due sweeps", pattern: "* * * * * *", run: () => thread.tick() },
		{ name: "deliveries", pattern: "* * * * * *", run: () => deliverer.tick() },
		{ name: "imports asked for", pattern: "* * * * * *", run: () => importer.tick(context) },
		{ name: "prune", pattern: "17 23 3 * * *", run: () => ask(context, "prune_asked_at") },
		{ name: "nightly backup", pattern: "0 41 3 * * *", run: () => askBackup(context) },
		{ name: "backups", pattern: "*/2 * * * * *", run: () => backups.tick() },
		{ name: "reservations", pattern: "8 * * * * *", run: tendReservations },
		{ name: "left half-way", pattern: "*/10 * * * * *", run: async () => void (await resume()) },
		{ name: "doctor", pattern: "*/5 * * * * *", run: () => doctor.look() },
		{ name: "failed sign-ins", pattern: "38 */5 * * * *", run: () => workers.passwords.sumFailed() },
		{ name: "the file", pattern: "*/2 * * * * *", run: () => void look() },
		{ name: "the certificate", pattern: "*/10 * * * * *", run: () => server.renew() },
	];
	// The plugin starts a job when it is mounted and lets it run on when its app stops: mounted paused, on an app of
	// its own, and stopped by hand.
	const timetable = table.map(({ name, pattern, run }) => {
		const guarded = guardJob(context.log, name, run);
		const mounted = new Elysia().use(cron({ name, pattern, run: guarded, paused: true, protect: true }));
		return mounted.store.cron[name];
	});
	for (const job of timetable) job?.resume();
	return {
		stop() {
			for (const job of timetable) job?.stop();
		},
	};
}

/** What is run by the clock. A job that throws is told when that begins, when the reason changes and when it ends: never every second. */
export function guardJob(log: Log, name: string, run: () => void | Promise<void>): () => Promise<void> {
	const told = createOnce();
	return async () => {
		try {
			await run();
			if (told.well(name)) log.info("job works again", { job: name });
		} catch (error) {
			if (told.fails(name, error)) log.error("job failed", { job: name, reason: error });
		}
	};
}

/** Who does it finds the wish at its next tick. It must not be lost because somebody writes at this very second. */
async function ask({ db, clock }: Context, key: "prune_asked_at" | "backup_asked_at"): Promise<void> {
	await whenFree(() => writeSetting(db, key, String(clock.now())), { ...BOUNDS, sleep: clock.sleep });
}

async function askBackup(context: Context): Promise<void> {
	if (context.config.backupKeep > 0) await ask(context, "backup_asked_at");
}
