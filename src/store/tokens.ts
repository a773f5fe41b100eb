/** Rows of `api_token`: keys for programs, found by the hash of the whole key. */

import type { Scope, Token } from "../model/user.ts";
import { type Db, insertedId } from "./database.ts";

const COLUMNS = `id, name, scope, made_by AS madeBy, created_at AS createdAt, expires_at AS expiresAt, used_at AS usedAt`;

export function findTokenByHash(db: Db, tokenHash: Uint8Array): Token | undefined {
	const row = db
		.query<Row, [Uint8Array]>(`SELECT ${COLUMNS} FROM api_token WHERE token_hash = ?`)
		.get(tokenHash);
	return row ? toToken(row) : undefined;
}

export function findToken(db: Db, id: number): Token | undefined {
	const row = db.query<Row, [number]>(`SELECT ${COLUMNS} FROM api_token WHERE id = ?`).get(id);
	return row ? toToken(row) : undefined;
}

export function listTokens(db: Db): Token[] {
	return db.query<Row, []>(`SELECT ${COLUMNS} FROM api_token ORDER BY id`).all().map(toToken);
}

export function insertToken(
	db: Db,
	token: { name: string; scope: Scope; tokenHash: Uint8Array; madeBy: string; expiresAt: number | undefined },
	at: number,
): number {
	return insertedId(
		db
			.query(
				`INSERT INTO api_token (name, scope, token_hash, made_by, created_at, expires_at)
				VALUES (?, ?, ?, ?, ?, ?)`,
			)
			.run(token.name, token.scope, token.tokenHash, token.madeBy, at, token.expiresAt ?? null),
	);
}

export function touchToken(db: Db, id: number, at: number): void {
	db.query("UPDATE api_token SET used_at = ? WHERE id = ?").run(at, id);
}

export function deleteToken(db: Db, id: number): void {
	db.query("DELETE FROM api_token WHERE id = ?").run(id);
}

type Row = Omit<Token, "expiresAt" | "usedAt"> & { expiresAt: number | null; usedAt: number | null };

function toToken(row: Row): Token {
	return { ...row, expiresAt: row.expiresAt ?? undefined, usedAt: row.usedAt ?? undefined };
}
