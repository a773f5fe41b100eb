/** A network of the mind behind the probe contract: who answers is a set that tests change. */

import { AppError } from "../../src/errors.ts";
import { UNTIMED } from "../../src/model/presence.ts";
import { type Address, parseAddress } from "../../src/net/address.ts";
import { type Cidr, parseCidr } from "../../src/net/cidr.ts";
import type { Mac } from "../../src/net/mac.ts";
import { type ProbeOptions, type Prober, SILENT } from "../../src/probes/probe.ts";

export type FakeNetwork = Prober & {
	readonly alive: Set<Address>;
	/** Every run's targets, in the order asked. */
	readonly asked: Address[][];
	/** Answer ARP, but no ping. */
	readonly mute: Set<Address>;
	/** Hardware addresses that ARP brings. */
	readonly macs: Map<Address, Mac>;
	/** Runs that asked by ARP. */
	arpRuns: number;
	/** How many each run might have in flight. */
	readonly bounds: (number | undefined)[];
	latencyUs: number;
	/** Thrown out of the next runs while set: a fault of our own. */
	fault: string | undefined;
	/** The same, after so many batches of verdicts. */
	faultAfter: number | undefined;
	/** Replies that the kernel is said to have dropped in each run. */
	lost: number;
	/** Verdicts that come together. */
	batch: number;
	/** Resolves before the verdicts, when set. */
	hold: Promise<void> | undefined;
};

export function address(text: string): Address {
	const value = parseAddress(text).value;
	if (value === undefined) throw new Error(`${text} is no address`);
	return value;
}

export function cidr(text: string): Cidr {
	const value = parseCidr(text).value;
	if (value === undefined) throw new Error(`${text} is no network`);
	return value;
}

export function fakeNetwork(...alive: string[]): FakeNetwork {
	const network: FakeNetwork = {
		method: "raw",
		note: undefined,
		alive: new Set(alive.map(address)),
		arp: true,
		asked: [],
		mute: new Set(),
		macs: new Map(),
		arpRuns: 0,
		bounds: [],
		latencyUs: 400,
		fault: undefined,
		faultAfter: undefined,
		lost: 0,
		batch: 65_536,
		hold: undefined,
		async *probe(targets: readonly Address[], options: ProbeOptions) {
			network.asked.push([...targets]);
			network.bounds.push(options.inFlightMax);
			await network.hold;
			const totals = { sent: targets.length, replies: 0, duplicates: 0, errors: 0, lost: network.lost };
			if (options.signal?.aborted) return totals;
			if (network.fault !== undefined) throw new AppError("unavailable", network.fault);
			const index = Uint32Array.from(targets, (_, i) => i);
			if (options.arp) network.arpRuns += 1;
			const mute = (t: Address) => (options.arp && network.mute.has(t) ? UNTIMED : SILENT);
			const latencyUs = Int32Array.from(targets, (t) => (network.alive.has(t) ? network.latencyUs : mute(t)));
			const macs = targets.map((t) => network.macs.get(t));
			for (let at = 0; at < targets.length || at === 0; at += network.batch) {
				if (network.faultAfter === at / network.batch)
					throw new AppError("unavailable", "The kernel has no buffers.");
				const end = at + network.batch;
				const part = { index: index.slice(at, end), latencyUs: latencyUs.slice(at, end) };
				yield options.arp ? { ...part, macs: macs.slice(at, end) } : part;
			}
			return totals;
		},
		close() {},
	};
	return network;
}
