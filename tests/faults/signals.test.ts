/** Signals to the running program (fault F-34): a stop that is asked twice, a hang-up, a suspension. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, spawn, untilAnswers } from "../helpers/binary.ts";
import { elapse, PATIENCE_MS } from "../helpers/patience.ts";

let folder: string;
let port: number;
let child: ReturnType<typeof spawn>;
beforeEach(async () => {
	folder = mkdtempSync(join(tmpdir(), "rollcall-signals-"));
	port = await freePort();
	const main = join(import.meta.dir, "../../src/main.ts");
	const args = ["serve", "--port", String(port), "--database", join(folder, "ipam.db")];
	child = spawn([process.execPath, "--no-env-file", main, ...args], {
		cwd: join(import.meta.dir, "../.."),
		env: { PATH: process.env.PATH },
	});
	await untilAnswers(`http://127.0.0.1:${port}/healthz`);
});
afterEach(async () => {
	child.kill("SIGKILL");
	await child.exited;
	rmSync(folder, { recursive: true, force: true });
});

/** A request that never ends, to the one page that reads a form of strangers: the stop waits for it, within its bounds. */
async function hangOn(): Promise<() => void> {
	const socket = createConnection(port, "127.0.0.1");
	socket.on("error", () => {});
	const head =
		"POST /setup HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 10\r\n\r\nab";
	await new Promise<void>((resolve) => void socket.write(head, () => resolve()));
	// What came before these was taken up before they are answered.
	for (let n = 0; n < 3; n++) await fetch(`http://127.0.0.1:${port}/healthz`);
	return () => socket.destroy();
}

/** Until it has written this into its log. */
async function says(word: string): Promise<void> {
	let text = "";
	const decoder = new TextDecoder();
	for await (const chunk of child.stdout) {
		text += decoder.decode(chunk, { stream: true });
		if (text.includes(word)) return;
	}
	throw new Error(`it ended without “${word}”: ${text}`);
}

test("a stop waits for what is under way, and not until its end", async () => {
	const close = await hangOn();
	const began = performance.now();
	child.kill("SIGTERM");
	expect(await child.exited).toBe(0);
	// Within BOUNDS.closeMs, on a machine that is not busy; a silent connection is cut after a minute in any case.
	expect(performance.now() - began).toBeLessThan(PATIENCE_MS / 2);
	close();
});

test("a second signal ends it at once", async () => {
	const close = await hangOn();
	child.kill("SIGTERM");
	await says("stopping");
	child.kill("SIGTERM");
	await child.exited;
	expect({ code: child.exitCode, signal: child.signalCode }).toEqual({ code: null, signal: "SIGTERM" });
	close();
});

test("a hang-up is no end, also without a certificate", async () => {
	child.kill("SIGHUP");
	await elapse(300);
	expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
	expect(child.exitCode).toBeNull();
});

test("suspended for a while: it goes on where it was, and says that all is well", async () => {
	child.kill("SIGSTOP");
	await elapse(2_500);
	child.kill("SIGCONT");
	const answer = await fetch(`http://127.0.0.1:${port}/healthz`);
	expect({ status: answer.status, body: await answer.json() }).toMatchObject({ status: 200 });
	child.kill("SIGTERM");
	expect(await child.exited).toBe(0);
});
