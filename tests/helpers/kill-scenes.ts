/** What is killed besides the whole program: an import, an upgrade, a restore, a deletion, each with what must hold whenever it happens. */

import { Database } from "bun:sqlite";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config.ts";
import { silentLog } from "../../src/log.ts";
import { checkBackup, removePieces, writeBackup } from "../../src/store/backup.ts";
import { openDatabase } from "../../src/store/database.ts";
import { APPLICATION_ID, SCHEMA_VERSION } from "../../src/store/migrations.ts";
import { fillDatabase, wrongs } from "./filled.ts";
import { until } from "./patience.ts";

const OLD = readFileSync(join(import.meta.dir, "../../samples/database/version-1.sql"), "utf8");
const HOSTS = 3_000;

/** A file of format 1 with enough in it that its upgrade takes a while. */
function makeOld(path: string): void {
	const db = new Database(path, { create: true });
	db.run("PRAGMA journal_mode = WAL");
	db.run(OLD);
	db.run(`PRAGMA application_id = ${APPLICATION_ID}`);
	db.run("PRAGMA user_version = 1");
	db.run(`INSERT INTO subnet (id, cidr, first_key, last_key, prefix, sweep_enabled, created_at, updated_at)
		VALUES (1, '10.0.0.0/16', x'00000000000000000000ffff0a000000', x'00000000000000000000ffff0a00ffff', 16, 0, 1, 1)`);
	const insert =
		db.query(`INSERT INTO host (ip, ip_key, subnet_id, hostname, tags_json, created_at, updated_at)
		VALUES (?, ?, 1, ?, '["a"]', 1, 1)`);
	const sample = db.query("INSERT INTO host_status (host_id, ts, is_up, latency_us) VALUES (?, ?, 1, 5)");
	const hour = db.query(
		"INSERT INTO host_status_hour (host_id, ts, up, down, latency_sum_us) VALUES (?, 0, 10, 0, 50)",
	);
	db.transaction(() => {
		for (let n = 1; n <= HOSTS; n++) {
			const key = Buffer.from("00000000000000000000ffff0a000000", "hex");
			key.writeUInt16BE(n, 14);
			const id = Number(insert.run(`10.0.${n >> 8}.${n & 255}`, key, `host-${n}`).lastInsertRowid);
			for (let at = 0; at < 10; at++) sample.run(id, at);
			hour.run(id);
		}
	})();
	db.close();
}

/** Killed at any moment, the file is the old one or the new one, and the next start ends what was begun. */
export const UPGRADE = {
	maxMs: 250,
	prepare(folder: string) {
		const path = join(folder, "ipam.db");
		makeOld(path);
		return [path];
	},
	judge(folder: string): string[] {
		const path = join(folder, "ipam.db");
		const db = new Database(path, { readwrite: true, create: false });
		const { user_version } = db.query("PRAGMA user_version").get() as { user_version: number };
		const problems = wrongs(db);
		const { n } = db.query("SELECT count(*) AS n FROM host").get() as { n: number };
		db.close();
		if (user_version !== 1 && user_version !== SCHEMA_VERSION) problems.push(`format ${user_version}`);
		if (n !== HOSTS) problems.push(`${n} hosts`);
		const copy = `${path}.before-v${SCHEMA_VERSION}-1`;
		if (user_version !== 1 && !existsSync(copy)) problems.push("upgraded without a copy");
		openDatabase(path, { busyMs: 1_000 }).close();
		const after = new Database(path, { readonly: true });
		problems.push(...wrongs(after));
		after.close();
		const old = new Database(copy, { readonly: true });
		problems.push(...wrongs(old));
		old.close();
		if (readdirSync(folder).some((name) => name.endsWith(".part"))) problems.push("a piece of a copy stays");
		return problems;
	},
};

/** Hosts of one subnet, all to be deleted or edited as one. */
const MANY = 3_000;

