/**
 * Many hosts of one subnet that change at once: is it they or is it we, and is it one thing to tell or several? Pure;
 * one host alone is judged in presence.
 */

import type { Event, EventKind } from "./event.ts";

/** Suspiciously many fell silent: this share of those that were up, and so many. */
const MASS_SHARE = 0.3;
export const MASS_MIN = 10;
/** One or two are told by name, however small their subnet is; of more, half of it is one story. */
const NAMED_MAX = 2;
const STORY_SHARE = 0.5;

/** Of `upBefore` hosts of one sweep `silent` fell silent: may it be our own network? */
export function isMassDown(upBefore: number, silent: number): boolean {
	return silent >= MASS_MIN && silent >= upBefore * MASS_SHARE;
}

/** `changed` hosts of a subnet of `of` did the same in one sweep: one event for all of them, or one for each by name? */
export function isOneStory(changed: number, of: number): boolean {
	return changed >= MASS_MIN || (changed > NAMED_MAX && changed >= of * STORY_SHARE);
}

/** Names told with such an event, and the longest of one, in characters. */
const NAMES_TOLD = 20;
const NAME_CHARS = 60;

/** "nas.lan, 10.0.0.7 and 12 more". */
export function namesOf(labels: readonly string[]): string {
	const told = labels.slice(0, NAMES_TOLD).map(shorten);
	const more = labels.length - told.length;
	if (more > 0) return `${told.join(", ")} and ${more} more`;
	const last = told.pop() ?? "";
	return told.length === 0 ? last : `${told.join(", ")} and ${last}`;
}

function shorten(label: string): string {
	const characters = [...label];
	return characters.length <= NAME_CHARS ? label : `${characters.slice(0, NAME_CHARS - 1).join("")}…`;
}

/** Kinds of which a run of lines says one thing: something bigger than a subnet failed, or is back. */
const FOLDED: readonly EventKind[] = ["subnet_down", "subnet_up"];
/** Two such lines are read as quickly as one. */
const FOLD_MIN = 3;

export function isFolded({ kind }: Event): boolean {
	return FOLDED.includes(kind);
}

/**
 * A list of news, newest first, in which a run of the same about several subnets is one line about all of them: how many
 * `subnets` and `hosts`.
 */
export function foldNews(events: readonly Event[]): Event[] {
	const folded: Event[] = [];
	for (let at = 0; at < events.length; ) {
		const first = events[at] as Event;
		let end = at + 1;
		while (isFolded(first) && events[end]?.kind === first.kind) end++;
		const run = events.slice(at, end);
		const subnets = new Set(run.map(({ subnetId }) => subnetId)).size;
		if (subnets < FOLD_MIN) folded.push(...run);
		else {
			const hosts = run.reduce((sum, { detail }) => sum + Number(detail.hosts ?? 0), 0);
			folded.push({ ...first, subnetId: undefined, label: `${subnets} subnets`, detail: { hosts, subnets } });
		}
		at = end;
	}
	return folded;
}
