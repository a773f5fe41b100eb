/** What this machine offers and lacks, in words for the pages: networks to add, checks of the doctor. */

import type { Context } from "../context.ts";
import { isLinkLocal } from "../net/address.ts";
import { formatCidr, usableCount } from "../net/cidr.ts";
import { localNetworks } from "../probes/links.ts";
import { listSubnets } from "../store/subnets.ts";
import type { ProbeState } from "./thread.ts";

const METHODS = {
	raw: "Raw ICMP socket: the quickest and most exact way.",
	datagram: "ICMP datagram socket.",
	ping: "The ping program, one process for each address: slow for large subnets.",
} as const;

/** One thing looked at: how it is, and the command that mends it. */
export type Check = { name: string; state: "ok" | "warn" | "bad"; says: string; mend?: string };

/** A network of our own that could be added. */
export type Offer = { cidr: string; interface: string; addresses: bigint };

export type Machine = { offers(): Offer[]; checks(): Check[]; problem(): string | undefined };

/** Larger networks are added knowingly: of an IPv6 /64 only known hosts are ever asked. */
const OFFER_MAX = 65_536n;

/** `probing` answers undefined while nothing is swept in this process. */
export function lookAround(context: Context, probing: () => ProbeState | undefined): Machine {
	return {
		offers() {
			const known = new Set(listSubnets(context.db).map((subnet) => formatCidr(subnet.cidr)));
			const offers = new Map<string, Offer>();
			for (const { name, cidr, address, loopback } of localNetworks()) {
				const text = formatCidr(cidr);
				if (
					loopback ||
					isLinkLocal(address) ||
					known.has(text) ||
					usableCount(cidr) < 2n ||
					usableCount(cidr) > OFFER_MAX
				)
					continue;
				offers.set(text, { cidr: text, interface: name, addresses: usableCount(cidr) });
			}
			return [...offers.values()];
		},
		checks: () => checksOf(context, probing()),
		problem: () => probing()?.problem,
	};
}

function checksOf(context: Context, probing: ProbeState | undefined): Check[] {
	return [
		checkProbing(probing),
		checkSweeps(context),
		{ name: "Database", state: "ok", says: context.config.databasePath },
	];
}

function checkProbing(probing: ProbeState | undefined): Check {
	const name = "ICMP";
	if (probing?.problem !== undefined) return { name, state: "bad", says: probing.problem };
	if (probing?.method === undefined)
		return { name, state: "warn", says: "The sweep thread has not opened a socket yet." };
	const says = METHODS[probing.method];
	if (probing.note === undefined) return { name, state: "ok", says };
	const [why, mend] = probing.note.split(/ (?=Allow raw sockets with: )/);
	return {
		name,
		state: "warn",
		says: `${says} ${why}`,
		...(mend === undefined
			? {}
			: { mend: mend.replace(/^Allow raw sockets with: /, "").replace(/ – or .*$/, "") }),
	};
}

function checkSweeps(context: Context): Check {
	const name = "Sweeps";
	const failing = listSubnets(context.db).filter((subnet) => subnet.lastSweepProblem !== undefined);
	if (failing.length === 0) return { name, state: "ok", says: "The last sweep of every subnet went well." };
	const worst = failing.map((subnet) => `${formatCidr(subnet.cidr)}: ${subnet.lastSweepProblem}`).slice(0, 5);
	return { name, state: "bad", says: worst.join(" ") };
}
