/**
 * One IP address: reading, writing, ordering. Knows no network and no IO.
 *
 * An address is a bigint in the 128-bit space of IPv6; IPv4 sits in ::ffff:0:0/96 (RFC 4291 2.5.5.2), so both
 * families share one order, one arithmetic and one 16-byte key. The text form ::ffff:a.b.c.d is refused on
 * input: it would be a second name for an IPv4 address.
 */

import { Address6 } from "ip-address";

/** 0 … 2^128 − 1; IPv4 as 0xffff_0000_0000 + n. */
export type Address = bigint;
export type Family = 4 | 6;
/** A value, or the reason why there is none, in words for the person who typed it. */
export type Parsed<T> = { value: T; problem?: undefined } | { value?: undefined; problem: string };

const V4_HIGH = 0xffffn;
const V4_BASE = V4_HIGH << 32n;
export const MAX_ADDRESS: Address = (1n << 128n) - 1n;

/** Longest text that can be an address: 39 characters of IPv6 (RFC 4291). */
const MAX_TEXT = 45;

export function familyOf(address: Address): Family {
	return address >> 32n === V4_HIGH ? 4 : 6;
}

/** 32 for IPv4, 128 for IPv6. */
export function bitsOf(family: Family): 32 | 128 {
	return family === 4 ? 32 : 128;
}

/** The IPv4 address with the 32-bit number `n`. */
export function fromV4(n: number): Address {
	return V4_BASE + BigInt(n >>> 0);
}

/** The 32-bit number of an IPv4 address (unsigned). */
export function toV4(address: Address): number {
	return Number(address & 0xffffffffn);
}

/**
 * Reads dotted IPv4 (four decimal numbers, no leading zeros: RFC 6943 3.1.1 tells why) or IPv6 (RFC 4291 2.2,
 * any spelling, no zone). Nothing else: no short forms, no hexadecimal or octal numbers, no surrounding blanks.
 */
export function parseAddress(text: string): Parsed<Address> {
	if (text.length > MAX_TEXT) return { problem: "An IP address is at most 39 characters long." };
	if (text === "") return { problem: "Enter an IP address such as 10.0.0.14 or 2001:db8::1." };
	return text.includes(":") ? parseV6(text) : parseV4(text);
}

function parseV4(text: string): Parsed<Address> {
	const parts = text.split(".");
	if (!/^[0-9.]+$/.test(text)) {
		return { problem: `“${text}” is not an IP address: write it like 10.0.0.14 or 2001:db8::1.` };
	}
	if (parts.length !== 4 || parts.some((part) => part === "")) {
		return { problem: `“${text}” is not an IPv4 address: four numbers with dots between are needed.` };
	}
	let n = 0;
	for (const part of parts) {
		if (part.length > 1 && part.startsWith("0")) {
			return {
				problem: `“${text}” has a leading zero, which some programs read as octal: write it without.`,
			};
		}
		const octet = Number(part);
		if (part.length > 3 || octet > 255) {
			return { problem: `“${text}” is not an IPv4 address: ${part} is more than 255.` };
		}
		n = n * 256 + octet;
	}
	return { value: fromV4(n) };
}

function parseV6(text: string): Parsed<Address> {
	if (text.includes("%")) return { problem: `“${text}” names a zone: write the address without “%…”.` };
	if (!/^[0-9a-fA-F:.]+$/.test(text) || !Address6.isValid(text)) {
		return { problem: `“${text}” is not an IPv6 address: write it like 2001:db8::1.` };
	}
	const value = new Address6(text).bigInt();
	if (familyOf(value) === 4) {
		return { problem: `“${text}” is an IPv4 address in IPv6 clothing: write ${formatAddress(value)}.` };
	}
	return { value };
}

/** Canonical text: dotted IPv4, RFC 5952 for IPv6. */
export function formatAddress(address: Address): string {
	if (familyOf(address) === 4) {
		const n = toV4(address);
		return `${n >>> 24}.${(n >>> 16) & 255}.${(n >>> 8) & 255}.${n & 255}`;
	}
	return formatV6(address);
}

/** RFC 5952 4: lower case, no leading zeros, the longest run of two or more zero groups (the first of equals) as "::". */
function formatV6(address: Address): string {
	const groups: string[] = [];
	for (let shift = 112n; shift >= 0n; shift -= 16n) groups.push(((address >> shift) & 0xffffn).toString(16));
	let start = -1;
	let length = 1;
	for (let i = 0; i < 8; i++) {
		let end = i;
		while (end < 8 && groups[end] === "0") end++;
		if (end - i > length) {
			start = i;
			length = end - i;
		}
		if (end > i) i = end;
	}
	if (start < 0) return groups.join(":");
	return `${groups.slice(0, start).join(":")}::${groups.slice(start + length).join(":")}`;
}

/**
 * The 16 bytes, big-endian, that sort in SQLite as the addresses do. Byte by byte: a view over `key.buffer` takes ten
 * times as long, because the engine has to give a small array a buffer of its own first.
 */
export function toKey(address: Address): Uint8Array {
	const key = new Uint8Array(16);
	if (familyOf(address) === 4) {
		key[10] = key[11] = 0xff;
		writeWord(key, 12, toV4(address));
		return key;
	}
	for (let at = 0; at < 16; at += 4)
		writeWord(key, at, Number((address >> BigInt(96 - 8 * at)) & 0xffffffffn));
	return key;
}

function writeWord(key: Uint8Array, at: number, word: number): void {
	key[at] = word >>> 24;
	key[at + 1] = word >>> 16;
	key[at + 2] = word >>> 8;
	key[at + 3] = word;
}

/** The address of a 16-byte key. */
export function fromKey(key: Uint8Array): Address {
	const [a, b, c, d] = [readWord(key, 0), readWord(key, 4), readWord(key, 8), readWord(key, 12)];
	if (a === 0 && b === 0 && c === 0xffff) return fromV4(d);
	return (BigInt(a) << 96n) | (BigInt(b) << 64n) | (BigInt(c) << 32n) | BigInt(d);
}

function readWord(key: Uint8Array, at: number): number {
	const [a = 0, b = 0, c = 0, d = 0] = [key[at], key[at + 1], key[at + 2], key[at + 3]];
	return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}

/** 169.254.0.0/16 (RFC 3927) or fe80::/10 (RFC 4291 2.5.6): valid on one link only. */
export function isLinkLocal(address: Address): boolean {
	return familyOf(address) === 4 ? toV4(address) >>> 16 === 0xa9fe : address >> 118n === 0x3fan;
}
