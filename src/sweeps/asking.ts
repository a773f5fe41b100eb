/** How a sweep asks: by ARP first where the network is attached, else by ping alone. Records nothing. */

import { AppError } from "../errors.ts";
import type { Subnet } from "../model/subnet.ts";
import { type Address, familyOf } from "../net/address.ts";
import { contains } from "../net/cidr.ts";
import { type Patience, type ProbeBatch, type ProbeOptions, type Prober, SILENT } from "../probes/probe.ts";
import type { Surroundings } from "./gate.ts";
import type { Verdict } from "./recorder.ts";
import { isLoopback } from "./targets.ts";

/** Waits and tries of one pass; see BOUNDS in config. */
export type AskTiming = {
	readonly sweepAttempts: number;
	readonly retryMs: number;
	readonly replyTimeoutMs: number;
	readonly neighboursInFlight: number;
};

/** What asking needs of a sweep. */
export type AskDeps = {
	readonly prober: Prober;
	readonly timing: AskTiming;
	readonly surroundings: () => Surroundings;
};

/** How the addresses of a subnet are asked, and what the record of the sweep calls it. */
export type Manner = {
	readonly options: ProbeOptions;
	readonly method: string;
	/** The kernel's neighbour table knows more of these hosts than the answers say. */
	readonly neighbours: boolean;
};

/**
 * ARP only when all of the subnet lies inside an attached network: behind a router it says nothing. Where the
 * kernel looks for neighbours itself, only so many at a time.
 */
export function mannerOf({ prober, timing, surroundings }: AskDeps, { cidr }: Subnet): Manner {
	const { networks } = surroundings();
	const attached = !isLoopback(cidr.base) && networks.some((network) => contains(network.cidr, cidr));
	const neighbours =
		!isLoopback(cidr.base) && (attached || networks.some((network) => contains(cidr, network.cidr)));
	const arp = attached && cidr.family === 4 && prober.arp === true;
	const options = {
		attempts: timing.sweepAttempts,
		retryMs: timing.retryMs,
		timeoutMs: timing.replyTimeoutMs,
		inFlightMax: neighbours ? timing.neighboursInFlight : undefined,
		arp,
	};
	return { options, method: arp ? `arp+${prober.method}` : prober.method, neighbours: neighbours && !arp };
}

/** A batch as the recorder takes it. */
export function verdictsOf(targets: readonly Address[], batch: ProbeBatch): Verdict[] {
	const verdicts: Verdict[] = [];
	batch.index.forEach((index, i) => {
		const address = targets[index];
		if (address === undefined) return;
		verdicts.push({ address, latencyUs: batch.latencyUs[i] ?? SILENT, mac: batch.macs?.[i] });
	});
	return verdicts;
}

/** Asks suspects once more: those that answer, and whether the silence of the others means anything. */
export async function answersOf(
	prober: Prober,
	targets: readonly Address[],
	options: ProbeOptions,
): Promise<{ answered: Verdict[]; proven: boolean }> {
	const answered: Verdict[] = [];
	const batches = prober.probe(targets, options);
	// The loop by hand: `for await` would drop the totals that come with the end.
	for (let step = await batches.next(); ; step = await batches.next()) {
		// A reply that the kernel dropped for want of room may have been anybody's.
		if (step.done) return { answered, proven: (step.value.lost ?? 0) === 0 };
		answered.push(...verdictsOf(targets, step.value).filter((verdict) => verdict.latencyUs !== SILENT));
	}
}

/**
 * Asks addresses outside of any sweep, because somebody wants to know now: microseconds by position, SILENT, or
 * UNTIMED for one that answers ARP alone. Recorded nowhere. AppError("unavailable") where the fault is ours, or where
 * the kernel dropped replies for want of room: then silence proves nothing.
 */
export async function askNow(
	{ prober, timing, surroundings }: AskDeps,
	addresses: readonly Address[],
	patience: Patience,
): Promise<Int32Array> {
	const heard = new Int32Array(addresses.length).fill(SILENT);
	const { networks } = surroundings();
	const near = (address: Address) =>
		!isLoopback(address) && networks.some((network) => contains(network.cidr, address));
	const arp = (at: number) => {
		const address = addresses[at] as Address;
		return prober.arp === true && familyOf(address) === 4 && near(address);
	};
	const positions = addresses.map((_, at) => at);
	const runs = [positions.filter(arp), positions.filter((at) => !arp(at))].filter((run) => run.length > 0);
	await Promise.all(
		runs.map(async (run, which) => {
			const options = {
				...patience,
				inFlightMax: timing.neighboursInFlight,
				arp: runs.length === 2 ? which === 0 : arp(run[0] ?? 0),
			};
			const targets = run.map((at) => addresses[at] as Address);
			const batches = prober.probe(targets, options);
			for (let step = await batches.next(); ; step = await batches.next()) {
				if (step.done) {
					if ((step.value.lost ?? 0) > 0) throw new AppError("unavailable", OVERRUN);
					return;
				}
				const { index, latencyUs } = step.value;
				index.forEach((target, i) => {
					heard[run[target] ?? 0] = latencyUs[i] ?? SILENT;
				});
			}
		}),
	);
	return heard;
}

const OVERRUN = "Too many replies came at once to hear them all: ask again.";
