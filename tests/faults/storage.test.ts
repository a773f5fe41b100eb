/**
 * The database, misbehaving (faults F-03, F-05, F-06, F-14): locked, deleted, replaced, damaged, gone. It is told in
 * words, nothing is written into the void, and no host is called down for it.
 */

import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { openApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config.ts";
import { explain } from "../../src/http/respond.ts";
import { reserveAddress } from "../../src/ipam/hosts.ts";
import { createSubnet } from "../../src/ipam/subnets.ts";
import { sweepNow } from "../../src/ipam/sweeps.ts";
import { silentLog } from "../../src/log.ts";
import { backupName, findDamage, writeBackup } from "../../src/store/backup.ts";
import { openDatabase } from "../../src/store/database.ts";
import { restoreBackup } from "../../src/store/restore.ts";
import { writeSetting } from "../../src/store/settings.ts";
import { fillDatabase } from "../helpers/filled.ts";
import { type OwnApp, openOwnApp } from "../helpers/own-app.ts";
import { elapse, soon, until } from "../helpers/patience.ts";
import { SIGNED, signIn } from "../helpers/signed.ts";

let own: OwnApp | undefined;
let folder: string;
let path: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "rollcall-storage-"));
	path = join(folder, "ipam.db");
});
afterEach(async () => {
	await own?.close();
	own = undefined;
	rmSync(folder, { recursive: true, force: true });
});

const HOST = { hostname: "", description: "mine", tags: [], notes: "" };
const WIDE = { name: "", notes: "", gateway: "", sweepIntervalS: 60, sweepEnabled: false };

/** What a person would be answered who writes now. */
function write(ip: string): { status: number; says: string } {
	try {
		if (own === undefined) throw new Error("nothing runs");
		reserveAddress(own.app.context, ip, HOST);
		return { status: 201, says: "" };
	} catch (error) {
		return explain(error);
	}
}

async function running(): Promise<OwnApp> {
	own = await openOwnApp(folder);
	createSubnet(own.app.context, "10.0.0.0/24", WIDE);
	await until(() => own?.hosts() === "14 up", "14 hosts up");
	return own;
}

describe("while it runs", () => {
	test("held by another program: pages are read, writes say so, sweeps go on afterwards", async () => {
		const { hosts, app } = await running();
		const other = new Database(path);
		other.run("PRAGMA busy_timeout = 5000");
		other.run("BEGIN IMMEDIATE");
		const swept = () =>
			app.context.db.query("SELECT last_sweep_at AS at FROM subnet").get() as { at: number };
		const before = swept().at;
		expect(hosts()).toBe("14 up");
		const refused = write("10.0.0.1");
		expect(refused).toMatchObject({ status: 503, says: expect.stringContaining("writing to the database") });
		await elapse(500);
		other.run("ROLLBACK");
		other.close();
		expect(write("10.0.0.1").status).toBe(201);
		sweepNow(app.context, 1);
		await until(() => swept().at > before, "another sweep");
		await soon(() => expect(hosts().split(", ").sort()).toEqual(["1 unknown", "14 up"]));
	});

	test("deleted: said, saved, nothing written; put back, all goes on", async () => {
		const { health, app } = await running();
		expect(write("10.0.0.7").status).toBe(201);
		const away = join(folder, "away.db");
		renameSync(path, away);
		await until(async () => (await health()).status === 503, "trouble");
		const { problem } = await health();
		expect(problem).toContain("was deleted while Rollcall ran. Nothing is written any more.");
		await until(() => write("10.0.0.8").status === 503, "writes refused");
		expect(write("10.0.0.8").says).toContain("may not be written");
		expect(existsSync(path)).toBe(false);
		const saved = readdirSync(folder).find((name) => name.includes("saved-")) ?? "";
		expect(problem).toContain(`rollcall restore --database ${path} ${join(folder, saved)}`);
		const copy = new Database(join(folder, saved), { readonly: true });
		expect(copy.query("SELECT description FROM host WHERE ip = '10.0.0.7'").get()).toEqual({
			description: "mine",
		});
		copy.close();
		renameSync(away, path);
		await until(async () => (await health()).status === 200, "all well");
		await until(() => write("10.0.0.9").status === 201, "writes taken");
		expect(app.context.db.query("SELECT count(*) AS n FROM event WHERE kind LIKE '%down'").get()).toEqual({
			n: 0,
		});
	});

	test("replaced by another file: said, and that file is left alone", async () => {
		const { health } = await running();
		const other = join(folder, "other.db");
		fillDatabase(other, 3);
		const bytes = Bun.hash(readFileSync(other));
		renameSync(other, path);
		await until(async () => (await health()).problem?.includes("was replaced") === true, "trouble");
		expect(Bun.hash(readFileSync(path))).toBe(bytes);
	});
});

