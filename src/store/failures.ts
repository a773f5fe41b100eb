/** Rows of `login_failure` and `user_address`: wrong passwords in a row, and where an account is usually used. */

import type { Db } from "./database.ts";

export type Failures = { readonly failures: number; readonly lastAt: number; readonly blockedUntil: number };

export function readFailures(db: Db, key: string): Failures | undefined {
	const sql = `SELECT failures, last_at AS lastAt, blocked_until AS blockedUntil FROM login_failure WHERE key = ?`;
	return db.query<Failures, [string]>(sql).get(key) ?? undefined;
}

export function writeFailures(db: Db, key: string, failures: Failures): void {
	db.query(
		`INSERT INTO login_failure (key, failures, last_at, blocked_until) VALUES (?1, ?2, ?3, ?4)
		ON CONFLICT DO UPDATE SET failures = ?2, last_at = ?3, blocked_until = ?4`,
	).run(key, failures.failures, failures.lastAt, failures.blockedUntil);
}

export function forgetFailures(db: Db, key: string): void {
	db.query("DELETE FROM login_failure WHERE key = ?").run(key);
}

/** Removes what is older than `before`, and of the rest all but the `keep` newest: strangers fill this table. */
export function pruneFailures(db: Db, before: number, keep: number): void {
	db.query("DELETE FROM login_failure WHERE last_at < ?").run(before);
	db.query(
		`DELETE FROM login_failure WHERE key IN
			(SELECT key FROM login_failure ORDER BY last_at DESC LIMIT -1 OFFSET ?)`,
	).run(keep);
}

export function isKnownAddress(db: Db, userId: number, address: string, since: number): boolean {
	const sql = "SELECT 1 AS yes FROM user_address WHERE user_id = ? AND address = ? AND seen_at >= ?";
	return db.query<{ yes: number }, [number, string, number]>(sql).get(userId, address, since) !== null;
}

/** Remembers an address of a user, at most `keep` of them. */
export function rememberAddress(db: Db, userId: number, address: string, at: number, keep: number): void {
	db.query(
		`INSERT INTO user_address (user_id, address, seen_at) VALUES (?1, ?2, ?3)
		ON CONFLICT DO UPDATE SET seen_at = ?3`,
	).run(userId, address, at);
	db.query(
		`DELETE FROM user_address WHERE user_id = ?1 AND address NOT IN
			(SELECT address FROM user_address WHERE user_id = ?1 ORDER BY seen_at DESC LIMIT ?2)`,
	).run(userId, keep);
}
