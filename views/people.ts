/** What an event says of accounts, and of what people asked for. Knows nothing of the network. */

import type { Event, EventKind } from "../src/model/event.ts";
import { edited } from "./edited.ts";
import { plural } from "./format.ts";

/** Kinds that are about accounts and wishes, not about the network. */
type OfPeople = Extract<
	EventKind,
	`${"user" | "token" | "webhook" | "setting"}_${string}` | `${string}_asked` | "signed_in" | "sign_in_failed"
>;

/** What happened to what the label names; wire text comes back in pieces to be isolated. */
export function saysOfPeople(kind: OfPeople, event: Event): (string | { wire: string })[] {
	const { detail } = event;
	switch (kind) {
		case "user_edited":
		case "webhook_edited":
		case "setting_edited":
			return edited(detail);
		case "user_deleted":
		case "webhook_deleted":
			return ["deleted"];
		case "user_added":
			return [`added as ${detail.new}`];
		case "signed_in":
			return [
				detail.source === undefined ? "signed in" : `signed in with a ${detail.source}, ${detail.left} left`,
			];
		case "sign_in_failed":
			return signInFailed(event);
		case "token_added":
			return [`made, for scope ${detail.new}`];
		case "token_revoked":
			return ["revoked"];
		case "webhook_added":
			return ["added"];
		case "sweep_asked":
			return [detail.old === undefined ? "sweep asked for" : "sweep cancelled"];
		case "scan_asked":
			return [detail.old === undefined ? "port scan asked for" : "port scan cancelled"];
	}
}

/** The account is the label's; without one nobody has the name that was typed, which is not kept. */
function signInFailed({ label, detail }: Event): (string | { wire: string })[] {
	const { times, from = "", source, more } = detail;
	if (more !== undefined)
		return [`${plural(Number(more), "more sign-in")} failed, too many to tell one by one`];
	const often = Number(times) > 1 ? `, ${times} times in a row` : "";
	if (source !== undefined) return [`typed a wrong password when asked again${often}`];
	const what = label === "" ? "A sign-in under a name that nobody has failed" : "sign-in failed";
	return [what, ...(from === "" ? [] : [" from ", { wire: String(from) }]), often];
}
