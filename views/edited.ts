/** What an event about an edit says: the field, before and after. Values come from the wire: to be isolated. */

import type { Event } from "../src/model/event.ts";

/** What is recorded as an edit, and is none to whoever reads it. */
const DONE: Readonly<Record<string, string>> = {
	reserved: "reserved",
	test: "test asked for",
	delivery: "delivery sent again",
	"news about its hardware address": "news about its hardware address put away for good",
};

export function edited(detail: Event["detail"]): (string | { wire: string })[] {
	if (detail.field === undefined) return ["edited"];
	const field = String(detail.field);
	const now = String(detail.new ?? "");
	const done = Object.hasOwn(DONE, field) ? DONE[field] : undefined;
	if (done !== undefined) return [done];
	if (detail.new === undefined) return [`${field} changed`];
	const old = String(detail.old ?? "");
	if (now === "") return old === "" ? [`${field} cleared`] : [`${field} “`, { wire: old }, "” cleared"];
	if (old === "") return [`${field} set to “`, { wire: now }, "”"];
	return [`${field} changed from “`, { wire: old }, "” to “", { wire: now }, "”"];
}
