/** The record of who did what: every verb writes its event through here, in the transaction of the change itself. */

import type { Context } from "../context.ts";
import type { Event, NewEvent } from "../model/event.ts";
import { insertEvent } from "../store/events.ts";

/** Longest old or new value kept in an event, in characters. */
const DETAIL_CHARS = 200;

/** Writes the event with its actor and time. Call inside the transaction of the change. */
export function record(
	context: Pick<Context, "db" | "clock" | "actor">,
	event: Omit<NewEvent, "at" | "by">,
): Event {
	return insertEvent(context.db, { ...event, at: context.clock.now(), by: context.actor });
}

/** What an event about no host and no subnet says of them. */
export const nowhere = { subnetId: undefined, hostId: undefined, ip: undefined } as const;

/** A field that changed, as an event keeps it; nothing where it did not. */
export function change(
	field: string,
	old: unknown,
	now: unknown,
): { field: string; old: string; new: string }[] {
	return old === now ? [] : [{ field, old: cut(word(old)), new: cut(word(now)) }];
}

function word(value: unknown): string {
	if (typeof value === "boolean") return value ? "on" : "off";
	return Array.isArray(value) ? value.join(", ") : String(value ?? "");
}

/** An old or new value as an event keeps it. */
export function cut(text: string): string {
	const characters = [...text];
	return characters.length <= DETAIL_CHARS ? text : `${characters.slice(0, DETAIL_CHARS - 1).join("")}…`;
}
