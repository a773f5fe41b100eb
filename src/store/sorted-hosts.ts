/** Lists of hosts in other orders than those that have an index: by name, by when they were seen, backwards. */

import type { Host, HostFilter } from "../model/host.ts";
import { type Address, toKey } from "../net/address.ts";
import type { Db } from "./database.ts";
import { COLUMNS, type Row, STATUSES, toHost } from "./hosts.ts";
import { asksNothing, bindsOf, PASSES, pickHosts } from "./search.ts";

export type SortKey = "address" | "hostname" | "first_seen_at" | "last_seen_at";

const WITHIN = `(:subnet IS NULL OR subnet_id = :subnet) AND (:status IS NULL OR +status_order = :status)
	AND (:ids IS NULL OR id IN (SELECT value FROM json_each(:ids))) AND ${PASSES}`;
/** Names in whatever case; those that never answered come before all others. */
const NAME = "lower(hostname)";
const FIRST = "ifnull(first_seen_at, 0)";
const LAST = "ifnull(last_seen_at, 0)";

/** Ids first: ports are looked up for those that are shown only. */
const LISTS: Readonly<Record<SortKey, { readonly rising: string; readonly falling: string }>> = {
	address: {
		rising: `SELECT ${COLUMNS} FROM host_current WHERE id IN (SELECT id FROM host WHERE ${WITHIN}
			AND (:open OR ip_key > :key) ORDER BY ip_key LIMIT :limit) ORDER BY ip_key`,
		falling: `SELECT ${COLUMNS} FROM host_current WHERE id IN (SELECT id FROM host WHERE ${WITHIN}
			AND (:open OR ip_key < :key) ORDER BY ip_key DESC LIMIT :limit) ORDER BY ip_key DESC`,
	},
	hostname: {
		rising: `SELECT ${COLUMNS} FROM host_current WHERE id IN (SELECT id FROM host WHERE ${WITHIN}
			AND (:open OR (${NAME}, ip_key) > (:value, :key)) ORDER BY ${NAME}, ip_key LIMIT :limit)
			ORDER BY ${NAME}, ip_key`,
		falling: `SELECT ${COLUMNS} FROM host_current WHERE id IN (SELECT id FROM host WHERE ${WITHIN}
			AND (:open OR (${NAME}, ip_key) < (:value, :key)) ORDER BY ${NAME} DESC, ip_key DESC LIMIT :limit)
			ORDER BY ${NAME} DESC, ip_key DESC`,
	},
	first_seen_at: {
		rising: `SELECT ${COLUMNS} FROM host_current WHERE id IN (SELECT id FROM host WHERE ${WITHIN}
			AND (:open OR (${FIRST}, ip_key) > (:value, :key)) ORDER BY ${FIRST}, ip_key LIMIT :limit)
			ORDER BY ${FIRST}, ip_key`,
		falling: `SELECT ${COLUMNS} FROM host_current WHERE id IN (SELECT id FROM host WHERE ${WITHIN}
			AND (:open OR (${FIRST}, ip_key) < (:value, :key)) ORDER BY ${FIRST} DESC, ip_key DESC LIMIT :limit)
			ORDER BY ${FIRST} DESC, ip_key DESC`,
	},
	last_seen_at: {
		rising: `SELECT ${COLUMNS} FROM host_current WHERE id IN (SELECT id FROM host WHERE ${WITHIN}
			AND (:open OR (${LAST}, ip_key) > (:value, :key)) ORDER BY ${LAST}, ip_key LIMIT :limit)
			ORDER BY ${LAST}, ip_key`,
		falling: `SELECT ${COLUMNS} FROM host_current WHERE id IN (SELECT id FROM host WHERE ${WITHIN}
			AND (:open OR (${LAST}, ip_key) < (:value, :key)) ORDER BY ${LAST} DESC, ip_key DESC LIMIT :limit)
			ORDER BY ${LAST} DESC, ip_key DESC`,
	},
};

/** Hosts that pass the filter, in order, after the place; at most `limit`. */
export function listSorted(
	db: Db,
	filter: HostFilter,
	sort: { readonly key: SortKey; readonly falling: boolean },
	after: { readonly value: string | number; readonly address: Address } | undefined,
	limit: number,
): Host[] {
	const ids = asksNothing(filter) ? undefined : pickHosts(db, filter);
	const binds = {
		...bindsOf(filter),
		status: filter.status === undefined ? null : STATUSES.indexOf(filter.status),
		ids: ids === undefined ? null : JSON.stringify(ids),
		open: after === undefined ? 1 : 0,
		value: after?.value ?? "",
		key: toKey(after?.address ?? 0n),
		limit,
	};
	const sql = LISTS[sort.key][sort.falling ? "falling" : "rising"];
	return db.query<Row, [typeof binds]>(sql).all(binds).map(toHost);
}
