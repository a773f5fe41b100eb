/**
 * "Give me the next free address": found and recorded in one transaction, so that nobody else is given the same one.
 * An address where somebody answers, or answered lately, is never given out, and it is said why.
 */

import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { type Known, type Skipped, type SkipReason, tallyText } from "../model/candidate.ts";
import type { Host } from "../model/host.ts";
import type { Subnet } from "../model/subnet.ts";
import { type Address, formatAddress, parseAddress } from "../net/address.ts";
import { contains, formatCidr, rangeOf, usableRange } from "../net/cidr.ts";
import { countOf, rangesWithout } from "../net/ranges.ts";
import { transact } from "../store/database.ts";
import { findLastSweep, writeExpiry } from "../store/next-address.ts";
import { listChildren } from "../store/subnets.ts";
import { survey } from "./candidates.ts";
import { checkExpiry, checkHost, type HostInput, need } from "./fields.ts";
import { placeHost } from "./hosts.ts";
import { demandSubnet } from "./subnets.ts";

/** What is known of addresses outside of the database. */
export type Silence = {
	/** Who answers in this machine's own networks, as its kernel knows. */
	neighbours(): ReadonlySet<Address>;
	/** Heard lately: true for silence, false for an answer, undefined: not asked lately. */
	heard(address: Address): boolean | undefined;
	/** Asks these, so that `heard` knows. AppError("unavailable") when nothing can be asked. */
	ask(addresses: readonly Address[]): Promise<void>;
};

export type NextWish = HostInput & {
	/** The lowest address that will do, or "". */
	readonly from: string;
	/** Epoch milliseconds; undefined: the reservation stays. */
	readonly expiresAt: number | undefined;
	/** False: what is recorded and what sweeps heard is enough. */
	readonly ask: boolean;
};

export type NextAddress = {
	readonly host: Host;
	readonly known: Known;
	/** Every earlier address, in runs, ascending; the lowest ones where there are more runs than are kept. */
	readonly skipped: readonly Skipped[];
	readonly skippedMore: number;
};

export type NextBounds = {
	readonly quietDays: number;
	readonly silenceTrustMs: number;
	readonly askAhead: number;
};

/** Runs that are named one by one. */
const RUNS_MAX = 200;
/** Questions for one wish: more than so many times all that were asked have answered. */
const ROUNDS = 16;
const DAY_MS = 86_400_000;

/**
 * Reserves the lowest free address of the subnet from `from` on. AppError("invalid") names the field,
 * AppError("conflict") when none is left, AppError("unavailable") when it cannot be known whether one answers.
 * `within` stands in the transaction: what it writes is there with the reservation, or neither is.
 */
export async function reserveNext(
	context: Context,
	subnetId: number,
	wish: NextWish,
	silence: Silence,
	bounds: NextBounds,
	within: (next: NextAddress) => void = () => {},
): Promise<NextAddress> {
	const values = checkHost(wish);
	const from = readFrom(demandSubnet(context, subnetId), wish.from);
	checkExpiry(wish.expiresAt, context.clock.now());
	for (let round = 0; round < ROUNDS; round++) {
		const found = transact(context.db, () => {
			const subnet = demandSubnet(context, subnetId);
			const look = lookFor(context, subnet, from, { wish, silence, bounds });
			if (look.address === undefined) return { next: undefined, unknown: look.unknown, counts: look.counts };
			const placed = placeHost(context, look.address, values);
			if (placed.subnetId !== subnetId) throw new Error("a free address lies in another subnet");
			if (wish.expiresAt !== undefined) writeExpiry(context.db, placed.id, wish.expiresAt);
			const { known, skipped, skippedMore } = look;
			const host = { ...placed, expiresAt: wish.expiresAt };
			const next: NextAddress = { host, known, skipped, skippedMore };
			within(next);
			return { next, unknown: [], counts: look.counts };
		});
		if (found.next !== undefined) {
			const change = { subnetIds: [subnetId], hostIds: [found.next.host.id], urgent: true };
			context.bus.publish({ kind: "change", change });
			return found.next;
		}
		if (found.unknown.length === 0) throw full(demandSubnet(context, subnetId), found.counts);
		await silence.ask(found.unknown);
	}
	throw new AppError("conflict", "Wherever nothing is recorded, somebody answers: sweep this subnet first.");
}

type Look = {
	readonly address: Address | undefined;
	readonly known: Known;
	readonly skipped: readonly Skipped[];
	readonly skippedMore: number;
	/** Addresses passed over, by reason. */
	readonly counts: ReadonlyMap<SkipReason, bigint>;
	/** Free as far as is known, but nobody asked them lately. */
	readonly unknown: readonly Address[];
};

/** The first address that is free and silent; where none is known to be, those to ask first. */
function lookFor(
	context: Context,
	subnet: Subnet,
	from: Address,
	{ wish, silence, bounds }: { wish: NextWish; silence: Silence; bounds: NextBounds },
): Look {
	const swept = wasSwept(context, subnet, bounds.silenceTrustMs);
	const known = { neighbours: silence.neighbours(), quietMs: bounds.quietDays * DAY_MS };
	const skipped: Skipped[] = [];
	const unknown: Address[] = [];
	let skippedMore = 0;
	const counts = new Map<SkipReason, bigint>();
	const pass = (run: Skipped) => {
		counts.set(run.reason, (counts.get(run.reason) ?? 0n) + countOf(run));
		if (skipped.length < RUNS_MAX) skipped.push(run);
		else skippedMore += 1;
	};
	for (const one of survey(context, subnet, from, known)) {
		if (one.kind === "skipped") {
			const { first, last, reason, says } = one;
			if (unknown.length === 0) pass({ first, last, reason, says });
			continue;
		}
		const { address } = one;
		const silent = silence.heard(address);
		if (silent === false) {
			if (unknown.length === 0)
				pass({
					first: address,
					last: address,
					reason: "answers",
					says: "answers, though nothing is recorded there",
				});
			continue;
		}
		const how: Known | undefined =
			silent === true ? "asked" : swept ? "swept" : wish.ask ? undefined : "not_asked";
		if (how !== undefined && unknown.length === 0)
			return { address, known: how, skipped, skippedMore, counts, unknown };
		if (how === undefined) unknown.push(address);
		if (unknown.length >= bounds.askAhead) break;
	}
	return { address: undefined, known: "not_asked", skipped, skippedMore, counts, unknown };
}

/** All of the subnet was asked a moment ago: where there is no host, nobody answered. */
function wasSwept(context: Context, subnet: Subnet, trustMs: number): boolean {
	const last = findLastSweep(context.db, subnet.id);
	if (last === undefined || last.at < context.clock.now() - trustMs) return false;
	const inner = listChildren(context.db, subnet.id).map(({ cidr }) => rangeOf(cidr));
	const free = rangesWithout(usableRange(subnet.cidr), inner);
	return BigInt(last.asked) >= free.reduce((sum, range) => sum + countOf(range), 0n);
}

function readFrom(subnet: Subnet, text: string): Address {
	if (text === "") return subnet.cidr.base;
	const address = need("from", parseAddress(text));
	if (contains(subnet.cidr, address)) return address;
	throw new AppError("invalid", `${formatAddress(address)} is not in ${formatCidr(subnet.cidr)}.`, {
		field: "from",
	});
}

function full(subnet: Subnet, counts: Look["counts"]): AppError {
	const named = subnet.name || formatCidr(subnet.cidr);
	const why = tallyText(counts);
	const says = `No address of ${named} is free${why === "" ? "" : `: ${why}`}.`;
	return new AppError("conflict", says, { field: "from" });
}
