/** Signing in: the first administrator, passwords, sessions and what ends them, the second step. */

import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeBase32IgnorePadding } from "@oslojs/encoding";
import { generateHOTP } from "@oslojs/otp";
import decodeQR from "qr/decode.js";
import { countUsers } from "../../src/store/users.ts";
import { type Door, type Jar, openDoor, setUp } from "../helpers/door.ts";
import { quickly } from "../helpers/quick.ts";

const PASSWORD = "correct horse battery";
let door: Door;
beforeEach(async () => {
	door = await openDoor();
});
afterEach(() => door.close());

const signIn = (fields: Record<string, string> = {}, jar = door.browser(), headers = {}) =>
	jar.post("/login", { name: "ada", password: PASSWORD, ...fields }, headers);

/** Hours go by on the wall; nothing that waits is woken. */
const later = (hours: number) => door.clock.setWall(door.clock.now() + hours * 3_600_000);

describe("the first administrator", () => {
	test("until there is one, every page leads to the page that says where the link is", async () => {
		const jar = door.browser();
		for (const path of ["/", "/hosts/1", "/login", "/settings/users"]) {
			expect(await jar.get(path)).toMatchObject({ status: 303, location: "/setup" });
		}
		expect((await jar.get("/api/v1/hosts")).status).toBe(401);
		expect((await jar.get("/healthz")).status).toBe(200);
		const page = await jar.get("/setup");
		expect(page.text).toContain("The first administrator");
		expect(door.told.at(-1)).toMatch(/^http:\/\/localhost:8080\/setup#[a-z2-7]{26}$/);
		expect(page.text).not.toContain(door.told.at(-1)?.split("#")[1] ?? "?");
	});

	test("twenty at the same time make exactly one, and the page is gone for ever", async () => {
		await door.browser().get("/setup");
		const token = door.told.at(-1)?.split("#")[1] ?? "";
		const jars = Array.from({ length: 20 }, () => door.browser());
		const answers = await Promise.all(
			jars.map((jar, n) => jar.post("/setup", { token, name: `ada${n}`, password: PASSWORD })),
		);
		const statuses = answers.map(({ status }) => status).sort();
		expect(statuses).toEqual([303, ...Array<number>(19).fill(409)]);
		expect(countUsers(door.app.context.db)).toBe(1);
		door.app.context.db.run("DELETE FROM user");
		for (const jar of jars.slice(0, 2)) {
			expect((await jar.get("/setup")).status).toBe(404);
			expect((await jar.post("/setup", { token, name: "eve", password: PASSWORD })).status).toBe(404);
		}
		expect(countUsers(door.app.context.db)).toBe(0);
	});

	test.each([
		["no token", { token: "" }, 403],
		["another token", { token: "a".repeat(26) }, 403],
		["no password", { password: "" }, 422],
		["a password of seven characters", { password: "a4$fG7k" }, 422],
		["a first guess", { password: "password123" }, 422],
		["257 characters", { password: "x".repeat(257) }, 422],
		["a megabyte", { password: "x".repeat(1_000_000) }, 422],
		["a NUL in it", { password: "correct\0horse battery" }, 422],
		["half a character", { name: "a b" }, 422],
	])("%s: refused, and nobody is made", async (_, fields, status) => {
		const jar = door.browser();
		await jar.get("/setup");
		const token = door.told.at(-1)?.split("#")[1] ?? "";
		const send = () => jar.post("/setup", { token, name: "ada", password: PASSWORD, ...fields });
		const answer = await quickly(send);
		expect(answer.status).toBe(status);
		expect(answer.text).not.toContain(PASSWORD);
		expect(countUsers(door.app.context.db)).toBe(0);
	});

	test("the link holds for an hour; the next look at the page makes another", async () => {
		await door.browser().get("/setup");
		const first = door.told.at(-1)?.split("#")[1] ?? "";
		await door.clock.advance(3_600_000);
		const late = await door.browser().post("/setup", { token: first, name: "ada", password: PASSWORD });
		expect(late.status).toBe(403);
		expect(door.told.at(-1)).not.toContain(first);
		await setUp(door);
	});

	test("the file beside the database is its owner's alone, and goes with its use", async () => {
		const folder = mkdtempSync(join(tmpdir(), "rollcall-setup-"));
		const other = await openDoor({ DATABASE_URL: join(folder, "a.db") });
		try {
			const file = join(folder, "a.db.setup");
			expect(statSync(file).mode & 0o777).toBe(0o600);
			expect(readFileSync(file, "utf8")).toBe(`${other.told.at(-1)}\n`);
			expect((await other.browser().get("/setup")).text).toContain("a.db.setup");
			await setUp(other);
			expect(existsSync(file)).toBe(false);
		} finally {
			await other.close();
			rmSync(folder, { recursive: true, force: true });
		}
	});
});

describe("a session", () => {
	test("starts with a new key at every sign-in; a key from before opens nothing", async () => {
		await setUp(door);
		const jar = door.browser();
		const planted = `rollcall_http=${"x".repeat(43)}`;
		const first = await signIn({}, jar, { cookie: planted });
		expect(first.headers.getSetCookie()[0]).toMatch(
			/^rollcall_http=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/,
		);
		expect(jar.cookie).not.toBe(planted);
		const old = jar.cookie;
		await signIn({}, jar);
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
			later(7);
			expect((await jar.get("/account")).status).toBe(200);
		}
		later(7);
		expect((await jar.get("/account")).status).toBe(303);
		await signIn({}, jar);
		later(8);
		expect((await jar.get("/account")).status).toBe(303);
	});

	test("of a clock that was ahead by a year ends when it is set right; a step of an hour ends none, and it is kept alive", async () => {
		const jar = await setUp(door);
		later(-1);
		for (let i = 0; i < 3; i++) {
			expect((await jar.get("/account")).status).toBe(200);
			later(7);
		}
		const ahead = 365 * 24;
		later(ahead);
		await signIn({}, jar);
		expect((await jar.get("/account")).status).toBe(200);
		later(-ahead);
		expect((await jar.get("/account")).status).toBe(303);
	});

	test("a page that is only left open keeps no session alive", async () => {
		const jar = await setUp(door);
		const { cookie } = jar;
		for (const hours of [4, 4]) {
			later(hours);
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
		await signIn({}, there);
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
		expect((await signIn()).status).toBe(401);
		expect((await signIn({ password: "battery horse correct" })).status).toBe(303);
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

describe("wrong passwords", () => {
	test("unknown names, wrong passwords and disabled users get the same answer", async () => {
		await setUp(door);
		const wrong = await signIn({ password: "wrong horse" });
		const unknown = await signIn({ name: "bob", password: "wrong horse" });
		const empty = await signIn({ password: "" });
		for (const answer of [unknown, empty]) {
			expect(answer.status).toBe(401);
			expect(answer.text.replace(/value="(ada|bob)"/, "")).toBe(wrong.text.replace(/value="(ada|bob)"/, ""));
		}
		expect(wrong.text).not.toContain("wrong horse");
	});

	test("are slowed down through every door, and forgotten once one was right", async () => {
		const ada = await setUp(door);
		for (let n = 0; n < 3; n++) expect((await signIn({ password: `wrong ${n}` })).status).toBe(401);
		for (let n = 0; n < 2; n++) {
			const field = { own_password: `wrong ${n}`, password: "battery horse correct" };
			expect((await ada.post("/account/password", field)).status).toBe(422);
		}
		const held = await signIn();
		expect({ status: held.status, wait: held.headers.get("retry-after") }).toEqual({
			status: 429,
			wait: "1",
		});
		expect((await ada.post("/account/password", { own_password: PASSWORD, password: "x" })).status).toBe(429);
		await door.clock.advance(1_000);
		expect((await signIn()).status).toBe(303);
		for (let n = 0; n < 4; n++) expect((await signIn({ password: `wrong ${n}` })).status).toBe(401);
		expect((await signIn()).status).toBe(303);
	});
});

describe("two-step sign-in", () => {
	const codeOf = (secret: string, ahead = 0) =>
		generateHOTP(decodeBase32IgnorePadding(secret), BigInt(Math.floor(door.clock.now() / 30_000) + ahead), 6);

	async function switchOn() {
		const ada = await setUp(door);
		later(1);
		const page = await ada.get("/account/two-step");
		const secret = /name="secret" value="([A-Z2-7]{32})"/.exec(page.text)?.[1] ?? "";
		const bad = await ada.post("/account/two-step", { secret, code: "000000", own_password: PASSWORD });
		expect(bad.status).toBe(422);
		const on = await ada.post("/account/two-step", { secret, code: codeOf(secret), own_password: PASSWORD });
		const codes = [...on.text.matchAll(/<div>([a-z2-7]{16})<\/div>/g)].map(([, code = ""]) => code);
		expect(codes).toHaveLength(10);
		return { ada, secret, codes };
	}

	test("the QR code of the page is the link that apps take, and switches it on", async () => {
		const ada = await setUp(door);
		const page = await ada.get("/account/two-step");
		const uri = /<a href="(otpauth:[^"]+)"/.exec(page.text)?.[1]?.replaceAll("&amp;", "&") ?? "";
		const read = new URL(scan(page.text));
		expect(read.href).toBe(new URL(uri).href);
		expect([read.protocol, read.host, read.pathname]).toEqual(["otpauth:", "totp", "/Rollcall:ada"]);
		const secret = read.searchParams.get("secret") ?? "";
		expect(Object.fromEntries(read.searchParams)).toEqual({
			...{ issuer: "Rollcall", secret, algorithm: "SHA1", period: "30", digits: "6" },
		});
		const fields = { secret, code: codeOf(secret), own_password: PASSWORD };
		expect((await ada.post("/account/two-step", fields)).status).toBe(200);
		const other = await ada.get("/account/two-step");
		expect(scan(other.text)).not.toContain(secret);
	});

	test("wrong codes with the right password are wrong tries: five, then it has to wait", async () => {
		const { secret } = await switchOn();
		await door.clock.advance(30_000);
		// A million codes, three of them right: nobody may try for long.
		const wrong = ["000000", "111111", "222222", "333333", "444444"].filter(
			(code) => ![-1, 0, 1].some((ahead) => codeOf(secret, ahead) === code),
		);
		const statuses = [];
		for (let n = 0; n < 5; n++) statuses.push((await signIn({ code: wrong[n % wrong.length] ?? "" })).status);
		expect(statuses).toEqual([401, 401, 401, 401, 401]);
		const held = await signIn({ code: codeOf(secret) });
		expect([held.status, held.headers.get("retry-after")]).toEqual([429, "1"]);
		await door.clock.advance(1_000);
		expect((await signIn({ code: codeOf(secret) })).status).toBe(303);
	});

	test("takes a code besides the password, each once, of this step or a neighbour", async () => {
		const { secret } = await switchOn();
		expect((await signIn()).status).toBe(401);
		expect((await signIn({ code: codeOf(secret) })).status).toBe(401);
		await door.clock.advance(30_000);
		expect((await signIn({ code: codeOf(secret) })).status).toBe(303);
		expect((await signIn({ code: codeOf(secret) })).status).toBe(401);
		await door.clock.advance(120_000);
		expect((await signIn({ code: codeOf(secret, -2) })).status).toBe(401);
		expect((await signIn({ code: codeOf(secret, 1) })).status).toBe(303);
	});

	test("takes a recovery code, each once; without the right password none is spent", async () => {
		const { codes } = await switchOn();
		const [first = "", second = ""] = codes;
		expect((await signIn({ code: first, password: "wrong horse" })).status).toBe(401);
		expect((await signIn({ code: first.toUpperCase().replace(/(.{4})/g, "$1 ") })).status).toBe(303);
		expect((await signIn({ code: first })).status).toBe(401);
		expect((await signIn({ code: second })).status).toBe(303);
	});

	test("is switched off with the password", async () => {
		const { ada } = await switchOn();
		expect((await ada.post("/account/two-step/stop", { own_password: "wrong" })).status).toBe(422);
		expect((await ada.post("/account/two-step/stop", { own_password: PASSWORD })).status).toBe(303);
		expect((await signIn()).status).toBe(303);
	});
});

/** What a telephone reads in the picture of a page: its dots drawn eight pixels wide. */
function scan(html: string): string {
	const picture = /<svg class="qr" viewBox="0 0 (\d+) \1"[^>]*>.*?<path d="([^"]*)"/.exec(html);
	const size = Number(picture?.[1]);
	const zoom = 8;
	const side = size * zoom;
	const data = new Uint8Array(side * side * 4).fill(255);
	for (const [, x, y] of (picture?.[2] ?? "").matchAll(/M(\d+) (\d+)h1v1h-1z/g)) {
		for (let row = 0; row < zoom; row++) {
			const from = ((Number(y) * zoom + row) * side + Number(x) * zoom) * 4;
			for (let at = from; at < from + zoom * 4; at += 4) data.fill(0, at, at + 3);
		}
	}
	return decodeQR({ width: side, height: side, data });
}

/** A row each, as small as they come. */
const FILLERS = [
	"INSERT INTO login_failure (key, failures, last_at, blocked_until) VALUES (?, 1, 1, 0)",
	"INSERT INTO user_address (user_id, address, seen_at) VALUES (1, ?, 1)",
	"INSERT INTO event (ts, kind, label) VALUES (1, 'signed_in', ?)",
	"INSERT INTO session (token_hash, user_id, created_at, seen_at, address, agent) VALUES (CAST(? AS BLOB), 1, 1, 1, '', '')",
];

describe("while the database takes nothing", () => {
	/** Everything that a stranger and a keeper see then. */
	async function look(says: RegExp) {
		const jar = door.browser();
		expect((await jar.get("/login")).status).toBe(200);
		for (const password of [PASSWORD, "wrong horse"]) {
			const answer = await signIn({ password }, jar);
			expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "5"]);
			expect(answer.text).toMatch(says);
			expect(answer.text).toContain("Nobody can be signed in now.");
			// The form is still there, with the name in it.
			expect(answer.text).toContain('name="password"');
			expect(answer.text).toContain('value="ada"');
			expect(answer.text).not.toContain(password);
		}
	}

	test("a full disk: the login says so, those who are in go on reading, and it mends itself", async () => {
		const ada = await setUp(door);
		const { db } = door.app.context;
		const pages = db.query<{ page_count: number }, []>("PRAGMA page_count").get()?.page_count ?? 0;
		db.run(`PRAGMA max_page_count = ${pages}`);
		// Not a byte is left in any table that a sign-in writes to.
		for (const sql of FILLERS) {
			expect(() => {
				for (let n = 0; ; n++) db.query(sql).run(`filler ${n}`);
			}).toThrow(/full/);
		}
		await look(/The disk is full/);
		expect((await ada.get("/")).status).toBe(200);
		db.run(`PRAGMA max_page_count = ${pages + 1_000}`);
		expect((await signIn()).status).toBe(303);
	});

	test("a read-only one", async () => {
		const ada = await setUp(door);
		const { db } = door.app.context;
		db.run("PRAGMA query_only = ON");
		await look(/may not be written/);
		expect((await ada.get("/account")).status).toBe(200);
		db.run("PRAGMA query_only = OFF");
		expect((await signIn()).status).toBe(303);
	});
});

