/** What one sweep by the clock asks: all of a small subnet, a part of a large one, and how long until all was asked. */

import { expect, test } from "bun:test";
import { askedBySweep, beginsWhole, type Coverage, coverageOf } from "../../src/model/coverage.ts";
import { parseCidr } from "../../src/net/cidr.ts";
import { host, subnet } from "../helpers/world.ts";

const cases: [string, number, bigint, Coverage][] = [
	["10.0.0.0/24", 60, 254n, { kind: "whole" }],
	["10.0.0.0/20", 60, 4_094n, { kind: "whole" }],
	["10.0.0.0/16", 60, 65_534n, { kind: "turns", roundS: 960 }],
	["10.0.0.0/16", 30, 4_097n, { kind: "turns", roundS: 60 }],
	["10.0.0.0/8", 60, 16_777_214n, { kind: "turns", roundS: 245_760 }],
	["224.0.0.0/4", 60, 268_435_454n, { kind: "nothing" }],
	["239.1.2.0/24", 60, 254n, { kind: "nothing" }],
	["ff02::/64", 60, 2n ** 64n, { kind: "nothing" }],
	["2001:db8::/116", 60, 4_096n, { kind: "whole" }],
	["2001:db8::/64", 60, 2n ** 64n, { kind: "known" }],
];

test.each(cases)("%s every %d s, %d usable", (text, sweepIntervalS, usable, coverage) => {
	const { value: cidr } = parseCidr(text);
	if (cidr === undefined) throw new Error(text);
	expect(coverageOf({ cidr, sweepIntervalS }, usable)).toEqual(coverage);
});

test.each<[string, bigint, boolean]>([
	["10.0.0.0/20", 4_094n, false],
	["10.0.0.0/19", 8_190n, true],
	["10.0.0.0/16", 65_534n, true],
	["10.0.0.0/15", 131_070n, false],
	["10.0.0.0/15", 60_000n, true],
	["2001:db8::/112", 65_536n, false],
])("the first sweep of %s, %d usable, asks everybody though later ones do not: %s", (text, usable, whole) => {
	const { value: cidr } = parseCidr(text);
	if (cidr === undefined) throw new Error(text);
	expect(beginsWhole({ cidr }, usable)).toBe(whole);
});

test("a sweep asks everybody, or the known and a slice, or the known alone", () => {
	const known = [host("10.0.0.1"), host("10.0.0.2")];
	expect(askedBySweep(subnet(1, "10.0.0.0/24", "", known))).toBe(254n);
	expect(askedBySweep(subnet(1, "10.0.0.0/16", "", known))).toBe(4_098n);
	expect(askedBySweep(subnet(1, "239.1.2.0/24", "", []))).toBe(0n);
	expect(askedBySweep(subnet(1, "2001:db8::/64", "", known))).toBe(2n);
});
