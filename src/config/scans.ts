/** Settings and bounds of port scans. */

import { countPorts, type PortRange, parsePorts } from "../net/ports.ts";
import { type Key, number, yesOrNo } from "./reading.ts";

export type ScanSettings = Readonly<{
	/** Minutes between two port scans of a host; 0: only when somebody asks. */
	scanIntervalMinutes: number;
	/** Options of nmap, as written; see src/probes/nmap/arguments.ts for what is permitted. */
	nmapArgs: string;
	/** The nmap program has been given the right to raw sockets. */
	nmapPrivileged: boolean;
	/** Port scans at the same time. */
	scanConcurrency: number;
	/** Ports of the built-in scan; empty: our own table. */
	tcpPorts: readonly PortRange[];
}>;

export const SCAN_BOUNDS = {
	/** Hosts of one port scan, all of one subnet. */
	scanBatch: 16,
	/** Longest time of nmap for one host (one service that nmap does not know takes 150 s), and of a run beyond that. */
	scanHostTimeoutMs: 600_000,
	scanSpareMs: 60_000,
	/** How long a killed nmap's output is still waited for, in milliseconds. */
	scanGraceMs: 2_000,
	/** Output of one nmap, in bytes: 16 hosts with 1,000 open ports each are 4 MB. */
	scanOutBytes: 8_388_608,
	scanErrBytes: 65_536,
	/** Hosts due within this share of the interval go along with a batch that starts. */
	scanAheadShare: 0.05,
	/** A scan that failed is tried again after so long, doubling up to a day, in milliseconds. */
	scanRetryMs: 300_000,
	scanRetryMaxMs: 86_400_000,
	/** Port events of one host in one scan, beyond which they become one. */
	scanEventsMax: 8,
	/** The built-in scan: connections a second and at a time of one run, and how long one may take. */
	connectsPps: 200,
	connectsAtOnce: 64,
	connectMs: 1_000,
} as const;

export const SCAN_KEYS = {
	scanIntervalMinutes: {
		key: "SCAN_NMAP_INTERVAL_MINUTES",
		example: "60",
		fallback: "60",
		read: (text: string) => (text === "0" ? 0 : number(5, 10_080)(text)),
		needs: "a number of minutes from 5 to 10080, or 0 for no scans by the clock",
	},
	nmapArgs: {
		key: "NMAP_ARGS",
		example: '"-Pn -T3 --top-ports 1000 -sS -sV"',
		fallback: "-Pn -T3 --top-ports 1000 -sS -sV",
		read: (text: string) => text,
		needs: "a line of options",
	},
	nmapPrivileged: {
		key: "NMAP_PRIVILEGED",
		example: "true",
		fallback: "false",
		read: yesOrNo,
		needs: "true or false",
	},
	scanConcurrency: {
		key: "SCAN_CONCURRENCY",
		example: "2",
		fallback: "2",
		read: number(1, 8),
		needs: "a number from 1 to 8",
	},
	tcpPorts: {
		key: "SCAN_TCP_PORTS",
		example: "22,80,443,8000-8100",
		fallback: "",
		read: tcpPorts,
		needs: "a list of at most 4096 ports",
	},
} satisfies Record<string, Key>;

function tcpPorts(text: string): PortRange[] | undefined {
	const ports = text === "" ? [] : parsePorts(text.replaceAll(" ", "")).value;
	return ports !== undefined && countPorts(ports) <= 4_096 ? ports : undefined;
}
