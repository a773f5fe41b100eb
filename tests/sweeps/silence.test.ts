/** Who falls silent and who returns: suspicion, down, back, many at once, and what is told of each. */

import { describe, expect, test } from "bun:test";
import { enqueueRun } from "../../src/store/runs.ts";
import { findSubnet } from "../../src/store/subnets.ts";
import { address } from "../helpers/network.ts";
import { many, stage } from "../helpers/sweeping.ts";

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
