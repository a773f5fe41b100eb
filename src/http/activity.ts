/** What happened, for people: filtered by the URL, in the reader's days, window after window. */

import { Elysia } from "elysia";
import { Activity, ActivityLines } from "../../views/activity.tsx";
import { renderFragment } from "../../views/render.tsx";
import { BOUNDS } from "../config.ts";
import { AppError } from "../errors.ts";
import { EVENT_GROUPS, type EventFilter } from "../model/event.ts";
import { formatCidr } from "../net/cidr.ts";
import { findEvents } from "../store/activity.ts";
import { findEvent } from "../store/events.ts";
import { listSubnets } from "../store/subnets.ts";
import type { Desk } from "./desk.ts";
import { readId, readLimit, readText } from "./query.ts";
import { respondHtml } from "./respond.ts";
import { readZone } from "./zone.ts";

const WINDOW = { rows: BOUNDS.windowRows, max: BOUNDS.windowRowsMax };

export function activityRoutes(desk: Desk) {
	return new Elysia()
		.get("/activity", ({ request }) => desk.page(request, () => page(desk, request)))
		.get("/activity/lines", ({ request }) =>
			desk.piece(request, () =>
				respondHtml(
					request,
					renderFragment(desk.reader(request), ActivityLines({ window: windowOf(desk, request) })),
				),
			),
		);
}

function page(desk: Desk, request: Request) {
	const subnets = listSubnets(desk.context.db).map(({ id, name, cidr }) => ({
		value: String(id),
		label: name === "" ? formatCidr(cidr) : name,
	}));
	return { title: "Activity", main: Activity({ window: windowOf(desk, request), subnets }) };
}

function windowOf(desk: Desk, request: Request) {
	const { db, clock } = desk.context;
	const params = new URL(request.url).searchParams;
	const filter = readFilter(params);
	const text = params.get("before") ?? "";
	const before = text === "" ? undefined : readId(text);
	return {
		...findEvents(db, filter, { before, limit: readLimit(params, WINDOW) }),
		filter,
		zone: readZone(request),
		/** The event above the first one: both may be of one day. */
		above: before === undefined ? undefined : findEvent(db, before)?.at,
		now: clock.now(),
	};
}

/** What the URL asks to see of all that happened. */
export function readFilter(params: URLSearchParams): EventFilter {
	const kind = params.get("kind") || undefined;
	const group = EVENT_GROUPS.find((name) => name === kind);
	if (kind !== undefined && group === undefined)
		throw new AppError("invalid", `kind is one of ${EVENT_GROUPS.join(", ")}.`, { field: "kind" });
	const subnet = params.get("subnet") || undefined;
	return {
		group,
		subnetId: subnet === undefined ? undefined : readId(subnet),
		text: readText(params, "q"),
	};
}
