/** `rollcall user` and `rollcall token` beside a server that runs: what they do counts at its next request. */

import { Database } from "bun:sqlite";
import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, untilAnswers } from "../helpers/binary.ts";
import { PATIENCE_MS } from "../helpers/patience.ts";

const HOME = join(import.meta.dir, "../..");
const MAIN = join(import.meta.dir, "../../src/main.ts");
const folder = mkdtempSync(join(tmpdir(), "rollcall-user-"));
const database = join(folder, "ipam.db");
let url = "";
let child: Bun.Subprocess;

beforeAll(async () => {
	const port = await freePort();
	url = `http://127.0.0.1:${port}`;
	child = Bun.spawn([process.execPath, MAIN, "serve", "--port", String(port), "--database", database], {
		cwd: HOME,
		env: { PATH: process.env.PATH },
		stdout: Bun.file(join(folder, "log")),
		stderr: "ignore",
	});
	await untilAnswers(`${url}/healthz`);
});
afterAll(async () => {
	child.kill("SIGKILL");
	await child.exited;
	rmSync(folder, { recursive: true, force: true });
});

/** Runs the verb; `input` goes to its standard input. */
async function run(
	args: string[],
	input = "",
	file = database,
): Promise<{ code: number; out: string; err: string }> {
	const done = Bun.spawn([process.execPath, MAIN, ...args, "--database", file], {
		cwd: HOME,
		env: { PATH: process.env.PATH },
		stdin: new Blob([input]),
		stdout: "pipe",
		stderr: "pipe",
	});
	const [out, err] = await Promise.all([new Response(done.stdout).text(), new Response(done.stderr).text()]);
	return { code: await done.exited, out, err };
}

async function login(name: string, password: string): Promise<{ status: number; cookie: string }> {
	const answer = await fetch(`${url}/login`, {
		method: "POST",
		body: new URLSearchParams({ name, password }),
		redirect: "manual",
	});
	return { status: answer.status, cookie: answer.headers.getSetCookie()[0]?.split(";")[0] ?? "" };
}

const page = async (cookie: string) => (await fetch(url, { headers: { cookie }, redirect: "manual" })).status;

test("a token that is made before anybody can sign in: it opens nothing yet, and that is said", async () => {
	const early = await run(["token", "create", "early", "--scope", "read"]);
	expect(early).toMatchObject({
		code: 0,
		err: expect.stringMatching(/opens nothing until.*rollcall user add NAME/),
	});
	const asked = () =>
		fetch(`${url}/api/v1/subnets`, { headers: { authorization: `Bearer ${early.out.trim()}` } });
	expect((await asked()).status).toBe(401);
	await run(["token", "revoke", "1"]);
});

