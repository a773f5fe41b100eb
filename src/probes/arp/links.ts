/** The Ethernet interfaces of this machine and its IPv4 addresses on them: where ARP can be asked. Sends no packet. */

import { toV4 } from "../../net/address.ts";
import { type Cidr, contains } from "../../net/cidr.ts";
import { isUnicast, type Mac, macAt } from "../../net/mac.ts";
import type { Libc } from "../libc.ts";
import { type LocalNetwork, localNetworks } from "../links.ts";
import { dump, readAttributes, readPart } from "../netlink.ts";

/** One interface that speaks ARP. */
export type Device = { readonly index: number; readonly name: string; readonly mac: Mac };

/** An attached IPv4 network: the interface it is on and our own address there. */
export type Link = { readonly device: Device; readonly cidr: Cidr; readonly own: number };

const RTM_NEWLINK = 16;
const RTM_GETLINK = 18;
/** ifinfomsg of rtnetlink(7): family 1, pad 1, type 2, index 4, flags 4, change 4. */
const INFO_BYTES = 16;
const ARPHRD_ETHER = 1;
const IFF_UP = 0x1;
const IFF_LOOPBACK_OR_NOARP = 0x8 | 0x80;
const IFLA_ADDRESS = 1;
const IFLA_IFNAME = 3;

/** Interfaces in the parts of a dump of links that are up, Ethernet, and not forbidden to use ARP. */
export function readDevices(parts: readonly Uint8Array[]): Device[] {
	const devices: Device[] = [];
	for (const { type, body } of parts.flatMap((part) => readPart(part).messages)) {
		if (type !== RTM_NEWLINK || body.byteLength < INFO_BYTES) continue;
		const flags = body.getUint32(8, true);
		if (body.getUint16(2, true) !== ARPHRD_ETHER) continue;
		if ((flags & IFF_UP) === 0 || (flags & IFF_LOOPBACK_OR_NOARP) !== 0) continue;
		const attributes = readAttributes(body, INFO_BYTES);
		const address = attributes.get(IFLA_ADDRESS);
		const name = attributes.get(IFLA_IFNAME);
		if (address?.byteLength !== 6 || name === undefined || !isUnicast(macAt(address, 0))) continue;
		devices.push({ index: body.getInt32(4, true), name: textOf(name), mac: macAt(address, 0) });
	}
	return devices;
}

function textOf(view: DataView): string {
	const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
	return new TextDecoder().decode(bytes).replace(/\0.*$/s, "");
}

/** Attached IPv4 networks on these devices, the smallest first: the kernel's own choice among overlapping ones. */
export function linksOf(devices: readonly Device[], networks: readonly LocalNetwork[]): Link[] {
	const links = networks.flatMap(({ name, cidr, address, loopback }) => {
		const device = devices.find((one) => one.name === name);
		if (device === undefined || loopback || cidr.family !== 4 || cidr.prefix === 32) return [];
		return [{ device, cidr, own: toV4(address) }];
	});
	return links.sort((a, b) => b.cidr.prefix - a.cidr.prefix);
}

/** The links of this machine as they are now. */
export function attachedLinks(libc: Libc): Link[] {
	return linksOf(readDevices(dump(libc, RTM_GETLINK, new Uint8Array(INFO_BYTES))), localNetworks());
}

/** The link an address lies on; undefined: not attached. */
export function linkOf(links: readonly Link[], address: bigint): Link | undefined {
	return links.find(({ cidr }) => contains(cidr, address));
}
