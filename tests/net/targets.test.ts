/** Who may be asked: the addresses that never are, and that nothing else is left out. */

import { expect, test } from "bun:test";
import { formatAddress } from "../../src/net/address.ts";
import { type Cidr, parseCidr } from "../../src/net/cidr.ts";
import { probeable } from "../../src/net/targets.ts";

function cidr(text: string): Cidr {
	const { value, problem } = parseCidr(text);
	if (!value) throw new Error(problem);
	return value;
}

function ranges(text: string, ...attached: string[]): string {
	return probeable(cidr(text), attached.map(cidr))
		.map(({ first, last }) => `${formatAddress(first)}-${formatAddress(last)}`)
		.join(" ");
}

const CASES: [string, string[], string][] = [
	["10.0.0.0/24", [], "10.0.0.1-10.0.0.254"],
	["10.0.0.0/31", [], "10.0.0.0-10.0.0.1"],
	["10.0.0.7/32", [], "10.0.0.7-10.0.0.7"],
	["10.0.0.0/24", ["10.0.0.0/24"], "10.0.0.1-10.0.0.254"],
	["10.0.1.0/24", ["10.0.0.0/20"], "10.0.1.0-10.0.1.255"],
	["10.0.15.0/24", ["10.0.0.0/20"], "10.0.15.0-10.0.15.254"],
	["10.0.0.0/23", ["10.0.0.0/24"], "10.0.0.1-10.0.0.254 10.0.1.0-10.0.1.254"],
	["10.0.0.255/32", ["10.0.0.0/24"], ""],
	["10.0.0.0/24", ["10.0.0.9/32"], "10.0.0.1-10.0.0.254"],
	["127.0.0.0/24", [], "127.0.0.1-127.0.0.254"],
	["127.0.0.1/32", ["127.0.0.0/8"], "127.0.0.1-127.0.0.1"],
	["0.0.0.0/8", [], ""],
	["0.0.0.0/0", [], "1.0.0.0-223.255.255.255"],
	["224.0.0.0/4", [], ""],
	["240.0.0.0/4", [], ""],
	["255.255.255.255/32", [], ""],
	["192.0.0.0/2", [], "192.0.0.1-223.255.255.255"],
	["2001:db8::/120", [], "2001:db8::1-2001:db8::ff"],
	["2001:db8::/127", [], "2001:db8::-2001:db8::1"],
	["2001:db8::/120", ["2001:db8::/64"], "2001:db8::1-2001:db8::ff"],
	["::/128", [], ""],
	["ff02::/120", [], ""],
];

test.each(CASES)("%s beside %p", (text, attached, expected) => {
	expect(ranges(text, ...attached)).toBe(expected);
});
