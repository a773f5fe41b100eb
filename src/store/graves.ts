/**
 * Deleting hosts so that they can come back with their past, bringing them back, and forgetting them for good; subnets
 * are in subnet-graves. Every function stands inside its caller's transaction.
 */

import { writeOutcome } from "./batch-rows.ts";
import { countIn } from "./batches.ts";
import type { Db } from "./database.ts";
import { HOST_COLUMNS, HOST_FROM_JSON, HOST_ROW } from "./whole-rows.ts";

const NOTE_HOSTS = `INSERT OR REPLACE INTO batch_row (batch_id, noun, row_id, act, before_json)
	SELECT ?, 'host', id, 'deleted', ${HOST_ROW} FROM host WHERE id IN (SELECT value FROM json_each(?))`;

/** Deletes these hosts as part of the batch; their past stays. Answers how many there were. */
export function buryHosts(db: Db, batchId: number, ids: readonly number[]): number {
	const list = JSON.stringify(ids);
	countIn(db, batchId, "deleted", db.query(NOTE_HOSTS).run(batchId, list).changes);
	return db.query("DELETE FROM host WHERE id IN (SELECT value FROM json_each(?))").run(list).changes;
}

/** The next hosts of a subnet, or of an address range in it, at most `limit`. */
export function listHostIds(db: Db, subnetId: number, limit: number): number[] {
	return db
		.query<{ id: number }, [number, number]>("SELECT id FROM host WHERE subnet_id = ? LIMIT ?")
		.all(subnetId, limit)
		.map(({ id }) => id);
}

/** Somebody sits at these addresses by now: recorded by a person (also without a word), or only found by a sweep. */
const TENANTS = `SELECT b.row_id AS id, host.id AS tenant,
		host.description <> '' OR host.notes <> '' OR host.tags_json <> '[]' OR host.first_seen_at IS NULL
			OR coalesce(host.hostname_source IN ('typed', 'import'), 0) AS settled
	FROM batch_row AS b JOIN host ON host.ip = b.before_json ->> '$.ip'
	WHERE b.batch_id = ? AND b.noun = 'host' AND b.row_id IN (SELECT value FROM json_each(?))`;

const PUT_BACK = `INSERT INTO host (${HOST_COLUMNS}) SELECT ${HOST_FROM_JSON}
	FROM batch_row WHERE batch_id = ? AND noun = 'host' AND outcome IS NULL
		AND row_id IN (SELECT value FROM json_each(?))`;

const WAITING = `UPDATE batch SET
	detail_json = json_set(detail_json, '$.waiting', coalesce(detail_json ->> '$.waiting', 0) + ?) WHERE id = ?`;

/** Hosts that found no subnet around them can come back once it is there again: the batch is not undone yet. */
export function reopenHomeless(db: Db, batchId: number, hosts: number): void {
	db.query(
		"UPDATE batch_row SET outcome = NULL, kept = '' WHERE batch_id = ? AND outcome = 'kept' AND kept = 'subnet'",
	).run(batchId);
	db.query(
		`UPDATE batch SET state = 'done', kept = kept - ?1, detail_json = json_set(json_remove(detail_json, '$.waiting'),
			'$.homeless', ?1, '$.undone', coalesce(detail_json ->> '$.undone', 0) - ?1) WHERE id = ?2`,
	).run(hosts, batchId);
}

/**
 * Brings hosts back with their past. At an address where a sweep found a host meanwhile, the two become one; where a
 * person recorded another, that one stays.
 */
export function unearthHosts(db: Db, batchId: number, ids: readonly number[]): void {
	const list = JSON.stringify(ids);
	const homeless = db
		.query(
			`UPDATE batch_row SET outcome = 'kept', kept = 'subnet' WHERE batch_id = ?1 AND noun = 'host'
			AND outcome IS NULL AND row_id IN (SELECT value FROM json_each(?2))
			AND NOT EXISTS (SELECT 1 FROM subnet WHERE id = before_json ->> '$.subnet_id') AND NOT EXISTS (
				SELECT 1 FROM subnet WHERE first_key <= unhex(before_json ->> '$.ip_key')
					AND last_key >= unhex(before_json ->> '$.ip_key'))`,
		)
		.run(batchId, list);
	if (homeless.changes > 0) db.query(WAITING).run(homeless.changes, batchId);
	const tenants = db
		.query<{ id: number; tenant: number; settled: number }, [number, string]>(TENANTS)
		.all(batchId, list);
	const later: (() => void)[] = [];
	for (const { id, tenant, settled } of tenants) {
		if (settled === 1) writeOutcome(db, batchId, { noun: "host", id }, "kept", "address");
		else later.push(mergeInto(db, id, tenant));
	}
	db.query(PUT_BACK).run(batchId, list);
	for (const write of later) write();
	db.query(
		`UPDATE host_open_port SET is_current = 1 WHERE is_current = -1 AND host_id IN (
			SELECT row_id FROM batch_row WHERE batch_id = ? AND noun = 'host' AND outcome IS NULL
				AND row_id IN (SELECT value FROM json_each(?)))`,
	).run(batchId, list);
	db.query(
		"DELETE FROM host_grave WHERE host_id IN (SELECT value FROM json_each(?)) AND host_id IN (SELECT id FROM host)",
	).run(list);
	db.query(
		`UPDATE batch_row SET outcome = 'undone' WHERE batch_id = ? AND noun = 'host' AND outcome IS NULL
			AND row_id IN (SELECT value FROM json_each(?))`,
	).run(batchId, list);
}