test("while somebody else writes to the database: the form stays, with what to do; then it goes on", async () => {
	const folder = mkdtempSync(join(tmpdir(), "rollcall-busy-"));
	const path = join(folder, "a.db");
	const busy = await openDoor({ DATABASE_URL: path });
	const other = new Database(path);
	try {
		await setUp(busy);
		const ask = async (path: string, fields: Record<string, string>) => {
			let answer: Awaited<ReturnType<Jar["post"]>> | undefined;
			void busy
				.browser()
				.post(path, fields)
				.then((said) => {
					answer = said;
				});
			// Whoever waits at the door looks again and again.
			while (answer === undefined) await busy.clock.advance(500);
			return answer;
		};
		other.run("BEGIN IMMEDIATE");
		const held = await ask("/login", { name: "ada", password: PASSWORD });
		expect([held.status, held.headers.get("retry-after")]).toEqual([503, "2"]);
		expect(held.text).toContain("Nobody can be signed in now. Something else is writing");
		expect(held.text).toContain('value="ada"');
		other.run("ROLLBACK");
		expect((await ask("/login", { name: "ada", password: PASSWORD })).status).toBe(303);
	} finally {
		other.close();
		await busy.close();
		rmSync(folder, { recursive: true, force: true });
	}
});

test("who is signed out twice at the same time, or signs in in two windows, sees no error", async () => {
	const jar = await setUp(door);
	const [one, two] = await Promise.all([signIn({}, jar), signIn({}, jar)]);
	expect([one.status, two.status]).toEqual([303, 303]);
	await jar.get("/account");
	const out = await Promise.all([jar.post("/logout"), jar.post("/logout")]);
	expect(out.map(({ status }) => status)).toEqual([303, 303]);
});
