/** Addresses: what is read and what is refused, the canonical text (RFC 5952), the key and its order. */

import { describe, expect, test } from "bun:test";
import {
	type Address,
	familyOf,
	formatAddress,
	fromKey,
	fromV4,
	MAX_ADDRESS,
	parseAddress,
	toKey,
	toV4,
} from "../../src/net/address.ts";
import { quickly } from "../helpers/quick.ts";
import { type Random, seeded } from "../helpers/random.ts";

/** Addresses with long runs of zeros and ones, where the mistakes are. */
function draw(random: Random): Address {
	if (random.chance(0.4)) return fromV4(Number(random.bits(32)));
	let address = 0n;
	for (let group = 0; group < 8; group++) {
		const value = random.pick([0n, 0n, 0n, 1n, 0xffffn, random.bits(16), random.bits(4)]);
		address = (address << 16n) | value;
	}
	return address;
}

describe("reads", () => {
	test.each([
		["0.0.0.0", "0.0.0.0"],
		["10.0.0.14", "10.0.0.14"],
		["255.255.255.255", "255.255.255.255"],
		["::", "::"],
		["::1", "::1"],
		["2001:DB8::A", "2001:db8::a"],
		["2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1"],
		["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
		["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
		["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
		["1:0:0:0:0:0:0:0", "1::"],
		["0:0:0:0:0:0:0:1", "::1"],
		["0:1:0:1:0:1:0:1", "0:1:0:1:0:1:0:1"],
		["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
		["::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"],
		["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
		["::192.0.2.33", "::c000:221"],
		["fe80::1", "fe80::1"],
		["ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
	])("%s as %s", (text, canonical) => {
		const { value, problem } = parseAddress(text);
		expect(problem).toBeUndefined();
		expect(formatAddress(value as Address)).toBe(canonical);
	});
});

describe("refuses, and says why", () => {
	test.each([
		["", "Enter an IP address"],
		["10.1", "four numbers"],
		["10.0.0", "four numbers"],
		["1.2.3.4.5", "four numbers"],
		["10.0.0.", "four numbers"],
		["10..0.1", "four numbers"],
		["167772161", "four numbers"],
		["010.0.0.1", "leading zero"],
		["10.0.0.00", "leading zero"],
		["256.1.1.1", "256 is more than 255"],
		["1.2.3.999", "999 is more than 255"],
		["1.2.3.4444", "more than 255"],
		["0x0a.0.0.1", "is not an IP address"],
		["10.0.0.1/24", "is not an IP address"],
		[" 10.0.0.1", "is not an IP address"],
		["10.0.0.1\n", "is not an IP address"],
		["10.0.0.1\u0000", "is not an IP address"],
		["10.0.0.1\u00a0", "is not an IP address"],
		["１０.0.0.1", "is not an IP address"],
		["١.0.0.1", "is not an IP address"],
		["-1.0.0.1", "is not an IP address"],
		["1e1.0.0.1", "is not an IP address"],
		["localhost", "is not an IP address"],
		["fe80::1%eth0", "names a zone"],
		["::ffff:10.0.0.1", "write 10.0.0.1"],
		["::ffff:a00:1", "write 10.0.0.1"],
		[":::", "is not an IPv6 address"],
		["1::2::3", "is not an IPv6 address"],
		["1:2:3:4:5:6:7", "is not an IPv6 address"],
		["1:2:3:4:5:6:7:8:9", "is not an IPv6 address"],
		["1:2:3:4:5:6:7:8::", "is not an IPv6 address"],
		["12345::", "is not an IPv6 address"],
		["g::1", "is not an IPv6 address"],
		[":1", "is not an IPv6 address"],
		["1:", "is not an IPv6 address"],
		["[::1]", "is not an IPv6 address"],
		["::1 ", "is not an IPv6 address"],
		["64:ff9b::010.0.0.1", "is not an IPv6 address"],
		["64:ff9b::1.2.3", "is not an IPv6 address"],
		["64:ff9b::1.2.3.256", "is not an IPv6 address"],
		["1.2.3.4::", "is not an IPv6 address"],
	])("%j: %s", (text, reason) => {
		const { value, problem } = parseAddress(text);
		expect(value).toBeUndefined();
		expect(problem).toContain(reason);
	});

	test.each(["1", ":", ".", "1.", "::1", "/", " ", "０"])(
		"a megabyte of %j, at once and without echo",
		async (unit) => {
			const { problem } = await quickly(() => parseAddress(unit.repeat(1_000_000 / unit.length)));
			expect(problem?.length).toBeLessThan(200);
		},
	);
});

describe("for any address", () => {
	const random = seeded(1);
	const sample = [
		0n,
		MAX_ADDRESS,
		fromV4(0),
		fromV4(0xffffffff),
		...Array.from({ length: 20_000 }, () => draw(random)),
	];

	test("reading what was written gives the address back", () => {
		expect(sample.filter((address) => parseAddress(formatAddress(address)).value !== address)).toEqual([]);
	});
	test("IPv4 goes through its 32-bit number and back", () => {
		const v4 = sample.filter((address) => familyOf(address) === 4);
		expect(v4.length).toBeGreaterThan(1_000);
		expect(v4.filter((address) => fromV4(toV4(address)) !== address)).toEqual([]);
	});
	test("the key gives the address back, also from the middle of a buffer", () => {
		const inside = (address: Address) => {
			const buffer = new Uint8Array(40).fill(7);
			buffer.set(toKey(address), 5);
			return fromKey(buffer.subarray(5, 21));
		};
		expect(sample.filter((address) => fromKey(toKey(address)) !== address)).toEqual([]);
		expect(sample.filter((address) => inside(address) !== address)).toEqual([]);
	});
	test("keys sort as addresses do", () => {
		const byNumber = [...new Set(sample)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
		const byKey = [...new Set(sample)].map(toKey).sort(Buffer.compare).map(fromKey);
		expect(byKey).toEqual(byNumber);
	});
	test("canonical text is lower case, shortest, and has one spelling only", () => {
		const wrong = sample.map(formatAddress).filter((text) => /[A-F]|:::|::.*::|(^|:)0[0-9a-f]/.test(text));
		expect(wrong).toEqual([]);
	});
});
