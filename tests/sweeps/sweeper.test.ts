/** Whom a sweep asks and whom it finds: blocks within blocks, large subnets in turns, the interval. */

import { describe, expect, test } from "bun:test";
import { findSubnet } from "../../src/store/subnets.ts";
import { address, cidr } from "../helpers/network.ts";
import { stage } from "../helpers/sweeping.ts";

describe("a subnet is swept", () => {
	test("the first sweep records who answers, in one event, and nobody else", async () => {
		const s = stage("10.0.0.1", "10.0.0.9");
		const id = s.subnet("10.0.0.0/24");
		await s.tick();
		expect(s.host("10.0.0.1")?.status).toBe("up");
		expect(s.host("10.0.0.9")?.latencyUs).toBe(400);
		expect(s.host("10.0.0.2")).toBeUndefined();
		expect(s.kinds()).toEqual(["hosts_found"]);
		expect(findSubnet(s.db, id)?.lastSweepAt).toBe(s.clock.now());
	});

	test("network and broadcast addresses are never asked, and the order is not the numbers'", async () => {
		const s = stage();
		s.subnet("10.0.0.0/24");
		await s.tick();
		const asked = s.network.asked[0] ?? [];
		expect(asked).toHaveLength(254);
		expect(asked).not.toContain(address("10.0.0.0"));
		expect(asked).not.toContain(address("10.0.0.255"));
		expect(asked).not.toEqual(asked.toSorted((a, b) => (a < b ? -1 : 1)));
	});

	test("hosts of a nested subnet are its own, and asked once", async () => {
		const s = stage("10.0.0.1", "10.0.0.130");
		const outer = s.subnet("10.0.0.0/24");
		const inner = s.subnet("10.0.0.128/25");
		await s.tick();
		expect(s.host("10.0.0.1")?.subnetId).toBe(outer);
		expect(s.host("10.0.0.130")?.subnetId).toBe(inner);
		const all = s.network.asked.flat();
		expect(new Set(all).size).toBe(all.length);
	});

	test("a host on the edge of a block nested later is still asked", async () => {
		const s = stage("10.0.0.16", "10.0.0.20");
		s.subnet("10.0.0.0/24");
		await s.tick();
		s.subnet("10.0.0.16/28");
		s.network.alive.delete(address("10.0.0.16"));
		await s.run(90);
		expect(s.host("10.0.0.16")?.status).toBe("down");
		expect(s.host("10.0.0.20")?.status).toBe("up");
	});

	test("a deleted subnet's number is not used again", async () => {
		const s = stage();
		const first = s.subnet("10.0.0.0/29");
		s.db.query("DELETE FROM subnet").run();
		expect(s.subnet("10.1.0.0/29")).toBeGreaterThan(first);
	});

	test("it comes again after its interval, not before", async () => {
		const s = stage("10.0.0.1");
		s.subnet("10.0.0.0/29", 60);
		await s.run(59);
		expect(s.network.asked).toHaveLength(1);
		await s.run(2);
		expect(s.network.asked).toHaveLength(2);
	});

	test("a later new host is told by itself", async () => {
		const s = stage("10.0.0.1");
		s.subnet("10.0.0.0/29");
		await s.tick();
		s.network.alive.add(address("10.0.0.2"));
		await s.run(61);
		expect(s.kinds()).toEqual(["hosts_found", "host_new"]);
	});

	test("a /16 is covered whole by its first sweep: whoever added it waits for that", async () => {
		const s = stage("10.0.255.254");
		s.subnet("10.0.0.0/16");
		await s.tick();
		expect(s.network.asked[0]).toHaveLength(65_534);
		expect(s.host("10.0.255.254")?.status).toBe("up");
		await s.run(61);
		expect(s.network.asked[1]).toHaveLength(4_097);
	});

	test("a larger one begins in turns; so does a first sweep that was cut off, whole, again", async () => {
		const s = stage();
		s.subnet("10.0.0.0/15");
		await s.tick();
		expect(s.network.asked[0]).toHaveLength(4_096);
		const id = s.subnet("10.9.0.0/16");
		let release = () => {};
		s.network.hold = new Promise((resolve) => {
			release = resolve;
		});
		await s.tick();
		s.db.query("UPDATE sweep_run SET cancel_asked = 1 WHERE subnet_id = ?").run(id);
		await s.tick();
		release();
		s.network.hold = undefined;
		await s.run(61);
		expect(s.network.asked.filter((run) => run.length === 65_534)).toHaveLength(2);
	});

	test("a large subnet is covered in turns, its known hosts every time", async () => {
		const s = stage("10.0.255.254");
		s.subnet("10.0.0.0/16");
		await s.tick();
		s.network.asked.length = 0;
		for (let round = 0; round < 16; round++) await s.run(61);
		expect(s.host("10.0.255.254")?.status).toBe("up");
		expect(new Set(s.network.asked.flat()).size).toBe(65_534);
		expect(Math.max(...s.network.asked.map((run) => run.length))).toBeLessThanOrEqual(4_097);
		await s.run(61);
		expect(s.network.asked.at(-1)).toContain(address("10.0.255.254"));
	});

	test("a large IPv6 subnet asks this machine's own address, too: it is not free", async () => {
		const s = stage("2001:db8::7");
		s.surroundings = {
			networks: [{ name: "eth0", cidr: cidr("2001:db8::/64"), address: address("2001:db8::7") }],
			gateways: [],
		};
		s.subnet("2001:db8::/64");
		await s.tick();
		expect(s.network.asked[0]).toEqual([address("2001:db8::7")]);
		expect(s.host("2001:db8::7")?.status).toBe("up");
	});

	test("but not under an address that is given up within days: it would be down then", async () => {
		const s = stage("2001:db8::7", "2001:db8::8");
		const network = { name: "eth0", cidr: cidr("2001:db8::/64") };
		s.surroundings = {
			networks: [
				{ ...network, address: address("2001:db8::7") },
				{ ...network, address: address("2001:db8::8"), temporary: true },
			],
			gateways: [],
		};
		s.subnet("2001:db8::/64");
		await s.tick();
		expect(s.network.asked[0]).toEqual([address("2001:db8::7")]);
	});

	test("a large IPv6 subnet asks only the hosts it knows", async () => {
		const s = stage();
		s.subnet("2001:db8::/64");
		await s.tick();
		expect(s.network.asked[0]).toEqual([]);
	});
});
