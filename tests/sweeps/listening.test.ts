/** Hosts that drop pings where we may not ask by ARP: the kernel's own question, and when its answer counts. */

import { describe, expect, test } from "bun:test";
import type { Neighbour } from "../../src/probes/arp/neighbours.ts";
import { address, cidr } from "../helpers/network.ts";
import { stage } from "../helpers/sweeping.ts";

const MAC = 0x00_11_32_8a_00_00;

/** No right to packet sockets; the subnet is attached. */
function muted(text: string, ...alive: string[]) {
	const s = stage(...alive);
	Object.assign(s.network, { arp: false });
	s.surroundings = { networks: [{ name: "eth0", cidr: cidr(text) }], gateways: [] };
	const neighbour = (ip: string, confirmedMs: number | undefined, mac = MAC + 7): Neighbour => ({
		...{ address: address(ip), mac, confirmedMs },
	});
	return { s, neighbour };
}

describe.each([
	["10.0.0.0/28", "10.0.0.7"],
	["fd99::/120", "fd99::7"],
])("in %s", (text, ip) => {
	test("whoever answered the kernel is up, silent to ping, with its hardware address", async () => {
		const { s, neighbour } = muted(text);
		s.neighbours = [neighbour(ip, 0)];
		s.subnet(text);
		await s.tick();
		expect(s.host(ip)).toMatchObject({ status: "up", latencyUs: 0, mac: "00:11:32:8a:00:07" });
		expect(s.kinds()).toEqual(["hosts_found"]);
	});

	test("an answer of long ago, or an entry made by hand, makes nobody up", async () => {
		const { s, neighbour } = muted(text);
		s.neighbours = [neighbour(ip, 61_000)];
		s.subnet(text);
		await s.tick();
		s.neighbours = [neighbour(ip, undefined)];
		await s.run(61);
		expect(s.host(ip)).toBeUndefined();
	});
});

describe("a host that is known", () => {
	async function known() {
		const made = muted("10.0.0.0/28");
		made.s.neighbours = [made.neighbour("10.0.0.7", 0)];
		made.s.subnet("10.0.0.0/28");
		await made.s.run(60);
		return made;
	}

	test("is asked again when the kernel has heard nothing since the sweep began, and is up when it then has", async () => {
		const { s, neighbour } = await known();
		s.neighbours = [neighbour("10.0.0.7", 40_000)];
		await s.tick();
		expect(s.host("10.0.0.7")?.suspectSince).toBeDefined();
		await s.clock.advance(4_900);
		s.neighbours = [neighbour("10.0.0.7", 10)];
		await s.clock.advance(200);
		expect(s.host("10.0.0.7")).toMatchObject({ status: "up", latencyUs: 0, suspectSince: undefined });
		expect(s.kinds()).toEqual(["hosts_found"]);
	});

	test("goes down when the kernel finds it no more", async () => {
		const { s, neighbour } = await known();
		s.neighbours = [neighbour("10.0.0.7", 40_000)];
		await s.run(20);
		expect(s.host("10.0.0.7")?.status).toBe("down");
		expect(s.kinds()).toEqual(["hosts_found", "host_down"]);
	});

	test("one that answers pings has one sample a sweep, whatever the kernel says", async () => {
		const { s, neighbour } = muted("10.0.0.0/28", "10.0.0.7");
		s.neighbours = [neighbour("10.0.0.7", 0)];
		s.subnet("10.0.0.0/28");
		await s.run(61);
		expect(s.host("10.0.0.7")?.latencyUs).toBe(400);
		expect(s.db.query("SELECT count(*) AS n FROM host_status").get()).toEqual({ n: 2 });
	});
});

test("a router that answers for everybody makes nobody up", async () => {
	const { s, neighbour } = muted("10.0.0.0/24");
	s.neighbours = Array.from({ length: 200 }, (_, i) => neighbour(`10.0.0.${i + 1}`, 0, MAC));
	s.subnet("10.0.0.0/24");
	await s.tick();
	expect(s.db.query("SELECT count(*) AS n FROM host").get()).toEqual({ n: 0 });
});

test("behind a router nobody is listened for", async () => {
	const { s, neighbour } = muted("10.0.0.0/28");
	s.neighbours = [neighbour("10.9.0.7", 0)];
	s.subnet("10.9.0.0/28");
	await s.tick();
	expect(s.db.query("SELECT count(*) AS n FROM host").get()).toEqual({ n: 0 });
});
