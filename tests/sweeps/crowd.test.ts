/** Many hosts of one subnet at once: one event that names them, on the page of each of them, and for whom it concerns. */

import { describe, expect, test } from "bun:test";
import { newSecret } from "../../src/events/signature.ts";
import { listDeliveries } from "../../src/store/deliveries.ts";
import { listHostEvents } from "../../src/store/events.ts";
import { insertWebhook } from "../../src/store/webhooks.ts";
import { address } from "../helpers/network.ts";
import { stage } from "../helpers/sweeping.ts";

type Stage = ReturnType<typeof stage>;
const ips = (n: number, net = 0) => Array.from({ length: n }, (_, i) => `10.0.${net}.${i + 1}`);

/** A subnet of /28 whose hosts have been seen up. */
async function rack(hosts: number) {
	const s = stage(...ips(hosts));
	const id = s.subnet("10.0.0.0/28");
	await s.run(61);
	return { s, id };
}

async function silence(s: Stage, ...gone: string[]): Promise<void> {
	for (const ip of gone) s.network.alive.delete(address(ip));
	await s.run(90);
}

async function revive(s: Stage, ...back: string[]): Promise<void> {
	for (const ip of back) s.network.alive.add(address(ip));
	await s.run(61);
}

const told = (s: Stage) =>
	s.db
		.query<{ kind: string; label: string; detail: string }, []>(
			"SELECT kind, label, detail_json AS detail FROM event WHERE kind <> 'hosts_found' ORDER BY id",
		)
		.all()
		.map(({ kind, label, detail }) => [kind, label, JSON.parse(detail)]);

describe("a small subnet", () => {
	test("one host, or two, are told by name, also when they are all there is", async () => {
		const { s } = await rack(2);
		await silence(s, ...ips(2));
		await revive(s, ...ips(2));
		expect(s.kinds().slice(1)).toEqual(["host_down", "host_down", "host_up", "host_up"]);
	});

	test("all eight at once are one event, and so is their return", async () => {
		const { s } = await rack(8);
		await silence(s, ...ips(8));
		await revive(s, ...ips(8));
		const names = `${ips(7).join(", ")} and 10.0.0.8`;
		expect(told(s)).toEqual([
			["subnet_down", "10.0.0.0/28", { hosts: 8, of: 8, names }],
			["subnet_up", "10.0.0.0/28", { hosts: 8, of: 8, names }],
		]);
	});

	test("half of six are one event that says of how many; two of six are two", async () => {
		const { s } = await rack(6);
		await silence(s, ...ips(3));
		expect(told(s).at(-1)).toEqual([
			"subnet_down",
			"10.0.0.0/28",
			{ hosts: 3, of: 6, names: "10.0.0.1, 10.0.0.2 and 10.0.0.3" },
		]);
		await revive(s, ...ips(2));
		expect(s.kinds().slice(-2)).toEqual(["host_up", "host_up"]);
	});
});

test("256 subnets of eight hosts, all silent at once and back: one event each", async () => {
	const alive = Array.from({ length: 256 }, (_, net) => ips(8, net)).flat();
	const s = stage(...alive);
	for (let net = 0; net < 256; net++) s.subnet(`10.0.${net}.0/28`);
	await s.run(100);
	const before = s.kinds().length;
	s.network.alive.clear();
	await s.run(120);
	expect(s.kinds().slice(before)).toEqual(Array(256).fill("subnet_down"));
	for (const ip of alive) s.network.alive.add(address(ip));
	await s.run(100);
	expect(s.kinds().slice(before + 256)).toEqual(Array(256).fill("subnet_up"));
});

describe("a whole subnet that flaps", () => {
	test("is told as one when it begins, and as one when it stays down", async () => {
		const s = stage(...ips(12));
		s.subnet("10.0.0.0/28", 30);
		await s.tick();
		for (let i = 0; i < 8; i++) {
			for (const ip of ips(12)) {
				if (i % 2 === 0) s.network.alive.delete(address(ip));
				else s.network.alive.add(address(ip));
			}
			await s.run(60);
		}
		expect(s.kinds().filter((kind) => kind.includes("flapping"))).toEqual(["subnet_flapping"]);
		s.network.alive.clear();
		await s.run(18 * 60);
		expect(s.kinds().filter((kind) => kind.startsWith("host_"))).toEqual([]);
		expect(s.kinds().at(-1)).toBe("subnet_down");
	});
});

test("the page of a host tells of what it was one of, and of nothing else of its subnet", async () => {
	const { s } = await rack(8);
	await silence(s, ...ips(6));
	await revive(s, ...ips(6));
	await silence(s, "10.0.0.8");
	const of = (ip: string) =>
		listHostEvents(s.db, s.host(ip)?.id ?? 0, { limit: 9 })
			.toReversed()
			.map(({ kind }) => kind);
	expect(of("10.0.0.1")).toEqual(["subnet_down", "subnet_up"]);
	expect(of("10.0.0.7")).toEqual([]);
	expect(of("10.0.0.8")).toEqual(["host_down"]);
	const [newest] = listHostEvents(s.db, s.host("10.0.0.1")?.id ?? 0, { limit: 1 });
	expect(newest?.kind).toBe("subnet_up");
	const before = newest?.id;
	expect(
		listHostEvents(s.db, s.host("10.0.0.1")?.id ?? 0, { before, limit: 9 }).map(({ kind }) => kind),
	).toEqual(["subnet_down"]);
});

test("a webhook for a tag hears of a group only when one of it has the tag", async () => {
	const { s } = await rack(8);
	const hook = (tag: string) => {
		const values = {
			name: tag,
			url: "http://10.0.0.1/",
			topics: [],
			subnetId: undefined,
			tag,
			enabled: true,
		};
		return insertWebhook(s.db, values, newSecret(Math.random), s.clock.now());
	};
	const [among, beside] = [hook("among"), hook("beside")];
	s.db.run(`UPDATE host SET tags_json = '["among"]' WHERE ip = '10.0.0.1'`);
	s.db.run(`UPDATE host SET tags_json = '["beside"]' WHERE ip = '10.0.0.8'`);
	await silence(s, ...ips(5));
	const topics = (id: number) => listDeliveries(s.db, id, { limit: 9 }).map(({ topic }) => topic);
	expect(topics(among)).toEqual(["down"]);
	expect(topics(beside)).toEqual([]);
});
