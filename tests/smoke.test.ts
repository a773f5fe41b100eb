/** The executable itself, as it is handed out: started elsewhere, with nothing around it, it does what it says. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import pkg from "../package.json" with { type: "json" };
import { type Binary, freePort, openBinary, runToEnd, spawn, untilAnswers } from "./helpers/binary.ts";
import { PATIENCE_MS, until } from "./helpers/patience.ts";
import { SIGNED, signInFile } from "./helpers/signed.ts";

let binary: Binary;
beforeAll(async () => {
	binary = await openBinary();
});
afterAll(() => binary?.close());

/** A new folder to start in. */
function folder(name: string): string {
	const path = join(binary.folder, name);
	mkdirSync(path);
	return path;
}

const run = (...args: string[]) => runToEnd([binary.path, ...args], { cwd: binary.folder });

type Server = { url: string; pid: number; cwd: string; stop(): Promise<number>; errors(): Promise<string> };

/** Serves in `cwd` with an empty environment; `wrap` comes before the command. */
async function serve(cwd: string, wrap: string[] = []): Promise<Server> {
	const port = await freePort();
	const args = ["serve", "--port", String(port), "--database", "ipam.db"];
	const child = spawn([...wrap, binary.path, ...args], { cwd });
	const url = `http://127.0.0.1:${port}`;
	await untilAnswers(`${url}/healthz`);
	signInFile(join(cwd, "ipam.db"));
	return {
		url,
		pid: child.pid,
		cwd,
		async stop() {
			child.kill("SIGTERM");
			return child.exited;
		},
		errors: () => new Response(child.stderr).text(),
	};
}

const form = (url: string, fields: Record<string, string>) =>
	fetch(url, { method: "POST", headers: SIGNED, body: new URLSearchParams(fields), redirect: "manual" });
const get = (url: string) => fetch(url, { headers: SIGNED });

/** Adds a network as the page does, and waits until it was swept. */
async function sweepLoopback(url: string): Promise<string> {
	const added = await form(`${url}/subnets`, { cidr: "127.0.0.0/29", sweep_enabled: "on" });
	expect(added.status).toBe(303);
	const page = `${url}${added.headers.get("location")}`;
	expect((await form(`${page}/sweep`, {})).status).toBe(303);
	type Swept = { last_sweep_at: string | null; last_sweep_problem: string | null };
	const look = async () => {
		const { items } = (await (await get(`${url}/api/v1/subnets`)).json()) as { items: Swept[] };
		if (items[0]?.last_sweep_problem) throw new Error(items[0].last_sweep_problem);
		return items[0]?.last_sweep_at;
	};
	await until(look, "127.0.0.0/29 is swept");
	return (await get(page)).text();
}

describe("the command line", () => {
	test("--version", async () => {
		expect(await run("--version")).toEqual({ code: 0, out: `rollcall ${pkg.version}\n`, err: "" });
	});

	test("--help names every verb, and every verb has its own", async () => {
		const { code, out, err } = await run("--help");
		expect({ code, err }).toEqual({ code: 0, err: "" });
		expect(out).toContain("rollcall sweep CIDR");
		for (const verb of ["serve", "sweep"]) expect((await run(verb, "--help")).out).toContain("--");
	});

	test("a sweep of this machine, as JSON", async () => {
		const { code, out } = await run("sweep", "127.0.0.1", "--json");
		expect(code).toBe(0);
		const [answer, ...more] = out.trim().split("\n");
		expect(more).toEqual([]);
		expect(JSON.parse(answer ?? "")).toMatchObject({ ip: "127.0.0.1", up: true });
	});

	test.each([
		"sweep 10.0.0.0/33",
		"sweep",
		"sweep 127.0.0.1 --rate 0",
		"serve --port 70000",
		"serve --nonsense",
		"frobnicate",
	])("bad input: “%s” ends with 2 and says why, without a stack", async (line) => {
		const { code, out, err } = await run(...line.split(" "));
		expect({ code, out }).toEqual({ code: 2, out: "" });
		expect(err).toStartWith("rollcall: ");
		expect(err).not.toMatch(/\n\s+at |bunfs|\.ts:\d/);
	});
});

