/** How many hosts there are of what: by status, subnet and block. Those of tags and services are in facets. Reads only. */

import type { HostFilter } from "../model/host.ts";
import type { Status } from "../model/presence.ts";
import { type Address, fromKey } from "../net/address.ts";
import type { Db } from "./database.ts";
import { findPassing } from "./passing.ts";
import { asksNothing, bindsOf, PASSES } from "./search.ts";

const COUNTS = {
	/** One subnet or all: what the triggers have counted. */
	whole: `SELECT coalesce(sum(hosts_up), 0) AS up, coalesce(sum(hosts_down), 0) AS down,
		coalesce(sum(hosts_unknown), 0) AS unknown FROM subnet WHERE (:subnet IS NULL OR id = :subnet)`,
	/** Everybody is looked at, in the order of the table: no index holds all that is asked for. */
	scanned: `SELECT count(*) FILTER (WHERE status_order = 0) AS up, count(*) FILTER (WHERE status_order = 1) AS down,
			count(*) FILTER (WHERE status_order = 2) AS unknown
		FROM host NOT INDEXED WHERE (:subnet IS NULL OR subnet_id = :subnet) AND ${PASSES}`,
} as const;

type ByStatus = Record<Status, number>;

/** Hosts by status under the filter, whatever status it asks for; `passing` where they were found already. */
export function countByStatus(db: Db, filter: HostFilter, passing = findPassing(db, filter)): ByStatus {
	const none: ByStatus = { up: 0, down: 0, unknown: 0 };
	if (asksNothing(filter)) {
		const binds = { subnet: filter.subnetId ?? null };
		return db.query<ByStatus, [typeof binds]>(COUNTS.whole).get(binds) ?? none;
	}
	if (passing !== undefined) return passing.byStatus;
	const binds = bindsOf(filter);
	return db.query<ByStatus, [typeof binds]>(COUNTS.scanned).get(binds) ?? none;
}

/** Hosts per subnet and status. */
export function countPerSubnet(db: Db): Map<number, ByStatus> {
	const rows = db
		.query<ByStatus & { id: number }, []>(
			"SELECT id, hosts_up AS up, hosts_down AS down, hosts_unknown AS unknown FROM subnet",
		)
		.all();
	return new Map(rows.map(({ id, ...counts }) => [id, counts]));
}

/** Hosts of all subnets that are down. */
export function countDown(db: Db): number {
	return db.query<{ n: number | null }, []>("SELECT sum(hosts_down) AS n FROM subnet").get()?.n ?? 0;
}

/**
 * Hosts by status in blocks of 16 addresses, for each block of an IPv4 subnet that has any: its number among all blocks
 * of IPv4 (the address without its last four bits), then up, down, unknown.
 */
export function listBlocks(
	db: Db,
	subnetId: number,
): [block: number, up: number, down: number, unknown: number][] {
	const rows = db
		.query<unknown, [number]>(
			"SELECT substr(block, 25), up, down, unknown FROM host_block WHERE subnet_id = ? AND up + down + unknown > 0",
		)
		.values(subnetId) as [string, number, number, number][];
	return rows.map(([block, up, down, unknown]) => [Number.parseInt(block, 16), up, down, unknown]);
}

/** Where hosts are in small subnets: for each and each status_order the last 16 bits of their addresses, in hexadecimal. */
export function listOffsets(
	db: Db,
	subnetIds: readonly number[],
): { readonly subnetId: number; readonly statusOrder: number; readonly digits: string }[] {
	return db
		.query<{ subnetId: number; statusOrder: number; digits: string }, [string]>(
			`SELECT subnet_id AS subnetId, status_order AS statusOrder, group_concat(hex(substr(ip_key, 15)), '') AS digits
			FROM host WHERE subnet_id IN (SELECT value FROM json_each(?)) GROUP BY subnet_id, status_order`,
		)
		.all(JSON.stringify(subnetIds));
}

/** Hosts that sit on the first or last address of their subnet; of this one, if it is named. */
export function listEdgeHosts(db: Db, subnetId?: number): { subnetId: number; address: Address }[] {
	return db
		.query<{ subnet_id: number; ip_key: Uint8Array }, [number | null]>(
			`SELECT subnet_id, ip_key FROM subnet CROSS JOIN host
			ON host.subnet_id = subnet.id AND host.ip_key IN (subnet.first_key, subnet.last_key)
			WHERE ?1 IS NULL OR subnet.id = ?1`,
		)
		.all(subnetId ?? null)
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

/** Somebody wrote something about the host, by hand or in a file. */
export const WRITTEN =
	"(description <> '' OR notes <> '' OR tags_json <> '[]' OR coalesce(hostname_source IN ('typed', 'import'), 0))";

/** Hosts of a subnet, and how many of them carry something a person wrote. */
export function countAnnotated(db: Db, subnetId: number): { hosts: number; annotated: number } {
	const row = db
		.query<{ hosts: number; annotated: number }, [number]>(
			`SELECT count(*) AS hosts, count(*) FILTER (WHERE ${WRITTEN}) AS annotated FROM host WHERE subnet_id = ?`,
		)
		.get(subnetId);
	return row ?? { hosts: 0, annotated: 0 };
}
