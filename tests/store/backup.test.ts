/** Backups and their way back: beside a writer, checked, refused when wrong; the former database always stays. */

import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
	copyFileSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { backupName, checkBackup, pruneBackups, removePieces, writeBackup } from "../../src/store/backup.ts";
import { openDatabase } from "../../src/store/database.ts";
import { SCHEMA_VERSION } from "../../src/store/migrations.ts";
import { restoreBackup } from "../../src/store/restore.ts";
import { writeSetting } from "../../src/store/settings.ts";
import { fillDatabase, wrongs } from "../helpers/filled.ts";
import { signIn } from "../helpers/signed.ts";

let folder: string;
let path: string;
let copy: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "rollcall-backup-"));
	path = join(folder, "ipam.db");
	copy = join(folder, "copy.db");
	fillDatabase(path, 50);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const AT = Date.UTC(2026, 10, 25, 3, 41);
const back = (from: string) => restoreBackup(from, path, { at: AT, busyMs: 200 });
const digest = (file: string) => Bun.hash(readFileSync(file));

/** Changes a file through a connection of its own, and leaves it in one piece. */
function spoil(file: string, ...sql: string[]): void {
	const db = new Database(file);
	for (const line of sql) db.run(line);
	db.close();
}

describe("a backup", () => {
	test("is the database at one moment, though somebody writes on", () => {
		const db = openDatabase(path, { busyMs: 200 });
		db.run("BEGIN IMMEDIATE");
		db.run("INSERT INTO setting (key, value) VALUES ('half', 'done')");
		const made = writeBackup(path, copy, { busyMs: 200 });
		db.run("COMMIT");
		db.close();
		expect(made).toMatchObject({ path: copy, subnets: 1, hosts: 50, format: SCHEMA_VERSION });
		expect(statSync(copy).mode & 0o777).toBe(0o600);
		const read = new Database(copy, { readonly: true });
		expect(read.query("SELECT * FROM setting WHERE key = 'half'").all()).toEqual([]);
		expect(wrongs(read)).toEqual([]);
		read.close();
		expect(readdirSync(folder).filter((name) => name.includes("part"))).toEqual([]);
	});

	test("has a name that sorts by time", () => {
		expect(backupName("/var/lib/rollcall/ipam.db", AT)).toBe("ipam-20261125-034100.db");
	});

	test.each<[string, () => string, RegExp]>([
		["no database", () => join(folder, "none.db"), /There is no/],
		[
			"a foreign file",
			() => {
				writeFileSync(join(folder, "x.db"), "hello ".repeat(500));
				return join(folder, "x.db");
			},
			/no database/,
		],
	])("of %s is refused, and nothing is left", (_, from, says) => {
		const names = () =>
			readdirSync(folder)
				.filter((name) => name !== "x.db")
				.sort();
		const before = names();
		expect(() => writeBackup(from(), copy, { busyMs: 200 })).toThrow(says);
		expect(names()).toEqual(before);
	});

	test("into a folder that is not there is refused with its name", () => {
		expect(() => writeBackup(path, join(folder, "no", "copy.db"), { busyMs: 200 })).toThrow(/no\b/);
	});

	test("of a database with a damaged page is not taken for one", () => {
		const bytes = readFileSync(path);
		bytes.fill(0, 4_096 * 5, 4_096 * 30);
		writeFileSync(path, bytes);
		writeFileSync(copy, "the good one of yesterday");
		expect(() => writeBackup(path, copy, { busyMs: 200 })).toThrow(/No backup was made/);
		expect(readFileSync(copy, "utf8")).toBe("the good one of yesterday");
	});

	test("the newest stay, pieces of interrupted ones go, other files never", async () => {
		const dir = join(folder, "backups");
		mkdirSync(dir);
		const day = (n: number) => backupName(path, AT + n * 86_400_000);
		for (let n = 0; n < 10; n++) writeFileSync(join(dir, day(n)), "");
		const others = ["ipam-notes.db", "other-20261125-034100.db", "ipam-20261125.db", "readme"];
		for (const name of others) writeFileSync(join(dir, name), "");
		const gone = Bun.spawn(["true"]);
		await gone.exited;
		const [ours, theirs] = [`${day(1)}.${process.pid}.part`, `${day(2)}.${process.ppid}.part`];
		for (const name of [ours, theirs, `${day(3)}.${gone.pid}.part`, `${day(3)}.${gone.pid}.part-journal`])
			writeFileSync(join(dir, name), "");
		removePieces(dir, path);
		expect(pruneBackups(dir, path, 7)).toBe(7);
		const kept = [3, 4, 5, 6, 7, 8, 9].map(day);
		expect(readdirSync(dir).sort()).toEqual([...others, ...kept, theirs].sort());
	});

	test("copies of a clock that was ahead go first, whatever their names say; the one just made stays", () => {
		const dir = join(folder, "backups");
		mkdirSync(dir);
		const name = (year: number, day: number) => backupName(path, Date.UTC(year, 10, day, 3, 41));
		const made = [1, 2, 3, 4].map((day) => name(2026, day));
		for (const one of [...[1, 2, 3].map((day) => name(2031, day)), ...made.slice(0, 2)])
			writeFileSync(join(dir, one), "");
		for (const one of made.slice(2)) {
			writeFileSync(join(dir, one), "");
			expect(pruneBackups(dir, path, 3, join(dir, one))).toBe(3);
			expect(readdirSync(dir)).toContain(one);
		}
		expect(readdirSync(dir).sort()).toEqual(made.slice(1));
	});
});

