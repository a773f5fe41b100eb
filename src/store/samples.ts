/** Reading the past of a host: raw samples, hourly sums, and either of them by steps. Writes nothing. */

import type { HourSum, Sample } from "../model/uptime.ts";
import { HOUR_MS } from "../model/uptime.ts";
import type { Db } from "./database.ts";

/** Measurements that fall into one step of a window; latencies are undefined where nothing answered. */
export type Step = {
	/** Start of the step. */
	readonly at: number;
	readonly up: number;
	readonly down: number;
	readonly minUs: number | undefined;
	readonly meanUs: number | undefined;
	readonly maxUs: number | undefined;
};

/** Raw samples of a host from `from` on, oldest first. */
export function listSamples(db: Db, hostId: number, from: number): Sample[] {
	return db
		.query<{ ts: number; us: number | null }, [number, number]>(
			"SELECT ts, CASE is_up WHEN 1 THEN coalesce(latency_us, 0) END AS us FROM host_status WHERE host_id = ? AND ts >= ? ORDER BY ts",
		)
		.all(hostId, from)
		.map((row) => ({ at: row.ts, latencyUs: row.us ?? undefined }));
}

/** Hourly sums of a host from the hour `from` on, oldest first. */
export function listHours(db: Db, hostId: number, from: number): HourSum[] {
	return db
		.query<HourSum, [number, number]>(
			"SELECT ts AS at, up, down FROM host_status_hour WHERE host_id = ? AND ts >= ? ORDER BY ts",
		)
		.all(hostId, from);
}

/**
 * A window by steps of `stepMs`, oldest first; steps without a measurement are left out. Whole hours are read from
 * the hourly sums (kept longer than samples), anything finer from the samples.
 */
export function listSteps(
	db: Db,
	hostId: number,
	window: { from: number; to: number; stepMs: number },
): Step[] {
	const { from, to, stepMs } = window;
	const hourly = stepMs % HOUR_MS === 0 && from % HOUR_MS === 0;
	return db
		.query<StepRow, [number, number, number, number]>(hourly ? STEPS_OF_HOURS : STEPS_OF_SAMPLES)
		.all(hostId, from, to, stepMs)
		.map((row) => ({
			at: from + row.step * stepMs,
			up: row.up,
			down: row.down,
			minUs: row.min_us ?? undefined,
			meanUs: row.min_us === null ? undefined : row.sum_us / row.up,
			maxUs: row.max_us ?? undefined,
		}));
}

const STEPS_OF_SAMPLES = `
	SELECT (ts - ?2) / ?4 AS step, sum(is_up) AS up, sum(1 - is_up) AS down,
		coalesce(sum(latency_us), 0) AS sum_us, min(latency_us) AS min_us, max(latency_us) AS max_us
	FROM host_status WHERE host_id = ?1 AND ts >= ?2 AND ts < ?3 GROUP BY step ORDER BY step`;
const STEPS_OF_HOURS = `
	SELECT (ts - ?2) / ?4 AS step, sum(up) AS up, sum(down) AS down,
		sum(latency_sum_us) AS sum_us, min(latency_min_us) AS min_us, max(latency_max_us) AS max_us
	FROM host_status_hour WHERE host_id = ?1 AND ts >= ?2 AND ts < ?3 GROUP BY step ORDER BY step`;

type StepRow = {
	step: number;
	up: number;
	down: number;
	sum_us: number;
	min_us: number | null;
	max_us: number | null;
};
