/** Our own network is lost and comes back, in part or whole: what is told of that, and how often. */

import { describe, expect, test } from "bun:test";
import { AppError } from "../../src/errors.ts";
import { isLinkLocal } from "../../src/net/address.ts";
import { address, cidr } from "../helpers/network.ts";
import { stage } from "../helpers/sweeping.ts";

const lan = (n: number) => Array.from({ length: n }, (_, i) => `198.51.100.${i + 1}`);
const tunnel = (n: number) => Array.from({ length: n }, (_, i) => `10.8.0.${i + 2}`);
const ETH = { name: "eth0", cidr: cidr("198.51.100.0/24"), address: address("198.51.100.200") };
const WG = { name: "wg0", cidr: cidr("10.8.0.0/24"), address: address("10.8.0.1") };

const own = (s: ReturnType<typeof stage>) => s.kinds().filter((kind) => kind.startsWith("own_"));

describe.each([3, 20])("with %d hosts on the other side", (n) => {
	test("the cable is out for minutes, our own address answers as ever: lost once, back once", async () => {
		const s = stage(...lan(n), "198.51.100.200");
		s.surroundings = { networks: [ETH], gateways: [] };
		s.subnet("198.51.100.0/24");
		await s.run(70);
		for (const ip of lan(n)) s.network.alive.delete(address(ip));
		// Without a link the interface is not counted among the networks any more.
		s.surroundings = { networks: [WG], gateways: [] };
		await s.run(300);
		expect(s.host("198.51.100.2")?.status).toBe("unknown");
		expect(own(s)).toEqual(["own_network_down"]);
		s.surroundings = { networks: [ETH], gateways: [] };
		for (const ip of lan(n)) s.network.alive.add(address(ip));
		await s.run(70);
		expect(s.host("198.51.100.2")?.status).toBe("up");
		expect(own(s)).toEqual(["own_network_down", "own_network_back"]);
	});

	test("one of two networks is lost: the answers of the other are no news of it", async () => {
		const s = stage(...lan(20), ...tunnel(n));
		s.surroundings = { networks: [ETH, WG], gateways: [] };
		s.subnet("198.51.100.0/24");
		s.subnet("10.8.0.0/24");
		await s.run(70);
		s.surroundings = { networks: [ETH], gateways: [] };
		for (const ip of tunnel(n)) s.network.alive.delete(address(ip));
		await s.run(300);
		expect(s.host("10.8.0.2")?.status).toBe("unknown");
		expect(own(s)).toEqual(["own_network_down"]);
		s.surroundings = { networks: [ETH, WG], gateways: [] };
		for (const ip of tunnel(n)) s.network.alive.add(address(ip));
		await s.run(70);
		expect(own(s)).toEqual(["own_network_down", "own_network_back"]);
	});
});

test("a network that is asked once an hour was lost when its turn came: back within minutes, not after an hour", async () => {
	const s = stage(...lan(20), ...tunnel(3));
	s.surroundings = { networks: [ETH, WG], gateways: [] };
	s.subnet("198.51.100.0/24");
	s.subnet("10.8.0.0/24", 3_600);
	await s.run(3_590);
	s.surroundings = { networks: [ETH], gateways: [] };
	for (const ip of tunnel(3)) s.network.alive.delete(address(ip));
	await s.run(60);
	expect(s.host("10.8.0.2")?.status).toBe("unknown");
	await s.run(600);
	expect(own(s)).toEqual(["own_network_down"]);
	s.surroundings = { networks: [ETH, WG], gateways: [] };
	for (const ip of tunnel(3)) s.network.alive.add(address(ip));
	await s.run(180);
	expect(s.host("10.8.0.2")?.status).toBe("up");
	expect(own(s)).toEqual(["own_network_down", "own_network_back"]);
	// From now on it is asked once an hour again.
	const asked = () => s.network.asked.filter((run) => run.includes(address("10.8.0.2"))).length;
	const before = asked();
	await s.run(1_200);
	expect(asked()).toBe(before);
});

test("a second gateway that cannot be asked (a link-local one, without raw sockets) hides nothing of the first", async () => {
	const router = "198.51.100.254";
	const s = stage(...lan(20), router);
	const { probe } = s.network;
	s.network.probe = (targets, options) => {
		// As sendmmsg(2) has it there: EINVAL, and so the whole run.
		if (targets.some(isLinkLocal)) throw new AppError("unavailable", "They need an interface name.");
		return probe(targets, options);
	};
	s.surroundings = { networks: [ETH], gateways: [address("fe80::1"), address(router)] };
	s.subnet("198.51.100.0/24");
	await s.run(70);
	s.network.alive.clear();
	await s.run(120);
	expect(s.host("198.51.100.2")?.status).toBe("unknown");
	expect(s.kinds()).toEqual(["hosts_found", "own_network_down"]);
});
