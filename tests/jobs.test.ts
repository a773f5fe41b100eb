/** Jobs of the timetable that fail: told when it begins, when the reason changes and when it ends, however often they come. */

import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { guardJob } from "../src/jobs.ts";
import { silentLog } from "../src/log.ts";
import { openDatabase } from "../src/store/database.ts";
import { atOnce, whenFree } from "../src/store/patience.ts";
import { handClock } from "./helpers/clock.ts";

test("a day of failures every second is three lines", async () => {
	const lines: string[] = [];
	const tell = (text: string, facts = {}) => {
		const { reason } = facts as { reason?: Error };
		lines.push(`${text}${reason === undefined ? "" : `: ${reason.message}`}`);
	};
	let second = 0;
	const job = guardJob({ ...silentLog, info: tell, error: tell }, "deliveries", () => {
		second += 1;
		if (second > 100 && second <= 50_000) throw new Error("The disk is full.");
		if (second > 50_000 && second <= 80_000) throw new Error("The disk fails.");
	});
	for (let n = 0; n < 86_400; n++) await job();
	expect(lines).toEqual(["job failed: The disk is full.", "job failed: The disk fails.", "job works again"]);
});

test("one that fails later than it began is told as well", async () => {
	const lines: string[] = [];
	const job = guardJob({ ...silentLog, error: (text) => void lines.push(text) }, "imports", async () => {
		await Promise.resolve();
		throw new Error("no");
	});
	await job();
	await job();
	expect(lines).toEqual(["job failed"]);
});

test("a wish of the timetable is not lost because somebody writes at that second", async () => {
	const folder = mkdtempSync(join(tmpdir(), "rollcall-jobs-"));
	const path = join(folder, "ipam.db");
	const db = openDatabase(path, { busyMs: 0 });
	const other = new Database(path);
	const clock = handClock();
	const again = { sleep: clock.sleep, againMs: 100, againMaxMs: 60_000 };
	const write = () => db.run("INSERT INTO setting (key, value) VALUES ('prune_asked_at', '1')");
	try {
		other.run("BEGIN IMMEDIATE");
		const written = whenFree(write, again);
		await clock.advance(30_000);
		other.run("ROLLBACK");
		await clock.advance(200);
		await written;
		expect(db.query("SELECT count(*) AS n FROM setting WHERE key = 'prune_asked_at'").get()).toEqual({
			n: 1,
		});
		// What is wrong otherwise comes out at once, and a lock that stays does in the end.
		await expect(whenFree(write, again)).rejects.toThrow(/UNIQUE/);
		other.run("BEGIN IMMEDIATE");
		const never = whenFree(() => db.run("DELETE FROM setting"), again).catch((error: Error) => error.message);
		await clock.advance(61_000);
		expect(await never).toContain("locked");
		expect(() => atOnce(db, () => db.run("DELETE FROM setting"))).toThrow(/locked/);
		other.run("ROLLBACK");
	} finally {
		other.close();
		db.close();
		rmSync(folder, { recursive: true, force: true });
	}
});
