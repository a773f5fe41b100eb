/** What an edit by JSON is: a version and its events where something differs, nothing where nothing does. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { findNamed, writeNames } from "../../../src/store/names.ts";
import { openRig, type Rig } from "../../helpers/app.ts";

let rig: Rig;
beforeEach(async () => {
	rig = await openRig({ WEBHOOK_ALLOW_LOOPBACK: "true" });
	await rig.send("POST", "/api/v1/subnets", { cidr: "10.0.0.0/24", name: "Office", gateway: "10.0.0.1" });
	const host = { ip: "10.0.0.9", hostname: "nas", tags: ["a", "b"], notes: "n", snmp_enabled: true };
	await rig.send("POST", "/api/v1/hosts", { ...host, expires_at: "2099-01-01T00:00:00Z" });
	await rig.send("POST", "/api/v1/webhooks", { url: "http://192.0.2.9/hook", name: "Chat" });
});
afterEach(() => rig.close());

const events = () =>
	rig.app.context.db
		.query<{ kind: string; detail_json: string }, []>("SELECT * FROM event ORDER BY id")
		.all();

describe("what changes nothing is no edit", () => {
	test.each([
		["PATCH", "/subnets/1", {}, "/subnets/1"],
		["PATCH", "/subnets/1", { name: " Office ", gateway: "10.0.0.1", scan_enabled: true }, "/subnets/1"],
		["PUT", "/subnets/1/scans", { enabled: true }, "/subnets/1"],
		["PUT", "/subnets/1/snmp", { enabled: false }, "/subnets/1"],
		["PATCH", "/hosts/1", {}, "/hosts/1"],
		["PATCH", "/hosts/1", { hostname: "nas", tags: ["a", "b"], notes: "n" }, "/hosts/1"],
		["PATCH", "/hosts/1", { expires_at: "2099-01-01T00:00:00Z", snmp_enabled: true }, "/hosts/1"],
		["PUT", "/hosts/1/snmp", { enabled: true }, "/hosts/1"],
		["PATCH", "/webhooks/1", {}, "/webhooks/1"],
		["PATCH", "/webhooks/1", { name: "Chat", url: "http://192.0.2.9/hook" }, "/webhooks/1"],
		["PATCH", "/users/1", {}, "/users/1"],
		["PATCH", "/users/1", { role: "admin", disabled: false }, "/users/1"],
	])("%s %s %j", async (method, path, body, where) => {
		const before = await rig.get(`/api/v1${where}`);
		const told = events().length;
		const answer = await rig.send(method, `/api/v1${path}`, body);
		expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
		const after = await rig.get(`/api/v1${where}`);
		expect([after.text, after.headers.get("etag")]).toEqual([before.text, before.headers.get("etag")]);
		expect(events().slice(told)).toEqual([]);
	});

	test.each(["/subnets/1", "/hosts/1", "/webhooks/1"])("%s: but late it is late", async (path) => {
		await rig.send("PATCH", `/api/v1${path}`, path === "/hosts/1" ? { notes: "m" } : { name: "other" });
		const stale = { "if-match": '"1"' };
		expect((await rig.send("PATCH", `/api/v1${path}`, {}, stale)).status).toBe(412);
		expect((await rig.send("PATCH", `/api/v1${path}`, { version: 1 })).status).toBe(409);
		const fresh = await rig.send("PATCH", `/api/v1${path}`, {}, { "if-match": '"2"' });
		expect(fresh.headers.get("etag")).toStartWith('"2-');
	});
});

describe("a name that was found out", () => {
	const heard = (hostname: string, ptrName: string) => {
		const { db } = rig.app.context;
		const named = findNamed(db, 1);
		if (named === undefined) throw new Error("no host");
		const source = hostname === "" ? undefined : ("ptr" as const);
		writeNames(db, 1, { ...named, hostname, hostnameSource: source, ptrName }, 1);
	};
	const patch = async (body: object) => (await rig.send("PATCH", "/api/v1/hosts/1", body)).json();
	const last = () => JSON.parse(events().at(-1)?.detail_json ?? "{}");

	test("is typed when it is given by hand, once, and that is recorded", async () => {
		heard("nas.example", "nas.example");
		const { version } = await patch({});
		const typed = { hostname: "nas.example", hostname_source: "typed", version: version + 1 };
		expect(await patch({ hostname: "nas.example" })).toMatchObject(typed);
		expect(last()).toEqual({ field: "source of the name", old: "ptr", new: "typed" });
		const told = events().length;
		expect(await patch({ hostname: "nas.example" })).toMatchObject(typed);
		expect(events()).toHaveLength(told);
	});

	test("stays one when something else is changed, and when it is taken away", async () => {
		heard("nas.example", "nas.example");
		expect(await patch({ notes: "other" })).toMatchObject({ hostname_source: "ptr" });
		const told = events().length;
		expect(await patch({ hostname: "" })).toMatchObject({ hostname: "nas.example", hostname_source: "ptr" });
		expect(events()).toHaveLength(told);
	});

	test("that takes the place of a typed one is what the record says", async () => {
		heard("nas.example", "nas.example");
		await patch({ hostname: "mine" });
		expect(await patch({ hostname: "" })).toMatchObject({ hostname: "nas.example", hostname_source: "ptr" });
		expect(last()).toEqual({ field: "hostname", old: "mine", new: "nas.example" });
	});

	test("that is chosen again is no edit", async () => {
		heard("nas.example", "nas.example");
		const told = events().length;
		const { version } = await patch({});
		const again = await rig.send("POST", "/api/v1/hosts/1/name", { source: "ptr" });
		expect(again.json()).toMatchObject({ version, hostname_source: "ptr" });
		expect(events()).toHaveLength(told);
	});
});
