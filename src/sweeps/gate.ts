/** Many hosts silent at once (see model/crowd): is it we? Judges our own way out; changes no row. */

import { AppError } from "../errors.ts";
import type { Subnet } from "../model/subnet.ts";
import { type Address, familyOf, formatAddress } from "../net/address.ts";
import { contains, formatCidr } from "../net/cidr.ts";
import { type Prober, SILENT } from "../probes/probe.ts";
import { isLoopback } from "./targets.ts";

/** This machine's networks and ways out, as the gate sees them. */
export type Surroundings = {
	readonly networks: readonly { readonly name: string; readonly cidr: Subnet["cidr"] }[];
	readonly gateways: readonly Address[];
};

export type Gate = {
	/** Notes what works while it works: only what answered before can be missed. Call now and then. */
	watch(): Promise<void>;
	/**
	 * Why our own network is to blame for silence in `subnet`, in words; undefined when it works (or nothing can be
	 * said against it). Asked: is there an interface, does the one towards the subnet still stand, does the default
	 * gateway of that family answer as it did before?
	 */
	outage(subnet: Subnet, signal: AbortSignal): Promise<string | undefined>;
};

export function createGate(prober: Prober, surroundings: () => Surroundings): Gate {
	/** Gateways that have answered: many never do, and their silence says nothing. */
	const answering = new Set<Address>();
	/** Networks that have been there, by CIDR, and their interface. */
	const stood = new Map<string, Surroundings["networks"][number]>();
	return {
		async watch() {
			const { networks, gateways } = surroundings();
			for (const network of networks) stood.set(formatCidr(network.cidr), network);
			const signal = new AbortController().signal;
			for (const gateway of gateways) {
				// One that cannot be asked at all (link-local, without raw sockets) must not hide the others.
				const [answered] = await answers(prober, [gateway], signal).catch(() => []);
				if (answered !== undefined) answering.add(answered);
			}
		},
		async outage(subnet, signal) {
			if (isLoopback(subnet.cidr.base)) return undefined;
			const { networks, gateways } = surroundings();
			if (networks.length === 0) return "No network interface of this machine is up.";
			const asked = gateways.filter((g) => familyOf(g) === subnet.cidr.family && answering.has(g));
			const now = new Set(networks.map((network) => formatCidr(network.cidr)));
			for (const [text, { name, cidr }] of stood) {
				const needed = contains(cidr, subnet.cidr) || asked.some((gateway) => contains(cidr, gateway));
				if (needed && !now.has(text))
					return `The network ${text} on ${name} is gone: no link, or no address.`;
			}
			if (asked.length === 0) return undefined;
			try {
				if ((await answers(prober, asked, signal)).length > 0) return undefined;
			} catch (error) {
				if (error instanceof AppError) return error.message;
				throw error;
			}
			return `The default gateway ${asked.map(formatAddress).join(", ")} does not answer.`;
		},
	};
}

async function answers(prober: Prober, targets: readonly Address[], signal: AbortSignal): Promise<Address[]> {
	if (targets.length === 0) return [];
	const found: Address[] = [];
	const options = { attempts: 3, retryMs: 250, timeoutMs: 1_000, signal };
	for await (const batch of prober.probe(targets, options)) {
		batch.index.forEach((index, i) => {
			const target = targets[index];
			if (target !== undefined && batch.latencyUs[i] !== SILENT) found.push(target);
		});
	}
	return found;
}
