/** One page of a list of hosts: filter, order and place. The place is a host, not a number: rows come and go. */

import { AppError } from "../../errors.ts";
import type { Host, HostFilter } from "../../model/host.ts";
import { type Address, parseAddress } from "../../net/address.ts";
import type { Db } from "../../store/database.ts";
import { findHostByAddress, listHosts, STATUSES } from "../../store/hosts.ts";
import { listSorted, type SortKey } from "../../store/sorted-hosts.ts";
import { filterOf, HOST_FILTERS, type HostFilterQuery } from "./host-filters.ts";
import { badCursor, PAGE, readCursor, writeCursor } from "./parameters.ts";
import { hostJson } from "./shapes.ts";

export const HOST_SORTS = [
	"address",
	"-address",
	"status",
	"hostname",
	"-hostname",
	"first_seen_at",
	"-first_seen_at",
	"last_seen_at",
	"-last_seen_at",
] as const;
type HostSort = (typeof HOST_SORTS)[number];

export type HostQuery = HostFilterQuery & {
	readonly ip?: Address | undefined;
	readonly sort?: HostSort | undefined;
	readonly limit?: number | undefined;
	readonly cursor?: string | undefined;
};

/** AppError("invalid") for a cursor of another list. */
export function pageOfHosts(db: Db, query: HostQuery, subnetId: number | undefined) {
	const { sort = "address", limit = PAGE.rows, cursor } = query;
	const filter = filterOf(query, subnetId);
	if (query.ip !== undefined) return hostAt(db, query, query.ip, subnetId);
	const found = read(db, filter, sort, cursor, limit + 1);
	const items = found.slice(0, limit);
	const last = items.at(-1);
	return {
		items: items.map(hostJson),
		next_cursor: found.length > limit && last !== undefined ? placeOf(last, sort) : null,
	};
}

/** The host at one address, or none. */
function hostAt(db: Db, query: HostQuery, ip: Address, subnetId: number | undefined) {
	const others = [...Object.keys(HOST_FILTERS), "cursor"];
	if (others.some((name) => Reflect.get(query, name) !== undefined)) {
		throw new AppError("invalid", "ip names one host: leave the other filters out.", { field: "ip" });
	}
	const host = findHostByAddress(db, ip);
	const here = host !== undefined && (subnetId === undefined || host.subnetId === subnetId);
	return { items: here ? [hostJson(host)] : [], next_cursor: null };
}

function read(db: Db, filter: HostFilter, sort: HostSort, cursor: string | undefined, limit: number): Host[] {
	if (sort === "address" || sort === "status") {
		const after = cursor === undefined ? undefined : readPlace(cursor, sort, "number");
		const place = after && { statusOrder: Number(after.value), address: after.address };
		if (place !== undefined && STATUSES[place.statusOrder] === undefined) throw badCursor();
		return listHosts(db, filter, sort === "status" ? "alive" : "address", place, limit);
	}
	const key = keyOf(sort);
	const kind = key === "hostname" ? "string" : "number";
	const after = cursor === undefined ? undefined : readPlace(cursor, sort, kind);
	return listSorted(db, filter, { key, falling: sort.startsWith("-") }, after, limit);
}

function keyOf(sort: HostSort): SortKey {
	return sort.replace("-", "") as SortKey;
}

/** The sorting goes with the place: a cursor means nothing in another order. */
function placeOf(host: Host, sort: HostSort): string {
	const values: Record<string, string | number> = {
		address: 0,
		status: STATUSES.indexOf(host.status),
		// As SQLite does it: letters of ASCII only.
		hostname: host.hostname.replace(/[A-Z]/g, (letter) => letter.toLowerCase()),
		first_seen_at: host.firstSeenAt ?? 0,
		last_seen_at: host.lastSeenAt ?? 0,
	};
	return writeCursor([sort, values[sort.replace("-", "")] ?? 0, host.ip]);
}

function readPlace(
	cursor: string,
	sort: HostSort,
	kind: "string" | "number",
): { value: string | number; address: Address } {
	const [by, value, ip] = readCursor(cursor, ["string", kind, "string"]);
	const address = parseAddress(ip).value;
	if (by !== sort || address === undefined) throw badCursor();
	return { value, address };
}
