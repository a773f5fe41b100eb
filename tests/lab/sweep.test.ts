/** Real sweeps through real sockets, in network namespaces of the test's own: every kind of socket, every own fault. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
	configure,
	knowsNear,
	type Lab,
	labProblem,
	nft,
	openLab,
	type Ran,
	sysctl,
} from "../helpers/netns.ts";

const problem = labProblem("nft", "ping", "setpriv", "sysctl");
const ENTRY = `${import.meta.dir}/../bench/sweep-entry.ts`;

/** A sweep takes under a second; it waits when somebody else has filled the kernel's one neighbour table. */
const LONGEST_MS = 80_000;

/** Rights to run with: all of root's, without raw sockets, or an ordinary user's. */
const RIGHTS = {
	root: [],
	noRaw: ["setpriv", "--bounding-set=-net_raw", "--inh-caps=-net_raw"],
	user: ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"],
};

let lab: Lab;

function sweep(args: string[], rights: keyof typeof RIGHTS = "root"): Ran {
	return lab.inNear([...RIGHTS[rights], process.execPath, ENTRY, ...args], { timeoutMs: LONGEST_MS });
}

/** The addresses found up; also checks that each has one verdict. */
function upOf({ out }: Ran): string[] {
	const lines = out
		.split("\n")
		.filter(Boolean)
		.map((line) => JSON.parse(line));
	expect(new Set(lines.map(({ ip }) => ip)).size).toBe(lines.length);
	return lines.filter(({ up }) => up).map(({ ip }) => ip);
}

function allowDatagram(allowed: boolean): void {
	sysctl(lab, "near", "net.ipv4.ping_group_range", allowed ? "0 2147483647" : "1 0");
}

const named = problem ? `lab sweeps (skipped: ${problem})` : "lab sweeps";

