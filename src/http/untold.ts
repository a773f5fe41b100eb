/**
 * Events that nobody told of: those of accounts, tokens and settings, and what another process wrote into the database,
 * are found here and told as one small piece of news. What changes the network is told by whoever changes it.
 */

import type { Clock } from "../clock.ts";
import type { Bus } from "../events/bus.ts";
import type { Db } from "../store/database.ts";
import { lastEventId } from "../store/events.ts";
import { every } from "./readers.ts";

/** Looks every so many milliseconds until `stop`. */
export function watchUntold(
	{ db, bus, clock }: { readonly db: Db; readonly bus: Bus; readonly clock: Clock },
	everyMs: number,
	stop: AbortSignal,
): void {
	let told = lastEventId(db);
	// Whoever hears of a change looks at everything that there is by then.
	const leave = bus.subscribe(({ news }) => {
		if (news.kind === "change") told = lastEventId(db);
	});
	stop.addEventListener("abort", leave);
	void every(clock, everyMs, stop, () => {
		if (lastEventId(db) > told)
			bus.publish({ kind: "change", change: { subnetIds: [], hostIds: [], urgent: false } });
	});
}
