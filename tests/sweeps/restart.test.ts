/** A process that begins while our own network is down, or begins to look when it is: nobody is called down for it. */

import { describe, expect, test } from "bun:test";
import { enqueueRun } from "../../src/store/runs.ts";
import { writeSetting } from "../../src/store/settings.ts";
import { address, cidr } from "../helpers/network.ts";
import { stage } from "../helpers/sweeping.ts";

type Stage = ReturnType<typeof stage>;
const ROUTER = "198.51.100.254";
const ETH = { name: "eth0", cidr: cidr("198.51.100.0/24"), address: address("198.51.100.200") };
const WG = { name: "wg0", cidr: cidr("10.8.0.0/24"), address: address("10.8.0.1") };
const DAY_MS = 86_400_000;

const far = (n: number) => Array.from({ length: n }, (_, i) => `10.20.0.${i + 1}`);
const lan = (n: number) => Array.from({ length: n }, (_, i) => `198.51.100.${i + 1}`);
/** What was told after the hosts had been found. */
const told = (s: Stage) => s.kinds().filter((kind) => kind !== "hosts_found" && !kind.startsWith("sweep_"));

/** As after kill -9: nothing of the former process goes on. */
function killAndStart(s: Stage): void {
	Object.assign(s, { sweeper: s.restart() });
}

/** Hosts seen up through the router, which answers, too. */
async function seen(...ips: string[]): Promise<Stage> {
	const s = stage(...ips, ROUTER);
	s.surroundings = { networks: [ETH], gateways: [address(ROUTER)] };
	if (ips.some((ip) => ip.startsWith("10."))) s.subnet("10.20.0.0/24");
	if (ips.some((ip) => ip.startsWith("198."))) s.subnet("198.51.100.0/24");
	await s.run(65);
	return s;
}

const revive = (s: Stage, ...ips: string[]) => {
	for (const ip of [...ips, ROUTER]) s.network.alive.add(address(ip));
};

describe.each([3, 20])("killed while the way out is dead, %d hosts beyond", (n) => {
	test("the router does not answer: unknown through every sweep, told once, and back", async () => {
		const s = await seen(...far(n));
		s.network.alive.clear();
		killAndStart(s);
		await s.run(150);
		killAndStart(s);
		await s.run(150);
		expect(far(n).map((ip) => s.host(ip)?.status)).toEqual(far(n).map(() => "unknown"));
		expect(told(s)).toEqual(["own_network_down"]);
		revive(s, ...far(n));
		await s.run(70);
		expect(s.host("10.20.0.2")?.status).toBe("up");
		expect(told(s)).toEqual(["own_network_down", "own_network_back"]);
	});

	test.each([
		["the cable is out", []],
		["DHCP was slow, and another way out was there first", [address("10.8.0.254")]],
	])("%s when it starts: the network it had is missed", async (_, gateways) => {
		const s = await seen(...far(n), ...lan(n));
		s.network.alive.clear();
		s.surroundings = { networks: [WG], gateways };
		killAndStart(s);
		await s.run(200);
		const all = [...far(n), ...lan(n)];
		// Without any way out the kernel refuses, and the sweep fails; in this network of the mind it is silence.
		if (gateways.length > 0) expect(all.map((ip) => s.host(ip)?.status)).toEqual(all.map(() => "unknown"));
		expect(told(s).filter((kind) => kind.endsWith("_down"))).toEqual(["own_network_down"]);
		s.surroundings = { networks: [ETH], gateways: [address(ROUTER)] };
		revive(s, ...all);
		await s.run(70);
		expect(told(s).at(-1)).toBe("own_network_back");
	});
});

test("what was seen too long ago is not missed; a clock that starts in the past forgets nothing", async () => {
	const s = await seen(...far(3));
	s.network.alive.clear();
	s.clock.setWall(Date.UTC(1970, 0, 2));
	killAndStart(s);
	await s.run(120);
	expect(told(s)).toEqual(["own_network_down"]);
	s.clock.setWall(Date.UTC(2026, 10, 23) + 32 * DAY_MS);
	killAndStart(s);
	await s.run(120);
	expect(s.host("10.20.0.2")?.status).toBe("down");
});

test.each(["", "null", "[]", '{"gateways":[["x",1,""],[1]],"networks":{"a":1}}'])(
	"a note that cannot be read (%s) is none",
	async (text) => {
		const s = await seen(...far(3));
		writeSetting(s.db, "ways_out", text);
		killAndStart(s);
		s.network.alive.delete(address("10.20.0.2"));
		await s.run(90);
		expect(told(s)).toEqual(["host_down"]);
	},
);

