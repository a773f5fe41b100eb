/** Rows of `session`: who is signed in, found by the hash of the cookie. Expiry is the caller's question. */

import type { Role, Session } from "../model/user.ts";
import { type Db, insertedId } from "./database.ts";

/** A session with what is asked of its user at every request. */
export type Signed = {
	readonly id: number;
	readonly userId: number;
	readonly name: string;
	readonly role: Role;
	readonly createdAt: number;
	readonly seenAt: number;
};

const FIND = `SELECT s.id, s.user_id AS userId, u.name, u.role, s.created_at AS createdAt, s.seen_at AS seenAt
	FROM session AS s JOIN user AS u ON u.id = s.user_id
	WHERE s.token_hash = ? AND u.disabled_at IS NULL`;

/** The session of a user who is not disabled; every request passes here. */
export function findSession(db: Db, tokenHash: Uint8Array): Signed | undefined {
	return db.query<Signed, [Uint8Array]>(FIND).get(tokenHash) ?? undefined;
}

export function listSessions(db: Db, userId: number): Session[] {
	return db
		.query<Session, [number]>(
			`SELECT id, user_id AS userId, created_at AS createdAt, seen_at AS seenAt, address, agent
			FROM session WHERE user_id = ? ORDER BY seen_at DESC, id DESC`,
		)
		.all(userId);
}

export function insertSession(
	db: Db,
	session: { tokenHash: Uint8Array; userId: number; address: string; agent: string },
	at: number,
): number {
	return insertedId(
		db
			.query(
				`INSERT INTO session (token_hash, user_id, created_at, seen_at, address, agent)
				VALUES (?1, ?2, ?3, ?3, ?4, ?5)`,
			)
			.run(session.tokenHash, session.userId, at, session.address, session.agent),
	);
}

export function touchSession(db: Db, id: number, at: number): void {
	db.query("UPDATE session SET seen_at = ? WHERE id = ?").run(at, id);
}

/** Ends one session of this user; false when it is not theirs. */
export function deleteSession(db: Db, userId: number, id: number): boolean {
	return db.query("DELETE FROM session WHERE id = ? AND user_id = ?").run(id, userId).changes > 0;
}

/** Ends all sessions of a user but `except`; answers how many. */
export function deleteSessions(db: Db, userId: number, except = 0): number {
	return db.query("DELETE FROM session WHERE user_id = ? AND id <> ?").run(userId, except).changes;
}

/** Leaves a user the `keep` newest sessions. */
export function trimSessions(db: Db, userId: number, keep: number): void {
	db.query(
		`DELETE FROM session WHERE user_id = ?1 AND id NOT IN
			(SELECT id FROM session WHERE user_id = ?1 ORDER BY id DESC LIMIT ?2)`,
	).run(userId, keep);
}

/** Removes what has ended by itself. */
export function pruneSessions(db: Db, before: { createdAt: number; seenAt: number }): number {
	return db
		.query("DELETE FROM session WHERE created_at <= ? OR seen_at <= ?")
		.run(before.createdAt, before.seenAt).changes;
}
