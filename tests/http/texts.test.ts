/**
 * Catalogue 4.1 at every door where a person or a program types a text: what cannot be shown is refused with its field
 * and changes nothing; what can is stored as typed and comes out of pages, JSON, CSV and the record as text.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { furnish } from "../helpers/api-scenes.ts";
import { openRig, type Rig } from "../helpers/app.ts";
import { quickly } from "../helpers/quick.ts";
import { PASSWORD } from "../helpers/signed.ts";

let rig: Rig;
beforeAll(async () => {
	rig = await openRig();
	await furnish(rig);
});
afterAll(() => rig.close());

const LEAKS = /\n\s+at \w|\.tsx?:\d|node_modules|TypeError|SQLITE/;

type Door = {
	/** Sends the text; answers what came back. */
	readonly send: (text: string) => Promise<{ status: number; text: string }>;
	/** What is stored now. */
	readonly sql: string;
	/** Tabs and line ends are part of it. */
	readonly several?: true;
	/** It asks for the password, whose hash takes its time by design. */
	readonly hashes?: true;
};

const versionOf = (table: string) =>
	rig.app.context.db.query<{ version: number }, []>(`SELECT version FROM ${table} WHERE id = 1`).get()
		?.version;
const api = (path: string, field: string) => (text: string) =>
	rig.send("PATCH", `/api/v1${path}`, { [field]: field === "tags" ? [text] : text });
const hostField = (field: string, column: string) => async (value: string) => {
	const was = stored(`SELECT ${column} AS it FROM host WHERE id = 1`);
	return rig.post(`/hosts/1/fields/${field}`, { was, value });
};
const subnetForm = (field: "name" | "notes") => async (text: string) => {
	const version = String(versionOf("subnet"));
	const fields = { name: "n", notes: "", gateway: "", sweep_interval_s: "60", sweep_enabled: "on" };
	return rig.post("/subnets/1/edit", { ...fields, [field]: text, version });
};
const webhookForm = async (name: string) => {
	const version = String(versionOf("webhook"));
	return rig.post("/settings/webhooks/1", { url: "http://192.0.2.9/hook", name, enabled: "on", version });
};
const stored = (sql: string) => rig.app.context.db.query<{ it: string }, []>(sql).get()?.it ?? "";

const DOORS: Readonly<Record<string, Door>> = {
	"subnet name, API": { send: api("/subnets/1", "name"), sql: "SELECT name AS it FROM subnet WHERE id = 1" },
	"subnet notes, API": {
		send: api("/subnets/1", "notes"),
		sql: "SELECT notes AS it FROM subnet WHERE id = 1",
		several: true,
	},
	"subnet name, page": { send: subnetForm("name"), sql: "SELECT name AS it FROM subnet WHERE id = 1" },
	"host name, API": {
		send: api("/hosts/1", "hostname"),
		sql: "SELECT hostname AS it FROM host WHERE id = 1",
	},
	"host tag, API": {
		send: api("/hosts/1", "tags"),
		sql: "SELECT tags_json ->> '$[0]' AS it FROM host WHERE id = 1",
	},
	"host notes, API": {
		send: api("/hosts/1", "notes"),
		sql: "SELECT notes AS it FROM host WHERE id = 1",
		several: true,
	},
	"host description, page": {
		send: hostField("description", "description"),
		sql: "SELECT description AS it FROM host WHERE id = 1",
	},
	"several hosts at once": {
		send: (text) => rig.send("POST", "/api/v1/hosts/edit", { ids: [1], set: { description: text } }),
		sql: "SELECT description AS it FROM host WHERE id = 1",
	},
	"webhook name, API": {
		send: api("/webhooks/1", "name"),
		sql: "SELECT name AS it FROM webhook WHERE id = 1",
	},
	"webhook name, page": { send: webhookForm, sql: "SELECT name AS it FROM webhook WHERE id = 1" },
	"webhook tag, API": { send: api("/webhooks/1", "tag"), sql: "SELECT tag AS it FROM webhook WHERE id = 1" },
	"token name": {
		send: async (name) => {
			rig.app.context.db.run("DELETE FROM api_token");
			return rig.post("/settings/tokens", { name, scope: "read", days: "1", own_password: PASSWORD });
		},
		sql: "SELECT name AS it FROM api_token",
		hashes: true,
	},
};

/** B-013 to B-016, B-021: never. */
const REFUSED: Readonly<Record<string, string>> = {
	NUL: "a\0b",
	ESC: "\x1b[2J",
	"a bell": "a\x07",
	C1: "a\x85b",
	DEL: "a\x7f",
	"right to left": "\u202egpj.exe",
	isolates: "\u2066a\u2069",
	"zero width": "a\u200bb",
	"a mark of byte order inside": "a\ufeffb",
	"a mark of byte order turned around": "a\ufffeb",
	"the last of a plane": "a\u{1ffff}",
	"kept for a program's own use": "\ufdd0",
	"256 kB": "x".repeat(262_144),
};
/** Refused where there is one line only. */
const LINES: Readonly<Record<string, string>> = {
	"two lines": "a\r\nb",
	"a forged line of the log": "ok\n2026-11-25T00:00:00Z INFO login admin",
};

/** B-001 to B-011, B-017 to B-023, formulas of 4.2: text like any other. */
const KEPT: readonly string[] = [
	"<script>window.__xss=1</script>",
	'"><img src=x onerror=window.__xss=1>',
	'ABC" onmouseover=window.__xss=1 name="A',
	"'-alert(1)-'",
	"javascript:window.__xss=1",
	"</title></textarea></script>",
	["{{7*7}} $", "{7*7} <%=7*7%> #{7*7}"].join(""),
	'<div hx-get="/api/v1/hosts">',
	"<b data-hx-on:click=x>",
	"]]><!--",
	"\u{1F9A6} otter",
	`z${"\u0301".repeat(30)}`,
	"раураl",
	"xn--80ak6aa92e",
	"İß\u212a",
	"=1+1",
	"@SUM(1)",
	"null",
	"undefined",
	"NaN",
	"[object Object]",
	"__proto__",
	"constructor",
	"hasOwnProperty",
	"x' OR 1=1--",
];

