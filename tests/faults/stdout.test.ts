/** Whoever reads the log stands still (fault F-32): a full pipe stops neither pages nor sweeps. */

import { expect, test } from "bun:test";
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, untilAnswers } from "../helpers/binary.ts";
import { send } from "../helpers/live-app.ts";
import { until } from "../helpers/patience.ts";
import { SIGNED, signInFile } from "../helpers/signed.ts";

const mayPipe = process.platform === "linux" && Bun.which("mkfifo") !== null;

/** Writes until there is no room left. */
function fill(pipe: number): void {
	const block = Buffer.alloc(4_096, "x");
	try {
		for (;;) writeSync(pipe, block);
	} catch (error) {
		if ((error as { code?: string }).code !== "EAGAIN") throw error;
	}
}

test.skipIf(!mayPipe)(
	`nobody reads the log: it serves, sweeps and stops${mayPipe ? "" : " (needs mkfifo)"}`,
	async () => {
		const folder = mkdtempSync(join(tmpdir(), "rollcall-stdout-"));
		const path = join(folder, "ipam.db");
		const fifo = join(folder, "log");
		expect(Bun.spawnSync(["mkfifo", fifo]).exitCode).toBe(0);
		const own = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK);
		fill(own);
		// A description of its own, that blocks as a pipe to journald does.
		const theirs = openSync(fifo, constants.O_WRONLY);
		const port = await freePort();
		const url = `http://127.0.0.1:${port}`;
		const main = join(import.meta.dir, "../../src/main.ts");
		const child = Bun.spawn(
			[process.execPath, "--no-env-file", main, "serve", "--port", String(port), "--database", path],
			{
				cwd: join(import.meta.dir, "../.."),
				env: { PATH: process.env.PATH, LOG_LEVEL: "debug", PTR_LOOKUP_ENABLED: "false" },
				stdin: "ignore",
				stdout: theirs,
				stderr: "ignore",
			},
		);
		try {
			await untilAnswers(`${url}/healthz`);
			signInFile(path);
			await send(url, "/subnets", { cidr: "127.0.3.0/28", name: "", sweep_interval_s: 10 });
			const ups = async () => {
				const answer = await fetch(`${url}/api/v1/hosts?limit=100&status=up`, { headers: SIGNED });
				return ((await answer.json()) as { items: unknown[] }).items.length;
			};
			await until(async () => (await ups()) === 14, "14 up");
			child.kill("SIGTERM");
			expect(await child.exited).toBe(0);
		} finally {
			child.kill("SIGKILL");
			await child.exited;
			closeSync(theirs);
			closeSync(own);
			rmSync(folder, { recursive: true, force: true });
		}
	},
);
