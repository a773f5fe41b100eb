/** Rows of `host` as people see them: lists, one host, edits, counts. Presence is written in history. */

import type { Host, HostFilter, HostOrder, NameSource } from "../model/host.ts";
import type { Port } from "../model/port.ts";
import type { Status } from "../model/presence.ts";
import { type Address, formatAddress, fromKey, toKey } from "../net/address.ts";
import { type Db, insertedId } from "./database.ts";

/** Where a list goes on: after this place in its order. */
export type HostCursor = { readonly statusOrder: number; readonly address: Address };

export type HostValues = {
	readonly hostname: string;
	readonly hostnameSource: NameSource | undefined;
	readonly description: string;
	readonly tags: readonly string[];
	readonly notes: string;
};

/** Position is host.status_order. */
const STATUSES: readonly Status[] = ["up", "down", "unknown"];

const FIND = "SELECT * FROM host_current WHERE id = ?";
const FIND_BY_IP = "SELECT * FROM host_current WHERE ip_key = ?";

export function findHost(db: Db, id: number): Host | undefined {
	const row = db.query<Row, [number]>(FIND).get(id);
	return row ? toHost(row) : undefined;
}

export function findHostByAddress(db: Db, address: Address): Host | undefined {
	const row = db.query<Row, [Uint8Array]>(FIND_BY_IP).get(toKey(address));
	return row ? toHost(row) : undefined;
}

/** Hosts that pass the filter, in order, after the cursor; at most `limit`. */
export function listHosts(
	db: Db,
	filter: HostFilter,
	order: HostOrder,
	after: HostCursor | undefined,
	limit: number,
): Host[] {
	const where = whereOf(filter);
	if (after !== undefined && order === "alive") {
		where.add("(status_order, ip_key) > (?, ?)", after.statusOrder, toKey(after.address));
	} else if (after !== undefined) {
		where.add("ip_key > ?", toKey(after.address));
	}
	const by = order === "alive" ? " ORDER BY status_order, ip_key" : " ORDER BY ip_key";
	const sql = `SELECT * FROM host_current ${where.sql}${by} LIMIT ?`;
	return db
		.query<Row, Bind[]>(sql)
		.all(...where.binds, limit)
		.map(toHost);
}

/** Hosts by status under the filter, whatever status it asks for. */
export function countByStatus(db: Db, filter: HostFilter): Record<Status, number> {
	const where = whereOf({ ...filter, status: undefined });
	const sql = `SELECT status_order, count(*) AS n FROM host ${where.sql} GROUP BY status_order`;
	const counts: Record<Status, number> = { up: 0, down: 0, unknown: 0 };
	for (const row of db.query<{ status_order: number; n: number }, Bind[]>(sql).all(...where.binds)) {
		counts[STATUSES[row.status_order] ?? "unknown"] = row.n;
	}
	return counts;
}

/** Hosts per subnet and status: one pass for all subnets. */
export function countPerSubnet(db: Db): Map<number, Record<Status, number>> {
	const counts = new Map<number, Record<Status, number>>();
	const rows = db
		.query<{ subnet_id: number; status_order: number; n: number }, []>(
			"SELECT subnet_id, status_order, count(*) AS n FROM host GROUP BY subnet_id, status_order",
		)
		.all();
	for (const row of rows) {
		const entry = counts.get(row.subnet_id) ?? { up: 0, down: 0, unknown: 0 };
		entry[STATUSES[row.status_order] ?? "unknown"] = row.n;
		counts.set(row.subnet_id, entry);
	}
	return counts;
}

/** Hosts that sit on the first or last address of their subnet. */
export function listEdgeHosts(db: Db): { subnetId: number; address: Address }[] {
	return db
		.query<{ subnet_id: number; ip_key: Uint8Array }, []>(
			`SELECT host.subnet_id, host.ip_key FROM subnet JOIN host
			ON host.subnet_id = subnet.id AND host.ip_key IN (subnet.first_key, subnet.last_key)`,
		)
		.all()
		.map((row) => ({ subnetId: row.subnet_id, address: fromKey(row.ip_key) }));
}

