/** When a host is scanned next: its own moment in the interval, and the doubling wait after failures. Pure. */

export type ScanTiming = {
	/** Milliseconds between two scans of a host; 0: none by the clock. */
	readonly intervalMs: number;
	readonly scanRetryMs: number;
	readonly scanRetryMaxMs: number;
};

const DAY_MS = 86_400_000;

/**
 * One interval after the moment it was due, so that a host keeps its own moment however long its batch waited. A
 * host without one (scanned for the first time, or overdue) gets one by chance: between a half and one and a half
 * intervals from now, which spreads hosts that were found together.
 */
export function nextScanAt(dueAt: number, at: number, timing: ScanTiming, random: () => number): number {
	const { intervalMs } = timing;
	if (intervalMs === 0) return at + DAY_MS;
	const next = dueAt + intervalMs;
	if (dueAt > 0 && next > at + intervalMs / 2 && next < at + intervalMs * 1.5) return next;
	return Math.round(at + intervalMs * (0.5 + random()));
}

/** After the `failures`-th failure in a row: a while, doubling, at most a day; spread by a tenth. */
export function retryAt(failures: number, at: number, timing: ScanTiming, random: () => number): number {
	const wait = Math.min(timing.scanRetryMaxMs, timing.scanRetryMs * 2 ** Math.min(failures - 1, 30));
	return Math.round(at + wait * (0.9 + 0.2 * random()));
}
