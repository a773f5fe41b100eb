/** How many hosts there are of what: by status, subnet, tag, service. Reads only. */

import type { HostFilter } from "../model/host.ts";
import type { Status } from "../model/presence.ts";
import { type Address, fromKey } from "../net/address.ts";
import type { Db } from "./database.ts";
import { bindsOf, PASSES, STATUSES } from "./hosts.ts";

const COUNTS = {
	subnet: `SELECT status_order, count(*) AS n FROM host WHERE subnet_id = :subnet AND ${PASSES} GROUP BY status_order`,
	all: `SELECT status_order, count(*) AS n FROM host WHERE :subnet IS NULL AND ${PASSES} GROUP BY status_order`,
} as const;

/** Hosts by status under the filter, whatever status it asks for. */
export function countByStatus(db: Db, filter: HostFilter): Record<Status, number> {
	const sql = COUNTS[filter.subnetId === undefined ? "all" : "subnet"];
	const binds = bindsOf(filter);
	const counts: Record<Status, number> = { up: 0, down: 0, unknown: 0 };
	for (const row of db.query<{ status_order: number; n: number }, [typeof binds]>(sql).all(binds)) {
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
