/** The sweeper's story: who is found, who falls silent, who returns, and what is told of it. */

import { describe, expect, test } from "bun:test";
import { findLastSweep } from "../../src/store/next-address.ts";
import { enqueueRun, findOpenRun, findRun } from "../../src/store/runs.ts";
import { findSubnet } from "../../src/store/subnets.ts";
import { address } from "../helpers/network.ts";
import { stage } from "../helpers/sweeping.ts";

const many = (n: number) => Array.from({ length: n }, (_, i) => `10.0.0.${i + 1}`);

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

	test("a large IPv6 subnet asks only the hosts it knows", async () => {
		const s = stage();
		s.subnet("2001:db8::/64");
		await s.tick();
		expect(s.network.asked[0]).toEqual([]);
	});
});

describe("a host falls silent", () => {
	async function silent() {
		const s = stage("10.0.0.1", "10.0.0.2");
		s.subnet("10.0.0.0/29");
		await s.tick();
		s.network.alive.delete(address("10.0.0.2"));
		await s.run(60);
		await s.tick();
		return s;
	}

	test("suspect at once, still up; asked three times more; then down, within 20 s", async () => {
		const s = await silent();
		expect(s.host("10.0.0.2")?.suspectSince).toBeDefined();
		expect(s.host("10.0.0.2")?.status).toBe("up");
		const since = s.clock.now();
		await s.clock.advance(14_999);
		expect(s.host("10.0.0.2")?.status).toBe("up");
		await s.clock.advance(1);
		expect(s.host("10.0.0.2")?.status).toBe("down");
		expect(s.host("10.0.0.2")?.suspectSince).toBeUndefined();
		expect(s.clock.now() - since).toBeLessThanOrEqual(20_000);
		expect(s.kinds()).toEqual(["hosts_found", "host_down"]);
		expect(s.network.asked.slice(2)).toEqual(Array(3).fill([address("10.0.0.2")]));
	});

	test("one late answer clears it: no flip, no event", async () => {
		const s = await silent();
		await s.clock.advance(10_000);
		s.network.alive.add(address("10.0.0.2"));
		await s.clock.advance(5_000);
		expect(s.host("10.0.0.2")?.status).toBe("up");
		expect(s.host("10.0.0.2")?.suspectSince).toBeUndefined();
		expect(s.kinds()).toEqual(["hosts_found"]);
	});

	test("it returns: up at the first reply, with the time it was away", async () => {
		const s = await silent();
		await s.clock.advance(20_000);
		s.network.alive.add(address("10.0.0.2"));
		await s.run(60);
		expect(s.host("10.0.0.2")?.status).toBe("up");
		expect(s.kinds().at(-1)).toBe("host_up");
		const event = s.db
			.query<{ d: string }, []>("SELECT detail_json AS d FROM event WHERE kind = 'host_up'")
			.get();
		expect(JSON.parse(event?.d ?? "{}").downMs).toBeGreaterThan(30_000);
	});

	test("every measured sweep is one sample, and the hours add up to them", async () => {
		const s = await silent();
		await s.run(200);
		const id = s.host("10.0.0.2")?.id ?? 0;
		const samples = s.db
			.query<{ up: number; n: number }, [number]>(
				"SELECT sum(is_up) AS up, count(*) AS n FROM host_status WHERE host_id = ?",
			)
			.get(id);
		const hours = s.db
			.query<{ up: number; n: number }, [number]>(
				"SELECT sum(up) AS up, sum(up + down) AS n FROM host_status_hour WHERE host_id = ?",
			)
			.get(id);
		expect(hours).toEqual(samples);
		expect(samples?.n).toBe(s.network.asked.filter((run) => run.length > 1).length);
	});

	test("silence in rounds that lost replies on our side proves nothing", async () => {
		const s = await silent();
		s.network.lost = 1;
		await s.clock.advance(60_000);
		expect(s.host("10.0.0.2")?.status).toBe("up");
		expect(s.host("10.0.0.2")?.suspectSince).toBeUndefined();
		s.network.lost = 0;
		await s.run(80);
		expect(s.host("10.0.0.2")?.status).toBe("down");
	});

	test("a suspicion that lost its confirmation is begun anew", async () => {
		const s = await silent();
		s.sweeper.close();
		s.db.query("UPDATE host SET suspect_since = ? WHERE ip = '10.0.0.2'").run(s.clock.now() - 121_000);
		const again = s.restart();
		s.db.query("UPDATE host SET suspect_since = ? WHERE ip = '10.0.0.2'").run(s.clock.now() - 121_000);
		for (let i = 0; i < 90; i++) {
			again.tick();
			await s.clock.advance(1_000);
		}
		expect(s.host("10.0.0.2")?.status).toBe("down");
	});

	test("an answer to another sweep in the middle of it: the confirmations begin anew", async () => {
		const s = stage("10.0.0.1", "10.0.0.2");
		const id = s.subnet("10.0.0.0/29");
		const lossy = address("10.0.0.2");
		await s.run(59);
		s.network.alive.delete(lossy);
		await s.run(12);
		s.network.alive.add(lossy);
		enqueueRun(s.db, id, s.clock.now());
		await s.tick();
		s.network.alive.delete(lossy);
		const answeredAt = s.host("10.0.0.2")?.lastSeenAt ?? 0;
		expect(answeredAt).toBe(s.clock.now());
		await s.run(20);
		expect(s.host("10.0.0.2")?.status).toBe("up");
		await s.run(60);
		expect(s.host("10.0.0.2")?.status).toBe("down");
		expect(s.kinds()).toEqual(["hosts_found", "host_down"]);
	});

	test("flapping: one event, quiet flips, and the truth when it ends", async () => {
		const s = stage("10.0.0.1", "10.0.0.2");
		s.subnet("10.0.0.0/29", 30);
		await s.tick();
		const flaky = address("10.0.0.2");
		for (let i = 0; i < 8; i++) {
			if (i % 2 === 0) s.network.alive.delete(flaky);
			else s.network.alive.add(flaky);
			await s.run(60);
		}
		expect(s.host("10.0.0.2")?.flapping).toBe(true);
		expect(s.kinds().filter((kind) => kind === "host_flapping")).toHaveLength(1);
		s.network.alive.delete(flaky);
		await s.run(120);
		const quiet = s.kinds().length;
		expect(s.host("10.0.0.2")?.status).toBe("down");
		await s.run(17 * 60);
		expect(s.host("10.0.0.2")?.flapping).toBe(false);
		expect(s.kinds().slice(quiet)).toEqual(["host_down"]);
	});

	test("a reservation that never answered stays unknown and has no samples", async () => {
		const s = stage();
		const id = s.subnet("10.0.0.0/29");
		s.db
			.query(
				"INSERT INTO host (ip, ip_key, subnet_id, created_at, updated_at) VALUES ('10.0.0.5', ?, ?, 0, 0)",
			)
			.run(Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10, 0, 0, 5]), id);
		await s.run(130);
		expect(s.host("10.0.0.5")?.status).toBe("unknown");
		expect(s.db.query("SELECT count(*) AS n FROM host_status").get()).toEqual({ n: 0 });
		expect(s.kinds()).toEqual([]);
	});
});

