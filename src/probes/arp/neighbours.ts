/**
 * The kernel's neighbour table, IPv4 and IPv6: which hardware address it talks to for which address. Brings what our
 * own ARP could not ask (no right, IPv6). Sends nothing; what the table says may be some minutes old.
 *
 * Sources: rtnetlink(7), <linux/neighbour.h>.
 */

import { type Address, fromKey, fromV4 } from "../../net/address.ts";
import { isUnicast, type Mac, macAt } from "../../net/mac.ts";
import { type Libc, openLibc } from "../libc.ts";
import { dump, readAttributes, readPart } from "../netlink.ts";

export type Neighbour = {
	readonly address: Address;
	readonly mac: Mac;
	/**
	 * It answered so long ago, in milliseconds; 0 while the kernel takes it for reachable (15 to 45 s after an answer) and
	 * asks no more; undefined: nobody asked, it was entered by hand.
	 */
	readonly confirmedMs?: number | undefined;
};

const RTM_NEWNEIGH = 28;
const RTM_GETNEIGH = 30;
/** ndmsg: family 1, pad 3, interface 4, state 2, flags 1, type 1. */
const MESSAGE_BYTES = 12;
const NDA_DST = 1;
const NDA_LLADDR = 2;
/** nda_cacheinfo: confirmed, used, updated, references, 4 each, in hundredths of a second (USER_HZ). */
const NDA_CACHEINFO = 3;
const TICK_MS = 10;
const NUD_REACHABLE = 0x02;
const NUD_PERMANENT = 0x80;
/** NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | NUD_PERMANENT: not unresolved, failed, or without ARP. */
const KNOWN = 0x02 | 0x04 | 0x08 | 0x10 | 0x80;

/** Neighbours with an address of an interface, in the parts of a dump. */
export function readNeighbours(parts: readonly Uint8Array[]): Neighbour[] {
	const found: Neighbour[] = [];
	for (const { type, body } of parts.flatMap((part) => readPart(part).messages)) {
		if (type !== RTM_NEWNEIGH || body.byteLength < MESSAGE_BYTES) continue;
		const state = body.getUint16(8, true);
		if ((state & KNOWN) === 0) continue;
		const attributes = readAttributes(body, MESSAGE_BYTES);
		const address = addressOf(attributes.get(NDA_DST));
		const hardware = attributes.get(NDA_LLADDR);
		if (address === undefined || hardware?.byteLength !== 6) continue;
		const mac = macAt(hardware, 0);
		const info = attributes.get(NDA_CACHEINFO);
		const heard = (state & NUD_PERMANENT) === 0 && info !== undefined && info.byteLength >= 4;
		const agoMs = (state & NUD_REACHABLE) !== 0 ? 0 : (info?.getUint32(0, true) ?? 0) * TICK_MS;
		const confirmedMs = heard ? agoMs : undefined;
		if (isUnicast(mac)) found.push({ address, mac, confirmedMs });
	}
	return found;
}

function addressOf(view: DataView | undefined): Address | undefined {
	if (view?.byteLength === 4) return fromV4(view.getUint32(0));
	if (view?.byteLength !== 16) return undefined;
	return fromKey(new Uint8Array(view.buffer, view.byteOffset, 16));
}

/** The table of this machine as it is at each call; empty where there is no netlink. */
export function openNeighbours(libc: Libc | undefined = openLibc()): () => Neighbour[] {
	return () =>
		libc === undefined ? [] : readNeighbours(dump(libc, RTM_GETNEIGH, new Uint8Array(MESSAGE_BYTES)));
}
