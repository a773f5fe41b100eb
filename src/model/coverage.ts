/** How much of a subnet one sweep by the clock asks, and how long until all of it was asked. Pure; asks nobody. */

import { probeable } from "../net/targets.ts";
import type { Subnet, SubnetSummary } from "./subnet.ts";

/** Up to so many addresses are asked whole, every time. */
const WHOLE_MAX = 4_096n;
/** Of a larger IPv4 subnet a scheduled sweep asks the known hosts and so many more, in turn. */
export const SLICE = 4_096;
/** The first sweep of an IPv4 subnet asks up to so many at once (a /16): whoever has just added it waits for it. */
const FIRST_MAX = 65_536n;
/** A sweep on demand covers up to so many addresses of an IPv4 subnet (a /12). */
const EVERYTHING_MAX = 1_048_576n;

/**
 * "whole": every address, every time. "turns": the known hosts every time, all others once in `roundS` seconds.
 * "known": a large IPv6 subnet, of which only the known hosts and this machine's neighbours are asked.
 * "nothing": multicast or reserved, where nobody may be asked.
 */
export type Coverage =
	| { kind: "whole" }
	| { kind: "turns"; roundS: number }
	| { kind: "known" }
	| { kind: "nothing" };

/** `usable`: addresses that are the subnet's own (see `Counts`). */
export function coverageOf(subnet: Pick<Subnet, "cidr" | "sweepIntervalS">, usable: bigint): Coverage {
	if (probeable(subnet.cidr).length === 0) return { kind: "nothing" };
	if (usable <= WHOLE_MAX) return { kind: "whole" };
	if (subnet.cidr.family === 6) return { kind: "known" };
	const sweeps = (usable + BigInt(SLICE) - 1n) / BigInt(SLICE);
	return { kind: "turns", roundS: Number(sweeps) * subnet.sweepIntervalS };
}

/** Does the first sweep ask everybody, though later ones go in turns? */
export function beginsWhole({ cidr }: Pick<Subnet, "cidr">, usable: bigint): boolean {
	return cidr.family === 4 && usable > WHOLE_MAX && usable <= FIRST_MAX;
}

/** How many addresses of a family one sweep asks without turns. `asked`: somebody wishes it; `first`: the first one. */
export function wholeLimit(family: 4 | 6, { asked, first }: { asked: boolean; first: boolean }): bigint {
	if (family === 6) return WHOLE_MAX;
	if (asked) return EVERYTHING_MAX;
	return first ? FIRST_MAX : WHOLE_MAX;
}

/** About how many addresses one sweep by the clock asks. */
export function askedBySweep(subnet: SubnetSummary): bigint {
	const { usable, total } = subnet.counts;
	const { kind } = coverageOf(subnet, usable);
	if (kind === "whole") return usable;
	if (kind === "nothing") return 0n;
	return BigInt(total) + (kind === "turns" ? BigInt(SLICE) : 0n);
}
