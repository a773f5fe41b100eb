/** When a host is scanned next: its own moment in the interval, and the doubling wait after failures. Pure. */

export type ScanTiming = {
	/** Milliseconds between two scans of a host; 0: none by the clock. */
	readonly intervalMs: number;
	readonly scanRetryMs: number;
	readonly scanRetryMaxMs: number;
};

const DAY_MS = 86_400_000;

/** A scan that ends so shortly before the host's own moment is not made again at it: a share of the interval. */
const NEAR_SHARE = 1 / 12;

/**
 * The host's own moment of the interval that comes next, however long its batch waited or whoever asked for a scan in
 * between: two scans are never further apart than 13 twelfths of an interval. A host without a moment (scanned for
 * the first time) gets one by chance, which spreads hosts that were found together.
 */
export function nextScanAt(dueAt: number, at: number, timing: ScanTiming, random: () => number): number {
	const { intervalMs } = timing;
	if (intervalMs === 0) return at + DAY_MS;
	const soonest = at + intervalMs * NEAR_SHARE;
	if (dueAt <= 0) return Math.round(soonest + intervalMs * (1 - NEAR_SHARE) * random());
	// Fewer than none after a clock was set back: the moment stays the host's own.
	return dueAt + intervalMs * (Math.floor((soonest - dueAt) / intervalMs) + 1);
}

/** After the `failures`-th failure in a row: a while, doubling, at most a day; spread by a tenth. */
export function retryAt(failures: number, at: number, timing: ScanTiming, random: () => number): number {
	const wait = Math.min(timing.scanRetryMaxMs, timing.scanRetryMs * 2 ** Math.min(failures - 1, 30));
	return Math.round(at + wait * (0.9 + 0.2 * random()));
}
