/** Being signed in: a session is opened with a key that nobody can guess, and ends by time, by its owner or an admin. */

import type { Context, Ground } from "../context.ts";
import { AppError } from "../errors.ts";
import { USER_LIMITS, type User } from "../model/user.ts";
import { transact } from "../store/database.ts";
import { atOnce } from "../store/patience.ts";
import * as sessions from "../store/sessions.ts";
import { countRecoveryCodes, findUser, writeLogin } from "../store/users.ts";
import { nowhere, record } from "./audit.ts";
import { fingerprint, newKey } from "./secrets.ts";

export type SessionBounds = {
	readonly sessionIdleMs: number;
	readonly sessionMaxMs: number;
	readonly sessionSeenMs: number;
};

const KEY = /^[A-Za-z0-9_-]{43}$/;
const AGENT_CHARS = 200;

/**
 * Opens a session for somebody whose password was right and answers its key, which only the browser keeps. `recovery`: by
 * one of the recovery codes; the record says so, and how many are left.
 */
export function openSession(
	context: Context,
	user: User,
	agent: string,
	recovery = false,
): { key: string; id: number } {
	const key = newKey(context.random);
	const at = context.clock.now();
	const id = transact(context.db, () => {
		const made = sessions.insertSession(
			context.db,
			{
				tokenHash: fingerprint(key),
				userId: user.id,
				address: context.actor.from,
				agent: agent.slice(0, AGENT_CHARS),
			},
			at,
		);
		sessions.trimSessions(context.db, user.id, USER_LIMITS.sessions);
		writeLogin(context.db, user.id, at);
		const detail = recovery ? { source: "recovery code", left: countRecoveryCodes(context.db, user.id) } : {};
		record(context, { kind: "signed_in", ...nowhere, label: user.name, detail });
		return made;
	});
	return { key, id };
}

/**
 * Who this key belongs to; undefined: nobody (any more). `active`: a person did something, not a page by itself: the
 * session lives on. Costs one look-up.
 */
export function findSession(
	{ db, clock }: Pick<Ground, "db" | "clock">,
	key: string,
	bounds: SessionBounds,
	active: boolean,
): sessions.Signed | undefined {
	if (!KEY.test(key)) return undefined;
	const found = sessions.findSession(db, fingerprint(key));
	if (found === undefined) return undefined;
	const now = clock.now();
	// Either way: a session of a clock that was far ahead would live until it comes there again.
	const [age, idle] = [Math.abs(now - found.createdAt), Math.abs(now - found.seenAt)];
	if (age >= bounds.sessionMaxMs || idle >= bounds.sessionIdleMs) return undefined;
	if (active && idle >= bounds.sessionSeenMs) {
		unlessBusy(db, () => sessions.touchSession(db, found.id, now));
	}
	return found;
}

/** "Last seen" can wait for the next request: a database that is busy, full or read-only must not keep anybody out. */
export function unlessBusy(db: Ground["db"], write: () => void): void {
	try {
		atOnce(db, write);
	} catch {
		// It is tried again at the next request.
	}
}

/** Removes what has ended by itself. */
export function forgetEnded({ db, clock }: Pick<Ground, "db" | "clock">, bounds: SessionBounds): void {
	const now = clock.now();
	sessions.pruneSessions(db, { createdAt: now - bounds.sessionMaxMs, seenAt: now - bounds.sessionIdleMs });
}

/** Ends one session of its owner. AppError("not_found") when it has ended already or is somebody else's. */
export function endSession(context: Context, userId: number, id: number): void {
	if (!dropSession(context, userId, id))
		throw new AppError("not_found", "There is no such session. It may have ended already.");
}

/** The same for whoever does not mind; false: it had ended. */
export function dropSession(context: Context, userId: number, id: number): boolean {
	return transact(context.db, () => {
		const deleted = sessions.deleteSession(context.db, userId, id);
		if (deleted) note(context, userId, "a session");
		return deleted;
	});
}

/** Ends all sessions of a user but `except`; answers how many there were. */
export function endSessions(context: Context, userId: number, except?: number): number {
	return transact(context.db, () => {
		const count = sessions.deleteSessions(context.db, userId, except);
		if (count > 0) note(context, userId, "sessions");
		return count;
	});
}

function note(context: Context, userId: number, field: string): void {
	const label = findUser(context.db, userId)?.name ?? "";
	record(context, { kind: "user_edited", ...nowhere, label, detail: { field, old: "open", new: "ended" } });
}
