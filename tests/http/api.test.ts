/** The JSON side: what it says, what it takes, what it refuses and how. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { openRig, type Rig } from "../helpers/app.ts";
import { SIGNED } from "../helpers/signed.ts";

let rig: Rig;
beforeEach(async () => {
	rig = await openRig();
});
afterEach(() => rig.close());

type Problem = {
	status: number;
	code: string;
	field?: string;
	detail: string;
	extra?: { suggestion?: string };
};

describe("subnets by JSON", () => {
	test("create, read, change, sweep, delete", async () => {
		const made = await rig.send("POST", "/api/v1/subnets", { cidr: "10.0.0.0/24", name: "Office" });
		expect(made.status).toBe(201);
		expect(made.headers.get("location")).toBe("/api/v1/subnets/1");
		expect(made.json()).toMatchObject({
			id: 1,
			cidr: "10.0.0.0/24",
			counts: { total: 0, unused: 254 },
			version: 1,
		});
		const read = await rig.get("/api/v1/subnets/1");
		expect(read.headers.get("etag")).toStartWith('"1-');
		const changed = await rig.send(
			"PATCH",
			"/api/v1/subnets/1",
			{ gateway: "10.0.0.1" },
			{ "if-match": '"1"' },
		);
		expect(changed.json()).toMatchObject({ gateway: "10.0.0.1", name: "Office", version: 2 });
		const run = await rig.send("POST", "/api/v1/subnets/1/sweep");
		expect(run.status).toBe(202);
		expect((await rig.get(run.headers.get("location") ?? "")).json()).toMatchObject({
			state: "queued",
			subnet_id: 1,
		});
		expect((await rig.send("POST", "/api/v1/runs/1/cancel")).json()).toMatchObject({ state: "cancelled" });
		expect((await rig.send("DELETE", "/api/v1/subnets/1")).json()).toMatchObject({
			deleted: 1,
			hosts_deleted: 0,
		});
		expect((await rig.get("/api/v1/subnets/1")).status).toBe(404);
	});

	test("one edit is one version, whatever it changes, and all of it or nothing", async () => {
		await rig.send("POST", "/api/v1/subnets", {
			cidr: "10.0.0.0/24",
			scan_enabled: false,
			snmp_enabled: true,
		});
		const one = (await rig.get("/api/v1/subnets/1")).json() as Record<string, unknown>;
		expect(one).toMatchObject({ scan_enabled: false, snmp_enabled: true, version: 1 });
		const both = { name: "Lab", scan_enabled: true, snmp_enabled: false };
		const changed = await rig.send("PATCH", "/api/v1/subnets/1", both, { "if-match": '"1"' });
		expect(changed.json()).toMatchObject({ ...both, version: 2 });
		const late = await rig.send("PATCH", "/api/v1/subnets/1", { snmp_enabled: true }, { "if-match": '"1"' });
		expect([late.status, (await rig.get("/api/v1/subnets/1")).json()]).toEqual([412, changed.json()]);
		expect(
			(await rig.send("PATCH", "/api/v1/subnets/1", { scan_enabled: false, name: "\u0007" })).status,
		).toBe(422);
		expect((await rig.get("/api/v1/subnets/1")).json()).toEqual(changed.json());
		// The switches are edits too: who saw the version before is told.
		await rig.send("PUT", "/api/v1/subnets/1/scans", { enabled: false });
		expect((await rig.get("/api/v1/subnets/1")).headers.get("etag")).toStartWith('"3-');
		const fields = rig.app.context.db.query(
			"SELECT detail_json ->> '$.field' AS field FROM event WHERE kind = 'subnet_edited' ORDER BY id",
		);
		expect(fields.all().map((row) => (row as { field: string }).field)).toEqual([
			...["name", "port scans by the clock", "SNMP", "port scans by the clock"],
		]);
	});

	test("an old version is a conflict", async () => {
		await rig.send("POST", "/api/v1/subnets", { cidr: "10.0.0.0/24" });
		await rig.send("PATCH", "/api/v1/subnets/1", { name: "a" });
		const late = await rig.send("PATCH", "/api/v1/subnets/1", { name: "b" }, { "if-match": '"1"' });
		expect(late.status).toBe(412);
		expect((await rig.send("PATCH", "/api/v1/subnets/1", { name: "b", version: 1 })).status).toBe(409);
		expect(late.headers.get("content-type")).toContain("application/problem+json");
	});

	test.each([
		[{ cidr: "10.0.0.5/24" }, 422, "cidr"],
		[{ cidr: 5 }, 422, "cidr"],
		[{ cidr: "10.0.0.0/24", colour: "red" }, 422, "colour"],
		[{ cidr: "10.0.0.0/24", sweep_interval_s: "60" }, 422, "sweep_interval_s"],
		[{ cidr: "10.0.0.0/24", sweep_interval_s: 1 }, 422, "sweep_interval_s"],
		[{ cidr: "10.0.0.0/24", sweep_enabled: "yes" }, 422, "sweep_enabled"],
		[{ cidr: "10.0.0.0/24", gateway: "192.0.2.1" }, 422, "gateway"],
		[{ cidr: "10.0.0.0/24", name: "x".repeat(101) }, 422, "name"],
		[{ cidr: "10.0.0.0/24", name: "a\u202eb" }, 422, "name"],
		[{}, 422, "cidr"],
	])("%j is refused with %i naming %s, and nothing is added", async (body, status, field) => {
		const refused = await rig.send("POST", "/api/v1/subnets", body);
		expect(refused.status).toBe(status);
		const problem = refused.json() as Problem;
		expect(problem).toMatchObject({ status, code: "invalid", field });
		expect(problem.detail.length).toBeGreaterThan(10);
		expect((await rig.get("/api/v1/subnets")).json()).toMatchObject({ items: [] });
	});

	test("the suggestion is in the problem", async () => {
		const refused = await rig.send("POST", "/api/v1/subnets", { cidr: "10.0.0.5/24" });
		expect((refused.json() as Problem).extra?.suggestion).toBe("10.0.0.0/24");
	});

	test("a body that is no JSON, or of another kind, is refused", async () => {
		const ask = (body: string, type: string) =>
			rig.app.handle(
				new Request("http://localhost/api/v1/subnets", {
					method: "POST",
					body,
					headers: { ...SIGNED, "content-type": type },
				}),
			);
		expect((await ask("{", "application/json")).status).toBe(400);
		expect((await ask('{"cidr":"10.0.0.0/24"}', "text/plain")).status).toBe(415);
		expect((await ask("cidr=10.0.0.0/24", "application/x-www-form-urlencoded")).status).toBe(415);
	});
});

describe("hosts by JSON", () => {
	test("reserve, change, page through, delete", async () => {
		await rig.send("POST", "/api/v1/subnets", { cidr: "10.0.0.0/24" });
		for (let i = 1; i <= 5; i++) {
			const made = await rig.send("POST", "/api/v1/hosts", {
				ip: `10.0.0.${i}`,
				hostname: `h${i}`,
				tags: ["t"],
			});
			expect(made.status).toBe(201);
		}
		expect((await rig.send("POST", "/api/v1/hosts", { ip: "10.0.0.3" })).status).toBe(409);
		const first = (await rig.get("/api/v1/hosts?limit=2")).json() as {
			items: { ip: string }[];
			next_cursor: string;
		};
		expect(first.items.map((host) => host.ip)).toEqual(["10.0.0.1", "10.0.0.2"]);
		await rig.send("DELETE", "/api/v1/hosts/1");
		const rest = (await rig.get(`/api/v1/hosts?limit=9&cursor=${first.next_cursor}`)).json() as {
			items: { ip: string }[];
		};
		expect(rest.items.map((host) => host.ip)).toEqual(["10.0.0.3", "10.0.0.4", "10.0.0.5"]);
		const changed = await rig.send("PATCH", "/api/v1/hosts/3", { notes: "n" });
		expect(changed.json()).toMatchObject({
			hostname: "h3",
			notes: "n",
			tags: ["t"],
			hostname_source: "typed",
		});
		expect((await rig.get("/api/v1/hosts?q=h3")).json()).toMatchObject({ items: [{ ip: "10.0.0.3" }] });
		expect((await rig.get("/api/v1/hosts?q=%25")).json()).toMatchObject({ items: [] });
		expect((await rig.get("/api/v1/hosts?status=up")).json()).toMatchObject({ items: [] });
		expect((await rig.get("/api/v1/hosts?status=sleepy")).status).toBe(422);
	});

	test("notes, end and SNMP of a host are one edit and one version", async () => {
		await rig.send("POST", "/api/v1/subnets", { cidr: "10.0.0.0/24" });
		const end = "2099-12-31T23:00:00.000Z";
		const made = await rig.send("POST", "/api/v1/hosts", {
			ip: "10.0.0.3",
			expires_at: end,
			snmp_enabled: true,
		});
		expect(made.json()).toMatchObject({ expires_at: end, snmp_enabled: true, version: 1 });
		const changes = { notes: "n", expires_at: null, snmp_enabled: null };
		const changed = await rig.send("PATCH", "/api/v1/hosts/1", changes, { "if-match": '"1"' });
		expect(changed.json()).toMatchObject({ ...changes, version: 2 });
		rig.app.context.db.run("UPDATE host SET first_seen_at = 1");
		const inUse = await rig.send("PATCH", "/api/v1/hosts/1", { notes: "other", expires_at: end });
		expect([inUse.status, (inUse.json() as Problem).field]).toEqual([409, "expires_at"]);
		expect((await rig.get("/api/v1/hosts/1")).json()).toMatchObject({ notes: "n", version: 2 });
		await rig.send("PUT", "/api/v1/hosts/1/snmp", { enabled: false });
		expect((await rig.get("/api/v1/hosts/1")).headers.get("etag")).toStartWith('"3-');
	});

	test("unused counts leave out network and broadcast addresses and nested blocks", async () => {
		await rig.send("POST", "/api/v1/subnets", { cidr: "10.0.0.0/24" });
		await rig.send("POST", "/api/v1/hosts", { ip: "10.0.0.128" });
		await rig.send("POST", "/api/v1/subnets", { cidr: "10.0.0.128/25" });
		const all = (await rig.get("/api/v1/subnets")).json() as {
			items: { cidr: string; counts: { unused: number } }[];
		};
		expect(all.items.map((subnet) => [subnet.cidr, subnet.counts.unused])).toEqual([
			["10.0.0.0/24", 127],
			["10.0.0.128/25", 126],
		]);
	});

	test("events by kind, group, subnet and text", async () => {
		await rig.send("POST", "/api/v1/subnets", { cidr: "10.0.0.0/24", name: "Office" });
		await rig.send("POST", "/api/v1/subnets", { cidr: "10.1.0.0/24" });
		await rig.send("POST", "/api/v1/hosts", { ip: "10.0.0.3", hostname: "nas" });
		const kinds = async (query: string) => {
			const { items } = (await rig.get(`/api/v1/events?${query}`)).json() as { items: { kind: string }[] };
			return items.map(({ kind }) => kind);
		};
		expect(await kinds("kind=subnet_added")).toEqual(["subnet_added", "subnet_added"]);
		expect(await kinds("kind=edits&subnet=1")).toEqual(["host_edited", "subnet_added"]);
		expect(await kinds("q=nas")).toEqual(["host_edited"]);
		expect(await kinds("kind=down")).toEqual([]);
		expect((await rig.get("/api/v1/events?kind=everything")).status).toBe(422);
	});

	test("events come newest first, by page", async () => {
		await rig.send("POST", "/api/v1/subnets", { cidr: "10.0.0.0/24" });
		await rig.send("POST", "/api/v1/hosts", { ip: "10.0.0.3" });
		const page = (await rig.get("/api/v1/events?limit=1")).json() as {
			items: { kind: string }[];
			next_cursor: string;
		};
		expect(page.items[0]?.kind).toBe("host_edited");
		const next = (await rig.get(`/api/v1/events?limit=1&cursor=${page.next_cursor}`)).json() as {
			items: { kind: string }[];
		};
		expect(next.items[0]?.kind).toBe("subnet_added");
	});
});
