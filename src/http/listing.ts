/** One window of a host list: hosts from the store, headings and gaps put between them. */

import { BOUNDS } from "../config.ts";
import type { Host } from "../model/host.ts";
import type { Listing, ListQuery, ListRow } from "../model/listing.ts";
import type { Status } from "../model/presence.ts";
import type { Subnet } from "../model/subnet.ts";
import type { Address } from "../net/address.ts";
import { type Range, rangeOf, usableRange } from "../net/cidr.ts";
import { countOf, gapsOf, rangesWithout } from "../net/ranges.ts";
import * as counts from "../store/counts.ts";
import type { Db } from "../store/database.ts";
import { listAddresses } from "../store/history.ts";
import { findHostByAddress, listHosts, STATUSES } from "../store/hosts.ts";
import { findPassing, type Passing } from "../store/passing.ts";
import { listPlacesBack } from "../store/places.ts";
import { listUnswept } from "../store/subnets.ts";
import { type Facets, facetsOf } from "./facets.ts";
import { type Place, placeAround, placeBack, placeOf, readPlace, writePlace } from "./place.ts";
import { readUnused } from "./summaries.ts";

/** Addresses of an unfolded gap that are shown at a time. */
const UNFOLD = 64;
/** Gaps shown before the address that was asked for. */
const GAPS_BEFORE = 4;

/** The subnet a list is of, with the blocks nested in it; undefined for a list over all subnets. */
export type ListScope = { readonly subnet: Subnet; readonly children: readonly Subnet[] } | undefined;

type Window = { rows: ListRow[]; next: string | undefined; start: string | undefined };

/** What a window shows of a list, besides its hosts. */
type Plan = {
	readonly db: Db;
	readonly query: ListQuery;
	/** Where gaps may be; undefined: none are shown. */
	readonly ranges: readonly Range[] | undefined;
	readonly byStatus: Readonly<Record<Status, number>>;
	/** Those of a filter, where they are few enough to be found by themselves. */
	readonly passing: Passing | undefined;
	readonly at: Address | undefined;
};

/** Where a window begins, the most hosts it holds, and whether gaps may follow the last of them. */
type Cut = { readonly start: Place | undefined; readonly limit: number; readonly hostsOnly: boolean };

/**
 * What a URL says of the window: behind a place ("" is the beginning) or before one, or around an address; at most
 * `limit` hosts.
 */
export type Asked = {
	readonly after?: string;
	readonly before?: string;
	readonly at?: Address | undefined;
	readonly limit: number;
};

/**
 * Reads one window. Places are cursors made here earlier (see http/place.ts); they name a place, not a number of
 * rows, so rows that come and go neither double nor hide others.
 */
export function readListing(
	db: Db,
	scope: ListScope,
	query: ListQuery,
	asked: Asked,
	facets: Facets = facetsOf(db),
): Listing {
	const passing = findPassing(db, query.filter);
	const byStatus = counts.countByStatus(db, query.filter, passing);
	const filtered = isFiltered(query);
	const ranges = scope !== undefined && !filtered ? freeRanges(scope) : undefined;
	const plan = { db, query, ranges, byStatus, passing, at: asked.at };
	const part = windowOf(plan, asked);
	const status = query.filter.status;
	const aimed = asked.at !== undefined && asked.after === undefined && asked.before === undefined;
	return {
		query,
		...part,
		at: asked.at,
		missing: aimed && !part.rows.some((row) => isAt(row, asked.at)),
		matching: status === undefined ? byStatus.up + byStatus.down + byStatus.unknown : byStatus[status],
		byStatus,
		...facets(query.filter, passing),
		unswept: new Set(listUnswept(db)),
		unusedHidden: scope !== undefined && filtered ? readUnused(db, scope.subnet, scope.children) : 0n,
	};
}

function isAt(row: ListRow, at: Address | undefined): boolean {
	if (row.kind === "host") return row.host.address === at;
	return row.kind === "free" && row.address === at;
}

