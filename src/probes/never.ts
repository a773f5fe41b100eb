/** Addresses no prober sends to, whoever asks: the last defence behind the caller's own filter. */

import { type Address, fromV4 } from "../net/address.ts";

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
