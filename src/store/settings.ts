/** Rows of `setting`: small facts by key. */

import type { Db } from "./database.ts";

export type SettingKey = "own_network_down_since";

export function readSetting(db: Db, key: SettingKey): string | undefined {
	return db.query<{ value: string }, [string]>("SELECT value FROM setting WHERE key = ?").get(key)?.value;
}

/** Stores a value, or removes the key when it is undefined. */
export function writeSetting(db: Db, key: SettingKey, value: string | undefined): void {
	if (value === undefined) db.query("DELETE FROM setting WHERE key = ?").run(key);
	else
		db.query(
			"INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
		).run(key, value);
}
