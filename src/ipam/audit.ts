/** The record of who did what: every verb writes its event through here, in the transaction of the change itself. */

import type { Context } from "../context.ts";
import type { Event, NewEvent } from "../model/event.ts";
import { insertEvent } from "../store/events.ts";

/** Longest old or new value kept in an event, in characters. */
const DETAIL_CHARS = 200;

/** Writes the event with its actor and time. Call inside the transaction of the change. */
export function record(context: Context, event: Omit<NewEvent, "at" | "by">): Event {
	return insertEvent(context.db, { ...event, at: context.clock.now(), by: context.actor });
}

/** An old or new value as an event keeps it. */
export function cut(text: string): string {
	const characters = [...text];
	return characters.length <= DETAIL_CHARS ? text : `${characters.slice(0, DETAIL_CHARS - 1).join("")}…`;
}
