/** One window of a host list: hosts from the store, headings and gaps put between them. */

import { BOUNDS } from "../config.ts";
import { AppError } from "../errors.ts";
import type { Host } from "../model/host.ts";
import type { Listing, ListQuery, ListRow } from "../model/listing.ts";
import type { Status } from "../model/presence.ts";
import type { Subnet } from "../model/subnet.ts";
import { type Address, formatAddress, parseAddress } from "../net/address.ts";
import { type Range, rangeOf, usableRange } from "../net/cidr.ts";
import { countOf, gapsOf, rangesWithout } from "../net/ranges.ts";
import * as counts from "../store/counts.ts";
import type { Db } from "../store/database.ts";
import { listAddresses } from "../store/history.ts";
import { listHosts } from "../store/hosts.ts";
import { readUnused } from "./summaries.ts";

/** Addresses of an unfolded gap that are shown at a time. */
const UNFOLD = 64;
const FACETS = 50;
const STATUSES: readonly Status[] = ["up", "down", "unknown"];

/** The subnet a list is of, with the blocks nested in it; undefined for a list over all subnets. */
export type ListScope = { readonly subnet: Subnet; readonly children: readonly Subnet[] } | undefined;

type Window = { rows: ListRow[]; next: string | undefined };

/**
 * Reads one window. `after` is a cursor made here earlier ("h:0:10.0.0.9" behind a host, "g:10.0.0.15" from a gap
 * on); it names a place, not a number of rows, so rows that come and go neither double nor hide others.
 */
export function readListing(
	db: Db,
	scope: ListScope,
	query: ListQuery,
	window: { after?: string; limit: number },
): Listing {
	const byStatus = counts.countByStatus(db, query.filter);
	const filtered = isFiltered(query);
	const gaps = scope !== undefined && !filtered;
	const ranges = gaps ? freeRanges(scope) : [];
	const cursor = readCursor(window.after);
	const part =
		query.order === "address"
			? addressWindow(db, query, ranges, cursor, window.limit)
			: aliveWindow(db, query, gaps ? ranges : undefined, byStatus, cursor, window.limit);
	const status = query.filter.status;
	return {
		query,
		...part,
		matching: status === undefined ? byStatus.up + byStatus.down + byStatus.unknown : byStatus[status],
		byStatus,
		tags: counts.listTags(db, scope?.subnet.id, FACETS),
		services: counts.listServices(db, scope?.subnet.id, FACETS),
		unusedHidden: scope !== undefined && filtered ? readUnused(db, scope.subnet, scope.children) : 0n,
	};
}

export function isFiltered(query: ListQuery): boolean {
	const { status, tag, service, port, text } = query.filter;
	return [status, tag, service, port, text].some((part) => part !== undefined);
}

function freeRanges(scope: NonNullable<ListScope>): Range[] {
	return rangesWithout(
		usableRange(scope.subnet.cidr),
		scope.children.map((child) => rangeOf(child.cidr)),
	);
}

function sizeOfGaps(gaps: readonly Range[]): bigint {
	return gaps.reduce((sum, gap) => sum + countOf(gap), 0n);
}

/** As in an address book: hosts by address, each gap before the host that ends it. */
function addressWindow(
	db: Db,
	query: ListQuery,
	ranges: readonly Range[],
	cursor: Cursor | undefined,
	limit: number,
): Window {
	const after = cursor?.kind === "host" ? { statusOrder: 0, address: cursor.address } : undefined;
	const found = listHosts(db, query.filter, "address", after, limit + 1);
	const more = found.length > limit;
	const shown = found.slice(0, limit);
	const rows: ListRow[] = [];
	let from = after === undefined ? 0n : after.address + 1n;
	const gapsUpTo = (last: Address) => {
		for (const range of rangesWithout({ first: from, last }, complement(ranges, from, last))) {
			pushGap(rows, range, query.open);
		}
	};
	for (const host of shown) {
		if (ranges.length > 0 && host.address > from) gapsUpTo(host.address - 1n);
		rows.push({ kind: "host", host });
		from = host.address + 1n;
	}
	const end = ranges.at(-1)?.last;
	if (!more && end !== undefined && from <= end) gapsUpTo(end);
	const last = shown.at(-1);
	return { rows, next: more && last !== undefined ? `h:0:${last.ip}` : undefined };
}