function windowOf(plan: Plan, asked: Asked): Window {
	const { db, query, at } = plan;
	const after = readPlace(asked.after, "after");
	const before = readPlace(asked.before, "before");
	const forward = (start: Place | undefined) =>
		cutWindow(plan, { start, limit: asked.limit, hostsOnly: false });
	if (asked.after !== undefined) return forward(after);
	if (before !== undefined) return windowBefore(plan, before, asked.limit);
	if (at === undefined) return forward(undefined);
	const host = findHostByAddress(db, at);
	if (host === undefined && query.order === "alive" && plan.ranges !== undefined) {
		return forward({ kind: "gap", address: gapBefore(plan, at) });
	}
	if (host === undefined && query.order === "alive") return forward(undefined);
	return forward(placeAround(db, query.filter, query.order, at, host));
}

/** The window that ends at `place`, at most `limit` rows long. */
function windowBefore(plan: Plan, place: Place, limit: number): Window {
	const { db, query } = plan;
	if (place.kind === "gap" && query.order === "alive" && plan.ranges !== undefined) {
		const gaps = listGaps(plan);
		const to = gaps.findIndex((gap) => gap.last >= place.address);
		const from = Math.max(0, to - limit);
		if (to > 0) return gapWindow(plan, gaps, { from, to, heading: from === 0 });
	}
	const end = place.kind === "host" ? place : lastHost(db, query);
	if (end === undefined) return cutWindow(plan, { start: undefined, limit, hostsOnly: false });
	const { start, hosts } = placeBack(db, query.filter, query.order, end, limit);
	if (hosts === 0) return { rows: [], next: writePlace(end), start: undefined };
	return { ...cutWindow(plan, { start, limit: hosts, hostsOnly: true }), next: writePlace(end) };
}

function cutWindow(plan: Plan, cut: Cut): Window {
	return plan.query.order === "address" ? addressWindow(plan, cut) : aliveWindow(plan, cut);
}

function isFiltered(query: ListQuery): boolean {
	const { status, tag, service, port, seen, text } = query.filter;
	return [status, tag, service, port, seen, text].some((part) => part !== undefined);
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
	{ db, query, passing, ranges = [], at }: Plan,
	{ start, limit, hostsOnly }: Cut,
): Window {
	const after = start?.kind === "host" ? { statusOrder: 0, address: start.address } : undefined;
	const found = listHosts(db, query.filter, "address", after, limit + 1, passing);
	const more = found.length > limit;
	const shown = found.slice(0, limit);
	const rows: ListRow[] = [];
	let from = after === undefined ? 0n : after.address + 1n;
	const gapsUpTo = (last: Address) => {
		const outside = rangesWithout({ first: from, last }, ranges);
		for (const range of rangesWithout({ first: from, last }, outside)) pushGap(rows, range, query.open, at);
	};
	for (const host of shown) {
		if (ranges.length > 0 && host.address > from) gapsUpTo(host.address - 1n);
		rows.push({ kind: "host", host });
		from = host.address + 1n;
	}
	const end = ranges.at(-1)?.last;
	if (!more && !hostsOnly && end !== undefined && from <= end) gapsUpTo(end);
	const last = shown.at(-1);
	return {
		rows,
		next: more && last !== undefined ? placeOf(last, "address") : undefined,
		start: after === undefined || start === undefined ? undefined : writePlace(start),
	};
}

/** Up, down, unknown, each under its heading; then the unused ranges, if there are any to show. */
function aliveWindow(plan: Plan, { start, limit, hostsOnly }: Cut): Window {
	const { db, query, passing, byStatus, ranges } = plan;
	if (start?.kind === "gap") {
		const gaps = ranges === undefined ? [] : listGaps(plan);
		const from = gaps.findIndex((gap) => gap.last >= start.address);
		if (from < 0) return { rows: [], next: undefined, start: writePlace(start) };
		return gapWindow(plan, gaps, { from, to: from + limit, heading: from === 0 });
	}
	const found = listHosts(db, query.filter, "alive", start, limit + 1, passing);
	const shown = found.slice(0, limit);
	const rows: ListRow[] = [];
	// One status alone needs no heading: the filter says it.
	pushGroups(rows, shown, byStatus, query.filter.status ?? (start && STATUSES[start.statusOrder]));
	const from = start === undefined ? undefined : writePlace(start);
	const last = shown.at(-1);
	if (found.length > limit && last !== undefined) return { rows, next: placeOf(last, "alive"), start: from };
	if (hostsOnly || ranges === undefined) return { rows, next: undefined, start: from };
	const unused = gapRows(plan, listGaps(plan), { from: 0, to: limit, heading: true });
	return { rows: [...rows, ...unused.rows], next: unused.next, start: from };
}

