/** What a prune did, and how large the tables are: as it is stored and shown. */

/** Rows that went by what they were; durations in milliseconds. */
export type PruneReport = {
	/** When it ended, epoch milliseconds. */
	readonly at: number;
	readonly rows: Readonly<Record<string, number>>;
	readonly ms: number;
	readonly slices: number;
	/** The longest time any of its transactions held the lock. */
	readonly longestMs: number;
	/** Why nothing was pruned, in words; absent when it was. */
	readonly held?: string;
};

/** Days that single samples and hourly sums are kept, as somebody set them; what is absent is as the configuration says. */
export type Retention = { readonly rawDays?: number; readonly hourlyDays?: number };

/** Days that either may be kept. */
export const RETENTION_DAYS = { min: 1, max: 3_650 } as const;

/** A backup that was made and looked through. */
export type BackupReport = {
	/** When it was ready, epoch milliseconds. */
	readonly at: number;
	/** "" before the first one. */
	readonly path: string;
	readonly bytes: number;
	readonly subnets: number;
	readonly hosts: number;
	readonly ms: number;
	/** Backups in the folder, this one included. */
	readonly kept: number;
};

/** Size of a table with its indexes. `exact` is false where counting its pages would have taken too long. */
export type TableSize = { readonly name: string; readonly bytes: number; readonly exact: boolean };

/** The database file: its tables by size, what is free inside, and how fast samples come at present. */
export type StorageState = {
	readonly fileBytes: number;
	readonly freeBytes: number;
	readonly tables: readonly TableSize[];
	/** Samples a day at the present number of hosts and their intervals. */
	readonly samplesPerDay: number;
	/** Hosts that ever answered, in subnets that are swept. */
	readonly hostsSeen: number;
};

/** One raw sample on disk with its share of pages, measured over ten million (`npm run bench:history`). */
export const SAMPLE_BYTES = 20;
/** One hourly sum, measured the same way. */
export const HOUR_BYTES = 31;
