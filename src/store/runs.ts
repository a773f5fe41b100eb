/** Rows of `sweep_run`, which is queue, progress and record of sweeps in one. */

import type { RunState, SweepRun } from "../model/run.ts";
import { type Db, insertedId, transact } from "./database.ts";

export function findRun(db: Db, id: number): SweepRun | undefined {
	const row = db.query<Row, [number]>("SELECT * FROM sweep_run WHERE id = ?").get(id);
	return row ? toRun(row) : undefined;
}

/**
 * The few open runs, by an index of their own: the record of two days may hold a million rows, and this is asked every
 * second. SQLite takes the index only where its condition stands word for word.
 */
const OPEN = "sweep_run INDEXED BY sweep_run_open WHERE state IN ('queued', 'running')";

/** The queued or running sweep of a subnet; there is at most one. */
export function findOpenRun(db: Db, subnetId: number): SweepRun | undefined {
	const row = db
		.query<Row, [number]>("SELECT * FROM sweep_run WHERE subnet_id = ? AND state IN ('queued', 'running')")
		.get(subnetId);
	return row ? toRun(row) : undefined;
}

export function enqueueRun(db: Db, subnetId: number, at: number): number {
	const result = db
		.query(
			"INSERT INTO sweep_run (subnet_id, trigger, state, requested_at) VALUES (?, 'person', 'queued', ?)",
		)
		.run(subnetId, at);
	return insertedId(result);
}

/**
 * Takes up to `limit` sweeps to do now: wishes of people first, then subnets whose time has come and that have no
 * open run. A claimed subnet's next time is `nextAt(intervalS)`, so a late start is never made up
 * for. A time further ahead than two intervals comes from a clock that was set back: it is due too.
 */
export function claimRuns(
	db: Db,
	at: number,
	limit: number,
	nextAt: (intervalS: number) => number,
): SweepRun[] {
	return transact(db, () => {
		const wished = db
			.query<Row, [number, number]>(
				`UPDATE sweep_run SET state = 'running', started_at = ?
				WHERE id IN (SELECT id FROM ${OPEN} AND state = 'queued' ORDER BY id LIMIT ?) RETURNING *`,
			)
			.all(at, limit);
		const due = db
			.query<{ id: number }, [number, number]>(
				`SELECT id FROM subnet WHERE sweep_enabled = 1
					AND (next_sweep_at <= ?1 OR next_sweep_at > ?1 + sweep_interval_s * 2000)
					AND NOT EXISTS (SELECT 1 FROM sweep_run WHERE subnet_id = subnet.id AND state IN ('queued', 'running'))
				ORDER BY next_sweep_at LIMIT ?2`,
			)
			.all(at, limit - wished.length);
		const started = due.map(({ id }) =>
			db
				.query<Row, [number, number, number]>(
					`INSERT INTO sweep_run (subnet_id, trigger, state, requested_at, started_at)
					VALUES (?, 'schedule', 'running', ?, ?) RETURNING *`,
				)
				.get(id, at, at),
		);
		const runs = [...wished, ...started].filter((row) => row !== null).map(toRun);
		for (const run of runs) {
			const subnet = db
				.query<{ s: number }, [number]>("SELECT sweep_interval_s AS s FROM subnet WHERE id = ?")
				.get(run.subnetId);
			db.query("UPDATE subnet SET next_sweep_at = ? WHERE id = ?").run(nextAt(subnet?.s ?? 60), run.subnetId);
		}
		return runs;
	});
}

export function setRunTotal(db: Db, id: number, total: number, method: string): void {
	db.query("UPDATE sweep_run SET total = ?, method = ? WHERE id = ?").run(total, method, id);
}

/** Moves the progress of a running sweep; part of the recorder's transaction. */
export function advanceRun(db: Db, id: number, done: number, replies: number): void {
	db.query("UPDATE sweep_run SET done = done + ?, replies = replies + ? WHERE id = ?").run(done, replies, id);
}

