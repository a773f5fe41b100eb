/**
 * Sign-ins that failed, as the record and the log tell of them: at whose account, from where, how many in a row. Few
 * lines however many tries; and never what was typed, for people type passwords where the name belongs.
 */

import type { Context } from "../context.ts";
import { type Actor, PROGRAM } from "../model/actor.ts";
import { nowhere, record } from "./audit.ts";

export type FailedBounds = {
	/** Lines at once, and the time until there may be one more, in milliseconds; the rest is told as a sum. */
	readonly failuresTold: number;
	readonly failureToldMs: number;
};

export type FailedTry = {
	/** Name of the account; undefined: nobody's. */
	readonly account: string | undefined;
	readonly from: string;
	/** In a row: at this account from there, or from there at no account. */
	readonly times: number;
	/** Who was signed in already and was asked once more; undefined: a stranger. */
	readonly by: Actor | undefined;
	/** What was wrong, for the log alone: whoever reads the record must not learn that a password was right. */
	readonly wrong: "name" | "password" | "code" | "disabled account";
};

export type FailedSignIns = {
	/** Inside the transaction of the try. */
	note(failed: FailedTry): void;
	/** Tells how many there were besides, if any. Call it every few minutes. */
	sum(): void;
};

/** Which of the tries in a row are told: the first, second, fifth, tenth, twentieth … */
function isTold(times: number): boolean {
	return /^[125]0*$/.test(String(times));
}

export function openFailedSignIns(
	context: Pick<Context, "db" | "clock" | "log">,
	{ failuresTold, failureToldMs }: FailedBounds,
): FailedSignIns {
	const { clock, log } = context;
	let left = failuresTold;
	let filledAt = clock.monotonicMs();
	let untold = 0;
	const mayTell = () => {
		const filled = Math.floor((clock.monotonicMs() - filledAt) / failureToldMs);
		left = Math.min(failuresTold, left + filled);
		filledAt += filled * failureToldMs;
		return left > 0;
	};
	const write = (label: string, detail: Record<string, string | number>, by: Actor = PROGRAM) =>
		record({ ...context, actor: by }, { kind: "sign_in_failed", ...nowhere, label, detail });
	return {
		note({ account, from, times, by, wrong }) {
			if (!isTold(times)) return;
			if (!mayTell()) {
				untold += 1;
				return;
			}
			left -= 1;
			// Of a person who is signed in the actor says from where.
			write(account ?? "", { times, ...(by === undefined ? { from } : { source: "own password" }) }, by);
			log.warning("sign-in failed", { account: account ?? "of nobody", from, times, wrong });
		},
		sum() {
			if (untold === 0) return;
			write("", { more: untold });
			log.warning("more sign-ins failed than are told one by one", { more: untold });
			untold = 0;
		},
	};
}
