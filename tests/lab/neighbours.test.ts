/** Hardware addresses from the kernel's table: IPv6, and where packet sockets are forbidden; with the real program. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { configure, type Lab, labProblem, nft, openLab, sysctl } from "../helpers/netns.ts";
import { until } from "../helpers/patience.ts";
import { type Rollcall, startRollcall } from "../helpers/rollcall.ts";

const problem = labProblem("curl", "nft");
const FAR_MAC = "00:11:32:8a:00:01";
const OTHER_MAC = "52:54:00:00:00:07";

type HostJson = {
	id: number;
	ip: string;
	mac: string | null;
	vendor: string | null;
	status: string;
	latency_ms: number | null;
};
type EventJson = { id: number; kind: string; ip: string; detail: Record<string, string> };

let lab: Lab;
let rollcall: Rollcall;

const hosts = () => rollcall.get<{ items: HostJson[] }>("/api/v1/hosts?limit=500").items;
const find = (ip: string) => hosts().find((host) => host.ip === ip);
const events = () => rollcall.get<{ items: EventJson[] }>("/api/v1/events?limit=100").items;

async function sweep(id: number): Promise<string> {
	const run = rollcall.send<{ id: number }>("POST", `/api/v1/subnets/${id}/sweep`);
	const look = () => {
		const { state, method } = rollcall.get<{ state: string; method: string }>(`/api/v1/runs/${run.id}`);
		return state === "done" && method;
	};
	return until(look, () => `the sweep ends\n${rollcall.output()}`);
}

/** A subnet that is swept on demand only. */
function subnet(cidr: string): number {
	return rollcall.send<{ id: number }>("POST", "/api/v1/subnets", { cidr, sweep_enabled: false }).id;
}

describe.skipIf(problem !== undefined)(
	problem ? `lab neighbours (skipped: ${problem})` : "lab neighbours",
	() => {
		beforeAll(async () => {
			lab = openLab(4);
			configure(lab, {
				near: ["addr add 10.70.0.200/24 dev veth0", "addr add fd99::1/64 dev veth0 nodad"],
				far: [
					`link set veth0 address ${FAR_MAC}`,
					"addr add 10.70.0.7/24 dev veth0",
					"addr add fd99::7/64 dev veth0 nodad",
				],
			});
			rollcall = await startRollcall(lab, { PTR_LOOKUP_ENABLED: "false", ARP_ENABLED: "false" });
		});
		afterAll(async () => {
			await rollcall?.close();
			lab?.close();
		});

		test("IPv6: a host this machine has talked to is found in a network too large to try", async () => {
			const id = subnet("fd99::/64");
			expect(lab.inNear(["ping", "-6", "-c1", "-W2", "fd99::7"]).code).toBe(0);
			await sweep(id);
			expect(find("fd99::7")).toMatchObject({ mac: FAR_MAC, vendor: "Synology Incorporated", status: "up" });
		});

		test("IPv4 without ARP: the kernel knows whom it talked to; the vendor can be searched for", async () => {
			const id = subnet("10.70.0.0/24");
			expect(await sweep(id)).toBe("raw");
			expect(find("10.70.0.7")).toMatchObject({ mac: FAR_MAC, vendor: "Synology Incorporated" });
			const found = rollcall.get<{ items: HostJson[] }>("/api/v1/hosts?q=synology").items;
			expect(found.map(({ ip }) => ip).toSorted()).toEqual(["10.70.0.7", "fd99::7"]);
		});

		test("another machine at the same address is told, once, and can be put away", async () => {
			const id = rollcall
				.get<{ items: { id: number; cidr: string }[] }>("/api/v1/subnets")
				.items.find(({ cidr }) => cidr === "10.70.0.0/24")?.id as number;
			configure(lab, { far: [`link set veth0 address ${OTHER_MAC}`], near: ["neigh flush dev veth0"] });
			await sweep(id);
			await sweep(id);
			const told = events().filter(({ kind }) => kind === "mac_changed");
			expect(told).toHaveLength(1);
			expect(told[0]).toMatchObject({ ip: "10.70.0.7", detail: { mac: OTHER_MAC, old: FAR_MAC } });
			rollcall.send("POST", `/api/v1/events/${told[0]?.id}/dismiss`);
			configure(lab, { far: [`link set veth0 address ${FAR_MAC}`], near: ["neigh flush dev veth0"] });
			await sweep(id);
			expect(find("10.70.0.7")?.mac).toBe(FAR_MAC);
			expect(events().filter(({ kind }) => kind === "mac_changed")).toHaveLength(1);
		});
	},
);

describe.skipIf(problem !== undefined)(
	problem ? `lab neighbours, IPv6 (skipped: ${problem})` : "lab neighbours, IPv6",
	() => {
		let own: Lab;
		beforeAll(async () => {
			own = openLab(14);
			lab = own;
			configure(own, {
				near: ["addr add fd99::1/120 dev veth0 nodad"],
				far: ["addr add fd99::7/120 dev veth0 nodad", "addr add fd99::8/120 dev veth0 nodad"],
			});
			nft(
				own,
				"far",
				`table ip6 t {
	chain in {
		type filter hook input priority 0
		ip6 daddr fd99::7 icmpv6 type echo-request drop
	}
}`,
			);
			rollcall = await startRollcall(own, { PTR_LOOKUP_ENABLED: "false" });
		});
		afterAll(async () => {
			await rollcall?.close();
			own?.close();
		});

		test("a host that drops pings and answers neighbour discovery is up, silent to ping, as long as it does", async () => {
			const id = subnet("fd99::/120");
			await sweep(id);
			expect(find("fd99::8")).toMatchObject({ status: "up", latency_ms: expect.any(Number) });
			expect(find("fd99::7")).toMatchObject({ status: "up", latency_ms: null });
			expect(find("fd99::7")?.mac).toMatch(/^02:00:00:00:99:02$/);
			configure(own, { far: ["addr del fd99::7/120 dev veth0"], near: ["neigh flush dev veth0"] });
			// What the kernel heard of a neighbour counts for so long; by default that is up to 45 s.
			sysctl(own, "near", "net.ipv6.neigh.veth0.base_reachable_time_ms", "1000");
			await sweep(id);
			await until(() => find("fd99::7")?.status === "down", "it is down");
			expect(find("fd99::8")?.status).toBe("up");
		});
	},
);
