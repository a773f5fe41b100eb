/** ARP on real links: neighbours by veth, hosts that drop pings, routers that answer for others, missing rights. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
	configure,
	halfAlive,
	type Lab,
	labProblem,
	nft,
	openLab,
	type Ran,
	sysctl,
} from "../helpers/netns.ts";

const problem = labProblem("nft", "setpriv", "sysctl");
const ENTRY = `${import.meta.dir}/../bench/sweep-entry.ts`;
const FAR_MAC = "00:11:32:8a:00:01";
const NEAR_MAC = "02:00:00:00:00:01";

type Line = { ip: string; up: boolean; latencyMs: number | null; mac: string | null };

let lab: Lab;

function sweep(args: string[], rights: string[] = []): Ran {
	return lab.inNear([...rights, process.execPath, ENTRY, "--arp", ...args]);
}

function linesOf({ out }: Ran): Line[] {
	const lines = out
		.split("\n")
		.filter(Boolean)
		.map((line) => JSON.parse(line) as Line);
	expect(new Set(lines.map(({ ip }) => ip)).size).toBe(lines.length);
	return lines;
}

/** Entries of the kernel's neighbour table near. */
function neighbours(): number {
	return lab.inNear(["ip", "-4", "neigh"]).out.split("\n").filter(Boolean).length;
}

/** Drops echoes to these addresses at the far end; ARP is not touched. */
function dropPings(block: string): void {
	const rule = `ip daddr ${block} icmp type echo-request drop`;
	nft(lab, "far", `table ip r {\nchain in {\ntype filter hook prerouting priority 0\n${rule}\n}\n}`);
}

describe.skipIf(problem !== undefined)(problem ? `lab ARP (skipped: ${problem})` : "lab ARP", () => {
	beforeAll(() => {
		lab = openLab(2);
		configure(lab, {
			near: [`link set veth0 address ${NEAR_MAC}`, "addr add 10.70.0.200/24 dev veth0"],
			far: [
				`link set veth0 address ${FAR_MAC}`,
				"route add local 10.70.0.0/26 dev lo",
				"route add 10.70.0.0/24 dev veth0",
			],
		});
	});
	afterAll(() => lab?.close());

	test("exactly the neighbours that are there, with their hardware address, and ourselves", () => {
		const ran = sweep(["10.70.0.0/24", "--json"]);
		expect(ran).toMatchObject({ code: 0, err: "" });
		const lines = linesOf(ran);
		const up = lines.filter((line) => line.up);
		expect(lines).toHaveLength(254);
		// 63: the network address is not asked; and this machine itself.
		expect(up.filter(({ mac }) => mac === FAR_MAC)).toHaveLength(63);
		expect(up.filter(({ mac }) => mac === NEAR_MAC).map(({ ip }) => ip)).toEqual(["10.70.0.200"]);
		expect(up.every(({ latencyMs }) => latencyMs !== null && latencyMs > 0)).toBe(true);
		// Nobody who is not there has taken a place in the kernel's table.
		expect(neighbours()).toBeLessThan(70);
	});

	test("a host that drops pings is up without a latency; the table shows it", () => {
		dropPings("10.70.0.8/29");
		try {
			const silent = linesOf(sweep(["10.70.0.0/24", "--json"])).filter(
				({ up, latencyMs }) => up && latencyMs === null,
			);
			expect(silent.map(({ ip }) => ip).sort()).toEqual(
				Array.from({ length: 8 }, (_, i) => `10.70.0.${8 + i}`).sort(),
			);
			const { out } = sweep(["10.70.0.8/31"]);
			expect(out).toMatch(new RegExp(`^10\\.70\\.0\\.8 +– ms {2}${FAR_MAC} {2}Synology Incorporated\n`));
		} finally {
			nft(lab, "far", "");
		}
	});

	test("a router that answers ARP for everybody makes nobody up", () => {
		// Proxy ARP answers for what is routed out of another interface.
		configure(lab, {
			near: ["addr add 10.71.0.200/24 dev veth0"],
			far: [
				...["link add out0 type veth peer name out1", "link set out0 up", "link set out1 up"],
				...["route add 10.71.0.0/24 dev out0", "route add 10.71.0.200/32 dev veth0"],
				"route add local 10.71.0.64/28 dev lo",
			],
		});
		sysctl(lab, "far", "net.ipv4.ip_forward", "1");
		sysctl(lab, "far", "net.ipv4.conf.veth0.proxy_arp", "1");
		sysctl(lab, "far", "net.ipv4.neigh.veth0.proxy_delay", "0");
		const up = linesOf(sweep(["10.71.0.0/24", "--json"])).filter((line) => line.up);
		expect(up.map(({ ip }) => ip).filter((ip) => ip !== "10.71.0.200")).toHaveLength(16);
		sysctl(lab, "far", "net.ipv4.conf.veth0.proxy_arp", "0");
		configure(lab, { near: ["addr del 10.71.0.200/24 dev veth0"] });
	});

	test("more hosts than the kernel's neighbour table holds: none is lost, all have a latency", () => {
		configure(lab, {
			near: ["addr add 10.72.0.17/20 dev veth0"],
			far: [
				...halfAlive("10.72.0.0", 20, 16).filter((line) => !line.includes("blackhole")),
				"route add 10.72.0.0/20 dev veth0",
			],
		});
		const lines = linesOf(sweep(["10.72.0.0/20", "--json", "--rate", "20000"]));
		const up = lines.filter((line) => line.up);
		expect(lines).toHaveLength(4_094);
		// Half of 4,096 without the network address, and ourselves.
		expect(up).toHaveLength(2_048);
		expect(up.filter(({ latencyMs }) => latencyMs === null)).toHaveLength(0);
	});

	test("an own firewall that drops what it saw no question for: nobody is called silent to ping for it", () => {
		const rule = "ct state invalid drop";
		nft(lab, "near", `table ip r {\nchain in {\ntype filter hook input priority 0\n${rule}\n}\n}`);
		try {
			const up = linesOf(sweep(["10.70.0.0/24", "--json"])).filter((line) => line.up);
			expect(up).toHaveLength(64);
			expect(up.filter(({ latencyMs }) => latencyMs === null)).toHaveLength(0);
		} finally {
			nft(lab, "near", "");
		}
	});

	test("a network that is not attached is pinged as ever", () => {
		configure(lab, {
			near: ["route add 10.73.0.0/24 via 10.99.0.2"],
			far: ["route add local 10.73.0.0/28 dev lo", "route add blackhole 10.73.0.0/24"],
		});
		const lines = linesOf(sweep(["10.73.0.0/24", "--json"]));
		expect(lines.filter((line) => line.up)).toHaveLength(15);
		expect(lines.every(({ mac }) => mac === null)).toBe(true);
	});

	test("without the right to a packet socket it says so and ends with 3", () => {
		const ran = sweep(["10.70.0.0/24"], ["setpriv", "--bounding-set=-net_raw", "--inh-caps=-net_raw"]);
		expect(ran.code).toBe(3);
		expect(ran.err).toContain("ARP needs the right to open a packet socket");
	});

	test("an interface that goes down is our own fault, nobody's silence", () => {
		configure(lab, { near: ["link set veth0 down"] });
		const ran = sweep(["10.70.0.0/24", "--json"]);
		expect(linesOf(ran).filter((line) => line.up)).toEqual([]);
		expect(ran.code).not.toBe(0);
		configure(lab, { near: ["link set veth0 up"] });
	});
});
