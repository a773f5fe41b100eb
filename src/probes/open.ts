/** Opens the best prober this machine permits: raw socket, datagram socket, ping program. Sends nothing itself. */

import type { Clock } from "../clock.ts";
import { AppError } from "../errors.ts";
import { openArpFirst } from "./arp/open.ts";
import { Pace } from "./icmp/pace.ts";
import { openPinger } from "./icmp/pinger.ts";
import { openWire } from "./icmp/wire.ts";
import { openLibc } from "./libc.ts";
import { localNetworks } from "./links.ts";
import { neverAskedHere } from "./never.ts";
import { openPing, systemPing } from "./ping.ts";
import type { Prober, ProberConfig } from "./probe.ts";

/** What a prober needs from its surroundings; `random` gives 0 ≤ x < 1. */
export type ProberTools = { clock: Clock; random: () => number };

/** Throws AppError("invalid") for a rate that is none, AppError("unavailable") when not even the ping program is there, or sockets fail for another reason than permission. */
export function openProber(config: ProberConfig, { clock, random }: ProberTools): Prober {
	if (!(config.ratePps > 0)) throw new AppError("invalid", "The rate must be above 0 echoes a second.");
	const never = () => neverAskedHere(localNetworks());
	const libc = openLibc();
	const opened = libc && openWire(libc, random);
	const mend = `Allow raw sockets with: setcap cap_net_raw+ep ${process.execPath}`;
	if (libc && opened?.method === "raw") {
		const pace = new Pace(config.ratePps, clock.monotonicMs());
		const pinger = openPinger(opened, { config, clock, random, never, pace, note: undefined });
		return openArpFirst(pinger, config, { libc, clock, random, never, pace });
	}
	if (opened) {
		const note = `Raw ICMP sockets are not permitted; sweeps use datagram sockets. ${mend}`;
		return openPinger(opened, { config, clock, random, never, note });
	}
	const path = Bun.which("ping");
	if (!path) {
		throw new AppError("unavailable", `This machine permits no ICMP socket and has no ping program. ${mend}`);
	}
	const why = libc
		? `ICMP sockets are not permitted; sweeps start one ping process per address. ${mend} – or datagram sockets with: sysctl -w net.ipv4.ping_group_range="0 2147483647"`
		: "ICMP sockets are built for 64-bit Linux with glibc or musl; here sweeps start one ping process per address.";
	return openPing({ config, clock, never, note: why, ping: systemPing(path) });
}
