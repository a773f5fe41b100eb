/** The executable by itself: how soon it answers on an empty database, and the memory it holds at rest. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { residentMb } from "./http-ground.ts";
import { type Figure, median } from "./measure.ts";

const START_MS = 150;
const REST_MS = 10_000;
const REST_MB = 80;

type Started = { readonly ms: number; readonly pid: number; stop(): Promise<void> };

/** Starts it on a fresh database and a free port of the loopback; waits until it answers 200. */
async function start(binary: string, args: readonly string[] = []): Promise<Started> {
	const folder = mkdtempSync(join(tmpdir(), "rollcall-start-"));
	const probe = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response() });
	const port = probe.port ?? 0;
	await probe.stop(true);
	const began = performance.now();
	const child = Bun.spawn([binary, ...args, "serve", "--port", String(port)], {
		cwd: folder,
		env: { LOG_LEVEL: "error" },
		stdin: "ignore",
		stdout: "ignore",
		stderr: "inherit",
	});
	const stop = async () => {
		child.kill("SIGTERM");
		await child.exited;
		rmSync(folder, { recursive: true, force: true });
	};
	while (performance.now() - began < 10_000) {
		try {
			const answer = await fetch(`http://127.0.0.1:${port}/`);
			if (answer.status === 200) return { ms: performance.now() - began, pid: child.pid, stop };
		} catch {
			await Bun.sleep(1);
		}
	}
	await stop();
	throw new Error("the executable does not answer");
}

export async function startFigures(binary: string, times: number): Promise<Figure[]> {
	const took: number[] = [];
	for (let i = 0; i < times; i++) {
		const started = await start(binary);
		took.push(started.ms);
		await started.stop();
	}
	const resting = await start(binary);
	await Bun.sleep(REST_MS);
	const rest = residentMb(resting.pid);
	await resting.stop();
	const slowest = Math.max(...took).toFixed(0);
	return [
		{
			name: "start to first page, empty database",
			value: median(took),
			unit: "ms",
			limit: START_MS,
			note: `median of ${times}, slowest ${slowest}`,
		},
		{ name: "memory at rest, 10 s after the start", value: rest, unit: "MB", limit: REST_MB },
	];
}
