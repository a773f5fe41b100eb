/** One sweep of one subnet, from the wish to the result: the row that is queue, progress and record. */

export const RUN_STATES = ["queued", "running", "done", "failed", "cancelled", "interrupted"] as const;
export type RunState = (typeof RUN_STATES)[number];

export type SweepRun = {
	readonly id: number;
	readonly subnetId: number;
	readonly trigger: "schedule" | "person";
	readonly state: RunState;
	/** Epoch milliseconds. */
	readonly requestedAt: number;
	readonly startedAt: number | undefined;
	readonly finishedAt: number | undefined;
	/** Addresses to ask, and those with a verdict so far. */
	readonly total: number;
	readonly done: number;
	readonly replies: number;
	readonly lost: number;
	/** "raw", "arp+raw", "datagram" or "ping": who asked. */
	readonly method: string | undefined;
	readonly problem: string | undefined;
};
