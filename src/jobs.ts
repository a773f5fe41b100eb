/** What happens by the clock: name, pattern, one call each. Decides nothing itself. */

import { cron } from "@elysiajs/cron";
import { Elysia } from "elysia";
import { BOUNDS } from "./config.ts";
import type { Context } from "./context.ts";
import { pruneEvents } from "./store/events.ts";
import { pruneHours, pruneSamples } from "./store/history.ts";
import { pruneClosedPorts } from "./store/ports.ts";
import { pruneRuns } from "./store/runs.ts";
import { pruneScans } from "./store/scans.ts";
import type { Thread } from "./sweeps/thread.ts";

const DAY_MS = 86_400_000;

export type Jobs = { stop(): void };

/** Starts the table; a job never overlaps itself, and one that throws is logged and comes again. */
export function startJobs(context: Context, thread: Thread): Jobs {
	const table: { name: string; pattern: string; run: () => void | Promise<void> }[] = [
		{ name: "due sweeps", pattern: "* * * * * *", run: () => thread.tick() },
		{ name: "prune", pattern: "17 23 3 * * *", run: () => prune(context) },
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

/** Removes what is past its retention, in slices, letting everyone else in between. */
async function prune(context: Context): Promise<void> {
	const { db, clock, config } = context;
	const now = clock.now();
	const slices: (() => number)[] = [
		() => pruneSamples(db, now - config.rawRetentionDays * DAY_MS, BOUNDS.pruneSlice),
		() => pruneHours(db, now - config.hourlyRetentionDays * DAY_MS, BOUNDS.pruneSlice),
		() => pruneEvents(db, now - BOUNDS.eventDays * DAY_MS, BOUNDS.pruneSlice),
		() => pruneScans(db, now - BOUNDS.runDays * DAY_MS, BOUNDS.pruneSlice),
		() => pruneClosedPorts(db, now - config.hourlyRetentionDays * DAY_MS, BOUNDS.pruneSlice),
		() => pruneRuns(db, now - BOUNDS.runDays * DAY_MS, BOUNDS.pruneSlice),
	];
	for (const slice of slices) {
		while (slice() === BOUNDS.pruneSlice) await clock.sleep(10);
	}
}
