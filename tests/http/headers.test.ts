/** What every answer carries, whatever it is: a page, a piece, a file, a stream, a refusal, or nothing at all. */

import { afterAll, beforeAll, expect, test } from "bun:test";
import { SECURITY_HEADERS } from "../../src/http/headers.ts";
import { openRig, type Rig } from "../helpers/app.ts";

let rig: Rig;
beforeAll(async () => {
	rig = await openRig();
	await rig.post("/subnets", { cidr: "10.0.0.0/24", name: "Büro", sweep_enabled: "on" });
	await rig.post("/subnets/1/reserve", { address: "10.0.0.5" });
});
afterAll(() => rig.close());

const htmx = { "hx-request": "true" };

test.each<[string, number, string, RequestInit]>([
	["a page", 200, "/subnets/1", {}],
	["its main part", 200, "/subnets/1", { headers: htmx }],
	["a piece", 200, "/hosts/1/drawer", { headers: htmx }],
	["the way on from a form", 303, "/hosts/1/scan", { method: "POST" }],
	["nothing, to a script", 204, "/hosts/1/scan", { method: "POST", headers: htmx }],
	["how an address may be asked", 204, "/api/v1/hosts", { method: "OPTIONS" }],
	["the head of a list", 200, "/api/v1/hosts", { method: "HEAD" }],
	["the head of a stream", 200, "/api/v1/stream", { method: "HEAD" }],
	["a list", 200, "/api/v1/hosts", {}],
	["a method that is none", 405, "/api/v1/hosts", { method: "PUT" }],
	["a page that is not there", 404, "/nowhere", {}],
	["nothing there for a program", 404, "/api/v1/nowhere", {}],
	["a file", 200, "/export?format=csv", {}],
	["the record", 200, "/activity/record", {}],
	["health", 200, "/healthz", {}],
	["a stream", 200, "/live", {}],
])("%s", async (_, status, path, init) => {
	const answer = await rig.fetch(path, init);
	expect(answer.status).toBe(status);
	const carried = Object.keys(SECURITY_HEADERS).map((name) => [name, answer.headers.get(name)]);
	expect(Object.fromEntries(carried)).toEqual(SECURITY_HEADERS);
	await answer.body?.cancel();
});

test.each(["/export?format=csv", "/activity/record?format=csv"])(
	"%s says to Excel that it is UTF-8",
	async (path) => {
		const bytes = new Uint8Array(await (await rig.fetch(path)).arrayBuffer());
		expect([...bytes.slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
	},
);

test("the end of a token is a day of its reader", async () => {
	const made = { name: "backup", scope: "read", expires_at: "2030-12-31T23:30:00Z" };
	expect(
		(await rig.send("POST", "/api/v1/tokens", { ...made, own_password: "correct horse battery" })).status,
	).toBe(201);
	expect((await rig.get("/settings/tokens")).text).toMatch(
		/until <time datetime="2030-12-31T23:30:00.000Z"[^>]* data-day/,
	);
});
