/** Places in a list of hosts, as links name them: reading them, and where the window around one begins. */

import { AppError } from "../errors.ts";
import type { Host, HostFilter, HostOrder } from "../model/host.ts";
import { type Address, formatAddress, parseAddress } from "../net/address.ts";
import type { Db } from "../store/database.ts";
import { type HostCursor, STATUSES } from "../store/hosts.ts";
import { listPlacesBack } from "../store/places.ts";

/** "h:0:10.0.0.9" is the place behind a host of status 0, "g:10.0.0.15" the one before the gap that begins there. */
export type Place =
	| { readonly kind: "host"; readonly statusOrder: number; readonly address: Address }
	| { readonly kind: "gap"; readonly address: Address };

/** Rows shown before the address that was asked for. */
const BEFORE = 8;

/** undefined: the beginning of the list. AppError("invalid") when it is no place. */
export function readPlace(text: string | undefined, field: "after" | "before"): Place | undefined {
	if (text === undefined || text === "") return undefined;
	const [, kind, order, ip = ""] = /^(?:(h):([0-2])|(?:g)):([0-9a-f.:]{2,45})$/.exec(text) ?? [];
	const address = parseAddress(ip).value;
	if (address === undefined) throw new AppError("invalid", "This link to more rows is damaged.", { field });
	return kind === "h" ? { kind: "host", statusOrder: Number(order), address } : { kind: "gap", address };
}

export function placeOf(host: Pick<Host, "status" | "ip">, order: HostOrder): string {
	return `h:${order === "address" ? 0 : STATUSES.indexOf(host.status)}:${host.ip}`;
}

export function writePlace(place: Place): string {
	const address = formatAddress(place.address);
	return place.kind === "gap" ? `g:${address}` : `h:${place.statusOrder}:${address}`;
}

/** The place `rows` hosts before `at`, and how many hosts lie between; undefined: the beginning of the list. */
export function placeBack(
	db: Db,
	filter: HostFilter,
	order: HostOrder,
	at: HostCursor,
	rows: number,
): { start: Place | undefined; hosts: number } {
	const back = listPlacesBack(db, filter, order, at, rows + 1);
	const first = back[rows];
	const statusOrder = order === "address" ? 0 : (first?.statusOrder ?? 0);
	return {
		start: first === undefined ? undefined : { kind: "host", statusOrder, address: first.address },
		hosts: Math.min(back.length, rows),
	};
}

/** Where the window begins that shows `address`, `host` being what is there. */
export function placeAround(
	db: Db,
	filter: HostFilter,
	order: HostOrder,
	address: Address,
	host: Host | undefined,
): Place | undefined {
	const statusOrder = host === undefined ? STATUSES.length - 1 : STATUSES.indexOf(host.status);
	return placeBack(db, filter, order, { statusOrder, address }, BEFORE + 1).start;
}