/** Sends it, and holds what is true of every answer. */
async function ask(door: Door, text: string): Promise<{ status: number; text: string }> {
	const answer = await (door.hashes === true ? door.send(text) : quickly(() => door.send(text)));
	expect(LEAKS.exec(answer.text)?.[0]).toBeUndefined();
	return answer;
}

describe.each(Object.keys(DOORS))("%s", (name) => {
	const door = DOORS[name] as Door;
	test("what cannot be shown is refused, and nothing changes", async () => {
		await ask(door, "before");
		const count = () => rig.app.context.db.query("SELECT count(*) AS n FROM event").get();
		const refused = door.several === true ? REFUSED : { ...REFUSED, ...LINES };
		for (const [what, text] of Object.entries(refused).slice(door.hashes === true ? -4 : 0)) {
			const before = [stored(door.sql), count()];
			const { status } = await ask(door, text);
			// A browser never sends half a character or more than a megabyte of a form.
			expect([what, status]).toEqual([what, 422]);
			if (name !== "token name") expect([what, stored(door.sql), count()]).toEqual([what, ...before]);
		}
	});

	test("all other texts are kept as they were typed, and shown as text", async () => {
		for (const text of door.hashes === true ? KEPT.slice(0, 4) : KEPT) {
			const { status } = await ask(door, text);
			expect([text, status < 400, stored(door.sql)]).toEqual([text, true, text]);
		}
	});
});

test("half a character in JSON is refused everywhere", async () => {
	for (const [path, field] of [
		["/subnets/1", "name"],
		["/hosts/1", "hostname"],
		["/webhooks/1", "name"],
	] as const) {
		const init = { method: "PATCH", headers: { "content-type": "application/json" } };
		const answer = await rig.fetch(`/api/v1${path}`, { ...init, body: `{"${field}":"\\ud800"}` });
		expect(answer.status).toBe(422);
	}
});

test("spaces around are not kept, spaces alone are nothing", async () => {
	const blank = "\u00a0 \t ";
	await rig.send("PATCH", "/api/v1/hosts/1", { hostname: `${blank}nas${blank}` });
	expect(stored("SELECT hostname AS it FROM host WHERE id = 1")).toBe("nas");
	for (const path of ["/settings/users", "/settings/tokens"]) {
		const form = {
			name: blank,
			role: "viewer",
			scope: "read",
			password: "hunter two hunter",
			own_password: PASSWORD,
		};
		expect((await rig.post(path, form)).status).toBe(422);
	}
});

test("names of users: letters, digits and a few signs; all others are refused and nobody is made", async () => {
	const count = () => stored("SELECT count(*) AS it FROM user");
	const before = count();
	for (const name of [
		KEPT[0] ?? "",
		REFUSED.NUL ?? "",
		REFUSED["right to left"] ?? "",
		"a\r\nb",
		"x' OR 1=1--",
	]) {
		const form = { name, role: "viewer", password: "hunter two hunter", own_password: PASSWORD };
		const answer = await rig.post("/settings/users", form);
		expect([answer.status, LEAKS.exec(answer.text)?.[0]]).toEqual([422, undefined]);
	}
	expect(count()).toBe(before);
});

test("letters that become others in another case make no second user and no error", async () => {
	const add = (name: string) =>
		rig.post("/settings/users", {
			name,
			role: "viewer",
			password: "hunter two hunter",
			own_password: PASSWORD,
		});
	expect((await add("İda")).status).toBe(303);
	expect((await add("İda")).status).toBe(409);
	expect((await add("straße")).status).toBe(303);
	for (const name of ["constructor", "null"]) expect([name, (await add(name)).status]).toEqual([name, 303]);
	expect((await add("__proto__")).status).toBe(422);
	expect((await rig.get("/settings/users")).status).toBe(200);
});

test("what was kept comes out as text: pages, pieces, JSON, CSV, the record", async () => {
	const evil = KEPT.filter((text) => /[<"]/.test(text));
	await rig.send("PATCH", "/api/v1/hosts/1", {
		hostname: evil[0],
		description: evil[1],
		tags: evil.slice(2, 5),
	});
	await rig.send("PATCH", "/api/v1/subnets/1", { name: evil[2], notes: evil.join("\n") });
	const paths = [
		"/",
		"/subnets",
		"/subnets/1",
		"/hosts/1",
		"/hosts/1/drawer",
		"/activity",
		"/search?q=script",
	];
	for (const path of [...paths, "/settings/webhooks", "/settings/tokens", "/settings/users", "/batches/1"]) {
		const { text, headers } = await rig.get(path);
		expect(headers.get("content-security-policy")).toContain("default-src 'none'");
		for (const one of evil) expect([path, text.includes(one)]).toEqual([path, false]);
	}
	const csv = (await rig.get("/export?format=csv")).text;
	expect(csv).toContain("<script>");
	expect((await rig.get("/export?format=csv")).headers.get("x-content-type-options")).toBe("nosniff");
	const host = (await rig.get("/api/v1/hosts/1")).json() as { hostname: string; tags: string[] };
	expect([host.hostname, host.tags]).toEqual([evil[0], evil.slice(2, 5)] as never);
	const record = (await rig.get("/activity/record?format=json")).json() as { new: string }[];
	expect(record.some(({ new: now }) => now === evil[0])).toBe(true);
});
