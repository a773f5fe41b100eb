/** Who sent a request: put down once by the guard, read by whoever answers. Decides nothing. */

import type { Reader } from "../../views/reader.tsx";
import { type Actor, PROGRAM } from "../model/actor.ts";

/** Somebody the guard let in. */
export type Caller = Reader & { readonly actor: Actor };

export type Callers = {
	/** Who sent it. */
	of(request: Request): Caller;
	set(request: Request, caller: Caller): void;
};

/** Until there is a login, whoever is let in at all. */
const ANYBODY: Caller = { role: "admin", csrf: "", actor: PROGRAM };

export function createCallers(): Callers {
	const known = new WeakMap<Request, Caller>();
	return {
		of: (request) => known.get(request) ?? ANYBODY,
		set: (request, caller) => void known.set(request, caller),
	};
}
