/** The contract of asking the network whether addresses answer. Knows no database, no schedule, no presence. */

import { NO_ANSWER } from "../model/presence.ts";
import type { Address } from "../net/address.ts";
import type { Mac } from "../net/mac.ts";

/** How a prober asks: raw ICMP socket, ICMP datagram socket, or the system's ping program. */
export type ProbeMethod = "raw" | "datagram" | "ping";

/** `latencyUs` of a target that stayed silent through all attempts. */
export const SILENT = NO_ANSWER;

/**
 * Verdicts, as they fall: `index[i]` points into the targets given, `latencyUs[i]` is the round trip (at least 1),
 * SILENT, or UNTIMED for a target that answered ARP and nothing else. `macs[i]`: who answered, where ARP was asked.
 */
export type ProbeBatch = {
	readonly index: Uint32Array;
	readonly latencyUs: Int32Array;
	readonly macs?: readonly (Mac | undefined)[];
};

export type ProbeOptions = {
	/** Echoes to a silent target before the verdict. */
	readonly attempts: number;
	/** Wait between an echo and the next to the same silent target. */
	readonly retryMs: number;
	/** Wait after the last echo before a target is called silent. */
	readonly timeoutMs: number;
	/**
	 * At most so many targets without a verdict at a time (neighbour table of an on-link subnet). A silent one
	 * counts for 3 s from its first echo: so long the kernel keeps an unresolved neighbour.
	 */
	readonly inFlightMax?: number | undefined;
	/** Targets lie in attached IPv4 networks: those that do not answer ARP are silent, the others are pinged. */
	readonly arp?: boolean | undefined;
	/** Ends the run early: the iteration finishes without verdicts for the rest. */
	readonly signal?: AbortSignal | undefined;
};

/** How long somebody who asks is willing to wait for a silent target. */
export type Patience = Pick<ProbeOptions, "attempts" | "retryMs" | "timeoutMs">;

/** Totals of a run, returned when the iteration ends. */
export type ProbeTotals = {
	readonly sent: number;
	readonly replies: number;
	readonly duplicates: number;
	/** ICMP errors (unreachable, time exceeded) that quoted our echoes. */
	readonly errors: number;
	/** The same by reason, such as { "host unreachable": 12 }. */
	readonly reasons?: Readonly<Record<string, number>>;
	/** Packets the kernel dropped meanwhile because our receive buffer was full: above 0, silence proves nothing. */
	readonly lost?: number;
};

/**
 * Asks targets whether they are there. Many runs may be open at once; they share one socket and one pace.
 * Each target gets exactly one verdict. A fault of our own (no route, no permission, no buffers) throws
 * AppError("unavailable") out of the iteration: then no target without a verdict may be judged.
 */
export type Prober = {
	readonly method: ProbeMethod;
	/** Why it is not the best method, with the command that mends it; undefined for raw. */
	readonly note: string | undefined;
	/** May ask by ARP as well (ProbeOptions.arp). */
	readonly arp?: boolean;
	probe(
		targets: readonly Address[],
		options: ProbeOptions,
	): AsyncGenerator<ProbeBatch, ProbeTotals, undefined>;
	close(): void;
};

/** What a prober is opened with. */
export type ProberConfig = {
	/** Echoes a second, over all runs together. */
	readonly ratePps: number;
	/** Verdicts in one batch at most; a batch is also handed over every `batchMs`. */
	readonly batchSize: number;
	readonly batchMs: number;
	/** Parallel `ping` processes of the fallback. */
	readonly pingProcesses: number;
	/** undefined: never by ARP. */
	readonly arp?: ArpConfig | undefined;
};

export type ArpConfig = {
	/** Requests to a silent address. */
	readonly attempts: number;
	/** Wait between two of them, and after the last. */
	readonly waitMs: number;
	/** One hardware address that answers ARP for more addresses than this, all silent to pings, is a router's proxy. */
	readonly aliasesMax: number;
	/** More hosts than this in one run are pinged past the kernel's neighbour table, which could not hold them. */
	readonly neighboursMax: number;
};
