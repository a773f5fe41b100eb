/** Who made a network interface, by the first digits of its hardware address. Knows the embedded list, no network. */

import { readFileSync } from "node:fs";
import list from "../../static/dist/vendors.zst" with { type: "file" };
import { formatMac, isLocallyAdministered, type Mac } from "../net/mac.ts";

/** The vendor's name; undefined for addresses made up by software and for unknown prefixes. */
export type VendorOf = (mac: Mac) => string | undefined;

/** Lengths of the IEEE's prefixes in hexadecimal digits, the most specific first (MA-S, MA-M, MA-L). */
const LENGTHS = [9, 7, 6];

/** The embedded list; it is unpacked (1.6 MB) at the first question. */
export function openVendors(): VendorOf {
	let lines: string[] | undefined;
	return (mac) => {
		if (isLocallyAdministered(mac)) return undefined;
		lines ??= unpack(readFileSync(list));
		return findVendor(lines, mac);
	};
}

function unpack(packed: Uint8Array<ArrayBuffer>): string[] {
	return new TextDecoder().decode(Bun.zstdDecompressSync(packed)).split("\n");
}

/** Looks `mac` up in sorted lines "prefix<tab>name". */
export function findVendor(lines: readonly string[], mac: Mac): string | undefined {
	const digits = formatMac(mac).replaceAll(":", "");
	for (const length of LENGTHS) {
		const wanted = `${digits.slice(0, length)}\t`;
		const line = lines[firstFrom(lines, wanted)];
		if (line?.startsWith(wanted)) return line.slice(wanted.length);
	}
	return undefined;
}

/** Position of the first line that is not before `wanted`. */
function firstFrom(lines: readonly string[], wanted: string): number {
	let from = 0;
	let to = lines.length;
	while (from < to) {
		const middle = (from + to) >> 1;
		if ((lines[middle] as string) < wanted) from = middle + 1;
		else to = middle;
	}
	return from;
}
