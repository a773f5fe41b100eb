/** How a host has been: shares, half-hour bars and a latency line out of samples and hourly sums. Pure; knows no clock. */

import { UNTIMED } from "./presence.ts";

/** One measurement; `latencyUs` is undefined where nothing answered. */
export type Sample = { readonly at: number; readonly latencyUs: number | undefined };

/** Measurements of one hour that begins at `at`. */
export type HourSum = { readonly at: number; readonly up: number; readonly down: number };

/** A span of time and what was measured in it; nothing at all where both are 0. */
export type Bar = { readonly from: number; readonly up: number; readonly down: number };

/** `share` of measurements that were answered, undefined without any; `measuredMs` of `ms` were looked at. */
export type Uptime = {
	readonly share: number | undefined;
	readonly measuredMs: number;
	readonly ms: number;
};

/** A mean latency at a moment: `at` is the middle of its bucket. */
export type LatencyPoint = { readonly at: number; readonly us: number };

/** Round trips of a window. `lines` are runs of points without a gap between them. */
export type LatencyStory = {
	readonly minUs: number;
	readonly p50Us: number;
	readonly p95Us: number;
	readonly maxUs: number;
	readonly lines: readonly (readonly LatencyPoint[])[];
};

/** What the host page shows of the past. */
export type HostHistory = {
	readonly day: Uptime;
	readonly week: Uptime;
	readonly bars: readonly Bar[];
	/** Undefined: nothing answered within the day. */
	readonly latency: LatencyStory | undefined;
	/** The window of bars and latency. */
	readonly from: number;
	readonly to: number;
};

export const HOUR_MS = 3_600_000;
/** The day in the drawer: 48 bars of half an hour; the week beside it. */
export const BAR_MS = HOUR_MS / 2;
const BARS = 48;
const WEEK_MS = 7 * 24 * HOUR_MS;
/** Buckets of the latency line: 15 minutes each over a day. */
const POINTS = 96;
/** A measurement speaks for so many sweep intervals (the next may come late by its jitter, or be lost once). */
const REACH = 1.5;

/** Start of the window whose last bar holds `now`. */
export function dayStart(now: number): number {
	return Math.floor(now / BAR_MS) * BAR_MS + BAR_MS - BARS * BAR_MS;
}

/** Start of the first whole hour of the week that ends now. */
export function weekStart(now: number): number {
	return Math.floor(now / HOUR_MS) * HOUR_MS + HOUR_MS - WEEK_MS;
}

/**
 * `samples` of the day since `dayStart(now)` and `hours` of the week since `weekStart(now)`, both oldest first.
 * `intervalMs` is how often the host is asked.
 */
export function historyOf(
	samples: readonly Sample[],
	hours: readonly HourSum[],
	asked: { now: number; intervalMs: number },
): HostHistory {
	const { now } = asked;
	const from = dayStart(now);
	const to = from + BARS * BAR_MS;
	const reachMs = asked.intervalMs * REACH;
	const bars = barsOf(samples, { from, count: BARS, widthMs: BAR_MS, reachMs, now });
	const latency = latencyOf(samples, { from, to, buckets: POINTS, reachMs });
	return {
		day: dayOf(samples, hours, bars, { now, reachMs }),
		week: weekOf(hours, now),
		bars,
		latency,
		from,
		to,
	};
}

/** Counts by span. A span that fell between two measurements takes over the one before it, within its reach. */
export function barsOf(
	samples: readonly Sample[],
	grid: { from: number; count: number; widthMs: number; reachMs: number; now: number },
): Bar[] {
	const bars = Array.from({ length: grid.count }, (_, i) => ({
		from: grid.from + i * grid.widthMs,
		up: 0,
		down: 0,
	}));
	const last: (Sample | undefined)[] = Array.from({ length: grid.count });
	for (const sample of samples) {
		const at = Math.floor((sample.at - grid.from) / grid.widthMs);
		const bar = bars[at];
		if (bar === undefined) continue;
		if (sample.latencyUs === undefined) bar.down += 1;
		else bar.up += 1;
		last[at] = sample;
	}
	let before: Sample | undefined;
	for (const [i, bar] of bars.entries()) {
		before = last[i] ?? before;
		const silentFor = bar.from - (before?.at ?? Number.NEGATIVE_INFINITY);
		if (bar.up + bar.down > 0 || silentFor > grid.reachMs || bar.from > grid.now) continue;
		if (before?.latencyUs === undefined) bar.down = 1;
		else bar.up = 1;
	}
	return bars;
}

