/** The rules for many hosts at once: when our own network is asked, and what is one event. */

import { describe, expect, test } from "bun:test";
import { foldNews, isMassDown, isOneStory, namesOf } from "../../src/model/crowd.ts";
import type { Event, EventKind } from "../../src/model/event.ts";

test.each<[number, number, boolean]>([
	[10, 10, true],
	[10, 33, true],
	[10, 34, false],
	[9, 9, false],
	[9, 20, false],
	[200, 254, true],
	[0, 0, false],
])("%d silent of %d that were up: asked whether it is we: %s", (silent, up, asked) => {
	expect(isMassDown(up, silent)).toBe(asked);
});

test.each<[number, number, boolean]>([
	// One or two are always told by name, also when they are all there is.
	[1, 1, false],
	[2, 2, false],
	[2, 254, false],
	// A small subnet that goes as a whole, or half of it, is one story.
	[3, 3, true],
	[8, 8, true],
	[4, 8, true],
	[3, 8, false],
	[3, 6, true],
	// Nine of twenty are nine stories; ten are one, of however many.
	[9, 20, false],
	[9, 18, true],
	[10, 20, true],
	[10, 254, true],
	[254, 254, true],
	[2_000, 60_000, true],
])("%d of %d hosts at once: one event: %s", (changed, of, one) => {
	expect(isOneStory(changed, of)).toBe(one);
});

describe("names of those it is about", () => {
	const many = (n: number) => Array.from({ length: n }, (_, i) => `h${i + 1}`);
	test.each<[string[], string]>([
		[[], ""],
		[["nas"], "nas"],
		[["nas", "10.0.0.7"], "nas and 10.0.0.7"],
		[many(3), "h1, h2 and h3"],
		[many(20), `${many(19).join(", ")} and h20`],
		[many(2_000), `${many(20).join(", ")} and 1980 more`],
		[["x".repeat(253)], `${"x".repeat(59)}…`],
	])("%p", (labels, told) => {
		expect(namesOf(labels)).toBe(told);
	});
});

describe("a list of news in which a storm is one line", () => {
	const event = (id: number, kind: EventKind, subnetId: number, hosts: number): Event => ({
		...{ id, at: id, kind, subnetId, hostId: undefined, ip: undefined, label: `s${subnetId}` },
		detail: { hosts, of: hosts, names: "x" },
	});
	const story = (events: readonly Event[]) =>
		foldNews(events).map(({ id, kind, detail }) => [id, kind, detail.hosts, detail.subnets]);

	test("many subnets down and back are two lines, and what was before stays", () => {
		const ups = Array.from({ length: 256 }, (_, i) => event(900 - i, "subnet_up", i, 8));
		const downs = Array.from({ length: 256 }, (_, i) => event(500 - i, "subnet_down", i, 8));
		expect(story([...ups, ...downs, event(3, "host_down", 1, 1)])).toEqual([
			[900, "subnet_up", 2_048, 256],
			[500, "subnet_down", 2_048, 256],
			[3, "host_down", 1, undefined],
		]);
		expect(foldNews(ups)[0]).toMatchObject({ label: "256 subnets", subnetId: undefined });
	});

	test("two lines stay two, other kinds are never one, of one subnet neither", () => {
		expect(story([event(9, "subnet_down", 1, 8), event(8, "subnet_down", 2, 8)])).toHaveLength(2);
		const alone = Array.from({ length: 5 }, (_, i) => event(9 - i, "host_down", i, 1));
		expect(story(alone)).toHaveLength(5);
		const twice = [1, 2, 1].map((subnet, i) => event(9 - i, "subnet_down", subnet, 8));
		expect(story(twice)).toHaveLength(3);
		expect(story([])).toEqual([]);
	});
});
