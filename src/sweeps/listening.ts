/**
 * Hosts that say nothing to a ping, but answered this machine's kernel when it looked for them to deliver it: by ARP
 * where we may not ask ourselves, by neighbour discovery in IPv6. Asks nobody; reads the kernel's table.
 */

import { UNTIMED } from "../model/presence.ts";
import type { Address } from "../net/address.ts";
import type { Neighbour } from "../probes/arp/neighbours.ts";
import { SILENT } from "../probes/probe.ts";
import type { Verdict } from "./recorder.ts";

/** Of silent addresses: those that answered the kernel since the sweep began, as up without a latency, and the rest. */
export type Listen = (silent: readonly Address[]) => { answered: Verdict[]; silent: Verdict[] };

/** A stranger may have been heard of so long ago: the kernel asks a neighbour anew only when it has doubts. */
const STRANGER_MS = 60_000;

/**
 * Listens from now on. `known`: hosts that are recorded. One hardware address that answers for more than `aliasesMax`
 * silent addresses is a router's proxy, and no host.
 */
export function openListen(options: {
	readonly neighbours: () => readonly Neighbour[];
	readonly known: ReadonlySet<Address>;
	readonly aliasesMax: number;
	readonly nowMs: () => number;
}): Listen {
	const { neighbours, known, aliasesMax, nowMs } = options;
	const begunMs = nowMs();
	return (addresses) => {
		const wanted = new Set(addresses);
		const sinceMs = nowMs() - begunMs;
		const heard = neighbours().filter(({ address, confirmedMs = Number.POSITIVE_INFINITY }) => {
			const withinMs = known.has(address) ? sinceMs : Math.max(sinceMs, STRANGER_MS);
			return wanted.has(address) && confirmedMs <= withinMs;
		});
		const aliases = Map.groupBy(heard, ({ mac }) => mac);
		const hosts = heard.filter(({ mac }) => (aliases.get(mac)?.length ?? 0) <= aliasesMax);
		const found = new Set(hosts.map(({ address }) => address));
		return {
			answered: hosts.map(({ address, mac }) => ({ address, mac, latencyUs: UNTIMED })),
			silent: addresses
				.filter((address) => !found.has(address))
				.map((address) => ({ address, latencyUs: SILENT })),
		};
	};
}
