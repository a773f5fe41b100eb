/** Who is let in: this machine, under its own names, from its own pages. */

import { describe, expect, test } from "bun:test";
import { loadConfig } from "../../src/config.ts";
import { refuse } from "../../src/http/guard.ts";
import { openRig } from "../helpers/app.ts";

const config = loadConfig({ env: { DATABASE_URL: ":memory:", PUBLIC_URL: "https://rollcall.example.org" } });
const request = (method: string, headers: Record<string, string>) =>
	new Request("http://localhost/subnets", { method, headers });

describe("the guard", () => {
	test.each([
		["127.0.0.1", undefined],
		["127.8.9.1", undefined],
		["::1", undefined],
		["::ffff:127.0.0.1", undefined],
		["192.0.2.7", 403],
		["::ffff:192.0.2.7", 403],
		["2001:db8::1", 403],
		["127.0.0.1.evil", 403],
		[undefined, 403],
	])("a client at %s: %p", (client, status) => {
		expect(refuse(request("GET", { host: "localhost:8080" }), client, config)?.status).toBe(status as 403);
	});

	test.each([
		["localhost", undefined],
		["127.0.0.1:8080", undefined],
		["[::1]:8080", undefined],
		["192.0.2.1", undefined],
		["rollcall.example.org", undefined],
		["evil.example", 421],
		["localhost.evil.example", 421],
		["127.0.0.1.nip.io", 421],
	])("called %s: %p", (host, status) => {
		expect(refuse(request("GET", { host }), "127.0.0.1", config)?.status).toBe(status as 421);
	});

	test.each([
		[{}, undefined],
		[{ origin: "http://localhost:8080" }, undefined],
		[{ "sec-fetch-site": "same-origin", origin: "http://localhost:8080" }, undefined],
		[{ origin: "http://evil.example" }, 403],
		[{ origin: "null" }, 403],
		[{ "sec-fetch-site": "cross-site" }, 403],
		[{ "sec-fetch-site": "same-site" }, 403],
	])("a form with %o: %p", (headers, status) => {
		const sent = { host: "localhost:8080", ...(headers as Record<string, string>) };
		expect(refuse(request("POST", sent), "127.0.0.1", config)?.status).toBe(status as 403);
	});

	test("every route stands behind it: none changes a thing for another site", async () => {
		const rig = await openRig();
		const foreign = { origin: "http://evil.example" };
		await rig.post("/subnets", { cidr: "10.0.0.0/24", sweep_interval_s: "60" });
		const paths = ["/subnets", "/subnets/1/edit", "/subnets/1/delete", "/subnets/1/sweep", "/settings/theme"];
		for (const path of paths) expect((await rig.post(path, {}, foreign)).status).toBe(403);
		expect((await rig.send("DELETE", "/api/v1/subnets/1", undefined, foreign)).status).toBe(403);
		expect((await rig.send("POST", "/api/v1/subnets", { cidr: "10.9.0.0/24" }, foreign)).status).toBe(403);
		expect((await rig.get("/api/v1/subnets/1")).status).toBe(200);
		await rig.close();
	});
});
