/** Runs of addresses: the gaps between used ones, the blocks that are free. Knows nothing of hosts or reservations. */

import { type Address, bitsOf } from "./address.ts";
import { type Cidr, type Range, rangeOf } from "./cidr.ts";

/** Number of addresses in a range, both ends included. */
export function countOf(range: Range): bigint {
	return range.last - range.first + 1n;
}

/**
 * The maximal runs inside `within` that hold no address of `used` (ascending; those outside `within` and
 * repeats are ignored). Ranges and used addresses together cover `within` exactly once.
 */
export function gapsOf(within: Range, used: Iterable<Address>): Range[] {
	const gaps: Range[] = [];
	let next = within.first;
	for (const address of used) {
		if (address < next) continue;
		if (address > within.last) break;
		if (address > next) gaps.push({ first: next, last: address - 1n });
		next = address + 1n;
	}
	if (next <= within.last) gaps.push({ first: next, last: within.last });
	return gaps;
}

/** `count` addresses from `range.first` on, as many as there are; at most `limit`. */
export function addressesOf(range: Range, limit: number): Address[] {
	const total = countOf(range);
	const length = total < BigInt(limit) ? Number(total) : limit;
	return Array.from({ length }, (_, i) => range.first + BigInt(i));
}

/** The parts of `range` that lie in none of `blocks` (any order, overlaps allowed), ascending. */
export function rangesWithout(range: Range, blocks: readonly Range[]): Range[] {
	const sorted = blocks
		.filter((block) => block.last >= range.first && block.first <= range.last)
		.sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
	const rest: Range[] = [];
	let next = range.first;
	for (const block of sorted) {
		if (block.first > next) rest.push({ first: next, last: block.first - 1n });
		if (block.last + 1n > next) next = block.last + 1n;
	}
	if (next <= range.last) rest.push({ first: next, last: range.last });
	return rest;
}

/**
 * Blocks of length `prefix` inside `within` that share no address with `taken` (any order, overlaps allowed): the first
 * `limit` of them by address, and how many there are. None when `prefix` is shorter than that of `within`.
 */
export function freeBlocks(
	within: Cidr,
	taken: readonly Range[],
	prefix: number,
	limit: number,
): { blocks: Cidr[]; count: bigint } {
	const blocks: Cidr[] = [];
	let count = 0n;
	if (prefix < within.prefix || prefix > bitsOf(within.family)) return { blocks, count };
	const bits = BigInt(bitsOf(within.family) - prefix);
	for (const free of rangesWithout(rangeOf(within), taken)) {
		// Block numbers: the first that begins at or after the range, and the one behind the last that ends in it.
		const from = (free.first + (1n << bits) - 1n) >> bits;
		const to = (free.last + 1n) >> bits;
		if (to <= from) continue;
		count += to - from;
		for (let at = from; at < to && blocks.length < limit; at++) {
			blocks.push({ family: within.family, base: at << bits, prefix });
		}
	}
	return { blocks, count };
}
