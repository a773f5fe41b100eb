/** A client generated of /openapi.json: its types compile, and it drives the whole API of a running Rollcall. */

import { expect, test } from "bun:test";
import { copyFileSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createToken } from "../../../src/ipam/tokens.ts";
import type { Document } from "../../helpers/api-scenes.ts";
import { openLiveApp } from "../../helpers/live-app.ts";
import { PATIENCE_MS } from "../../helpers/patience.ts";
import { SIGNED } from "../../helpers/signed.ts";

const ROOT = join(import.meta.dir, "../../..");

async function run(args: readonly string[], options: { stdin?: string; env?: Record<string, string> } = {}) {
	const child = Bun.spawn([process.execPath, ...args], {
		stdin: options.stdin === undefined ? "ignore" : new Blob([options.stdin]),
		stdout: "pipe",
		stderr: "pipe",
		env: { ...process.env, ...options.env },
		timeout: 2 * PATIENCE_MS,
		killSignal: "SIGKILL",
	});
	const [out, err] = await Promise.all([
		new Response(child.stdout).text(),
		new Response(child.stderr).text(),
	]);
	return { code: await child.exited, out, err };
}

test("types are generated and compile; every operation is called", async () => {
	const live = await openLiveApp();
	const folder = mkdtempSync(join(tmpdir(), "rollcall-client-"));
	try {
		const text = await (await fetch(`${live.url}/openapi.json`, { headers: SIGNED })).text();
		const made = await run([join(ROOT, "tests/helpers/api-generate.ts")], { stdin: text });
		expect([made.code, made.err]).toEqual([0, ""]);
		writeFileSync(join(folder, "paths.ts"), made.out);
		copyFileSync(join(ROOT, "samples/api/client.ts"), join(folder, "client.ts"));
		symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
		const { compilerOptions } = (await Bun.file(join(ROOT, "tsconfig.json")).json()) as {
			compilerOptions: object;
		};
		writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
		const checked = await run([join(ROOT, "node_modules/typescript/bin/tsc"), "--noEmit", "-p", folder]);
		expect([checked.code, checked.out]).toEqual([0, ""]);
		const { key } = createToken(live.app.context, { name: "client", scope: "admin", days: 1 });
		const env = { ROLLCALL_URL: live.url, ROLLCALL_TOKEN: key };
		const driven = await run([join(folder, "client.ts")], { env });
		expect([driven.code, driven.err]).toEqual([0, ""]);
		const doc = JSON.parse(text) as Document;
		const all = Object.entries(doc.paths).flatMap(([path, methods]) =>
			Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
		);
		expect(driven.out.trim().split("\n")).toEqual(all.sort());
	} finally {
		await live.close();
		rmSync(folder, { recursive: true, force: true });
	}
});
