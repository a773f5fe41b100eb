/** The catalogue of bad input in bodies and paths: each is refused with the name of its field, and nothing of it is said back. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { furnish } from "../../helpers/api-scenes.ts";
import { openRig, type Rig } from "../../helpers/app.ts";
import { expectRefused, json } from "../../helpers/refusals.ts";

let rig: Rig;
beforeAll(async () => {
	rig = await openRig();
	await furnish(rig);
});
afterAll(() => rig.close());
const refused = (path: string, init: RequestInit, secret?: string) => expectRefused(rig, path, init, secret);

describe("bodies", () => {
	const bytes = (text: string, kind: "utf16le" | "latin1") => new Uint8Array(Buffer.from(text, kind));
	const plain = '{"cidr":"10.9.0.0/24"}';
	const cases: [string, RequestInit, number, string?][] = [
		["cut off", json("POST", "{"), 400],
		["empty", json("POST", ""), 400],
		["100,000 brackets", json("POST", "[".repeat(100_000)), 400],
		["a deep object", json("POST", `${'{"a":'.repeat(5_000)}1${"}".repeat(5_000)}`), 400],
		["trailing garbage", json("POST", `${plain}x`), 400],
		["two values", json("POST", `${plain}${plain}`), 400],
		["a byte order mark", json("POST", `\ufeff${plain}`), 400],
		["UTF-16", json("POST", bytes(plain, "utf16le")), 400],
		["Latin-1", json("POST", bytes('{"cidr":"10.9.0.0/24","name":"Caf\u00e9"}', "latin1")), 400],
		["a field twice", json("POST", '{"cidr":"10.9.0.0/24","cidr":"10.8.0.0/24"}'), 400, "cidr"],
		[
			"a field twice, behind many blanks",
			json("POST", `{"cidr"${" ".repeat(20)}:"10.9.0.0/24","cidr"\n\n\n\n\n\n\n\n\n:"10.8.0.0/24"}`),
			400,
			"cidr",
		],
		[
			"a field twice, spelt apart",
			json("POST", '{"cidr":"10.9.0.0/24","c\\u0069dr":"10.8.0.0/24"}'),
			400,
			"cidr",
		],
		["single quotes", json("POST", "{'cidr':'10.9.0.0/24'}"), 400],
		["NaN", json("POST", '{"cidr":"10.9.0.0/24","sweep_interval_s":NaN}'), 400],
		["hexadecimal", json("POST", '{"cidr":"10.9.0.0/24","sweep_interval_s":0x5}'), 400],
		[
			"a number as text",
			json("POST", '{"cidr":"10.9.0.0/24","sweep_interval_s":"60"}'),
			422,
			"sweep_interval_s",
		],
		[
			"hexadecimal as text",
			json("POST", '{"cidr":"10.9.0.0/24","sweep_interval_s":"0x5"}'),
			422,
			"sweep_interval_s",
		],
		["a blank number", json("POST", '{"cidr":"10.9.0.0/24","sweep_interval_s":""}'), 422, "sweep_interval_s"],
		["1e400", json("POST", '{"cidr":"10.9.0.0/24","sweep_interval_s":1e400}'), 422, "sweep_interval_s"],
		["a fraction", json("POST", '{"cidr":"10.9.0.0/24","sweep_interval_s":60.5}'), 422, "sweep_interval_s"],
		["minus zero", json("POST", '{"cidr":"10.9.0.0/24","sweep_interval_s":-0}'), 422, "sweep_interval_s"],
		["yes for true", json("POST", '{"cidr":"10.9.0.0/24","sweep_enabled":"yes"}'), 422, "sweep_enabled"],
		["1 for true", json("POST", '{"cidr":"10.9.0.0/24","sweep_enabled":1}'), 422, "sweep_enabled"],
		["null where none may be", json("POST", '{"cidr":null}'), 422, "cidr"],
		["an unknown field", json("POST", '{"cidr":"10.9.0.0/24","colour":"red"}'), 422, "colour"],
		["__proto__", json("POST", '{"cidr":"10.9.0.0/24","__proto__":{"name":"x"}}'), 422, "__proto__"],
		[
			"constructor",
			json("POST", '{"cidr":"10.9.0.0/24","constructor":{"prototype":{}}}'),
			422,
			"constructor",
		],
		["a list", json("POST", `[${plain}]`), 422],
		["a text", json("POST", '"5"'), 422],
		["a number", json("POST", "5"), 422],
		["null", json("POST", "null"), 422],
		["half a character", json("POST", '{"cidr":"10.9.0.0/24","name":"\\ud800"}'), 422, "name"],
		["NUL", json("POST", '{"cidr":"10.9.0.0/24","name":"a\\u0000b"}'), 422, "name"],
		["an escape", json("POST", '{"cidr":"10.9.0.0/24","name":"\\u001b[2J"}'), 422, "name"],
		["right to left", json("POST", '{"cidr":"10.9.0.0/24","name":"\\u202egpj.exe"}'), 422, "name"],
		["256 kB of name", json("POST", `{"cidr":"10.9.0.0/24","name":"${"x".repeat(262_144)}"}`), 422, "name"],
		["more than a megabyte", json("POST", `{"cidr":"10.9.0.0/24","notes":"${"x".repeat(1_048_577)}"}`), 413],
		["text/plain", { method: "POST", body: plain, headers: { "content-type": "text/plain" } }, 415],
		[
			"a form",
			{
				method: "POST",
				body: "cidr=10.9.0.0/24",
				headers: { "content-type": "application/x-www-form-urlencoded" },
			},
			415,
		],
		[
			"many parts",
			{
				method: "POST",
				body: "--x\r\n\r\n--x--",
				headers: { "content-type": "multipart/form-data; boundary=x" },
			},
			415,
		],
		[
			"another character set",
			json("POST", plain, { "content-type": "application/json; charset=utf-16" }),
			415,
		],
		["packed", json("POST", plain, { "content-encoding": "gzip" }), 415],
		["json-patch", json("POST", plain, { "content-type": "application/json-patch+json" }), 415],
	];
	// Rows are filled up: a test that wants more than its row has is given a callback.
	test.each(cases.map(([name, init, status, field]) => [name, init, status, field] as const))(
		"%s",
		async (_, init, status, field) => {
			const problem = await refused("/api/v1/subnets", init);
			expect([problem.status, problem.field]).toEqual([status, field]);
			expect(problem.type).toStartWith("application/problem+json");
		},
	);

	test("an empty object is no body; anything else is refused where none is taken", async () => {
		expect((await rig.send("POST", "/api/v1/subnets/1/sweep", {})).status).toBe(202);
		// As curl -d '' sends it.
		const form = { "content-type": "application/x-www-form-urlencoded", "content-length": "0" };
		const sent = await rig.fetch("/api/v1/subnets/1/sweep", { method: "POST", body: "", headers: form });
		expect(sent.status).toBe(202);
		expect((await refused("/api/v1/subnets/1/sweep", json("POST", '{"now":true}'))).status).toBe(422);
	});

	test("field names are not repeated without bound", async () => {
		const { text } = await refused(
			"/api/v1/subnets",
			json("POST", `{"cidr":"10.9.0.0/24","${"k".repeat(5_000)}":1}`),
		);
		expect(text.length).toBeLessThan(500);
	});
});

describe("addresses and blocks", () => {
	const blocks = [
		...[
			"10.0.0.0/33",
			"10.0.0.0/-1",
			"10.0.0.0/0x18",
			"10.0.0.0/24.0",
			"10.0.0.0/",
			"10.0.0.0/24/24",
			"10.0.0.0/255.255.0.255",
		],
		...[
			"10.0.0.5/24",
			"010.0.0.0/8",
			"0x0a.0.0.0/8",
			"10.1/16",
			"167772160/8",
			"1.2.3.4.5/8",
			"256.1.1.0/24",
			"１０.0.0.0/8",
		],
		...[
			" 10.9.0.0/24",
			"10.9.0.0/24\n",
			"10.9.0.0",
			"::ffff:10.0.0.0/104",
			"2001:db8::/129",
			"fe80::%1/64",
			"/",
			"",
			"x/24",
		],
	];
	test.each(blocks)("subnet %j", async (cidr) => {
		const problem = await refused("/api/v1/subnets", json("POST", JSON.stringify({ cidr })));
		expect([problem.status, problem.field]).toEqual([422, "cidr"]);
		// What was meant may be suggested, and only there.
		const { detail } = JSON.parse(problem.text) as { detail: string };
		if (cidr.length > 2) expect(detail).not.toContain(cidr.trim());
	});
	const addresses = [
		"010.0.0.1",
		"0x0a.0.0.1",
		"10.1",
		"167772161",
		"1.2.3",
		"1.2.3.4.5",
		"256.1.1.1",
		"１０.0.0.1",
		"10.0.0.1/24",
		"::ffff:10.0.0.9",
		"host.lan",
		"10.0.0.0",
		"10.0.255.255",
		"192.0.2.1",
		"255.255.255.255",
		"",
	];
	test.each(addresses)("host %j", async (ip) => {
		const problem = await refused("/api/v1/hosts", json("POST", JSON.stringify({ ip })));
		expect([problem.status, problem.field]).toEqual([422, "address"]);
	});
	test.each([
		"0",
		"-1",
		"1e3",
		"1.5",
		"9007199254740993",
		"1%20OR%201=1",
		"1;--",
		"%31",
		"01",
		"+1",
		"0x1",
		"1/",
		"%zz",
		"%c0%af",
		"%00",
		"..%2f1",
	])("id %j", async (id) => {
		for (const path of [`/api/v1/hosts/${id}`, `/api/v1/subnets/${id}`]) {
			expect((await refused(path, {})).status).toBe(404);
		}
	});
	test.each([
		"/api/v1/Subnets",
		"/API/v1/subnets",
		"/api/v1/subnets/",
		"/api/v1/subnets.",
		"/api/v1/subnets;x=1",
		"/api/v1",
		"/api/v1/",
		"/api/v2/subnets",
		"/api/v1/hosts/1/nothing",
	])("path %s", async (path) => expect((await refused(path, {})).status).toBe(404));
});

describe("what is never said back", () => {
	const SECRET = "hunter2-hunter2";
	test.each([
		["/api/v1/subnets", { cidr: SECRET }],
		["/api/v1/subnets", { cidr: "10.9.0.0/24", gateway: SECRET }],
		["/api/v1/hosts", { ip: SECRET }],
		["/api/v1/hosts", { ip: "10.0.0.99", tags: [`${SECRET}\u0007`] }],
		["/api/v1/hosts", { ip: "10.0.0.99", expires_at: SECRET }],
		["/api/v1/webhooks", { url: SECRET }],
		["/api/v1/webhooks", { url: `http://${SECRET}:x@192.0.2.1/` }],
		["/api/v1/webhooks", { url: "http://192.0.2.1/", topics: [SECRET] }],
		["/api/v1/subnets/1/next-address", { from: SECRET }],
		["/api/v1/hosts/1/name", { source: SECRET }],
	])("%s %j", async (path, body) => {
		expect((await refused(path, json("POST", JSON.stringify(body)), SECRET)).status).toBe(422);
	});
	test("nor in a query", async () => {
		for (const query of [`limit=${SECRET}`, `cursor=${SECRET}`, `ip=${SECRET}`, `sort=${SECRET}`]) {
			expect((await refused(`/api/v1/hosts?${query}`, {}, SECRET)).status).toBe(422);
		}
	});
});