describe("others on the same path answer: it is not we", () => {
	test("the router of a network dies alone: it is down, the network is not", async () => {
		const s = await seen(...lan(5));
		s.network.alive.delete(address(ROUTER));
		await s.run(90);
		expect(told(s)).toEqual(["host_down"]);
		expect(s.host(ROUTER)?.status).toBe("down");
	});

	test("a router that answers no ping any more: a host beyond it that dies is told", async () => {
		const s = await seen(...far(5));
		s.network.alive.delete(address(ROUTER));
		s.network.alive.delete(address("10.20.0.3"));
		await s.run(90);
		expect(told(s)).toEqual(["host_down"]);
	});

	test("neighbours prove nothing of hosts behind the router, though one subnet holds both", async () => {
		const s = stage(...lan(5), "198.51.7.1", "198.51.7.2", ROUTER);
		s.surroundings = { networks: [ETH], gateways: [address(ROUTER)] };
		s.subnet("198.51.0.0/16");
		await s.run(65);
		for (const ip of ["198.51.7.1", "198.51.7.2"]) s.network.alive.delete(address(ip));
		s.network.alive.delete(address(ROUTER));
		s.db.run("DELETE FROM host WHERE ip = '198.51.100.254'");
		await s.run(90);
		expect(s.host("198.51.7.1")?.status).toBe("unknown");
		expect(told(s)).toEqual(["own_network_down"]);
	});
});

describe("the machine has moved, and its new router answers no ping", () => {
	const NEW = { name: "eth0", cidr: cidr("192.0.2.0/24"), address: address("192.0.2.7") };
	const big = [...Array.from({ length: 12 }, (_, i) => `10.20.7.${i + 1}`), "10.20.9.1"];

	async function moved(...subnets: string[]): Promise<Stage> {
		const s = stage(...big, ...lan(4), "10.31.0.1", ROUTER);
		s.surroundings = { networks: [ETH], gateways: [address(ROUTER)] };
		for (const text of subnets) s.subnet(text);
		await s.run(65);
		s.surroundings = { networks: [NEW], gateways: [address("192.0.2.254")] };
		await s.run(70);
		return s;
	}

	test("one host of a large subnet dies: it is down", async () => {
		const s = await moved("10.20.0.0/16");
		s.network.alive.delete(address("10.20.9.1"));
		await s.run(90);
		expect(told(s)).toEqual(["host_down"]);
	});

	test("a whole subnet dies while another far one answers: it is down", async () => {
		const s = await moved("10.20.0.0/16", "10.31.0.0/24");
		for (const ip of big) s.network.alive.delete(address(ip));
		await s.run(90);
		expect(told(s)).toEqual(["subnet_down"]);
	});

	test("a host of the network it was in, which is far now", async () => {
		const s = await moved("198.51.100.0/22");
		s.network.alive.delete(address("198.51.100.3"));
		await s.run(90);
		expect(told(s)).toEqual(["host_down"]);
	});
});

describe("the moment in which the way out comes back", () => {
	/** Calls `then` when the router is asked while it is dead, and lets it be asked after that. */
	function whenAsked(s: Stage, then: () => void): void {
		const { probe } = s.network;
		s.network.probe = (targets, options) => {
			if (targets.length === 1 && targets[0] === address(ROUTER) && !s.network.alive.has(address(ROUTER)))
				then();
			return probe(targets, options);
		};
	}

	test("it comes back while the router is asked: hosts are asked once more before they are called down", async () => {
		const s = await seen(...far(3));
		s.network.alive.clear();
		whenAsked(s, () => revive(s, ...far(3)));
		// Between two looks at the router by the clock: the gate alone asks.
		enqueueRun(s.db, 1, s.clock.now());
		await s.run(30);
		expect(s.host("10.20.0.2")?.status).toBe("up");
		expect(told(s)).toEqual([]);
	});

	test("nobody is left behind it: that it is back is told all the same", async () => {
		const s = await seen(...far(3));
		s.network.alive.clear();
		await s.run(90);
		expect(told(s)).toEqual(["own_network_down"]);
		revive(s);
		await s.run(90);
		expect(told(s)).toEqual(["own_network_down", "subnet_down", "own_network_back"]);
	});

	test("a sweep that is cut off while the router is asked says nothing of our network", async () => {
		const s = await seen(...far(20));
		s.network.alive.clear();
		let closed: Promise<void> | undefined;
		whenAsked(s, () => {
			closed ??= s.sweeper.close();
		});
		enqueueRun(s.db, 1, s.clock.now());
		await s.run(20);
		await closed;
		expect(closed).toBeDefined();
		expect(told(s)).toEqual([]);
		expect(s.host("10.20.0.2")?.status).toBe("up");
	});
});

test("a sweep that stumbles over a damaged page is the last one: the database does not mend itself", async () => {
	const s = await seen(...far(3));
	const damaged = Object.assign(new Error("database disk image is malformed"), { code: "SQLITE_CORRUPT" });
	const { probe } = s.network;
	s.network.probe = () => {
		throw damaged;
	};
	enqueueRun(s.db, 1, s.clock.now());
	await s.tick();
	s.network.probe = probe;
	for (let n = 0; n < 3; n++) expect(() => s.sweeper.tick()).toThrow("malformed");
	expect(s.host("10.20.0.2")?.status).toBe("up");
});
