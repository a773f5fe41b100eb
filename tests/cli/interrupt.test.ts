/**
 * Ctrl+C while the command line works: it ends soon, and what it says is what stands in the database. On a terminal of its
 * own, so that progress is drawn and the signal can come at a known place.
 */

import { Database } from "bun:sqlite";
import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { importCommand } from "../../src/cli/import.ts";
import { writeFound } from "../../src/cli/import-write.ts";
import { systemClock } from "../../src/clock.ts";
import { BOUNDS, loadConfig } from "../../src/config.ts";
import { AppError } from "../../src/errors.ts";
import { createBus } from "../../src/events/bus.ts";
import { readImport } from "../../src/ipam/importing.ts";
import { demandImport, openImporter } from "../../src/ipam/imports.ts";
import { silentLog } from "../../src/log.ts";
import { PROGRAM as SERVER } from "../../src/model/actor.ts";
import { DEFAULT_OPTIONS, type ImportControl } from "../../src/model/import.ts";
import { type Db, lockDatabase, openDatabase } from "../../src/store/database.ts";
import { findAsked, findImport } from "../../src/store/imports.ts";
import { handClock } from "../helpers/clock.ts";
import { PATIENCE_MS, until } from "../helpers/patience.ts";

const HOME = join(import.meta.dir, "../..");
const PROGRAM = [process.execPath, "--no-env-file", join(HOME, "src/main.ts")];
const ENV = { PATH: process.env.PATH };
const folder = mkdtempSync(join(tmpdir(), "rollcall-interrupt-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs it on a terminal; the signal goes out when `mark` is first drawn. Answers what was drawn, and the exit code. */
async function interrupted(args: string[], mark: string, signal: NodeJS.Signals) {
	let drawn = "";
	let sent = false;
	const child = Bun.spawn([...PROGRAM, ...args], {
		...{ cwd: HOME, env: ENV, timeout: 2 * PATIENCE_MS, killSignal: "SIGKILL" },
		terminal: {
			cols: 200,
			rows: 24,
			data(_terminal, bytes) {
				drawn += new TextDecoder().decode(bytes);
				if (sent || !drawn.includes(mark)) return;
				sent = true;
				child.kill(signal);
			},
		},
	});
	const code = await child.exited;
	return { code, drawn, sent };
}

function hostsIn(path: string): number {
	const db = new Database(path, { readonly: true });
	try {
		return db.query<{ n: number }, []>("SELECT count(*) AS n FROM host").get()?.n ?? 0;
	} finally {
		db.close();
	}
}

const ROWS = 6_000;
const CSV = join(folder, "many.csv");
const lines = Array.from({ length: ROWS }, (_, i) => `10.0.${i >> 7}.${(i & 127) + 1},h${i},10.0.0.0/16`);
writeFileSync(CSV, `ip,hostname,subnet\n${lines.join("\n")}\n`);

describe("import", () => {
	test.each([
		["SIGINT", "rows looked at"],
		["SIGTERM", "rows written"],
	] as const)("%s at “%s”", async (signal, mark) => {
		const path = join(folder, `${signal}-${mark.replaceAll(" ", "-")}.db`);
		const { code, drawn, sent } = await interrupted(["import", "--database", path, CSV], mark, signal);
		// Where the machine wrote faster than the signal came, it says so, and has.
		const says = code === 0 ? `added ${ROWS} hosts` : "interrupted: nothing was written.";
		expect(drawn).toContain(says);
		expect([sent, code, hostsIn(path)]).toEqual(code === 0 ? [true, 0, ROWS] : [true, 130, 0]);
	});

	test("while standard input is still open", async () => {
		const command = [...PROGRAM, "import", "--database", join(folder, "in.db"), "-"];
		const child = Bun.spawn(command, { cwd: HOME, env: ENV, stdin: "pipe", stdout: "pipe", stderr: "pipe" });
		// Bit 1 of the signals it catches: from then on it hears SIGINT.
		const hears = () =>
			/SigCgt:\s*[0-9a-f]*[2367abef]$/m.test(readFileSync(`/proc/${child.pid}/status`, "utf8"));
		await until(hears, "it hears SIGINT");
		child.kill("SIGINT");
		expect(await new Response(child.stderr).text()).toBe("rollcall: interrupted: nothing was written.\n");
		expect(await child.exited).toBe(130);
		await child.stdin.end();
	});
});

/** A server of which only the part that writes imports is there; `work` stands for its thread. */
async function beside(name: string, work: (watch: ImportControl) => Promise<never>) {
	const config = loadConfig({ env: { DATABASE_URL: join(folder, name) } });
	const lock = lockDatabase(config.databasePath, { pid: process.pid, at: 1 });
	const db = openDatabase(config.databasePath, { busyMs: 1_000 });
	const stop = new AbortController();
	let drawn = "";
	const err = (text: string) => {
		drawn += text;
		if (text.includes("5 of 10 rows written")) stop.abort();
	};
	const importer = openImporter(
		{ read: () => Promise.reject(new Error("not asked for")), write: (_id, _actor, watch) => work(watch) },
		{ busyMs: 30, usualMs: 150 },
	);
	const bus = createBus({ ring: 1 });
	const parts = { config, db, bus, log: silentLog, clock: systemClock, random: () => 0, actor: SERVER };
	const file = join(folder, "few.csv");
	writeFileSync(file, "ip,subnet\n10.0.0.1,10.0.0.0/24\n");
	try {
		const typed = importCommand(["--database", config.databasePath, file], {
			...{ terminal: true, signal: stop.signal, out() {}, err },
		});
		await until(() => findAsked(db), "it is asked for");
		const [ended] = await Promise.allSettled([typed, importer.tick(parts)]);
		const left = readdirSync(folder).filter((one) => one.startsWith(`${name}.import`));
		return { ended, drawn, state: findImport(db, 1)?.state, left };
	} finally {
		db.close();
		lock.release();
	}
}

describe("import beside a server", () => {
	test("shows how far the server is, and the server heeds Ctrl+C", async () => {
		const seen = await beside("heeds.db", async (watch) => {
			const wish = Promise.withResolvers<void>();
			watch.onStop(wish.resolve);
			// As a thread says it between two slices.
			const said = setInterval(() => watch.say({ step: "writing", done: 5, total: 10 }), 5);
			await wish.promise;
			clearInterval(said);
			expect(watch.stopped()).toBe(true);
			throw new AppError("conflict", "This was cancelled: nothing was written.");
		});
		expect(seen).toMatchObject({ ended: { value: 130 }, state: "ready", left: [] });
		expect(seen.drawn).toContain("5 of 10 rows written");
		expect(seen.drawn).toContain(
			"interrupted: nothing was written. What it would do is kept for a day as /imports/1.",
		);
	});

	test("one that cannot write says why", async () => {
		const message = "10.0.0.1 (line 2) was changed since this was looked at.";
		const seen = await beside("cannot.db", () => Promise.reject(new AppError("conflict", message)));
		expect(seen).toMatchObject({
			ended: { reason: { code: "conflict", message } },
			state: "ready",
			left: [],
		});
	});
});

test("a server that writes and says nothing, for minutes: nobody claims that nothing was written", async () => {
	const config = loadConfig({ env: { DATABASE_URL: join(folder, "mute.db") } });
	const lock = lockDatabase(config.databasePath, { pid: process.pid, at: 1 });
	const [db, server] = [1, 2].map(() => openDatabase(config.databasePath, { busyMs: 0 })) as [Db, Db];
	const clock = handClock();
	const bus = createBus({ ring: 1 });
	const context = { config, db, bus, log: silentLog, clock, random: () => 0, actor: SERVER };
	const bytes = new TextEncoder().encode("ip,subnet\n10.0.0.1,10.0.0.0/24\n");
	try {
		const read = readImport(
			{ ...context, clock: systemClock },
			{ name: "a.csv", bytes, options: DEFAULT_OPTIONS },
		);
		const found = demandImport(context, await read);
		const typed = writeFound({ context }, found, { terminal: false, out() {}, err() {} });
		const ended = typed.catch((error: unknown) => error);
		await until(() => findAsked(server), "it is asked for");
		server.run("BEGIN IMMEDIATE");
		await clock.advance(3 * BOUNDS.importPatienceMs);
		const error = await ended;
		expect(error).toMatchObject({ code: "unavailable" });
		expect((error as AppError).message).toContain("/imports/1 tells what becomes of it");
		expect((error as AppError).message).not.toContain("Nothing was written");
	} finally {
		for (const one of [server, db]) one.close();
		lock.release();
	}
});

test.each(["SIGINT", "SIGTERM"] as const)("backup, %s: no piece of it is left", async (signal) => {
	const path = join(folder, "b.db");
	openDatabase(path, { busyMs: 1_000 }).close();
	const to = join(folder, `copy-${signal}.db`);
	const { code, drawn, sent } = await interrupted(["backup", "--database", path, to], "MB copied", signal);
	// A copy that was whole before the signal was heard is a copy.
	if (code !== 0)
		expect([code, drawn]).toEqual([130, expect.stringContaining("interrupted: no backup was made.")]);
	expect(sent).toBe(true);
	const left = readdirSync(folder).filter((name) => name.startsWith(`copy-${signal}`));
	expect(left).toEqual(code === 0 ? [`copy-${signal}.db`] : []);
});
