/** Rows of `scan_run`: queue, progress and record of port scans. Decides no time. */

import type { ScanRun, ScanState } from "../model/scan.ts";
import { type Address, fromKey } from "../net/address.ts";
import { type Db, insertedId, transact } from "./database.ts";

export type ScanTarget = { readonly id: number; readonly address: Address };
export type ClaimedScan = { readonly run: ScanRun; readonly targets: readonly ScanTarget[] };

export function findScan(db: Db, id: number): ScanRun | undefined {
	const row = db.query<Row, [number]>("SELECT * FROM scan_run WHERE id = ?").get(id);
	return row ? toScan(row) : undefined;
}

/** The few open ones by an index of their own, as of sweeps (see runs). */
const OPEN = "scan_run INDEXED BY scan_run_open WHERE state IN ('queued', 'running')";

/** The scan a host waits for or is in. */
export function findOpenScan(db: Db, hostId: number): ScanRun | undefined {
	const row = db
		.query<Row, [number]>(
			`SELECT scan_run.* FROM scan_run JOIN host ON host.scan_run_id = scan_run.id
			WHERE host.id = ? AND state IN ('queued', 'running')`,
		)
		.get(hostId);
	return row ? toScan(row) : undefined;
}

/** Puts a person's wish for one host into the queue. The host must not be in an open scan. */
export function enqueueScan(db: Db, host: { id: number; subnetId: number }, at: number): number {
	const id = insertedId(
		db
			.query(
				`INSERT INTO scan_run (subnet_id, host_id, trigger, state, requested_at, total)
				VALUES (?, ?, 'person', 'queued', ?, 1)`,
			)
			.run(host.subnetId, host.id, at),
	);
	db.query("UPDATE host SET scan_run_id = ? WHERE id = ?").run(id, host.id);
	return id;
}

/**
 * Takes up to `limit` scans to do now: wishes of people first, then batches led by the host that has been due the
 * longest, filled with hosts of its subnet that are due before `aheadAt`. Without `scheduled` only wishes.
 */
export function claimScans(
	db: Db,
	at: number,
	options: { limit: number; batch: number; aheadAt: number; scheduled: boolean },
): ClaimedScan[] {
	return transact(db, () => {
		const claimed: ClaimedScan[] = db
			.query<Row, [number, number]>(
				`UPDATE scan_run SET state = 'running', started_at = ?
				WHERE id IN (SELECT id FROM ${OPEN} AND state = 'queued' ORDER BY id LIMIT ?) RETURNING *`,
			)
			.all(at, options.limit)
			.map((row) => ({ run: toScan(row), targets: targetsOf(db, row.id) }));
		if (options.scheduled) hurryFar(db, at);
		while (options.scheduled && claimed.length < options.limit) {
			const batch = claimBatch(db, at, options);
			if (batch === undefined) break;
			claimed.push(batch);
		}
		return claimed;
	});
}

/** Ends a waiting scan at once, and asks a running one to end. One that has ended stays as it is. */
export function askCancelScan(db: Db, id: number, at: number): void {
	const { changes } = db
		.query("UPDATE scan_run SET state = 'cancelled', finished_at = ? WHERE id = ? AND state = 'queued'")
		.run(at, id);
	if (changes > 0) db.query("UPDATE host SET scan_run_id = NULL WHERE scan_run_id = ?").run(id);
	else db.query("UPDATE scan_run SET cancel_asked = 1 WHERE id = ? AND state = 'running'").run(id);
}

/** Running scans that somebody wants to end. */
export function cancelledScanIds(db: Db): number[] {
	return db
		.query<{ id: number }, []>(`SELECT id FROM ${OPEN} AND state = 'running' AND cancel_asked = 1`)
		.all()
		.map((row) => row.id);
}

/** The hosts of a scan, whoever asked for it. */
export function listScanHosts(db: Db, runId: number): number[] {
	return db
		.query<{ id: number }, [number]>("SELECT id FROM host WHERE scan_run_id = ?")
		.all(runId)
		.map((row) => row.id);
}

/** Further than the longest wait: 13 twelfths of the longest interval, a week. */
const FAR_MS = 11 * 24 * 3_600_000;

/** A time further ahead than any wait comes from a clock that was set back: such hosts are due, and get another moment. */
function hurryFar(db: Db, at: number): void {
	db.query(
		`UPDATE host INDEXED BY host_scan_due SET next_scan_at = 0
		WHERE status = 'up' AND scan_run_id IS NULL AND next_scan_at > ? + ${FAR_MS}`,
	).run(at);
}

