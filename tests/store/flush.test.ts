/** What somebody was told is on the disk soon (fault F-02): gathered, asked for elsewhere, and never a reason to fall. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/clock.ts";
import { createFlusher } from "../../src/store/flush.ts";
import { freePort, spawn, untilAnswers } from "../helpers/binary.ts";
import { handClock } from "../helpers/clock.ts";
import { send } from "../helpers/live-app.ts";
import { elapse, until } from "../helpers/patience.ts";
import { signInFile } from "../helpers/signed.ts";

let folder: string;
let path: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "rollcall-flush-"));
	path = join(folder, "ipam.db");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("it waits for more, and closing does not wait for that", async () => {
	const clock = handClock();
	const slept: number[] = [];
	const sleep = (ms: number, signal?: AbortSignal) => {
		slept.push(ms);
		return clock.sleep(ms, signal);
	};
	const errors: unknown[] = [];
	const flusher = createFlusher(path, { sleep, flushMs: 1_000, onError: (error) => errors.push(error) });
	for (let n = 0; n < 100; n++) flusher.soon();
	expect(slept).toEqual([1_000]);
	await flusher.close();
	flusher.soon();
	expect({ slept, errors }).toEqual({ slept: [1_000], errors: [] });
});

test("no log is no fault; one that cannot be read is told, and the next write tries again", async () => {
	const errors: unknown[] = [];
	const { sleep } = systemClock;
	const flusher = createFlusher(path, { sleep, flushMs: 1, onError: (error) => errors.push(error) });
	flusher.soon();
	await elapse(50);
	expect(errors).toEqual([]);
	mkdirSync(`${path}-wal`, { mode: 0 });
	const failing = createFlusher(`${path}\0`, { sleep, flushMs: 1, onError: (error) => errors.push(error) });
	for (let n = 1; n <= 2; n++) {
		failing.soon();
		await until(() => errors.length === n, "told");
	}
	await Promise.all([flusher.close(), failing.close()]);
});

const mayTrace =
	Bun.which("strace") !== null &&
	Bun.spawnSync(["strace", "-qq", "-f", "-o", "/dev/null", "true"]).exitCode === 0;
/** Has a tracer taken hold of all its threads? proc(5). */
function isTraced(pid: number): boolean {
	const threads = readdirSync(`/proc/${pid}/task`);
	return threads.every(
		(id) => !/^TracerPid:\s0$/m.test(readFileSync(`/proc/${pid}/task/${id}/status`, "utf8")),
	);
}

test.skipIf(!mayTrace)(
	`a write of a person is asked of the disk within seconds, not by the thread that answers${mayTrace ? "" : " (needs strace)"}`,
	async () => {
		const port = await freePort();
		const url = `http://127.0.0.1:${port}`;
		const trace = join(folder, "trace");
		const main = join(import.meta.dir, "../../src/main.ts");
		const serve = ["serve", "--port", String(port), "--database", path];
		const child = spawn([process.execPath, "--no-env-file", main, ...serve], {
			cwd: join(import.meta.dir, "../.."),
			env: { PATH: process.env.PATH, SCAN_NMAP_INTERVAL_MINUTES: "0" },
		});
		const calls = ["-P", `${path}-wal`, "-e", "trace=fdatasync,fsync"];
		const watch = ["strace", "-f", "-qq", "-o", trace, ...calls, "-p", String(child.pid)];
		let tracer: ReturnType<typeof spawn> | undefined;
		try {
			await untilAnswers(`${url}/healthz`);
			signInFile(path);
			tracer = spawn(watch, { cwd: folder, env: process.env });
			await until(() => isTraced(child.pid), "every thread is watched");
			const syncs = async () =>
				(await Bun.file(trace).text()).split("\n").filter((line) => line.includes("sync("));
			const before = await syncs();
			await send(url, "/subnets", { cidr: "10.0.0.0/24", name: "", sweep_enabled: false });
			const now = await until(async () => {
				const now = await syncs();
				return now.length > before.length && now;
			}, "a sync");
			const asked = now.at(-1) ?? "";
			expect(asked).not.toStartWith(`${child.pid} `);
		} finally {
			tracer?.kill("SIGKILL");
			child.kill("SIGKILL");
			await child.exited;
		}
	},
);