/** Hosts that have never answered, and hosts first seen at or after `since`. */
export function countNews(db: Db, since: number): { neverAnswered: number; newHosts: number } {
	const row = db
		.query<{ never: number; fresh: number }, [number]>(
			`SELECT (SELECT count(*) FROM host WHERE first_seen_at IS NULL) AS never,
				(SELECT count(*) FROM host WHERE first_seen_at >= ?) AS fresh`,
		)
		.get(since);
	return { neverAnswered: row?.never ?? 0, newHosts: row?.fresh ?? 0 };
}

/** The most used tags of a subnet (or all), and how many hosts carry each. */
export function listTags(
	db: Db,
	subnetId: number | undefined,
	limit: number,
): { name: string; hosts: number }[] {
	return db
		.query<{ name: string; hosts: number }, [number | null, number | null, number]>(
			`SELECT tag AS name, count(*) AS hosts FROM host_tag JOIN host ON host.id = host_id
			WHERE (? IS NULL OR subnet_id = ?) GROUP BY tag ORDER BY hosts DESC, tag LIMIT ?`,
		)
		.all(subnetId ?? null, subnetId ?? null, limit);
}

/** The most frequent services of open ports, likewise. */
export function listServices(
	db: Db,
	subnetId: number | undefined,
	limit: number,
): { name: string; hosts: number }[] {
	return db
		.query<{ name: string; hosts: number }, [number | null, number | null, number]>(
			`SELECT service AS name, count(DISTINCT host_id) AS hosts FROM host_open_port JOIN host ON host.id = host_id
			WHERE is_current = 1 AND service <> '' AND (? IS NULL OR subnet_id = ?)
			GROUP BY service ORDER BY hosts DESC, service LIMIT ?`,
		)
		.all(subnetId ?? null, subnetId ?? null, limit);
}

/** The least a map needs of each host in a subnet, by address. */
export type Mark = {
	readonly id: number;
	readonly key: Uint8Array;
	readonly status: Status;
	readonly seen: boolean;
};

export function listMarks(db: Db, subnetId: number): (Mark & { readonly hostname: string })[] {
	return db
		.query<
			{ id: number; ip_key: Uint8Array; status: Status; first_seen_at: number | null; hostname: string },
			[number]
		>("SELECT id, ip_key, status, first_seen_at, hostname FROM host WHERE subnet_id = ? ORDER BY ip_key")
		.all(subnetId)
		.map((row) => ({
			id: row.id,
			key: row.ip_key,
			status: row.status,
			seen: row.first_seen_at !== null,
			hostname: row.hostname,
		}));
}

