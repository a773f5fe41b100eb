/** Many hosts silent at once (see model/crowd): is it we? Judges our own way out; changes no row. */

import { AppError } from "../errors.ts";
import type { Subnet } from "../model/subnet.ts";
import { type Address, familyOf, formatAddress } from "../net/address.ts";
import { contains, formatCidr } from "../net/cidr.ts";
import { type Prober, SILENT } from "../probes/probe.ts";
import { isLoopback } from "./targets.ts";
import type { Stood, Ways } from "./ways.ts";

/** This machine's networks and ways out, as the gate sees them. */
export type Surroundings = {
	readonly networks: readonly Stood[];
	readonly gateways: readonly Address[];
};

export type Gate = {
	/** Notes what works while it works: only what answered before can be missed. Call now and then. */
	watch(): Promise<void>;
	/**
	 * Why our own network is to blame for silence in `subnet`, in words; undefined when it works (or nothing can be
	 * said against it). Asked: is there an interface, does the one towards the subnet still stand, does the default
	 * gateway of that family answer as it did before? And where none of that is so: does one of `others`, who are
	 * reached on the same path, answer all the same?
	 */
	outage(subnet: Subnet, signal: AbortSignal, hosts?: Hosts): Promise<string | undefined>;
};

/** Hosts of the subnet: those that are silent, and some that have answered lately. */
export type Hosts = { readonly silent: readonly Address[]; readonly others: readonly Address[] };

export function createGate(prober: Prober, surroundings: () => Surroundings, ways: Ways): Gate {
	const blame = async (subnet: Subnet, signal: AbortSignal): Promise<string | undefined> => {
		const { networks, gateways } = surroundings();
		if (networks.length === 0) return "No network interface of this machine is up.";
		const answered = ways.gateways().filter((gateway) => familyOf(gateway) === subnet.cidr.family);
		const asked = answered.filter((gateway) => gateways.includes(gateway));
		// Without one of them now (a route that comes late, another way out that is there first) all are missed.
		const missed = asked.length > 0 ? asked : answered;
		const now = new Set(networks.map((network) => formatCidr(network.cidr)));
		for (const { name, cidr } of ways.stood()) {
			const needed = contains(cidr, subnet.cidr) || missed.some((gateway) => contains(cidr, gateway));
			if (needed && !now.has(formatCidr(cidr)))
				return `The network ${formatCidr(cidr)} on ${name} is gone: no link, or no address.`;
		}
		if (asked.length === 0) return undefined;
		try {
			if ((await answers(prober, asked, signal)).length > 0) return undefined;
		} catch (error) {
			if (error instanceof AppError) return error.message;
			throw error;
		}
		return `The default gateway ${asked.map(formatAddress).join(", ")} does not answer.`;
	};
	return {
		async watch() {
			const { networks, gateways } = surroundings();
			const signal = new AbortController().signal;
			const answering: Address[] = [];
			for (const gateway of gateways) {
				// One that cannot be asked at all (link-local, without raw sockets) must not hide the others.
				answering.push(...(await answers(prober, [gateway], signal).catch(() => [])));
			}
			ways.saw(networks, answering);
		},
		async outage(subnet, signal, hosts) {
			if (isLoopback(subnet.cidr.base)) return undefined;
			const why = await blame(subnet, signal);
			if (why === undefined || hosts === undefined) return why;
			const { networks } = surroundings();
			// This machine's own addresses prove nothing, nor do those it had: without a link it still answers itself.
			const own = new Set([...networks, ...ways.stood()].map(({ address }) => address));
			const others = onPath(networks, subnet, hosts).filter((address) => !own.has(address));
			const heard = await answers(prober, others.slice(0, OTHERS_ASKED), signal).catch(() => []);
			return heard.length > 0 ? undefined : why;
		},
	};
}

/** So many who may prove that it is not we are asked. */
const OTHERS_ASKED = 8;
/** A far subnet that is no larger lies behind one router, whatever else there is. */
const ONE_PATH = { 4: 24, 6: 64 } as const;

/**
 * Those of `others` that are reached as all the `silent` are: in the same attached network, or, of a small subnet, behind
 * the same router.
 */
function onPath(
	networks: Surroundings["networks"],
	{ cidr }: Subnet,
	{ silent, others }: Hosts,
): readonly Address[] {
	const near = networks.find((network) => silent.every((address) => contains(network.cidr, address)));
	if (near !== undefined) return others.filter((address) => contains(near.cidr, address));
	const touches = networks.some((one) => contains(one.cidr, cidr) || contains(cidr, one.cidr));
	return touches || cidr.prefix < ONE_PATH[cidr.family] ? [] : others;
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
