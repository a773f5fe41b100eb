/** How long the past is kept: reading it, and changing it. What is past its time, the prune removes (sweeps/retention). */

import type { Context, Ground } from "../context.ts";
import { AppError } from "../errors.ts";
import { RETENTION_DAYS, type Retention } from "../model/upkeep.ts";
import { transact } from "../store/database.ts";
import { readRetention, readSetting, writeSetting } from "../store/settings.ts";
import { change, nowhere, record } from "./audit.ts";

const DAY_MS = 86_400_000;

/** What counts: as somebody set it, else as the configuration says. */
export function retentionOf({ db, config }: Pick<Ground, "db" | "config">): Required<Retention> {
	return { ...configuredRetention({ config }), ...readRetention(db) };
}

/** What counts where nobody set anything. */
export function configuredRetention({ config }: Pick<Ground, "config">): Required<Retention> {
	return { rawDays: config.rawRetentionDays, hourlyDays: config.hourlyRetentionDays };
}

/**
 * From the next prune on. Where both are as the configuration says nothing is stored: then they follow it. Kept for
 * a shorter time, what is older goes at the next prune without a question. AppError("invalid") for what are no days, or
 * for hourly sums that would go before the measurements they are made of.
 */
export function saveRetention(context: Context, wanted: Required<Retention>): void {
	const { db, clock } = context;
	demandDays("raw_days", wanted.rawDays);
	demandDays("hourly_days", wanted.hourlyDays);
	if (wanted.hourlyDays < wanted.rawDays) {
		const message = `Keep hourly sums at least as long as the measurements: ${wanted.rawDays} days or more.`;
		throw new AppError("invalid", message, { field: "hourly_days" });
	}
	transact(db, () => {
		const was = retentionOf(context);
		const own = configuredRetention(context);
		const stored = Object.entries(wanted).filter(([name, days]) => own[name as keyof Retention] !== days);
		writeSetting(
			db,
			"retention",
			stored.length === 0 ? undefined : JSON.stringify(Object.fromEntries(stored) satisfies Retention),
		);
		if (wanted.hourlyDays < was.hourlyDays && readSetting(db, "prune_confirmed") !== "yes") {
			writeSetting(db, "prune_confirmed", String(clock.now() - wanted.hourlyDays * DAY_MS));
		}
		const details = [
			...change("days of measurements", was.rawDays, wanted.rawDays),
			...change("days of hourly sums", was.hourlyDays, wanted.hourlyDays),
		];
		for (const detail of details) {
			record(context, { kind: "setting_edited", ...nowhere, label: "Storage", detail });
		}
	});
}

function demandDays(field: string, days: number): void {
	const { min, max } = RETENTION_DAYS;
	if (Number.isInteger(days) && days >= min && days <= max) return;
	throw new AppError("invalid", `Use a whole number of days from ${min} to ${max}.`, { field });
}
