/** The record: who did it, when, from where, old and new; shown, and handed out as a file. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { createToken } from "../../src/ipam/tokens.ts";
import { listEvents } from "../../src/store/events.ts";
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
