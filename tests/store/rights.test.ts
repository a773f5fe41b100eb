/** Every file that Rollcall makes is for its owner alone, whatever the umask; those that were open are closed at the start. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import {
	chmodSync,
	chownSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config.ts";
import { type Facts, silentLog } from "../../src/log.ts";
import { copiesOf, saveOpenFile, writeBackup } from "../../src/store/backup.ts";
import { lockDatabase, openDatabase } from "../../src/store/database.ts";
import { restoreBackup } from "../../src/store/restore.ts";
import { closeToOthers } from "../../src/store/rights.ts";

let folder: string;
let path: string;
let mask: number;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "rollcall-rights-"));
	path = join(folder, "ipam.db");
	mask = process.umask(0);
});
afterEach(() => {
	process.umask(mask);
	rmSync(folder, { recursive: true, force: true });
});

const AT = Date.UTC(2026, 10, 25, 3, 41);
const rights = (dir = folder) =>
	Object.fromEntries(
		readdirSync(dir, { withFileTypes: true })
			.filter((one) => one.isFile())
			.map(({ name }) => [name, (statSync(join(dir, name)).mode & 0o777).toString(8)]),
	);
const backups = () => ({ dir: join(folder, "backups"), isBackup: copiesOf(path) });

test("a new database, its log and its lock, a backup, what a lost file held, a restored one and the former", () => {
	const lock = lockDatabase(path, { pid: 1, at: AT });
	const db = openDatabase(path, { busyMs: 100 });
	db.run("INSERT INTO setting (key, value) VALUES ('a', 'b')");
	const copy = join(folder, "copy.db");
	writeBackup(path, copy, { busyMs: 100 });
	saveOpenFile(db, path, AT);
	expect(Object.keys(rights()).sort()).toEqual([
		"copy.db",
		"ipam.db",
		"ipam.db-shm",
		"ipam.db-wal",
		"ipam.db.lock",
		"ipam.db.saved-20261125-034100",
	]);
	expect([...new Set(Object.values(rights()))]).toEqual(["600"]);
	db.close();
	// A file that somebody opened up does not hand its rights on.
	chmodSync(path, 0o644);
	chmodSync(copy, 0o644);
	restoreBackup(copy, path, { at: AT, busyMs: 100 });
	expect(rights()["ipam.db"]).toBe("600");
	lock.release();
});

test("at the start open files are closed, once, and the log says which; strangers' files stay", async () => {
	openDatabase(path, { busyMs: 100 }).close();
	mkdirSync(join(folder, "backups"));
	const night = "ipam-20261124-034100.db";
	const theirs = ["ipam.db.txt", "notes.db", "ipam.dbx"];
	for (const name of [...theirs, "ipam.db.before-v2-1", "ipam.db.saved-20261125-034100"])
		writeFileSync(join(folder, name), "");
	for (const name of [night, "ipam-mine.db"]) writeFileSync(join(folder, "backups", name), "");
	chmodSync(path, 0o664);
	const said: Facts[] = [];
	const log = { ...silentLog, warning: (_: string, facts: Facts = {}) => void said.push(facts) };
	const config = loadConfig({ env: { DATABASE_URL: path } });
	const start = async () => (await openApp(config, { listen: false, log })).close();
	await start();
	const named = [night, "ipam.db", "ipam.db.before-v2-1", "ipam.db.saved-20261125-034100"].sort();
	const closed = () => said.flatMap(({ files }) => (files as string[] | undefined) ?? []).sort();
	expect(closed()).toEqual(named);
	for (const name of theirs) expect([name, rights()[name]]).toEqual([name, "666"]);
	expect(rights()["ipam.db"]).toBe("600");
	expect(rights(join(folder, "backups"))).toEqual({ [night]: "600", "ipam-mine.db": "666" });
	said.length = 0;
	await start();
	expect(closed()).toEqual([]);
	// The lock is held all the while, though its file was open to others.
	chmodSync(`${path}.lock`, 0o644);
	const app = await openApp(config, { listen: false, log });
	expect(rights()["ipam.db.lock"]).toBe("600");
	const script = `import { lockDatabase } from ${JSON.stringify(join(import.meta.dir, "../../src/store/database.ts"))};
		lockDatabase(${JSON.stringify(path)}, { pid: 1, at: 0 });`;
	const other = Bun.spawnSync([process.execPath, "-e", script], { stderr: "pipe" });
	expect(other.stderr.toString()).toContain("Another Rollcall");
	await app.close();
});

const isRoot = process.getuid?.() === 0;
test.skipIf(!isRoot)(
	`what root restores belongs to whom the database belonged${isRoot ? "" : ": skipped, needs root"}`,
	() => {
		openDatabase(path, { busyMs: 100 }).close();
		const copy = join(folder, "copy.db");
		writeBackup(path, copy, { busyMs: 100 });
		const service = 64_321;
		const ownerOf = (file: string) => statSync(file).uid;
		chownSync(path, service, service);
		restoreBackup(copy, path, { at: AT, busyMs: 100 });
		expect([ownerOf(path), rights()["ipam.db"]]).toEqual([service, "600"]);
		// Where there is none, its folder says whose it will be; so with what root begins before the first start.
		rmSync(path);
		chownSync(folder, service, service);
		restoreBackup(copy, path, { at: AT, busyMs: 100 });
		expect([ownerOf(path), rights()["ipam.db"]]).toEqual([service, "600"]);
		rmSync(path);
		const lock = lockDatabase(path, { pid: 1, at: AT });
		const db = openDatabase(path, { busyMs: 100 });
		for (const end of ["", "-wal", "-shm", ".lock"]) expect(ownerOf(`${path}${end}`)).toBe(service);
		db.close();
		lock.release();
	},
);

test("a link that somebody put among the backups leads nowhere", () => {
	const other = join(folder, "other");
	writeFileSync(other, "");
	mkdirSync(join(folder, "backups"));
	symlinkSync(other, join(folder, "backups", "ipam-20261124-034100.db"));
	expect(closeToOthers(path, backups())).toEqual({ closed: [], open: [] });
	expect(rights().other).toBe("666");
});

test("a folder that is not there, and a database in memory, are no trouble", () => {
	const nothing = { closed: [], open: [] };
	expect(closeToOthers(join(folder, "no", "ipam.db"), backups())).toEqual(nothing);
	expect(closeToOthers(":memory:", backups())).toEqual(nothing);
});
