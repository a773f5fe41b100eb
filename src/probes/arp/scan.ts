/**
 * ARP first: on attached IPv4 networks everybody is asked by ARP, and only who answers is pinged. Whoever keeps
 * silent to the ping is there all the same. Knows no packet; asks through probers.
 *
 * Why (measured): the kernel's neighbour table overflows silently when a large attached network is pinged, and
 * hosts that drop ICMP cannot drop ARP without losing their network.
 */

import { UNTIMED } from "../../model/presence.ts";
import { type Address, toV4 } from "../../net/address.ts";
import type { Mac } from "../../net/mac.ts";
import {
	type ArpConfig,
	type ProbeBatch,
	type ProbeOptions,
	type Prober,
	type ProbeTotals,
	SILENT,
} from "../probe.ts";
import { type Link, linkOf } from "./links.ts";

export type ScanParts = {
	/** Pings the ordinary way. */
	readonly prober: Prober;
	/** Asks by ARP what `arpBook` was told of; `forget` gives who answered. */
	readonly arp: Prober;
	readonly arpBook: { expect(ip: number, link: Link): void; forget(ip: number): Mac | undefined };
	/** Pings straight onto the link whom `linkBook` was told of. */
	readonly link: Prober;
	readonly linkBook: { expect(ip: number, link: Link, mac: Mac): void; forget(ip: number): void };
	readonly config: ArpConfig;
	readonly links: () => Link[];
};

type Totals = { sent: number; replies: number; duplicates: number; errors: number; lost: number };

/** One verdict: which target, its latency or SILENT. */
type Told = { readonly i: number; readonly latencyUs: number };

/** One probe on its way through the stages. */
type Journey = {
	readonly targets: readonly Address[];
	readonly options: ProbeOptions;
	readonly totals: Totals;
	/** By target: the link it lies on, who answered. */
	readonly links: Map<number, Link>;
	readonly macs: Map<number, Mac>;
};

export class Scan {
	readonly #parts: ScanParts;
	/** Routers that answer ARP for others (RFC 1027): their word is no proof of a host. Grows by one a router. */
	readonly #proxies = new Set<Mac>();

	constructor(parts: ScanParts) {
		this.#parts = parts;
	}

