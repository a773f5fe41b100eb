/** Runs of addresses: gaps and used addresses together are the range, exactly once; the first free one is in a gap. */

import { describe, expect, test } from "bun:test";
import { type Address, fromV4 } from "../../src/net/address.ts";
import type { Range } from "../../src/net/cidr.ts";
import { addressesOf, countOf, firstFree, gapsOf } from "../../src/net/ranges.ts";
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
		["nothing used", list(), [range(1, 6)], 1],
		["all used", list(1, 2, 3, 4, 5, 6), [], undefined],
		["the ends used", list(1, 6), [range(2, 5)], 2],
		["the middle used", list(3, 4), [range(1, 2), range(5, 6)], 1],
		["every other used", list(2, 4, 6), [range(1, 1), range(3, 3), range(5, 5)], 1],
		["repeats", list(1, 1, 2, 2, 2, 4), [range(3, 3), range(5, 6)], 3],
		["outside, before and after", list(0, 7, 9), [range(1, 6)], 1],
		["before, inside and after", list(0, 1, 2, 9), [range(3, 6)], 3],
	] as const)("%s", (_, used, gaps, free) => {
		expect(gapsOf(within, used)).toEqual([...gaps]);
		expect(firstFree(within, used)).toBe(free === undefined ? undefined : (list(free)[0] as Address));
	});
	test("a range of one address", () => {
		expect(gapsOf(range(4, 4), list(4))).toEqual([]);
		expect(gapsOf(range(4, 4), list())).toEqual([range(4, 4)]);
		expect(firstFree(range(4, 4), list(4))).toBeUndefined();
	});
	test("a range of 2^64 addresses costs nothing", () => {
		const wide = { first: 1n << 120n, last: (1n << 120n) + (1n << 64n) - 1n };
		expect(countOf(wide)).toBe(1n << 64n);
		expect(gapsOf(wide, [wide.first + 5n])).toHaveLength(2);
		expect(firstFree(wide, [wide.first])).toBe(wide.first + 1n);
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
		expect(firstFree(within, used)).toBe(gaps[0]?.first as Address);
	}
});
