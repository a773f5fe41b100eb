/** Shares, bars and latency lines out of samples, at every edge of a bucket. */

import { describe, expect, test } from "bun:test";
import {
	BAR_MS,
	type Bar,
	barsOf,
	dayStart,
	HOUR_MS,
	historyOf,
	latencyOf,
	type Sample,
	weekOf,
	weekStart,
} from "../../src/model/uptime.ts";

const MINUTE = 60_000;
/** 14:40: the last bar began at 14:30, the first at 15:00 of the day before. */
const NOW = Date.UTC(2026, 10, 23, 14, 40);
const DAY_FROM = Date.UTC(2026, 10, 22, 15, 0);

const up = (at: number, latencyUs = 500): Sample => ({ at, latencyUs });
const down = (at: number): Sample => ({ at, latencyUs: undefined });
const every = (stepMs: number, from: number, to: number, make: (at: number) => Sample) =>
	Array.from({ length: Math.ceil((to - from) / stepMs) }, (_, i) => make(from + i * stepMs));

describe("windows", () => {
	test.each([
		[NOW, DAY_FROM],
		[Date.UTC(2026, 10, 23, 14, 30), DAY_FROM],
		[Date.UTC(2026, 10, 23, 14, 29, 59, 999), Date.UTC(2026, 10, 22, 14, 30)],
	])("the day of %d begins at %d, and its last bar holds now", (now, from) => {
		expect(dayStart(now)).toBe(from);
		expect(now - (from + 47 * BAR_MS)).toBeWithin(0, BAR_MS);
	});

	test("the week is 168 hours, this one among them", () => {
		expect(weekStart(NOW)).toBe(Date.UTC(2026, 10, 16, 15));
	});
});

test("a host that is new was not measured before its first answer, though its bar is half an hour wide", () => {
	const hours = [{ at: Date.UTC(2026, 10, 23, 14), up: 3, down: 0 }];
	const found = every(MINUTE, NOW - 2 * MINUTE, NOW, up);
	expect(historyOf(found, hours, { now: NOW, intervalMs: MINUTE }).day.measuredMs).toBe(2 * MINUTE);
	const always = every(20 * MINUTE, DAY_FROM + 19 * MINUTE, NOW, up);
	const { day } = historyOf(always, hours, { now: NOW, intervalMs: 20 * MINUTE });
	expect(day.measuredMs).toBe(day.ms);
});

describe("bars", () => {
	const grid = { from: 0, count: 4, widthMs: 10, reachMs: 5, now: 40 };
	const counts = (bars: readonly Bar[]) => bars.map((bar) => `${bar.up}/${bar.down}`).join(" ");
	test.each<[string, Sample[], string]>([
		["nothing", [], "0/0 0/0 0/0 0/0"],
		["all up", [up(1), up(2), up(12), up(25), up(39)], "2/0 1/0 1/0 1/0"],
		["partly down", [up(0), down(5), up(14)], "1/1 1/0 0/0 0/0"],
		["edges: the start belongs to its bar, the end to the next", [up(10), down(20)], "0/0 1/0 0/1 0/0"],
		["outside of the grid", [up(-1), down(40), up(400)], "0/0 0/0 0/0 0/0"],
		["the last sample reaches into the next bar", [up(6)], "1/0 1/0 0/0 0/0"],
		["just not", [up(4)], "1/0 0/0 0/0 0/0"],
		["the newest of a bar is the one that reaches", [up(6), down(7)], "1/1 0/1 0/0 0/0"],
	])("%s", (_, samples, expected) => expect(counts(barsOf(samples, grid))).toBe(expected));

	test("nothing reaches into the future", () => {
		expect(counts(barsOf([up(9)], { ...grid, reachMs: 100, now: 20 }))).toBe("1/0 1/0 1/0 0/0");
	});
});

describe("a host's history", () => {
	const asked = { now: NOW, intervalMs: MINUTE };
	const hoursFrom = (from: number, n: number, sum: { up: number; down: number }) =>
		Array.from({ length: n }, (_, i) => ({ at: from + i * HOUR_MS, ...sum }));

	test("nothing measured is no share at all, not 0 and not 100", () => {
		const history = historyOf([], [], asked);
		expect(history.day).toEqual({ share: undefined, measuredMs: 0, ms: NOW - DAY_FROM });
		expect(history.week.share).toBeUndefined();
		expect(history.latency).toBeUndefined();
		expect(history.bars).toHaveLength(48);
	});

	test("unmeasured time counts neither way and is told", () => {
		const samples = every(MINUTE, NOW - 2 * HOUR_MS, NOW, up);
		const hours = hoursFrom(Date.UTC(2026, 10, 23, 12), 3, { up: 60, down: 0 });
		const { day, week } = historyOf(samples, hours, asked);
		expect(day.share).toBe(1);
		expect(day.measuredMs).toBe(2 * HOUR_MS);
		expect(week.measuredMs).toBe(2 * HOUR_MS + 40 * MINUTE);
		expect(week.ms).toBe(NOW - weekStart(NOW));
	});

	test("one hour of seven days down is 99.4 %", () => {
		const hours = hoursFrom(weekStart(NOW), 168, { up: 60, down: 0 });
		const { week, day } = historyOf([], hours.with(20, { at: hours[20]?.at ?? 0, up: 0, down: 60 }), asked);
		expect(week.share).toBeCloseTo(167 / 168, 6);
		expect(day.share).toBe(1);
	});

	test("hours before the week and after now are left out", () => {
		const hours = [
			{ at: weekStart(NOW) - HOUR_MS, up: 0, down: 60 },
			{ at: weekStart(NOW), up: 1, down: 1 },
			{ at: NOW + HOUR_MS, up: 0, down: 60 },
		];
		expect(weekOf(hours, NOW).share).toBe(0.5);
	});

	test("a subnet swept every two hours has no gaps between its sweeps", () => {
		const history = historyOf(every(2 * HOUR_MS, DAY_FROM, NOW, up), [], {
			now: NOW,
			intervalMs: 2 * HOUR_MS,
		});
		expect(history.bars.every((bar) => bar.up === 1)).toBe(true);
		expect(history.latency?.lines).toHaveLength(1);
	});
});

describe("latency", () => {
	const grid = { from: 0, to: 100, buckets: 10, reachMs: 5 };
	test.each<[string, Sample[], [number, number, number, number]]>([
		["one", [up(5, 7)], [7, 7, 7, 7]],
		["two", [up(5, 7), up(6, 9)], [7, 7, 9, 9]],
		["silence does not count", [up(5, 7), down(6)], [7, 7, 7, 7]],
		["a hundred", every(1, 0, 100, (at) => up(at, at + 1)), [1, 50, 95, 100]],
	])("%s: least, middle, 95th, most", (_, samples, [min, p50, p95, max]) => {
		expect(latencyOf(samples, grid)).toMatchObject({ minUs: min, p50Us: p50, p95Us: p95, maxUs: max });
	});

	test("only silence is no latency", () => expect(latencyOf([down(3)], grid)).toBeUndefined());

	test("points are the mean of their bucket, in its middle; lines end where a bucket is empty", () => {
		const story = latencyOf([up(1, 2), up(2, 4), up(12, 5), up(35, 6), up(95, 7), up(200, 9)], grid);
		expect(story?.lines).toEqual([
			[
				{ at: 5, us: 3 },
				{ at: 15, us: 5 },
			],
			[{ at: 35, us: 6 }],
			[{ at: 95, us: 7 }],
		]);
	});
});