describe("many of a kind in one sweep are one event, however many batches they come in", () => {
	const hosts = (s: ReturnType<typeof stage>) =>
		s.db.query("SELECT kind, detail_json ->> '$.hosts' AS hosts FROM event ORDER BY id").values();

	test("new ones, in a later sweep", async () => {
		const s = stage();
		s.network.batch = 64;
		s.subnet("10.0.0.0/24");
		await s.tick();
		for (const ip of many(200)) s.network.alive.add(address(ip));
		await s.run(61);
		expect(hosts(s)).toEqual([["hosts_found", 200]]);
	});

	test("those that come back", async () => {
		const s = stage(...many(200));
		s.network.batch = 64;
		s.subnet("10.0.0.0/24");
		await s.tick();
		s.network.alive.clear();
		await s.run(80);
		for (const ip of many(200)) s.network.alive.add(address(ip));
		await s.run(61);
		expect(hosts(s)).toEqual([
			["hosts_found", 200],
			["subnet_down", 200],
			["subnet_up", 200],
		]);
	});
});

describe("many fall silent at once", () => {
	test("our own network works: one event for the subnet", async () => {
		const s = stage(...many(20));
		s.subnet("10.0.0.0/24");
		await s.tick();
		s.network.alive.clear();
		await s.run(80);
		expect(s.host("10.0.0.7")?.status).toBe("down");
		expect(s.kinds()).toEqual(["hosts_found", "subnet_down"]);
		for (const ip of many(20)) s.network.alive.add(address(ip));
		await s.run(61);
		expect(s.host("10.0.0.7")?.status).toBe("up");
		expect(s.kinds()).toEqual(["hosts_found", "subnet_down", "subnet_up"]);
	});

	test("the gateway is silent too: all unknown, one event, and no storm when it returns", async () => {
		const s = stage(...many(20), "198.51.100.1");
		s.surroundings = { ...s.surroundings, gateways: [address("198.51.100.1")] };
		const id = s.subnet("10.0.0.0/24");
		await s.tick();
		const before = new Set(s.network.alive);
		s.network.alive.clear();
		await s.run(120);
		expect(s.host("10.0.0.7")?.status).toBe("unknown");
		expect(findSubnet(s.db, id)?.lastSweepProblem).toContain("198.51.100.1");
		for (const one of before) s.network.alive.add(one);
		await s.run(61);
		expect(s.host("10.0.0.7")?.status).toBe("up");
		expect(s.kinds().filter((kind) => kind.startsWith("host_"))).toEqual([]);
		expect(s.kinds().filter((kind) => kind.startsWith("own_"))).toEqual([
			"own_network_down",
			"own_network_back",
		]);
	});

	test("the gateway never answered pings, others answer: the twelve are down, and that is told", async () => {
		const s = stage(...many(40));
		s.surroundings = { ...s.surroundings, gateways: [address("198.51.100.1")] };
		const id = s.subnet("10.0.0.0/24");
		await s.tick();
		for (const ip of many(12)) s.network.alive.delete(address(ip));
		await s.run(90);
		expect(s.host("10.0.0.7")?.status).toBe("down");
		expect(findSubnet(s.db, id)?.lastSweepProblem).toBeUndefined();
		expect(s.kinds().filter((kind) => kind.startsWith("own_"))).toEqual([]);
	});

	test("our own interface is gone, with only three hosts to miss: unknown, not down", async () => {
		const s = stage(...many(3));
		s.subnet("198.51.100.0/24");
		s.subnet("10.0.0.0/29");
		await s.tick();
		s.network.alive.clear();
		s.surroundings = { networks: [], gateways: [] };
		await s.run(90);
		expect(s.host("10.0.0.2")?.status).toBe("unknown");
		expect(s.kinds().filter((kind) => kind === "host_down")).toEqual([]);
		expect(s.kinds().filter((kind) => kind === "own_network_down")).toHaveLength(1);
	});

	test("nine of twenty are not many: each is told", async () => {
		const s = stage(...many(20));
		s.subnet("10.0.0.0/24");
		await s.tick();
		for (const ip of many(9)) s.network.alive.delete(address(ip));
		await s.run(80);
		expect(s.kinds().filter((kind) => kind === "host_down")).toHaveLength(9);
	});
});

