/** The executable as people get it: found or built, started from a folder of its own with a clean environment. */

import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PATIENCE_MS, soon } from "./patience.ts";

const ROOT = join(import.meta.dir, "../..");
const BUILT = join(ROOT, "dist/rollcall");
const SOURCES = [
	"{src,views,static}/**/*.{ts,tsx,js,css,svg,scss,zst}",
	"scripts/build.ts",
	"{schema.sql,package.json,bun.lock}",
];

export type Binary = { readonly path: string; readonly folder: string; close(): void };

/** dist/rollcall when no source is newer, else one built into a temporary folder. */
export async function openBinary(): Promise<Binary> {
	const folder = mkdtempSync(join(tmpdir(), "rollcall-smoke-"));
	const close = () => rmSync(folder, { recursive: true, force: true });
	if (isCurrent()) return { path: BUILT, folder, close };
	const out = join(folder, "dist");
	const built = await runToEnd([process.execPath, join(ROOT, "scripts/build.ts"), "--out", out], {
		cwd: ROOT,
		env: process.env,
	});
	if (built.code !== 0) {
		close();
		throw new Error(`the executable cannot be built:\n${built.out}${built.err}`);
	}
	return { path: join(out, "rollcall"), folder, close };
}

function isCurrent(): boolean {
	if (!existsSync(BUILT)) return false;
	const builtAt = statSync(BUILT).mtimeMs;
	return SOURCES.every((pattern) =>
		[...new Bun.Glob(pattern).scanSync(ROOT)].every((path) => statSync(join(ROOT, path)).mtimeMs <= builtAt),
	);
}

export type Ended = { code: number; out: string; err: string };

type Surroundings = { cwd: string; env?: Record<string, string | undefined> };

/** Runs a command to its end, killed when it never comes; nothing is in its environment that is not given. */
export async function runToEnd(command: string[], { cwd, env = {} }: Surroundings): Promise<Ended> {
	const child = spawn(command, { cwd, env });
	const [out, err] = await Promise.all([
		new Response(child.stdout).text(),
		new Response(child.stderr).text(),
	]);
	return { code: await child.exited, out, err };
}

/** Starts a command whose output is kept. */
export function spawn(command: string[], { cwd, env = {} }: Surroundings) {
	return Bun.spawn(command, {
		cwd,
		env,
		stdin: "ignore",
		stdout: "pipe",
		stderr: "pipe",
		timeout: 2 * PATIENCE_MS,
		killSignal: "SIGKILL",
	});
}

/** Ports that the kernel hands out to nobody by itself: what is free of them stays free until somebody wants it by number. */
const PORTS = { first: 20_000, count: 12_000 };
const taken = { last: (process.pid * 97) % PORTS.count };

/** A port of the loopback on which nobody listens, another one each time. */
export async function freePort(): Promise<number> {
	for (let tries = 0; tries < PORTS.count; tries++) {
		taken.last = (taken.last + 1) % PORTS.count;
		const port = PORTS.first + taken.last;
		try {
			await Bun.serve({ hostname: "127.0.0.1", port, fetch: () => new Response() }).stop(true);
			return port;
		} catch {
			// Somebody listens there.
		}
	}
	throw new Error("no port is free");
}

/** Waits until something listens and answers. */
export async function untilAnswers(url: string): Promise<void> {
	await soon(() => fetch(url));
}
