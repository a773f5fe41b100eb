/** What every port scanner offers: addresses in, open ports out. Knows no schedule and no database. */

import type { ScanStep } from "../model/scan.ts";
import type { Address } from "../net/address.ts";
import type { PortRange } from "../net/ports.ts";

export type Proto = "tcp" | "udp" | "sctp";

/** An open port. Texts come from strangers: capped, control characters made visible, still to be escaped. */
export type FoundPort = {
	readonly proto: Proto;
	readonly port: number;
	readonly service: string;
	readonly product: string;
	readonly version: string;
	/** The service itself said so; else `service` is only what usually listens there. */
	readonly identified: boolean;
};

export type HostPorts = {
	readonly address: Address;
	/** Ascending by protocol and port. */
	readonly ports: readonly FoundPort[];
	/** Nothing came back from any port: a host behind a filter, or one that went away meanwhile. */
	readonly silent: boolean;
	/** Looked at, and nothing came back: a filter, or a packet that was lost. Not known to be closed. */
	readonly unheard: PortsByProto;
};

export type PortsByProto = Readonly<Record<Proto, readonly PortRange[]>>;

export const NO_PORTS: PortsByProto = { tcp: [], udp: [], sctp: [] };

export type ScanResult = {
	/** Hosts not in here were not judged (out of time, say). */
	readonly hosts: readonly HostPorts[];
	/** What was looked at: nothing is known of any other port. */
	readonly covered: PortsByProto;
	/** Hosts in the output that nobody had asked for. */
	readonly strangers: number;
};

/** `connect`: the built-in one, which opens TCP connections and sends nothing. */
export type ScannerName = "nmap" | "connect";

/** Who scans here, for people and for the table of runs. */
export type ScannerInfo = {
	readonly name: ScannerName;
	/** One sentence. */
	readonly says: string;
	/** What of the settings was understood otherwise than written. */
	readonly notes: readonly string[];
	/** The command that installs nmap, or installs it anew where it is there. */
	readonly mend?: string;
	/** There is an nmap, but it cannot be used. */
	readonly broken?: boolean;
};

export type Scanner = ScannerInfo & {
	/**
	 * Scans addresses of one family, at most a batch. Throws AppError("unavailable") when there is no result to
	 * rely on; what was under way is ended by then, also when `signal` aborts. `told`: now and then, how far it is.
	 */
	scan(
		targets: readonly Address[],
		signal: AbortSignal,
		told?: (step: ScanStep) => void,
	): Promise<ScanResult>;
	close(): void;
};

/** Printers put whatever is written to these on paper: they are looked at by opening a connection, never written to. */
export const PRINTER_PORTS: readonly PortRange[] = [
	{ first: 515, last: 515 },
	{ first: 9_100, last: 9_107 },
];

/** A text from the network: control characters visible as \x1b, at most `max` characters. */
export function cleanText(text: string, max: number): string {
	const shown = text
		.toWellFormed()
		.slice(0, max * 8)
		.replace(/[\p{Cc}\u2028\u2029]/gu, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`);
	const characters = [...shown];
	return characters.length <= max ? shown : `${characters.slice(0, max - 1).join("")}…`;
}