/** Closes a run, and notes on the subnet when it was swept or why it was not. */
export function finishRun(
	db: Db,
	run: SweepRun,
	end: { state: RunState; at: number; lost?: number; problem?: string; offset?: number },
): void {
	db.query(
		"UPDATE sweep_run SET state = ?, finished_at = ?, lost = ?, problem = ? WHERE id = ? AND state = 'running'",
	).run(end.state, end.at, end.lost ?? 0, end.problem ?? null, run.id);
	if (end.state === "done") {
		db.query(
			`UPDATE subnet SET last_sweep_at = ?, last_sweep_problem = NULL, sweep_offset = coalesce(?, sweep_offset)
			WHERE id = ?`,
		).run(end.at, end.offset ?? null, run.subnetId);
	} else if (end.state === "failed") {
		db.query("UPDATE subnet SET last_sweep_problem = ? WHERE id = ?").run(end.problem ?? "", run.subnetId);
	}
}

export function askCancel(db: Db, id: number, at: number): boolean {
	const stopped = db
		.query("UPDATE sweep_run SET state = 'cancelled', finished_at = ? WHERE id = ? AND state = 'queued'")
		.run(at, id);
	const asked = db.query("UPDATE sweep_run SET cancel_asked = 1 WHERE id = ? AND state = 'running'").run(id);
	return stopped.changes + asked.changes > 0;
}

/** Running sweeps that somebody wants to end. */
export function cancelledRunIds(db: Db): number[] {
	return db
		.query<{ id: number }, []>(`SELECT id FROM ${OPEN} AND state = 'running' AND cancel_asked = 1`)
		.all()
		.map((row) => row.id);
}

/**
 * After a start: runs that an earlier process left open are closed, suspects forgotten, and overdue subnets
 * spread by `spread()` milliseconds each, so that a restart makes no burst.
 */
export function resumeSchedule(db: Db, at: number, spread: () => number): void {
	transact(db, () => {
		db.query("UPDATE sweep_run SET state = 'interrupted', finished_at = ? WHERE state = 'running'").run(at);
		db.query("UPDATE host SET suspect_since = NULL WHERE suspect_since IS NOT NULL").run();
		const overdue = db
			.query<{ id: number }, [number]>(
				"SELECT id FROM subnet WHERE sweep_enabled = 1 AND next_sweep_at < ? AND last_sweep_at IS NOT NULL",
			)
			.all(at);
		if (overdue.length < 2) return;
		for (const { id } of overdue) {
			const next = at + spread();
			db.query("UPDATE subnet SET next_sweep_at = ? WHERE id = ?").run(next, id);
		}
	});
}

/** Where the next slice of a large subnet begins, counted in addresses from its first. */
export function readOffset(db: Db, subnetId: number): number {
	const row = db
		.query<{ offset: number }, [number]>("SELECT sweep_offset AS offset FROM subnet WHERE id = ?")
		.get(subnetId);
	return row?.offset ?? 0;
}

/** Removes at most `limit` closed runs that ended before `before`; answers how many. */
export function pruneRuns(db: Db, before: number, limit: number): number {
	return db
		.query(
			`DELETE FROM sweep_run WHERE id IN (
				SELECT id FROM sweep_run WHERE finished_at < ? AND state NOT IN ('queued', 'running') LIMIT ?)`,
		)
		.run(before, limit).changes;
}

type Row = {
	id: number;
	subnet_id: number;
	trigger: SweepRun["trigger"];
	state: RunState;
	requested_at: number;
	started_at: number | null;
	finished_at: number | null;
	total: number;
	done: number;
	replies: number;
	lost: number;
	method: string | null;
	problem: string | null;
};

function toRun(row: Row): SweepRun {
	return {
		id: row.id,
		subnetId: row.subnet_id,
		trigger: row.trigger,
		state: row.state,
		requestedAt: row.requested_at,
		startedAt: row.started_at ?? undefined,
		finishedAt: row.finished_at ?? undefined,
		total: row.total,
		done: row.done,
		replies: row.replies,
		lost: row.lost,
		method: row.method ?? undefined,
		problem: row.problem ?? undefined,
	};
}
