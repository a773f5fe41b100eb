/** Addresses as four 32-bit words in an array: fast to compare and to write into a packet. */

import { type Address, type Family, familyOf, toV4 } from "../../net/address.ts";

/** Writes the address at `at` … `at + 3`, highest word first; IPv4 as ::ffff:a.b.c.d. */
export function writeWords(words: Uint32Array, at: number, address: Address): void {
	if (familyOf(address) === 4) {
		words[at + 2] = 0xffff;
		words[at + 3] = toV4(address);
		return;
	}
	for (let i = 3, rest = address; i >= 0; i--, rest >>= 32n) words[at + i] = Number(rest & 0xffffffffn);
}

/** The family of the address at `at`. */
export function familyAt(words: Uint32Array, at: number): Family {
	return words[at] === 0 && words[at + 1] === 0 && words[at + 2] === 0xffff ? 4 : 6;
}

/** Is the address at `at` of `a` the one at the start of `b`? */
export function sameAddress(a: Uint32Array, at: number, b: Uint32Array): boolean {
	return a[at + 3] === b[3] && a[at + 2] === b[2] && a[at + 1] === b[1] && a[at] === b[0];
}
