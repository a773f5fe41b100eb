/**
 * Answers that depend on the database alone, kept as long as nothing in it changes: by whom it changes does not
 * matter, so what is kept is never old. Bounded by number and bytes. Knows no operation.
 */

import { readChangeMark } from "../../store/changes.ts";
import type { Db } from "../../store/database.ts";

export type Kept = (request: Request, make: () => Promise<Response>) => Promise<Response>;

/** Answers kept, the largest of them and all together, in bytes. */
const KEPT_MAX = 256;
const ONE_BYTES = 512 * 1_024;
const ALL_BYTES = 8 * 1_024 * 1_024;

type Copy = { readonly body: ArrayBuffer; readonly headers: Headers; readonly status: number };

export function openKept(db: Db): Kept {
	const copies = new Map<string, Copy>();
	let bytes = 0;
	let mark = "";
	const forget = () => {
		copies.clear();
		bytes = 0;
	};
	return async (request, make) => {
		const now = readChangeMark(db);
		if (now !== mark) {
			forget();
			mark = now;
		}
		const key = `${request.headers.get("accept-encoding") ?? ""} ${request.url}`;
		const copy = copies.get(key);
		if (copy !== undefined) return respond(copy);
		const made = await make();
		if (made.status !== 200) return made;
		const body = await made.clone().arrayBuffer();
		// Somebody may have written while the answer was on its way, and others may have asked since.
		if (readChangeMark(db) !== now || body.byteLength > ONE_BYTES) return made;
		if (copies.size >= KEPT_MAX || bytes + body.byteLength > ALL_BYTES) forget();
		copies.set(key, { body, headers: made.headers, status: made.status });
		bytes += body.byteLength;
		return made;
	};
}

function respond({ body, headers, status }: Copy): Response {
	return new Response(body, { status, headers });
}
