/** Which addresses a sweep asks, and in which order. Pure; knows no probe and no database. */

import { SLICE, wholeLimit } from "../model/coverage.ts";
import type { Subnet } from "../model/subnet.ts";
import { type Address, familyOf } from "../net/address.ts";
import { type Cidr, type Range, rangeOf } from "../net/cidr.ts";
import { countOf, rangesWithout } from "../net/ranges.ts";
import { probeable } from "../net/targets.ts";

export type TargetPlan = {
	/** Shuffled. */
	readonly addresses: Address[];
	/** Where the next slice begins; undefined when the sweep covers all. */
	readonly nextOffset: number | undefined;
};

/**
 * Targets of one sweep of `subnet`: its usable addresses without those of the subnets nested in it (`inner`).
 * `attached` are the networks of our own interfaces, `known` the addresses recorded in the subnet. `asked`: a person
 * wishes it, leave nothing out that can be covered; `first`: the first sweep of the subnet.
 */
export function planTargets(
	subnet: Subnet,
	options: {
		inner: readonly Range[];
		attached: readonly Cidr[];
		known: readonly Address[];
		offset: number;
		asked: boolean;
		first: boolean;
		random: () => number;
	},
): TargetPlan {
	const free = probeable(subnet.cidr, options.attached).flatMap((range) =>
		rangesWithout(range, options.inner),
	);
	const total = free.reduce((sum, range) => sum + countOf(range), 0n);
	const limit = wholeLimit(subnet.cidr.family, options);
	// Recorded hosts are asked wherever they sit: what is a network address here may be a plain one on the wire.
	const known = options.known;
	if (total <= limit) {
		const whole = [...new Set([...expand(free), ...known])];
		return { addresses: shuffle(whole, options.random), nextOffset: undefined };
	}
	if (subnet.cidr.family === 6)
		return { addresses: shuffle([...known], options.random), nextOffset: undefined };
	const start = BigInt(options.offset) % total;
	const slice = sliceOf(free, start, SLICE);
	const addresses = [...new Set([...known, ...slice])];
	return {
		addresses: shuffle(addresses, options.random),
		nextOffset: Number((start + BigInt(slice.length)) % total),
	};
}

/** The blocks nested in a subnet, as ranges. */
export function innerRanges(children: readonly Subnet[]): Range[] {
	return children.map((child) => rangeOf(child.cidr));
}

/** 127.0.0.0/8 or ::1: ourselves, no neighbours and no way out involved. */
export function isLoopback(address: Address): boolean {
	return familyOf(address) === 4 ? (address & 0xff00_0000n) === 0x7f00_0000n : address === 1n;
}

function expand(ranges: readonly Range[]): Address[] {
	const all: Address[] = [];
	for (const range of ranges) for (let a = range.first; a <= range.last; a++) all.push(a);
	return all;
}

/** `count` addresses from position `start` on; it ends at the last range, the next slice begins anew. */
function sliceOf(ranges: readonly Range[], start: bigint, count: number): Address[] {
	const slice: Address[] = [];
	let skip = start;
	for (const range of ranges) {
		const size = countOf(range);
		if (skip >= size) {
			skip -= size;
			continue;
		}
		for (let a = range.first + skip; a <= range.last && slice.length < count; a++) slice.push(a);
		skip = 0n;
	}
	return slice;
}

/** Fisher and Yates, in place. */
function shuffle(addresses: Address[], random: () => number): Address[] {
	for (let i = addresses.length - 1; i > 0; i--) {
		const j = Math.floor(random() * (i + 1));
		const held = addresses[i] as Address;
		addresses[i] = addresses[j] as Address;
		addresses[j] = held;
	}
	return addresses;
}
