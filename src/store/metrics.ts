/** Figures for whoever watches Rollcall itself: sums and counts, read in one go. Changes nothing. */

import type { Db } from "./database.ts";

export type SubnetFigures = {
	readonly cidr: string;
	readonly up: number;
	readonly down: number;
	readonly unknown: number;
	/** Epoch milliseconds; of the last sweep that went well, and when the next is due. */
	readonly lastSweepAt: number | null;
	readonly nextSweepAt: number | null;
	/** How long that sweep took. */
	readonly sweepMs: number | null;
};

export function listSubnetFigures(db: Db): SubnetFigures[] {
	return db
		.query<SubnetFigures, []>(
			`SELECT cidr, hosts_up AS up, hosts_down AS down, hosts_unknown AS unknown, last_sweep_at AS lastSweepAt,
				CASE WHEN sweep_enabled THEN next_sweep_at END AS nextSweepAt,
				(SELECT finished_at - started_at FROM sweep_run WHERE id = (SELECT max(id) FROM sweep_run
					WHERE subnet_id = subnet.id AND state = 'done')) AS sweepMs
			FROM subnet ORDER BY first_key, prefix`,
		)
		.all();
}

/** Rows that were ever written to a table: ids are never used again. */
export function countEver(db: Db, table: "sweep_run" | "scan_run" | "webhook_delivery" | "event"): number {
	return (
		db.query<{ seq: number }, [string]>("SELECT seq FROM sqlite_sequence WHERE name = ?").get(table)?.seq ?? 0
	);
}

type ByState = { readonly state: string; readonly n: number };

export function countOpenScans(db: Db): ByState[] {
	return db
		.query<ByState, []>(
			"SELECT state, count(*) AS n FROM scan_run WHERE state IN ('queued', 'running') GROUP BY state",
		)
		.all();
}

export function countDeliveries(db: Db): ByState[] {
	return db.query<ByState, []>("SELECT state, count(*) AS n FROM webhook_delivery GROUP BY state").all();
}

/** Bytes of the file, and of what is free inside. */
export function readFileSize(db: Db): { file: number; free: number } {
	const row = db
		.query<{ size: number; pages: number; free: number }, []>(
			`SELECT page_size AS size, page_count AS pages, freelist_count AS free
			FROM pragma_page_size, pragma_page_count, pragma_freelist_count`,
		)
		.get();
	return row === null ? { file: 0, free: 0 } : { file: row.size * row.pages, free: row.size * row.free };
}

/** Upper edges of the buckets of LATENCIES, in microseconds. */
export const LATENCY_EDGES_US = [
	250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
];

const LATENCIES = `SELECT count(*) AS count, coalesce(sum(latency_us), 0) AS sum,
	sum(latency_us <= 250) AS b0, sum(latency_us <= 500) AS b1, sum(latency_us <= 1000) AS b2,
	sum(latency_us <= 2500) AS b3, sum(latency_us <= 5000) AS b4, sum(latency_us <= 10000) AS b5,
	sum(latency_us <= 25000) AS b6, sum(latency_us <= 50000) AS b7, sum(latency_us <= 100000) AS b8,
	sum(latency_us <= 250000) AS b9, sum(latency_us <= 500000) AS b10, sum(latency_us <= 1000000) AS b11
	FROM host WHERE subnet_id = ? AND status_order = 0 AND latency_us > 0 AND last_seen_at >= ?`;

/** Round trips of the hosts of a subnet that answered since: how many lie at or below each edge, their sum and number. */
export function sumLatencies(
	db: Db,
	subnetId: number,
	since: number,
): { readonly atMost: number[]; readonly sumUs: number; readonly count: number } {
	const row = db.query<Record<string, number | null>, [number, number]>(LATENCIES).get(subnetId, since);
	const of = (name: string) => row?.[name] ?? 0;
	return { atMost: LATENCY_EDGES_US.map((_, i) => of(`b${i}`)), sumUs: of("sum"), count: of("count") };
}
