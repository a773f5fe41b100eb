/** The real program in a lab: started near, asked through curl and Chromium that run near too. */

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { CHROMIUM, openBrowser } from "./browser.ts";
import type { Lab } from "./netns.ts";
import { PATIENCE_MS, until } from "./patience.ts";
import { SIGNED, signedBrowser, signInFile } from "./signed.ts";

export const PORT = 8080;
/** In so many browsers more the admin is signed in: benches open many streams. */
const BROWSERS = 25;
export const URL_NEAR = `http://127.0.0.1:${PORT}`;

/** The admin asks. */
export const PROOF = Object.entries(SIGNED).flatMap(([name, value]) => ["-H", `${name}: ${value}`]);

export type Rollcall = {
	/** JSON of a path of the running program. */
	get<T>(path: string): T;
	send<T>(method: string, path: string, body?: unknown): T;
	/** Ends the process with this signal and waits for it; answers its exit code. */
	stop(signal?: NodeJS.Signals): Promise<number>;
	/** Starts it again on the same database. */
	start(): Promise<void>;
	/** Of the process that runs now. */
	readonly pid: () => number;
	/** What it printed. */
	readonly output: () => string;
	close(): Promise<void>;
};

/** Starts Rollcall in the near namespace on a fresh database and waits until it answers. */
export async function startRollcall(lab: Lab, env: Record<string, string> = {}): Promise<Rollcall> {
	const folder = mkdtempSync(join(tmpdir(), "rollcall-test-"));
	const main = join(import.meta.dir, "../../src/main.ts");
	const program = process.env.ROLLCALL_BIN ? [process.env.ROLLCALL_BIN] : [process.execPath, main];
	let output = "";
	let child: Bun.Subprocess<"ignore", "pipe", "pipe"> | undefined;
	const curl = <T>(...args: string[]): T => {
		const done = lab.inNear(["curl", "-s", "-m", String(PATIENCE_MS / 1_000), ...PROOF, ...args]);
		if (done.code !== 0) throw new Error(`curl ${args.join(" ")}: ${done.code} ${done.err}`);
		return (done.out === "" ? undefined : JSON.parse(done.out)) as T;
	};
	const start = async () => {
		child = Bun.spawn(lab.nearCommand([...program, "serve", "--port", String(PORT)]), {
			cwd: join(import.meta.dir, "../.."),
			env: { ...process.env, DATABASE_URL: join(folder, "ipam.db"), SCAN_ASKS_PER_MINUTE: "6000", ...env },
			stdin: "ignore",
			stdout: "pipe",
			stderr: "pipe",
		});
		for (const stream of [child.stdout, child.stderr]) void gather(stream, (text) => (output += text));
		const look = ["curl", "-s", "-m", "2", "-o", "/dev/null", `${URL_NEAR}/healthz`];
		await until(
			() => lab.inNear(look).code === 0,
			() => `Rollcall answers\n${output}`,
		);
		signInFile(env.DATABASE_URL ?? join(folder, "ipam.db"), BROWSERS);
	};
	const stop = async (signal: NodeJS.Signals = "SIGTERM") => {
		child?.kill(signal);
		return (await child?.exited) ?? 0;
	};
	await start();
	return {
		get: (path) => curl(`${URL_NEAR}${path}`),
		send: (method, path, body) =>
			curl(
				...["-X", method, `${URL_NEAR}${path}`],
				...(body === undefined ? [] : ["-H", "content-type: application/json", "-d", JSON.stringify(body)]),
			),
		stop,
		start,
		pid: () => child?.pid ?? 0,
		output: () => output,
		async close() {
			await stop("SIGKILL");
			rmSync(folder, { recursive: true, force: true });
		},
	};
}

async function gather(stream: ReadableStream<Uint8Array>, add: (text: string) => void): Promise<void> {
	const decoder = new TextDecoder();
	for await (const chunk of stream) add(decoder.decode(chunk, { stream: true }));
}

/** Chromium inside the near namespace: playwright starts a wrapper that enters it. */
export async function browserNear(lab: Lab): Promise<{ browser: Browser; close(): Promise<void> }> {
	const folder = mkdtempSync(join(tmpdir(), "rollcall-browser-"));
	const wrapper = join(folder, "chromium");
	writeFileSync(wrapper, `#!/bin/sh\nexec ip netns exec ${lab.near} ${CHROMIUM} "$@"\n`);
	chmodSync(wrapper, 0o755);
	const browser = await openBrowser(wrapper);
	return {
		browser: signedBrowser(browser, URL_NEAR),
		async close() {
			await browser.close();
			rmSync(folder, { recursive: true, force: true });
		},
	};
}
