/** When a host is scanned next: never later than it should, not twice in a row, and hosts found together apart. */

import { expect, test } from "bun:test";
import { nextScanAt } from "../../src/scans/timing.ts";

const MINUTE = 60_000;
const AT = 1_000_000 * MINUTE;
const timing = { intervalMs: 60 * MINUTE, scanRetryMs: MINUTE, scanRetryMaxMs: 60 * MINUTE };
const wait = (due: number, random = 0.5) =>
	(nextScanAt(due === 0 ? 0 : AT + due * MINUTE, AT, timing, () => random) - AT) / MINUTE;

test.each<[string, number, number]>([
	["on time", -1, 59],
	["taken along with a batch, a little early", 3, 63],
	["after an hour's backlog", -70, 50],
	["asked for by a person, 18 minutes before its moment", 18, 18],
	["asked for by a person, just after its moment", 58, 58],
	["a clock that was set back by a day", 24 * 60 + 18, 18],
	["a host that was away for days", -3 * 24 * 60 - 7, 53],
])("%s", (_, due, expected) => {
	expect(wait(due)).toBe(expected);
});

test("whatever the moment was: more than a twelfth, at most thirteen twelfths of the interval", () => {
	for (let due = -200; due <= 200; due += 0.37) {
		const minutes = wait(due);
		expect(minutes).toBeGreaterThan(5);
		expect(minutes).toBeLessThanOrEqual(65);
		// Its own moment stays its own.
		expect(Math.abs(((minutes - due) / 60) % 1)).toBeOneOf([expect.closeTo(0, 6), expect.closeTo(1, 6)]);
	}
});

test("hosts without a moment are spread over the interval", () => {
	expect([0, 0.25, 0.5, 0.75, 1].map((random) => wait(0, random))).toEqual([5, 18.75, 32.5, 46.25, 60]);
});

test("an interval of none: looked at again after a day, in case it is switched on", () => {
	expect(nextScanAt(AT, AT, { ...timing, intervalMs: 0 }, () => 0.5) - AT).toBe(24 * 60 * MINUTE);
});
