/**
 * The addresses of a subnet in their order, as somebody who wants one looks at them: what stands in the way, why, and
 * which are free as far as the database and this machine know. Asks nobody.
 */

import type { Ground } from "../context.ts";
import type { Skipped, SkipReason } from "../model/candidate.ts";
import type { Status } from "../model/presence.ts";
import { gatewayOf, type Subnet } from "../model/subnet.ts";
import type { Address } from "../net/address.ts";
import { formatCidr, lastOf, type Range, rangeOf, usableRange } from "../net/cidr.ts";
import {
	type Block,
	findDeparture,
	listStanding,
	listUsedBlocks,
	listUsedPages,
} from "../store/next-address.ts";
import { listChildren } from "../store/subnets.ts";

/** Pages read at a time. */
const PAGES_READ = 128;
const DAY_MS = 86_400_000;

export type Surveyed =
	| { readonly kind: "free"; readonly address: Address }
	| ({ readonly kind: "skipped" } & Skipped);

type Counts = Record<Status, number>;

/** Every address from `from` on: free, or in a run that is passed over. */
export function* survey(
	context: Ground,
	subnet: Subnet,
	from: Address,
	known: { readonly neighbours: ReadonlySet<Address>; readonly quietMs: number },
): Generator<Surveyed, void, undefined> {
	const usable = usableRange(subnet.cidr);
	const gateway = gatewayOf(subnet);
	/** By address, and apart: one after the other is met. */
	const nested = listChildren(context.db, subnet.id).map(({ cidr }) => ({ ...rangeOf(cidr), cidr }));
	let block = 0;
	const used = usedRuns(context, subnet, from);
	let run = used.next();
	let at = from > usable.first ? from : usable.first;
	while (at <= usable.last) {
		while ((nested[block]?.last ?? at) < at) block += 1;
		const inner = nested[block];
		if (inner !== undefined && inner.first <= at) {
			yield skip(at, inner.last, "nested", `belongs to ${formatCidr(inner.cidr)}`);
			at = inner.last + 1n;
			continue;
		}
		while (run.done !== true && run.value.last < at) run = used.next();
		if (run.done !== true && run.value.first <= at) {
			let { last } = run.value;
			if (last > usable.last) last = usable.last;
			yield skip(at, last, "recorded", run.value.says);
			at = last + 1n;
			continue;
		}
		const reason =
			at === gateway ? (["gateway", "is the gateway of the subnet"] as const) : reasonAt(context, at, known);
		if (reason === undefined) yield { kind: "free", address: at };
		else yield skip(at, at, ...reason);
		at += 1n;
	}
}

/** So many addresses that answered lately are passed over before the first of them will do. */
const PASSED_MAX = 256;

/**
 * The lowest address that is free by what is recorded; who is given one asks first (ipam/next-address). Where all that
 * are unused, or the first 256 of them, answered lately, it is the first of those. undefined: every address is taken.
 */
export function findFirstFree(context: Ground, subnet: Subnet, quietMs: number): Address | undefined {
	let unused: Address | undefined;
	let passed = 0;
	for (const one of survey(context, subnet, 0n, { neighbours: new Set(), quietMs })) {
		if (one.kind === "free") return one.address;
		if (one.reason !== "replied") continue;
		unused ??= one.first;
		passed += 1;
		if (passed === PASSED_MAX) break;
	}
	return unused;
}

function skip(first: Address, last: Address, reason: SkipReason, says: string): Surveyed {
	return { kind: "skipped", first, last, reason, says };
}

/** Why an address without a host is not free. */
function reasonAt(
	{ db, clock }: Ground,
	address: Address,
	{ neighbours, quietMs }: { readonly neighbours: ReadonlySet<Address>; readonly quietMs: number },
): readonly [SkipReason, string] | undefined {
	const left = findDeparture(db, address);
	if (left !== undefined && left > clock.now() - quietMs) {
		const days = Math.floor((clock.now() - left) / DAY_MS);
		const when = days === 0 ? "today" : days === 1 ? "yesterday" : `${days} days ago`;
		return ["replied", `a host that was deleted since answered there ${when}`];
	}
	if (neighbours.has(address)) return ["neighbour", "is in this machine's neighbour table"];
	return undefined;
}

type UsedRun = Range & { readonly says: string };

/** Runs of addresses with a host, ascending; full blocks are taken whole, others are looked at. */
function* usedRuns(context: Ground, subnet: Subnet, from: Address): Generator<UsedRun, void, undefined> {
	let first: Address | undefined;
	let last = 0n;
	let counts: Counts = { up: 0, down: 0, unknown: 0 };
	let name = "";
	const flush = (): UsedRun | undefined => {
		if (first === undefined) return undefined;
		const done = { first, last, says: wordsOf(counts, name) };
		first = undefined;
		counts = { up: 0, down: 0, unknown: 0 };
		return done;
	};
	const take = (begin: Address, end: Address, more: Partial<Counts>, hostname: string) => {
		first ??= begin;
		name = first === begin ? hostname : "";
		last = end;
		for (const status of ["up", "down", "unknown"] as const) counts[status] += more[status] ?? 0;
	};
	for (const block of usedBlocks(context, subnet, from)) {
		const end = block.first + block.size - 1n;
		const parts = isFull(block)
			? [{ address: block.first, end, counts: block, hostname: "" }]
			: listStanding(context.db, block.first, end).map(({ address, status, hostname }) => ({
					address,
					end: address,
					counts: { [status]: 1 },
					hostname,
				}));
		for (const part of parts) {
			if (first !== undefined && part.address !== last + 1n) {
				const done = flush();
				if (done !== undefined) yield done;
			}
			take(part.address, part.end, part.counts, part.hostname);
		}
	}
	const rest = flush();
	if (rest !== undefined) yield rest;
}

/** Pages that are full, and the blocks of those that are not. */
function* usedBlocks({ db }: Ground, subnet: Subnet, from: Address): Generator<Block, void, undefined> {
	for (let next = from; next <= lastOf(subnet.cidr); ) {
		const pages = listUsedPages(db, subnet.id, next, PAGES_READ);
		for (const page of pages) {
			if (isFull(page)) yield page;
			else yield* listUsedBlocks(db, subnet.id, page);
		}
		const end = pages.at(-1);
		if (end === undefined || pages.length < PAGES_READ) return;
		next = end.first + end.size;
	}
}

function isFull({ up, down, unknown, size }: Block): boolean {
	return up + down + unknown === Number(size);
}

function wordsOf(counts: Counts, name: string): string {
	const total = counts.up + counts.down + counts.unknown;
	const parts = (["up", "down", "unknown"] as const).filter((status) => counts[status] > 0);
	if (total === 1) return `is recorded${name === "" ? "" : ` as ${name}`}, ${parts[0]}`;
	return `${total} hosts are recorded there: ${parts.map((status) => `${counts[status]} ${status}`).join(", ")}`;
}
