/** The first administrator: one link, one hour, one person, and nobody else gets in before. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { countUsers } from "../../src/store/users.ts";
import { type Door, openDoor, setUp } from "../helpers/door.ts";
import { quickly } from "../helpers/quick.ts";
import { PASSWORD } from "../helpers/signed.ts";

let door: Door;
beforeEach(async () => {
	door = await openDoor();
});
afterEach(() => door.close());

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
