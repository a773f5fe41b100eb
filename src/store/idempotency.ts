/** Rows of `idempotency`: what was answered to a wish that carried a key. Knows no wish. */

import type { Db } from "./database.ts";

export type KeptAnswer = { readonly digest: string; readonly status: number; readonly body: string };

export function findAnswer(db: Db, actor: string, key: string): KeptAnswer | undefined {
	return (
		db
			.query<KeptAnswer, [string, string]>(
				"SELECT digest, status, body FROM idempotency WHERE actor = ? AND key = ?",
			)
			.get(actor, key) ?? undefined
	);
}

export function insertAnswer(
	db: Db,
	whose: { actor: string; key: string },
	answer: KeptAnswer,
	at: number,
): void {
	db.query(
		"INSERT INTO idempotency (actor, key, digest, status, body, made_at) VALUES (?, ?, ?, ?, ?, ?)",
	).run(whose.actor, whose.key, answer.digest, answer.status, answer.body, at);
}

/** Removes what was made before this moment, and the oldest above `most`. */
export function pruneAnswers(db: Db, before: number, most: number): void {
	db.query("DELETE FROM idempotency WHERE made_at < ?").run(before);
	db.query(
		`DELETE FROM idempotency WHERE (actor, key) IN (
			SELECT actor, key FROM idempotency ORDER BY made_at DESC LIMIT -1 OFFSET ?)`,
	).run(most);
}
