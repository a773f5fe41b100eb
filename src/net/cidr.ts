/** A block of addresses in CIDR notation (RFC 4632, RFC 4291 2.3): reading, bounds, containment, what is usable. */

import {
	type Address,
	bitsOf,
	type Family,
	familyOf,
	formatAddress,
	fromV4,
	type Parsed,
	parseAddress,
} from "./address.ts";

/** `base` is the lowest address; `prefix` counts in the family's own bits (0–32 or 0–128). */
export type Cidr = { readonly family: Family; readonly base: Address; readonly prefix: number };

/** Both ends included. */
export type Range = { readonly first: Address; readonly last: Address };

/** ::ffff:0:0/96: where IPv4 lives in the space of IPv6. */
const MAPPED: Range = { first: fromV4(0), last: fromV4(0xffffffff) };

const EXAMPLE = "Enter a network such as 192.168.1.0/24";

/** A block, or why not; `suggestion` is the block the person most likely meant. */
export type ParsedCidr = Parsed<Cidr> & { suggestion?: string };

/** Number of addresses, network and broadcast included. */
export function sizeOf(cidr: Cidr): bigint {
	return 1n << BigInt(bitsOf(cidr.family) - cidr.prefix);
}

export function lastOf(cidr: Cidr): Address {
	return cidr.base + sizeOf(cidr) - 1n;
}

/** The block of length `prefix` around `address`. */
export function cidrAround(address: Address, prefix: number): Cidr {
	const family = familyOf(address);
	const hostBits = BigInt(bitsOf(family) - prefix);
	return { family, base: (address >> hostBits) << hostBits, prefix };
}

/**
 * Reads `address/prefix`, strictly: a decimal prefix without leading zeros, no bits set behind it (then
 * `suggestion` holds the block with those bits cleared). IPv6 blocks around ::ffff:0:0/96 are refused, because
 * the addresses in there are IPv4 ones: so every address of a block is of the block's family.
 */
export function parseCidr(text: string): ParsedCidr {
	if (text.trim() !== text) {
		const inner = parseCidr(text.trim());
		const problem = "Remove the blanks around the network.";
		return suggest(inner.value ? problem : `${problem} ${inner.problem}`, inner.value ?? inner.suggestion);
	}
	if (text === "" || text === "/") return { problem: `${EXAMPLE} or 2001:db8::/64.` };
	const slash = text.indexOf("/");
	const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
	if (slash < 0) return bareProblem(text, address);
	if (address.problem !== undefined) return { problem: address.problem };
	const family = familyOf(address.value);
	const tail = text.slice(slash + 1);
	const mask = family === 4 ? maskPrefix(tail) : undefined;
	if (mask !== undefined) {
		return suggest(`“/${tail}” is a netmask: write /${mask}.`, cidrAround(address.value, mask));
	}
	if (!/^(0|[1-9][0-9]{0,2})$/.test(tail) || Number(tail) > bitsOf(family)) {
		return {
			problem: `“/${tail.slice(0, 40)}” is not a prefix length: use a number from 0 to ${bitsOf(family)}.`,
		};
	}
	const cidr = cidrAround(address.value, Number(tail));
	if (holdsV4(cidr)) {
		return { problem: `${text} reaches into ::ffff:0:0/96, which stands for IPv4: use a smaller block.` };
	}
	if (cidr.base !== address.value) {
		return suggest(`${text} has bits set behind its prefix: the network is ${formatCidr(cidr)}.`, cidr);
	}
	return { value: cidr };
}

/** The prefix length that a netmask such as "255.255.255.0" stands for; undefined when it is none. */
function maskPrefix(text: string): number | undefined {
	const mask = text.includes(".") ? parseAddress(text).value : undefined;
	if (mask === undefined || familyOf(mask) !== 4) return undefined;
	for (let prefix = 0; prefix <= 32; prefix++) {
		if (mask === cidrAround(MAPPED.last, prefix).base) return prefix;
	}
	return undefined;
}

/** What to say of a network without a prefix length. */
function bareProblem(text: string, address: Parsed<Address>): ParsedCidr {
	if (address.problem !== undefined) {
		return { problem: `${EXAMPLE}. ${address.problem}` };
	}
	const prefix = familyOf(address.value) === 4 ? 24 : 64;
	const around = cidrAround(address.value, prefix);
	return suggest(
		`“${text}” has no prefix length: add one, such as /${prefix}.`,
		holdsV4(around) ? undefined : around,
	);
}

function suggest(problem: string, block: Cidr | string | undefined): ParsedCidr {
	if (block === undefined) return { problem };
	return { problem, suggestion: typeof block === "string" ? block : formatCidr(block) };
}

/** An IPv6 block with IPv4 addresses in it: ::/0 to ::/80, and those down to ::fffe:0:0/95. */
function holdsV4(cidr: Cidr): boolean {
	return cidr.family === 6 && cidr.base < MAPPED.last && lastOf(cidr) >= MAPPED.first;
}

export function formatCidr(cidr: Cidr): string {
	return `${formatAddress(cidr.base)}/${cidr.prefix}`;
}

/** Is every address of `inner` (a block or one address) also in `outer`? */
export function contains(outer: Cidr, inner: Cidr | Address): boolean {
	const range = typeof inner === "bigint" ? { first: inner, last: inner } : rangeOf(inner);
	const family = typeof inner === "bigint" ? familyOf(inner) : inner.family;
	return family === outer.family && range.first >= outer.base && range.last <= lastOf(outer);
}

export function rangeOf(cidr: Cidr): Range {
	return { first: cidr.base, last: lastOf(cidr) };
}

/**
 * The addresses a host can have: without network and broadcast address in IPv4 up to /30 (RFC 1122 3.2.1.3; a
 * /31 has neither, RFC 3021), without the subnet-router anycast address in IPv6 up to /126 (RFC 4291 2.6.1;
 * RFC 6164 frees both addresses of a /127).
 */
export function usableRange(cidr: Cidr): Range {
	const { first, last } = rangeOf(cidr);
	if (cidr.family === 4) return cidr.prefix >= 31 ? { first, last } : { first: first + 1n, last: last - 1n };
	return cidr.prefix >= 127 ? { first, last } : { first: first + 1n, last };
}

export function usableCount(cidr: Cidr): bigint {
	const { first, last } = usableRange(cidr);
	return last - first + 1n;
}

/** Order of a tree: by base, then the larger block first. */
export function compareCidr(a: Cidr, b: Cidr): number {
	return a.base < b.base ? -1 : a.base > b.base ? 1 : a.prefix - b.prefix;
}
