/**
 * Wishes that carry a key of their caller's: done once, however often they are sent (draft-ietf-httpapi-idempotency-
 * key-header). Knows no wish; the answer is kept in the transaction of the wish itself.
 */

import { AppError } from "../../errors.ts";
import type { Actor } from "../../model/actor.ts";
import type { Db } from "../../store/database.ts";
import { findAnswer, insertAnswer } from "../../store/idempotency.ts";
import { respondJson } from "../respond.ts";

/** Visible ASCII; longest key in characters. */
const KEY = /^[\x21-\x7e]{1,255}$/;

type Headers = Readonly<Record<string, string>>;
type Made = { readonly status: number; readonly body: unknown; readonly headers?: Headers };
/** Does the wish; `keep` is to be called in its transaction with what will be answered. */
type Work<T extends Made> = (keep: (made: T) => void) => Promise<T>;

export type Once = <T extends Made>(
	request: Request,
	wish: {
		readonly db: Db;
		readonly actor: Actor;
		readonly at: number;
		readonly what: unknown;
		/** What goes with a body that was kept. */
		readonly headersOf: (body: T["body"]) => Headers;
	},
	work: Work<T>,
) => Promise<T | Response>;

/** Remembers what is under way in this process; what is done is in the database. */
export function openOnce(): Once {
	const underWay = new Map<string, { readonly digest: string; readonly done: Promise<unknown> }>();
	return async (request, { db, actor, at, what, headersOf }, work) => {
		const key = request.headers.get("idempotency-key");
		if (key === null) return work(() => {});
		if (!KEY.test(key)) throw refuse("Idempotency-Key is a text of 1 to 255 visible characters of ASCII.");
		const whose = { actor: `${actor.kind} ${actor.id ?? ""}`.trim(), key };
		const digest = Bun.hash(JSON.stringify(what)).toString(36);
		const name = `${whose.actor}\n${key}`;
		// Of several that wait for one that fails, one goes on, and the others wait for that.
		for (let other = underWay.get(name); other !== undefined; other = underWay.get(name)) {
			if (other.digest !== digest) throw reused();
			await other.done.catch(() => undefined);
		}
		const kept = findAnswer(db, whose.actor, key);
		if (kept !== undefined) {
			if (kept.digest !== digest) throw reused();
			const body = JSON.parse(kept.body);
			const headers = { ...headersOf(body), "idempotent-replayed": "true" };
			return respondJson(request, body, kept.status, headers);
		}
		const done = work(({ status, body }) =>
			insertAnswer(db, whose, { digest, status, body: JSON.stringify(body) }, at),
		);
		underWay.set(name, { digest, done });
		try {
			return await done;
		} finally {
			underWay.delete(name);
		}
	};
}

function reused(): AppError {
	return refuse("This key was sent with another wish: take a new one for every wish.");
}

function refuse(says: string): AppError {
	return new AppError("invalid", says, { field: "Idempotency-Key" });
}
