/** The catalogue of bad input in the address: numbers, filters, cursors, entity tags. Each is refused by its name. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { furnish } from "../../helpers/api-scenes.ts";
import { openRig, type Rig } from "../../helpers/app.ts";
import { quickly } from "../../helpers/quick.ts";
import { expectRefused, json } from "../../helpers/refusals.ts";

let rig: Rig;
beforeAll(async () => {
	rig = await openRig();
	await furnish(rig);
});
afterAll(() => rig.close());
const refused = (path: string, init: RequestInit, secret?: string) => expectRefused(rig, path, init, secret);

describe("parameters", () => {
	const cases: [string, string][] = [
		...[
			"abc",
			"-1",
			"0",
			"501",
			"1e9",
			"1e2",
			"0x5",
			"5.0",
			"05",
			"+5",
			"",
			" ",
			"5 ",
			"٥",
			"9007199254740993",
		].map((value): [string, string] => [`limit=${encodeURIComponent(value)}`, "limit"]),
		["limit=5&limit=6", "limit"],
		["status=sleepy", "status"],
		["status=UP", "status"],
		["status=up&status=up", "status"],
		["status[]=up", "status[]"],
		["port=0", "port"],
		["port=65536", "port"],
		["port=22,80", "port"],
		["subnet=abc", "subnet"],
		["subnet=-1", "subnet"],
		["sort=id;drop", "sort"],
		["sort=(select 1)", "sort"],
		["sort=address,hostname", "sort"],
		["fields=password_hash", "fields"],
		["offset=5", "offset"],
		["q=", "q"],
		["q=%00", "q"],
		[`q=${"x".repeat(257)}`, "q"],
		["tag=", "tag"],
		["ip=10.0.0", "ip"],
		["ip=10.0.0.5&q=a", "ip"],
		["cursor=", "cursor"],
		["cursor=abc", "cursor"],
		["cursor=h:0:10.0.0.1", "cursor"],
		[`cursor=${Buffer.from('["address",0,"x"]').toString("base64url")}`, "cursor"],
		[`cursor=${Buffer.from('["hostname","a","10.0.0.1"]').toString("base64url")}`, "cursor"],
		[`sort=status&cursor=${Buffer.from('["status",99,"10.0.0.1"]').toString("base64url")}`, "cursor"],
		[`cursor=${"A".repeat(2_000)}`, "cursor"],
		["__proto__=1", "__proto__"],
	];
	test.each(cases)("%s", async (query, field) => {
		const problem = await refused(`/api/v1/hosts?${query}`, {});
		expect([problem.status, problem.field]).toEqual([422, field]);
	});

	test.each(["constructor", "__proto__", "yes"])(
		"dry_run=%s is neither true nor false, so nothing is written",
		async (text) => {
			const file = { method: "POST", body: "ip\n10.0.0.77\n", headers: { "content-type": "text/csv" } };
			const problem = await refused(`/api/v1/imports?dry_run=${text}`, file);
			expect([problem.status, problem.field]).toEqual([422, "dry_run"]);
		},
	);

	test.each(["%", "_", "\\", "%".repeat(255), "(a+)+$", "*", "NEAR(", "hostname:", "' OR 1=1 --"])(
		"q=%j is looked for literally",
		async (q) => {
			const found = await quickly(() => rig.get(`/api/v1/hosts?q=${encodeURIComponent(q)}`));
			expect([found.status, (found.json() as { items: object[] }).items.length]).toEqual([200, 0]);
		},
	);
});

describe("entity tags", () => {
	const patch = (match: string) =>
		rig.send("PATCH", "/api/v1/hosts/1", { notes: `n${Math.random()}` }, { "if-match": match });
	const version = async () => ((await rig.get("/api/v1/hosts/1")).json() as { version: number }).version;

	test("a list in which the version is, and *, let an edit through", async () => {
		expect((await patch(`"99", "${await version()}"`)).status).toBe(200);
		expect((await patch(`W/"x,y",,"${await version()}"`)).status).toBe(200);
		expect((await patch("*")).status).toBe(200);
		const edited = await patch(`"${await version()}"`);
		expect(edited.headers.get("etag")).toStartWith(`"${await version()}-`);
	});

	test.each([['"99"'], ['"98", "99"'], ['""'], ['"0"']])("%s: 412, nothing changed", async (match) => {
		const problem = await refused(
			"/api/v1/hosts/1",
			json("PATCH", '{"notes":"late"}', { "if-match": match }),
		);
		expect([problem.status, problem.field]).toEqual([412, "If-Match"]);
	});

	test("a weak tag never matches; what is no list is refused; also for deleting", async () => {
		const weak = `W/"${await version()}"`;
		const late = await refused("/api/v1/hosts/1", json("PATCH", '{"notes":"late"}', { "if-match": weak }));
		expect(late.status).toBe(412);
		for (const bad of ["1", '"1', "abc", '"1" "2"']) {
			const problem = await refused("/api/v1/hosts/1", json("PATCH", '{"notes":"x"}', { "if-match": bad }));
			expect([problem.status, problem.field]).toEqual([422, "If-Match"]);
		}
		expect(
			(await refused("/api/v1/subnets/1", { method: "DELETE", headers: { "if-match": '"99"' } })).status,
		).toBe(412);
	});
});
