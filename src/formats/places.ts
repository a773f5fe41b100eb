/** Where a row belongs: addresses, blocks and masks as files write them. Knows no column. */

import { bitsOf, familyOf, type Parsed, parseAddress } from "../net/address.ts";
import { type Cidr, cidrAround, formatCidr, parseCidr } from "../net/cidr.ts";

/** Words for "nothing" in cells of subnets, masks, VLANs and the like. */
export const NONE = /^(|-|\/|na|n\/a|nan|none|null|default|global)$/i;

/** Longest text that can be a block with its mask, in characters. */
const BLOCK_CHARS = 100;

/** Thrown inside a row, caught at its end: the reason why it is refused. */
export class Refused extends Error {}

export function need<T>(parsed: Parsed<T>): T {
	if (parsed.problem !== undefined) throw new Refused(parsed.problem);
	return parsed.value as T;
}

export function readIp(text: string): ReturnType<typeof parseAddress> {
	if (/^\d+\.\d+(\.\d+)?$/.test(text)) {
		return {
			problem: `“${text}” is not an address: a spreadsheet may have taken it for a number. Format the column as text and enter it again.`,
		};
	}
	if (/^[0-9a-f.:]+\s*-\s*[0-9a-f.:]+$/i.test(text)) {
		return { problem: `“${text.slice(0, 90)}” is a range: give each address a row of its own.` };
	}
	return parseAddress(text);
}

/** The block that a mask behind an address tells of; none for a mask that covers one address only. */
export function aroundOf(text: string, address: bigint): Cidr | undefined {
	const slash = text.indexOf("/");
	if (slash < 0) return undefined;
	const prefix = readMask(text.slice(slash + 1), address);
	return prefix === bitsOf(familyOf(address)) ? undefined : cidrAround(address, prefix);
}

/** A block as its own text, with its mask behind it, or in a cell beside it. */
export function readBlock(text: string, mask: string | undefined, remarks: string[]): Cidr {
	if (text.length > BLOCK_CHARS)
		throw new Refused(`“${text.slice(0, 40)}…” is not a subnet: it is too long.`);
	const [base = "", tail, more] = text.split(/\s*\/\s*|\s+/);
	if (more !== undefined)
		throw new Refused(`“${text.slice(0, 90)}” is not a subnet: write it like 10.0.0.0/24.`);
	const address = need(readIp(base));
	const length = tail ?? (mask === undefined || NONE.test(mask) ? undefined : mask);
	if (length === undefined) throw new Refused(`“${text}” has no prefix length: add one, such as /24.`);
	const prefix = readMask(length, address);
	const cidr = cidrAround(address, prefix);
	const parsed = parseCidr(formatCidr(cidr));
	if (parsed.value === undefined) throw new Refused(parsed.problem ?? "This is no subnet.");
	if (cidr.base !== address)
		remarks.push(`${text} has bits set behind its prefix: read as ${formatCidr(cidr)}`);
	return cidr;
}

/** The subnet beside an address; a name that is no block says nothing of where the address lies. */
export function blockOrNone(text: string, mask: string | undefined, remarks: string[]): Cidr | undefined {
	if (!/^[0-9a-f]*[.:][0-9a-f.:]*/i.test(text)) {
		remarks.push(`“${text.slice(0, 90)}” is no block: left out`);
		return undefined;
	}
	return readBlock(text, mask, remarks);
}

/** A number of bits, or a dotted mask of IPv4. */
function readMask(text: string, address: bigint): number {
	const bits = bitsOf(familyOf(address));
	const trimmed = text.trim().replace(/^\//, "");
	if (/^(0|[1-9]\d{0,2})$/.test(trimmed) && Number(trimmed) <= bits) return Number(trimmed);
	const mask = bits === 32 ? parseAddress(trimmed).value : undefined;
	if (mask !== undefined) {
		const inverse = ~mask & 0xffffffffn;
		if ((inverse & (inverse + 1n)) === 0n) return 32 - (inverse === 0n ? 0 : inverse.toString(2).length);
	}
	throw new Refused(
		`“${trimmed.slice(0, 40)}” is no mask: use a number of bits up to ${bits}, or 255.255.255.0.`,
	);
}
