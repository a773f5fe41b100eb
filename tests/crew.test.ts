/** What the thread that sweeps opens, it closes, also where it does not get to its work. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "../src/config.ts";
import { openCrew } from "../src/crew.ts";
import { openDatabase } from "../src/store/database.ts";

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "rollcall-crew-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a start that fails half-way leaves no file and no socket open", async () => {
	const path = join(folder, "ipam.db");
	const db = openDatabase(path, { busyMs: 100 });
	// The schedule is opened after database and sockets; it closes what an earlier process left running.
	db.run(
		"INSERT INTO subnet (cidr, first_key, last_key, prefix, created_at, updated_at) VALUES ('', x'', x'', 0, 0, 0)",
	);
	db.run(
		"INSERT INTO sweep_run (subnet_id, trigger, state, requested_at) VALUES (1, 'schedule', 'running', 0)",
	);
	db.run("CREATE TRIGGER spoilt BEFORE UPDATE ON sweep_run BEGIN SELECT raise(ABORT, 'spoilt'); END");
	db.close();
	const env = { DATABASE_URL: path, LOG_LEVEL: "error" };
	const open = () => openCrew(loadConfig({ env }), () => {});
	// What is loaded once stays.
	await expect(open()).rejects.toThrow("spoilt");
	const before = readdirSync("/proc/self/fd").length;
	for (let i = 0; i < 3; i++) await expect(open()).rejects.toThrow("spoilt");
	expect(readdirSync("/proc/self/fd").length).toBe(before);
});
