/**
 * Do the name servers answer at all? Told to the doctor by a row, for one silent zone is no fault of the server. Looks
 * up no host.
 */

import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import { parseAddress } from "../net/address.ts";
import type { LookUp, Ptr } from "../probes/ptr.ts";
import type { Db } from "../store/database.ts";
import { readSetting, writeSetting } from "../store/settings.ts";

export type ServersDeps = {
	readonly db: Db;
	readonly clock: Clock;
	readonly log: Log;
	readonly ptr: Ptr;
	/** Look-ups without any answer in a row, after which the servers are asked what every one of them can answer. */
	readonly namesFailAfter: number;
	/** That question at most so often, in milliseconds. */
	readonly namesProofMs: number;
};

export type Servers = {
	/** Takes what came of a look-up. Throws what the database threw. */
	hear(heard: LookUp): void;
	/** While none answers, asks now and then. Ends at once when `signal` aborts. */
	prove(signal: AbortSignal): Promise<void>;
};

/** Every server knows the name of 127.0.0.1, or that there is none (RFC 6303 4.2). */
const LOOPBACK = parseAddress("127.0.0.1").value ?? 0n;

export function watchServers(deps: ServersDeps): Servers {
	const { db, clock, log } = deps;
	let told = readSetting(db, "names_fail") !== undefined;
	let silent = 0;
	let proofAt = Number.NEGATIVE_INFINITY;
	const tell = (fail: { since: number; reason: string } | undefined) => {
		writeSetting(db, "names_fail", fail && JSON.stringify(fail));
		told = fail !== undefined;
		if (fail === undefined) log.info("name servers answer again");
		else log.warning("name servers do not answer", { reason: fail.reason });
	};
	const hear = (heard: LookUp) => {
		silent = heard.kind === "failed" && heard.silent ? silent + 1 : 0;
		if (told && silent === 0) tell(undefined);
	};
	return {
		hear,
		async prove(signal) {
			const isDue = told || silent >= deps.namesFailAfter;
			if (!isDue || clock.monotonicMs() < proofAt) return;
			proofAt = clock.monotonicMs() + deps.namesProofMs;
			const heard = await deps.ptr(LOOPBACK, signal);
			if (signal.aborted) return;
			hear(heard);
			if (!told && heard.kind === "failed" && heard.silent) {
				tell({ since: clock.now(), reason: heard.reason });
			}
		},
	};
}
