/** The thread beside the main one: what is said across the border, and the stations that work behind it. */

import { AppError } from "../errors.ts";
import type { News } from "../events/bus.ts";
import type { Trouble } from "../model/doctor/facts.ts";
import type { Address } from "../net/address.ts";
import type { Patience, ProbeMethod } from "../probes/probe.ts";
import { storageFault, storageKind } from "../store/faults.ts";

/** Something that works in the thread: woken every second, it looks in the database for what is due. */
export type Station = { tick(): void; close(): Promise<void> };

/** Plain data: it crosses the thread border. */
export type ToWorker<C> =
	| { readonly kind: "open"; readonly config: C }
	| { readonly kind: "tick" }
	| Question
	| { readonly kind: "close" };

/** Do these addresses answer now? `id` is the asker's own, and comes back with the answer. */
export type Question = {
	readonly kind: "ask";
	readonly id: number;
	readonly addresses: readonly Address[];
	readonly patience: Patience;
};

export type FromWorker =
	| ({ readonly kind: "ready" } & Manners)
	| { readonly kind: "news"; readonly news: News }
	| { readonly kind: "trouble"; readonly trouble: Trouble | undefined }
	/** What the addresses of a question answered, by position, or why nothing could be asked. */
	| {
			readonly kind: "heard";
			readonly id: number;
			readonly latencyUs?: Int32Array;
			readonly problem?: string;
	  }
	| { readonly kind: "closed" };

/** How sweeps are asked here. `note`: why not better; `arp`: attached networks are asked by ARP first. */
export type Manners = {
	readonly method: ProbeMethod;
	readonly note: string | undefined;
	readonly arp: boolean;
};

/** The end of the border that faces the main thread. */
export type Port<C> = {
	post(message: FromWorker): void;
	onMessage(handler: (message: ToWorker<C>) => void): void;
};

/** What `open` made: its stations, how they probe, and the end of all of it. */
export type Crew = Manners & {
	readonly stations: readonly Station[];
	/** See askNow. */
	ask(addresses: readonly Address[], patience: Patience): Promise<Int32Array>;
	close(): void;
};

/** Serves the main thread until it says "close". */
export function runWorker<C>(
	port: Port<C>,
	open: (config: C, publish: (news: News) => void) => Promise<Crew>,
): void {
	let crew: Crew | undefined;
	port.onMessage((message) => {
		if (message.kind === "open") {
			open(message.config, (news) => port.post({ kind: "news", news })).then(
				(opened) => {
					crew = opened;
					const { method, note, arp } = opened;
					port.post({ kind: "ready", method, note, arp });
				},
				(error: Error) => {
					const says = error instanceof AppError ? error.message : (storageFault(error) ?? error.message);
					port.post({ kind: "trouble", trouble: { says, fault: storageKind(error) } });
				},
			);
		} else if (message.kind === "tick") {
			if (crew !== undefined) tick(crew, port);
		} else if (message.kind === "ask") {
			void answer(crew, message).then((heard) => port.post(heard));
		} else {
			closeCrew(crew).finally(() => port.post({ kind: "closed" }));
		}
	});
}

/** A tick that fails (a busy database) is told and tried again a second later; nothing is lost. */
function tick<C>(crew: Crew, port: Port<C>): void {
	try {
		for (const station of crew.stations) station.tick();
		port.post({ kind: "trouble", trouble: undefined });
	} catch (error) {
		const said = error instanceof AppError ? error.message : storageFault(error);
		const says = said ?? `The queue cannot be read: ${(error as Error).message}`;
		port.post({ kind: "trouble", trouble: { says, fault: storageKind(error) ?? "unusable" } });
	}
}

async function answer(crew: Crew | undefined, question: Question): Promise<FromWorker> {
	const { id, addresses, patience } = question;
	try {
		if (crew === undefined) throw new Error("The thread that asks has not opened its socket yet.");
		return { kind: "heard", id, latencyUs: await crew.ask(addresses, patience) };
	} catch (error) {
		return { kind: "heard", id, problem: (error as Error).message };
	}
}

async function closeCrew(crew: Crew | undefined): Promise<void> {
	await Promise.all((crew?.stations ?? []).map((station) => station.close()));
	crew?.close();
}
