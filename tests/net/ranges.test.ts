/** Runs of addresses: gaps and used addresses together are the range, exactly once; the first free one is in a gap. */

import { describe, expect, test } from "bun:test";
import { type Address, fromV4 } from "../../src/net/address.ts";
import {
	type Cidr,
	contains,
	formatCidr,
	lastOf,
	parseCidr,
	type Range,
	rangeOf,
} from "../../src/net/cidr.ts";
import { addressesOf, countOf, freeBlocks, gapsOf } from "../../src/net/ranges.ts";
import { seeded } from "../helpers/random.ts";

const base = fromV4(0x0a000000);
const range = (first: number, last: number): Range => ({
	first: base + BigInt(first),
	last: base + BigInt(last),
});
const list = (...numbers: number[]): Address[] => numbers.map((n) => base + BigInt(n));

describe("gaps of 1 to 6", () => {
	const within = range(1, 6);
	test.each([
		["nothing used", list(), [range(1, 6)]],
		["all used", list(1, 2, 3, 4, 5, 6), []],
		["the ends used", list(1, 6), [range(2, 5)]],
		["the middle used", list(3, 4), [range(1, 2), range(5, 6)]],
		["every other used", list(2, 4, 6), [range(1, 1), range(3, 3), range(5, 5)]],
		["repeats", list(1, 1, 2, 2, 2, 4), [range(3, 3), range(5, 6)]],
		["outside, before and after", list(0, 7, 9), [range(1, 6)]],
		["before, inside and after", list(0, 1, 2, 9), [range(3, 6)]],
	] as const)("%s", (_, used, gaps) => {
		expect(gapsOf(within, used)).toEqual([...gaps]);
	});
	test("a range of one address", () => {
		expect(gapsOf(range(4, 4), list(4))).toEqual([]);
		expect(gapsOf(range(4, 4), list())).toEqual([range(4, 4)]);
	});
	test("a range of 2^64 addresses costs nothing", () => {
		const wide = { first: 1n << 120n, last: (1n << 120n) + (1n << 64n) - 1n };
		expect(countOf(wide)).toBe(1n << 64n);
		expect(gapsOf(wide, [wide.first + 5n])).toHaveLength(2);
		expect(addressesOf(wide, 3)).toEqual([wide.first, wide.first + 1n, wide.first + 2n]);
	});
	test("addresses of a short range are all of it", () => {
		expect(addressesOf(range(1, 3), 10)).toEqual(list(1, 2, 3));
		expect(addressesOf(range(1, 3), 0)).toEqual([]);
	});
});

test("gaps and used addresses cover the range exactly once, in order, and gaps do not touch", () => {
	const random = seeded(3);
	for (let round = 0; round < 2_000; round++) {
		const first = random.int(40);
		const within = range(first, first + random.int(60));
		const share = random.pick([0.02, 0.3, 0.7, 0.98]);
		const used = Array.from({ length: 120 }, (_, n) => n)
			.filter(() => random.chance(share))
			.flatMap((n) => (random.chance(0.1) ? list(n, n) : list(n)));
		const gaps = gapsOf(within, used);

		const inside = [...new Set(used)].filter((one) => one >= within.first && one <= within.last);
		const covered = [...gaps.flatMap((gap) => addressesOf(gap, 1_000)), ...inside].sort((a, b) =>
			a < b ? -1 : 1,
		);
		expect(covered).toEqual(addressesOf(within, 1_000));
		for (const [i, gap] of gaps.entries()) {
			expect(gap.first <= gap.last).toBe(true);
			const before = gaps[i - 1];
			if (before) expect(gap.first - before.last > 1n).toBe(true);
		}
	}
});

describe("free blocks", () => {
	const cidr = (text: string): Cidr => {
		const { value } = parseCidr(text);
		if (value === undefined) throw new Error(text);
		return value;
	};
	const find = (within: string, taken: string[], prefix: number, limit = 100) => {
		const found = freeBlocks(
			cidr(within),
			taken.map((text) => rangeOf(cidr(text))),
			prefix,
			limit,
		);
		return [found.blocks.map(formatCidr), found.count] as const;
	};

	test.each([
		[
			"nothing taken",
			"10.0.0.0/24",
			[],
			26,
			["10.0.0.0/26", "10.0.0.64/26", "10.0.0.128/26", "10.0.0.192/26"],
		],
		[
			"one address taken",
			"10.0.0.0/24",
			["10.0.0.70/32"],
			26,
			["10.0.0.0/26", "10.0.0.128/26", "10.0.0.192/26"],
		],
		["all taken by one around", "10.0.0.0/24", ["10.0.0.0/8"], 26, []],
		["shorter than the supernet", "10.0.0.0/24", [], 23, []],
		["as long as the supernet", "10.0.0.0/24", [], 24, ["10.0.0.0/24"]],
		["single addresses", "10.0.0.0/30", ["10.0.0.1/32"], 32, ["10.0.0.0/32", "10.0.0.2/32", "10.0.0.3/32"]],
		["longer than an address", "10.0.0.0/30", [], 33, []],
		["the end of IPv4", "255.255.255.0/24", ["255.255.255.0/25"], 25, ["255.255.255.128/25"]],
		[
			"IPv6",
			"2001:db8::/62",
			["2001:db8:0:1::/64"],
			64,
			["2001:db8::/64", "2001:db8:0:2::/64", "2001:db8:0:3::/64"],
		],
	] as const)("%s", (_, within, taken, prefix, blocks) => {
		expect(find(within, [...taken], prefix)).toEqual([[...blocks], BigInt(blocks.length)]);
	});

	test("a /32 in IPv6 costs no more than what is shown", () => {
		const [blocks, count] = find("2001:db8::/32", ["2001:db8::/48"], 64, 3);
		expect(blocks).toEqual(["2001:db8:1::/64", "2001:db8:1:1::/64", "2001:db8:1:2::/64"]);
		expect(count).toBe((1n << 32n) - (1n << 16n));
	});

	test("every aligned block is found, or shares an address with what is taken; never both", () => {
		const random = seeded(11);
		for (let round = 0; round < 1_000; round++) {
			const size = 16 + random.int(8);
			const within = cidr(`10.0.0.0/${size + 4}`);
			const total = Number(countOf(rangeOf(within)));
			const taken = Array.from({ length: random.int(7) }, () => {
				const first = random.int(total * 2) - Math.floor(total / 2);
				return { first: within.base + BigInt(first), last: within.base + BigInt(first + random.int(total)) };
			}).filter(({ first }) => first >= 0n);
			const prefix = Math.min(32, within.prefix + random.int(6));
			const { blocks, count } = freeBlocks(within, taken, prefix, 10_000);
			const step = 1n << BigInt(32 - prefix);
			const expected: string[] = [];
			for (let base = within.base; base <= lastOf(within); base += step) {
				const free = !taken.some(({ first, last }) => first < base + step && last >= base);
				if (free) expected.push(formatCidr({ family: 4, base, prefix }));
			}
			expect(blocks.map(formatCidr)).toEqual(expected);
			expect(count).toBe(BigInt(expected.length));
			expect(blocks.every((block) => contains(within, block))).toBe(true);
		}
	});
});