/** What the sweeps found out about the host that sits there now. */
type Fresh = {
	status: string;
	status_order: number;
	status_since: number | null;
	suspect_since: number | null;
	flapping: number;
	flips_json: string;
	first_seen_at: number | null;
	last_seen_at: number | null;
	latency_us: number | null;
	typical_latency_us: number | null;
	mac: string | null;
	vendor: string | null;
};

/** An hour that both have measured is the sum of both. */
const MERGE_HOURS = `INSERT INTO host_status_hour (host_id, ts, up, down, latency_sum_us, latency_min_us, latency_max_us)
	SELECT ?, ts, up, down, latency_sum_us, latency_min_us, latency_max_us FROM host_status_hour WHERE host_id = ?
	ON CONFLICT DO UPDATE SET up = up + excluded.up, down = down + excluded.down,
		latency_sum_us = latency_sum_us + excluded.latency_sum_us,
		latency_min_us = min(coalesce(latency_min_us, excluded.latency_min_us), coalesce(excluded.latency_min_us, latency_min_us)),
		latency_max_us = max(coalesce(latency_max_us, excluded.latency_max_us), coalesce(excluded.latency_max_us, latency_max_us))`;

/** Gives what `tenant` has lived through to `id`, and removes it; answers what to write once `id` is there. */
function mergeInto(db: Db, id: number, tenant: number): () => void {
	const fresh = db
		.query<Fresh, [number]>(
			`SELECT status, status_order, status_since, suspect_since, flapping, flips_json, first_seen_at, last_seen_at,
				latency_us, typical_latency_us, mac, vendor FROM host WHERE id = ?`,
		)
		.get(tenant);
	db.query("UPDATE OR IGNORE host_status SET host_id = ? WHERE host_id = ?").run(id, tenant);
	db.query(MERGE_HOURS).run(id, tenant);
	db.query("UPDATE event SET host_id = ? WHERE host_id = ?").run(id, tenant);
	// A port that both have open is one, as old as the older.
	db.query(
		`DELETE FROM host_open_port WHERE host_id = ?1 AND is_current = 1 AND EXISTS (
			SELECT 1 FROM host_open_port AS old WHERE old.host_id = ?2 AND old.is_current = -1
				AND old.proto = host_open_port.proto AND old.port = host_open_port.port)`,
	).run(tenant, id);
	db.query("UPDATE host_open_port SET host_id = ? WHERE host_id = ?").run(id, tenant);
	db.query("DELETE FROM host WHERE id = ?").run(tenant);
	return () => {
		if (fresh === null) return;
		db.query(
			`UPDATE host SET status = ?, status_order = ?, status_since = ?, suspect_since = ?, flapping = ?,
				flips_json = ?, first_seen_at = coalesce(first_seen_at, ?), last_seen_at = coalesce(?, last_seen_at),
				latency_us = ?, typical_latency_us = ?, mac = coalesce(?, mac), vendor = coalesce(?, vendor)
			WHERE id = ?`,
		).run(
			fresh.status,
			fresh.status_order,
			fresh.status_since,
			fresh.suspect_since,
			fresh.flapping,
			fresh.flips_json,
			fresh.first_seen_at,
			fresh.last_seen_at,
			fresh.latency_us,
			fresh.typical_latency_us,
			fresh.mac,
			fresh.vendor,
			id,
		);
	};
}

/** The next deleted host after `id`; held: a batch can still bring it back. undefined after the last. */
export function nextGrave(db: Db, id: number): { id: number; held: boolean } | undefined {
	const row = db
		.query<{ id: number; held: number }, [number]>(
			`SELECT host_id AS id, EXISTS (SELECT 1 FROM batch_row
				WHERE noun = 'host' AND row_id = host_id AND act = 'deleted' AND outcome IS NULL) AS held
			FROM host_grave WHERE host_id > ? ORDER BY host_id LIMIT 1`,
		)
		.get(id);
	return row === null ? undefined : { id: row.id, held: row.held === 1 };
}

/** Removes the past of a deleted host, at most `limit` samples of it; answers how many rows went and whether all did. */
export function emptyGrave(db: Db, hostId: number, limit: number): { rows: number; done: boolean } {
	const samples = db
		.query(
			`DELETE FROM host_status WHERE host_id = ?1 AND ts IN (
				SELECT ts FROM host_status WHERE host_id = ?1 ORDER BY ts LIMIT ?2)`,
		)
		.run(hostId, limit).changes;
	if (samples === limit) return { rows: samples, done: false };
	let rows = samples;
	for (const sql of [
		"DELETE FROM host_status_hour WHERE host_id = ?",
		"DELETE FROM host_open_port WHERE host_id = ?",
		"DELETE FROM dismissal WHERE host_id = ?",
		"DELETE FROM host_grave WHERE host_id = ?",
	]) {
		rows += db.query(sql).run(hostId).changes;
	}
	return { rows, done: true };
}
