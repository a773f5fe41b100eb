/** What the sweeper writes and reads of hosts: presence, samples and hourly sums. Decides nothing itself. */

import type { Presence, Status } from "../model/presence.ts";
import { type Address, formatAddress, fromKey, toKey } from "../net/address.ts";
import { type Db, insertedId } from "./database.ts";

/** A host as the recorder needs it. */
export type HostState = {
	readonly id: number;
	readonly subnetId: number;
	readonly hostname: string;
	/** "00:11:32:8a:00:01" */
	readonly mac: string | undefined;
	readonly presence: Presence;
};

const STATUS_ORDER: Record<Status, number> = { up: 0, down: 1, unknown: 2 };
const HOUR_MS = 3_600_000;

export function findHostState(db: Db, address: Address): HostState | undefined {
	const row = db.query<Row, [Uint8Array]>(FIND_STATE).get(toKey(address));
	return row ? toHostState(row) : undefined;
}

/** Addresses recorded in a subnet, ascending. */
export function listAddresses(db: Db, subnetId: number): Address[] {
	return db
		.query<{ k: Uint8Array }, [number]>("SELECT ip_key AS k FROM host WHERE subnet_id = ? ORDER BY ip_key")
		.all(subnetId)
		.map((row) => fromKey(row.k));
}

/** Some hosts of a subnet, or of all, that are up, and nobody doubts it: at most `limit`. */
export function listUp(db: Db, subnetId: number | undefined, limit: number): Address[] {
	const rows =
		subnetId === undefined
			? db.query<{ k: Uint8Array }, [number]>(UP).all(limit)
			: db.query<{ k: Uint8Array }, [number, number]>(UP_WITHIN).all(subnetId, limit);
	return rows.map((row) => fromKey(row.k));
}

const UP = "SELECT ip_key AS k FROM host WHERE status_order = 0 AND suspect_since IS NULL LIMIT ?";
const UP_WITHIN = `SELECT ip_key AS k FROM host WHERE subnet_id = ? AND status_order = 0 AND suspect_since IS NULL LIMIT ?`;

/** Hosts of a subnet that are up now, and all that are up or down. */
export function countSeen(db: Db, subnetId: number): { up: number; seen: number } {
	const row = db
		.query<{ up: number; seen: number }, [number]>(
			"SELECT hosts_up AS up, hosts_up + hosts_down AS seen FROM subnet WHERE id = ?",
		)
		.get(subnetId);
	return row ?? { up: 0, seen: 0 };
}

/**
 * Is anybody who answered once unknown now, where a sweep will find out? Only an outage of our own makes that. Such
 * subnets are due at `by` at the latest.
 */
export function hurryForgotten(db: Db, by: number): boolean {
	const subnets = db
		.query<{ id: number }, []>(
			`SELECT id FROM subnet WHERE sweep_enabled = 1 AND EXISTS (SELECT 1 FROM host
				WHERE subnet_id = subnet.id AND status_order = 2 AND last_seen_at IS NOT NULL)`,
		)
		.all();
	for (const { id } of subnets)
		db.query("UPDATE subnet SET next_sweep_at = ?1 WHERE id = ?2 AND next_sweep_at > ?1").run(by, id);
	return subnets.length > 0;
}

