/**
 * kill -9 at random moments (faults F-01, F-11): nothing acknowledged is lost, nothing is half done, the file is whole.
 * A few strikes here; `npm run bench:faults -- --kills 200` makes as many as wanted.
 */

import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fillDatabase, wrongs } from "../helpers/filled.ts";
import { BACKUP, batchScene, IMPORT, RESTORE, UPGRADE } from "../helpers/kill-scenes.ts";
import { killFresh, killWhole, lookAt, script } from "../helpers/killing.ts";

test("sweep, prune, backup, delivery and people's writes at the same time", async () => {
	const { acknowledged, problems } = await killWhole(3, Math.random, 1_500);
	expect(problems).toEqual([]);
	expect(acknowledged).toBeGreaterThan(0);
});

test("an import: all rows of the file, or none", async () => {
	expect((await killFresh(script("import-entry.ts"), 4, Math.random, IMPORT)).problems).toEqual([]);
});

test("an upgrade: the file is the old or the new one, and the next start ends it", async () => {
	expect((await killFresh(script("upgrade-entry.ts"), 4, Math.random, UPGRADE)).problems).toEqual([]);
});

test("a backup: every file with its name is whole", async () => {
	expect((await killFresh(script("backup-entry.ts"), 4, Math.random, BACKUP)).problems).toEqual([]);
});

test("a restore: the database is one of the two, whole", async () => {
	expect((await killFresh(script("restore-entry.ts"), 4, Math.random, RESTORE)).problems).toEqual([]);
});

test.each(["delete", "edit", "undo"] as const)(
	"a %s of many hosts: all of it, or after the next start none",
	async (what) => {
		expect((await killFresh(script("batch-entry.ts"), 3, Math.random, batchScene(what))).problems).toEqual(
			[],
		);
	},
);

test("who looks afterwards sees what is wrong", () => {
	const folder = mkdtempSync(join(tmpdir(), "rollcall-look-"));
	const path = join(folder, "ipam.db");
	const nobody = { received: [] };
	const seen = (entries: [string, number | "gone"][], asked = 0) => ({
		hosts: new Map(entries),
		newest: 9,
		asked,
		lines: 0,
	});
	try {
		fillDatabase(path, 3);
		expect(lookAt(path, seen([]), nobody)).toEqual([]);
		expect(lookAt(path, seen([["10.9.9.9", 5]]), nobody)).toEqual([
			"10.9.9.9: write 5 was acknowledged and is gone",
		]);
		expect(lookAt(path, seen([["10.9.9.9", "gone"]]), nobody)).toEqual([]);
		expect(lookAt(path, seen([], 1), nobody)).toEqual(["a message to a webhook is lost"]);
		const db = new Database(path);
		db.run("UPDATE host SET description = 'edited 4' WHERE ip = '10.0.0.1'");
		expect(lookAt(path, seen([["10.0.0.1", 5]]), nobody)).toEqual([
			"10.0.0.1: write 5 was acknowledged, 4 is there",
		]);
		db.run("UPDATE subnet SET hosts_up = hosts_up + 1");
		db.run("DELETE FROM host_status_hour WHERE host_id = 2");
		db.run("DELETE FROM event WHERE host_id = 1");
		expect(wrongs(db)).toHaveLength(2);
		expect(lookAt(path, seen([]), nobody)).toContain("a host without the event that made it");
		db.close();
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
});
