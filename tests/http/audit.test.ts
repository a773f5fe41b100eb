/** The record: who did it, when, from where, old and new; shown, and handed out as a file. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { createToken } from "../../src/ipam/tokens.ts";
import type { NewEvent } from "../../src/model/event.ts";
import { insertEvent, listEvents } from "../../src/store/events.ts";
import { openRig, type Rig } from "../helpers/app.ts";
import { signedAs, signIn } from "../helpers/signed.ts";

let rig: Rig;
beforeEach(async () => {
	rig = await openRig();
	signIn(rig.app.context.db, "editor");
	await rig.post("/subnets", {
		cidr: "10.0.0.0/24",
		name: "Office",
		sweep_interval_s: "60",
		sweep_enabled: "on",
	});
	await rig.post("/subnets/1/reserve", { address: "10.0.0.9", hostname: "nas", count: "1" });
});
afterEach(() => rig.close());

const newest = () => listEvents(rig.app.context.db, { limit: 1 })[0];
const editor = () => signedAs("editor");

/** Each write, and what the record says of it. */
const WRITES: readonly [string, () => Promise<unknown>, string, Record<string, string>][] = [
	["a sweep", () => rig.post("/subnets/1/sweep", {}, editor()), "sweep_asked", {}],
	["a scan", () => rig.post("/hosts/1/scan", {}, editor()), "scan_asked", {}],
	[
		"port scans",
		() => rig.post("/subnets/1/scans", { enabled: "no" }, editor()),
		"subnet_edited",
		{ old: "on", new: "off" },
	],
	[
		"SNMP",
		() => rig.post("/subnets/1/snmp", { enabled: "yes" }, editor()),
		"subnet_edited",
		{ old: "off", new: "on" },
	],
	[
		"SNMP of a host",
		() => rig.post("/hosts/1/snmp", { enabled: "yes" }, editor()),
		"host_edited",
		{ new: "on" },
	],
];

test.each(WRITES)("%s", async (_, write, kind, detail) => {
	await write();
	expect(newest()).toMatchObject({ kind, by: { kind: "person", name: "editor", from: "" }, detail });
});

test("an edit says old and new, and the page says by whom", async () => {
	await rig.send("PATCH", "/api/v1/subnets/1", { name: "Office LAN" }, editor());
	expect(newest()).toMatchObject({
		kind: "subnet_edited",
		detail: { field: "name", old: "Office", new: "Office LAN" },
		by: { name: "editor" },
	});
	const page = await rig.get("/activity");
	expect(page.text).toMatch(/name changed from “<bdi>Office<\/bdi>” to “<bdi>Office LAN<\/bdi>”/);
	expect(page.text).toMatch(/class="by"[^>]*>by <bdi>editor<\/bdi>/);
	expect((await rig.get("/hosts/1")).text).toMatch(/class="by"[^>]*>by <bdi>admin<\/bdi>/);
});

test("a token is named as one", async () => {
	const { key } = createToken(rig.app.context, { name: "ansible", scope: "write", days: undefined });
	expect(newest()).toMatchObject({ kind: "token_added", label: "ansible", detail: { new: "write" } });
	const headers = { authorization: `Bearer ${key}`, cookie: "" };
	await rig.send("PATCH", "/api/v1/subnets/1", { name: "Lab" }, headers);
	expect(newest()).toMatchObject({ by: { kind: "token", name: "ansible" } });
	expect((await rig.get("/activity")).text).toContain("by token <bdi>ansible</bdi>");
});

/** What the page says of events as they are stored, and the file of them. */
const TOLD: readonly [string, Omit<NewEvent, "at" | "subnetId" | "hostId" | "ip">, string, RegExp][] = [
	[
		"a sign-in that failed",
		{ kind: "sign_in_failed", label: "ada", detail: { times: 1, from: "192.0.2.7" } },
		"ada sign-in failed from 192.0.2.7",
		/sign_in_failed,ada,,,,,,,192\.0\.2\.7,"{""times"":1}"$/,
	],
	[
		"the tenth in a row",
		{ kind: "sign_in_failed", label: "ada", detail: { times: 10, from: "192.0.2.7" } },
		"ada sign-in failed from 192.0.2.7, 10 times in a row",
		/,192\.0\.2\.7,"{""times"":10}"$/,
	],
	[
		"one under a name that nobody has",
		{ kind: "sign_in_failed", label: "", detail: { times: 1, from: "192.0.2.7" } },
		"A sign-in under a name that nobody has failed from 192.0.2.7",
		/sign_in_failed,,,,,,,,192\.0\.2\.7,/,
	],
	[
		"many more",
		{ kind: "sign_in_failed", label: "", detail: { more: 97 } },
		"97 more sign-ins failed, too many to tell one by one",
		/,"{""more"":97}"$/,
	],
	[
		"a wrong own password",
		{
			kind: "sign_in_failed",
			label: "ada",
			detail: { times: 2, source: "own password" },
			by: { kind: "person", id: 1, name: "ada", from: "192.0.2.7" },
		},
		"ada typed a wrong password when asked again, 2 times in a row by ada from 192.0.2.7",
		/,ada,person,192\.0\.2\.7,/,
	],
	[
		"a recovery code",
		{
			kind: "signed_in",
			label: "ada",
			detail: { source: "recovery code", left: 9 },
			by: { kind: "person", id: 1, name: "ada", from: "192.0.2.7" },
		},
		"ada signed in with a recovery code, 9 left by ada from 192.0.2.7",
		/signed_in,ada,,,,,ada,person,192\.0\.2\.7,/,
	],
];

