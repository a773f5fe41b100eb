/** The next free address: never one to two callers, never one where somebody answers, and why the others were passed over. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { systemClock } from "../../../src/clock.ts";
import { BOUNDS } from "../../../src/config.ts";
import { AppError } from "../../../src/errors.ts";
import { tendReservations } from "../../../src/ipam/expiry.ts";
import { openRig, type Rig } from "../../helpers/app.ts";
import { address } from "../../helpers/network.ts";

type Skipped = { first: string; last: string; reason: string; says: string };
type Next = {
	host: { id: number; ip: string; expires_at: string | null };
	known: string;
	skipped: Skipped[];
};

let rig: Rig;
let alive: Set<bigint>;
let near: Set<bigint>;
let asked: bigint[][];
let deaf: boolean;
let now: number;

beforeEach(async () => {
	alive = new Set();
	near = new Set();
	asked = [];
	deaf = false;
	now = Date.UTC(2026, 10, 23);
	rig = await openRig(
		{},
		{
			ask: async (addresses) => {
				if (deaf) throw new AppError("unavailable", "No socket.");
				asked.push([...addresses]);
				await systemClock.sleep(1);
				return Int32Array.from(addresses, (one) => (alive.has(one) ? 400 : -1));
			},
			neighbours: () => [...near].map((one) => ({ address: one, mac: 1 })),
			clock: { now: () => now, monotonicMs: () => performance.now(), sleep: systemClock.sleep },
		},
	);
	await rig.send("POST", "/api/v1/subnets", { cidr: "10.0.0.0/21", gateway: "10.0.0.1" });
});
afterEach(() => rig.close());

const next = (body?: object, headers: Record<string, string> = {}) =>
	rig.send("POST", "/api/v1/subnets/1/next-address", body, headers);
const reserve = async (body?: object) => (await next(body)).json() as Next;
const hosts = () => rig.app.context.db.query<{ n: number }, []>("SELECT count(*) AS n FROM host").get()?.n;

describe("who gets which", () => {
	test("1,000 calls at concurrency 50 get 1,000 addresses", async () => {
		for (let n = 1; n <= 9; n++) alive.add(address(`10.0.1.${n}`));
		const got: string[] = [];
		let left = 1_000;
		const caller = async () => {
			while (left-- > 0) got.push((await reserve()).host.ip);
		};
		await Promise.all(Array.from({ length: 50 }, caller));
		expect(got).toHaveLength(1_000);
		expect(new Set(got).size).toBe(1_000);
		expect(hosts()).toBe(1_000);
		for (let n = 1; n <= 9; n++) expect(got).not.toContain(`10.0.1.${n}`);
		// Fifty who want the same addresses ask once.
		expect(asked.flat().length).toBe(new Set(asked.flat()).size);
	});

	test("what stands in the way is passed over, and why", async () => {
		const send = (ip: string, hostname = "") => rig.send("POST", "/api/v1/hosts", { ip, hostname });
		await send("10.0.0.2", "nas.lan");
		await send("10.0.0.4");
		await send("10.0.0.5");
		await send("10.0.0.6");
		const { db } = rig.app.context;
		db.query("UPDATE host SET last_seen_at = ?, first_seen_at = 1 WHERE ip = '10.0.0.4'").run(
			now - 3 * 86_400_000,
		);
		db.query("UPDATE host SET last_seen_at = ?, first_seen_at = 1 WHERE ip = '10.0.0.5'").run(
			now - 9 * 86_400_000,
		);
		await rig.send("DELETE", "/api/v1/hosts/2");
		await rig.send("DELETE", "/api/v1/hosts/3");
		near.add(address("10.0.0.3"));
		alive.add(address("10.0.0.5"));
		const { host, skipped, known } = await reserve({ hostname: "new.lan", tags: ["a"] });
		expect([host.ip, known]).toEqual(["10.0.0.7", "asked"]);
		expect(skipped).toEqual([
			{ first: "10.0.0.1", last: "10.0.0.1", reason: "gateway", says: "is the gateway of the subnet" },
			{ first: "10.0.0.2", last: "10.0.0.2", reason: "recorded", says: "is recorded as nas.lan, unknown" },
			{
				first: "10.0.0.3",
				last: "10.0.0.3",
				reason: "neighbour",
				says: "is in this machine's neighbour table",
			},
			{
				first: "10.0.0.4",
				last: "10.0.0.4",
				reason: "replied",
				says: "a host that was deleted since answered there 3 days ago",
			},
			{
				first: "10.0.0.5",
				last: "10.0.0.5",
				reason: "answers",
				says: "answers, though nothing is recorded there",
			},
			{ first: "10.0.0.6", last: "10.0.0.6", reason: "recorded", says: "is recorded, unknown" },
		]);
	});

	test("a nested subnet's addresses are its own; runs across full blocks are one", async () => {
		await rig.send("POST", "/api/v1/subnets", { cidr: "10.0.0.64/26" });
		for (let n = 2; n <= 63; n++) await rig.send("POST", "/api/v1/hosts", { ip: `10.0.0.${n}` });
		const { host, skipped } = await reserve();
		expect(host.ip).toBe("10.0.0.128");
		expect(skipped.map(({ first, last, reason }) => `${first}-${last} ${reason}`)).toEqual([
			"10.0.0.1-10.0.0.1 gateway",
			"10.0.0.2-10.0.0.63 recorded",
			"10.0.0.64-10.0.0.127 nested",
		]);
		expect(skipped[1]?.says).toBe("62 hosts are recorded there: 62 unknown");
	});

	test("a sweep of all a moment ago is as good as asking; an old one is not", async () => {
		const { db } = rig.app.context;
		const sweep = (total: number, at: number) =>
			db
				.query(
					`INSERT INTO sweep_run (subnet_id, trigger, state, requested_at, finished_at, total)
					VALUES (1, 'schedule', 'done', ?1, ?1, ?2)`,
				)
				.run(at, total);
		sweep(2_046, now - 1_000_000);
		expect((await reserve()).known).toBe("asked");
		sweep(2_046, now - 60_000);
		await reserve({ from: "10.0.4.0" });
		expect((await reserve({ from: "10.0.4.0" })).known).toBe("swept");
		sweep(100, now - 10_000);
		expect((await reserve({ from: "10.0.5.0" })).known).toBe("asked");
		expect(asked).toHaveLength(2);
	});

	test("who cannot ask says so; without asking what is recorded is enough", async () => {
		deaf = true;
		const refused = await next();
		expect(refused.status).toBe(503);
		expect(hosts()).toBe(0);
		expect(await reserve({ ask: false })).toMatchObject({ host: { ip: "10.0.0.2" }, known: "not_asked" });
	});

	test("full: 409 says of how many addresses what, nothing reserved", async () => {
		await rig.send("POST", "/api/v1/subnets", { cidr: "10.9.0.0/29", gateway: "10.9.0.1" });
		alive.add(address("10.9.0.5"));
		near.add(address("10.9.0.6"));
		const ask = () => rig.send("POST", "/api/v1/subnets/2/next-address");
		const answers = [await ask(), await ask(), await ask(), await ask()];
		expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 409]);
		expect(answers[3]?.json()).toHaveProperty(
			"detail",
			"No address of 10.9.0.0/29 is free: 3 recorded, 1 the gateway, 1 in this machine's neighbour table, " +
				"1 answering, though nothing is recorded there.",
		);
	});

	test.each([
		["10.9.0.1", "from"],
		["010.0.0.1", "from"],
		["10.0.0", "from"],
	])("from %s is refused", async (from, field) => {
		const refused = await next({ from });
		expect(refused.status).toBe(422);
		expect(refused.json()).toMatchObject({ code: "invalid", field });
		expect(hosts()).toBe(0);
	});
});

describe("a key of the caller's", () => {
	test("asked again: the same answer, one reservation; also when both are under way", async () => {
		const key = { "idempotency-key": "a-1" };
		const [first, second] = await Promise.all([next({ hostname: "a" }, key), next({ hostname: "a" }, key)]);
		expect(first.json()).toEqual(second.json());
		const third = await next({ hostname: "a" }, key);
		expect([third.status, third.headers.get("idempotent-replayed")]).toEqual([201, "true"]);
		expect(third.json()).toEqual(first.json());
		expect(third.headers.get("location")).toBe("/api/v1/hosts/1");
		expect(hosts()).toBe(1);
		expect(((await next({ hostname: "a" })).json() as Next).host.ip).toBe("10.0.0.3");
	});

	test("with another wish it is refused; a refused wish may be tried again with it", async () => {
		const key = { "idempotency-key": "b" };
		await next({ hostname: "a" }, key);
		expect((await next({ hostname: "b" }, key)).json()).toMatchObject({
			status: 422,
			field: "Idempotency-Key",
		});
		deaf = true;
		const other = { "idempotency-key": "c" };
		expect((await next({ from: "10.0.6.0" }, other)).status).toBe(503);
		deaf = false;
		expect((await next({ from: "10.0.6.0" }, other)).status).toBe(201);
	});

	test.each(["", " ", "ä", "x".repeat(256)])("%j is no key", async (key) => {
		const refused = await next({}, { "idempotency-key": key });
		expect([refused.status, hosts()]).toEqual([422, 0]);
	});

	test("keys are forgotten after a day, and the oldest when there are too many", async () => {
		for (const key of ["1", "2", "3"]) {
			await next({}, { "idempotency-key": key });
			now += 1_000;
		}
		const keys = () =>
			rig.app.context.db
				.query<{ key: string }, []>("SELECT key FROM idempotency ORDER BY key")
				.all()
				.map(({ key }) => key);
		await tendReservations(rig.app.context, { ...BOUNDS, idempotencyKeys: 2 });
		expect(keys()).toEqual(["2", "3"]);
		now += BOUNDS.idempotencyMs;
		await tendReservations(rig.app.context, BOUNDS);
		expect(keys()).toEqual([]);
	});
});

describe("reservations that end", () => {
	const HOUR = 3_600_000;
	const iso = (at: number) => new Date(at).toISOString();

	test("are freed when their time has come, unless somebody answered", async () => {
		const { db } = rig.app.context;
		for (let n = 0; n < 3; n++) await next({ expires_at: iso(now + HOUR) });
		await next();
		db.query("UPDATE host SET first_seen_at = 1, last_seen_at = 1 WHERE id = 2").run();
		await tendReservations(rig.app.context, BOUNDS);
		expect(hosts()).toBe(4);
		now += HOUR;
		await tendReservations(rig.app.context, BOUNDS);
		const left = (await rig.get("/api/v1/hosts")).json() as { items: Next["host"][] };
		expect(left.items.map(({ id, expires_at }) => [id, expires_at])).toEqual([
			[2, null],
			[4, null],
		]);
		const events = (await rig.get("/api/v1/events?limit=2")).json() as { items: { kind: string }[] };
		expect(events.items[0]?.kind).toBe("hosts_deleted");
		const undo = (events.items[0] as { detail?: { batch?: number } }).detail?.batch;
		expect((await rig.send("POST", `/api/v1/batches/${undo}/undo`)).status).toBe(200);
		await tendReservations(rig.app.context, BOUNDS);
		expect(hosts()).toBe(4);
	});

	test("the end can be set, moved and taken away; one in use has none", async () => {
		const made = await rig.send("POST", "/api/v1/hosts", { ip: "10.0.0.9", expires_at: iso(now + HOUR) });
		expect(made.json()).toMatchObject({ expires_at: iso(now + HOUR) });
		const patch = (expires_at: unknown) => rig.send("PATCH", "/api/v1/hosts/1", { expires_at });
		expect((await patch(iso(now + 2 * HOUR))).json()).toMatchObject({ expires_at: iso(now + 2 * HOUR) });
		expect((await patch(null)).json()).toMatchObject({ expires_at: null });
		for (const bad of [iso(now - 1), "tomorrow", 5, "2026-13-01T00:00:00Z"]) {
			expect((await patch(bad)).json()).toMatchObject({ status: 422, field: "expires_at" });
		}
		rig.app.context.db.query("UPDATE host SET first_seen_at = 1").run();
		expect((await patch(iso(now + HOUR))).status).toBe(409);
	});
});

test("a reservation that ends says so on its page, in its drawer and in the list", async () => {
	await next({ expires_at: new Date(now + 3_600_000).toISOString() });
	await next({ expires_at: new Date(now + 3_600_000).toISOString(), hostname: "desk.lan" });
	for (const path of ["/hosts/1", "/hosts/1/drawer"]) {
		expect((await rig.get(path)).text).toMatch(
			/the reservation ends <time[^>]*>2026-11-23<\/time> unless it answers/,
		);
	}
	const list = (await rig.get("/subnets/1")).text;
	expect(list.match(/until <time/g)?.length).toBe(2);
});
