/** Opens the best port scanner this machine offers: nmap, else connections of our own. Scans nothing itself. */

import type { Clock } from "../clock.ts";
import { listPorts, type PortRange } from "../net/ports.ts";
import { describePorts, wellKnownPorts } from "./known-ports.ts";
import { planNmap } from "./nmap/arguments.ts";
import { findNmap, rawRight } from "./nmap/find.ts";
import { openNmap } from "./nmap/scanner.ts";
import type { Scanner } from "./scanner.ts";
import { openConnector, openConnectScanner } from "./tcp.ts";

export type PortScanOptions = {
	readonly clock: Clock;
	/** NMAP_ARGS as it was written. */
	readonly nmapArgs: string;
	readonly nmapPrivileged: boolean;
	/** Ports of the built-in scan; empty: the table's. */
	readonly tcpPorts: readonly PortRange[];
	readonly scanHostTimeoutMs: number;
	readonly scanSpareMs: number;
	readonly scanGraceMs: number;
	readonly scanOutBytes: number;
	readonly scanErrBytes: number;
	readonly connectsPps: number;
	readonly connectsAtOnce: number;
	readonly connectMs: number;
	/** Path of nmap, or null for none; left out: looked for in the PATH. */
	readonly nmapPath?: string | null;
};

/**
 * Throws AppError("invalid") when the arguments of nmap are not permitted, also where there is no nmap. A missing or
 * broken nmap is no error: the built-in scan takes its place and says so.
 */
export async function openPortScanner(options: PortScanOptions): Promise<Scanner> {
	const { clock } = options;
	const raw = rawRight(options.nmapPrivileged);
	const plan = planNmap(options.nmapArgs, raw, options.scanHostTimeoutMs);
	const connector = openConnector(options);
	const found = await findNmap(clock, options.nmapPath);
	if (found.nmap !== undefined) {
		return openNmap({
			clock,
			nmap: found.nmap,
			plan,
			raw,
			connector,
			spareMs: options.scanSpareMs,
			graceMs: options.scanGraceMs,
			outBytes: options.scanOutBytes,
			errBytes: options.scanErrBytes,
			mend: installCommand(true),
		});
	}
	const own = options.tcpPorts.length > 0;
	const ports = own ? options.tcpPorts : wellKnownPorts();
	const listed = listPorts(ports);
	return openConnectScanner(connector, {
		ports,
		listed,
		says: `${options.nmapPath === null ? "nmap is left aside" : found.why}: the built-in TCP scan of ${describePorts(ports, own, listed.length)} is used.`,
		mend: installCommand(found.missing !== true),
		broken: found.missing !== true,
	});
}

/** How nmap is installed, or (`again`) put in the place of a broken one, where we know the package manager. */
function installCommand(again: boolean): string {
	const managers = {
		"apt-get": ["sudo apt-get install nmap", "sudo apt-get install --reinstall nmap"],
		apk: ["sudo apk add nmap", "sudo apk fix --reinstall nmap"],
		dnf: ["sudo dnf install nmap", "sudo dnf reinstall nmap"],
		pacman: ["sudo pacman -S nmap", "sudo pacman -S nmap"],
		zypper: ["sudo zypper install nmap", "sudo zypper install --force nmap"],
		brew: ["brew install nmap", "brew reinstall nmap"],
	};
	const here = Object.entries(managers).find(([name]) => Bun.which(name) !== null);
	return `${here?.[1][again ? 1 : 0] ?? "install nmap"}   # then restart Rollcall`;
}