/** Inserts a host that a person recorded. Its address may clash (AppError by the verb). */
export function insertHost(
	db: Db,
	subnetId: number,
	address: Address,
	values: HostValues,
	at: number,
): number {
	return insertedId(
		db
			.query(
				`INSERT INTO host (ip, ip_key, subnet_id, hostname, hostname_source, description, tags_json, notes,
					created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			)
			.run(
				formatAddress(address),
				toKey(address),
				subnetId,
				values.hostname,
				values.hostnameSource ?? null,
				values.description,
				JSON.stringify(values.tags),
				values.notes,
				at,
				at,
			),
	);
}

/** Writes what a person may change; false if `version` is no longer the row's. */
export function updateHost(db: Db, id: number, version: number, values: HostValues, at: number): boolean {
	return (
		db
			.query(
				`UPDATE host SET hostname = ?, hostname_source = ?, description = ?, tags_json = ?, notes = ?,
					version = version + 1, updated_at = ? WHERE id = ? AND version = ?`,
			)
			.run(
				values.hostname,
				values.hostnameSource ?? null,
				values.description,
				JSON.stringify(values.tags),
				values.notes,
				at,
				id,
				version,
			).changes > 0
	);
}

export function deleteHost(db: Db, id: number): boolean {
	return db.query("DELETE FROM host WHERE id = ?").run(id).changes > 0;
}

/** Hosts of a subnet, and how many of them carry something a person wrote. */
export function countAnnotated(db: Db, subnetId: number): { hosts: number; annotated: number } {
	const row = db
		.query<{ hosts: number; annotated: number }, [number]>(
			`SELECT count(*) AS hosts, count(*) FILTER (WHERE description <> '' OR notes <> '' OR tags_json <> '[]'
				OR hostname_source = 'typed') AS annotated FROM host WHERE subnet_id = ?`,
		)
		.get(subnetId);
	return row ?? { hosts: 0, annotated: 0 };
}

type Bind = string | number | Uint8Array | null;
type Where = { sql: string; binds: Bind[]; add(clause: string, ...binds: Bind[]): void };

/** Clauses are literals of this file; everything that comes from outside is bound. */
function whereOf(filter: HostFilter): Where {
	const where: Where = {
		sql: "",
		binds: [],
		add(clause, ...binds) {
			where.sql += where.sql === "" ? `WHERE ${clause}` : ` AND ${clause}`;
			where.binds.push(...binds);
		},
	};
	if (filter.subnetId !== undefined) where.add("subnet_id = ?", filter.subnetId);
	if (filter.status !== undefined) where.add("status_order = ?", STATUSES.indexOf(filter.status));
	if (filter.tag !== undefined) where.add("id IN (SELECT host_id FROM host_tag WHERE tag = ?)", filter.tag);
	if (filter.service !== undefined) {
		where.add(
			"id IN (SELECT host_id FROM host_open_port WHERE service = ? AND is_current = 1)",
			filter.service,
		);
	}
	if (filter.text !== undefined && filter.text !== "") {
		const like = `%${filter.text.replace(/[\\%_]/g, (c) => `\\${c}`)}%`;
		where.add(
			`(ip LIKE ? ESCAPE '\\' OR hostname LIKE ? ESCAPE '\\' OR description LIKE ? ESCAPE '\\' OR tags_json LIKE ? ESCAPE '\\')`,
			like,
			like,
			like,
			like,
		);
	}
	return where;
}

type Row = {
	id: number;
	ip: string;
	ip_key: Uint8Array;
	subnet_id: number;
	hostname: string;
	hostname_source: NameSource | null;
	description: string;
	tags_json: string;
	notes: string;
	mac: string | null;
	vendor: string | null;
	status: Status;
	status_since: number | null;
	suspect_since: number | null;
	flapping: number;
	first_seen_at: number | null;
	last_seen_at: number | null;
	latency_us: number | null;
	typical_latency_us: number | null;
	version: number;
	created_at: number;
	ports_json: string;
};

function toHost(row: Row): Host {
	return {
		id: row.id,
		subnetId: row.subnet_id,
		address: fromKey(row.ip_key),
		ip: row.ip,
		hostname: row.hostname,
		hostnameSource: row.hostname_source ?? undefined,
		description: row.description,
		tags: row.tags_json === "[]" ? [] : JSON.parse(row.tags_json),
		notes: row.notes,
		mac: row.mac ?? undefined,
		vendor: row.vendor ?? undefined,
		status: row.status,
		statusSince: row.status_since ?? undefined,
		suspectSince: row.suspect_since ?? undefined,
		flapping: row.flapping === 1,
		firstSeenAt: row.first_seen_at ?? undefined,
		lastSeenAt: row.last_seen_at ?? undefined,
		latencyUs: row.latency_us ?? undefined,
		typicalLatencyUs: row.typical_latency_us ?? undefined,
		createdAt: row.created_at,
		version: row.version,
		ports: row.ports_json === "[]" ? [] : (JSON.parse(row.ports_json) as Port[]),
	};
}