/**
 * The share over the hours that the bars touch; how much of that was looked at is told by the bars themselves. But the
 * bar in which a host was measured first, with nothing shortly before the day either, counts from there on.
 */
function dayOf(
	samples: readonly Sample[],
	hours: readonly HourSum[],
	bars: readonly Bar[],
	{ now, reachMs }: { now: number; reachMs: number },
): Uptime {
	const from = bars[0]?.from ?? now;
	const share = shareOf(hours.filter((hour) => hour.at > from - HOUR_MS && hour.at <= now));
	const first = samples[0]?.at ?? from;
	const before = first - from > reachMs ? (first - from) % BAR_MS : 0;
	return { share, measuredMs: Math.max(0, measured(bars, BAR_MS, now) - before), ms: now - from };
}

/** The share over the hours of a week. An hour with a measurement counts as looked at. */
export function weekOf(hours: readonly HourSum[], now: number): Uptime {
	const from = weekStart(now);
	const within = hours.filter((hour) => hour.at >= from && hour.at <= now);
	const spans = within.map(({ at, up, down }) => ({ from: at, up, down }));
	return { share: shareOf(within), measuredMs: measured(spans, HOUR_MS, now), ms: now - from };
}

function shareOf(spans: readonly { up: number; down: number }[]): number | undefined {
	const up = spans.reduce((sum, span) => sum + span.up, 0);
	const down = spans.reduce((sum, span) => sum + span.down, 0);
	return up + down === 0 ? undefined : up / (up + down);
}

function measured(spans: readonly Bar[], widthMs: number, now: number): number {
	const looked = spans.filter((span) => span.up + span.down > 0);
	return looked.reduce((sum, { from }) => sum + Math.max(0, Math.min(widthMs, now - from)), 0);
}

/** Least, middle and 95th of 100 round trips, and their mean by bucket; undefined when nothing answered. */
export function latencyOf(
	samples: readonly Sample[],
	grid: { from: number; to: number; buckets: number; reachMs: number },
): LatencyStory | undefined {
	const widthMs = (grid.to - grid.from) / grid.buckets;
	const sums = Array.from({ length: grid.buckets }, () => ({ us: 0, n: 0 }));
	const all: number[] = [];
	for (const { at, latencyUs } of samples) {
		const bucket = sums[Math.floor((at - grid.from) / widthMs)];
		if (latencyUs === undefined || latencyUs === UNTIMED || bucket === undefined) continue;
		bucket.us += latencyUs;
		bucket.n += 1;
		all.push(latencyUs);
	}
	if (all.length === 0) return undefined;
	const sorted = Float64Array.from(all).sort();
	const rank = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
	const points = sums.flatMap(({ us, n }, i) =>
		n === 0 ? [] : [{ at: grid.from + (i + 0.5) * widthMs, us: us / n }],
	);
	return {
		minUs: sorted[0] ?? 0,
		p50Us: rank(0.5),
		p95Us: rank(0.95),
		maxUs: sorted.at(-1) ?? 0,
		lines: unbroken(points, Math.max(widthMs, grid.reachMs) * 1.01),
	};
}

/** Points in runs; two that lie further apart than `farMs` belong to different ones. */
function unbroken(points: readonly LatencyPoint[], farMs: number): LatencyPoint[][] {
	const runs: LatencyPoint[][] = [];
	for (const point of points) {
		const run = runs.at(-1);
		const before = run?.at(-1);
		if (run === undefined || before === undefined || point.at - before.at > farMs) runs.push([point]);
		else run.push(point);
	}
	return runs;
}
