/** Who was asked lately and did not answer: remembered for a while, so that many who want an address ask once. */

import type { Clock } from "../clock.ts";
import type { Silence } from "../ipam/next-address.ts";
import type { Address } from "../net/address.ts";
import type { Surroundings } from "./desk.ts";

/** Echoes to a candidate, and the waits after each, in milliseconds. */
const PATIENCE = { attempts: 2, retryMs: 150, timeoutMs: 350 };
/** The neighbour table is read again after so many milliseconds. */
const NEIGHBOURS_MS = 1_000;
/** As Surroundings.ask tells silence. */
const NO_ANSWER = -1;

export type SilenceOptions = {
	readonly surroundings: Pick<Surroundings, "ask" | "neighbours">;
	readonly clock: Clock;
	/** What was heard counts so long, in milliseconds. */
	readonly trustMs: number;
	/** Addresses remembered; the oldest are forgotten first. */
	readonly addressesMax: number;
};

export function openSilence({ surroundings, clock, trustMs, addressesMax }: SilenceOptions): Silence {
	const verdicts = new Map<Address, { readonly at: number; readonly silent: boolean }>();
	const asking = new Map<Address, Promise<void>>();
	let near: { readonly at: number; readonly addresses: ReadonlySet<Address> } | undefined;
	const hear = async (addresses: readonly Address[]) => {
		try {
			const heard = await surroundings.ask(addresses, PATIENCE);
			const at = clock.monotonicMs();
			addresses.forEach((address, i) => {
				verdicts.delete(address);
				verdicts.set(address, { at, silent: heard[i] === NO_ANSWER });
			});
			for (const oldest of verdicts.keys()) {
				if (verdicts.size <= addressesMax) break;
				verdicts.delete(oldest);
			}
		} finally {
			for (const address of addresses) asking.delete(address);
		}
	};
	return {
		neighbours() {
			const now = clock.monotonicMs();
			if (near === undefined || now - near.at > NEIGHBOURS_MS)
				near = { at: now, addresses: new Set(surroundings.neighbours()) };
			return near.addresses;
		},
		heard(address) {
			const verdict = verdicts.get(address);
			return verdict === undefined || clock.monotonicMs() - verdict.at > trustMs ? undefined : verdict.silent;
		},
		async ask(addresses) {
			const fresh = addresses.filter((address) => !asking.has(address));
			if (fresh.length > 0) {
				const answered = hear(fresh);
				for (const address of fresh) asking.set(address, answered);
			}
			await Promise.all(new Set(addresses.map((address) => asking.get(address))));
		},
	};
}