describe("our own fault", () => {
	test("a sweep that fails changes no host, is told once, and again when it recovers", async () => {
		const s = stage("10.0.0.1");
		const id = s.subnet("10.0.0.0/29");
		await s.tick();
		const samples = s.db.query("SELECT count(*) AS n FROM host_status").get();
		s.network.fault = "Sending is not permitted.";
		await s.run(190);
		expect(s.host("10.0.0.1")?.status).toBe("up");
		expect(s.db.query("SELECT count(*) AS n FROM host_status").get()).toEqual(samples);
		expect(findSubnet(s.db, id)?.lastSweepProblem).toBe("Sending is not permitted.");
		s.network.fault = undefined;
		await s.run(61);
		expect(s.kinds()).toEqual(["hosts_found", "sweep_failed", "sweep_recovered"]);
		// However many sweeps of it failed.
		expect(s.logged).toEqual(["sweep failed", "sweep works again"]);
		expect(findSubnet(s.db, id)?.lastSweepProblem).toBeUndefined();
	});

	test("a sweep that fails half-way tells of all that it recorded, and leaves nobody suspected", async () => {
		const s = stage(...many(100));
		s.network.batch = 64;
		s.network.faultAfter = 1;
		s.subnet("10.0.0.0/24");
		await s.tick();
		const told = () => s.db.query("SELECT kind, detail_json ->> '$.hosts' AS hosts FROM event").values();
		const found = (s.db.query("SELECT count(*) AS n FROM host").get() as { n: number }).n;
		expect(found).toBeWithin(1, 65);
		expect(told()).toEqual([
			["hosts_found", found],
			["sweep_failed", null],
		]);
		s.network.faultAfter = undefined;
		await s.run(61);
		expect(told().slice(2)).toEqual([
			["hosts_found", 100 - found],
			["sweep_recovered", null],
		]);
		s.network.faultAfter = 1;
		for (const ip of many(3)) s.network.alive.delete(address(ip));
		await s.run(60);
		expect(s.db.query("SELECT count(*) AS n FROM host WHERE suspect_since > 0").get()).toEqual({ n: 0 });
		s.network.faultAfter = undefined;
		await s.run(85);
		expect(s.host("10.0.0.2")?.status).toBe("down");
	});

	test("a sweep that lost replies on our side ends well, but shows no address to be free", async () => {
		const s = stage("10.0.0.1");
		const id = s.subnet("10.0.0.0/29");
		s.network.lost = 3;
		await s.tick();
		expect(findSubnet(s.db, id)).toMatchObject({ lastSweepAt: s.clock.now(), lastSweepProblem: undefined });
		expect(findLastSweep(s.db, id)).toBeUndefined();
		s.network.lost = 0;
		await s.run(61);
		expect(findLastSweep(s.db, id)).toMatchObject({ asked: 6 });
		expect(s.kinds()).toEqual(["hosts_found"]);
	});

	test("a fault during confirmation leaves the host up and unsuspected", async () => {
		const s = stage("10.0.0.1", "10.0.0.2");
		s.subnet("10.0.0.0/29");
		await s.tick();
		s.network.alive.delete(address("10.0.0.2"));
		await s.run(61);
		s.network.fault = "No route.";
		await s.clock.advance(20_000);
		expect(s.host("10.0.0.2")?.status).toBe("up");
		expect(s.host("10.0.0.2")?.suspectSince).toBeUndefined();
	});
});

