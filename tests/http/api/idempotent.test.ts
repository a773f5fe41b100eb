/** A wish with a key of its caller's, sent several times at once: done once, also when the first of them fails. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { openOnce } from "../../../src/http/api/idempotent.ts";
import { PROGRAM } from "../../../src/model/actor.ts";
import { type Db, openDatabase } from "../../../src/store/database.ts";

let db: Db;
beforeEach(() => {
	db = openDatabase(":memory:", { busyMs: 0 });
});
afterEach(() => db.close());

type Made = { readonly status: number; readonly body: { readonly n: number } };

test("those that wait for one that fails do the wish once between them", async () => {
	const once = openOnce();
	const first = Promise.withResolvers<Made>();
	const others = Promise.withResolvers<void>();
	const wish = { db, actor: PROGRAM, at: 1, what: "an address", headersOf: () => ({}) };
	const ask = (work: (keep: (made: Made) => void) => Promise<Made>) =>
		once(new Request("http://localhost/", { headers: { "idempotency-key": "k" } }), wish, work);
	let done = 0;
	const failing = ask(() => first.promise);
	const waiting = Array.from({ length: 3 }, () =>
		ask(async (keep) => {
			const made = { status: 201, body: { n: ++done } };
			await others.promise;
			keep(made);
			return made;
		}),
	);
	first.reject(new Error("nothing could be asked"));
	expect(failing).rejects.toThrow("nothing could be asked");
	others.resolve();
	const answers = await Promise.all(waiting);
	const numbers = await Promise.all(
		answers.map(async (answer) => (answer instanceof Response ? await answer.json() : answer.body)),
	);
	expect(numbers).toEqual([{ n: 1 }, { n: 1 }, { n: 1 }]);
	expect(done).toBe(1);
});
