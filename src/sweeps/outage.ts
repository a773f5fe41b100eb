/** Our own network is down, or back: the state of hosts, the fact itself and its one event, all in one transaction. */

import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { Address } from "../net/address.ts";
import { type Db, transact } from "../store/database.ts";
import { hurryForgotten } from "../store/history.ts";
import { readSetting, writeSetting } from "../store/settings.ts";
import * as recorder from "./recorder.ts";

/** So long after an answer at most, in milliseconds, it is known of everybody whether the outage is over for them. */
const AGAIN_MS = 60_000;

type OutageDeps = { readonly db: Db; readonly clock: Clock; readonly log: Log };

/** All that fell silent becomes unknown; the outage is told once, by whichever sweep notices it first. */
export function ownNetworkDown(
	{ db, clock, log }: OutageDeps,
	recording: recorder.Recording,
	silent: readonly Address[],
	why: string,
): recorder.Recorded[] {
	const at = clock.now();
	const told = transact(db, () => {
		const unknown = recorder.recordUnknown(db, silent, at);
		if (readSetting(db, "own_network_down_since") !== undefined) return [unknown];
		writeSetting(db, "own_network_down_since", String(at));
		return [unknown, recorder.recordSubnetEvent(db, recording, "own_network_down", { reason: why }, at)];
	});
	if (told.length > 1) log.error("own network down", { reason: why });
	return told;
}

/**
 * What was down is back once every host that is unknown because of it was heard of again, or stayed silent with our way
 * out proven good: while one of several networks is lost, an answer from another (or of this machine itself, which
 * needs no cable) says nothing of it. Who waits for the next sweep of a long interval is asked sooner. Call it when
 * somebody answered, or when silence was proven.
 */
export function ownNetworkBack(
	{ db, clock }: OutageDeps,
	recording: recorder.Recording,
): recorder.Recorded[] {
	if (readSetting(db, "own_network_down_since") === undefined) return [];
	const at = clock.now();
	return transact(db, () => {
		if (hurryForgotten(db, at + AGAIN_MS)) return [];
		const since = Number(readSetting(db, "own_network_down_since") ?? at);
		writeSetting(db, "own_network_down_since", undefined);
		return [recorder.recordSubnetEvent(db, recording, "own_network_back", { downMs: at - since }, at)];
	});
}
