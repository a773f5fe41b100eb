/** The dashboard, the list of what happened, settings and doctor: pages that only read. */

import { Elysia } from "elysia";
import pkg from "../../package.json" with { type: "json" };
import type { Backups } from "../../views/backups.tsx";
import { Dashboard } from "../../views/dashboard.tsx";
import { Doctor } from "../../views/doctor.tsx";
import { THEMES } from "../../views/layout.tsx";
import { WindowRows } from "../../views/listing.tsx";
import { renderFragment } from "../../views/render.tsx";
import { Settings } from "../../views/settings.tsx";
import type { Storage } from "../../views/storage.tsx";
import { BOUNDS } from "../config.ts";
import { AppError } from "../errors.ts";
import { backupNow, pruneNow } from "../ipam/upkeep.ts";
import { countByStatus, countNews } from "../store/counts.ts";
import { listEvents } from "../store/events.ts";
import { answeredShare } from "../store/history.ts";
import { readBackupProblem, readBackupReport, readPruneReport, readSetting } from "../store/settings.ts";
import { readStorage } from "../store/sizes.ts";
import type { Desk } from "./desk.ts";
import { readListing, WINDOW } from "./listing.ts";
import { readForm, readListQuery, readWindow } from "./query.ts";
import { redirect, respondHtml, respondPage } from "./respond.ts";
import { readStrips, readSummaries } from "./summaries.ts";

const DAY_MS = 86_400_000;
/** Lines under "What changed". */
const CHANGES = 12;
/** Subnets with their strips; the tree shows them all. */
const SUBNETS = 20;
/** Hosts come below everything else: fewer at first than on a subnet's page. */
const FIRST_WINDOW = { rows: 30, max: WINDOW.max };

export function dashboardRoutes(desk: Desk) {
	return new Elysia()
		.get("/", ({ request }) => desk.page(request, () => dashboard(desk, request)))
		.get("/rows", ({ request }) => desk.piece(request, () => rows(desk, request)))
		.get("/doctor", ({ request }) =>
			desk.page(request, () => ({ title: "Doctor", main: Doctor({ checks: desk.surroundings.checks() }) })),
		)
		.get("/settings", ({ request }) => respondPage(request, desk.shell(request), settings(desk, request)))
		.post("/settings/prune", ({ request }) => {
			pruneNow(desk.by(request));
			return redirect("/settings#storage");
		})
		.post("/settings/backup", ({ request }) => {
			backupNow(desk.by(request));
			return redirect("/settings#backups");
		})
		.post("/settings/theme", ({ request }) => setTheme(request), { parse: "none" });
}

function dashboard(desk: Desk, request: Request) {
	const { db, clock } = desk.context;
	const now = clock.now();
	const summaries = readSummaries(db);
	const all = summaries.map(({ subnet }) => subnet);
	const shown = all.slice(0, SUBNETS);
	const strips = readStrips(db, shown, all);
	const subnets = shown.map(
		(subnet, i) => ({ subnet, map: strips[i] ?? { kind: "too_large", hosts: 0 } }) as const,
	);
	const total = countByStatus(db, {});
	const news = countNews(db, now - DAY_MS);
	const main = Dashboard({
		counts: {
			up: total.up,
			down: total.down,
			neverAnswered: news.neverAnswered,
			newIn24h: news.newHosts,
			answered24h: answeredShare(db, now - DAY_MS),
		},
		subnets,
		all,
		listing: readList(desk, request),
		changes: listEvents(db, { since: now - DAY_MS, limit: CHANGES }),
		offers: all.length === 0 ? desk.surroundings.offers() : [],
		now,
	});
	return { title: "", main };
}

function readList(desk: Desk, request: Request) {
	const params = new URL(request.url).searchParams;
	const { db, clock } = desk.context;
	const query = readListQuery(params, { fallback: "up", now: clock.now() });
	return readListing(db, undefined, query, readWindow(params, FIRST_WINDOW), desk.facets);
}

function rows(desk: Desk, request: Request): Response {
	const listing = readList(desk, request);
	const now = desk.context.clock.now();
	const before = new URL(request.url).searchParams.has("before");
	return respondHtml(
		request,
		renderFragment(desk.reader(request), WindowRows({ listing, base: "/", now, before })),
	);
}

function settings(desk: Desk, request: Request) {
	const { config } = desk.context;
	const about = [
		{ label: "Version", value: pkg.version },
		{ label: "Database", value: config.databasePath },
		{ label: "Settings file", value: config.source ?? "none" },
		{ label: "Sweep of a new subnet", value: `every ${config.sweepIntervalS} s` },
		{ label: "Pace", value: `${config.scanRatePps} packets a second at most` },
	];
	return {
		title: "Settings",
		main: Settings({
			theme: desk.shell(request).theme,
			about,
			storage: storageOf(desk.context),
			backups: backupsOf(desk.context),
		}),
	};
}

/** What the file holds, how long each part is kept, and the last prune. */
function storageOf({ db, clock, config }: Desk["context"]): Storage {
	const asked = readSetting(db, "prune_asked_at");
	return {
		state: readStorage(db),
		rawDays: config.rawRetentionDays,
		hourlyDays: config.hourlyRetentionDays,
		eventDays: BOUNDS.eventDays,
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
