/** The record of what happened and who did it as a file, CSV or JSON: filtered as the page is, made while it is sent. */

import { Elysia } from "elysia";
import { AppError } from "../errors.ts";
import type { Event, EventFilter } from "../model/event.ts";
import { findEvents } from "../store/activity.ts";
import { readFilter } from "./activity.ts";
import type { Desk } from "./desk.ts";
import { respondDownload } from "./download.ts";

/** Events read at once: the pages of others are answered between two slices. */
const SLICE = 1_000;

const COLUMNS = [
	"at",
	"kind",
	"what",
	"ip",
	"field",
	"old",
	"new",
	"by",
	"by_kind",
	"from",
	"detail",
] as const;

export function recordRoutes(desk: Desk) {
	return new Elysia().get("/activity/record", ({ request }) => {
		const params = new URL(request.url).searchParams;
		const format = params.get("format") ?? "csv";
		if (format !== "csv" && format !== "json") {
			throw new AppError("invalid", "format is csv or json.", { field: "format" });
		}
		const day = new Date(desk.context.clock.now()).toISOString().slice(0, 10);
		const events = eventsOf(desk, readFilter(params));
		return respondDownload(request, format === "csv" ? toCsv(events) : toJson(events), {
			name: `rollcall-activity-${day}.${format}`,
			type: format === "csv" ? "text/csv; charset=utf-8" : "application/json; charset=utf-8",
		});
	});
}

/** Slice after slice, newest first. */
async function* eventsOf(desk: Desk, filter: EventFilter): AsyncGenerator<Event[]> {
	let before: number | undefined;
	do {
		const { events, next } = findEvents(desk.context.db, filter, { before, limit: SLICE });
		yield events;
		before = next;
		// The event loop has its turn.
		await desk.context.clock.sleep(0);
	} while (before !== undefined);
}

function lineOf(event: Event): Record<(typeof COLUMNS)[number], string> {
	const { field = "", old = "", new: now = "", from = "", ...rest } = event.detail;
	return {
		at: new Date(event.at).toISOString(),
		kind: event.kind,
		what: event.label,
		ip: event.ip ?? "",
		field: String(field),
		old: String(old),
		new: String(now),
		by: event.by?.name ?? "",
		by_kind: event.by?.kind ?? "",
		from: event.by?.from ?? String(from),
		detail: Object.keys(rest).length === 0 ? "" : JSON.stringify(rest),
	};
}

async function* toCsv(slices: AsyncIterable<Event[]>): AsyncGenerator<string> {
	const { csvLine } = await import("../formats/csv.ts");
	// With a byte order mark, so that Excel reads it as UTF-8.
	yield `\ufeff${csvLine(COLUMNS)}`;
	for await (const events of slices) {
		yield events
			.map(lineOf)
			.map((line) => csvLine(COLUMNS.map((column) => line[column])))
			.join("");
	}
}

async function* toJson(slices: AsyncIterable<Event[]>): AsyncGenerator<string> {
	let mark = "[\n";
	for await (const events of slices) {
		for (const event of events) {
			yield `${mark}${JSON.stringify({ id: event.id, ...lineOf(event), detail: event.detail })}`;
			mark = ",\n";
		}
	}
	yield mark === "[\n" ? "[]\n" : "\n]\n";
}
