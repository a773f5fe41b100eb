/** GET /stream: what happens, while it happens, as server-sent events. */

import { Type as t } from "@sinclair/typebox";
import { BOUNDS } from "../../config.ts";
import { AppError } from "../../errors.ts";
import type { Progress } from "../../events/bus.ts";
import type { Desk } from "../desk.ts";
import type { Feed } from "../feed.ts";
import { EVENT_EXAMPLE } from "./events.ts";
import { type Operation, operation } from "./operation.ts";
import { wholeNumber } from "./parameters.ts";

const AFTER = wholeNumber("The same for clients that cannot send the header.", {
	min: 0,
	max: Number.MAX_SAFE_INTEGER,
	example: 4_711,
});

export function progressJson(progress: Progress) {
	const { runId, subnetId, done, total, state } = progress;
	return { run_id: runId, subnet_id: subnetId, done, total, state };
}

export function streamOperation(desk: Desk, feed: Feed): Operation {
	return operation({
		method: "GET",
		path: "/stream",
		id: "streamEvents",
		tag: "Events",
		summary: "What happens, while it happens",
		details:
			"Server-sent events. `event`: an event as in GET /events, with its id; every one once and in order, also when " +
			"you come back with Last-Event-ID. `progress`: how far a sweep is, without an id. `resync`: you were away too " +
			"long, read GET /events. Every 15 seconds a comment, so that silence means a broken connection. A session or " +
			`token has ${BOUNDS.streamsEach} streams at most: one more ends the oldest of them.`,
		headers: ["Last-Event-ID"],
		query: { last_event_id: AFTER },
		streams: true,
		answers: {
			200: {
				says: "The stream; it does not end.",
				type: "text/event-stream",
				schema: t.String(),
				example: `id: ${EVENT_EXAMPLE.id}\nevent: event\ndata: ${JSON.stringify(EVENT_EXAMPLE)}\n\n`,
			},
		},
		handle({ request, query }) {
			const header = request.headers.get("last-event-id");
			const after = header === null || header === "" ? query.last_event_id : AFTER.read(header);
			if (header !== null && header !== "" && after === undefined) {
				const says = "Last-Event-ID is the id of an event.";
				throw new AppError("invalid", says, { field: "Last-Event-ID" });
			}
			return feed.open(after, desk.reader(request));
		},
	});
}
