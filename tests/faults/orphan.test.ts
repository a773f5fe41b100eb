/** nmap goes on when the server that started it is killed (fault F-01): the next start ends it, and says so. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { freePort, untilAnswers } from "../helpers/binary.ts";
import { type FakeNmap, fakeNmap } from "../helpers/fake-nmap.ts";
import { until } from "../helpers/patience.ts";
import { SIGNED, signInFile } from "../helpers/signed.ts";

let folder: string;
let nmap: FakeNmap;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "rollcall-orphan-"));
	// The first one has a child that is a group of its own, as nothing of nmap's is: that one is found by where it works.
	nmap = fakeNmap(
		`mkdir $OUT.first 2>/dev/null && { setsid sh -c ': > $1/$$; exec sleep 600' x $PIDS & }\nexec sleep 600`,
	);
});
afterEach(() => {
	nmap.close();
	rmSync(folder, { recursive: true, force: true });
});

async function start() {
	const port = await freePort();
	const main = join(import.meta.dir, "../../src/main.ts");
	const path = join(folder, "ipam.db");
	const serve = ["serve", "--port", String(port), "--database", path];
	const child = Bun.spawn([process.execPath, "--no-env-file", main, ...serve], {
		...{ cwd: join(import.meta.dir, "../.."), stdin: "ignore", stdout: "pipe", stderr: "inherit" },
		// What a killed scan leaves is found there, by whoever starts first: by nobody of another test.
		env: { PATH: `${dirname(nmap.path)}:/usr/bin:/bin`, PTR_LOOKUP_ENABLED: "false", TMPDIR: folder },
	});
	const url = `http://127.0.0.1:${port}`;
	await untilAnswers(`${url}/healthz`);
	signInFile(path);
	const api = async <T>(method: string, what: string, body?: object): Promise<T> => {
		const headers = { ...SIGNED, "content-type": "application/json" };
		const sent = body === undefined ? {} : { body: JSON.stringify(body) };
		return (await (await fetch(`${url}/api/v1${what}`, { method, headers, ...sent })).json()) as T;
	};
	return { child, api };
}

test.skipIf(process.platform !== "linux")("killed in the middle of a port scan", async () => {
	const first = await start();
	// Its hosts are up at once, and scanned as soon as they are.
	await first.api("POST", "/subnets", { cidr: "127.0.9.0/30" });
	await until(() => nmap.living().length >= 2, "nmap runs");
	first.child.kill("SIGKILL");
	await first.child.exited;
	expect(nmap.living().length).toBeGreaterThanOrEqual(2);
	const left = nmap.living();
	const second = await start();
	await until(() => nmap.living().every((pid) => !left.includes(pid)), "what was left is ended");
	second.child.kill("SIGTERM");
	await second.child.exited;
	expect(await new Response(second.child.stdout).text()).toContain(
		"ended what an earlier scan had left running",
	);
	await until(() => nmap.living().length === 0, "nobody is left");
});
