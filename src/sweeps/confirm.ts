/** The second look at hosts that kept silent in a sweep: down, up after all, or is it we? Plans and starts no sweep. */

import { findSubnet } from "../store/subnets.ts";
import { answersOf } from "./asking.ts";
import { ownNetworkBack, ownNetworkDown } from "./outage.ts";
import * as recorder from "./recorder.ts";
import { type Suspicion, type SweepDeps, tell } from "./sweep.ts";
import { isLoopback } from "./targets.ts";

/**
 * Asks suspects again, `confirmations` times; whoever stays silent through all of them is down. A round in which
 * replies were lost on our side proves nothing and is repeated; too many of those and nobody is judged. When nobody has
 * answered before the last round, our own network is looked at, and then they are asked once more: who is there answers
 * if it has come back just now.
 */
export async function confirm(deps: SweepDeps, suspicion: Suspicion, signal: AbortSignal): Promise<void> {
	const { db, clock, timing, prober, gate } = deps;
	const { recording, manner, suspects } = suspicion;
	const subnet = findSubnet(db, recording.run.subnetId);
	let silent = suspects;
	let proofs = 0;
	let outage: string | undefined;
	try {
		for (let round = 0; proofs < timing.confirmations && silent.length > 0; round++) {
			if (round === 2 * timing.confirmations) return recorder.dropSuspicion(db, silent);
			await clock.sleep(timing.confirmEveryMs, signal);
			if (proofs === timing.confirmations - 1 && silent.length === suspects.length && subnet !== undefined)
				outage = await gate.outage(subnet, signal, silent);
			if (signal.aborted) return recorder.dropSuspicion(db, silent);
			const { answered, proven } = await answersOf(prober, silent, manner, signal);
			if (proven) proofs += 1;
			if (signal.aborted) return recorder.dropSuspicion(db, silent);
			if (answered.length === 0) continue;
			const back = new Set(answered.map((verdict) => verdict.address));
			silent = silent.filter((address) => !back.has(address));
			tell(deps, recording.run, recorder.recordAnswers(db, recording, answered, clock.now()));
		}
	} catch (error) {
		recorder.dropSuspicion(db, silent);
		throw error;
	}
	if (silent.length === 0) return;
	// Back in the very last round: what the others did in those before says nothing of them.
	if (outage !== undefined && silent.length < suspects.length) return recorder.dropSuspicion(db, silent);
	if (outage !== undefined)
		return tell(deps, recording.run, ...ownNetworkDown(deps, recording, silent, outage));
	tell(deps, recording.run, recorder.recordDowns(db, recording, silent, clock.now()));
	// Nobody may be left to answer: that our network is back is known all the same.
	if (silent.length === suspects.length && subnet !== undefined && !isLoopback(subnet.cidr.base))
		tell(deps, recording.run, ...ownNetworkBack(deps, recording));
}
