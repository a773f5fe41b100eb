/**
 * Who may get in after a restore: users and tokens stay as they were before it, where that can be known, so that what was
 * revoked since the backup stays revoked. Knows no file and puts none in its place.
 */

import { Database } from "bun:sqlite";
import { existsSync } from "node:fs";
import type { Role, Scope } from "../model/user.ts";
import { type Db, transact } from "./database.ts";
import { APPLICATION_ID, SCHEMA_VERSION } from "./migrations.ts";

export type Access = {
	/** Whose users, passwords and tokens hold now. */
	readonly from: "before" | "backup";
	/** Why they are those of the backup, in words; null where nothing was there before, or where they are not. */
	readonly reason: string | null;
	readonly users: readonly { readonly name: string; readonly role: Role; readonly disabled: boolean }[];
	readonly tokens: readonly { readonly id: number; readonly name: string; readonly scope: Scope }[];
};

type Row = Record<string, string | number | Uint8Array | null>;
/** Rows of the tables that say who may get in, by table. */
type Rows = Readonly<Record<keyof typeof READ, Row[]>>;

const READ = {
	user: "SELECT * FROM user",
	recovery_code: "SELECT * FROM recovery_code",
	user_address: "SELECT * FROM user_address",
	api_token: "SELECT * FROM api_token",
} as const;

const WRITE: Readonly<Record<keyof typeof READ, string>> = {
	user: `INSERT INTO user (id, name, role, password_hash, totp_secret, totp_step, disabled_at, last_login_at, created_at,
		updated_at) VALUES ($id, $name, $role, $password_hash, $totp_secret, $totp_step, $disabled_at, $last_login_at,
		$created_at, $updated_at)`,
	recovery_code: "INSERT INTO recovery_code (user_id, code_hash) VALUES ($user_id, $code_hash)",
	user_address: "INSERT INTO user_address (user_id, address, seen_at) VALUES ($user_id, $address, $seen_at)",
	api_token: `INSERT INTO api_token (id, name, scope, token_hash, made_by, created_at, expires_at, used_at)
		VALUES ($id, $name, $scope, $token_hash, $made_by, $created_at, $expires_at, $used_at)`,
};

/** Ends every session of the backup `db`, and gives it the users and tokens of the database at `former`, if it may. */
export function settleAccess(db: Db, former: string): Access {
	const found = readFormer(db, former);
	transact(db, () => {
		db.run("DELETE FROM session");
		if (!("rows" in found)) return;
		// What belongs to a user goes with it.
		db.run("DELETE FROM user");
		db.run("DELETE FROM api_token");
		for (const table of ["user", "recovery_code", "user_address", "api_token"] as const)
			for (const row of found.rows[table]) db.query(WRITE[table]).run(row);
	});
	const users = db
		.query<{ name: string; role: Role; disabled: number }, []>(
			"SELECT name, role, disabled_at IS NOT NULL AS disabled FROM user ORDER BY name",
		)
		.all()
		.map((user) => ({ ...user, disabled: user.disabled === 1 }));
	const tokens = db
		.query<Access["tokens"][number], []>("SELECT id, name, scope FROM api_token ORDER BY id")
		.all();
	const isBefore = "rows" in found;
	return { from: isBefore ? "before" : "backup", reason: isBefore ? null : found.reason, users, tokens };
}

const LINEAGE = "SELECT value FROM setting WHERE key = 'set_up_at'";
const ADMINS = "SELECT 1 AS n FROM user WHERE role = 'admin' AND disabled_at IS NULL LIMIT 1";
/** Page by page, of what is taken over alone: the rest may be damaged. */
const CHECKS = [
	"PRAGMA integrity_check(setting)",
	"PRAGMA integrity_check(user)",
	"PRAGMA integrity_check(recovery_code)",
	"PRAGMA integrity_check(user_address)",
	"PRAGMA integrity_check(api_token)",
] as const;

function readFormer(db: Db, former: string): { rows: Rows } | { reason: string | null } {
	if (!existsSync(former)) return { reason: null };
	let old: Database | undefined;
	try {
		old = new Database(former, { readonly: true, strict: true });
		const at = (sql: string, from: Database) => Object.values(from.query<Row, []>(sql).get() ?? {})[0];
		if (
			at("PRAGMA application_id", old) !== APPLICATION_ID ||
			at("PRAGMA user_version", old) !== SCHEMA_VERSION
		)
			return { reason: "what was there before is of another version" };
		for (const check of CHECKS) if (at(check, old) !== "ok") throw new Error("damaged");
		const since = at(LINEAGE, old);
		if (since === undefined || since !== at(LINEAGE, db))
			return { reason: "what was there before is of another installation" };
		if (at(ADMINS, old) === undefined) return { reason: "nobody could administer what was there before" };
		return {
			rows: {
				user: old.query<Row, []>(READ.user).all(),
				recovery_code: old.query<Row, []>(READ.recovery_code).all(),
				user_address: old.query<Row, []>(READ.user_address).all(),
				api_token: old.query<Row, []>(READ.api_token).all(),
			},
		};
	} catch {
		return { reason: "what was there before cannot be read" };
	} finally {
		old?.close();
	}
}
