/** Port numbers and runs of them: reading lists such as "22,80,8000-8100". Pure; knows no service and no socket. */

import type { Parsed } from "./address.ts";

/** Both ends included, 1 to 65535. */
export type PortRange = { readonly first: number; readonly last: number };

const MAX_PORT = 65_535;
/** Longest list that is read, in characters: nmap's own lists of a thousand ports have 4,000. */
const MAX_TEXT = 65_536;

/** Reads numbers and ranges between commas; sorts and joins them. "-" alone is every port, as nmap has it. */
export function parsePorts(text: string): Parsed<PortRange[]> {
	if (text.length > MAX_TEXT) return { problem: "This list of ports is too long." };
	const ranges: PortRange[] = [];
	for (const part of text === "-" ? [`1-${MAX_PORT}`] : text.split(",")) {
		const [, low = "", , high = low] = /^([1-9]\d{0,4})(-([1-9]\d{0,4}))?$/.exec(part) ?? [];
		const range = { first: Number(low), last: Number(high) };
		if (low === "" || range.last > MAX_PORT || range.first > range.last) {
			return { problem: `“${part.slice(0, 40)}” is no port: write numbers such as 22,80,8000-8100.` };
		}
		ranges.push(range);
	}
	return { value: joinPorts(ranges) };
}

/** Ascending, without overlaps; neighbours become one range. */
export function joinPorts(ranges: readonly PortRange[]): PortRange[] {
	const joined: PortRange[] = [];
	for (const range of [...ranges].sort((a, b) => a.first - b.first)) {
		const before = joined.at(-1);
		if (before !== undefined && range.first <= before.last + 1) {
			joined[joined.length - 1] = { first: before.first, last: Math.max(before.last, range.last) };
		} else joined.push(range);
	}
	return joined;
}

/** What `ranges` holds besides `others`. */
export function withoutPorts(ranges: readonly PortRange[], others: readonly PortRange[]): PortRange[] {
	return joinPorts(others).reduce<PortRange[]>(
		(left, other) =>
			left.flatMap((range) => {
				if (other.last < range.first || other.first > range.last) return [range];
				const parts: PortRange[] = [];
				if (range.first < other.first) parts.push({ first: range.first, last: other.first - 1 });
				if (range.last > other.last) parts.push({ first: other.last + 1, last: range.last });
				return parts;
			}),
		joinPorts(ranges),
	);
}

export function hasPort(ranges: readonly PortRange[], port: number): boolean {
	return ranges.some((range) => range.first <= port && port <= range.last);
}

export function listPorts(ranges: readonly PortRange[]): number[] {
	return ranges.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, i) => first + i));
}

export function countPorts(ranges: readonly PortRange[]): number {
	return ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
}

/** "22,80,8000-8100". */
export function formatPorts(ranges: readonly PortRange[]): string {
	return ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(",");
}
