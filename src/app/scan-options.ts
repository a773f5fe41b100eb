/** What the settings say of port scans, for everybody who opens a scanner. */

import { systemClock } from "../clock.ts";
import { BOUNDS, type Config } from "../config.ts";
import type { PortScanOptions } from "../probes/portscan.ts";

export function scanOptions(config: Config): PortScanOptions {
	const { nmapArgs, nmapPrivileged, tcpPorts } = config;
	return { ...BOUNDS, clock: systemClock, nmapArgs, nmapPrivileged, tcpPorts };
}
