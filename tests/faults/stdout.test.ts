/** Whoever keeps the log stands still, is gone, or has no room (fault F-32): neither pages nor sweeps stop for it. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, untilAnswers } from "../helpers/binary.ts";
import { send } from "../helpers/live-app.ts";
import { until } from "../helpers/patience.ts";
import { SIGNED, signInFile } from "../helpers/signed.ts";

const mayPipe = process.platform === "linux" && Bun.which("mkfifo") !== null;
const title = mayPipe ? "" : " (needs mkfifo)";

let folder: string;
let open: number[];
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "rollcall-stdout-"));
	open = [];
});
afterEach(() => {
	for (const file of open) closeSync(file);
	rmSync(folder, { recursive: true, force: true });
});

/** Writes until there is no room left. */
function fill(pipe: number): void {
	const block = Buffer.alloc(4_096, "x");
	try {
		for (;;) writeSync(pipe, block);
	} catch (error) {
		if ((error as { code?: string }).code !== "EAGAIN") throw error;
	}
}

/** A pipe, and how to write into it as a program does whose log goes to journald: it blocks. */
function pipe(): { ours: number; theirs: number } {
	const fifo = join(folder, "log");
	expect(Bun.spawnSync(["mkfifo", fifo]).exitCode).toBe(0);
	const ours = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK);
	const theirs = openSync(fifo, constants.O_WRONLY);
	open.push(theirs);
	return { ours, theirs };
}

const LOGS: [string, () => number][] = [
	[
		"nobody reads the log",
		() => {
			const { ours, theirs } = pipe();
			open.push(ours);
			fill(ours);
			return theirs;
		},
	],
	[
		"whoever read the log is gone",
		() => {
			const { ours, theirs } = pipe();
			closeSync(ours);
			return theirs;
		},
	],
	[
		"the disk of the log is full",
		() => {
			const full = openSync("/dev/full", constants.O_WRONLY);
			open.push(full);
			return full;
		},
	],
];

test.skipIf(!mayPipe).each(LOGS)(`%s: it serves, sweeps and stops${title}`, async (_, openOutput) => {
	const path = join(folder, "ipam.db");
	const port = await freePort();
	const url = `http://127.0.0.1:${port}`;
	const main = join(import.meta.dir, "../../src/main.ts");
	const serve = ["serve", "--port", String(port), "--database", path];
	const child = Bun.spawn([process.execPath, "--no-env-file", main, ...serve], {
		cwd: join(import.meta.dir, "../.."),
		env: { PATH: process.env.PATH, LOG_LEVEL: "debug", PTR_LOOKUP_ENABLED: "false" },
		stdin: "ignore",
		stdout: openOutput(),
		stderr: "pipe",
	});
	try {
		await untilAnswers(`${url}/healthz`);
		signInFile(path);
		await send(url, "/subnets", { cidr: "127.0.3.0/28", name: "", sweep_interval_s: 10 });
		const ups = async () => {
			const answer = await fetch(`${url}/api/v1/hosts?limit=100&status=up`, { headers: SIGNED });
			return ((await answer.json()) as { items: unknown[] }).items.length;
		};
		await until(async () => (await ups()) === 14, "14 up");
		expect((await fetch(`${url}/healthz`)).status).toBe(200);
		child.kill("SIGTERM");
		expect(await child.exited).toBe(0);
		expect(await new Response(child.stderr).text()).toBe("");
	} finally {
		child.kill("SIGKILL");
		await child.exited;
	}
});