describe("at the start", () => {
	const start = () => openApp(loadConfig({ env: { DATABASE_URL: path } }), { listen: false, log: silentLog });

	test("gone though it was there: refused, no new one made; both ways on are named", async () => {
		await (await start()).close();
		rmSync(path);
		await expect(start()).rejects.toThrow(/is gone.*rollcall restore.*To begin anew.*ipam\.db\.lock/);
		expect(existsSync(path)).toBe(false);
		rmSync(`${path}.lock`);
		await (await start()).close();
	});

	test("only its log is there: refused", async () => {
		writeFileSync(`${path}-wal`, "the last minutes");
		await expect(start()).rejects.toThrow(/is gone/);
		expect(readFileSync(`${path}-wal`, "utf8")).toBe("the last minutes");
	});

	test("emptied: refused, not begun anew", async () => {
		await (await start()).close();
		truncateSync(path, 0);
		await expect(start()).rejects.toThrow(/not a database of Rollcall \(or has been emptied\)/);
		expect(statSync(path).size).toBe(0);
	});

	const change = (work: (bytes: Buffer) => Buffer) => writeFileSync(path, work(readFileSync(path)));
	const spoilt: [string, () => void][] = [
		[
			"another beginning",
			() => change((bytes) => Buffer.concat([Buffer.alloc(16, "x"), bytes.subarray(16)])),
		],
		["cut in half", () => change((bytes) => bytes.subarray(0, bytes.length / 2))],
		["cut to 100 bytes", () => change((bytes) => bytes.subarray(0, 100))],
		["a page of zeros", () => change((bytes) => bytes.fill(0, 4_096 * 8, 4_096 * 9))],
		["a page of noise", () => change((bytes) => bytes.fill(0xa5, 4_096 * 3, 4_096 * 4))],
		[
			"turned bits",
			() =>
				change((bytes) => {
					for (let at = 4_096 * 2; at < bytes.length; at += 4_096) bytes[at] = (bytes[at] ?? 0) ^ 0xff;
					return bytes;
				}),
		],
	];
	test.each(spoilt)("%s: refused, or found by the look at the file; not a byte is changed", (_, spoil) => {
		fillDatabase(path, 50);
		spoil();
		const before = Bun.hash(readFileSync(path));
		let says: string | undefined;
		try {
			openDatabase(path, { busyMs: 100 }).close();
			says = findDamage(path);
		} catch (error) {
			says = (error as Error).message;
		}
		expect(says).toMatch(/damaged|no database|not a database of Rollcall/);
		expect(Bun.hash(readFileSync(path))).toBe(before);
	});

	/** Noise on a page of this table or index. */
	function spoilPage(of: string): void {
		const db = new Database(path);
		const pages = db
			.query<{ pageno: number }, [string]>("SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf'")
			.all(of);
		db.run("PRAGMA wal_checkpoint(TRUNCATE)");
		db.close();
		const page = pages.at(-1)?.pageno ?? 0;
		expect(page).toBeGreaterThan(1);
		change((bytes) => bytes.fill(0xa5, (page - 1) * 4_096, page * 4_096));
	}

	test("a page that nobody reads at the start: told on the light within seconds, with what to do", async () => {
		fillDatabase(path, 400);
		spoilPage("host_status");
		own = await openOwnApp(folder);
		const { health } = own;
		await until(async () => (await health()).problem?.includes("damaged") === true, "trouble");
		expect((await health()).problem).toContain("rollcall restore FILE");
	});

	test("damaged: what can be read is served, nothing is swept, written or copied; the doctor's command mends it", async () => {
		fillDatabase(path, 400);
		const dir = join(folder, "backups");
		mkdirSync(dir);
		const good = join(dir, backupName(path, Date.UTC(2026, 10, 25, 3, 41)));
		writeBackup(path, good, { busyMs: 100 });
		const noted = openDatabase(path, { busyMs: 100 });
		const report = { at: 1, path: good, bytes: 1, subnets: 1, hosts: 400, ms: 1, kept: 1 };
		writeSetting(noted, "backup_report", JSON.stringify(report));
		signIn(noted);
		noted.close();
		spoilPage("host_status");
		own = await openOwnApp(folder);
		const { app, health } = own;
		await until(async () => (await health()).problem?.includes("damaged") === true, "trouble");
		expect((await health()).status).toBe(503);
		await until(() => write("10.0.200.1").status === 503, "writes are refused");
		expect(write("10.0.200.1").says).toContain("is damaged");
		expect(() => sweepNow(app.context, 1)).toThrow();
		const read = new Request("http://localhost/api/v1/hosts", { headers: SIGNED });
		expect((await app.handle(read)).status).toBe(200);
		const brought = new Request("http://localhost/api/v1/imports?dry_run=true", {
			method: "POST",
			headers: { ...SIGNED, "content-type": "text/csv" },
			body: "ip,hostname\n10.0.200.2,a\n",
		});
		const refused = await app.handle(brought);
		expect({ status: refused.status, says: await refused.text() }).toMatchObject({
			status: 503,
			says: expect.stringContaining("is damaged"),
		});
		// Once the thread that sweeps has ended, the file and its log stay as they are.
		const bytes = () => ["", "-wal"].map((end) => Bun.hash(readFileSync(`${path}${end}`))).join();
		await until(async () => {
			const before = bytes();
			await elapse(1_000);
			return bytes() === before;
		}, "the file stays as it is");
		expect(readdirSync(dir)).toEqual([basename(good)]);
		const mend = app.checks().find(({ name }) => name === "Database")?.mend;
		expect(mend).toBe(`rollcall restore --database ${path} ${good}`);
		await own.close();
		own = undefined;
		restoreBackup(good, path, { at: 1, busyMs: 100 });
		own = await openOwnApp(folder);
		const again = own;
		await until(async () => (await again.health()).status === 200, "all well");
		expect(write("10.0.200.1").status).toBe(201);
	});

	test("a page that is read at the start: refused in words, and the lock is free again", async () => {
		fillDatabase(path, 400);
		spoilPage("event");
		for (let tries = 0; tries < 2; tries++) {
			await expect(start()).rejects.toMatchObject({
				code: "unavailable",
				message: expect.stringMatching(/ipam\.db: The database file is damaged.*rollcall restore FILE/),
			});
		}
	});

	test("a log of noise is passed over: what was moved into the file is there", () => {
		fillDatabase(path, 5);
		writeFileSync(`${path}-wal`, Buffer.alloc(40_000, 0x5a));
		const db = openDatabase(path, { busyMs: 100 });
		expect(db.query("SELECT count(*) AS n FROM host").get()).toEqual({ n: 5 });
		db.close();
	});
});
