/** Keys for programs: made with a scope, shown once, revoked for good. */

import type { Context, Ground } from "../context.ts";
import { AppError } from "../errors.ts";
import { readLine } from "../model/text.ts";
import { readScope, type Scope, type Token, USER_LIMITS } from "../model/user.ts";
import { transact } from "../store/database.ts";
import * as tokens from "../store/tokens.ts";
import { nowhere, record } from "./audit.ts";
import { need } from "./fields.ts";
import { fingerprint, newKey } from "./secrets.ts";
import { unlessBusy } from "./sessions.ts";

const KEY = /^rc_[A-Za-z0-9_-]{43}$/;

export type NewToken = {
	readonly name: string;
	readonly scope: string;
	/** Days until it ends, or the moment (epoch milliseconds); neither: never. */
	readonly days?: number | undefined;
	readonly expiresAt?: number | undefined;
};

const DAYS_MAX = 3_650;
const DAY_MS = 86_400_000;

/**
 * Answers the key, which nobody is told again. AppError("invalid") names the field. A token makes none that may as much as
 * an admin, AppError("denied"), and none that outlives it: whoever found one could stay after it ended.
 */
export function createToken(context: Context, input: NewToken): { token: Token; key: string } {
	const name = need("name", readLine(input.name, USER_LIMITS.tokenNameChars));
	if (name === "") throw new AppError("invalid", "Say what it is for.", { field: "name" });
	const scope = need("scope", readScope(input.scope));
	const at = context.clock.now();
	const expiresAt = endOf(input, at);
	keepWithin(context, scope, expiresAt);
	const key = `rc_${newKey(context.random)}`;
	const token = transact(context.db, () => {
		if (tokens.listTokens(context.db).length >= USER_LIMITS.tokens) {
			throw new AppError("conflict", `There are ${USER_LIMITS.tokens} tokens already: revoke one first.`);
		}
		const madeBy = context.actor.kind === "program" ? "" : context.actor.name;
		const id = tokens.insertToken(
			context.db,
			{ name, scope, tokenHash: fingerprint(key), madeBy, expiresAt },
			at,
		);
		record(context, { kind: "token_added", ...nowhere, label: name, detail: { new: scope } });
		return demandToken(context, id);
	});
	return { token, key };
}

function endOf({ days, expiresAt }: NewToken, now: number): number | undefined {
	if (days !== undefined && !(Number.isInteger(days) && days >= 1 && days <= DAYS_MAX)) {
		throw new AppError("invalid", `Days are a number from 1 to ${DAYS_MAX}.`, { field: "days" });
	}
	const end = days === undefined ? expiresAt : now + days * DAY_MS;
	if (end === undefined || (end > now && end <= now + DAYS_MAX * DAY_MS)) return end;
	const says = `A token ends in the future, within ${DAYS_MAX} days.`;
	throw new AppError("invalid", says, { field: "expires_at" });
}

function keepWithin({ actor, db }: Context, scope: Scope, expiresAt: number | undefined): void {
	if (actor.kind !== "token") return;
	if (scope === "admin") {
		throw new AppError(
			"denied",
			"A token makes none of scope admin: sign in as an admin, or use the command line.",
		);
	}
	const end = tokens.findToken(db, actor.id ?? 0)?.expiresAt;
	if (end === undefined || (expiresAt !== undefined && expiresAt <= end)) return;
	const says = `A token makes none that outlives it: say an end up to ${new Date(end).toISOString()}.`;
	throw new AppError("invalid", says, { field: "expires_at" });
}

/** From now on it opens nothing. */
export function revokeToken(context: Context, id: number): Token {
	return transact(context.db, () => {
		const token = demandToken(context, id);
		tokens.deleteToken(context.db, id);
		record(context, { kind: "token_revoked", ...nowhere, label: token.name, detail: { old: token.scope } });
		return token;
	});
}

/** The token of this key; undefined: none (any more), or expired. Costs one look-up. */
export function findToken(
	{ db, clock }: Pick<Ground, "db" | "clock">,
	key: string,
	{ tokenSeenMs }: { readonly tokenSeenMs: number },
): Token | undefined {
	if (!KEY.test(key)) return undefined;
	const token = tokens.findTokenByHash(db, fingerprint(key));
	if (token === undefined) return undefined;
	const now = clock.now();
	if (token.expiresAt !== undefined && token.expiresAt <= now) return undefined;
	if (token.usedAt === undefined || now - token.usedAt >= tokenSeenMs) {
		unlessBusy(db, () => tokens.touchToken(db, token.id, now));
	}
	return token;
}

/** In the order they were made. */
export function listTokens({ db }: Pick<Ground, "db">): Token[] {
	return tokens.listTokens(db);
}

/** The token, or AppError("not_found"). */
export function demandToken({ db }: Pick<Ground, "db">, id: number): Token {
	const token = tokens.findToken(db, id);
	if (token === undefined)
		throw new AppError("not_found", "There is no such token. It may have been revoked.");
	return token;
}
