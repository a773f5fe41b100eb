/** Asking for the prune out of turn: a wish in the settings; the sweep thread does the rest. */

import type { Context } from "../context.ts";
import { readSetting, writeSetting } from "../store/settings.ts";

/** Answers since when the prune is asked for, epoch milliseconds: a second wish changes nothing. */
export function pruneNow(context: Context): number {
	const asked = readSetting(context.db, "prune_asked_at");
	if (asked !== undefined) return Number(asked);
	const at = context.clock.now();
	writeSetting(context.db, "prune_asked_at", String(at));
	return at;
}
