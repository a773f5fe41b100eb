/** Who is let in: under our own names, from our own pages, with a session or a token; nobody else gets anything. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { loadConfig } from "../../src/config.ts";
import { isOwnHost, isOwnPage, originRules, senderOf } from "../../src/http/origin.ts";
import { readNext } from "../../src/http/query.ts";
import { createToken } from "../../src/ipam/tokens.ts";
import { openRig, type Rig } from "../helpers/app.ts";
import { SIGNED, signedAs, signIn } from "../helpers/signed.ts";

const rules = originRules(
	loadConfig({
		env: {
			DATABASE_URL: ":memory:",
			PUBLIC_URL: "https://rollcall.example.org",
			HOST_NAMES: "ipam.lan",
			TRUSTED_PROXIES: "10.0.0.2/32, fd00::/8",
		},
	}),
	"Keeper",
);
const request = (method: string, headers: Record<string, string>, url = "http://localhost/subnets") =>
	new Request(url, { method, headers });

describe("names", () => {
	test.each([
		["localhost", true],
		["localhost:8080", true],
		["LOCALHOST", true],
		["127.0.0.1:8080", true],
		["[::1]:8080", true],
		["192.0.2.1", true],
		["rollcall.example.org", true],
		["rollcall.example.org.", true],
		["ipam.lan:8080", true],
		["keeper", true],
		["keeper.local", true],
		["", false],
		["evil.example", false],
		["localhost.evil.example", false],
		["127.0.0.1.nip.io", false],
		["ipam.lan:99999", false],
		["ipam.lan:0", false],
		["ipam.lan:8080:1", false],
		["ipam.lan@evil.example", false],
		["ipam.lan, evil.example", false],
		["http://ipam.lan/", false],
		["[::1", false],
		["[ipam.lan]", false],
	])("called %p: %p", (host, own) => {
		expect(isOwnHost(host, rules)).toBe(own);
	});
});

describe("pages", () => {
	test.each([
		[{}, true],
		[{ origin: "http://localhost:8080" }, true],
		[{ origin: "https://rollcall.example.org" }, true],
		[{ "sec-fetch-site": "same-origin", origin: "http://localhost:8080" }, true],
		[{ origin: "http://evil.example" }, false],
		[{ origin: "null" }, false],
		[{ origin: "http://localhost:8081" }, false],
		[{ origin: "file://localhost:8080" }, false],
		[{ origin: "http://localhost:8080", "sec-fetch-site": "cross-site" }, false],
		[{ "sec-fetch-site": "same-site" }, false],
		[{ "sec-fetch-site": "none" }, false],
	])("a form with %o: %p", (headers, own) => {
		const sent = headers as Record<string, string>;
		expect(isOwnPage(request("POST", sent), "localhost:8080", rules)).toBe(own);
	});
});

describe("the address behind a proxy", () => {
	test.each([
		["192.0.2.7", { "x-forwarded-for": "127.0.0.1" }, { from: "192.0.2.7", encrypted: false }],
		["192.0.2.7", { "x-forwarded-proto": "https" }, { from: "192.0.2.7", encrypted: false }],
		["::ffff:192.0.2.7", {}, { from: "192.0.2.7", encrypted: false }],
		["10.0.0.2", {}, { from: "10.0.0.2", encrypted: false }],
		["10.0.0.2", { "x-forwarded-for": "198.51.100.4" }, { from: "198.51.100.4", encrypted: false }],
		[
			"10.0.0.2",
			{ "x-forwarded-for": "127.0.0.1, 198.51.100.4" },
			{ from: "198.51.100.4", encrypted: false },
		],
		["10.0.0.2", { "x-forwarded-for": "198.51.100.4, fd00::2" }, { from: "198.51.100.4", encrypted: false }],
		["10.0.0.2", { "x-forwarded-for": "unknown, <script>" }, { from: "10.0.0.2", encrypted: false }],
		["10.0.0.2", { "x-forwarded-proto": "https" }, { from: "10.0.0.2", encrypted: true }],
		[
			"10.0.0.2",
			{ "x-real-ip": "127.0.0.1", forwarded: "for=127.0.0.1" },
			{ from: "10.0.0.2", encrypted: false },
		],
	])("%s with %o", (peer, headers, sender) => {
		expect(senderOf(request("GET", headers as Record<string, string>), peer, rules)).toEqual(sender);
	});
});

test.each([
	["/", "/"],
	["/subnets/1?order=address", "/subnets/1?order=address"],
	["//evil.example", "/"],
	["/\\evil.example", "/"],
	["https:evil", "/"],
	["https://evil.example/", "/"],
	["/\t/evil", "/"],
	["/%09/evil", "/"],
	["/%5C/evil", "/"],
	["/activity?q=a%09b", "/activity?q=a%09b"],
	["javascript:alert(1)", "/"],
	["data:text/html,x", "/"],
	["/ok\r\nSet-Cookie:x=1", "/"],
	["@evil", "/"],
	[".evil", "/"],
	["/../../login?next=/x", "/"],
	["/login?next=/login", "/"],
	["/..//evil.example", "/"],
	["", "/"],
	[`/${"a".repeat(2_000)}`, "/"],
])("after signing in, next=%p leads to %p", (next, path) => {
	expect(readNext(next)).toBe(path);
});

describe("the guard", () => {
	let rig: Rig;
	beforeEach(async () => {
		rig = await openRig();
		await rig.post("/subnets", { cidr: "10.0.0.0/24", sweep_interval_s: "60" });
	});
	afterEach(() => rig.close());

	test("nothing changes a thing for another site, whatever it knows", async () => {
		const foreign = { origin: "http://evil.example" };
		const paths = [
			"/subnets",
			"/subnets/1/edit",
			"/subnets/1/delete",
			"/subnets/1/sweep",
			"/settings/theme",
			"/login",
			"/logout",
		];
		for (const path of paths) expect((await rig.post(path, {}, foreign)).status).toBe(403);
		expect((await rig.send("DELETE", "/api/v1/subnets/1", undefined, foreign)).status).toBe(403);
		expect((await rig.send("POST", "/api/v1/subnets", { cidr: "10.9.0.0/24" }, foreign)).status).toBe(403);
		expect((await rig.get("/api/v1/subnets/1")).status).toBe(200);
	});

	test("scripts of other sites do not even read, the live stream least of all; links lead here", async () => {
		for (const path of ["/live", "/api/v1/stream", "/api/v1/hosts", "/"]) {
			for (const origin of ["http://evil.example", "null"]) {
				expect((await rig.get(path, { origin })).status).toBe(403);
			}
		}
		expect((await rig.get("/subnets/1", { "sec-fetch-site": "cross-site" })).status).toBe(200);
	});

	test("what a proxy on the way asks for does not keep anybody out", async () => {
		expect((await rig.get("/", { authorization: "Basic YWRhOng=" })).status).toBe(200);
	});

	test("a form is believed by the token of its session: in a header or as a field", async () => {
		const bare = { "x-csrf-token": "" };
		const token = SIGNED["x-csrf-token"];
		for (const wrong of [undefined, "", "x", token.slice(1), `${token}x`, `${token.slice(0, -1)}!`]) {
			const fields = wrong === undefined ? {} : { csrf: wrong };
			expect((await rig.post("/subnets/1/delete", fields, bare)).status).toBe(403);
		}
		expect((await rig.get("/api/v1/subnets/1")).status).toBe(200);
		const field = await rig.app.handle(
			new Request("http://localhost/subnets/1/delete", {
				method: "POST",
				headers: { cookie: SIGNED.cookie, "content-type": "application/x-www-form-urlencoded" },
				body: new URLSearchParams({ csrf: token }),
			}),
		);
		expect(field.status).toBe(303);
	});

	test.each([
		"/static/..%2fsettings",
		"/static/%00",
		"/static//x",
		"/static/..%5c",
		"/static/%252e",
		"/hosts/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
		"/hosts/%zz",
		"/hosts/%c0%af",
		"//evil.example/",
		"/API/V1/HOSTS",
		"/api/v1/hosts;x=1",
	])("%s is nothing, and opens nothing", async (path) => {
		const signed = await rig.get(path);
		expect(signed.status).toBe(404);
		const stranger = await rig.get(path, { cookie: "" });
		expect([303, 401, 404]).toContain(stranger.status);
		expect(stranger.text).not.toContain("root:");
	});

	test.each(["OPTIONS", "PROPFIND", "HEAD"])("%s is no way to ask", async (method) => {
		const answer = await rig.send(method, "/");
		expect({ status: answer.status, cors: answer.headers.get("access-control-allow-origin") }).toEqual({
			status: 405,
			cors: null,
		});
	});

	test("where nothing is, no right would help: 404, and 405 with Allow, whoever asks", async () => {
		const { key } = createToken(rig.app.context, { name: "t", scope: "read", days: 1 });
		signIn(rig.app.context.db, "viewer");
		const callers = [{ cookie: "", authorization: `Bearer ${key}` }, signedAs("viewer"), {}];
		for (const headers of callers) {
			for (const path of ["/api/v1/nothing", "/api/v1/hosts/1/nothing", "/api/v1/hosts/x", "/api/v2/hosts"]) {
				const { status, text } = await rig.get(path, headers);
				expect({ path, status, code: JSON.parse(text).code }).toEqual({
					path,
					status: 404,
					code: "not_found",
				});
			}
			for (const path of ["/api/v1/doctor", "/api/v1/events", "/api/v1/stream"]) {
				const { status, headers: told } = await rig.send("DELETE", path, undefined, headers);
				expect({ path, status, allow: told.get("allow") }).toEqual({
					...{ path, status: 405, allow: "GET, HEAD, OPTIONS" },
				});
			}
			expect((await rig.send("POST", "/api/v1/nothing", {}, headers)).status).toBe(404);
		}
		expect((await rig.get("/nothing", signedAs("viewer"))).status).toBe(404);
		expect((await rig.get("/settings/users", signedAs("viewer"))).status).toBe(403);
		expect((await rig.send("TRACE", "/api/v1/hosts")).headers.get("allow")).toContain("PATCH");
		expect((await rig.send("PUT", "/subnets")).headers.get("allow")).toBe("GET, POST");
	});
});
