/** The thread that sweeps, breaking: it is started again, the live light says so, and nothing it was about is lost. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/clock.ts";
import { loadConfig } from "../../src/config.ts";
import { createBus } from "../../src/events/bus.ts";
import { silentLog } from "../../src/log.ts";
import { openDatabase } from "../../src/store/database.ts";
import { startThread, type Thread } from "../../src/sweeps/thread.ts";
import { freePort, spawn } from "../helpers/binary.ts";
import { elapse, PATIENCE_MS, until } from "../helpers/patience.ts";

let folder: string;
let thread: Thread | undefined;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "rollcall-thread-"));
});
afterEach(async () => {
	await thread?.close();
	rmSync(folder, { recursive: true, force: true });
});

/** A thread whose first life does `first` at its second tick; later lives are well. */
function start(first: string, silentTicks = 60) {
	const entry = join(folder, "entry.ts");
	const mark = JSON.stringify(join(folder, "lived"));
	writeFileSync(
		entry,
		`import { existsSync, writeFileSync } from "node:fs";
		const isFirst = !existsSync(${mark});
		writeFileSync(${mark}, "");
		let ticks = 0;
		self.onmessage = ({ data }) => {
			if (data.kind === "open") self.postMessage({ kind: "ready", method: "raw", note: undefined });
			else if (data.kind === "close") self.postMessage({ kind: "closed" });
			else if (data.kind === "tick") {
				if (isFirst && ++ticks === 2) { ${first} }
				self.postMessage({ kind: "trouble", problem: undefined });
			}
		};`,
	);
	const told: (string | undefined)[] = [];
	const bus = createBus({ ring: 8 });
	bus.subscribe(({ news }) => {
		if (news.kind === "trouble") told.push(news.problem);
	});
	const own = startThread({
		...{ entry, config: {}, bus, log: silentLog, closeMs: 500, askMs: 200, questionsMax: 4 },
		...{ restartMs: 10, restartMaxMs: 100, silentTicks, clock: systemClock },
	});
	thread = own;
	return { told, own };
}

test.each([
	["throws", `throw new TypeError("no such thing");`, /no such thing/],
	["rejects", `Promise.reject(new Error("forgotten"));`, /forgotten/],
	["exits", "process.exit(3);", /its thread ended/],
	["hangs", "for (;;);", /said nothing/],
])("it %s: said, started again, and well again", async (how, code, says) => {
	const { told, own } = start(code, how === "hangs" ? 200 : 100_000);
	await until(() => own.state().manners?.method === "raw", "ready");
	await until(() => {
		for (let n = 0; n < 40; n++) own.tick();
		return told.length >= 1;
	}, "said");
	await until(() => {
		own.tick();
		return told.length >= 2 && own.state().trouble?.says === undefined;
	}, "well again");
	expect(told[0]).toMatch(says);
	expect(told[0]).toContain("is started again");
	expect(told.at(-1)).toBeUndefined();
	expect(own.state().manners?.method).toBe("raw");
});

test("halted: it ends for good, asks nothing, and the light keeps its reason", async () => {
	const { told, own } = start("");
	await until(() => own.state().manners?.method === "raw", "ready");
	const trouble = { says: "The database file is damaged.", fault: "damaged" } as const;
	await own.halt(trouble);
	for (let n = 0; n < 200; n++) own.tick();
	await elapse(100);
	expect(own.state().trouble).toEqual(trouble);
	expect(told).toEqual([trouble.says]);
	await expect(own.ask([1n], { attempts: 1, retryMs: 1, timeoutMs: 1 })).rejects.toThrow(trouble.says);
	await own.close();
});

test("it breaks at every start: the waits grow, and closing does not wait for it", async () => {
	const entry = join(folder, "broken.ts");
	writeFileSync(entry, `throw new Error("cannot begin");`);
	let starts = 0;
	const bus = createBus({ ring: 8 });
	const log = { ...silentLog, error: (text: string) => void (text.includes("broke") && starts++) };
	const own = startThread({
		...{ entry, config: {}, bus, log, closeMs: 2 * PATIENCE_MS, askMs: 200, questionsMax: 4 },
		...{ restartMs: 20, restartMaxMs: 10_000, silentTicks: 60, clock: systemClock },
	});
	await until(() => starts >= 4, "four starts");
	expect(own.state().trouble?.says).toContain("cannot begin");
	const began = performance.now();
	await own.close();
	expect(performance.now() - began).toBeLessThan(PATIENCE_MS);
	const seen = starts;
	await elapse(200);
	expect(starts).toBe(seen);
});

test("the program itself as a thread hears what is said while it still loads", async () => {
	const config = loadConfig({ env: { DATABASE_URL: join(folder, "ipam.db"), LOG_LEVEL: "error" } });
	openDatabase(config.databasePath, { busyMs: 100 }).close();
	const own = startThread({
		...{
			entry: join(import.meta.dir, "../../src/main.ts"),
			config,
			bus: createBus({ ring: 8 }),
			log: silentLog,
		},
		...{ closeMs: 2_000, askMs: 200, questionsMax: 4, restartMs: 10, restartMaxMs: 100, silentTicks: 10_000 },
		clock: systemClock,
	});
	thread = own;
	await until(() => own.state().manners !== undefined, "heard");
});

test("a failure that nobody waits for ends nothing: it is logged, and pages are served (fault F-20)", async () => {
	const port = await freePort();
	const entry = join(import.meta.dir, "../helpers/forgotten-entry.ts");
	const command = [process.execPath, "--no-env-file", entry, join(folder, "ipam.db"), String(port)];
	const child = spawn(command, { cwd: join(import.meta.dir, "../.."), env: { PATH: process.env.PATH } });
	let log = "";
	const decoder = new TextDecoder();
	for await (const chunk of child.stdout) {
		log += decoder.decode(chunk, { stream: true });
		if (log.includes('nobody waited for reason="forgotten"')) break;
		if (/ INF serving /.test(log)) child.kill("SIGUSR2");
	}
	expect(log).toContain('nobody waited for reason="forgotten"');
	expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
	child.kill("SIGTERM");
	expect(await child.exited).toBe(0);
});
