/** The log moved into the file by one connection while another one writes and reads: kept short, and nobody is held up for it. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beginAnew, checkpoint, type Db, openDatabase } from "../../src/store/database.ts";

let folder: string;
let path: string;
let mover: Db;
let writer: Db;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "rollcall-log-"));
	path = join(folder, "ipam.db");
	mover = openDatabase(path, { busyMs: 5_000 });
	writer = openDatabase(path, { busyMs: 0, checkpointPages: 1_000_000 });
	checkpoint(mover, 0);
});
afterEach(() => {
	mover.close();
	writer.close();
	rmSync(folder, { recursive: true, force: true });
});

/** So many pages of log at least, and less than three times so many. */
function write(pages: number): void {
	const put = writer.query("INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)");
	writer.transaction(() => {
		for (let n = 0; n < pages; n++) put.run(`k${n}`, "x".repeat(4_000));
	})();
}
const log = () =>
	mover.query<{ log: number; checkpointed: number }, []>("PRAGMA wal_checkpoint(NOOP)").get() ?? undefined;
const patience = () => mover.query<{ timeout: number }, []>("PRAGMA busy_timeout").get()?.timeout;

test("a short log is left, a longer one moved", () => {
	write(50);
	expect(checkpoint(mover, 1_000)).toBe(false);
	expect(checkpoint(mover, 10)).toBe(true);
	expect(log()?.checkpointed).toBe(log()?.log ?? -1);
	expect(checkpoint(mover, 0)).toBe(false);
});

test.each([
	["a long one begins anew", 4_100, true],
	["one that is not long yet goes on", 1_200, false],
])("writers leave it no moment: %s", (_, pages, anew) => {
	write(pages);
	// As one who writes just while the rest is moved, every time.
	const run = mover.run.bind(mover);
	mover.run = ((sql: string) => {
		const reader = openDatabase(path, { busyMs: 0 });
		reader.run("BEGIN");
		reader.query("SELECT count(*) FROM setting").get();
		if (sql.includes("PASSIVE")) write(10);
		const done = run(sql);
		reader.run("ROLLBACK");
		reader.close();
		return done;
	}) as Db["run"];
	expect(checkpoint(mover, 10)).toBe(true);
	const moved = log();
	expect(moved?.checkpointed).toBeLessThan(moved?.log ?? 0);
	expect(beginAnew(mover)).toBe(true);
	expect(log()?.checkpointed === log()?.log).toBe(anew);
	writer.run("INSERT OR REPLACE INTO setting (key, value) VALUES ('after', '1')");
	if (anew) expect(log()?.log).toBeLessThan(20);
	else expect(log()?.log).toBeGreaterThan(pages);
	expect(patience()).toBe(5_000);
});

test("somebody reads what was there before: writers are not kept waiting for that", () => {
	write(4_100);
	const reader = openDatabase(path, { busyMs: 0 });
	reader.run("BEGIN");
	reader.query("SELECT count(*) FROM setting").get();
	write(10);
	checkpoint(mover, 0);
	// Not even tried, as it could not come to an end.
	const asked: string[] = [];
	const query = mover.query.bind(mover);
	mover.query = ((sql: string) => {
		asked.push(sql);
		return query(sql);
	}) as Db["query"];
	expect(beginAnew(mover)).toBe(false);
	expect(asked.some((sql) => sql.includes("RESTART"))).toBe(false);
	expect(patience()).toBe(5_000);
	reader.run("ROLLBACK");
	reader.close();
	checkpoint(mover, 0);
	expect(beginAnew(mover)).toBe(true);
	expect(log()?.checkpointed).toBe(log()?.log ?? -1);
});