test("the first user is an admin, closes the set-up, and signs in; a new password ends what was open", async () => {
	const link = readFileSync(join(folder, "log"), "utf8").match(/http:\S+\/setup#[a-z2-7]{26}/)?.[0];
	expect(readFileSync(`${database}.setup`, "utf8").trim()).toBe(link ?? "");
	const added = await run(["user", "add", "ada", "--password-stdin"], "correct horse battery\n");
	expect(added).toEqual({ code: 0, out: "ada may sign in, as admin.\n", err: "" });
	expect((await fetch(`${url}/setup`)).status).toBe(404);
	const ada = await login("ada", "correct horse battery");
	expect([ada.status, await page(ada.cookie)]).toEqual([303, 200]);

	const stream = await fetch(`${url}/live`, { headers: { cookie: ada.cookie } });
	const changed = await run(["user", "passwd", "ADA", "--password-stdin"], "battery horse correct");
	expect(changed.code).toBe(0);
	expect(await page(ada.cookie)).toBe(303);
	const began = performance.now();
	await stream.text();
	// Sessions of open streams are looked at every few seconds.
	expect(performance.now() - began).toBeLessThan(PATIENCE_MS / 2);
	expect((await login("ada", "correct horse battery")).status).toBe(401);
	expect((await login("ada", "battery horse correct")).status).toBe(303);
});

test("the list names everybody; wrong input is told in one line, with its exit code", async () => {
	await run(["user", "add", "bob", "--role", "editor", "--password-stdin"], "hunter two hunter\n");
	expect((await run(["user", "list"])).out).toBe("admin   ada\neditor  bob\n");
	const [first] = JSON.parse((await run(["user", "list", "--json"])).out) as { name: string; role: string }[];
	expect(first).toMatchObject({ name: "ada", role: "admin", two_step: false, disabled: false });
	const wrong: [string[], number][] = [
		[["user"], 2],
		[["user", "frob"], 2],
		[["user", "add"], 2],
		[["user", "add", "eve", "--role", "root", "--password-stdin"], 2],
		[["user", "add", "eve", "--password-stdin"], 2],
		[["user", "add", "eve"], 2],
		[["user", "add", "bob", "--password-stdin"], 3],
		[["user", "passwd", "nobody", "--password-stdin"], 3],
		[["user", "passwd", "bob", "--role", "admin", "--password-stdin"], 2],
		[["user", "list", "--role", "admin"], 2],
		[["user", "add", "eve", "--json", "--password-stdin"], 2],
		[["token", "list", "--scope", "read"], 2],
		[["token", "revoke", "1", "--days", "5"], 2],
		[["token", "create", "--name", "x", "--scope", "root"], 2],
		[["token", "create", "--scope", "read"], 2],
		[["token", "create", "x"], 2],
		[["token", "create", "two", "words", "--scope", "read"], 2],
		[["token", "create", "x", "--name", "y", "--scope", "read"], 2],
		[["token", "list", "x"], 2],
		[["token", "revoke", "99"], 3],
		[["token", "revoke"], 2],
		[["token", "revoke", "x"], 2],
		[["token"], 2],
	];
	const asked = await Promise.all(
		wrong.map(([args]) => run(args, args.includes("bob") ? "hunter two hunter" : "short")),
	);
	for (const [i, { code, out, err }] of asked.entries()) {
		expect({ args: wrong[i]?.[0], code, out }).toEqual({
			args: wrong[i]?.[0] ?? [],
			code: wrong[i]?.[1] ?? 0,
			out: "",
		});
		expect(err).toMatch(/^rollcall: [^\n]+\n$/);
	}
});

test("a token is printed alone, works at once, and not after it is revoked", async () => {
	const { out, code } = await run(["token", "create", "prometheus", "--scope", "read"]);
	expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/^rc_[\w-]{43}\n$/) as never });
	const ask = async () =>
		(await fetch(`${url}/api/v1/subnets`, { headers: { authorization: `Bearer ${out.trim()}` } })).status;
	expect(await ask()).toBe(200);
	const other = JSON.parse(
		(await run(["token", "create", "--name", "cron", "--scope", "write", "--days", "9", "--json"])).out,
	);
	expect(other).toMatchObject({ id: 3, name: "cron", scope: "write" });
	const lines = (await run(["token", "list"])).out.trim().split("\n");
	expect(lines[0]).toMatch(/^2 {4}read {3}prometheus +used \d{4}-\d\d-\d\d \d\d:\d\d UTC +no end$/);
	expect(lines[1]).toMatch(/^3 {4}write {2}cron +never used +ends \d{4}-\d\d-\d\d \d\d:\d\d UTC$/);
	expect((await run(["token", "revoke", "2"])).out).toBe("prometheus opens nothing any more.\n");
	expect(await ask()).toBe(401);
});

test("the record names who typed it, whatever the environment says", async () => {
	const names = readFileSync("/etc/passwd", "utf8")
		.split("\n")
		.map((line) => line.split(":"));
	const mine = names.find(([, , uid]) => uid === String(process.getuid?.()))?.[0] ?? "";
	const db = new Database(database, { readonly: true });
	const lines = db
		.query(
			"SELECT kind, label, actor_kind, actor_name, actor_from FROM event WHERE actor_name LIKE '%line' ORDER BY id",
		)
		.all();
	db.close();
	const by = { actor_kind: "person", actor_name: `${mine} on the command line`, actor_from: "" };
	expect(lines).toContainEqual({ kind: "user_added", label: "ada", ...by });
	expect(lines).toContainEqual({ kind: "user_edited", label: "ada", ...by });
	expect(lines).toContainEqual({ kind: "token_added", label: "prometheus", ...by });
	expect(lines).toContainEqual({ kind: "token_revoked", label: "prometheus", ...by });
});

test("a forgotten password is not looked for in a database that is not there; one that is made is told", async () => {
	const nowhere = join(folder, "nowhere.db");
	for (const verb of [["list"], ["passwd", "ada", "--password-stdin"]]) {
		const { code, err } = await run(["user", ...verb], "battery horse correct", nowhere);
		expect([code, err]).toEqual([
			2,
			`rollcall: There is no database at ${nowhere}. Name one with --database.\n`,
		]);
	}
	expect(existsSync(nowhere)).toBe(false);
	const added = await run(["user", "add", "ada", "--password-stdin"], "battery horse correct", nowhere);
	expect(added).toEqual({
		code: 0,
		out: "ada may sign in, as admin.\n",
		err: `The database was made now: ${nowhere}. If yours is another, name it with --database.\n`,
	});
	const again = await run(["user", "add", "bob", "--password-stdin"], "battery horse correct", nowhere);
	expect(again.err).toBe("");
});

test("a misspelt database is not made: no token opens what is not there", async () => {
	const path = join(folder, "imap.db");
	const done = Bun.spawnSync(
		[process.execPath, MAIN, "token", "create", "x", "--scope", "read", "--database", path],
		{ cwd: HOME, env: { PATH: process.env.PATH } },
	);
	expect(done.exitCode).toBe(2);
	expect(done.stderr.toString()).toContain("There is no database at");
	expect(existsSync(path)).toBe(false);
});