/** What of first … last lies outside `ranges`. */
function complement(ranges: readonly Range[], first: Address, last: Address): Range[] {
	return rangesWithout({ first, last }, ranges);
}

/** Up, down, unknown, each under its heading; then the unused ranges, if `ranges` is given. */
function aliveWindow(
	db: Db,
	query: ListQuery,
	ranges: readonly Range[] | undefined,
	byStatus: Record<Status, number>,
	cursor: Cursor | undefined,
	limit: number,
): Window {
	const rows: ListRow[] = [];
	if (cursor?.kind !== "gap") {
		const after =
			cursor === undefined ? undefined : { statusOrder: cursor.statusOrder, address: cursor.address };
		const found = listHosts(db, query.filter, "alive", after, limit + 1);
		const shown = found.slice(0, limit);
		// One status alone needs no heading: the filter says it.
		const last = query.filter.status ?? (after === undefined ? undefined : STATUSES[after.statusOrder]);
		pushGroups(rows, shown, byStatus, last);
		const end = shown.at(-1);
		if (found.length > limit && end !== undefined) {
			return { rows, next: `h:${STATUSES.indexOf(end.status)}:${end.ip}` };
		}
	}
	if (ranges === undefined || query.filter.subnetId === undefined) return { rows, next: undefined };
	return { rows, next: pushUnused(rows, db, query, ranges, cursor, limit) };
}

function pushGroups(
	rows: ListRow[],
	shown: readonly Host[],
	byStatus: Record<Status, number>,
	last?: Status,
): void {
	let group = last;
	for (const host of shown) {
		if (host.status !== group) {
			group = host.status;
			rows.push({ kind: "group", group, count: BigInt(byStatus[group]) });
		}
		rows.push({ kind: "host", host });
	}
}

/** The group of unused ranges, from the cursor's gap on; answers the cursor of the next window. */
function pushUnused(
	rows: ListRow[],
	db: Db,
	query: ListQuery,
	ranges: readonly Range[],
	cursor: Cursor | undefined,
	limit: number,
): string | undefined {
	const used = listAddresses(db, query.filter.subnetId ?? 0);
	const gaps = ranges.flatMap((range) => gapsOf(range, used));
	if (gaps.length === 0) return undefined;
	const start = cursor?.kind === "gap" ? cursor.address : undefined;
	const from = start === undefined ? 0 : gaps.findIndex((gap) => gap.last >= start);
	if (from < 0) return undefined;
	if (start === undefined) {
		rows.push({ kind: "group", group: "unused", count: sizeOfGaps(gaps), ranges: gaps.length });
	}
	for (const gap of gaps.slice(from, from + limit)) pushGap(rows, gap, query.open);
	const next = gaps[from + limit];
	return next === undefined ? undefined : `g:${formatAddress(next.first)}`;
}

/** A gap folded, or its first addresses and the rest, which may be unfolded in turn. */
function pushGap(rows: ListRow[], gap: Range, open: readonly Address[]): void {
	let rest = gap;
	while (open.includes(rest.first) && countOf(rest) > 1n) {
		const last = rest.first + BigInt(UNFOLD) - 1n < rest.last ? rest.first + BigInt(UNFOLD) - 1n : rest.last;
		for (let address = rest.first; address <= last; address++) rows.push({ kind: "free", address, gap });
		if (last === rest.last) return;
		rest = { first: last + 1n, last: rest.last };
	}
	rows.push(rest === gap ? { kind: "gap", range: gap } : { kind: "gap_rest", range: rest, gap });
}

type Cursor =
	| { readonly kind: "host"; readonly statusOrder: number; readonly address: Address }
	| { readonly kind: "gap"; readonly address: Address };

function readCursor(text: string | undefined): Cursor | undefined {
	if (text === undefined) return undefined;
	const [, kind, order, ip = ""] = /^(?:(h):([0-2])|(?:g)):([0-9a-f.:]{2,45})$/.exec(text) ?? [];
	const address = parseAddress(ip).value;
	if (address === undefined)
		throw new AppError("invalid", "This link to more rows is damaged.", { field: "after" });
	return kind === "h" ? { kind: "host", statusOrder: Number(order), address } : { kind: "gap", address };
}

/** A window is at most so long. */
export const WINDOW = { rows: BOUNDS.windowRows, max: BOUNDS.windowRowsMax };
