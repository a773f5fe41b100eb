/** Rows of `setting`: small facts by key. */

import type { SubnetDefaults } from "../model/subnet.ts";
import type { BackupReport, PruneReport, Retention } from "../model/upkeep.ts";
import type { Db } from "./database.ts";

export type SettingKey =
	| "own_network_down_since"
	/** Networks and gateways of this machine that worked lately: see sweeps/ways. */
	| "ways_out"
	/** The network in this file is invented, since this moment. */
	| "demo_since"
	/** Name servers do not answer: JSON of { since, reason }. */
	| "names_fail"
	/** A person or the timetable wants a backup, since this moment. */
	| "backup_asked_at"
	/** The last backup: JSON of BackupReport. */
	| "backup_report"
	/** Why the last attempt made none: JSON of { at, says }. */
	| "backup_problem"
	/** A person or the timetable wants the prune to run, since this moment. */
	| "prune_asked_at"
	/**
	 * "yes": a person wants the prune to run although much goes at once. A moment: somebody shortened how long the past
	 * is kept, and what is older than this goes without a question.
	 */
	| "prune_confirmed"
	/** How long the past is kept, where it is not as the configuration says: JSON of Retention. */
	| "retention"
	/** What the last prune did: JSON of PruneReport. */
	| "prune_report"
	/** Since when there has been a user: the first one is made once, for ever. */
	| "set_up_at"
	/** What new subnets start with: JSON of SubnetDefaults. */
	| "subnet_defaults"
	/** Samples before this moment are down to one an hour already. */
	| "thinned_until";

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

/** What the last prune did; undefined before the first. */
export function readPruneReport(db: Db): PruneReport | undefined {
	const text = readSetting(db, "prune_report");
	return text === undefined ? undefined : (JSON.parse(text) as PruneReport);
}

/** The last backup that was made; undefined before the days are counted, with an empty path before the first. */
export function readBackupReport(db: Db): BackupReport | undefined {
	const text = readSetting(db, "backup_report");
	return text === undefined ? undefined : (JSON.parse(text) as BackupReport);
}

/** Why the last attempt made no backup; undefined when it did. */
export function readBackupProblem(db: Db): { at: number; says: string } | undefined {
	const text = readSetting(db, "backup_problem");
	return text === undefined ? undefined : (JSON.parse(text) as { at: number; says: string });
}

/** What new subnets start with, as somebody set it; undefined: nobody did. */
export function readSubnetDefaults(db: Db): SubnetDefaults | undefined {
	const text = readSetting(db, "subnet_defaults");
	return text === undefined ? undefined : (JSON.parse(text) as SubnetDefaults);
}

/** How long the past is kept, as far as somebody set it. */
export function readRetention(db: Db): Retention {
	const text = readSetting(db, "retention");
	return text === undefined ? {} : (JSON.parse(text) as Retention);
}
