/** Asking for a prune or a backup out of turn: a wish in the settings; others do the rest. */

import type { Context } from "../context.ts";
import { transact } from "../store/database.ts";
import { readSetting, type SettingKey, writeSetting } from "../store/settings.ts";
import { nowhere, record } from "./audit.ts";

/**
 * Answers since when the prune is asked for, epoch milliseconds: a second wish changes nothing. What a person asks for
 * is done even if much goes at once.
 */
export function pruneNow(context: Context): number {
	writeSetting(context.db, "prune_confirmed", "yes");
	return wish(context, "prune_asked_at", "Prune");
}

/** The same for a backup. */
export function backupNow(context: Context): number {
	return wish(context, "backup_asked_at", "Backup");
}

function wish(context: Context, key: SettingKey, label: string): number {
	const { db, clock } = context;
	return transact(db, () => {
		const asked = readSetting(db, key);
		if (asked !== undefined) return Number(asked);
		const at = clock.now();
		writeSetting(db, key, String(at));
		record(context, {
			kind: "setting_edited",
			...nowhere,
			label,
			detail: { field: "asked for", new: "now" },
		});
		return at;
	});
}
