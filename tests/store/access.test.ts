/** Who may get in after a restore: nobody who was shut out since the backup, or all of them are told by name. */

import { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeBackup } from "../../src/store/backup.ts";
import { openDatabase } from "../../src/store/database.ts";
import { restoreBackup } from "../../src/store/restore.ts";
import { writeSetting } from "../../src/store/settings.ts";
import { fillDatabase, wrongs } from "../helpers/filled.ts";
import { signIn } from "../helpers/signed.ts";

let folder: string;
let path: string;
let copy: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "rollcall-access-"));
	path = join(folder, "ipam.db");
	copy = join(folder, "copy.db");
	fillDatabase(path, 50);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const back = (from: string) => restoreBackup(from, path, { at: Date.UTC(2026, 10, 25), busyMs: 200 });

/** The same installation, with the users and tokens that these lines leave. */
function change(...sql: string[]): void {
	const db = openDatabase(path, { busyMs: 200 });
	for (const line of sql) db.run(line);
	db.close();
}

function mayGetIn() {
	const now = openDatabase(path, { busyMs: 200 });
	const users = now.query("SELECT name, role, password_hash AS hash FROM user ORDER BY name").all();
	const tokens = now.query("SELECT name FROM api_token ORDER BY id").all();
	now.close();
	return { users, tokens };
}

const token = (name: string) =>
	`INSERT INTO api_token (name, scope, token_hash, made_by, created_at) VALUES ('${name}', 'write', CAST('${name}' AS BLOB), '', 1)`;

/** Noise on a page of this table. */
function spoilPage(table: string): void {
	const db = new Database(path);
	const sql = "SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf'";
	const page = db.query<{ pageno: number }, [string]>(sql).get(table)?.pageno ?? 0;
	db.run("PRAGMA wal_checkpoint(TRUNCATE)");
	db.close();
	const bytes = readFileSync(path);
	writeFileSync(path, bytes.fill(0xa5, (page - 1) * 4_096, page * 4_096));
}

/** Two users and two tokens, all in the backup. */
function peopled(): void {
	const db = openDatabase(path, { busyMs: 200 });
	signIn(db);
	writeSetting(db, "set_up_at", "1764000000000");
	db.close();
	change(
		"INSERT INTO user (name, role, password_hash, created_at, updated_at) VALUES ('eve', 'editor', 'old', 1, 1)",
		token("leaked"),
		token("ansible"),
	);
	writeBackup(path, copy, { busyMs: 200 });
}

test("what was revoked, changed or given since the backup stays so", () => {
	peopled();
	change(
		"UPDATE user SET password_hash = 'new', role = 'viewer' WHERE name = 'eve'",
		"DELETE FROM api_token WHERE name = 'leaked'",
		token("later"),
	);
	const { access } = back(copy);
	expect(access).toMatchObject({ from: "before", reason: null });
	const { users, tokens } = mayGetIn();
	expect(users).toContainEqual({ name: "eve", role: "viewer", hash: "new" });
	expect(tokens).toEqual([{ name: "ansible" }, { name: "later" }]);
	const now = openDatabase(path, { busyMs: 200 });
	expect(wrongs(now)).toEqual([]);
	now.close();
});

test.each<[string, () => void, RegExp]>([
	[
		"of another installation",
		() => change("UPDATE setting SET value = '5' WHERE key = 'set_up_at'"),
		/another/,
	],
	["that nobody can administer", () => change("UPDATE user SET disabled_at = 1"), /nobody could administer/],
	["whose users are damaged", () => spoilPage("api_token"), /cannot be read/],
	["of another version", () => change("PRAGMA user_version = 1"), /another version/],
])(
	"in the place of a database %s: who the backup lets in again is told by name",
	(_, spoilFormer, reason) => {
		peopled();
		spoilFormer();
		const { access } = back(copy);
		expect(access).toMatchObject({ from: "backup", reason: expect.stringMatching(reason) });
		expect(access.users.map(({ name }) => name)).toEqual(["admin", "eve"]);
		expect(access.tokens.map(({ name }) => name)).toEqual(["leaked", "ansible"]);
		expect(mayGetIn().tokens).toHaveLength(2);
	},
);

test("a page elsewhere is damaged: what was revoked stays so all the same", () => {
	peopled();
	change("DELETE FROM api_token WHERE name = 'leaked'");
	spoilPage("host");
	expect(back(copy).access.from).toBe("before");
	expect(mayGetIn().tokens).toEqual([{ name: "ansible" }]);
});