test.each(TOLD)("%s: on the page, by its address, as a file and by the API", async (_, event, says, line) => {
	const nowhere = { subnetId: undefined, hostId: undefined, ip: undefined };
	const { id } = insertEvent(rig.app.context.db, { at: Date.now(), ...nowhere, ...event });
	const q = event.detail.more === undefined ? "192.0.2.7" : "97";
	const page = await rig.get(`/activity?kind=access&q=${q}`);
	const item = new RegExp(`id="e${id}".*?</li>`, "s").exec(page.text)?.[0] ?? "";
	const text = item
		.replace(/^[^>]*>/, "")
		.replace(/<time.*$/s, "")
		.replace('<span class="by"', ' <span class="by"')
		.replace(/<[^>]*>/g, "")
		.replace(/\s+/g, " ");
	expect(text.trim()).toBe(says);
	const [, first] = (await rig.get(`/activity/record?format=csv&q=${q}`)).text.split("\r\n");
	expect(first).toMatch(line);
	const { items } = (await rig.get(`/api/v1/events?kind=${event.kind}&q=${q}`)).json() as {
		items: { by: unknown; detail: object }[];
	};
	const { by } = event;
	expect(items[0]).toMatchObject({
		detail: event.detail,
		by: by === undefined ? null : { kind: by.kind, name: by.name, from: by.from },
	});
});

test("the address of a webhook is not told to everybody: it holds a secret", async () => {
	const url = "https://hooks.example.org/T0/very-secret-part";
	await rig.post("/settings/webhooks", { url, name: "chat", enabled: "on" });
	await rig.post("/settings/webhooks/1", { url: `${url}-2`, name: "chat", enabled: "on", version: "1" });
	await rig.post("/settings/webhooks/1/delete");
	const kinds = listEvents(rig.app.context.db, { limit: 3 }).map(({ kind }) => kind);
	expect(kinds).toEqual(["webhook_deleted", "webhook_edited", "webhook_added"]);
	expect((await rig.get("/activity")).text).not.toContain("very-secret-part");
	expect((await rig.get("/activity/record?format=json")).text).not.toContain("very-secret-part");
});

test("as a file: CSV that no spreadsheet runs, and JSON; filtered as the page", async () => {
	await rig.send("PATCH", "/api/v1/hosts/1", { description: "=HYPERLINK(1)" }, editor());
	const csv = await rig.get("/activity/record?format=csv");
	expect(csv.headers.get("content-disposition")).toMatch(/^attachment; filename="rollcall-activity-.*\.csv"/);
	const [head, first] = csv.text.split("\r\n");
	expect(head).toBe("at,kind,what,ip,field,old,new,by,by_kind,from,detail");
	expect(first).toMatch(/,host_edited,nas,10\.0\.0\.9,description,,"'=HYPERLINK\(1\)",editor,person,,$/);
	const all = (await rig.get("/activity/record?format=json")).json() as { kind: string; by: string }[];
	expect(all[0]).toMatchObject({ kind: "host_edited", new: "=HYPERLINK(1)", by: "editor" });
	const none = await rig.get("/activity/record?format=json&kind=ports");
	expect(none.json()).toEqual([] as never);
	expect((await rig.get("/activity/record?format=xml")).status).toBe(422);
});

test("only the audit writes events of people", async () => {
	const files = [...new Bun.Glob("src/ipam/*.ts").scanSync(`${import.meta.dir}/../..`)];
	const strays = [];
	for (const file of files) {
		const text = await Bun.file(`${import.meta.dir}/../../${file}`).text();
		if (/\binsertEvent\b/.test(text) && !/\/(audit|demo)\.ts$/.test(file)) strays.push(file);
	}
	expect(strays).toEqual([]);
});
