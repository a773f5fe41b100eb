/**
 * ICMP echo packets as bytes: writes requests, reads replies and the quotes inside errors. Knows no socket, no
 * time and no run; a bad packet is a value here, never an exception.
 *
 * Sources: RFC 792 (ICMP), RFC 4443 (ICMPv6), RFC 791 3.1 (IPv4 header), RFC 1071 (checksum). Layout of our
 * echo: type, code, checksum, identifier, sequence (low 16 bits of the index), then 16 bytes of payload: nonce
 * (8), index of the target in its run (4), attempt (4); all big-endian.
 */

import type { Family } from "../../net/address.ts";

/** ICMP header and payload of our echo, without IP header. */
export const ECHO_BYTES = 24;

/** What our payload says. The nonce has 64 random bits and is a run's own. */
export type Echo = {
	readonly identifier: number;
	readonly nonceHigh: number;
	readonly nonceLow: number;
	readonly index: number;
	readonly attempt: number;
};

/** An echo as it came back: its sequence number is not taken for granted. */
export type EchoFound = Echo & { readonly sequence: number };

/** How a socket hands over a packet: raw IPv4 sockets with the IP header, all others from the ICMP header on. */
export type Form = "ip4" | "icmp4" | "icmp6";

/**
 * `reply`: an echo reply long enough to be one of ours. `foreign`: well-formed, but nothing we wait for (our own
 * request looped back, another type, a short echo of somebody else). `malformed`: lengths, version or checksum
 * do not hold.
 */
export type Reading = { kind: "reply"; echo: EchoFound } | { kind: "foreign" } | { kind: "malformed" };

const FOREIGN: Reading = { kind: "foreign" };
const MALFORMED: Reading = { kind: "malformed" };

/** Writes an echo request of ECHO_BYTES at `at`. The kernel fills in the checksum of ICMPv6 (RFC 3542 3.1). */
export function writeEcho(view: DataView, at: number, family: Family, echo: Echo): void {
	view.setUint16(at, family === 4 ? 0x0800 : 0x8000);
	view.setUint16(at + 2, 0);
	view.setUint16(at + 4, echo.identifier);
	view.setUint16(at + 6, echo.index & 0xffff);
	view.setUint32(at + 8, echo.nonceHigh);
	view.setUint32(at + 12, echo.nonceLow);
	view.setUint32(at + 16, echo.index);
	view.setUint32(at + 20, echo.attempt);
	if (family === 4) view.setUint16(at + 2, 0xffff - sumOf(view, at, ECHO_BYTES));
}

/** Ones' complement sum of `length` bytes, folded to 16 bits; 0xffff over a packet whose checksum is right. */
export function sumOf(view: DataView, at: number, length: number): number {
	let sum = 0;
	const even = length & ~1;
	for (let i = 0; i < even; i += 2) sum += view.getUint16(at + i);
	if (even < length) sum += view.getUint8(at + even) << 8;
	while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
	return sum;
}

/** Reads the `length` bytes at `at` that a socket of this form received. `room`: bytes a longer packet was cut to. */
export function readPacket(view: DataView, at: number, length: number, form: Form, room: number): Reading {
	if (form !== "ip4") return readIcmp(view, at, length, form);
	if (length < 20) return MALFORMED;
	const header = (view.getUint8(at) & 0x0f) * 4;
	if (view.getUint8(at) >> 4 !== 4 || header < 20 || header > length) return MALFORMED;
	if (view.getUint8(at + 9) !== 1) return FOREIGN;
	if (length < room && view.getUint16(at + 2) !== length) return MALFORMED;
	// The kernel gives raw sockets a packet before it has checked the ICMP checksum.
	if (length < room && sumOf(view, at + header, length - header) !== 0xffff) return MALFORMED;
	return readIcmp(view, at + header, length - header, form);
}

function readIcmp(view: DataView, at: number, length: number, form: Form): Reading {
	if (length < 8) return MALFORMED;
	if (view.getUint16(at) !== (form === "icmp6" ? 0x8100 : 0x0000)) return FOREIGN;
	if (length < ECHO_BYTES) return FOREIGN;
	return { kind: "reply", echo: echoAt(view, at) };
}

function echoAt(view: DataView, at: number): EchoFound {
	return {
		identifier: view.getUint16(at + 4),
		sequence: view.getUint16(at + 6),
		nonceHigh: view.getUint32(at + 8),
		nonceLow: view.getUint32(at + 12),
		index: view.getUint32(at + 16),
		attempt: view.getUint32(at + 20),
	};
}

/** Our request as an ICMP error quotes it: whole, or (RFC 792: 8 bytes are enough) only its header. */
export type Quote =
	| { kind: "whole"; echo: EchoFound }
	| { kind: "header"; identifier: number; sequence: number };

/**
 * Reads the echo request quoted by an ICMP error, from its ICMP header on (the kernel's error queue hands it over
 * so, IP headers and options taken off). Undefined: not an echo request, or cut too short.
 */
export function readQuote(view: DataView, at: number, length: number, family: Family): Quote | undefined {
	if (length < 8 || view.getUint16(at) !== (family === 4 ? 0x0800 : 0x8000)) return undefined;
	if (length >= ECHO_BYTES) return { kind: "whole", echo: echoAt(view, at) };
	return { kind: "header", identifier: view.getUint16(at + 4), sequence: view.getUint16(at + 6) };
}
