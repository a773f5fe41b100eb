/** `rollcall import` and `rollcall export`: with a server beside and without, from files and pipes, and what is refused. */

import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, runToEnd, spawn, untilAnswers } from "../helpers/binary.ts";

const MAIN = join(import.meta.dir, "../../src/main.ts");
const SAMPLES = join(import.meta.dir, "../../samples/import");
const folder = mkdtempSync(join(tmpdir(), "rollcall-moving-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
/** From a source tree the program starts in it: there its settings for JSX are. */
const HOME = join(import.meta.dir, "../..");
const ENV = { PATH: process.env.PATH };
const at = (name: string) => (/^[a-z]+\.(db|csv|xlsx)$/.test(name) ? join(folder, name) : name);
const PROGRAM = [process.execPath, "--no-env-file", MAIN];
const run = (...args: string[]) => runToEnd([...PROGRAM, ...args.map(at)], { cwd: HOME, env: ENV });

function file(name: string, text: string): string {
	const path = join(folder, name);
	writeFileSync(path, text);
	return path;
}

describe("without a server", () => {
	test("dry run, import, import again, export, into another database", async () => {
		const path = file("a.csv", "ip,hostname,subnet\n10.0.0.1,nas,10.0.0.0/24\n10.9.9.9,far,\n");
		const dry = await run("import", "--database", "a.db", "--dry-run", path);
		const made = `The database was made now: ${at("a.db")}. If yours is another, name it with --database.\n`;
		expect(dry).toMatchObject({ code: 0, err: made });
		expect(dry.out).toContain("line 2: add    10.0.0.1: hostname “nas”");
		expect(dry.out).toContain("line 3: refuse 10.9.9.9: 10.9.9.9 lies in no subnet");
		expect(dry.out).toContain("Nothing was written.");
		const done = await run("import", "--database", "a.db", path);
		expect(done.out).toContain("added 1 host and 1 subnet, changed 0 hosts, left 0 hosts, refused 1 host.");
		expect(done.err).toBe("");
		const again = JSON.parse((await run("import", "--database", "a.db", "--json", path)).out);
		expect(again).toMatchObject({ state: "done", counts: { add: { hosts: 0 }, same: { hosts: 1 } } });
		const out = await run("export", "--database", "a.db", "--format", "xlsx", "--output", "a.xlsx");
		expect(out).toEqual({ code: 0, out: "", err: "" });
		expect((await run("import", "--database", "b.db", "a.xlsx")).out).toContain("added 1 host and 1 subnet");
		const csv = await Promise.all(["a.db", "b.db"].map((name) => run("export", "--database", name)));
		expect(csv[0]?.out).toContain("host,10.0.0.1,nas");
		expect(csv[1]?.out).toBe(csv[0]?.out as string);
		expect((await run("export", "--database", "a.db", "--output", "a.xlsx")).err).toContain("there already");
	});

	test("another encoding, chosen; a pipe", async () => {
		const path = join(SAMPLES, "excel-semicolon-cp1250.csv");
		const refused = await run("import", "--database", "c.db", path);
		expect(refused.code).toBe(2);
		expect(refused.err).toContain("Line 2: The file is not UTF-8: there is the byte 0xa3.");
		expect(refused.err).toContain("--encoding windows-1252");
		const taken = await run("import", "--database", "c.db", "--dry-run", "--encoding", "windows-1250", path);
		expect(taken.out).toContain("Łódź, 2. piętro");
		const piped = Bun.spawnSync([...PROGRAM, "import", "--database", at("c.db"), "-"], {
			...{ cwd: HOME, env: ENV, stdin: readFileSync(join(SAMPLES, "phpipam-dump.sql")) },
		});
		expect(piped.stdout.toString()).toContain("added 3 hosts and 3 subnets");
	});
});

test("beside a server: the server writes, and its pages know at once", async () => {
	const port = await freePort();
	const server = spawn([...PROGRAM, "serve", "--port", String(port), "--database", at("s.db")], {
		cwd: HOME,
		env: ENV,
	});
	try {
		await untilAnswers(`http://127.0.0.1:${port}/healthz`);
		const path = file("s.csv", "ip,hostname,subnet\n10.0.0.1,nas,10.0.0.0/24\n");
		const done = await run("import", "--database", "s.db", path);
		expect(done).toMatchObject({ code: 0, err: "" });
		expect(done.out).toContain("added 1 host and 1 subnet");
		expect((await run("export", "--database", "s.db")).out).toContain("host,10.0.0.1,nas");
	} finally {
		server.kill("SIGTERM");
		await server.exited;
	}
});

test("a reader that has gone (| head) ends an export in peace", async () => {
	file("p.csv", "ip,subnet\n10.0.0.1,10.0.0.0/24\n");
	await run("import", "--database", "p.db", at("p.csv"));
	const line = 'set -o pipefail; "$@" | true';
	const done = await runToEnd(["bash", "-c", line, "bash", ...PROGRAM, "export", "--database", at("p.db")], {
		...{ cwd: HOME, env: ENV },
	});
	expect(done).toEqual({ code: 0, out: "", err: "" });
});

test("a disk that is full is told in one line, without a stack", async () => {
	const line = ["bash", "-c", '"$@" > /dev/full', "bash", ...PROGRAM, "export", "--database", at("p.db")];
	const done = await runToEnd(line, { cwd: HOME, env: ENV });
	expect(done.code).toBe(3);
	expect(done.err).toMatch(/^rollcall: standard output cannot be written: [^\n]+\n$/);
	// The command line is right; it is not possible here.
	const file = await run("export", "--database", "p.db", "--output", "/proc/everything.csv");
	expect(file).toMatchObject({ code: 3, out: "" });
	expect(file.err).toMatch(/^rollcall: \/proc\/everything\.csv cannot be written: [^\n]+\n$/);
});

test.each([
	["import", "Name one file"],
	["import nowhere.csv", "There is no file "],
	["import .", "is no file"],
	["import --encoding latin9 a.csv", "--encoding is one of"],
	["export --format exe", "--format is one of"],
	["export here", "takes no “here”"],
	["export --database nowhere.db", "There is no database"],
	["export --database a.db --subnet 10.7.0.0/24", "There is no subnet"],
])("“%s” ends with 2 and says why", async (line, says) => {
	file("a.csv", "ip\n");
	const { code, err } = await run(...line.split(" "));
	expect(err).toContain(says);
	expect(code).toBe(2);
});