/** A host found by a sweep: its address, and that it answers. Written whole, so that each index is touched once. */
export function insertFoundHost(db: Db, subnetId: number, address: Address, found: Presence): number {
	const at = found.lastSeenAt ?? 0;
	return insertedId(
		db
			.query(
				`INSERT INTO host (ip, ip_key, subnet_id, status, status_order, status_since, flips_json,
					first_seen_at, last_seen_at, latency_us, typical_latency_us, created_at, updated_at)
				VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			)
			.run(
				formatAddress(address),
				toKey(address),
				subnetId,
				found.status,
				STATUS_ORDER[found.status],
				found.statusSince ?? null,
				JSON.stringify(found.flips),
				at,
				at,
				found.latencyUs ?? null,
				found.typicalLatencyUs ?? null,
				at,
				at,
			),
	);
}

/** Stores what a reply changed when the status did not: the cheap and frequent case, no index is touched. */
export function writeSeen(db: Db, id: number, after: Presence): void {
	db.query(
		`UPDATE host SET last_seen_at = ?, latency_us = ?, typical_latency_us = ?, suspect_since = NULL WHERE id = ?`,
	).run(after.lastSeenAt ?? null, after.latencyUs ?? null, after.typicalLatencyUs ?? null, id);
}

/** Stores the whole presence. */
export function writePresence(db: Db, id: number, after: Presence): void {
	db.query(
		`UPDATE host SET status = ?, status_order = ?, status_since = ?, suspect_since = ?, flapping = ?, flips_json = ?,
			first_seen_at = coalesce(first_seen_at, ?), last_seen_at = ?, latency_us = ?, typical_latency_us = ?
		WHERE id = ?`,
	).run(
		after.status,
		STATUS_ORDER[after.status],
		after.statusSince ?? null,
		after.suspectSince ?? null,
		after.flapping ? 1 : 0,
		JSON.stringify(after.flips),
		after.lastSeenAt ?? null,
		after.lastSeenAt ?? null,
		after.latencyUs ?? null,
		after.typicalLatencyUs ?? null,
		id,
	);
}

export function writeSuspect(db: Db, id: number, since: number | undefined): void {
	db.query("UPDATE host SET suspect_since = ? WHERE id = ?").run(since ?? null, id);
}

/**
 * Appends one measurement and adds it to its hour. A second one of the same millisecond is ignored. `latencyUs`:
 * undefined is silence, 0 an answer without a time (stored as up with no latency).
 */
export function insertSample(db: Db, hostId: number, at: number, latencyUs: number | undefined): void {
	const isUp = latencyUs === undefined ? 0 : 1;
	const inserted = db
		.query("INSERT OR IGNORE INTO host_status (host_id, ts, is_up, latency_us) VALUES (?, ?, ?, ?)")
		.run(hostId, at, isUp, latencyUs || null);
	if (inserted.changes === 0) return;
	db.query(
		`INSERT INTO host_status_hour (host_id, ts, up, down, latency_sum_us, latency_min_us, latency_max_us)
		VALUES (?1, ?2, ?3, 1 - ?3, coalesce(?4, 0), ?4, ?4)
		ON CONFLICT DO UPDATE SET up = up + excluded.up, down = down + excluded.down,
			latency_sum_us = latency_sum_us + excluded.latency_sum_us,
			latency_min_us = min(coalesce(latency_min_us, excluded.latency_min_us), coalesce(excluded.latency_min_us, latency_min_us)),
			latency_max_us = max(coalesce(latency_max_us, excluded.latency_max_us), coalesce(excluded.latency_max_us, latency_max_us))`,
	).run(hostId, at - (at % HOUR_MS), isUp, latencyUs || null);
}

/** Adds the measurements of a batch to the sums over all hosts. */
export function addAnswers(db: Db, at: number, up: number, down: number): void {
	if (up + down === 0) return;
	db.query(
		`INSERT INTO answer_hour (ts, up, down) VALUES (?, ?, ?)
		ON CONFLICT DO UPDATE SET up = up + excluded.up, down = down + excluded.down`,
	).run(at - (at % HOUR_MS), up, down);
}

/** Share of answered measurements over all hosts since the hour of `since`; undefined when nothing was measured. */
export function answeredShare(db: Db, since: number): number | undefined {
	const row = db
		.query<{ up: number | null; total: number | null }, [number]>(
			"SELECT sum(up) AS up, sum(up + down) AS total FROM answer_hour WHERE ts >= ?",
		)
		.get(since - (since % HOUR_MS));
	return row?.total ? (row.up ?? 0) / row.total : undefined;
}

const FIND_STATE = `SELECT id, subnet_id, hostname, mac, status, status_since, suspect_since, flapping, flips_json,
	last_seen_at, latency_us, typical_latency_us FROM host WHERE ip_key = ?`;

type Row = {
	id: number;
	subnet_id: number;
	hostname: string;
	mac: string | null;
	status: Status;
	status_since: number | null;
	suspect_since: number | null;
	flapping: number;
	flips_json: string;
	last_seen_at: number | null;
	latency_us: number | null;
	typical_latency_us: number | null;
};

function toHostState(row: Row): HostState {
	return {
		id: row.id,
		subnetId: row.subnet_id,
		hostname: row.hostname,
		mac: row.mac ?? undefined,
		presence: {
			status: row.status,
			statusSince: row.status_since ?? undefined,
			suspectSince: row.suspect_since ?? undefined,
			flapping: row.flapping === 1,
			flips: row.flips_json === "[]" ? [] : JSON.parse(row.flips_json),
			lastSeenAt: row.last_seen_at ?? undefined,
			latencyUs: row.latency_us ?? undefined,
			typicalLatencyUs: row.typical_latency_us ?? undefined,
		},
	};
}
