/** What an open page is told, and the light in its header. */

/**
 * `lastSweepAt` in epoch milliseconds; `problem` says in words what does not work, `limited` what works less well than
 * it could. Both lead to the doctor.
 */
export type Light = {
	readonly lastSweepAt: number | undefined;
	readonly problem: string | undefined;
	readonly limited?: string | undefined;
};

/** Data of the SSE message "change": what to look at again. `urgent` is false when only ages and latencies moved. */
export type Change = {
	readonly subnetIds: readonly number[];
	readonly hostIds: readonly number[];
	readonly urgent: boolean;
};