/** Killed at any moment, all of it is done or, after the next start, none: and no subnet stays asleep. */
export const batchScene = (what: "delete" | "edit" | "undo") => ({
	maxMs: 700,
	prepare(folder: string) {
		const path = join(folder, "ipam.db");
		fillDatabase(path, MANY, 1, true);
		return [path, what];
	},
	async judge(folder: string): Promise<string[]> {
		const path = join(folder, "ipam.db");
		const app = await openApp(loadConfig({ env: { DATABASE_URL: path } }), { listen: false, log: silentLog });
		const { db } = app.context;
		const count = (sql: string) => db.query<{ n: number }, []>(sql).get()?.n ?? 0;
		const open = () => count("SELECT count(*) AS n FROM batch WHERE state IN ('open', 'undoing')");
		await until(() => open() === 0, "what was cut off is taken back");
		const problems = wrongs(db);
		const hosts = count("SELECT count(*) AS n FROM host");
		const edited = count("SELECT count(*) AS n FROM host WHERE description = 'edited'");
		const awake = count("SELECT count(*) AS n FROM subnet WHERE sweep_enabled = 1");
		const done = count("SELECT count(*) AS n FROM batch WHERE state = 'done'");
		// An undo that was begun is gone on with.
		if (what === "undo" && hosts !== MANY) problems.push("not all came back");
		if (count("SELECT count(*) AS n FROM host_status") !== MANY) problems.push("the past is not whole");
		if (hosts > 0 && count("SELECT count(*) AS n FROM host_grave") > 0)
			problems.push("a grave of the living");
		await app.close();
		const whole = what === "delete" ? hosts === 0 && awake === 0 : hosts === MANY && edited === MANY;
		const none = hosts === MANY && edited === 0 && awake === 1;
		if (!(done === 1 ? whole : none))
			problems.push(`${hosts} hosts, ${edited} edited, ${awake} awake, ${done} done`);
		return problems;
	},
});

/** Killed at any moment, every file with the name of a backup is whole, and the next life removes the piece. */
export const BACKUP = {
	maxMs: 400,
	prepare(folder: string) {
		const [path, backups] = [join(folder, "ipam.db"), join(folder, "backups")];
		fillDatabase(path, 300, 40);
		mkdirSync(backups);
		return [path, backups];
	},
	judge(folder: string): string[] {
		const [path, backups] = [join(folder, "ipam.db"), join(folder, "backups")];
		const db = openDatabase(path, { busyMs: 1_000 });
		const problems = wrongs(db);
		db.close();
		removePieces(backups, path);
		for (const name of readdirSync(backups)) {
			const { hosts } = checkBackup(join(backups, name));
			if (hosts !== 300) problems.push(`${name} has ${hosts} hosts`);
		}
		return problems;
	},
	/** Was one under way? */
	struck: (folder: string) => readdirSync(join(folder, "backups")).some((name) => name.endsWith(".part")),
};

const ROWS = 4_000;

/** Killed at any moment, all rows of the file are there, or none. */
export const IMPORT = {
	maxMs: 900,
	prepare(folder: string) {
		const [path, file] = [join(folder, "ipam.db"), join(folder, "hosts.csv")];
		fillDatabase(path, 3);
		const rows = Array.from(
			{ length: ROWS },
			(_, n) => `10.0.${1 + (n >> 7)}.${1 + (n & 127)},host-${n}.lan,imported`,
		);
		writeFileSync(file, `ip,hostname,description\n${rows.join("\n")}\n`);
		return [path, file];
	},
	judge(folder: string): string[] {
		const db = openDatabase(join(folder, "ipam.db"), { busyMs: 1_000 });
		const problems = wrongs(db);
		const { n } = db.query("SELECT count(*) AS n FROM host WHERE description = 'imported'").get() as {
			n: number;
		};
		const { told } = db.query("SELECT count(*) AS told FROM event WHERE kind = 'hosts_imported'").get() as {
			told: number;
		};
		db.close();
		if (n !== 0 && n !== ROWS) problems.push(`${n} of ${ROWS} rows`);
		if (told !== (n === 0 ? 0 : 1)) problems.push(`${n} rows, told ${told} times`);
		return problems;
	},
};

/** Killed at any moment, the database is one of the two, whole. */
export const RESTORE = {
	maxMs: 300,
	prepare(folder: string) {
		const path = join(folder, "ipam.db");
		fillDatabase(path, 300);
		const [few, many] = [join(folder, "few.bak"), join(folder, "many.bak")];
		writeBackup(path, few, { busyMs: 1_000 });
		copyFileSync(few, join(folder, "larger.db"));
		const db = openDatabase(join(folder, "larger.db"), { busyMs: 1_000 });
		db.run("DELETE FROM host WHERE id > 200");
		db.close();
		writeBackup(join(folder, "larger.db"), many, { busyMs: 1_000 });
		return [path, few, many];
	},
	judge(folder: string): string[] {
		const db = openDatabase(join(folder, "ipam.db"), { busyMs: 1_000 });
		const problems = wrongs(db);
		const { n } = db.query("SELECT count(*) AS n FROM host").get() as { n: number };
		db.close();
		return n === 300 || n === 200 ? problems : [...problems, `${n} hosts`];
	},
};
