/** Settings for people: appearance, what new subnets start with, how long the past is kept, storage, backups, what this Rollcall is. */

import { Elysia } from "elysia";
import pkg from "../../package.json" with { type: "json" };
import type { Backups } from "../../views/backups.tsx";
import { THEMES } from "../../views/layout.tsx";
import type { RetentionState } from "../../views/retention.tsx";
import { type DefaultsState, Settings } from "../../views/settings.tsx";
import type { Storage } from "../../views/storage.tsx";
import { asksSnmp } from "../config/names.ts";
import { BOUNDS } from "../config.ts";
import { AppError } from "../errors.ts";
import { saveSubnetDefaults, subnetDefaults } from "../ipam/defaults.ts";
import { configuredRetention, retentionOf, saveRetention } from "../ipam/retention.ts";
import { backupNow, pruneNow } from "../ipam/upkeep.ts";
import { readBackupProblem, readBackupReport, readPruneReport, readSetting } from "../store/settings.ts";
import { readStorage } from "../store/sizes.ts";
import type { Desk } from "./desk.ts";
import { readForm } from "./query.ts";
import { explain, redirect, respondPage } from "./respond.ts";

export function settingsRoutes(desk: Desk) {
	const raw = { parse: "none" } as const;
	return new Elysia()
		.get("/settings", ({ request }) => respondPage(request, desk.shell(request), page(desk, request, {})))
		.post("/settings/retention", ({ request }) => saveDays(desk, request), raw)
		.post("/settings/prune", ({ request }) => {
			pruneNow(desk.by(request));
			return redirect("/settings#storage");
		})
		.post("/settings/backup", ({ request }) => {
			backupNow(desk.by(request));
			return redirect("/settings#backups");
		})
		.post("/settings/subnets", ({ request }) => saveDefaults(desk, request), raw)
		.post("/settings/theme", ({ request }) => setTheme(request), raw);
}

/** `refused`: the form that was sent, with what is wrong with it. */
type Refused = { readonly defaults?: DefaultsState; readonly retention?: RetentionState };

function page(desk: Desk, request: Request, refused: Refused) {
	const { config } = desk.context;
	const about = [
		{ label: "Version", value: pkg.version },
		{ label: "Database", value: config.databasePath },
		{ label: "Settings file", value: config.source ?? "none" },
		{ label: "Pace", value: `${config.scanRatePps} packets a second at most` },
	];
	const main = Settings({
		theme: desk.shell(request).theme,
		about,
		defaults: refused.defaults ?? defaultsOf(desk),
		asksSnmp: asksSnmp(config),
		storage: storageOf(desk.context, refused.retention),
		backups: backupsOf(desk.context),
	});
	return { title: "Settings", main };
}

function defaultsOf(desk: Desk): DefaultsState {
	const { sweepIntervalS, scanEnabled, snmpEnabled } = subnetDefaults(desk.context);
	return { values: { sweepIntervalS: String(sweepIntervalS), scanEnabled, snmpEnabled } };
}

async function saveDefaults(desk: Desk, request: Request): Promise<Response> {
	const field = await readForm(request);
	const values = {
		sweepIntervalS: field("sweep_interval_s").trim(),
		scanEnabled: field("scan_enabled") !== "",
		snmpEnabled: field("snmp_enabled") !== "",
	};
	try {
		const sweepIntervalS = /^\d{1,6}$/.test(values.sweepIntervalS)
			? Number(values.sweepIntervalS)
			: Number.NaN;
		saveSubnetDefaults(desk.by(request), { ...values, sweepIntervalS });
	} catch (error) {
		if (!(error instanceof AppError)) throw error;
		return refuse(desk, request, error, { defaults: { values, problem: problemOf(error) } });
	}
	return redirect("/settings#new-subnets");
}

async function saveDays(desk: Desk, request: Request): Promise<Response> {
	const field = await readForm(request);
	const values = { rawDays: field("raw_days").trim(), hourlyDays: field("hourly_days").trim() };
	const own = configuredRetention(desk.context);
	const days = (text: string, fallback: number) =>
		text === "" ? fallback : /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
	try {
		saveRetention(desk.by(request), {
			rawDays: days(values.rawDays, own.rawDays),
			hourlyDays: days(values.hourlyDays, own.hourlyDays),
		});
	} catch (error) {
		if (!(error instanceof AppError)) throw error;
		return refuse(desk, request, error, { retention: { values, problem: problemOf(error) } });
	}
	return redirect("/settings#storage");
}

function problemOf(error: AppError) {
	return { message: error.message, ...(error.field === undefined ? {} : { field: error.field }) };
}

function refuse(desk: Desk, request: Request, error: AppError, refused: Refused): Response {
	const { status } = explain(error);
	return respondPage(request, desk.shell(request), page(desk, request, refused), status);
}

/** What the file holds, how long each part is kept, and the last prune. */
function storageOf(context: Desk["context"], typed?: RetentionState): Storage {
	const { db, clock } = context;
	const kept = retentionOf(context);
	const asked = readSetting(db, "prune_asked_at");
	return {
		state: readStorage(db),
		retention: {
			values: { rawDays: String(kept.rawDays), hourlyDays: String(kept.hourlyDays) },
			...typed,
			kept,
			configured: configuredRetention(context),
			eventDays: BOUNDS.eventDays,
		},
		report: readPruneReport(db),
		askedAt: asked === undefined ? undefined : Number(asked),
		now: clock.now(),
	};
}

function backupsOf({ db, clock, config }: Desk["context"]): Backups {
	const asked = readSetting(db, "backup_asked_at");
	return {
		report: readBackupReport(db),
		problem: readBackupProblem(db),
		askedAt: asked === undefined ? undefined : Number(asked),
		keep: config.backupKeep,
		now: clock.now(),
	};
}

/** Remembers the theme in the browser; works without a script. */
async function setTheme(request: Request): Promise<Response> {
	const field = await readForm(request);
	const theme = THEMES.find((name) => name === field("theme"));
	if (theme === undefined)
		throw new AppError("invalid", `theme is one of ${THEMES.join(", ")}.`, { field: "theme" });
	const answer = redirect("/settings");
	answer.headers.append("set-cookie", `theme=${theme}; Path=/; Max-Age=31536000; SameSite=Lax`);
	return answer;
}
