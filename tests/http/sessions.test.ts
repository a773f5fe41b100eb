/** A session: what begins it, how long it lasts, what ends it, which cookies are nobody's. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { type Door, openDoor, setUp } from "../helpers/door.ts";
import { PASSWORD } from "../helpers/signed.ts";

let door: Door;
beforeEach(async () => {
	door = await openDoor();
});
afterEach(() => door.close());

describe("a session", () => {
	test("starts with a new key at every sign-in; a key from before opens nothing", async () => {
		await setUp(door);
		const jar = door.browser();
		const planted = `rollcall_http=${"x".repeat(43)}`;
		const first = await door.signIn({}, jar, { cookie: planted });
		expect(first.headers.getSetCookie()[0]).toMatch(
			/^rollcall_http=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/,
		);
		expect(jar.cookie).not.toBe(planted);
		const old = jar.cookie;
		await door.signIn({}, jar);
		expect(jar.cookie).not.toBe(old);
		const again = await door.app.handle(new Request("http://localhost/", { headers: { cookie: old } }));
		expect(again.status).toBe(303);
	});

	test("is stored as a hash only", async () => {
		const jar = await setUp(door);
		const key = jar.cookie.split("=")[1] ?? "?";
		const { db } = door.app.context;
		const rows = db.query("SELECT * FROM session").all();
		expect(rows).toHaveLength(1);
		expect(JSON.stringify(rows)).not.toContain(key);
		expect(Buffer.from(db.serialize()).includes(key)).toBe(false);
	});

	test("ends after eight idle hours, and after seven days whatever happens", async () => {
		const jar = await setUp(door);
		for (let hours = 7; hours < 7 * 24; hours += 7) {
			door.later(7);
			expect((await jar.get("/account")).status).toBe(200);
		}
		door.later(7);
		expect((await jar.get("/account")).status).toBe(303);
		await door.signIn({}, jar);
		door.later(8);
		expect((await jar.get("/account")).status).toBe(303);
	});

	test("of a clock that was ahead by a year ends when it is set right; a step of an hour ends none, and it is kept alive", async () => {
		const jar = await setUp(door);
		door.later(-1);
		for (let i = 0; i < 3; i++) {
			expect((await jar.get("/account")).status).toBe(200);
			door.later(7);
		}
		const ahead = 365 * 24;
		door.later(ahead);
		await door.signIn({}, jar);
		expect((await jar.get("/account")).status).toBe(200);
		door.later(-ahead);
		expect((await jar.get("/account")).status).toBe(303);
	});

	test("a page that is only left open keeps no session alive", async () => {
		const jar = await setUp(door);
		const { cookie } = jar;
		for (const hours of [4, 4]) {
			door.later(hours);
			const headers = { cookie, "x-unasked": "1", "hx-request": "true" };
			await door.app.handle(new Request("http://localhost/", { headers }));
		}
		expect((await jar.get("/account")).status).toBe(303);
	});

	test("signing out ends it on the server", async () => {
		const jar = await setUp(door);
		const { cookie } = jar;
		const out = await jar.post("/logout");
		expect({ status: out.status, location: out.location }).toEqual({ status: 303, location: "/login" });
		expect(out.headers.get("clear-site-data")).toBe('"cache", "storage"');
		const after = await door.app.handle(new Request("http://localhost/account", { headers: { cookie } }));
		expect(after.status).toBe(303);
	});

	test("a new password ends all others, and this browser gets a new one; the stream of another closes", async () => {
		const here = await setUp(door);
		const there = door.browser();
		await door.signIn({}, there);
		const stream = await door.app.handle(
			new Request("http://localhost/live", { headers: { cookie: there.cookie } }),
		);
		const reader = stream.body?.getReader();
		await reader?.read();
		const before = here.cookie;
		const wrong = await here.post("/account/password", {
			own_password: "x",
			password: "battery horse correct",
		});
		expect(wrong.status).toBe(422);
		const changed = await here.post("/account/password", {
			own_password: PASSWORD,
			password: "battery horse correct",
		});
		expect(changed.location).toBe("/account?changed");
		expect(here.cookie).not.toBe(before);
		expect((await here.get("/account")).status).toBe(200);
		expect((await there.get("/account")).status).toBe(303);
		await door.clock.advance(2_000);
		for (let reads = 0; reads < 20 && reader !== undefined; reads++) if ((await reader.read()).done) break;
		expect((await reader?.read())?.done).toBe(true);
		expect((await door.signIn()).status).toBe(401);
		expect((await door.signIn({ password: "battery horse correct" })).status).toBe(303);
	});

	test("others can be listed and ended one by one", async () => {
		const here = await setUp(door);
		const there = door.browser();
		await there.post("/login", { name: "ada", password: PASSWORD }, { "user-agent": "Browser <b>Two</b>" });
		const page = await here.get("/account");
		expect(page.text).toContain("Browser &lt;b");
		const id = /\/account\/sessions\/(\d+)\/end/.exec(page.text)?.[1];
		await here.post(`/account/sessions/${id}/end`);
		expect((await there.get("/")).status).toBe(303);
		expect((await here.get("/")).status).toBe(200);
		expect((await here.post("/account/sessions/999/end")).status).toBe(404);
	});

	test("a disabled user is out at the next request, and cannot come back", async () => {
		const admin = await setUp(door);
		const fields = { name: "eve", role: "editor", password: "hunter two hunter", own_password: PASSWORD };
		expect((await admin.post("/settings/users", fields)).status).toBe(303);
		const eve = door.browser();
		await eve.post("/login", { name: "EVE", password: "hunter two hunter" });
		expect((await eve.get("/")).status).toBe(200);
		await admin.post("/settings/users/2", { role: "editor", disabled: "yes" });
		expect((await eve.get("/")).status).toBe(303);
		expect((await eve.post("/login", { name: "eve", password: "hunter two hunter" })).status).toBe(401);
		const last = await admin.post("/settings/users/1", { role: "viewer" });
		expect(last.text).toContain("last admin");
		expect((await admin.get("/settings/users")).status).toBe(200);
	});

	test.each([
		"rollcall_http",
		"rollcall_http=",
		'rollcall_http={"a":1}',
		"rollcall_http=%zz",
		`rollcall_http=${"x".repeat(8_192)}`,
		Array.from({ length: 1_000 }, (_, n) => `c${n}=1`).join("; "),
		"__proto__=%7B%22x%22%3A1%7D",
		`__Host-rollcall=${"x".repeat(43)}`,
	])("the cookie %p is nobody's", async (cookie) => {
		await setUp(door);
		const answer = await door.app.handle(new Request("http://localhost/account", { headers: { cookie } }));
		expect(answer.status).toBe(303);
		expect(({} as { polluted?: unknown; x?: unknown }).x).toBeUndefined();
	});

	test("twice in one header, or in the address, is nobody's", async () => {
		const { cookie } = await setUp(door);
		const twice = await door.app.handle(
			new Request("http://localhost/account", { headers: { cookie: `${cookie}; ${cookie}` } }),
		);
		expect(twice.status).toBe(303);
		const key = cookie.split("=")[1];
		expect((await door.browser().get(`/account?rollcall_http=${key}&sid=${key}`)).status).toBe(303);
	});

	test("on https it has the name and the rules that only https can have", async () => {
		const proxied = await openDoor();
		await setUp(proxied);
		const tls = await proxied.app.handle(
			new Request("https://localhost/login", {
				method: "POST",
				headers: { "content-type": "application/x-www-form-urlencoded" },
				body: new URLSearchParams({ name: "ada", password: PASSWORD }),
			}),
		);
		const set = tls.headers.getSetCookie()[0] ?? "";
		const page = (scheme: string) => proxied.app.handle(new Request(`${scheme}://localhost/login`));
		expect((await page("https")).headers.get("strict-transport-security")).toBe("max-age=31536000");
		expect((await page("http")).headers.get("strict-transport-security")).toBeNull();
		expect(set).toMatch(/^__Host-rollcall=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/);
		await proxied.close();
	});
});

test("who is signed out twice at the same time, or signs in in two windows, sees no error", async () => {
	const jar = await setUp(door);
	const [one, two] = await Promise.all([door.signIn({}, jar), door.signIn({}, jar)]);
	expect([one.status, two.status]).toEqual([303, 303]);
	await jar.get("/account");
	const out = await Promise.all([jar.post("/logout"), jar.post("/logout")]);
	expect(out.map(({ status }) => status)).toEqual([303, 303]);
});
