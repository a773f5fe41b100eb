/** Rows of `user` and `recovery_code`. Hashes leave this file only to be compared. */

import type { Role, User } from "../model/user.ts";
import { type Db, insertedId } from "./database.ts";

export function countUsers(db: Db): number {
	return db.query<{ n: number }, []>("SELECT count(*) AS n FROM user").get()?.n ?? 0;
}

/** Admins who may sign in. */
export function countAdmins(db: Db): number {
	const sql = "SELECT count(*) AS n FROM user WHERE role = 'admin' AND disabled_at IS NULL";
	return db.query<{ n: number }, []>(sql).get()?.n ?? 0;
}

export function listUsers(db: Db): User[] {
	return db.query<Row, []>("SELECT * FROM user ORDER BY name").all().map(toUser);
}

export function findUser(db: Db, id: number): User | undefined {
	const row = db.query<Row, [number]>("SELECT * FROM user WHERE id = ?").get(id);
	return row ? toUser(row) : undefined;
}

/** Whatever the case of its letters. */
export function findUserByName(db: Db, name: string): User | undefined {
	const row = db.query<Row, [string]>("SELECT * FROM user WHERE name = ?").get(name);
	return row ? toUser(row) : undefined;
}

/** What a sign-in is compared with. */
export function findCredentials(
	db: Db,
	id: number,
): { passwordHash: string; totpSecret: Uint8Array | undefined; totpStep: number } | undefined {
	const row = db.query<Row, [number]>("SELECT * FROM user WHERE id = ?").get(id);
	if (row === null) return undefined;
	return {
		passwordHash: row.password_hash,
		totpSecret: row.totp_secret === null ? undefined : new Uint8Array(row.totp_secret),
		totpStep: row.totp_step,
	};
}

export function insertUser(
	db: Db,
	values: { name: string; role: Role; passwordHash: string },
	at: number,
): number {
	return insertedId(
		db
			.query(
				"INSERT INTO user (name, role, password_hash, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?4)",
			)
			.run(values.name, values.role, values.passwordHash, at),
	);
}

/** `disabledAt` undefined: may sign in. */
export function updateUser(
	db: Db,
	id: number,
	values: { role: Role; disabledAt: number | undefined },
	at: number,
): void {
	db.query("UPDATE user SET role = ?, disabled_at = ?, updated_at = ? WHERE id = ?").run(
		values.role,
		values.disabledAt ?? null,
		at,
		id,
	);
}

export function writePassword(db: Db, id: number, passwordHash: string, at: number): void {
	db.query("UPDATE user SET password_hash = ?, updated_at = ? WHERE id = ?").run(passwordHash, at, id);
}

/** The same password in a stronger hash, unless it was changed meanwhile; nothing else about the user is new. */
export function replaceHash(db: Db, id: number, old: string, fresh: string): void {
	db.query("UPDATE user SET password_hash = ? WHERE id = ? AND password_hash = ?").run(fresh, id, old);
}

export function writeLogin(db: Db, id: number, at: number): void {
	db.query("UPDATE user SET last_login_at = ? WHERE id = ?").run(at, id);
}

/** Switches two-step sign-in on, or (undefined) off with its recovery codes. */
export function writeTotp(
	db: Db,
	id: number,
	secret: Uint8Array | undefined,
	codeHashes: readonly Uint8Array[],
	at: number,
): void {
	db.query("UPDATE user SET totp_secret = ?, totp_step = 0, updated_at = ? WHERE id = ?").run(
		secret ?? null,
		at,
		id,
	);
	db.query("DELETE FROM recovery_code WHERE user_id = ?").run(id);
	for (const hash of codeHashes) {
		db.query("INSERT INTO recovery_code (user_id, code_hash) VALUES (?, ?)").run(id, hash);
	}
}

/** Marks a step as used; false when it or a later one was already. */
export function useTotpStep(db: Db, id: number, step: number): boolean {
	const sql = "UPDATE user SET totp_step = ?1 WHERE id = ?2 AND totp_step < ?1";
	return db.query(sql).run(step, id).changes > 0;
}

/** Takes a recovery code away; false when there is none such. */
export function useRecoveryCode(db: Db, id: number, hash: Uint8Array): boolean {
	const sql = "DELETE FROM recovery_code WHERE user_id = ? AND code_hash = ?";
	return db.query(sql).run(id, hash).changes > 0;
}

export function countRecoveryCodes(db: Db, id: number): number {
	const sql = "SELECT count(*) AS n FROM recovery_code WHERE user_id = ?";
	return db.query<{ n: number }, [number]>(sql).get(id)?.n ?? 0;
}

/** Sessions, recovery codes and known addresses go with the user. */
export function deleteUser(db: Db, id: number): void {
	db.query("DELETE FROM user WHERE id = ?").run(id);
}

type Row = {
	id: number;
	name: string;
	role: Role;
	password_hash: string;
	totp_secret: Uint8Array | null;
	totp_step: number;
	disabled_at: number | null;
	last_login_at: number | null;
	created_at: number;
};

function toUser(row: Row): User {
	return {
		id: row.id,
		name: row.name,
		role: row.role,
		twoStep: row.totp_secret !== null,
		disabledAt: row.disabled_at ?? undefined,
		lastLoginAt: row.last_login_at ?? undefined,
		createdAt: row.created_at,
	};
}
