/** Takes due sweeps from the database at every tick and runs them side by side. Knows no thread and no timer. */

import { createOnce } from "../log.ts";
import type { SweepRun } from "../model/run.ts";
import { storageKind } from "../store/faults.ts";
import { listUp } from "../store/history.ts";
import { cancelledRunIds, claimRuns, resumeSchedule } from "../store/runs.ts";
import { confirm } from "./confirm.ts";
import { createGate } from "./gate.ts";
import { failSweep, STOPPING, type SweepDeps, sweepSubnet } from "./sweep.ts";
import { openWays, type WaysOptions } from "./ways.ts";

export type SweeperOptions = Omit<SweepDeps, "gate"> &
	Omit<WaysOptions, "db" | "clock"> & {
		/** Our own network is looked at so often, in milliseconds. */
		readonly watchEveryMs: number;
		readonly sweepsAtOnce: number;
		readonly claimsPerTick: number;
		readonly startSpreadMs: number;
		/** Share of the interval, both ways. */
		readonly jitter: number;
	};

export type Sweeper = {
	/** Claims what is due and starts it; returns at once. Throws what the database threw, and for ever that it is damaged. */
	tick(): void;
	/** Resolves when nothing is under way. */
	idle(): Promise<void>;
	/** Ends what is under way; rows left open are closed at the next start. */
	close(): Promise<void>;
};

/** Opens the schedule: leftovers of an earlier process are closed, overdue subnets spread. */
export function openSweeper(options: SweeperOptions): Sweeper {
	const { db, clock, random } = options;
	const gate = createGate({
		...options,
		ways: openWays(options),
		up: (subnetId, limit) => listUp(db, subnetId, limit),
	});
	const crew = createCrew({ ...options, gate });
	let closed = false;
	let watchAt = 0;
	resumeSchedule(db, clock.now(), () => Math.floor(random() * options.startSpreadMs));
	const nextAt = (intervalS: number) =>
		Math.round(clock.now() + intervalS * 1_000 * (1 + options.jitter * (2 * random() - 1)));
	return {
		tick() {
			if (closed) return;
			crew.refuseDamaged();
			if (clock.monotonicMs() >= watchAt) {
				watchAt = clock.monotonicMs() + options.watchEveryMs;
				crew.watch();
			}
			crew.settle();
			for (const id of cancelledRunIds(db)) crew.cancel(id);
			const room = Math.min(options.claimsPerTick, options.sweepsAtOnce - crew.busy());
			if (room <= 0) return;
			for (const run of claimRuns(db, clock.now(), room, nextAt)) crew.start(run);
		},
		idle: crew.idle,
		async close() {
			closed = true;
			crew.stop();
			await crew.idle();
		},
	};
}

/** The sweeps under way and what they leave behind. */
function createCrew(deps: SweepDeps) {
	const running = new Map<number, AbortController>();
	const tasks = new Set<Promise<void>>();
	const closing = new AbortController();
	const failures = openFailures(deps);
	const track = (task: Promise<void>) => {
		tasks.add(task);
		void task.finally(() => tasks.delete(task));
	};
	const work = async (run: SweepRun) => {
		const controller = new AbortController();
		running.set(run.id, controller);
		try {
			const suspicion = await sweepSubnet(deps, run, controller.signal);
			failures.well(run);
			if (suspicion === undefined) return;
			// Confirmation goes on beside the next sweeps; only closing ends it.
			const confirmed = confirm(deps, suspicion, closing.signal);
			track(confirmed.catch((error) => deps.log.warning("confirmation failed", { reason: error })));
		} catch (error) {
			if (!closing.signal.aborted) failures.fail(run, error);
		} finally {
			running.delete(run.id);
		}
	};
	return {
		busy: () => running.size,
		start: (run: SweepRun) => track(work(run)),
		cancel: (id: number) => running.get(id)?.abort(),
		settle: failures.settle,
		refuseDamaged: failures.refuseDamaged,
		/** A fault of our own here is told by the sweeps themselves. */
		watch: () => track(deps.gate.watch().catch(() => undefined)),
		stop() {
			closing.abort();
			for (const controller of running.values()) controller.abort(STOPPING);
		},
		async idle() {
			while (tasks.size > 0) await Promise.all(tasks);
		},
	};
}

/** Sweeps that threw: told when that begins and ends, and closed when the database lets them. */
function openFailures(deps: SweepDeps) {
	/** Ends that the database refused for now: tried again at every tick. At most one for each running sweep. */
	const unsettled: { run: SweepRun; error: unknown }[] = [];
	const told = createOnce();
	/** A damaged file does not mend itself. */
	let damaged: unknown;
	const warn = (what: string, subnet: number, reason: unknown) => {
		if (told.fails(`${what} ${subnet}`, reason)) deps.log.warning(what, { subnet, reason });
	};
	const fail = (run: SweepRun, error: unknown) => {
		if (storageKind(error) === "damaged") damaged = error;
		warn("sweep failed", run.subnetId, error);
		try {
			failSweep(deps, run, error);
			told.well(`sweep could not be closed yet ${run.subnetId}`);
		} catch (again) {
			warn("sweep could not be closed yet", run.subnetId, again);
			unsettled.push({ run, error });
		}
	};
	return {
		fail,
		well({ subnetId }: SweepRun) {
			if (told.well(`sweep failed ${subnetId}`)) deps.log.info("sweep works again", { subnet: subnetId });
		},
		settle() {
			for (const { run, error } of unsettled.splice(0)) fail(run, error);
		},
		/** Throws what showed that the file is damaged: from then on nothing is swept. */
		refuseDamaged() {
			if (damaged !== undefined) throw damaged;
		},
	};
}