	async *probe(
		targets: readonly Address[],
		options: ProbeOptions,
	): AsyncGenerator<ProbeBatch, ProbeTotals, undefined> {
		const totals = { sent: 0, replies: 0, duplicates: 0, errors: 0, lost: 0 };
		const journey = { targets, options, totals, links: new Map(), macs: new Map() };
		const { asked, others } = this.#sort(journey);
		const there: number[] = [];
		for await (const told of this.#ask(journey, asked)) {
			there.push(...told.filter(({ latencyUs }) => latencyUs !== SILENT).map(({ i }) => i));
			yield* this.#tell(
				journey,
				told.filter(({ latencyUs }) => latencyUs === SILENT),
			);
		}
		const silent: number[] = [];
		for await (const told of this.#ping(journey, there, others)) {
			const isHeld = ({ i, latencyUs }: Told) => latencyUs === SILENT && journey.macs.has(i);
			silent.push(...told.filter(isHeld).map(({ i }) => i));
			yield* this.#tell(
				journey,
				told.filter((one) => !isHeld(one)),
			);
		}
		if (!options.signal?.aborted) yield* this.#tell(journey, this.#judge(journey, silent));
		return totals;
	}

	/** Whom to ask by ARP, and the others: ourselves, who do not answer our own ARP, and whoever is not attached. */
	#sort({ targets, links, macs }: Journey): { asked: number[]; others: number[] } {
		const attached = this.#parts.links();
		const own = new Map(attached.map((link) => [link.own, link.device.mac]));
		const asked: number[] = [];
		const others: number[] = [];
		targets.forEach((target, i) => {
			const link = linkOf(attached, target);
			const mac = own.get(toV4(target));
			if (link === undefined || mac !== undefined) {
				others.push(i);
				if (link && mac) macs.set(i, mac);
				return;
			}
			links.set(i, link);
			asked.push(i);
		});
		return { asked, others };
	}

	async *#ask(journey: Journey, asked: readonly number[]): AsyncGenerator<Told[], void, undefined> {
		const { arp, arpBook, config } = this.#parts;
		const { attempts, waitMs } = config;
		const { signal } = journey.options;
		const ipOf = (i: number) => toV4(journey.targets[i] as Address);
		for (const i of asked) arpBook.expect(ipOf(i), journey.links.get(i) as Link);
		const open = new Set(asked);
		try {
			const options = { attempts, retryMs: waitMs, timeoutMs: waitMs, signal };
			for await (const told of follow(arp, asked, journey, options)) {
				for (const { i } of told) {
					open.delete(i);
					const mac = arpBook.forget(ipOf(i));
					if (mac !== undefined) journey.macs.set(i, mac);
				}
				yield told;
			}
			// What counts are the answers to pings.
			journey.totals.replies = 0;
		} finally {
			for (const i of open) arpBook.forget(ipOf(i));
		}
	}

	/** Few are pinged through the kernel; many straight onto the link, and through the kernel those silent there. */
	async *#ping(
		journey: Journey,
		there: readonly number[],
		others: readonly number[],
	): AsyncGenerator<Told[], void, undefined> {
		const { prober, config } = this.#parts;
		const { options } = journey;
		if (there.length <= config.neighboursMax) {
			return yield* follow(prober, [...there, ...others], journey, options);
		}
		const silent: number[] = [];
		for await (const told of this.#pingLink(journey, there)) {
			silent.push(...told.filter(({ latencyUs }) => latencyUs === SILENT).map(({ i }) => i));
			yield told.filter(({ latencyUs }) => latencyUs !== SILENT);
		}
		if (options.signal?.aborted) return;
		const again = silent.splice(0, config.neighboursMax);
		yield silent.map((i) => ({ i, latencyUs: SILENT }));
		yield* follow(prober, [...again, ...others], journey, options);
	}

	async *#pingLink(journey: Journey, there: readonly number[]): AsyncGenerator<Told[], void, undefined> {
		const { link, linkBook } = this.#parts;
		const ipOf = (i: number) => toV4(journey.targets[i] as Address);
		for (const i of there) {
			linkBook.expect(ipOf(i), journey.links.get(i) as Link, journey.macs.get(i) as Mac);
		}
		try {
			yield* follow(link, there, journey, { ...journey.options, inFlightMax: undefined });
		} finally {
			for (const i of there) linkBook.forget(ipOf(i));
		}
	}

	/** Silent to the ping but not to ARP: there, unless one hardware address speaks for too many of them. */
	#judge({ macs }: Journey, silent: readonly number[]): Told[] {
		const speaks = new Map<Mac, number>();
		for (const i of silent) speaks.set(macs.get(i) ?? 0, (speaks.get(macs.get(i) ?? 0) ?? 0) + 1);
		for (const [mac, times] of speaks) if (times > this.#parts.config.aliasesMax) this.#proxies.add(mac);
		return silent.map((i) => {
			if (!this.#proxies.has(macs.get(i) ?? 0)) return { i, latencyUs: UNTIMED };
			macs.delete(i);
			return { i, latencyUs: SILENT };
		});
	}

	*#tell({ macs }: Journey, told: readonly Told[]): Generator<ProbeBatch, void, undefined> {
		if (told.length === 0) return;
		yield {
			index: Uint32Array.from(told, ({ i }) => i),
			latencyUs: Int32Array.from(told, ({ latencyUs }) => latencyUs),
			macs: told.map(({ i }) => macs.get(i)),
		};
	}
}

/** Probes the targets `which` of a journey, verdicts by the journey's own index; adds to its totals. */
async function* follow(
	prober: Prober,
	which: readonly number[],
	{ targets, totals }: Journey,
	options: ProbeOptions,
): AsyncGenerator<Told[], void, undefined> {
	const run = prober.probe(
		which.map((i) => targets[i] as Address),
		{ ...options, arp: false },
	);
	let step = await run.next();
	try {
		for (; !step.done; step = await run.next()) {
			const { index, latencyUs } = step.value;
			yield Array.from(index, (at, k) => ({ i: which[at] as number, latencyUs: latencyUs[k] as number }));
		}
	} finally {
		// The reader left early: so does the run.
		if (!step.done) await run.return(totals);
	}
	totals.sent += step.value.sent;
	totals.replies += step.value.replies;
	totals.duplicates += step.value.duplicates;
	totals.errors += step.value.errors;
	totals.lost += step.value.lost ?? 0;
}
