/** A Rollcall in which a piece of work fails that nobody waits for, when SIGUSR2 says so. */

import { serveUntilStopped } from "../../src/cli/serve.ts";
import { loadConfig } from "../../src/config.ts";
import { runThread } from "../../src/crew.ts";

async function serve(path: string, port: string): Promise<void> {
	const stop = new AbortController();
	process.on("SIGTERM", () => stop.abort());
	process.on("SIGUSR2", () => void Promise.reject(new Error("forgotten")));
	const io = { out() {}, err() {}, terminal: false, signal: stop.signal };
	await serveUntilStopped(loadConfig({ env: { DATABASE_URL: path, PORT: port } }), io);
}

if (Bun.isMainThread) await serve(process.argv[2] ?? "", process.argv[3] ?? "");
else runThread();
