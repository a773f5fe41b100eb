/** What a list can be narrowed to: the tags and services of hosts, with how many hosts of each status. Reads only. */

import type { Db } from "./database.ts";
import type { Passing } from "./passing.ts";

/** Hosts by status that carry one name. */
export type Facet = {
	readonly name: string;
	readonly up: number;
	readonly down: number;
	readonly unknown: number;
};

const SQL = {
	tag: {
		whole: `SELECT tag AS name, sum(status_order = 0) AS up, sum(status_order = 1) AS down,
				sum(status_order = 2) AS unknown
			FROM host_tag JOIN host ON host.id = host_id WHERE (:subnet IS NULL OR subnet_id = :subnet)
			GROUP BY tag ORDER BY count(*) DESC, tag LIMIT :limit`,
		picked: `SELECT tag AS name, sum(status_order = 0) AS up, sum(status_order = 1) AS down,
				sum(status_order = 2) AS unknown
			FROM (SELECT id AS host_id, status_order FROM host WHERE id IN (SELECT value FROM json_each(:ids)))
			JOIN host_tag USING (host_id) GROUP BY tag ORDER BY count(*) DESC, tag LIMIT :limit`,
	},
	/** A host with several ports of one service counts once. */
	service: {
		whole: `SELECT service AS name, sum(status_order = 0) AS up, sum(status_order = 1) AS down,
				sum(status_order = 2) AS unknown
			FROM (SELECT DISTINCT service, host_id FROM host_open_port WHERE is_current = 1 AND service <> '')
			JOIN host ON host.id = host_id WHERE (:subnet IS NULL OR subnet_id = :subnet)
			GROUP BY service ORDER BY count(*) DESC, service LIMIT :limit`,
		picked: `SELECT service AS name, sum(status_order = 0) AS up, sum(status_order = 1) AS down,
				sum(status_order = 2) AS unknown
			FROM (SELECT id AS host_id, status_order FROM host WHERE id IN (SELECT value FROM json_each(:ids)))
			JOIN (SELECT DISTINCT service, host_id FROM host_open_port WHERE is_current = 1 AND service <> ''
				AND host_id IN (SELECT value FROM json_each(:ids))) USING (host_id)
			GROUP BY service ORDER BY count(*) DESC, service LIMIT :limit`,
	},
} as const;

/** The most frequent names among the hosts of a subnet (or of all). */
export function listFacets(
	db: Db,
	kind: "tag" | "service",
	subnetId: number | undefined,
	limit: number,
): Facet[] {
	const binds = { subnet: subnetId ?? null, limit };
	return db.query<Facet, [typeof binds]>(SQL[kind].whole).all(binds);
}

/** The same among hosts that were found. */
export function listFacetsAmong(db: Db, kind: "tag" | "service", { ids }: Passing, limit: number): Facet[] {
	const binds = { ids, limit };
	return db.query<Facet, [typeof binds]>(SQL[kind].picked).all(binds);
}
