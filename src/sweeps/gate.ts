/** Many hosts silent at once: is it they, or is it we? Judges our own way out; changes no row. */

import { AppError } from "../errors.ts";
import type { Subnet } from "../model/subnet.ts";
import { type Address, familyOf, formatAddress } from "../net/address.ts";
import { contains } from "../net/cidr.ts";
import { type Prober, SILENT } from "../probes/probe.ts";
import { isLoopback } from "./targets.ts";

export const MASS_SHARE = 0.3;
export const MASS_MIN = 10;

/** This machine's networks and ways out, as the gate sees them. */
export type Surroundings = {
	readonly networks: readonly { readonly name: string; readonly cidr: Subnet["cidr"] }[];
	readonly gateways: readonly Address[];
};

/** Of `upBefore` hosts of one sweep `silent` fell silent: suspiciously many? */
export function isMassDown(upBefore: number, silent: number): boolean {
	return silent >= MASS_MIN && silent >= upBefore * MASS_SHARE;
}

/**
 * Why our own network is to blame for silence in `subnet`, in words; undefined when it works (or nothing can be
 * said against it). Asked: is there an interface at all, and does the default gateway of that family answer?
 */
export async function ownOutage(
	prober: Prober,
	subnet: Subnet,
	around: Surroundings,
	signal: AbortSignal,
): Promise<string | undefined> {
	if (isLoopback(subnet.cidr.base)) return undefined;
	const onLink = around.networks.some((n) => contains(n.cidr, subnet.cidr) || contains(subnet.cidr, n.cidr));
	const gateways = around.gateways.filter((g) => familyOf(g) === subnet.cidr.family);
	if (!onLink && gateways.length === 0 && around.networks.length === 0) {
		return "No network interface of this machine is up.";
	}
	if (gateways.length === 0) return undefined;
	try {
		const options = { attempts: 3, retryMs: 250, timeoutMs: 1_000, signal };
		for await (const batch of prober.probe(gateways, options)) {
			if (batch.latencyUs.some((latency) => latency !== SILENT)) return undefined;
		}
	} catch (error) {
		if (error instanceof AppError) return error.message;
		throw error;
	}
	return `The default gateway ${gateways.map(formatAddress).join(", ")} does not answer.`;
}