describe("restore", () => {
	test("puts the backup in place and keeps what was there, log and all", () => {
		writeBackup(path, copy, { busyMs: 200 });
		const later = openDatabase(path, { busyMs: 200 });
		writeSetting(later, "thinned_until", "4711");
		later.close();
		const done = back(copy);
		expect(done).toMatchObject({
			path,
			subnets: 1,
			hosts: 50,
			kept: `${path}.before-restore-20261125-034100`,
		});
		const now = openDatabase(path, { busyMs: 200 });
		expect(now.query("SELECT * FROM setting WHERE key = 'thinned_until'").all()).toEqual([]);
		expect(wrongs(now)).toEqual([]);
		now.close();
		const kept = new Database(done.kept ?? "", { readonly: true });
		expect(kept.query("SELECT value FROM setting WHERE key = 'thinned_until'").get()).toEqual({
			value: "4711",
		});
		kept.close();
		expect(existsSync(`${path}.restoring`)).toBe(false);
		// The backup itself is as good as before.
		expect(checkBackup(copy)).toMatchObject({ hosts: 50 });
	});

	test("signs everybody out, and keeps the users of the backup", () => {
		const db = openDatabase(path, { busyMs: 200 });
		signIn(db);
		db.close();
		writeBackup(path, copy, { busyMs: 200 });
		back(copy);
		const now = openDatabase(path, { busyMs: 200 });
		expect(now.query("SELECT name FROM user").all()).toEqual([{ name: "admin" }]);
		expect(now.query("SELECT count(*) AS n FROM session").get()).toEqual({ n: 0 });
		now.close();
	});

	test("brings an older format up to date", () => {
		rmSync(path);
		spoil(copy, readFileSync(join(import.meta.dir, "../../samples/database/version-1.sql"), "utf8"));
		spoil(copy, "PRAGMA application_id = 0x52434c4c", "PRAGMA user_version = 1");
		expect(back(copy)).toMatchObject({ format: SCHEMA_VERSION, kept: null });
		expect(readdirSync(folder).filter((name) => name.includes("before"))).toEqual([]);
	});

	test("takes the place of a damaged database, which stays", () => {
		writeBackup(path, copy, { busyMs: 200 });
		truncateSync(path, 10_000);
		const damaged = digest(path);
		const { kept } = back(copy);
		expect(digest(kept ?? "")).toBe(damaged);
		openDatabase(path, { busyMs: 200 }).close();
	});

	const wrong: [string, (file: string) => void, RegExp][] = [
		["that is not there", (file) => rmSync(file), /There is no/],
		[
			"that is a folder",
			(file) => {
				rmSync(file);
				mkdirSync(file);
			},
			/no file/,
		],
		["that is empty", (file) => truncateSync(file, 0), /not a database of Rollcall/],
		["cut in half", (file) => truncateSync(file, statSync(file).size / 2), /damaged|cannot be used/],
		["cut to 100 bytes", (file) => truncateSync(file, 100), /damaged|cannot be used/],
		[
			"that is a picture",
			(file) => writeFileSync(file, Buffer.from("89504e470d0a1a0a", "hex")),
			/cannot be used|not a database/,
		],
		["that is packed", (file) => writeFileSync(file, Bun.gzipSync(readFileSync(file))), /cannot be used/],
		["of another program", (file) => spoil(file, "PRAGMA application_id = 1"), /not a database of Rollcall/],
		[
			"of a newer Rollcall",
			(file) => spoil(file, `PRAGMA user_version = ${SCHEMA_VERSION + 1}`),
			/newer Rollcall/,
		],
		[
			"with a trigger that is not ours",
			(file) => spoil(file, "CREATE TRIGGER evil AFTER INSERT ON event BEGIN DELETE FROM host; END"),
			/evil/,
		],
		[
			"with a view that is not ours",
			(file) => spoil(file, "DROP VIEW host_current", "CREATE VIEW host_current AS SELECT * FROM host"),
			/host_current/,
		],
		["with a table that is not ours", (file) => spoil(file, "CREATE VIRTUAL TABLE odd USING fts5(a)"), /odd/],
		["without one of our tables", (file) => spoil(file, "DROP TABLE dismissal"), /dismissal/],
		[
			"with rows that point nowhere",
			(file) => spoil(file, "PRAGMA foreign_keys = OFF", "DELETE FROM subnet"),
			/point nowhere/,
		],
		[
			"with bits turned over",
			(file) => {
				const bytes = readFileSync(file);
				for (let at = 9_000; at < bytes.length; at += 4_096) bytes[at] = (bytes[at] ?? 0) ^ 0xff;
				writeFileSync(file, bytes);
			},
			/damaged|cannot be used/,
		],
		[
			"with a page that fits nowhere, told on one line",
			(file) => {
				const db = new Database(file);
				const page = "SELECT rootpage AS n FROM sqlite_schema WHERE name = 'event_by_time'";
				const { n = 0 } = db.query<{ n: number }, []>(page).get() ?? {};
				db.close();
				const bytes = readFileSync(file);
				bytes.fill(0xff, (n - 1) * 4_096 + 8, (n - 1) * 4_096 + 20);
				writeFileSync(file, bytes);
			},
			/^[^\n*]+ is damaged: [^\n*]+\.$/,
		],
	];
	test.each(wrong)("of a file %s is refused, and the database stays to the byte", (_, change, says) => {
		writeBackup(path, copy, { busyMs: 200 });
		change(copy);
		spoil(path, "PRAGMA wal_checkpoint(TRUNCATE)");
		const before = digest(path);
		expect(() => back(copy)).toThrow(says);
		expect(digest(path)).toBe(before);
		expect(readdirSync(folder).filter((name) => /restor|part/.test(name))).toEqual([]);
	});

	test("of the database itself, or a second name of it, is refused", () => {
		expect(() => back(path)).toThrow(/is the database itself/);
	});

	test("a copy with its log beside it is read with its log", () => {
		const db = openDatabase(path, { busyMs: 200 });
		writeSetting(db, "thinned_until", "1");
		for (const end of ["", "-wal"]) copyFileSync(`${path}${end}`, `${copy}${end}`);
		db.close();
		rmSync(path);
		back(copy);
		const now = openDatabase(path, { busyMs: 200 });
		expect(now.query("SELECT value FROM setting WHERE key = 'thinned_until'").get()).toEqual({ value: "1" });
		now.close();
	});
});
