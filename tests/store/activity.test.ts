/** Events are found by group, subnet and text, window after window, however few of them match. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { EVENT_GROUPS, EVENT_KINDS, type EventFilter, kindsOf } from "../../src/model/event.ts";
import { findEvents } from "../../src/store/activity.ts";
import { type Db, openDatabase } from "../../src/store/database.ts";
import { insertEvent } from "../../src/store/events.ts";
import { insertSubnet } from "../../src/store/subnets.ts";
import { cidr } from "../helpers/network.ts";
import { seeded } from "../helpers/random.ts";

let db: Db;
beforeEach(() => {
	db = openDatabase(":memory:", { busyMs: 10 });
	const values = { name: "", notes: "", gateway: undefined, sweepIntervalS: 60, sweepEnabled: true };
	for (const text of ["10.0.0.0/24", "10.0.1.0/24"]) insertSubnet(db, cidr(text), values, undefined, 0);
});
afterEach(() => db.close());

/** Ids of all windows, and how many windows there were. */
function walk(filter: EventFilter, limit: number, scanned: number): { ids: number[]; windows: number } {
	const ids: number[] = [];
	let before: number | undefined;
	for (let windows = 1; windows < 1_000; windows++) {
		const { events, next } = findEvents(db, filter, { before, limit, scanned });
		ids.push(...events.map(({ id }) => id));
		if (next === undefined) return { ids, windows };
		before = next;
	}
	throw new Error("the list does not end");
}

test("every kind belongs to one group", () => {
	expect(EVENT_GROUPS.flatMap(kindsOf).sort()).toEqual([...EVENT_KINDS].sort());
});

test("500 events under every filter, in windows of any size", () => {
	const random = seeded(5);
	const labels = ["nas.lan", "100%_sure", "gw'core", ""];
	const all = Array.from({ length: 500 }, (_, n) =>
		insertEvent(db, {
			at: n,
			kind: random.pick(EVENT_KINDS),
			subnetId: random.pick([1, 2, 0]) || undefined,
			hostId: undefined,
			ip: random.pick(["10.0.0.7", "10.0.1.9", ""]) || undefined,
			label: random.pick(labels),
			detail: random.chance(0.3) ? { field: "notes", new: "Printer" } : {},
		}),
	).toReversed();
	const filters: EventFilter[] = [
		{},
		{ subnetId: 2 },
		{ text: "%_" },
		{ text: "printer" },
		{ text: "10.0.0.7", subnetId: 1, group: "edits" },
		{ text: "nowhere" },
		...EVENT_GROUPS.map((group) => ({ group })),
	];
	for (const filter of filters) {
		const { group, subnetId, text = "" } = filter;
		const want = all.filter(
			(event) =>
				(group === undefined || kindsOf(group).includes(event.kind)) &&
				(subnetId === undefined || event.subnetId === subnetId) &&
				[event.label, event.ip ?? "", ...Object.values(event.detail)].some((part) =>
					String(part).toLowerCase().includes(text),
				),
		);
		for (const [limit, scanned] of [
			[7, 40],
			[100, 1_000],
		] as const) {
			expect(walk(filter, limit, scanned).ids).toEqual(want.map(({ id }) => id));
		}
	}
	expect(walk({ text: "nowhere" }, 100, 40).windows).toBe(13);
});
