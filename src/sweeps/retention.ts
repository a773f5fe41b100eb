/** Upkeep of the file: its log moved in, and once a day what is past its time removed, in slices that hold no lock long. */

import type { Clock } from "../clock.ts";
import { createOnce, type Log } from "../log.ts";
import type { PruneReport } from "../model/upkeep.ts";
import { HOUR_MS } from "../model/uptime.ts";
import { batchHorizon, pruneBatches } from "../store/batches.ts";
import { beginAnew, checkpoint, type Db, transact } from "../store/database.ts";
import { pruneDeliveries } from "../store/deliveries.ts";
import { countEvents, pruneEvents } from "../store/events.ts";
import { emptyGrave, nextGrave } from "../store/graves.ts";
import { pruneClosedPorts } from "../store/ports.ts";
import * as retention from "../store/retention.ts";
import { pruneRuns } from "../store/runs.ts";
import { pruneScans } from "../store/scans.ts";
import { readPruneReport, readRetention, readSetting, writeSetting } from "../store/settings.ts";
import type { Station } from "./worker.ts";

const DAY_MS = 24 * HOUR_MS;
/** Without a wish it runs when the last one is older than this: the machine may sleep at the hour of the timetable. */
const OVERDUE_MS = 26 * HOUR_MS;
/** After a failure (a busy database) it is tried again so much later. */
const AGAIN_MS = 60_000;
/** A log of which something had to be moved is looked at again so soon; begun anew, after somebody was in the way, so late. */
const LOG_AGAIN_MS = 250;
const ANEW_AGAIN_MS = 60_000;
/** So many hours of the past, and this share of it, do not go without a word. */
const DOUBT_HOURS = 72;
const DOUBT_SHARE = 0.1;
/**
 * Nor do so many events, when they are this share and more than a day or two has passed since the last prune: of an
 * address book that is not swept there is no other past, and much of it may have been written in one day.
 */
const DOUBT_EVENTS = 100;
const DOUBT_EVENT_SHARE = 0.5;

export type RetentionOptions = {
	readonly db: Db;
	readonly clock: Clock;
	readonly log: Log;
	/** As the configuration has them: the settings of the pages go before. */
	readonly rawRetentionDays: number;
	readonly hourlyRetentionDays: number;
	readonly eventDays: number;
	readonly runDays: number;
	readonly deliveryDays: number;
	readonly batchDays: number;
	readonly batchRows: number;
	/** A transaction takes no new unit of work after this long; then everyone else has a turn. */
	readonly pruneSliceMs: number;
	/** Rows in one unit of work. */
	readonly pruneUnit: number;
	readonly checkpointPages: number;
};

/** Does one unit of work; answers how many rows went, or undefined when nothing is left. */
type Unit = () => number | undefined;

/** Looks for the wish in the database at every tick; one prune at a time. */
export function openRetention(options: RetentionOptions): Station & { idle(): Promise<void> } {
	const { db, clock, log } = options;
	const told = createOnce();
	let running: Promise<void> | undefined;
	let closed = false;
	let notBefore = 0;
	const work = async () => {
		try {
			const report = await prune(options, () => closed);
			told.well("prune");
			if (report !== undefined)
				log.info("pruned", { ...report.rows, ms: report.ms, longestMs: report.longestMs });
		} catch (error) {
			notBefore = clock.monotonicMs() + AGAIN_MS;
			if (told.fails("prune", error)) log.warning("prune failed", { reason: error });
		} finally {
			running = undefined;
		}
	};
	let looksSoon = false;
	let notAnewBefore = 0;
	/** While much is written the log grows faster than ticks come. Throws what the database threw, but only at a tick. */
	const tendLog = () => {
		if (closed || !checkpoint(db, options.checkpointPages)) return;
		const at = clock.monotonicMs();
		if (at >= notAnewBefore && !beginAnew(db)) notAnewBefore = at + ANEW_AGAIN_MS;
		if (looksSoon) return;
		looksSoon = true;
		void clock.sleep(LOG_AGAIN_MS).then(() => {
			looksSoon = false;
			try {
				tendLog();
			} catch {
				// The next tick tells.
			}
		});
	};
	return {
		tick() {
			tendLog();
			if (closed || running !== undefined || clock.monotonicMs() < notBefore) return;
			if (isDue(db, clock.now())) running = work();
		},
		idle: async () => running,
		async close() {
			closed = true;
			await running;
		},
	};
}

