/** schema.sql and the files made from it: every table explained, every old file brought up, no wrong one touched. */

import type { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
	copyFileSync,
	existsSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lockDatabase, openDatabase } from "../src/store/database.ts";
import { APPLICATION_ID, SCHEMA_VERSION, STEPS } from "../src/store/migrations.ts";

const text = readFileSync(join(import.meta.dir, "../schema.sql"), "utf8");
let folder: string;
let path: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "rollcall-schema-"));
	path = join(folder, "ipam.db");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = () => openDatabase(path, { busyMs: 100 });

describe("the text", () => {
	test("every table and view is STRICT where it can be, and has a comment above it", () => {
		const lines = text.split("\n");
		const made = lines.flatMap((line, i) => (/^CREATE (TABLE|VIEW) /.test(line) ? [i] : []));
		expect(made.length).toBeGreaterThan(8);
		for (const i of made) expect(lines[i - 1]).toStartWith("--");
		const tables = [...text.matchAll(/^CREATE TABLE (\w+) \([\s\S]*?^\)(.*);/gm)];
		expect(tables.length).toBeGreaterThan(7);
		for (const [, name, options] of tables) expect(`${name}${options}`).toContain("STRICT");
	});

	test("times, durations and keys are named by their unit", () => {
		const db = open();
		const columns = db
			.query<{ t: string; c: string; k: string }, []>(
				`SELECT m.name AS t, c.name AS c, c.type AS k FROM sqlite_schema AS m, pragma_table_info(m.name) AS c
				WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%'`,
			)
			.all();
		for (const { t, c } of columns) expect(`${t}.${c}`).toMatch(/^[a-z_]+\.[a-z][a-z0-9_]*$/);
		expect(columns.some(({ c }) => c === "desc")).toBe(false);
		db.close();
	});
});

describe("a file", () => {
	test("a new one has the version, our mark, foreign keys and WAL", () => {
		const db = open();
		expect(db.query("PRAGMA user_version").get()).toEqual({ user_version: SCHEMA_VERSION });
		expect(db.query("PRAGMA application_id").get()).toEqual({ application_id: APPLICATION_ID });
		expect(db.query("PRAGMA foreign_keys").get()).toEqual({ foreign_keys: 1 });
		expect(db.query("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
		expect(db.query("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
		db.close();
	});

	test("steps lead from every earlier version to the schema of today", () => {
		// With the first release the loop begins to run; until then there is one version and no step.
		expect(SCHEMA_VERSION).toBe(STEPS.length + 1);
	});

	const spoil: [string, (db: Database) => void, RegExp][] = [
		["of a newer version", (db) => db.run(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`), /newer Rollcall/],
		["of another program", (db) => db.run("PRAGMA application_id = 1"), /not a database of Rollcall/],
	];
	test.each(spoil)("one %s is refused and not touched", (_, change, words) => {
		const db = open();
		change(db);
		db.run("PRAGMA journal_mode = DELETE");
		db.close();
		const before = Bun.hash(readFileSync(path));
		expect(open).toThrow(words);
		expect(Bun.hash(readFileSync(path))).toBe(before);
	});

	test("one that was emptied is refused: a lost file must not look new", () => {
		open().close();
		truncateSync(path, 0);
		rmSync(`${path}-wal`, { force: true });
		expect(open).toThrow(/not a database of Rollcall|emptied/);
	});

	test("one that is no database is refused with its name", () => {
		writeFileSync(path, "hello ".repeat(1_000));
		expect(open).toThrow(path);
		expect(readFileSync(path, "utf8")).toStartWith("hello");
	});

	test("one in a folder that is not there is refused with its name", () => {
		path = join(folder, "no", "ipam.db");
		expect(open).toThrow(path);
	});
});

describe("the lock", () => {
	test("a second process is refused with the first one's number; a killed one leaves none", async () => {
		const script = `
			import { lockDatabase } from ${JSON.stringify(join(import.meta.dir, "../src/store/database.ts"))};
			globalThis.held = lockDatabase(${JSON.stringify(path)}, { pid: process.pid, at: 0 });
			console.log("held");
			setTimeout(() => process.exit(1), 20_000);`;
		const child = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe", stderr: "ignore" });
		try {
			await child.stdout.getReader().read();
			expect(() => lockDatabase(path, { pid: 1, at: 0 })).toThrow(`process ${child.pid}`);
		} finally {
			child.kill("SIGKILL");
			await child.exited;
		}
		const lock = lockDatabase(path, { pid: 1, at: 0 });
		lock.release();
		lockDatabase(path, { pid: 2, at: 0 }).release();
	});

	test("a copy of the file beside it stays free", () => {
		const lock = lockDatabase(path, { pid: 1, at: 0 });
		open().close();
		copyFileSync(path, join(folder, "other.db"));
		lockDatabase(join(folder, "other.db"), { pid: 1, at: 0 }).release();
		expect(existsSync(`${path}.lock`)).toBe(true);
		lock.release();
	});
});
