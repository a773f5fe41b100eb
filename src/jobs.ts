/** What happens by the clock: name, pattern, one call each. Decides nothing itself. */

import { cron } from "@elysiajs/cron";
import { Elysia } from "elysia";
import type { Context } from "./context.ts";
import type { Deliverer } from "./events/deliverer.ts";
import { writeSetting } from "./store/settings.ts";
import type { Thread } from "./sweeps/thread.ts";

export type Jobs = { stop(): void };

/** Starts the table; a job never overlaps itself, and one that throws is logged and comes again. */
export function startJobs(context: Context, thread: Thread, deliverer: Deliverer): Jobs {
	const table: { name: string; pattern: string; run: () => void | Promise<void> }[] = [
		{ name: "due sweeps", pattern: "* * * * * *", run: () => thread.tick() },
		{ name: "deliveries", pattern: "* * * * * *", run: () => deliverer.tick() },
		{ name: "prune", pattern: "17 23 3 * * *", run: () => askPrune(context) },
	];
	// The plugin starts a job when it is mounted and lets it run on when its app stops: mounted paused, on an app of
	// its own, and stopped by hand.
	const timetable = table.map(({ name, pattern, run }) => {
		const report = (error: unknown) => context.log.error("job failed", { job: name, reason: error });
		const mounted = new Elysia().use(
			cron({ name, pattern, run, paused: true, protect: true, catch: report }),
		);
		return mounted.store.cron[name];
	});
	for (const job of timetable) job?.resume();
	return {
		stop() {
			for (const job of timetable) job?.stop();
		},
	};
}

/** The thread that sweeps finds the wish at its next tick. */
function askPrune({ db, clock }: Context): void {
	writeSetting(db, "prune_asked_at", String(clock.now()));
}
