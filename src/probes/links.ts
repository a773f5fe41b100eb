/** This machine's own networks and gateways, as the kernel tells them. Sends nothing, keeps nothing. */

import { readFileSync } from "node:fs";
import { type NetworkInterfaceInfo, networkInterfaces } from "node:os";
import { type Address, fromV4, MAX_ADDRESS, parseAddress } from "../net/address.ts";
import { type Cidr, cidrAround, contains } from "../net/cidr.ts";

/** An address of this machine and the network it lies in. `temporary`: it is given up within days (RFC 8981). */
export type LocalNetwork = {
	name: string;
	cidr: Cidr;
	address: Address;
	loopback: boolean;
	temporary?: boolean;
};

/** The interface table as node:os gives it. */
export type InterfaceTable = { [name: string]: NetworkInterfaceInfo[] | undefined };

/** Networks of all interfaces that are up, loopback included, IPv6 link-local included. */
export function localNetworks(): LocalNetwork[] {
	return readInterfaces(networkInterfaces(), parseTemporary(readOrNothing("/proc/net/if_inet6")));
}

/** Pure half of `localNetworks`: entries that cannot be read are left out. */
export function readInterfaces(
	table: InterfaceTable,
	temporary: ReadonlySet<Address> = new Set(),
): LocalNetwork[] {
	const networks: LocalNetwork[] = [];
	for (const [name, entries] of Object.entries(table)) {
		for (const entry of entries ?? []) {
			// Some systems append the zone ("fe80::1%eth0").
			const address = parseAddress(entry.address.replace(/%.*$/, "")).value;
			const prefix = Number(entry.cidr?.split("/")[1]);
			if (address === undefined || !Number.isInteger(prefix)) continue;
			const network = { name, cidr: cidrAround(address, prefix), address, loopback: entry.internal };
			networks.push(temporary.has(address) ? { ...network, temporary: true } : network);
		}
	}
	return networks;
}

/**
 * Does the kernel resolve (some of) these addresses itself, through its neighbour table? True when the target
 * lies in a network of a non-loopback interface or holds one.
 */
export function isOnLink(
	target: Cidr | Address,
	networks: readonly LocalNetwork[] = localNetworks(),
): boolean {
	return networks.some(
		({ cidr, loopback }) =>
			!loopback && (contains(cidr, target) || (typeof target !== "bigint" && contains(target, cidr))),
	);
}

/** Default gateways of both families from /proc (Linux); empty where there is none or it cannot be read. */
export function defaultGateways(): Address[] {
	return [
		...parseRoutes4(readOrNothing("/proc/net/route")),
		...parseRoutes6(readOrNothing("/proc/net/ipv6_route")),
	];
}

/** IFA_F_TEMPORARY of <linux/if_addr.h>. */
const TEMPORARY = 0x01;

/** The temporary addresses in the text of /proc/net/if_inet6: address, index, prefix, scope and flags in hex, then the name. */
export function parseTemporary(text: string): Set<Address> {
	const found = new Set<Address>();
	for (const line of text.split("\n")) {
		const [digits = "", , , , flags = ""] = line.trim().split(/\s+/);
		if (/^[0-9a-f]{32}$/.test(digits) && (Number.parseInt(flags, 16) & TEMPORARY) !== 0)
			found.add(BigInt(`0x${digits}`));
	}
	return found;
}

function readOrNothing(path: string): string {
	try {
		return readFileSync(path, "latin1");
	} catch {
		// No /proc (not Linux), or IPv6 switched off: then there is nothing of it to know.
		return "";
	}
}

/** RTF_UP | RTF_GATEWAY of <linux/route.h>; RTF_REJECT marks an unreachable route. */
const VIA_GATEWAY = 0x3;
const REJECT = 0x200;

function isDefaultVia(flags: number): boolean {
	return (flags & VIA_GATEWAY) === VIA_GATEWAY && (flags & REJECT) === 0;
}

/** Gateways of default routes in the text of /proc/net/route, lowest metric first (proc(5); numbers are little-endian hex). */
export function parseRoutes4(text: string): Address[] {
	const found: { gateway: Address; metric: number }[] = [];
	for (const line of text.split("\n").slice(1)) {
		const [, destination, gateway, flags, , , metric, mask] = line.trim().split(/\s+/);
		if (destination !== "00000000" || mask !== "00000000") continue;
		if (!/^[0-9A-Fa-f]{8}$/.test(gateway ?? "") || !isDefaultVia(Number.parseInt(flags ?? "", 16))) continue;
		const bytes = new DataView(new ArrayBuffer(4));
		bytes.setUint32(0, Number.parseInt(gateway ?? "", 16), true);
		found.push({ gateway: fromV4(bytes.getUint32(0)), metric: Number(metric) });
	}
	return found.sort((a, b) => a.metric - b.metric).map(({ gateway }) => gateway);
}

/** Gateways of default routes in the text of /proc/net/ipv6_route, lowest metric first (proc(5); all hex). */
export function parseRoutes6(text: string): Address[] {
	const found: { gateway: Address; metric: number }[] = [];
	for (const line of text.split("\n")) {
		const [destination, length, , , gateway, metric, , , flags] = line.trim().split(/\s+/);
		if (!/^0{32}$/.test(destination ?? "") || length !== "00") continue;
		if (!/^[0-9a-f]{32}$/.test(gateway ?? "") || !isDefaultVia(Number.parseInt(flags ?? "", 16))) continue;
		const address = BigInt(`0x${gateway}`) & MAX_ADDRESS;
		if (address !== 0n) found.push({ gateway: address, metric: Number.parseInt(metric ?? "", 16) });
	}
	return found.sort((a, b) => a.metric - b.metric).map(({ gateway }) => gateway);
}
