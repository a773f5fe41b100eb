/** Removing what is past its time, in units small enough for a short transaction. Touches no host and no event of now. */

import { HOUR_MS } from "../model/uptime.ts";
import type { Db } from "./database.ts";

/** The next host after `id` in order of ids; undefined after the last. */
export function nextHostId(db: Db, id: number): number | undefined {
	return (
		db.query<{ id: number }, [number]>("SELECT id FROM host WHERE id > ? ORDER BY id LIMIT 1").get(id)?.id ??
		undefined
	);
}

/** When the oldest kept sample of a host was taken, at or after `from`. */
export function firstSampleAt(db: Db, hostId: number, from: number): number | undefined {
	return (
		db
			.query<{ ts: number }, [number, number]>(
				"SELECT ts FROM host_status WHERE host_id = ? AND ts >= ? ORDER BY ts LIMIT 1",
			)
			.get(hostId, from)?.ts ?? undefined
	);
}

/** Leaves the first sample of each hour in the window, which begins and ends at full hours; answers how many went. */
export function thinSamples(db: Db, hostId: number, window: { from: number; to: number }): number {
	return db.query(THIN_SAMPLES).run(hostId, window.from, window.to).changes;
}

/** Removes samples of a host before `before`, at most `limit`, oldest first; answers how many. */
export function pruneSamples(db: Db, hostId: number, before: number, limit: number): number {
	return db
		.query(
			`DELETE FROM host_status WHERE host_id = ?1 AND ts IN (
				SELECT ts FROM host_status WHERE host_id = ?1 AND ts < ?2 ORDER BY ts LIMIT ?3)`,
		)
		.run(hostId, before, limit).changes;
}

/** Removes hourly sums of a host before `before`, at most `limit`, oldest first; answers how many. */
export function pruneHours(db: Db, hostId: number, before: number, limit: number): number {
	return db
		.query(
			`DELETE FROM host_status_hour WHERE host_id = ?1 AND ts IN (
				SELECT ts FROM host_status_hour WHERE host_id = ?1 AND ts < ?2 ORDER BY ts LIMIT ?3)`,
		)
		.run(hostId, before, limit).changes;
}

/** Removes sums over all hosts before `before`, at most `limit`, oldest first; answers how many. */
export function pruneAnswers(db: Db, before: number, limit: number): number {
	return db
		.query(
			"DELETE FROM answer_hour WHERE ts IN (SELECT ts FROM answer_hour WHERE ts < ? ORDER BY ts LIMIT ?)",
		)
		.run(before, limit).changes;
}

/** Hours in which anything was measured: those before `before`, and all. */
export function countAnswerHours(db: Db, before: number): { old: number; all: number } {
	const row = db
		.query<{ old: number | null; n: number }, [number]>(
			"SELECT sum(ts < ?) AS old, count(*) AS n FROM answer_hour",
		)
		.get(before);
	return { old: row?.old ?? 0, all: row?.n ?? 0 };
}

const THIN_SAMPLES = `
	DELETE FROM host_status WHERE host_id = ?1 AND ts >= ?2 AND ts < ?3 AND ts NOT IN (
		SELECT min(ts) FROM host_status WHERE host_id = ?1 AND ts >= ?2 AND ts < ?3 GROUP BY ts / ${HOUR_MS})`;