describe.skipIf(problem !== undefined)(named, () => {
	beforeAll(() => {
		lab = openLab();
		configure(lab, {
			near: [
				"route add 10.128.0.0/16 via 10.99.0.2",
				"addr add fd99::1/64 dev veth0 nodad",
				"addr add 10.70.0.200/24 dev veth0",
				"route add fd99:1::/64 via fd99::2",
			],
			far: [
				"route add blackhole 10.128.0.0/16",
				"route add local 10.128.0.64/26 dev lo",
				"route add local 10.70.0.0/26 dev lo",
				"route add 10.70.0.0/24 dev veth0",
				knowsNear("10.70.0.200"),
				"addr add fd99::2/64 dev veth0 nodad",
				"route add local fd99:1::40/122 dev lo",
				"route add blackhole fd99:1::/64",
			],
		});
		sysctl(lab, "far", "net.ipv4.ip_forward", "1");
		sysctl(lab, "far", "net.ipv6.conf.all.forwarding", "1");
		// A storm of errors instead of a few a second.
		sysctl(lab, "far", "net.ipv4.icmp_ratelimit", "0");
		const reject = "ip daddr 10.128.1.0/24 reject with icmp type host-unreachable";
		nft(lab, "far", `table ip r {\nchain in {\ntype filter hook prerouting priority 0\n${reject}\n}\n}`);
	});
	afterAll(() => lab?.close());

	test("raw sockets: exactly the hosts that answer are up, routed and attached", () => {
		const ran = sweep(["10.128.0.0/24", "10.70.0.0/24", "--json"]);
		expect(ran).toMatchObject({ code: 0, err: "" });
		const up = upOf(ran);
		expect(up.filter((ip) => ip.startsWith("10.128."))).toHaveLength(64);
		// 63: the network address is not asked; and this machine itself.
		expect(up.filter((ip) => ip.startsWith("10.70."))).toHaveLength(64);
		expect(ran.out.split("\n")).toHaveLength(2 * 254 + 1);
	});

	test("IPv6, raw and datagram", () => {
		const up = upOf(sweep(["fd99:1::/120", "--json"]));
		expect(up).toHaveLength(64);
		expect(up).toContain("fd99:1::40");
		allowDatagram(true);
		expect(upOf(sweep(["fd99:1::/120", "--json"], "noRaw"))).toHaveLength(64);
	});

	test("datagram sockets where raw ones are forbidden; the note says what mends it", () => {
		allowDatagram(true);
		const ran = sweep(["10.128.0.0/24", "10.70.0.0/24", "--json"], "noRaw");
		expect(ran.code).toBe(0);
		expect(ran.err).toMatch(/datagram sockets.*setcap cap_net_raw\+ep/);
		expect(upOf(ran)).toHaveLength(128);
	});

	test("the ping program where no ICMP socket is permitted", () => {
		allowDatagram(false);
		const ran = sweep(["10.128.0.56/29", "10.128.0.64/29", "--json", "--attempts", "1"], "user");
		expect(ran.code).toBe(0);
		expect(ran.err).toMatch(/one ping process per address.*ping_group_range/);
		expect(upOf(ran).sort()).toEqual([65, 66, 67, 68, 69, 70].map((n) => `10.128.0.${n}`));
	});

	test("a host that is switched off is silent in the next sweep, switched on it answers again", () => {
		const host = "10.128.9.9";
		const state = () => upOf(sweep([host, "--json", "--timeout", "100"])).length;
		expect(state()).toBe(0);
		configure(lab, { far: [`route add local ${host} dev lo`] });
		expect(state()).toBe(1);
		configure(lab, { far: [`route del local ${host} dev lo`] });
		expect(state()).toBe(0);
	});

	test("unreachable from a router is silence, and no later echo pays for it: raw and datagram", () => {
		allowDatagram(true);
		for (const rights of ["root", "noRaw"] as const) {
			const ran = sweep(["10.128.1.0/24", "10.128.0.64/26", "--json"], rights);
			expect(ran.code).toBe(0);
			expect(upOf(ran)).toHaveLength(62);
			expect(ran.out.split("\n")).toHaveLength(254 + 62 + 1);
		}
	});

	describe("our own fault: exit 3, a reason, and nobody is called silent", () => {
		test("the firewall forbids it", () => {
			nft(
				lab,
				"near",
				"table inet f {\nchain out {\ntype filter hook output priority 0\nmeta l4proto icmp drop\n}\n}",
			);
			try {
				allowDatagram(true);
				for (const rights of ["root", "noRaw", "user"] as const) {
					const ran = sweep(["10.128.0.64/28", "--json"], rights);
					expect(ran.code).toBe(3);
					expect(ran.err).toMatch(/firewall/);
					expect(ran.out).toBe("");
				}
			} finally {
				nft(lab, "near", "");
			}
		});

		test("no route; the other family is swept all the same", () => {
			for (const rights of ["root", "noRaw", "user"] as const) {
				allowDatagram(rights !== "user");
				const ran = sweep(["198.51.100.0/30", "fd99:1::40/126", "--json"], rights);
				expect(ran.code).toBe(3);
				expect(ran.err).toMatch(/no route|unreachable/);
				expect(ran.out).not.toContain("198.51.100.");
				expect(upOf(ran)).toHaveLength(3);
			}
		});

		test("the interface is down", () => {
			configure(lab, { near: ["link set veth0 down"] });
			try {
				const ran = sweep(["10.128.0.64/28", "--json"]);
				expect(ran.code).toBe(3);
				expect(ran.out).toBe("");
			} finally {
				configure(lab, {
					near: ["link set veth0 up", "route replace 10.128.0.0/16 via 10.99.0.2"],
				});
			}
		});

		test("neither sockets nor the ping program", () => {
			allowDatagram(false);
			const ran = sweep(["10.128.0.64/28", "--json"], "noRaw");
			expect(ran.code).toBe(3);
			expect(ran.out).toBe("");
		});
	});
});
