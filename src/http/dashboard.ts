/** The dashboard and the doctor: pages that only read. */

import { Elysia } from "elysia";
import { Dashboard } from "../../views/dashboard.tsx";
import { Doctor } from "../../views/doctor.tsx";
import { WindowRows } from "../../views/listing.tsx";
import { renderFragment } from "../../views/render.tsx";
import { foldNews, isFolded } from "../model/crowd.ts";
import { BESIDE_THE_NETWORK, type Event } from "../model/event.ts";
import { countByStatus, countNews } from "../store/counts.ts";
import type { Db } from "../store/database.ts";
import { listEvents } from "../store/events.ts";
import { answeredShare } from "../store/history.ts";
import type { Desk } from "./desk.ts";
import { readListing, WINDOW } from "./listing.ts";
import { readListQuery, readWindow } from "./query.ts";
import { respondHtml } from "./respond.ts";
import { readStrips, readSummaries } from "./summaries.ts";

const DAY_MS = 86_400_000;
/** Lines under "What changed". */
const CHANGES = 12;
const STORM = 600;
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
		);
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
		listing: readList(desk, request, FIRST_WINDOW),
		changes: changesOf(db, now),
		offers: all.length === 0 ? desk.surroundings.offers() : [],
		now,
	});
	return { title: "", main };
}

/** Of a storm over many subnets so much is read that it fits into a line, and leaves room for what happened before. */
function changesOf(db: Db, now: number): Event[] {
	const read = (limit: number) => listEvents(db, { since: now - DAY_MS, without: BESIDE_THE_NETWORK, limit });
	const newest = read(CHANGES);
	const isStorm = newest.filter(isFolded).length > CHANGES / 2;
	return foldNews(isStorm ? read(STORM) : newest).slice(0, CHANGES);
}

function readList(desk: Desk, request: Request, window: { rows: number; max: number }) {
	const params = new URL(request.url).searchParams;
	const { db, clock } = desk.context;
	const query = readListQuery(params, { fallback: "up", now: clock.now() });
	return readListing(db, undefined, query, readWindow(params, window), desk.facets);
}

function rows(desk: Desk, request: Request): Response {
	const listing = readList(desk, request, WINDOW);
	const now = desk.context.clock.now();
	const before = new URL(request.url).searchParams.has("before");
	return respondHtml(
		request,
		renderFragment(desk.reader(request), WindowRows({ listing, base: "/", now, before })),
	);
}
