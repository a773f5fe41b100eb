/** Addresses no prober sends to, whoever asks: the last defence behind the caller's own filter. */

import { type Address, fromV4 } from "../net/address.ts";
import { lastOf } from "../net/cidr.ts";
import type { LocalNetwork } from "./links.ts";

/** Tells of an address that nothing may be sent to. */
export type Never = (address: Address) => boolean;

const MULTICAST4_FIRST = fromV4(0xe0000000);
const MULTICAST4_LAST = fromV4(0xefffffff);
const BROADCAST4 = fromV4(0xffffffff);
const MULTICAST6_FIRST = 0xff00n << 112n;

/** 0.0.0.0 and :: (the kernel would ask this machine itself), 255.255.255.255 and multicast of both families. */
export function neverAsked(address: Address): boolean {
	return (
		address === fromV4(0) ||
		address === 0n ||
		address === BROADCAST4 ||
		(address >= MULTICAST4_FIRST && address <= MULTICAST4_LAST) ||
		address >= MULTICAST6_FIRST
	);
}

/**
 * `neverAsked` and the broadcast addresses of this machine's networks: the kernel refuses those with EACCES, which
 * would look like a fault of the whole run.
 */
export function neverAskedHere(networks: readonly LocalNetwork[]): Never {
	const broadcasts = new Set<Address>();
	for (const { cidr } of networks) {
		if (cidr.family === 4 && cidr.prefix <= 30) broadcasts.add(lastOf(cidr));
	}
	return (address) => neverAsked(address) || broadcasts.has(address);
}