function isDue(db: Db, now: number): boolean {
	if (readSetting(db, "prune_asked_at") !== undefined) return true;
	const last = readPruneReport(db);
	if (last !== undefined) return now - last.at > OVERDUE_MS;
	// A new file has nothing to prune: its first report starts the days.
	writeSetting(db, "prune_report", JSON.stringify({ at: now, rows: {}, ms: 0, slices: 0, longestMs: 0 }));
	return false;
}

/** Runs all stages; undefined when it was told to stop half-way (the wish stays, and it begins again). */
async function prune(given: RetentionOptions, stopped: () => boolean): Promise<PruneReport | undefined> {
	const { db, clock } = given;
	const set = readRetention(db);
	const options = {
		...given,
		rawRetentionDays: set.rawDays ?? given.rawRetentionDays,
		hourlyRetentionDays: set.hourlyDays ?? given.hourlyRetentionDays,
	};
	const now = clock.now();
	const startedAt = clock.monotonicMs();
	const tally = { slices: 0, longestMs: 0 };
	const rows: Record<string, number> = {};
	const held = doubtOf(options, now);
	if (held !== undefined) {
		options.log.warning("nothing was pruned", { reason: held });
		writeReport(db, { at: now, rows, ms: 0, slices: 0, longestMs: 0, held });
		return undefined;
	}
	const rawBefore = Math.floor((now - options.rawRetentionDays * DAY_MS) / HOUR_MS) * HOUR_MS;
	for (const [name, unit] of Object.entries(stagesOf(options, now, rawBefore))) {
		rows[name] = 0;
		for (let more = true; more; ) {
			const slice = runSlice(options, unit);
			tally.slices += 1;
			tally.longestMs = Math.max(tally.longestMs, slice.ms);
			rows[name] += slice.rows;
			more = slice.more;
			checkpoint(db, options.checkpointPages);
			// At most half of the thread's time: echoes and verdicts go on beside it.
			await clock.sleep(Math.max(1, slice.ms));
			if (stopped()) return undefined;
		}
	}
	const ms = Math.round(clock.monotonicMs() - startedAt);
	const longestMs = Math.round(tally.longestMs * 10) / 10;
	const report = { at: clock.now(), rows, ms, slices: tally.slices, longestMs };
	transact(db, () => {
		writeSetting(db, "thinned_until", String(Math.max(rawBefore, thinnedUntil(db, now))));
		writeReport(db, report);
	});
	return report;
}

function writeReport(db: Db, report: PruneReport): void {
	transact(db, () => {
		writeSetting(db, "prune_report", JSON.stringify(report));
		writeSetting(db, "prune_asked_at", undefined);
		if (report.held === undefined) writeSetting(db, "prune_confirmed", undefined);
	});
}

/**
 * One night takes one day. When a tenth of all that is known would go at once, the clock is likelier to be wrong than
 * the past to be old: a person has to say so. Why, in words; undefined: there is no doubt.
 */
function doubtOf(options: RetentionOptions, now: number): string | undefined {
	const { db, hourlyRetentionDays } = options;
	const confirmed = readSetting(db, "prune_confirmed");
	if (confirmed === "yes") return undefined;
	const before = now - hourlyRetentionDays * DAY_MS;
	const { old: past, all } = retention.countAnswerHours(db, before);
	const meant =
		confirmed === undefined ? 0 : retention.countAnswerHours(db, Math.min(before, Number(confirmed))).old;
	const old = past - meant;
	const events = countEvents(db, now - options.eventDays * DAY_MS);
	const manyHours = old >= DOUBT_HOURS && old > all * DOUBT_SHARE;
	const last = readPruneReport(db);
	const isLate = last === undefined || last.held !== undefined || now - last.at > DOUBT_HOURS * HOUR_MS;
	const manyEvents = isLate && events.old >= DOUBT_EVENTS && events.old > events.all * DOUBT_EVENT_SHARE;
	if (!manyHours && !manyEvents) return undefined;
	const what = manyHours ? `${Math.round(old / 24)} days of the past` : `${events.old} events`;
	return `The clock says ${new Date(now).toISOString().slice(0, 10)}: ${what} would go at once. Set the clock, or prune by hand if it is right.`;
}

