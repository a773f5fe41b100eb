/** How a sweep asks: by ARP first where the network is attached, else by ping alone. Records nothing. */

import { AppError } from "../errors.ts";
import type { Subnet } from "../model/subnet.ts";
import { type Address, familyOf } from "../net/address.ts";
import { contains } from "../net/cidr.ts";
import {
	type Patience,
	type ProbeBatch,
	type ProbeOptions,
	type Prober,
	type ProbeTotals,
	SILENT,
} from "../probes/probe.ts";
import type { Surroundings } from "./gate.ts";
import type { Listen } from "./listening.ts";
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
	/** Addresses in attached networks, and those behind a router. */
	readonly near: ProbeOptions;
	readonly far: ProbeOptions;
	readonly isNear: (address: Address) => boolean;
	readonly method: string;
	/** The kernel's neighbour table knows more of these hosts than the answers say. */
	readonly neighbours: boolean;
	/** Who keeps silent may have answered the kernel; undefined: it is not asked. */
	readonly listen?: Listen | undefined;
};

/**
 * ARP for addresses in attached networks only: behind a router it says nothing. There the kernel looks for neighbours
 * itself, so without ARP only so many are asked at a time. A subnet may lie in such a network, or hold one.
 */
export function mannerOf({ prober, timing, surroundings }: AskDeps, { cidr }: Subnet): Manner {
	const blocks = isLoopback(cidr.base) ? [] : surroundings().networks.map((network) => network.cidr);
	const attached = blocks.filter((block) => contains(block, cidr) || contains(cidr, block));
	const isWhole = attached.some((block) => contains(block, cidr));
	const arp = attached.length > 0 && cidr.family === 4 && prober.arp === true;
	const far = {
		attempts: timing.sweepAttempts,
		retryMs: timing.retryMs,
		timeoutMs: timing.replyTimeoutMs,
		arp: false,
	};
	return {
		far,
		near: { ...far, inFlightMax: timing.neighboursInFlight, arp },
		isNear: (address) => isWhole || attached.some((block) => contains(block, address)),
		method: arp ? `arp+${prober.method}` : prober.method,
		neighbours: attached.length > 0 && !arp,
	};
}

/** Targets by the way they are asked, near ones first; one way at least. */
export function waysOf(
	{ near, far, isNear }: Manner,
	targets: readonly Address[],
): { readonly targets: readonly Address[]; readonly options: ProbeOptions }[] {
	const close = targets.filter(isNear);
	if (close.length === targets.length && close.length > 0) return [{ targets, options: near }];
	const others = { targets: targets.filter((address) => !isNear(address)), options: far };
	return close.length === 0 ? [others] : [{ targets: close, options: near }, others];
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

/** The batches of a run; `end` hears the totals that come with its end, which `for await` would drop. */
export async function* untilEnd(
	batches: ReturnType<Prober["probe"]>,
	end: (totals: ProbeTotals) => void,
): AsyncGenerator<ProbeBatch, void, undefined> {
	end(yield* batches);
}

/** Asks suspects once more: those that answer, and whether the silence of the others means anything. */
export async function answersOf(
	prober: Prober,
	suspects: readonly Address[],
	manner: Manner,
	signal: AbortSignal,
): Promise<{ answered: Verdict[]; proven: boolean }> {
	let answered: Verdict[] = [];
	let proven = true;
	for (const { targets, options } of waysOf(manner, suspects)) {
		const batches = untilEnd(prober.probe(targets, { ...options, signal }), ({ lost = 0 }) => {
			// A reply that the kernel dropped for want of room may have been anybody's.
			proven &&= lost === 0;
		});
		for await (const batch of batches) {
			answered.push(...verdictsOf(targets, batch).filter((verdict) => verdict.latencyUs !== SILENT));
		}
	}
	if (manner.listen !== undefined) {
		const heard = new Set(answered.map(({ address }) => address));
		answered = [...answered, ...manner.listen(suspects.filter((address) => !heard.has(address))).answered];
	}
	return { answered, proven };
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
					if ((step.value.lost ?? 0) > 0) throw new AppError("unavailable", `${OVERRUN}: ask again.`);
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

export const OVERRUN = "Too many replies came at once to hear them all";
