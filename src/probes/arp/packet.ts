/**
 * ARP packets as bytes, without the Ethernet header: writes requests, reads replies. Knows no socket and no run; a
 * bad packet is a value here, never an exception.
 *
 * Source: RFC 826. Layout: hardware type 2, protocol type 2, their lengths 1 + 1, operation 2, sender's hardware and
 * protocol address 6 + 4, target's 6 + 4; all big-endian.
 */

import { isUnicast, type Mac, macAt, writeMac } from "../../net/mac.ts";

export const ARP_BYTES = 28;

const ETHERNET = 1;
const IPV4 = 0x0800;
/** Lengths of the two kinds of address. */
const LENGTHS = 0x0604;
const REQUEST = 1;
const REPLY = 2;

/** Who says it has which address, and to whom it says so. IPv4 addresses as 32-bit numbers. */
export type ArpReply = {
	readonly mac: Mac;
	readonly ip: number;
	readonly toMac: Mac;
	readonly toIp: number;
};

/** Writes "who has `target`, tell `own`" at `at`. */
export function writeRequest(
	view: DataView,
	at: number,
	own: { readonly mac: Mac; readonly ip: number },
	target: number,
): void {
	view.setUint16(at, ETHERNET);
	view.setUint16(at + 2, IPV4);
	view.setUint16(at + 4, LENGTHS);
	view.setUint16(at + 6, REQUEST);
	writeMac(view, at + 8, own.mac);
	view.setUint32(at + 14, own.ip);
	writeMac(view, at + 18, 0);
	view.setUint32(at + 24, target);
}

/**
 * Reads the `length` bytes at `at`; Ethernet pads them, so more is fine. Undefined: cut short, another kind of
 * network, no reply, or an answer nobody could give (a sender without an address, or with a group's).
 */
export function readReply(view: DataView, at: number, length: number): ArpReply | undefined {
	if (length < ARP_BYTES) return undefined;
	if (view.getUint16(at) !== ETHERNET || view.getUint16(at + 2) !== IPV4) return undefined;
	if (view.getUint16(at + 4) !== LENGTHS || view.getUint16(at + 6) !== REPLY) return undefined;
	const reply = {
		mac: macAt(view, at + 8),
		ip: view.getUint32(at + 14),
		toMac: macAt(view, at + 18),
		toIp: view.getUint32(at + 24),
	};
	return reply.ip !== 0 && isUnicast(reply.mac) ? reply : undefined;
}
