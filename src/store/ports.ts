/** Rows of `host_open_port`: what is open, since when, and what was. Decides nothing itself. */

import type { Port } from "../model/port.ts";
import type { Db } from "./database.ts";

/** One time a port was open. */
export type PortRow = Port & {
	readonly id: number;
	readonly state: string;
	readonly lastSeenAt: number;
	readonly current: boolean;
	/** When a scan said this of it last. */
	readonly saidAt: number;
};

/** Open now, ascending. */
export function listOpenPorts(db: Db, hostId: number): PortRow[] {
	return db
		.query<Row, [number]>(
			"SELECT * FROM host_open_port WHERE host_id = ? AND is_current = 1 ORDER BY proto, port",
		)
		.all(hostId)
		.map(toPort);
}

/** Of those taken for open: which did not answer the last scan that looked at them. */
export function listUnheardPorts(db: Db, hostId: number): Pick<Port, "port" | "proto">[] {
	return db
		.query<Pick<Port, "port" | "proto">, [number]>(
			"SELECT port, proto FROM host_open_port WHERE host_id = ? AND is_current = 1 AND state = 'unheard'",
		)
		.all(hostId);
}

/** Open ones first, then those that were, newest first; at most `limit`. */
export function listPortHistory(db: Db, hostId: number, limit: number): PortRow[] {
	return db
		.query<Row, [number, number]>(
			`SELECT * FROM host_open_port WHERE host_id = ?
			ORDER BY is_current DESC, CASE is_current WHEN 1 THEN 0 ELSE -last_seen_at END, proto, port LIMIT ?`,
		)
		.all(hostId, limit)
		.map(toPort);
}

export function insertPort(db: Db, hostId: number, port: Omit<Port, "firstSeenAt">, at: number): void {
	db.query(
		`INSERT INTO host_open_port (host_id, ts, port, proto, state, service, product, version, first_seen_at,
			last_seen_at) VALUES (?, ?, ?, ?, 'open', ?, ?, ?, ?, ?)`,
	).run(hostId, at, port.port, port.proto, port.service, port.product, port.version, at, at);
}

/** Looked at and not heard of: still taken for open, until that comes twice. */
export function doubtPort(db: Db, id: number, at: number): void {
	db.query("UPDATE host_open_port SET ts = ?, state = 'unheard' WHERE id = ?").run(at, id);
}

/** Seen open again, with what it says of itself now. */
export function refreshPort(
	db: Db,
	id: number,
	now: { service: string; product: string; version: string; at: number },
): void {
	db.query(
		"UPDATE host_open_port SET ts = ?, last_seen_at = ?, state = 'open', service = ?, product = ?, version = ? WHERE id = ?",
	).run(now.at, now.at, now.service, now.product, now.version, id);
}

/** Looked at and not open any more; `last_seen_at` stays what it was. */
export function closePort(db: Db, id: number, at: number): void {
	db.query("UPDATE host_open_port SET ts = ?, state = 'closed', is_current = 0 WHERE id = ?").run(at, id);
}

/** Removes at most `limit` rows of ports that were last open before `before`; answers how many. */
export function pruneClosedPorts(db: Db, before: number, limit: number): number {
	return db
		.query(
			`DELETE FROM host_open_port WHERE id IN (
				SELECT id FROM host_open_port WHERE is_current = 0 AND ts < ? LIMIT ?)`,
		)
		.run(before, limit).changes;
}

type Row = {
	id: number;
	ts: number;
	port: number;
	proto: Port["proto"];
	state: string;
	service: string;
	product: string;
	version: string;
	first_seen_at: number;
	last_seen_at: number;
	is_current: number;
};

function toPort(row: Row): PortRow {
	return {
		id: row.id,
		port: row.port,
		proto: row.proto,
		state: row.state,
		service: row.service,
		product: row.product,
		version: row.version,
		firstSeenAt: row.first_seen_at,
		lastSeenAt: row.last_seen_at,
		current: row.is_current === 1,
		saidAt: row.ts,
	};
}
