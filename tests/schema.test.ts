/** schema.sql and the files made from it: every table explained, every old file brought up, no wrong one touched. */

import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
	copyFileSync,
	existsSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	statSync,
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

type Sample = { readonly version: number; readonly sql: string };

const SAMPLES: readonly Sample[] = [
	...new Bun.Glob("version-*.sql").scanSync(join(import.meta.dir, "../samples/database")),
]
	.map((name) => ({
		version: Number(/\d+/.exec(name)?.[0]),
		sql: readFileSync(join(import.meta.dir, "../samples/database", name), "utf8"),
	}))
	.sort((a, b) => a.version - b.version);

/** A file as an earlier version made it, with a subnet, a host and its past. */
function makeOld(at: string, { version, sql }: Sample): void {
	const db = new Database(at, { create: true, strict: true });
	db.run("PRAGMA journal_mode = WAL");
	db.run(sql);
	db.run(`PRAGMA application_id = ${APPLICATION_ID}`);
	db.run(`PRAGMA user_version = ${version}`);
	db.run(`
		INSERT INTO subnet (id, cidr, first_key, last_key, prefix, name, created_at, updated_at)
		VALUES (1, '10.0.0.0/24', x'0000000000000000000000000a000000', x'0000000000000000000000000a0000ff', 24, 'Office', 1, 1);
		INSERT INTO host (id, ip, ip_key, subnet_id, hostname, hostname_source, tags_json, notes, created_at, updated_at)
		VALUES (5, '10.0.0.14', x'0000000000000000000000000a00000e', 1, 'nas.lan', 'typed', '["storage"]', 'UPS on port 3', 1, 1);
		INSERT INTO host_status (host_id, ts, is_up, latency_us) VALUES (5, 60000, 1, 500);
		INSERT INTO host_open_port (host_id, ts, port, proto, state, first_seen_at, last_seen_at)
		VALUES (5, 1, 22, 'tcp', 'open', 1, 1);
		INSERT INTO event (ts, kind, subnet_id, host_id, ip, label) VALUES (1, 'host_new', 1, 5, '10.0.0.14', 'nas.lan');
		INSERT INTO setting (key, value) VALUES ('known', 'yes');`);
	db.close();
}

/** Columns of every table, and the text of every index, trigger and view, whatever order they came in. */
function readShape(at: string): Record<string, unknown> {
	const db = new Database(at, { readonly: true });
	const made = db
		.query<{ type: string; name: string; sql: string | null }, []>(
			"SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'",
		)
		.all();
	const shape = made.map(({ type, name, sql }) => {
		if (type !== "table") return [name, (sql ?? "").replace(/--.*|\s+/g, " ").replace(/ +/g, " ")] as const;
		const columns = db
			.query<{ name: string }, [string]>(
				`SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_info(?) ORDER BY name`,
			)
			.all(name);
		const references = db
			.query(`SELECT "table", "from", "to", on_delete FROM pragma_foreign_key_list(?) ORDER BY "from"`)
			.all(name);
		const checks = sql?.match(/CHECK \((?:[^()]|\([^()]*\))*\)/g) ?? [];
		return [name, { columns, references, checks: checks.sort() }] as const;
	});
	db.close();
	return Object.fromEntries(shape);
}

