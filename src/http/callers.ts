/** Who sent a request: put down once by the guard, read by whoever answers. Decides nothing. */

import type { Reader } from "../../views/reader.tsx";
import { AppError } from "../errors.ts";
import type { Actor } from "../model/actor.ts";

/** Somebody the guard let in. */
export type Caller = Reader & {
	readonly actor: Actor;
	/** As the header shows it; "" for nobody. */
	readonly name: string;
	readonly encrypted: boolean;
	readonly sessionId?: number;
	/** The session or token it came with; "" for nobody. */
	readonly whose: string;
	/** Is it still so? Asked again and again while a stream is open. */
	stands(): boolean;
};

export type Callers = {
	/** Who sent it; undefined where nobody needs to be known. */
	find(request: Request): Caller | undefined;
	/** Who sent it. AppError("denied") where the guard knows nobody: then nothing is done in anybody's name. */
	of(request: Request): Caller;
	set(request: Request, caller: Caller): void;
};

export function createCallers(): Callers {
	const known = new WeakMap<Request, Caller>();
	const find = (request: Request) => known.get(request);
	return {
		find,
		of(request) {
			const caller = find(request);
			if (caller === undefined) throw new AppError("denied", "Sign in first.");
			return caller;
		},
		set: (request, caller) => void known.set(request, caller),
	};
}
