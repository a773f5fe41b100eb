/** Rows of `host` as people see them: lists, one host, edits. Counts are in counts, presence is written in history. */

import type { Host, HostFilter, HostOrder, NameSource } from "../model/host.ts";
import type { Port } from "../model/port.ts";
import type { Status } from "../model/presence.ts";
import { type Address, formatAddress, fromKey, toKey } from "../net/address.ts";
import { type Db, insertedId } from "./database.ts";
import { findPassing } from "./passing.ts";
import { bindsOf, PASSES } from "./search.ts";

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
export const STATUSES: readonly Status[] = ["up", "down", "unknown"];

/** Of a host as people see it: a row of the table holds as much again for scans and look-ups. */
export const COLUMNS = `id, ip, ip_key, subnet_id, hostname, hostname_source, ptr_name, snmp_name, snmp_enabled, description,
	tags_json, notes, mac, vendor, status, status_since, suspect_since, flapping, first_seen_at, last_seen_at, latency_us,
	typical_latency_us, expires_at, version, created_at, ports_json`;

const FIND = `SELECT ${COLUMNS} FROM host_current WHERE id = ?`;
const FIND_BY_IP = `SELECT ${COLUMNS} FROM host_current WHERE ip_key = ?`;

export function findHost(db: Db, id: number): Host | undefined {
	const row = db.query<Row, [number]>(FIND).get(id);
	return row ? toHost(row) : undefined;
}

export function findHostByAddress(db: Db, address: Address): Host | undefined {
	const row = db.query<Row, [Uint8Array]>(FIND_BY_IP).get(toKey(address));
	return row ? toHost(row) : undefined;
}

/**
 * One statement for each way to the rows: along an index within a subnet or over all, by status or by address, or
 * from ids that were picked. A plus sign keeps SQLite from an index that would serve worse.
 */
const LISTS = {
	subnet: {
		alive: `SELECT ${COLUMNS} FROM host_current WHERE subnet_id = :subnet AND (status_order, ip_key) > (:order, :key)
			AND status_order <= :last AND ${PASSES} ORDER BY status_order, ip_key LIMIT :limit`,
		address: `SELECT ${COLUMNS} FROM host_current WHERE subnet_id = :subnet AND ip_key > :key
			AND +status_order BETWEEN :order AND :last AND ${PASSES} ORDER BY ip_key LIMIT :limit`,
	},
	all: {
		alive: `SELECT ${COLUMNS} FROM host_current WHERE :subnet IS NULL AND (status_order, ip_key) > (:order, :key)
			AND status_order <= :last AND ${PASSES} ORDER BY status_order, ip_key LIMIT :limit`,
		address: `SELECT ${COLUMNS} FROM host_current WHERE :subnet IS NULL AND ip_key > :key
			AND +status_order BETWEEN :order AND :last AND ${PASSES} ORDER BY ip_key LIMIT :limit`,
	},
	picked: {
		alive: `SELECT ${COLUMNS} FROM host_current WHERE id IN (
				SELECT id FROM host WHERE id IN (SELECT value FROM json_each(:ids))
				AND (+status_order, +ip_key) > (:order, :key) AND +status_order <= :last
				ORDER BY +status_order, +ip_key LIMIT :limit)
			ORDER BY +status_order, +ip_key`,
		address: `SELECT ${COLUMNS} FROM host_current WHERE id IN (
				SELECT id FROM host WHERE id IN (SELECT value FROM json_each(:ids)) AND +ip_key > :key
				AND +status_order BETWEEN :order AND :last ORDER BY +ip_key LIMIT :limit)
			ORDER BY +ip_key`,
	},
} as const;

/** Sorts before every key. */
const FIRST_KEY = new Uint8Array(0);

/** Hosts that pass the filter, in order, after the cursor; at most `limit`. `passing` where they were found already. */
export function listHosts(
	db: Db,
	filter: HostFilter,
	order: HostOrder,
	after: HostCursor | undefined,
	limit: number,
	passing = findPassing(db, filter),
): Host[] {
	const wanted = filter.status === undefined ? undefined : STATUSES.indexOf(filter.status);
	const place = {
		order: order === "alive" && after !== undefined ? after.statusOrder : (wanted ?? 0),
		key: after === undefined ? FIRST_KEY : toKey(after.address),
		last: wanted ?? STATUSES.length - 1,
		limit,
	};
	if (passing !== undefined) {
		const picked = { ...place, ids: passing.ids };
		return db.query<Row, [typeof picked]>(LISTS.picked[order]).all(picked).map(toHost);
	}
	const binds = { ...bindsOf(filter), ...place };
	const sql = LISTS[filter.subnetId === undefined ? "all" : "subnet"][order];
	return db.query<Row, [typeof binds]>(sql).all(binds).map(toHost);
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

/** SQLite before 3.44 cannot order inside json_group_array, and other tools shall read our file. */
function byPort(a: Port, b: Port): number {
	return a.proto === b.proto ? a.port - b.port : a.proto < b.proto ? -1 : 1;
}

export type Row = {
	id: number;
	ip: string;
	ip_key: Uint8Array;
	subnet_id: number;
	hostname: string;
	hostname_source: NameSource | null;
	ptr_name: string;
	snmp_name: string;
	snmp_enabled: number | null;
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
	expires_at: number | null;
	version: number;
	created_at: number;
	ports_json: string;
};

export function toHost(row: Row): Host {
	return {
		id: row.id,
		subnetId: row.subnet_id,
		address: fromKey(row.ip_key),
		ip: row.ip,
		hostname: row.hostname,
		hostnameSource: row.hostname_source ?? undefined,
		ptrName: row.ptr_name,
		snmpName: row.snmp_name,
		snmpEnabled: row.snmp_enabled === null ? undefined : row.snmp_enabled === 1,
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
		expiresAt: row.expires_at ?? undefined,
		createdAt: row.created_at,
		version: row.version,
		ports: row.ports_json === "[]" ? [] : (JSON.parse(row.ports_json) as Port[]).sort(byPort),
	};
}
