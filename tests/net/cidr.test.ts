/** Blocks: what is read, refused and suggested instead; bounds, containment, and what a host can use. */

import { describe, expect, test } from "bun:test";
import { type Address, bitsOf, familyOf, formatAddress, parseAddress } from "../../src/net/address.ts";
import {
	type Cidr,
	cidrAround,
	compareCidr,
	contains,
	formatCidr,
	lastOf,
	parseCidr,
	rangeOf,
	sizeOf,
	usableCount,
	usableRange,
} from "../../src/net/cidr.ts";
import { quickly } from "../helpers/quick.ts";
import { type Random, seeded } from "../helpers/random.ts";

function cidr(text: string): Cidr {
	const { value, problem } = parseCidr(text);
	if (value === undefined) throw new Error(problem);
	return value;
}

function address(text: string): Address {
	const { value, problem } = parseAddress(text);
	if (value === undefined) throw new Error(problem);
	return value;
}

/** Small blocks close together, so that some nest; never one around ::ffff:0:0/96. */
function draw(random: Random): Cidr {
	if (random.chance(0.5))
		return cidrAround(address(`10.0.${random.int(4)}.${random.int(256)}`), 20 + random.int(13));
	return cidrAround(address("2001:db8::") + random.bits(10), 110 + random.int(19));
}

describe("reads", () => {
	test.each([
		["0.0.0.0/0", 4, 0],
		["10.0.0.0/8", 4, 8],
		["192.168.1.0/31", 4, 31],
		["192.168.1.1/32", 4, 32],
		["2000::/3", 6, 3],
		["2001:DB8:0::/64", 6, 64],
		["2001:db8::2/127", 6, 127],
		["2001:db8::1/128", 6, 128],
		["::/81", 6, 81],
	] as const)("%s", (text, family, prefix) => {
		expect(cidr(text)).toMatchObject({ family, prefix });
	});
	test("and writes it canonically", () => {
		expect(formatCidr(cidr("2001:DB8:0:0::/64"))).toBe("2001:db8::/64");
	});
});

describe("refuses, and says why", () => {
	test.each([
		["", "Enter a network", undefined],
		["/", "Enter a network", undefined],
		["/24", "Enter an IP address", undefined],
		["lan", "Enter a network", undefined],
		["10.0.0.5/24", "bits set behind its prefix", "10.0.0.0/24"],
		["2001:db8::5/64", "bits set behind its prefix", "2001:db8::/64"],
		["10.0.0.1/0", "bits set behind its prefix", "0.0.0.0/0"],
		["10.0.0.1", "no prefix length: add one, such as /24", "10.0.0.0/24"],
		["2001:db8::1", "no prefix length: add one, such as /64", "2001:db8::/64"],
		["::1", "no prefix length", undefined],
		[" 10.0.0.0/24", "Remove the blanks", "10.0.0.0/24"],
		["10.0.0.0/24\n", "Remove the blanks", "10.0.0.0/24"],
		["10.0.0.0/24\u00a0", "Remove the blanks", "10.0.0.0/24"],
		["\u200910.0.0.7/24", "Remove the blanks", "10.0.0.0/24"],
		[" lan ", "Remove the blanks", undefined],
		["10.0.0.0 /24", "is not an IP address", undefined],
		["10.0.0.0/255.255.255.0", "“/255.255.255.0” is a netmask: write /24.", "10.0.0.0/24"],
		["10.0.0.5/255.255.254.0", "is a netmask: write /23", "10.0.0.0/23"],
		["10.0.0.5/255.255.255.255", "is a netmask: write /32", "10.0.0.5/32"],
		["10.0.0.0/0.0.0.0", "is a netmask: write /0", "0.0.0.0/0"],
		["10.0.0.0/255.0.255.0", "is not a prefix length", undefined],
		["10.0.0.0/0.0.0.255", "is not a prefix length", undefined],
		["2001:db8::/255.255.255.0", "is not a prefix length", undefined],
		["10.0.0.0/ 24", "is not a prefix length", undefined],
		["010.0.0.0/8", "leading zero", undefined],
		["10.1/16", "four numbers", undefined],
		["10/8", "four numbers", undefined],
		["::ffff:10.0.0.0/120", "write 10.0.0.0", undefined],
		["::ffff:0:0/96", "write 0.0.0.0", undefined],
		["１０.0.0.0/8", "is not an IP address", undefined],
		["10.0.0.0/８", "is not a prefix length", undefined],
		["10.0.0.0/33", "use a number from 0 to 32", undefined],
		["2001:db8::/129", "use a number from 0 to 128", undefined],
		["10.0.0.0/-1", "is not a prefix length", undefined],
		["10.0.0.0/+8", "is not a prefix length", undefined],
		["10.0.0.0/08", "is not a prefix length", undefined],
		["10.0.0.0/0x18", "is not a prefix length", undefined],
		["10.0.0.0/24.0", "is not a prefix length", undefined],
		["10.0.0.0/1e1", "is not a prefix length", undefined],
		["10.0.0.0/", "is not a prefix length", undefined],
		["10.0.0.0/24/24", "is not a prefix length", undefined],
		["10.0.0.0-10.0.0.9", "is not an IP address", undefined],
		["fe80::%eth0/64", "names a zone", undefined],
		["::/0", "stands for IPv4", undefined],
		["::/80", "stands for IPv4", undefined],
		["::fffe:0:0/95", "stands for IPv4", undefined],
		["::1/64", "stands for IPv4", undefined],
	] as const)("%j: %s (%s)", (text, reason, suggestion) => {
		const parsed = parseCidr(text);
		expect(parsed.value).toBeUndefined();
		expect(parsed.problem).toContain(reason);
		expect(parsed.suggestion).toBe(suggestion as string);
	});

	test("what is suggested is accepted", () => {
		for (const text of ["10.0.0.5/24", " 10.0.0.5 ", "2001:db8::1", "\t2001:db8::1/48\n"]) {
			const { suggestion } = parseCidr(text);
			expect(parseCidr(suggestion ?? "").value, text).toBeDefined();
		}
	});

	test.each(["1", "/", " ", "10.0.0.0/24 ", "::/"])(
		"a megabyte of %j, at once and without echo",
		async (unit) => {
			const long = unit.repeat(1_000_000 / unit.length);
			for (const text of [long, `10.0.0.0/${long}`]) {
				const { problem, suggestion } = await quickly(() => parseCidr(text));
				expect(problem?.length).toBeLessThan(300);
				expect(suggestion?.length ?? 0).toBeLessThan(50);
			}
		},
	);
});

