/** A session that ends under a form: what was typed comes through signing in, is shown, and sent by a press only. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { parseUnsent } from "../../src/http/unsent.ts";
import { findHost } from "../../src/store/hosts.ts";
import { type Door, type Jar, openDoor, setUp } from "../helpers/door.ts";
import { PASSWORD } from "../helpers/signed.ts";

const WORDS = `it's <b>the</b> "second" switch, 2 & 3\nbehind the door`;
let door: Door;
let jar: Jar;
beforeEach(async () => {
	door = await openDoor();
	jar = await setUp(door);
	await jar.post("/subnets", { cidr: "10.0.0.0/24" });
	await jar.post("/subnets/1/reserve", { address: "10.0.0.9", hostname: "sw9" });
	expect(findHost(door.app.context.db, 1)?.hostname).toBe("sw9");
});
afterEach(() => door.close());

const endSessions = () => door.app.context.db.run("DELETE FROM session");
const notes = () => findHost(door.app.context.db, 1)?.notes;
const typed = { place: "p", was: "", value: WORDS };

/** Values of the hidden fields of the page's form, by name, as a browser reads them. */
async function fieldsOf(html: string): Promise<Record<string, string>> {
	const fields: Record<string, string> = {};
	const read = new HTMLRewriter().on('input[type="hidden"]', {
		element(input) {
			fields[input.getAttribute("name") ?? ""] = unescaped(input.getAttribute("value") ?? "");
		},
	});
	await read.transform(new Response(html)).text();
	return fields;
}

const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"' };
const unescaped = (text: string) =>
	text.replace(/&(amp|lt|gt|quot);/g, (_, name: string) => NAMED[name] ?? "");

describe("signed out under a form", () => {
	test("the login carries what was typed, also past a wrong password; a press sends it", async () => {
		endSessions();
		const refused = await jar.post("/hosts/1/fields/notes", typed, {
			referer: "http://localhost/hosts/1?edit=notes",
		});
		expect(refused.status).toBe(401);
		expect(refused.text).toContain("What you typed is kept");
		const carried = await fieldsOf(refused.text);
		expect(carried.next).toBe("/hosts/1?edit=notes");
		const wrong = await jar.post("/login", { ...carried, name: "ada", password: "wrong" });
		expect(wrong.status).toBe(401);
		const kept = await fieldsOf(wrong.text);
		expect(kept.unsent).toBe(carried.unsent as string);
		const offer = await jar.post("/login", { ...kept, name: "ada", password: PASSWORD });
		expect(offer.status).toBe(200);
		expect(offer.text).toContain("Send it now?");
		expect(offer.text).toContain("it's &lt;b>the&lt;/b>");
		expect(notes()).toBe("");
		const again = await fieldsOf(offer.text);
		const sent = await jar.post("/hosts/1/fields/notes", again);
		expect([sent.status, sent.location]).toEqual([303, "/hosts/1"]);
		expect(notes()).toBe(WORDS);
	});

	test("signed in again in another tab: the old form is shown with a new token, not thrown away", async () => {
		const old = { ...typed, csrf: "x".repeat(43) };
		const offer = await jar.post("/hosts/1/fields/notes", old);
		expect(offer.status).toBe(403);
		expect(offer.text).toContain("Send it now?");
		expect(notes()).toBe("");
		expect((await jar.post("/hosts/1/fields/notes", await fieldsOf(offer.text))).status).toBe(303);
		expect(notes()).toBe(WORDS);
	});

	test.each([
		["a form with a password", "/settings/users", { name: "eve", password: "hunter two hunter" }],
		["a button without words", "/hosts/1/delete", {}],
		["too much", "/hosts/1/fields/notes", { value: "x".repeat(300_000) }],
	])("%s is not carried: the login, as ever", async (_, path, fields) => {
		endSessions();
		const answer = await jar.post(path, fields);
		expect([answer.status, answer.location]).toEqual([303, "/login"]);
	});

	test("a script is told by the status, and sends the form as the browser would", async () => {
		const stale = await jar.post("/hosts/1/fields/notes", { ...typed, csrf: "" }, { "hx-request": "true" });
		expect([stale.status, stale.headers.get("x-send-again")]).toEqual([403, "1"]);
		endSessions();
		const gone = await jar.post("/hosts/1/fields/notes", typed, { "hx-request": "true" });
		expect([gone.status, gone.text]).toEqual([401, ""]);
	});
});

test("a fault of ours loses nothing either: what was typed is shown, with why, to be sent again", async () => {
	const { db } = door.app.context;
	db.run("CREATE TRIGGER broken BEFORE UPDATE ON host BEGIN SELECT RAISE(ABORT, 'broken'); END");
	const failed = await jar.post("/hosts/1/fields/notes", typed);
	expect(failed.status).toBe(500);
	expect(failed.text).toContain("Rollcall made a mistake");
	expect(failed.text).toContain("Nothing is stored yet.");
	expect(failed.text).toContain("it's &lt;b>the&lt;/b>");
	const bulk = { ids: "1", list: "/subnets/1", set: "notes", notes: WORDS };
	expect((await jar.post("/bulk/edit", bulk)).text).toContain("Nothing is stored yet.");
	const password = { own_password: PASSWORD, password: "another horse battery" };
	db.run("CREATE TRIGGER shut BEFORE UPDATE ON user BEGIN SELECT RAISE(ABORT, 'shut'); END");
	expect((await jar.post("/account/password", password)).text).not.toContain("another horse");
	for (const name of ["broken", "shut"]) db.run(`DROP TRIGGER ${name}`);
	const sent = await jar.post("/hosts/1/fields/notes", await fieldsOf(failed.text));
	expect([sent.status, notes()]).toEqual([303, WORDS]);
});

test.each([
	"",
	"{",
	"[]",
	'{"path":"/hosts/1"}',
	'{"path":"//evil.example/","fields":[["value","x"]]}',
	'{"path":"https://evil.example/","fields":[["value","x"]]}',
	'{"path":"/logout","fields":[["value","x"]]}',
	'{"path":"/hosts/1","fields":[["value",1]]}',
	'{"path":"/hosts/1","fields":[["value"]]}',
	'{"path":"/hosts/1","fields":[["value","x"],["password","y"]]}',
	'{"path":"/hosts/1","fields":[["place","p"]]}',
	'{"path":"/hosts/1","fields":[["value","x"],["on click","y"]]}',
])("what comes back damaged, or leads elsewhere, is none: %s", (text) => {
	expect(parseUnsent(text)).toBeUndefined();
});