function claimBatch(
	db: Db,
	at: number,
	options: { batch: number; aheadAt: number },
): ClaimedScan | undefined {
	const lead = db
		.query<{ subnetId: number }, [number]>(
			`SELECT subnet_id AS subnetId FROM host INDEXED BY host_scan_due
			WHERE status = 'up' AND scan_run_id IS NULL AND next_scan_at <= ?
				AND subnet_id IN (SELECT id FROM subnet WHERE scan_enabled = 1)
			ORDER BY next_scan_at LIMIT 1`,
		)
		.get(at);
	if (lead === null) return undefined;
	const row = db
		.query<Row, [number, number, number]>(
			`INSERT INTO scan_run (subnet_id, trigger, state, requested_at, started_at)
			VALUES (?, 'schedule', 'running', ?, ?) RETURNING *`,
		)
		.get(lead.subnetId, at, at);
	if (row === null) throw new Error("a scan_run vanished inside its own transaction");
	const { changes } = db
		.query(
			`UPDATE host SET scan_run_id = ? WHERE id IN (
				SELECT id FROM host INDEXED BY host_scan_due
				WHERE status = 'up' AND scan_run_id IS NULL AND next_scan_at <= ? AND subnet_id = ?
				ORDER BY next_scan_at LIMIT ?)`,
		)
		.run(row.id, options.aheadAt, lead.subnetId, options.batch);
	db.query("UPDATE scan_run SET total = ? WHERE id = ?").run(changes, row.id);
	return { run: toScan({ ...row, total: changes }), targets: targetsOf(db, row.id) };
}

function targetsOf(db: Db, runId: number): ScanTarget[] {
	return db
		.query<{ id: number; ip_key: Uint8Array }, [number]>(
			"SELECT id, ip_key FROM host WHERE scan_run_id = ? ORDER BY ip_key",
		)
		.all(runId)
		.map((row) => ({ id: row.id, address: fromKey(row.ip_key) }));
}

/** Closes a running scan and lets its hosts go. */
export function finishScan(
	db: Db,
	id: number,
	end: {
		state: ScanState;
		at: number;
		done?: number;
		openPorts?: number;
		method: string;
		problem?: string | undefined;
	},
): void {
	db.query(
		`UPDATE scan_run SET state = ?, finished_at = ?, done = ?, open_ports = ?, method = ?, problem = ?
		WHERE id = ? AND state = 'running'`,
	).run(end.state, end.at, end.done ?? 0, end.openPorts ?? 0, end.method, end.problem ?? null, id);
	db.query("UPDATE host SET scan_run_id = NULL WHERE scan_run_id = ?").run(id);
}

/** After a start: what an earlier process left running is closed; its hosts are due as they were. Wishes stay. */
export function resumeScans(db: Db, at: number): void {
	transact(db, () => {
		db.query("UPDATE scan_run SET state = 'interrupted', finished_at = ? WHERE state = 'running'").run(at);
		db.query(
			`UPDATE host SET scan_run_id = NULL WHERE scan_run_id IS NOT NULL
				AND scan_run_id NOT IN (SELECT id FROM scan_run WHERE state = 'queued')`,
		).run();
	});
}

/** Whether hosts of a subnet are scanned by the clock. */
export function writeSubnetScans(db: Db, subnetId: number, enabled: boolean, at: number): void {
	db.query("UPDATE subnet SET scan_enabled = ?, updated_at = ? WHERE id = ?").run(
		Number(enabled),
		at,
		subnetId,
	);
}

/** The newest scans that came to an end of their own, good or bad, newest first. */
export function listClosedScans(db: Db, limit: number): ScanRun[] {
	return db
		.query<Row, [number]>(
			`SELECT * FROM scan_run WHERE finished_at IS NOT NULL AND state IN ('done', 'failed')
			ORDER BY finished_at DESC, id DESC LIMIT ?`,
		)
		.all(limit)
		.map(toScan);
}

/** Removes at most `limit` closed scans that ended before `before`; answers how many. */
export function pruneScans(db: Db, before: number, limit: number): number {
	return db
		.query("DELETE FROM scan_run WHERE id IN (SELECT id FROM scan_run WHERE finished_at < ? LIMIT ?)")
		.run(before, limit).changes;
}

type Row = {
	id: number;
	subnet_id: number | null;
	host_id: number | null;
	trigger: ScanRun["trigger"];
	state: ScanState;
	requested_at: number;
	started_at: number | null;
	finished_at: number | null;
	total: number;
	done: number;
	open_ports: number;
	method: string | null;
	problem: string | null;
};

function toScan(row: Row): ScanRun {
	return {
		id: row.id,
		subnetId: row.subnet_id ?? undefined,
		hostId: row.host_id ?? undefined,
		trigger: row.trigger,
		state: row.state,
		requestedAt: row.requested_at,
		startedAt: row.started_at ?? undefined,
		finishedAt: row.finished_at ?? undefined,
		total: row.total,
		done: row.done,
		openPorts: row.open_ports,
		method: row.method ?? undefined,
		problem: row.problem ?? undefined,
	};
}
