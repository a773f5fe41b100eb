/** Sweeps that ask by ARP: when they do, and what becomes of hosts that answer nothing else. */

import { describe, expect, test } from "bun:test";
import { BOUNDS } from "../../src/config.ts";
import { listSamples } from "../../src/store/samples.ts";
import { address, cidr } from "../helpers/network.ts";
import { stage } from "../helpers/sweeping.ts";

function attached(...alive: string[]) {
	const s = stage(...alive);
	s.surroundings = { networks: [{ name: "eth0", cidr: cidr("10.0.0.0/22") }], gateways: [] };
	return s;
}

const methodOf = (s: ReturnType<typeof stage>) =>
	s.db.query<{ method: string }, []>("SELECT method FROM sweep_run ORDER BY id DESC LIMIT 1").get()?.method;

describe("which subnets are asked by ARP", () => {
	const cases: [string, number, string][] = [
		["10.0.0.0/22", 1, "arp+raw"],
		["10.0.1.0/24", 1, "arp+raw"],
		["10.0.0.0/20", 1, "arp+raw"],
		["10.9.0.0/24", 0, "raw"],
		["fd99::/120", 0, "raw"],
	];
	test.each(cases)("%s", async (text, runs, method) => {
		const s = attached();
		s.surroundings = {
			networks: [...s.surroundings.networks, { name: "eth0", cidr: cidr("fd99::/64") }],
			gateways: [],
		};
		s.subnet(text);
		await s.tick();
		expect(s.network.arpRuns).toBe(runs);
		expect(methodOf(s)).toBe(method);
	});

	test("of a subnet that holds an attached network only that is asked so, and the rest at full pace", async () => {
		const s = attached("10.0.3.9", "10.0.7.9");
		s.subnet("10.0.0.0/21");
		await s.tick();
		expect(s.network.asked.map((run) => run.length)).toEqual([1_022, 1_023]);
		expect(s.network.asked[0]?.every((one) => one < address("10.0.4.0"))).toBe(true);
		expect(s.network.bounds).toEqual([BOUNDS.neighboursInFlight, undefined]);
		expect([s.host("10.0.3.9")?.status, s.host("10.0.7.9")?.status]).toEqual(["up", "up"]);
		s.network.alive.clear();
		await s.run(90);
		expect([s.host("10.0.3.9")?.status, s.host("10.0.7.9")?.status]).toEqual(["down", "down"]);
	});

	test("none where the prober may not", async () => {
		const s = attached();
		Object.assign(s.network, { arp: false });
		s.subnet("10.0.0.0/22");
		await s.tick();
		expect(s.network.arpRuns).toBe(0);
	});
});

describe("a host that drops pings", () => {
	async function muted() {
		const s = attached("10.0.0.1");
		s.network.mute.add(address("10.0.0.2"));
		s.network.macs.set(address("10.0.0.2"), 0x00_11_32_8a_00_01);
		s.subnet("10.0.0.0/29");
		await s.tick();
		return s;
	}

	test("is up without a latency, with its hardware address; each sweep adds a sample that is up", async () => {
		const s = await muted();
		await s.run(61);
		const host = s.host("10.0.0.2");
		expect(host).toMatchObject({ status: "up", latencyUs: 0, mac: "00:11:32:8a:00:01" });
		expect(host?.typicalLatencyUs).toBeUndefined();
		const samples = listSamples(s.db, host?.id ?? 0, 0);
		expect(samples.map(({ latencyUs }) => latencyUs)).toEqual([0, 0]);
		const hour = s.db
			.query<Record<string, number>, [number]>("SELECT * FROM host_status_hour WHERE host_id = ?")
			.get(host?.id ?? 0);
		expect(hour).toMatchObject({ up: 2, down: 0, latency_sum_us: 0, latency_min_us: null });
	});

	test("goes down when it no longer answers ARP; the confirmations ask by ARP too", async () => {
		const s = await muted();
		s.network.mute.delete(address("10.0.0.2"));
		await s.run(60);
		await s.tick();
		const before = s.network.arpRuns;
		await s.clock.advance(15_000);
		expect(s.network.arpRuns - before).toBe(3);
		expect(s.host("10.0.0.2")?.status).toBe("down");
		expect(s.kinds()).toEqual(["hosts_found", "host_down"]);
	});

	test("that answers ARP again while it is confirmed was never down", async () => {
		const s = await muted();
		s.network.mute.delete(address("10.0.0.2"));
		await s.run(60);
		await s.tick();
		s.network.mute.add(address("10.0.0.2"));
		await s.clock.advance(15_000);
		expect(s.host("10.0.0.2")).toMatchObject({ status: "up", latencyUs: 0 });
		expect(s.kinds()).toEqual(["hosts_found"]);
	});

	test("that begins to answer pings keeps one story: up, now with a latency", async () => {
		const s = await muted();
		s.network.alive.add(address("10.0.0.2"));
		await s.run(61);
		expect(s.host("10.0.0.2")).toMatchObject({ status: "up", latencyUs: 400, typicalLatencyUs: 400 });
		expect(s.kinds()).toEqual(["hosts_found"]);
	});
});
