/** Where hosts stand in a list: the places behind one, backwards. Reads only keys, no host. */

import type { HostFilter, HostOrder } from "../model/host.ts";
import { fromKey, toKey } from "../net/address.ts";
import type { Db } from "./database.ts";
import { type HostCursor, STATUSES } from "./hosts.ts";
import { findPassing } from "./passing.ts";
import { bindsOf, PASSES } from "./search.ts";

/** The same ways to the rows as in store/hosts.ts, walked the other way. */
const BACK = {
	subnet: {
		alive: `SELECT status_order, ip_key FROM host WHERE subnet_id = :subnet
			AND (status_order, ip_key) <= (:order, :key) AND status_order >= :first AND ${PASSES}
			ORDER BY status_order DESC, ip_key DESC LIMIT :limit`,
		address: `SELECT status_order, ip_key FROM host WHERE subnet_id = :subnet AND ip_key <= :key
			AND +status_order BETWEEN :first AND :order AND ${PASSES} ORDER BY ip_key DESC LIMIT :limit`,
	},
	all: {
		alive: `SELECT status_order, ip_key FROM host WHERE :subnet IS NULL
			AND (status_order, ip_key) <= (:order, :key) AND status_order >= :first AND ${PASSES}
			ORDER BY status_order DESC, ip_key DESC LIMIT :limit`,
		address: `SELECT status_order, ip_key FROM host WHERE :subnet IS NULL AND ip_key <= :key
			AND +status_order BETWEEN :first AND :order AND ${PASSES} ORDER BY ip_key DESC LIMIT :limit`,
	},
	picked: {
		alive: `SELECT status_order, ip_key FROM host WHERE id IN (SELECT value FROM json_each(:ids))
			AND (+status_order, +ip_key) <= (:order, :key) AND +status_order >= :first
			ORDER BY +status_order DESC, +ip_key DESC LIMIT :limit`,
		address: `SELECT status_order, ip_key FROM host WHERE id IN (SELECT value FROM json_each(:ids))
			AND +ip_key <= :key AND +status_order BETWEEN :first AND :order ORDER BY +ip_key DESC LIMIT :limit`,
	},
} as const;

type Row = { status_order: number; ip_key: Uint8Array };

/** Places of hosts that pass the filter, from `at` backwards, `at` included; at most `limit`. */
export function listPlacesBack(
	db: Db,
	filter: HostFilter,
	order: HostOrder,
	at: HostCursor,
	limit: number,
): HostCursor[] {
	const wanted = filter.status === undefined ? undefined : STATUSES.indexOf(filter.status);
	const place = {
		order: order === "alive" ? at.statusOrder : (wanted ?? STATUSES.length - 1),
		key: toKey(at.address),
		first: wanted ?? 0,
		limit,
	};
	const passing = findPassing(db, filter);
	const toPlace = (row: Row): HostCursor => ({ statusOrder: row.status_order, address: fromKey(row.ip_key) });
	if (passing !== undefined) {
		const picked = { ...place, ids: passing.ids };
		return db.query<Row, [typeof picked]>(BACK.picked[order]).all(picked).map(toPlace);
	}
	const binds = { ...bindsOf(filter), ...place };
	const sql = BACK[filter.subnetId === undefined ? "all" : "subnet"][order];
	return db.query<Row, [typeof binds]>(sql).all(binds).map(toPlace);
}
