/**
 * System calls on the files of the database that fail (faults F-07 while it runs, F-09): every so many write, sync or
 * truncation, or all of them for a while. Nothing acknowledged is lost, every refusal says why, and it goes on by itself.
 */

import { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "../../src/store/database.ts";
import { freePort, spawn, untilAnswers } from "../helpers/binary.ts";
import { wrongs } from "../helpers/filled.ts";
import { send } from "../helpers/live-app.ts";
import { until } from "../helpers/patience.ts";
import { SIGNED, signInFile } from "../helpers/signed.ts";

/** Whatever writes to a file. A question mark: not every machine has the call. */
const CALLS = ["write", "pwrite64", "writev", "?pwritev2", "fsync", "fdatasync", "ftruncate"].join(",");
const mayTrace =
	Bun.which("strace") !== null &&
	Bun.spawnSync(["strace", "-qq", "-f", "-o", "/dev/null", "true"]).exitCode === 0;
const title = mayTrace ? "" : " (needs strace)";

let folder: string;
let path: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "rollcall-injected-"));
	path = join(folder, "ipam.db");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** strace(1): calls on these files answer `error`, all of them or those that `when` counts. */
function failing(error: string, when?: string): string[] {
	const files = [path, `${path}-wal`].flatMap((file) => ["-P", file]);
	const inject = `inject=${CALLS}:error=${error}${when === undefined ? "" : `:when=${when}`}`;
	return ["strace", "-f", "-qq", "-o", "/dev/null", ...files, "-e", `trace=${CALLS}`, "-e", inject];
}

test.skipIf(!mayTrace).each([
	["EIO", "20+97", /^The disk that holds the database fails/],
	["EIO", "31+61", /^The disk that holds the database fails/],
	["ENOSPC", "40+89", /^The disk is full/],
	["EDQUOT", "50+131", /^The disk/],
])(
	`%s at the calls %s: refused in words, what was acknowledged is there${title}`,
	async (error, when, says) => {
		openDatabase(path, { busyMs: 100 }).close();
		const entry = join(import.meta.dir, "../helpers/injected-entry.ts");
		const child = spawn([...failing(error, when), process.execPath, "--no-env-file", entry, path], {
			cwd: join(import.meta.dir, "../.."),
			env: { ...process.env, NODE_ENV: "production" },
		});
		const lines = (await new Response(child.stdout).text()).trim().split("\n");
		expect({
			code: await child.exited,
			last: lines.at(-1),
			err: await new Response(child.stderr).text(),
		}).toEqual({
			...{ code: 0, last: "end", err: "" },
		});
		const refused = lines.filter((line) => line.startsWith("refused "));
		expect(refused.length).toBeGreaterThan(3);
		for (const line of refused) {
			expect(line).toStartWith("refused 503 ");
			expect(line.slice("refused 503 ".length)).toMatch(says);
		}
		const db = new Database(path, { readwrite: true, create: false });
		expect(wrongs(db)).toEqual([]);
		const there = db.query<{ ip: string; description: string }, []>("SELECT ip, description FROM host").all();
		db.close();
		const descriptions = new Map(there.map((host) => [host.ip, host.description]));
		for (const [word = "", ip = ""] of lines.map((line) => line.split(" "))) {
			if (word === "made") expect(["made", "edited"]).toContain(descriptions.get(ip) ?? "");
			if (word === "edited") expect(descriptions.get(ip)).toBe("edited");
		}
	},
);

test.skipIf(!mayTrace)(
	`the disk turns read-only while it serves: told, read, nobody down, no end; and well again by itself${title}`,
	async () => {
		const port = await freePort();
		const url = `http://127.0.0.1:${port}`;
		const main = join(import.meta.dir, "../../src/main.ts");
		const serve = ["serve", "--port", String(port), "--database", path];
		const child = spawn([process.execPath, "--no-env-file", main, ...serve], {
			cwd: join(import.meta.dir, "../.."),
			env: { PATH: process.env.PATH, SCAN_NMAP_INTERVAL_MINUTES: "0", PTR_LOOKUP_ENABLED: "false" },
		});
		const get = (at: string) => fetch(`${url}${at}`, { headers: SIGNED });
		const health = async () => (await get("/healthz")).status;
		const reserve = (ip: string) =>
			fetch(`${url}/api/v1/hosts`, {
				method: "POST",
				headers: { ...SIGNED, "content-type": "application/json" },
				body: JSON.stringify({ ip }),
			});
		const ups = async () => {
			const { items } = (await (await get("/api/v1/hosts?limit=100&status=up")).json()) as {
				items: unknown[];
			};
			return items.length;
		};
		let tracer: ReturnType<typeof spawn> | undefined;
		try {
			await untilAnswers(`${url}/healthz`);
			signInFile(path);
			await send(url, "/subnets", { cidr: "127.0.3.0/28", name: "", sweep_interval_s: 10 });
			await send(url, "/subnets", { cidr: "10.0.0.0/24", name: "", sweep_enabled: false });
			await until(async () => (await ups()) === 14, "14 up");
			tracer = spawn([...failing("EROFS"), "-p", String(child.pid)], { cwd: folder, env: process.env });
			await until(async () => (await health()) === 503, "told by /healthz");
			const page = await get("/");
			expect({ status: page.status, tells: (await page.text()).includes("data-problem=") }).toEqual({
				...{ status: 200, tells: true },
			});
			const refused = await reserve("10.0.0.1");
			expect({ status: refused.status, body: await refused.json() }).toMatchObject({
				...{
					status: 503,
					body: { detail: expect.stringContaining("The disk that holds the database fails") },
				},
			});
			expect({ up: await ups(), exit: child.exitCode }).toEqual({ up: 14, exit: null });
			tracer.kill("SIGTERM");
			await tracer.exited;
			await until(async () => (await health()) === 200, "well again");
			expect((await reserve("10.0.0.1")).status).toBe(201);
			const { items } = (await (await get("/api/v1/events?limit=500")).json()) as {
				items: { kind: string }[];
			};
			expect(items.filter(({ kind }) => kind.includes("down"))).toEqual([]);
			child.kill("SIGTERM");
			expect(await child.exited).toBe(0);
		} finally {
			tracer?.kill("SIGKILL");
			child.kill("SIGKILL");
			await child.exited;
		}
	},
);
