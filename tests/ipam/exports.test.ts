/** What goes out is read in slices that nobody keeps, by a connection that holds nobody up and is closed at the end. */

import { heapSize } from "bun:jsc";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/clock.ts";
import { writeExport } from "../../src/formats/write.ts";
import { exportSource, untilClosed } from "../../src/ipam/exports.ts";
import type { Host } from "../../src/model/host.ts";
import { type Db, openDatabase, openReader } from "../../src/store/database.ts";
import { fillDatabase } from "../helpers/filled.ts";

let folder: string;
let path: string;
let db: Db;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "rollcall-out-"));
	path = join(folder, "ipam.db");
	fillDatabase(path, 40, 0);
	db = openDatabase(path, { busyMs: 0 });
});
afterEach(() => {
	db.close();
	rmSync(folder, { recursive: true, force: true });
});

const open = (filter = {}, rows = 10) => exportSource({ db, clock: systemClock }, filter, rows);

test("a slice is let go of when the next one is asked for, and none is missing", async () => {
	const given: (readonly Host[])[] = [];
	const ips: string[] = [];
	const source = await open();
	for await (const slice of source.hosts()) {
		expect(given.filter((earlier) => earlier.length > 0)).toEqual([]);
		given.push(slice);
		ips.push(...slice.map(({ ip }) => ip));
	}
	source.close();
	expect([given.length, ips.length, new Set(ips).size]).toEqual([4, 40, 40]);
});

test("between two slices the log can be moved into the file and begun anew, and writers write", async () => {
	const pieces = writeExport("json", await open())[Symbol.asyncIterator]();
	await pieces.next();
	await pieces.next();
	db.run("UPDATE host SET notes = 'meanwhile'");
	const moved = db.query<{ busy: number; log: number }, []>("PRAGMA wal_checkpoint(TRUNCATE)").get();
	expect(moved).toMatchObject({ busy: 0, log: 0 });
	// The next slice is as it is now.
	expect((await pieces.next()).value).toContain("meanwhile");
	await pieces.return?.();
});

/** The connection that closes last takes the log with it. */
function isLast(): boolean {
	db.run("UPDATE host SET notes = 'x'");
	db.close();
	return !existsSync(`${path}-wal`);
}

test.each([
	["read to its end", Number.POSITIVE_INFINITY],
	["broken off", 3],
	["never begun", 0],
])("of a file that was %s no connection is left", async (_, pieces) => {
	for (const filter of [{}, { status: "up" as const }]) {
		const source = await open(filter);
		const file = untilClosed(source, writeExport("csv", source));
		for (let n = 0; n < pieces; n++) if ((await file.next()).done === true) break;
		await file.return(undefined);
	}
	expect(isLast()).toBe(true);
});

test("a reader of its own keeps little; in memory, or while the file is lost, there is none", () => {
	const reader = openReader(db);
	expect(reader.db).not.toBe(db);
	expect(reader.db.query("PRAGMA cache_size").get()).toEqual({ cache_size: -1_000 });
	expect(() => reader.db.run("DELETE FROM host")).toThrow("readonly");
	reader.close();
	db.run("PRAGMA query_only = ON");
	expect(openReader(db).db).toBe(db);
	const memory = openDatabase(":memory:", { busyMs: 0 });
	expect(openReader(memory).db).toBe(memory);
	memory.close();
});

test("what was made of thirty thousand hosts is collected on the way", async () => {
	for (const trigger of ["host_words_inserted", "host_counted"]) db.run(`DROP TRIGGER ${trigger}`);
	db.run(`INSERT INTO host (ip, ip_key, subnet_id, hostname, description, tags_json, mac, created_at, updated_at)
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000)
		SELECT printf('10.9.%d.%d', i / 256, i % 256), CAST(printf('%016d', i) AS BLOB), 1, 'host-' || i || '.example.org',
			'Desk ' || i, '["office","floor-3"]', printf('00:11:32:00:%02x:%02x', i / 256, i % 256), 0, 0 FROM n`);
	const source = await open({}, 500);
	const file = untilClosed(source, writeExport("json", source));
	Bun.gc(true);
	const before = heapSize();
	let most = 0;
	for await (const _ of file) most = Math.max(most, heapSize());
	// Left to itself the engine lets it grow to eight or more.
	expect((most - before) / 1e6).toBeLessThan(6);
});
