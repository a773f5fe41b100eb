/** What happened, by JSON: of everything, of one host, and putting news about hardware addresses away. */

import { type Static, Type as t } from "@sinclair/typebox";
import { dismissEvent } from "../../ipam/dismissals.ts";
import { demandHost } from "../../ipam/hosts.ts";
import { EVENT_GROUPS, EVENT_KINDS, type Event } from "../../model/event.ts";
import { findEvents } from "../../store/activity.ts";
import type { Db } from "../../store/database.ts";
import { listHostEvents } from "../../store/events.ts";
import type { Desk } from "../desk.ts";
import { moment, nullable, type Operation, operation, pageOf, shape } from "./operation.ts";
import { CURSOR, choice, LIMIT, PAGE, readCursor, text, wholeNumber, writeCursor } from "./parameters.ts";
import { time } from "./shapes.ts";

const EVENT = shape(
	{
		id: t.Integer({ minimum: 1, description: "Grows; no two events share one." }),
		at: moment("When it happened."),
		kind: t.String({ enum: [...EVENT_KINDS] }),
		subnet_id: nullable(t.Integer()),
		host_id: nullable(t.Integer()),
		ip: nullable(t.String()),
		label: t.String({ description: "Names the host or subnet as it was then." }),
		detail: t.Record(t.String(), t.Union([t.String(), t.Number()]), {
			description:
				"Small and flat: field, old, new; of sign-ins that failed from, times (in a row); port, proto, service; reason; mac, vendor and the like. Of several hosts at once: hosts (how many), of (how many there were) and names.",
		}),
		by: nullable(
			shape(
				{
					kind: t.String({ enum: ["person", "token", "program"] }),
					name: t.String(),
					from: t.String({ description: "Address it came from; empty: the machine itself." }),
				},
				{ description: "Who did it; null: it happened by itself." },
			),
		),
		dismissed: t.Optional(t.Boolean({ description: "Of news that can be put away only." })),
	},
	{ $id: "Event", description: "Something that happened." },
);

export const EVENT_EXAMPLE: Static<typeof EVENT> = {
	id: 4_711,
	at: "2026-11-23T14:30:00.000Z",
	kind: "host_down",
	subnet_id: 1,
	host_id: 5,
	ip: "10.0.0.14",
	label: "nas.lan",
	detail: {},
	by: null,
};

export function eventJson(event: Event): Static<typeof EVENT> {
	return {
		id: event.id,
		at: time(event.at),
		kind: event.kind,
		subnet_id: event.subnetId ?? null,
		host_id: event.hostId ?? null,
		ip: event.ip ?? null,
		label: event.label,
		detail: { ...event.detail },
		by: event.by === undefined ? null : { kind: event.by.kind, name: event.by.name, from: event.by.from },
		...(event.dismissed === undefined ? {} : { dismissed: event.dismissed }),
	};
}

const FILTERS = {
	kind: choice("Events of this kind, or of this group of kinds.", [...EVENT_GROUPS, ...EVENT_KINDS], {
		example: "down",
	}),
	subnet: wholeNumber("Events of this subnet.", { min: 1, max: Number.MAX_SAFE_INTEGER, example: 1 }),
	q: text("Events with this text in name, address, who did it, or what changed.", "nas"),
};

const A_PAGE = {
	says: "A page of events, newest first.",
	schema: pageOf(EVENT),
	example: { items: [EVENT_EXAMPLE], next_cursor: null },
} as const;

export function eventOperations(desk: Desk): Operation[] {
	return [...listOperations(desk), dismissOperation(desk)];
}

function listOperations({ context }: Desk): Operation[] {
	return [
		operation({
			method: "GET",
			path: "/events",
			id: "listEvents",
			tag: "Events",
			summary: "What happened, newest first",
			details:
				"A page of a filtered list may hold fewer events than `limit`, and still not be the last: it is when " +
				"`next_cursor` is null.",
			query: { ...FILTERS, limit: LIMIT, cursor: CURSOR },
			keeps: true,
			answers: { 200: A_PAGE },
			handle: ({ query }) => ({ status: 200, body: pageOfAll(context.db, query) }),
		}),
		operation({
			method: "GET",
			path: "/hosts/{id}/events",
			id: "listHostEvents",
			tag: "Hosts",
			summary: "What happened to a host, newest first",
			details: "Also what happened to several hosts of its subnet at once, when it was one of them.",
			query: { limit: LIMIT, cursor: CURSOR },
			keeps: true,
			answers: { 200: A_PAGE },
			refuses: { 404: "There is no such host. It may have been deleted." },
			handle: ({ id, query }) => ({
				status: 200,
				body: pageOfHost(context.db, query, demandHost(context, id).id),
			}),
		}),
	];
}

function dismissOperation(desk: Desk): Operation {
	return operation({
		method: "POST",
		path: "/events/{id}/dismiss",
		id: "dismissEvent",
		tag: "Events",
		summary: "Put news about a hardware address away for good",
		answers: {
			200: {
				says: "The event.",
				schema: EVENT,
				example: {
					...EVENT_EXAMPLE,
					kind: "mac_changed",
					detail: { mac: "00:11:32:8a:00:02", old: "00:11:32:8a:00:01" },
					dismissed: true,
				},
			},
		},
		refuses: { 404: "There is no such event." },
		handle: ({ request, id }) => ({ status: 200, body: eventJson(dismissEvent(desk.by(request), id)) }),
	});
}

type Window = { readonly limit?: number | undefined; readonly cursor?: string | undefined };
type Filter = { [N in keyof typeof FILTERS]?: ReturnType<(typeof FILTERS)[N]["read"]> };

function placeIn(cursor: string | undefined): number | undefined {
	return cursor === undefined ? undefined : readCursor(cursor, ["number"])[0];
}

function pageOfAll(db: Db, { limit = PAGE.rows, cursor, kind, subnet, q }: Window & Filter) {
	const group = EVENT_GROUPS.find((one) => one === kind);
	const filter = {
		...{ subnetId: subnet, text: q, group },
		kind: EVENT_KINDS.find((one) => one === kind),
	};
	const { events, next } = findEvents(db, filter, { before: placeIn(cursor), limit });
	return { items: events.map(eventJson), next_cursor: next === undefined ? null : writeCursor([next]) };
}

function pageOfHost(db: Db, { limit = PAGE.rows, cursor }: Window, hostId: number) {
	const found = listHostEvents(db, hostId, { before: placeIn(cursor), limit: limit + 1 });
	const items = found.slice(0, limit);
	const last = items.at(-1);
	return {
		items: items.map(eventJson),
		next_cursor: found.length > limit && last !== undefined ? writeCursor([last.id]) : null,
	};
}