describe("the server", () => {
	test("serves its pages and all they name, and sweeps", async () => {
		const server = await serve(folder("plain"));
		const home = await get(server.url);
		const html = await home.text();
		expect({ status: home.status, type: home.headers.get("content-type") }).toEqual({
			status: 200,
			type: "text/html; charset=utf-8",
		});
		const named = [...new Set([...html.matchAll(/"(\/static\/[^"#]+)/g)].map(([, path = ""]) => path))];
		const kinds = ["app-", "htmx-", "favicon-", "icons-"];
		for (const kind of kinds) expect(named.some((path) => path.includes(kind))).toBe(true);
		for (const path of named) {
			const answer = await get(`${server.url}${path}`);
			expect({ path, status: answer.status }).toEqual({ path, status: 200 });
			expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(100);
		}
		expect(await sweepLoopback(server.url)).toContain("127.0.0.1");
		expect(await server.stop()).toBe(0);
	});

	test("a second one on the same database is refused, and told by whom", async () => {
		const first = await serve(folder("twice"));
		const port = await freePort();
		const args = ["serve", "--port", String(port), "--database", "ipam.db"];
		const { code, err } = await runToEnd([binary.path, ...args], { cwd: first.cwd });
		expect(code).toBeGreaterThan(0);
		expect(err).toContain(`process ${first.pid}`);
		expect((await get(first.url)).status).toBe(200);
		expect(await first.stop()).toBe(0);
	});

	test("stops although a page is open", async () => {
		const server = await serve(folder("open"));
		const stream = await get(`${server.url}/live`);
		const reader = stream.body?.getReader();
		await reader?.read();
		const began = performance.now();
		expect(await server.stop()).toBe(0);
		// 5 s are promised; as nothing is under way it takes a tenth of one on a machine that is not busy.
		expect(performance.now() - began).toBeLessThan(PATIENCE_MS / 2);
		await reader?.cancel().catch(() => {});
	});

	test("what lies in the folder it is started in is not obeyed", async () => {
		const cwd = folder("hostile");
		const mark = join(cwd, "mark");
		writeFileSync(join(cwd, "evil.js"), `require("node:fs").writeFileSync(${JSON.stringify(mark)}, "")`);
		writeFileSync(join(cwd, "bunfig.toml"), 'preload = ["./evil.js"]\n');
		writeFileSync(join(cwd, ".env"), "SCAN_RATE_PPS=nonsense\nLOG_LEVEL=nonsense\n");
		writeFileSync(join(cwd, "package.json"), '{ "imports": { "#a": "./evil.js" }, "main": "./evil.js" }');
		const server = await serve(cwd);
		expect((await get(server.url)).status).toBe(200);
		expect(await server.stop()).toBe(0);
		expect(existsSync(mark)).toBe(false);
	});
});

/** What the loader, the C library, the engine and the kernel want; no file of a person's lies there. */
const SYSTEM =
	/^\/(proc|sys|dev|lib|lib64|usr\/lib|usr\/share\/(locale|zoneinfo))\/|^\/etc\/(ld\.so\.(cache|preload)|localtime|nsswitch\.conf|hosts|resolv\.conf)$|^\/\$bunfs\//;

/** Why system calls cannot be watched here, or undefined. */
function straceProblem(): string | undefined {
	if (!Bun.which("strace")) return "needs strace";
	return Bun.spawnSync(["strace", "-qq", "-o", "/dev/null", "true"]).exitCode === 0
		? undefined
		: "strace may not watch processes";
}

const strace = Bun.which("strace") ?? "strace";
const problem = straceProblem();

describe.skipIf(problem !== undefined)(`opened files${problem === undefined ? "" : ` (${problem})`}`, () => {
	test("only those that were named: the database, its log, its lock", async () => {
		const cwd = folder("watched");
		// Its own: in everybody's may lie what somebody else's port scan left, and that would be looked into.
		const temporary = folder("temporary");
		const log = join(binary.folder, "strace.txt");
		// -D: the program stays our own child, and strace is the one that stands aside.
		const calls = "trace=open,openat,openat2,creat";
		const server = await serve(cwd, [
			...[strace, "-D", "-f", "-q", "-E", `TMPDIR=${temporary}`],
			...["-e", calls, "-o", log],
		]);
		await sweepLoopback(server.url);
		expect(await server.stop()).toBe(0);
		const text = await endedLog(log, server.pid);
		const opened = [...text.matchAll(/\bopen(?:at2?)?\((?:AT_FDCWD, )?"([^"]*)"/g)].map(
			([, path = ""]) => path,
		);
		// The folder of temporary files is where port scans work: it is looked at for what a killed one left.
		const own = (path: string) => [binary.path, cwd, dirname(binary.path), temporary].includes(path);
		// The folder of backups is looked into, also where there is none: others must not read what is in it.
		const database = (path: string) => path.startsWith(join(cwd, "ipam.db")) || path === join(cwd, "backups");
		expect(opened.filter(database).length).toBeGreaterThan(2);
		const strangers = opened.filter((path) => !SYSTEM.test(path) && !own(path) && !database(path));
		expect([...new Set(strangers)]).toEqual([]);
	});
});

/** The log of strace once it has seen the end of the program. */
function endedLog(path: string, pid: number): Promise<string> {
	return until(() => {
		const text = readFileSync(path, "utf8");
		return new RegExp(`^${pid} .*exited with`, "m").test(text) && text;
	}, "strace sees the end");
}
