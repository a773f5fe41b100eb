/** Bars and lines as shapes: where they lie, what they say, that no style gets in. */

import { describe, expect, test } from "bun:test";
import { render } from "preact-render-to-string";
import type { Bar } from "../../src/model/uptime.ts";
import {
	areaPath,
	barShapes,
	barsText,
	frameOf,
	LatencyLine,
	linePath,
	UptimeBars,
} from "../../views/chart.tsx";
import { HistoryPanel, percent } from "../../views/history.tsx";
import { pastOf } from "../helpers/past.ts";
import { NOW } from "../helpers/world.ts";

const HOUR = 3_600_000;
const bar = (up: number, down: number, from = 0): Bar => ({ from, up, down });

describe("bars", () => {
	test.each<[string, Bar, string]>([
		["up", bar(30, 0), "up 0+19"],
		["down hangs below the line", bar(0, 30), "down 0+22"],
		["half", bar(15, 15), "up 0+10 down 10+12"],
		["one of thirty is still seen", bar(29, 1), "up 0+15 down 15+7"],
		["twenty-nine of thirty leaves some green", bar(1, 29), "up 0+4 down 4+18"],
		["not measured", bar(0, 0), "unmeasured 16+3"],
	])("%s", (_, one, expected) => {
		const shapes = barShapes(one, 0).map(({ kind, y, height }) => `${kind} ${y}+${height}`);
		expect(shapes.join(" ")).toBe(expected);
	});

	test("bars stand side by side without touching", () => {
		const xs = [0, 1, 2].map((i) => barShapes(bar(1, 0), i)[0]?.x);
		expect(xs).toEqual([1, 11, 21]);
	});

	test.each<[Bar[], string]>([
		[[bar(1, 0), bar(1, 0)], "Last 24 hours in half hours: 2 up."],
		[
			[bar(0, 4, NOW - 9 * HOUR), bar(3, 1, NOW - HOUR), bar(0, 0)],
			"Last 24 hours in half hours: 0 up; 2 with silence (down 9 h ago, 1 of 4 silent 1 h ago); 1 not measured.",
		],
		[
			Array.from({ length: 5 }, (_, i) => bar(0, 1, NOW - (5 - i) * HOUR)),
			"Last 24 hours in half hours: 0 up; 5 with silence (down 3 h ago, down 2 h ago, down 1 h ago, and 2 before).",
		],
	])("in words", (bars, says) => expect(barsText(bars, NOW)).toBe(says));
});

describe("the line", () => {
	const run = [
		{ at: 0, us: 100 },
		{ at: 50, us: 200 },
		{ at: 100, us: 0 },
	];
	const frame = frameOf([run], 0, 100);
	test("the highest point is at the top, nothing lies outside", () => {
		expect(linePath(run, frame)).toBe("M0 28L240 4L480 52");
		expect(areaPath(run, frame)).toBe("M0 56L0 28L240 4L480 52L480 56Z");
	});
	test("a lone point is a dash, an empty run nothing", () => {
		expect(linePath([{ at: 50, us: 200 }], frame)).toBe("M238 4h4");
		expect(areaPath([{ at: 50, us: 200 }], frame)).toBe("");
		expect(linePath([], frame)).toBe("");
	});
	test("a latency of nothing at all does not divide by it", () => {
		expect(linePath([{ at: 0, us: 0 }], frameOf([[{ at: 0, us: 0 }]], 0, 100))).toBe("M-2 52h4");
	});
});

describe("markup", () => {
	const history = pastOf(5, true);
	const html = render(<HistoryPanel history={history} now={NOW} id="p" />);
	test("no style of its own: the policy would refuse it", () => expect(html).not.toMatch(/style=|<style/));
	test("says shares, gaps and silence in words", () => {
		expect(html).toContain("97.39 %");
		expect(html).toContain("not measured: 1 h of 24 h, 1 h of 7 d");
		expect(render(<UptimeBars bars={history.bars} now={NOW} />)).toMatch(
			/aria-label="Last 24 hours[^"]+silen/,
		);
		const line = history.latency && render(<LatencyLine story={history.latency} from={0} to={1} />);
		expect(line).toMatch(/aria-label="Round trip over the last 24 hours: least 0.3 ms[^"]+; 2 gaps."/);
	});
	test("a day that was measured throughout has no note", () => {
		expect(render(<HistoryPanel history={pastOf(5, false)} now={NOW} id="p" />)).not.toContain(
			"not measured",
		);
	});
});

test.each([
	[1, "100"],
	[0.999_999, "99.99"],
	[0.999_3, "99.93"],
	[0.5, "50.00"],
	[0.000_001, "0.01"],
	[0, "0"],
])("percent %d: %s", (share, text) => expect(percent(share)).toBe(text));
