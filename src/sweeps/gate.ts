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
	 * Why our own network is to blame for the silence of these hosts of `subnet`, in words; undefined when it works (or
	 * nothing can be said against it). Asked: is there an interface, does the one towards the subnet still stand, does
	 * the default gateway of that family answer as it did before? And where none of that is so: do others who would be
	 * cut off as well answer all the same? Once `signal` has aborted the answer means nothing.
	 */
	outage(subnet: Subnet, signal: AbortSignal, silent: readonly Address[]): Promise<string | undefined>;
};

/** `by`: a gateway is silent, the subnet's own network is lost, or one that is lost had the gateways of before. */
type Blame = { readonly why: string; readonly by: "gateway" | "network" | "past" };

export type GateOptions = {
	readonly prober: Prober;
	readonly surroundings: () => Surroundings;
	readonly ways: Ways;
	/** Some hosts that are up, of this subnet or of all. */
	readonly up: (subnetId: number | undefined, limit: number) => readonly Address[];
};

export function createGate({ prober, surroundings, ways, up }: GateOptions): Gate {
	const blame = async (subnet: Subnet, signal: AbortSignal): Promise<Blame | undefined> => {
		const { networks, gateways } = surroundings();
		if (networks.length === 0) return { why: "No network interface of this machine is up.", by: "network" };
		const answered = ways.gateways().filter((gateway) => familyOf(gateway) === subnet.cidr.family);
		const asked = answered.filter((gateway) => gateways.includes(gateway));
		// Without one of them now (a route that comes late, another way out that is there first) all are missed.
		const missed = asked.length > 0 ? asked : answered;
		const now = new Set(networks.map((network) => formatCidr(network.cidr)));
		const gone = ways.stood().filter(({ cidr }) => !now.has(formatCidr(cidr)));
		const ownLost = gone.find(({ cidr }) => contains(cidr, subnet.cidr));
		const lost = ownLost ?? gone.find(({ cidr }) => missed.some((gateway) => contains(cidr, gateway)));
		if (lost !== undefined) {
			const why = `The network ${formatCidr(lost.cidr)} on ${lost.name} is gone: no link, or no address.`;
			return { why, by: ownLost !== undefined ? "network" : asked.length > 0 ? "gateway" : "past" };
		}
		if (asked.length === 0) return undefined;
		try {
			if ((await answers(prober, asked, signal)).length > 0) return undefined;
		} catch (error) {
			if (error instanceof AppError) return { why: error.message, by: "gateway" };
			throw error;
		}
		return {
			why: `The default gateway ${asked.map(formatAddress).join(", ")} does not answer.`,
			by: "gateway",
		};
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
		async outage(subnet, signal, silent) {
			if (isLoopback(subnet.cidr.base)) return undefined;
			const found = await blame(subnet, signal);
			if (found === undefined) return undefined;
			const { networks } = surroundings();
			const others = up(found.by === "past" ? undefined : subnet.id, OTHERS.looked);
			// This machine's own addresses prove nothing, nor do those it had: without a link it still answers itself.
			const own = new Set([...networks, ...ways.stood()].map(({ address }) => address));
			const proofs = cutOffToo(networks, subnet, { silent, others }, found.by).filter(
				(address) => !own.has(address) && !isLoopback(address) && familyOf(address) === subnet.cidr.family,
			);
			const heard = await answers(prober, proofs.slice(0, OTHERS.asked), signal).catch(() => []);
			return heard.length > 0 ? undefined : found.why;
		},
	};
}

/** So many others are looked at, and of those that prove something so many are asked. */
const OTHERS = { looked: 1_000, asked: 8 } as const;
/** A far subnet that is no larger lies behind one router, whatever else there is. */
const ONE_PATH = { 4: 24, 6: 64 } as const;

/**
 * Those of `others` who would be as silent as all the `silent` are, if it were so. A gateway: those in the same attached
 * network, or, of a small subnet, behind the same router. A lost network: whoever is not in another one.
 */
function cutOffToo(
	networks: Surroundings["networks"],
	{ cidr }: Subnet,
	{ silent, others }: { readonly silent: readonly Address[]; readonly others: readonly Address[] },
	by: Blame["by"],
): readonly Address[] {
	const far = others.filter((address) => !networks.some((network) => contains(network.cidr, address)));
	if (by !== "gateway") return far;
	const near = networks.find((network) => silent.every((address) => contains(network.cidr, address)));
	if (near !== undefined) return others.filter((address) => contains(near.cidr, address));
	const touches = networks.some((one) => contains(one.cidr, cidr) || contains(cidr, one.cidr));
	return touches || cidr.prefix < ONE_PATH[cidr.family] ? [] : far;
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