function pushGroups(
	rows: ListRow[],
	shown: readonly Host[],
	byStatus: Readonly<Record<Status, number>>,
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

function listGaps({ db, query, ranges = [] }: Plan): Range[] {
	const used = listAddresses(db, query.filter.subnetId ?? 0);
	return ranges.flatMap((range) => gapsOf(range, used));
}

/** The first address of the gap that lies some rows before the one around `at`. */
function gapBefore(plan: Plan, at: Address): Address {
	const gaps = listGaps(plan);
	const around = gaps.findIndex((gap) => gap.last >= at);
	return gaps[Math.max(0, around - GAPS_BEFORE)]?.first ?? at;
}

type GapCut = { readonly from: number; readonly to: number; readonly heading: boolean };

/** Gaps `from` … `to` − 1 of the group of unused ranges. */
function gapRows(
	{ query, at }: Plan,
	gaps: readonly Range[],
	{ from, to, heading }: GapCut,
): Omit<Window, "start"> {
	const rows: ListRow[] = [];
	if (gaps.length === 0) return { rows, next: undefined };
	if (heading) rows.push({ kind: "group", group: "unused", count: sizeOfGaps(gaps), ranges: gaps.length });
	for (const gap of gaps.slice(from, to)) pushGap(rows, gap, query.open, at);
	const next = gaps[to];
	return { rows, next: next === undefined ? undefined : writePlace({ kind: "gap", address: next.first }) };
}

/** The same as a window of their own: with the way to what is before them. */
function gapWindow(plan: Plan, gaps: readonly Range[], cut: GapCut): Window {
	const first = cut.from > 0 ? gaps[cut.from] : undefined;
	const before =
		first === undefined ? lastHost(plan.db, plan.query) : { kind: "gap" as const, address: first.first };
	const start = gaps.length === 0 || before === undefined ? undefined : writePlace(before);
	return { ...gapRows(plan, gaps, cut), start };
}

/** The place behind all hosts. */
function lastHost(db: Db, query: ListQuery): Extract<Place, { kind: "host" }> | undefined {
	const end = { statusOrder: STATUSES.length - 1, address: (1n << 128n) - 1n };
	const [last] = listPlacesBack(db, query.filter, "alive", end, 1);
	return last === undefined ? undefined : { kind: "host", ...last };
}

/**
 * A gap folded, or its first addresses and the rest, which may be unfolded in turn. The address that was asked for is
 * a row of its own, between what is left of its gap.
 */
function pushGap(rows: ListRow[], gap: Range, open: readonly Address[], at: Address | undefined): void {
	if (at !== undefined && at >= gap.first && at <= gap.last) {
		if (at > gap.first) pushGap(rows, { first: gap.first, last: at - 1n }, open, undefined);
		rows.push({ kind: "free", address: at, gap });
		if (at < gap.last) pushGap(rows, { first: at + 1n, last: gap.last }, open, undefined);
		return;
	}
	let rest = gap;
	while (open.includes(rest.first) && countOf(rest) > 1n) {
		const last = rest.first + BigInt(UNFOLD) - 1n < rest.last ? rest.first + BigInt(UNFOLD) - 1n : rest.last;
		for (let address = rest.first; address <= last; address++) rows.push({ kind: "free", address, gap });
		if (last === rest.last) return;
		rest = { first: last + 1n, last: rest.last };
	}
	rows.push(rest === gap ? { kind: "gap", range: gap } : { kind: "gap_rest", range: rest, gap });
}

/** A window is at most so long. */
export const WINDOW = { rows: BOUNDS.windowRows, max: BOUNDS.windowRowsMax };
