/** The login while passwords are wrong, and while the database takes nothing: what it says, and that it stays. */

import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Door, type Jar, openDoor, setUp } from "../helpers/door.ts";
import { PASSWORD } from "../helpers/signed.ts";

let door: Door;
beforeEach(async () => {
	door = await openDoor();
});
afterEach(() => door.close());

describe("wrong passwords", () => {
	test("unknown names, wrong passwords and disabled users get the same answer", async () => {
		await setUp(door);
		const wrong = await door.signIn({ password: "wrong horse" });
		const unknown = await door.signIn({ name: "bob", password: "wrong horse" });
		const empty = await door.signIn({ password: "" });
		for (const answer of [unknown, empty]) {
			expect(answer.status).toBe(401);
			expect(answer.text.replace(/value="(ada|bob)"/, "")).toBe(wrong.text.replace(/value="(ada|bob)"/, ""));
		}
		expect(wrong.text).not.toContain("wrong horse");
	});

	test("are slowed down through every door, and forgotten once one was right", async () => {
		const ada = await setUp(door);
		for (let n = 0; n < 3; n++) expect((await door.signIn({ password: `wrong ${n}` })).status).toBe(401);
		for (let n = 0; n < 2; n++) {
			const field = { own_password: `wrong ${n}`, password: "battery horse correct" };
			expect((await ada.post("/account/password", field)).status).toBe(422);
		}
		const held = await door.signIn();
		expect({ status: held.status, wait: held.headers.get("retry-after") }).toEqual({
			status: 429,
			wait: "1",
		});
		expect((await ada.post("/account/password", { own_password: PASSWORD, password: "x" })).status).toBe(429);
		await door.clock.advance(1_000);
		expect((await door.signIn()).status).toBe(303);
		for (let n = 0; n < 4; n++) expect((await door.signIn({ password: `wrong ${n}` })).status).toBe(401);
		expect((await door.signIn()).status).toBe(303);
	});
});

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
			const answer = await door.signIn({ password }, jar);
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
		expect((await door.signIn()).status).toBe(303);
	});

	test("a read-only one", async () => {
		const ada = await setUp(door);
		const { db } = door.app.context;
		db.run("PRAGMA query_only = ON");
		await look(/may not be written/);
		expect((await ada.get("/account")).status).toBe(200);
		db.run("PRAGMA query_only = OFF");
		expect((await door.signIn()).status).toBe(303);
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
