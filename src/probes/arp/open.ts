/** Puts ARP before a prober, where packet sockets are permitted. Sends nothing itself. */

import type { Clock } from "../../clock.ts";
import type { Pace } from "../icmp/pace.ts";
import { openPinger } from "../icmp/pinger.ts";
import { wireOf } from "../icmp/wire.ts";
import type { Libc } from "../libc.ts";
import type { Never } from "../never.ts";
import type { Prober, ProberConfig } from "../probe.ts";
import { openLinkSocket } from "./link-socket.ts";
import { attachedLinks } from "./links.ts";
import { Scan } from "./scan.ts";
import { openArpSocket } from "./socket.ts";

/** `pace`: that of `prober`; all packets together keep to it. */
export type ArpTools = { libc: Libc; clock: Clock; random: () => number; never: () => Never; pace: Pace };

/** `prober` with ARP before it; as it is where that is not wanted or no packet socket may be opened. */
export function openArpFirst(prober: Prober, config: ProberConfig, tools: ArpTools): Prober {
	if (config.arp === undefined) return prober;
	const { libc, clock, random, never, pace } = tools;
	const arpBook = openArpSocket(libc);
	if (typeof arpBook === "number") return prober;
	const linkBook = openLinkSocket(libc, 1 + Math.floor(random() * 0xfffe));
	if (typeof linkBook === "number") {
		libc.close(arpBook.fd);
		return prober;
	}
	const parts = { config, clock, random, never, pace, note: undefined };
	const arp = openPinger({ method: "raw", wire: wireOf(libc, [arpBook]) }, parts);
	const link = openPinger({ method: "raw", wire: wireOf(libc, [linkBook]) }, parts);
	const links = () => attachedLinks(libc);
	const scan = new Scan({ prober, arp, arpBook, link, linkBook, config: config.arp, links });
	return {
		...prober,
		arp: true,
		probe: (targets, options) =>
			options.arp ? scan.probe(targets, options) : prober.probe(targets, options),
		close() {
			for (const one of [arp, link, prober]) one.close();
			linkBook.close();
		},
	};
}