describe("bounds and what a host can use", () => {
	test.each([
		["10.0.0.0/24", "10.0.0.0", "10.0.0.255", "10.0.0.1", "10.0.0.254", 254n],
		["10.0.0.0/30", "10.0.0.0", "10.0.0.3", "10.0.0.1", "10.0.0.2", 2n],
		["10.0.0.0/31", "10.0.0.0", "10.0.0.1", "10.0.0.0", "10.0.0.1", 2n],
		["10.0.0.7/32", "10.0.0.7", "10.0.0.7", "10.0.0.7", "10.0.0.7", 1n],
		["0.0.0.0/0", "0.0.0.0", "255.255.255.255", "0.0.0.1", "255.255.255.254", 2n ** 32n - 2n],
		[
			"2001:db8::/64",
			"2001:db8::",
			"2001:db8::ffff:ffff:ffff:ffff",
			"2001:db8::1",
			"2001:db8::ffff:ffff:ffff:ffff",
			2n ** 64n - 1n,
		],
		["2001:db8::/126", "2001:db8::", "2001:db8::3", "2001:db8::1", "2001:db8::3", 3n],
		["2001:db8::/127", "2001:db8::", "2001:db8::1", "2001:db8::", "2001:db8::1", 2n],
		["2001:db8::1/128", "2001:db8::1", "2001:db8::1", "2001:db8::1", "2001:db8::1", 1n],
	] as const)("%s", (text, first, last, firstUsable, lastUsable, usable) => {
		const block = cidr(text);
		expect([rangeOf(block).first, rangeOf(block).last].map(formatAddress)).toEqual([first, last]);
		const range = usableRange(block);
		expect([range.first, range.last].map(formatAddress)).toEqual([firstUsable, lastUsable]);
		expect(usableCount(block)).toBe(usable);
	});
});

describe("containment", () => {
	test.each([
		["10.0.0.0/8", "10.0.0.0/8", true],
		["10.0.0.0/8", "10.255.255.0/24", true],
		["10.0.0.0/24", "10.0.0.0/8", false],
		["10.0.0.0/24", "10.0.1.0/24", false],
		["0.0.0.0/0", "2001:db8::/32", false],
		["2000::/3", "10.0.0.0/8", false],
	])("%s ⊇ %s: %p", (outer, inner, answer) => expect(contains(cidr(outer), cidr(inner))).toBe(answer));

	test("of single addresses", () => {
		expect(contains(cidr("10.0.0.0/24"), address("10.0.0.255"))).toBe(true);
		expect(contains(cidr("10.0.0.0/24"), address("10.0.1.0"))).toBe(false);
		expect(contains(cidr("2000::/3"), address("10.0.0.1"))).toBe(false);
	});
});

describe("for any blocks", () => {
	const random = seeded(2);
	const sample = Array.from({ length: 3_000 }, () => draw(random));

	test("reading what was written gives the block back", () => {
		expect(sample.filter((block) => !Bun.deepEquals(parseCidr(formatCidr(block)).value, block))).toEqual([]);
	});
	test("every address of a block is of its family, and its block again", () => {
		const wrong = sample.filter((block) =>
			[block.base, lastOf(block)].some(
				(edge) => familyOf(edge) !== block.family || !Bun.deepEquals(cidrAround(edge, block.prefix), block),
			),
		);
		expect(wrong).toEqual([]);
	});
	test("two blocks are apart or one holds the other, and the larger one sorts first", () => {
		for (let i = 1; i < sample.length; i++) {
			const [a, b] = [sample[i - 1], sample[i]] as [Cidr, Cidr];
			const apart = lastOf(a) < b.base || lastOf(b) < a.base;
			expect([apart, contains(a, b) || contains(b, a)].filter(Boolean)).toHaveLength(1);
			if (contains(a, b) && sizeOf(a) > sizeOf(b)) expect(compareCidr(a, b)).toBeLessThan(0);
			expect(Math.sign(compareCidr(a, b))).toBe(-Math.sign(compareCidr(b, a)) + 0);
		}
	});
	test("usable addresses lie inside, and are all of a block of one or two", () => {
		for (const block of sample) {
			const { first, last } = usableRange(block);
			expect(contains(block, first) && contains(block, last) && first <= last).toBe(true);
			if (block.prefix >= bitsOf(block.family) - 1) expect(usableCount(block)).toBe(sizeOf(block));
		}
	});
});