/** Units in one transaction until its time is over. */
function runSlice(options: RetentionOptions, unit: Unit): { rows: number; more: boolean; ms: number } {
	const { db, clock, pruneSliceMs } = options;
	const startedAt = clock.monotonicMs();
	const done = transact(db, () => {
		let rows = 0;
		let more = true;
		while (more && clock.monotonicMs() - startedAt < pruneSliceMs) {
			const went = unit();
			if (went === undefined) more = false;
			else rows += went;
		}
		return { rows, more };
	});
	return { ...done, ms: clock.monotonicMs() - startedAt };
}

function stagesOf(options: RetentionOptions, now: number, rawBefore: number): Record<string, Unit> {
	const { db, pruneUnit } = options;
	const hoursBefore = now - options.hourlyRetentionDays * DAY_MS;
	const chunk = (remove: () => number): Unit => {
		let over = false;
		return () => {
			if (over) return undefined;
			const went = remove();
			over = went < pruneUnit;
			return went;
		};
	};
	const batchesBefore = Math.max(now - options.batchDays * DAY_MS, batchHorizon(db, options.batchRows));
	return {
		batches: chunk(() => pruneBatches(db, batchesBefore, pruneUnit)),
		graves: burial(db, pruneUnit),
		thinned: thinning(db, thinnedUntil(db, now), rawBefore),
		samples: byHost(db, pruneUnit, (id) => retention.pruneSamples(db, id, hoursBefore, pruneUnit)),
		hours: byHost(db, pruneUnit, (id) => retention.pruneHours(db, id, hoursBefore, pruneUnit)),
		answers: chunk(() => retention.pruneAnswers(db, hoursBefore, pruneUnit)),
		events: chunk(() => pruneEvents(db, now - options.eventDays * DAY_MS, pruneUnit)),
		deliveries: chunk(() => pruneDeliveries(db, now - options.deliveryDays * DAY_MS, pruneUnit)),
		scans: chunk(() => pruneScans(db, now - options.runDays * DAY_MS, pruneUnit)),
		ports: chunk(() => pruneClosedPorts(db, hoursBefore, pruneUnit)),
		runs: chunk(() => pruneRuns(db, now - options.runDays * DAY_MS, pruneUnit)),
	};
}

/** A moment that is still to come is of a clock that was ahead: nothing is known to be thinned then. */
function thinnedUntil(db: Db, now: number): number {
	const until = Number(readSetting(db, "thinned_until") ?? 0);
	return until > now ? 0 : until;
}

/** Host by host, a day at a time, from where the last prune ended. */
function thinning(db: Db, from: number, to: number): Unit {
	let hostId: number | undefined = 0;
	let at = to;
	return () => {
		while (at >= to) {
			hostId = hostId === undefined ? undefined : retention.nextHostId(db, hostId);
			if (hostId === undefined) return undefined;
			const first = retention.firstSampleAt(db, hostId, from);
			if (first !== undefined && first < to) at = first - (first % HOUR_MS);
			else return 0;
		}
		const window = { from: at, to: Math.min(to, at + DAY_MS) };
		at = window.to;
		return hostId === undefined ? undefined : retention.thinSamples(db, hostId, window);
	};
}

function byHost(db: Db, full: number, remove: (hostId: number) => number): Unit {
	let hostId: number | undefined = 0;
	let more = false;
	return () => {
		if (!more) hostId = hostId === undefined ? undefined : retention.nextHostId(db, hostId);
		if (hostId === undefined) return undefined;
		const went = remove(hostId);
		more = went === full;
		return went;
	};
}

/** Deleted hosts that nothing can bring back any more: their past goes. */
function burial(db: Db, full: number): Unit {
	let hostId = 0;
	let more = false;
	return () => {
		if (!more) {
			const next = nextGrave(db, hostId);
			if (next === undefined) return undefined;
			hostId = next.id;
			if (next.held) return 0;
		}
		const { rows, done } = emptyGrave(db, hostId, full);
		more = !done;
		return rows;
	};
}
