/**
 * Little memory (fault F-33): with 256 MB for the whole program, files are brought in, undone and given out, and a long
 * history is drawn, without the kernel ending anything. MEMORY_ROWS=100000 tries more, ROLLCALL_BIN the executable.
 */

import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, untilAnswers } from "../helpers/binary.ts";
import { fillDatabase } from "../helpers/filled.ts";
import { openLittleRam, ramProblem } from "../helpers/little-ram.ts";
import { SIGNED, signInFile } from "../helpers/signed.ts";

const problem = ramProblem();
const title = problem === undefined ? "" : ` (${problem})`;
const ROWS = Number(process.env.MEMORY_ROWS ?? 10_000);
const MB = 1_048_576;
const BOUND = 256 * MB;

/** Names, descriptions, tags, hardware addresses. */
function listOf(rows: number): string {
	const lines = ["ip,hostname,description,tags,mac,subnet"];
	for (let i = 1; lines.length <= rows; i++) {
		const hex = [i >> 16, (i >> 8) & 255, i & 255]
			.map((part) => part.toString(16).padStart(2, "0"))
			.join(":");
		const ip = `10.${100 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}`;
		if ((i & 65_535) === 0 || (i & 65_535) === 65_535) continue;
		lines.push(
			`${ip},host-${i}.example.org,Desk ${i},"office, floor-${i % 9}",00:11:32:${hex},10.${100 + (i >> 16)}.0.0/16`,
		);
	}
	return `${lines.join("\n")}\n`;
}

/** A year of half-minutes of one host, as if none had been thinned out. */
function addPast(path: string): void {
	const db = new Database(path);
	const at = Date.now();
	db.query(
		`WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < ?)
		INSERT OR IGNORE INTO host_status (host_id, ts, is_up, latency_us) SELECT 1, ? - n * 30000, 1, 400 + n % 700 FROM t`,
	).run(20 * ROWS, at);
	db.close();
}

/** What is answered is read and let go: what came is counted, not kept. */
async function askAt(url: string, init: RequestInit = {}) {
	const headers = { ...SIGNED, ...(init.headers as Record<string, string>) };
	const answer = await fetch(url, { ...init, headers });
	let bytes = 0;
	const keep: Uint8Array[] = [];
	for await (const chunk of answer.body ?? []) {
		bytes += chunk.byteLength;
		if (bytes < 100_000) keep.push(chunk);
	}
	return { status: answer.status, bytes, text: Buffer.concat(keep).toString("utf8") };
}

test.skipIf(problem !== undefined)(
	`256 MB are enough for a large file in, back and out, and for a long history${title}`,
	async () => {
		const folder = mkdtempSync(join(tmpdir(), "rollcall-memory-"));
		const path = join(folder, "ipam.db");
		fillDatabase(path, 3);
		addPast(path);
		const ram = openLittleRam(BOUND);
		const port = await freePort();
		const main = join(import.meta.dir, "../../src/main.ts");
		const program = process.env.ROLLCALL_BIN
			? [process.env.ROLLCALL_BIN]
			: [process.execPath, "--no-env-file", main];
		const serve = [...program, "serve", "--port", String(port), "--database", path];
		const child = Bun.spawn(ram.command(serve), {
			...{ cwd: join(import.meta.dir, "../.."), stdin: "ignore", stdout: "ignore", stderr: "inherit" },
			env: { PATH: process.env.PATH, NODE_ENV: "production", LOG_LEVEL: "error" },
		});
		const url = `http://127.0.0.1:${port}`;
		const ask = (what: string, init?: RequestInit) => askAt(`${url}${what}`, init);
		try {
			await untilAnswers(`${url}/healthz`);
			signInFile(path);
			const brought = await ask("/api/v1/imports?sweep=false", {
				method: "POST",
				headers: { "content-type": "text/csv" },
				body: listOf(ROWS),
			});
			expect([brought.status, brought.text.slice(0, 300)]).toEqual([
				201,
				expect.stringContaining(`"state":"done"`),
			]);
			for (const format of ["csv", "json", "xlsx", "netbox", "ansible"]) {
				const out = await ask(`/api/v1/export?format=${format}`);
				expect([format, out.status, out.bytes > ROWS * 10]).toEqual([format, 200, true]);
			}
			const from = new Date(Date.now() - 300 * 86_400_000).toISOString();
			for (const page of ["/hosts/1", `/api/v1/hosts/1/history?from=${from}`, "/api/v1/hosts?limit=500"])
				expect([page, (await ask(page)).status]).toEqual([page, 200]);
			const undone = await ask("/api/v1/imports/1/undo", { method: "POST" });
			expect([undone.status, undone.text.slice(0, 300)]).toEqual([
				200,
				expect.stringContaining(`"state":"undone"`),
			]);
			expect(ram.killed()).toBe(0);
			expect(child.exitCode).toBeNull();
			if (process.env.MEMORY_ROWS) console.log(`at most ${(ram.most() / MB).toFixed(0)} MB`);
		} finally {
			child.kill("SIGTERM");
			await child.exited;
			ram.close();
			rmSync(folder, { recursive: true, force: true });
		}
	},
);