describe("the clock", () => {
	test("set back by hours: sweeps go on", async () => {
		const s = stage("10.0.0.1");
		s.subnet("10.0.0.0/29");
		await s.tick();
		s.clock.setWall(s.clock.now() - 7_200_000);
		await s.run(70);
		expect(s.network.asked.length).toBeGreaterThan(1);
	});
});

describe("the queue", () => {
	test("a wish goes before the schedule and is covered whole", async () => {
		const s = stage();
		const id = s.subnet("10.0.0.0/14");
		await s.tick();
		const run = enqueueRun(s.db, id, s.clock.now());
		await s.tick();
		expect(s.network.asked.at(-1)).toHaveLength(262_142);
		expect(findRun(s.db, run)?.state).toBe("done");
	});

	test("one subnet is never swept twice at a time", async () => {
		const s = stage();
		const id = s.subnet("10.0.0.0/29", 10);
		let release = () => {};
		s.network.hold = new Promise((resolve) => {
			release = resolve;
		});
		await s.run(60);
		expect(s.network.asked).toHaveLength(1);
		expect(() => enqueueRun(s.db, id, s.clock.now())).toThrow();
		release();
		await s.clock.advance(0);
		expect(findOpenRun(s.db, id)).toBeUndefined();
	});

	test("a sweep that is cancelled ends without judging anybody", async () => {
		const s = stage("10.0.0.1");
		const id = s.subnet("10.0.0.0/29");
		await s.tick();
		let release = () => {};
		s.network.hold = new Promise((resolve) => {
			release = resolve;
		});
		s.network.alive.clear();
		await s.run(60);
		await s.tick();
		const open = findOpenRun(s.db, id);
		s.db.query("UPDATE sweep_run SET cancel_asked = 1 WHERE id = ?").run(open?.id ?? 0);
		await s.tick();
		release();
		await s.clock.advance(30_000);
		expect(findRun(s.db, open?.id ?? 0)?.state).toBe("cancelled");
		expect(s.host("10.0.0.1")?.status).toBe("up");
	});

	test("a deleted subnet's sweep ends quietly", async () => {
		const s = stage("10.0.0.1");
		const id = s.subnet("10.0.0.0/29");
		let release = () => {};
		s.network.hold = new Promise((resolve) => {
			release = resolve;
		});
		await s.tick();
		s.db.query("DELETE FROM subnet WHERE id = ?").run(id);
		release();
		await s.clock.advance(0);
		expect(s.db.query("SELECT count(*) AS n FROM host").get()).toEqual({ n: 0 });
		expect(s.kinds()).toEqual([]);
	});

	test("a restart closes what was open, forgets suspicion and spreads what is overdue", async () => {
		const s = stage("10.0.0.1");
		const ids = Array.from({ length: 20 }, (_, i) => s.subnet(`10.0.${i}.0/29`));
		await s.run(5);
		s.network.hold = new Promise(() => {});
		await s.run(60);
		await s.tick();
		expect(findOpenRun(s.db, ids[0] ?? 0)?.state).toBe("running");
		s.db.query("UPDATE host SET suspect_since = 1").run();
		s.clock.setWall(s.clock.now() + 3_600_000);
		s.network.hold = undefined;
		s.network.asked.length = 0;
		const again = s.restart();
		expect(s.host("10.0.0.1")?.suspectSince).toBeUndefined();
		expect(s.db.query("SELECT count(*) AS n FROM sweep_run WHERE state = 'interrupted'").get()).toEqual({
			n: 20,
		});
		again.tick();
		await s.clock.advance(0);
		expect(s.network.asked).toHaveLength(0);
		for (let i = 0; i < 12; i++) {
			again.tick();
			await s.clock.advance(1_000);
		}
		expect(s.network.asked).toHaveLength(20);
	});
});
