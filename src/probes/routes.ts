/**
 * How the kernel would send to an address, and through which interfaces: asked by netlink, nothing is sent. Knows no
 * subnet.
 *
 * Sources: rtnetlink(7), <linux/rtnetlink.h>, <linux/if.h>. Numbers are of the machine's own byte order (little-endian).
 */

import type { DeviceFacts, Route } from "../model/doctor/facts.ts";
import { type Address, familyOf, formatAddress, fromKey, fromV4, toKey, toV4 } from "../net/address.ts";
import { type Libc, openLibc } from "./libc.ts";
import { ask, dump, readAttributes, readPart } from "./netlink.ts";

const RTM_NEWLINK = 16;
const RTM_GETLINK = 18;
const RTM_NEWROUTE = 24;
const RTM_GETROUTE = 26;
/** ifinfomsg: family 1, pad 1, type 2, index 4, flags 4, change 4. */
const LINK_BYTES = 16;
const IFF_UP = 0x1;
const IFF_LOOPBACK = 0x8;
const IFF_RUNNING = 0x40;
const IFLA_IFNAME = 3;
/** rtmsg: family, dst_len, src_len, tos, table, protocol, scope, type: 1 each; flags 4. */
const ROUTE_BYTES = 12;
const AF_INET = 2;
const AF_INET6 = 10;
const RTA_DST = 1;
const RTA_OIF = 4;
const RTA_GATEWAY = 5;
/** Types of routes that carry nothing: blackhole, unreachable, prohibit. */
const FORBIDDING = [6, 7, 8];
/** ENETUNREACH; every other error is a route that forbids (EHOSTUNREACH, EACCES, EINVAL). */
const NO_ROUTE = 101;

/** All interfaces in the parts of a dump of links. */
export function readLinks(parts: readonly Uint8Array[]): DeviceFacts[] {
	const devices: DeviceFacts[] = [];
	for (const { type, body } of parts.flatMap((part) => readPart(part).messages)) {
		if (type !== RTM_NEWLINK || body.byteLength < LINK_BYTES) continue;
		const name = readAttributes(body, LINK_BYTES).get(IFLA_IFNAME);
		if (name === undefined) continue;
		const flags = body.getUint32(8, true);
		const bytes = new Uint8Array(name.buffer, name.byteOffset, name.byteLength);
		devices.push({
			index: body.getInt32(4, true),
			name: new TextDecoder().decode(bytes).replace(/\0.*$/s, ""),
			up: (flags & IFF_UP) !== 0,
			running: (flags & IFF_RUNNING) !== 0,
			loopback: (flags & IFF_LOOPBACK) !== 0,
		});
	}
	return devices;
}

/** The body of the question for the route to an address. */
export function routeQuestion(address: Address): Uint8Array {
	const v4 = familyOf(address) === 4;
	const bytes = new Uint8Array(ROUTE_BYTES + 4 + (v4 ? 4 : 16));
	const view = new DataView(bytes.buffer);
	bytes[0] = v4 ? AF_INET : AF_INET6;
	bytes[1] = v4 ? 32 : 128;
	view.setUint16(ROUTE_BYTES, bytes.length - ROUTE_BYTES, true);
	view.setUint16(ROUTE_BYTES + 2, RTA_DST, true);
	if (v4) view.setUint32(ROUTE_BYTES + 4, toV4(address));
	else bytes.set(toKey(address), ROUTE_BYTES + 4);
	return bytes;
}

/** What the kernel answered: a message, or the number of an error. */
export function readRoute(answer: { type: number; body: DataView } | number | undefined): Route | undefined {
	if (typeof answer === "number") return { kind: answer === NO_ROUTE ? "none" : "forbidden" };
	if (answer?.type !== RTM_NEWROUTE || answer.body.byteLength < ROUTE_BYTES) return undefined;
	if (FORBIDDING.includes(answer.body.getUint8(7))) return { kind: "forbidden" };
	const attributes = readAttributes(answer.body, ROUTE_BYTES);
	const device = attributes.get(RTA_OIF);
	if (device?.byteLength !== 4) return undefined;
	return { kind: "way", device: device.getInt32(0, true), gateway: textOf(attributes.get(RTA_GATEWAY)) };
}

function textOf(view: DataView | undefined): string | undefined {
	if (view?.byteLength === 4) return formatAddress(fromV4(view.getUint32(0)));
	if (view?.byteLength !== 16) return undefined;
	return formatAddress(fromKey(new Uint8Array(view.buffer, view.byteOffset, 16)));
}

export type Routes = {
	/** The interfaces as they are now; undefined where the system does not tell. */
	devices(): DeviceFacts[] | undefined;
	/** undefined where the system does not tell. */
	to(address: Address): Route | undefined;
};

/** Without netlink (not Linux) it knows nothing, and says so. */
export function openRoutes(libc: Libc | undefined = openLibc()): Routes {
	if (libc === undefined) return { devices: () => undefined, to: () => undefined };
	return {
		devices() {
			const found = readLinks(dump(libc, RTM_GETLINK, new Uint8Array(LINK_BYTES)));
			return found.length === 0 ? undefined : found;
		},
		to: (address) => readRoute(ask(libc, RTM_GETROUTE, routeQuestion(address))),
	};
}
