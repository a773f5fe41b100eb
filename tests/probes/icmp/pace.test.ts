/** The token bucket: the rate it keeps, the bursts it permits, late wake-ups made good. */

import { expect, test } from "bun:test";
import { BATCH, Pace } from "../../../src/probes/icmp/pace.ts";

/** Echoes that leave in `ms` when somebody looks every `stepMs` and sends all that is allowed. */
function spend(pace: Pace, ms: number, stepMs: number): number {
	let total = 0;
	for (let now = stepMs; now <= ms; now += stepMs) {
		const count = pace.available(now);
		pace.take(count);
		total += count;
	}
	return total;
}

test.each([1, 10, 100, 2_000, 20_000, 50_000, 100_000])("%i a second are kept", (rate) => {
	expect(spend(new Pace(rate, 0), 10_000, 1)).toBeWithin(rate * 10 * 0.99, rate * 10.01 + 2 * BATCH);
});

test("a wake-up 4 ms late costs no pace at 50,000 a second", () => {
	expect(spend(new Pace(50_000, 0), 10_000, 4)).toBeWithin(498_000, 500_600);
});

test("after a long rest a burst of at most two batches or 10 ms leaves", () => {
	for (const [rate, most] of [
		[100, 2],
		[2_000, 20],
		[10_000, 100],
		[50_000, 500],
	] as const) {
		const pace = new Pace(rate, 0);
		expect(pace.available(60_000)).toBe(most);
	}
});

test("the grain gathers at most 4 ms of echoes and at most a batch", () => {
	expect([1, 500, 2_000, 4_000, 50_000].map((rate) => new Pace(rate, 0).grain)).toEqual([1, 2, 8, 16, 16]);
});

test("a clock that stands still or runs backwards gives nothing", () => {
	const pace = new Pace(1_000, 1_000);
	pace.take(pace.available(1_000));
	expect(pace.available(500)).toBe(0);
	expect(pace.waitMs(1)).toBeCloseTo(1);
});
