/** The two times a program needs, and waiting: everything that must know "now" is handed one of these. */

export type Clock = {
	/** Wall time in epoch milliseconds: for display and storage, never for durations. */
	now(): number;
	/** Milliseconds that only grow: for durations, time-outs and pacing. */
	monotonicMs(): number;
	/** Resolves after `ms`, or at once when `signal` aborts. Never rejects. */
	sleep(ms: number, signal?: AbortSignal): Promise<void>;
};

/** The machine's own clock. */
export const systemClock: Clock = {
	now: () => Date.now(),
	monotonicMs: () => performance.now(),
	sleep(ms, signal) {
		return new Promise((resolve) => {
			if (signal?.aborted) return resolve();
			const done = () => {
				clearTimeout(timer);
				signal?.removeEventListener("abort", done);
				resolve();
			};
			const timer = setTimeout(done, ms);
			signal?.addEventListener("abort", done, { once: true });
		});
	},
};

/** Waits for `work`, but no longer than `ms`. No timer is left behind: it would keep the process alive. */
export async function atMost(clock: Clock, ms: number, work: Promise<unknown>): Promise<void> {
	const over = new AbortController();
	try {
		await Promise.race([work, clock.sleep(ms, over.signal)]);
	} finally {
		over.abort();
	}
}