/** Every row of the tables that `makeOld` filled, by the columns that are told there. */
function readRows(at: string): unknown[] {
	const db = new Database(at, { readonly: true });
	const rows = [
		...db.query("SELECT id, cidr, name FROM subnet").all(),
		...db.query("SELECT id, ip, hostname, hostname_source, tags_json, notes FROM host").all(),
		...db.query("SELECT tag, host_id FROM host_tag").all(),
		...db.query("SELECT host_id, ts, is_up, latency_us FROM host_status").all(),
		...db.query("SELECT host_id, port, proto, state FROM host_open_port").all(),
		...db.query("SELECT kind, host_id, ip, label FROM event").all(),
		...db.query("SELECT key, value FROM setting").all(),
	];
	db.close();
	return rows;
}

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

	test("every version but today's has its sample", () => {
		expect(SCHEMA_VERSION).toBe(STEPS.length + 1);
		expect(SAMPLES.map(({ version }) => version)).toEqual(Array.from(STEPS, (_, i) => i + 1));
	});

	test.each(SAMPLES)(
		"steps lead from version $version to the schema of today, with rows inside",
		(sample) => {
			makeOld(path, sample);
			const old = readShape(path);
			const rows = readRows(path);
			expect(rows.length).toBeGreaterThan(0);
			open().close();
			const today = join(folder, "today.db");
			openDatabase(today, { busyMs: 100 }).close();
			expect(readShape(path)).toEqual(readShape(today));
			// Whatever a table is made into, what people and sweeps wrote is still there.
			expect(readRows(path)).toEqual(expect.arrayContaining(rows));
			const copy = `${path}.before-v${SCHEMA_VERSION}-${sample.version}`;
			expect(readShape(copy)).toEqual(old);
			expect(statSync(copy).mode & 0o777).toBe(0o600);
		},
	);

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

	test("one of a newer version names the copy from before its upgrade, if we can read that", () => {
		const db = open();
		db.run(`PRAGMA user_version = ${SCHEMA_VERSION + 2}`);
		db.close();
		const copy = `${path}.before-v${SCHEMA_VERSION + 2}-`;
		writeFileSync(`${copy}${SCHEMA_VERSION + 1}`, "");
		expect(open).toThrow(/Start the newer one\.$/);
		writeFileSync(`${copy}${SCHEMA_VERSION}`, "");
		expect(open).toThrow(`rollcall restore --database ${path} ${copy}${SCHEMA_VERSION}`);
	});

	test.each(SAMPLES)(
		"a step that fails in its middle leaves version $version as it was; the next try succeeds",
		(sample) => {
			makeOld(path, sample);
			const spoiled = new Database(path);
			// The last thing that the steps make is there already, as something else.
			const made = [
				...(STEPS.at(-1) ?? "").matchAll(/CREATE (?:UNIQUE )?(?:TABLE|INDEX|VIEW|TRIGGER) (\w+)/g),
			];
			const old = new Set(Object.keys(readShape(path)));
			const last = made.map(([, name = ""]) => name).findLast((name) => !old.has(name)) ?? "";
			spoiled.run(`CREATE TABLE "${last}" (x)`);
			const before = { shape: readShape(path), rows: readRows(path) };
			expect(open).toThrow(last);
			expect({ shape: readShape(path), rows: readRows(path) }).toEqual(before);
			expect(spoiled.query("PRAGMA user_version").get()).toEqual({ user_version: sample.version });
			expect(readRows(`${path}.before-v${SCHEMA_VERSION}-${sample.version}`)).toEqual(before.rows);
			spoiled.run(`DROP TABLE "${last}"`);
			spoiled.close();
			const told: string[] = [];
			openDatabase(path, { busyMs: 100, tell: (says) => void told.push(says) }).close();
			expect(readRows(path)).toEqual(expect.arrayContaining(before.rows));
			expect(told).toEqual([
				"the database has an older format: it is copied first, please wait",
				`moving the database to format ${SCHEMA_VERSION}, please wait`,
				"the database is upgraded",
			]);
		},
	);

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
	test.each([
		["no", /No file can be made beside .*\/no\/ipam\.db: there is no folder .*\/no\.$/],
		["ipam.db", /No file can be made beside .*\/ipam\.db\/ipam\.db: .*\/ipam\.db is no folder\.$/],
	])("in a place that is no folder (%s) it says so", (name, says) => {
		writeFileSync(path, "");
		expect(() => lockDatabase(join(folder, name, "ipam.db"), { pid: 1, at: 0 })).toThrow(says);
	});

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

	test("one that is damaged is no other Rollcall: it is named, with what to do", () => {
		writeFileSync(`${path}.lock`, "a power cut left this".repeat(99));
		expect(() => lockDatabase(path, { pid: 1, at: 0 })).toThrow(`${path}.lock is damaged. Delete it`);
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
