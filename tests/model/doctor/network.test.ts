/** The doctor on the way to the network: every trouble is a line with its one command, and on the light. */

import { describe, test } from "bun:test";
import type { Facts } from "../../../src/model/doctor/facts.ts";
import {
	eth0,
	expectTrouble,
	MINUTE,
	machine,
	NOW,
	probing,
	type Trouble,
	work,
} from "../../helpers/doctor-facts.ts";

const noWay: Facts["probing"] = {
	...{ sweeps: true, method: undefined, arp: "refused" },
	trouble: { says: "This machine permits no ICMP socket and has no ping program. Allow …" },
};
const route = (way: Facts["subnets"][number]["route"], devices = machine.devices): Partial<Facts> => ({
	subnets: [{ cidr: "10.9.0.0/16", route: way }],
	machine: { ...machine, devices },
});

const TROUBLES: readonly Trouble[] = [
	[
		"dead uplink, noticed by a sweep",
		{
			work: {
				...work,
				ownDown: { since: NOW - 5 * MINUTE, reason: "The default gateway 10.0.0.1 does not answer." },
			},
		},
		...([
			"Own network",
			"bad",
			/^Lost 5 min ago\. The default gateway/,
			"ip -br address",
			/lost its network/,
		] as const),
	],
	[
		"an interface that is switched off",
		{ machine: { ...machine, addresses: 0, devices: [{ ...eth0, up: false, running: false }] } },
		...([
			"Own network",
			"bad",
			/both a link and an address/,
			"sudo ip link set dev eth0 up",
			/No interface/,
		] as const),
	],
	[
		"a cable that is out",
		{ machine: { ...machine, addresses: 0, devices: [{ ...eth0, running: false }] } },
		...(["Own network", "bad", /both a link and an address/, "ip -br link", /No interface/] as const),
	],
	[
		"no route to a subnet",
		route({ kind: "none" }),
		...([
			"Routes",
			"bad",
			/10\.9\.0\.0\/16: no route/,
			"sudo ip route add 10.9.0.0/16 via ROUTER",
			/cannot be reached/,
		] as const),
	],
	[
		"a route that forbids it",
		route({ kind: "forbidden" }),
		...([
			"Routes",
			"bad",
			/forbids it/,
			"ip route show table all root 10.9.0.0/16",
			/cannot be reached/,
		] as const),
	],
	[
		"the interface of a route without a link",
		route({ kind: "way", device: 2, gateway: undefined }, [{ ...eth0, running: false }]),
		...(["Routes", "bad", /eth0 has no link/, "ip -br link show eth0", /eth0 has no link/] as const),
	],
	[
		"no way to send an echo",
		{ probing: noWay },
		...([
			"ICMP",
			"bad",
			/permits no ICMP socket/,
			"sudo setcap cap_net_raw+ep /usr/bin/rollcall",
			/permits no ICMP/,
		] as const),
	],
	[
		"the ping program alone",
		{ probing: { ...probing, method: "ping", arp: "refused" } },
		...([
			"ICMP",
			"warn",
			/one process for each address/,
			"sudo setcap cap_net_raw+ep /usr/bin/rollcall",
			/Sweeps are slow/,
		] as const),
	],
	[
		"ping_group_range without us",
		{ probing: { ...probing, method: "ping", arp: "refused" } },
		...([
			"Datagram sockets",
			"warn",
			/ping_group_range is 1 0/,
			'sudo sysctl -w net.ipv4.ping_group_range="0 2147483647"',
			undefined,
		] as const),
	],
	[
		"ARP not permitted",
		{ probing: { ...probing, arp: "refused" } },
		...([
			"ARP",
			"warn",
			/not permitted/,
			"sudo setcap cap_net_raw+ep /usr/bin/rollcall",
			/ARP is not permitted/,
		] as const),
	],
	[
		"neighbour table nearly full",
		{ machine: { ...machine, neighbours: { limit: 1_024, held: 1_000, overflowing: false } } },
		...([
			"Neighbour table",
			"warn",
			/knows 1000 of at most 1024/,
			"sudo sysctl -w net.ipv4.neigh.default.gc_thresh2=4096 net.ipv4.neigh.default.gc_thresh3=8192",
			/nearly full/,
		] as const),
	],
	[
		"neighbour table that was full",
		{ machine: { ...machine, neighbours: { limit: 4_096, held: 4_000, overflowing: true } } },
		...([
			"Neighbour table",
			"bad",
			/was full just now/,
			"sudo sysctl -w net.ipv4.neigh.default.gc_thresh2=8192 net.ipv4.neigh.default.gc_thresh3=16384",
			/table is full/,
		] as const),
	],
	[
		"a thread that breaks",
		{ probing: { ...noWay, trouble: { says: "The part that sweeps broke off (x) and is started again." } } },
		...(["ICMP", "bad", /broke off/, "rollcall sweep 127.0.0.1/32", /broke off/] as const),
	],
];

describe("the network: each trouble is one line with its one command, and on the light", () => {
	test.each(TROUBLES.map((one) => [one[0], one] as const))("%s", (_, trouble) => expectTrouble(trouble));
});
