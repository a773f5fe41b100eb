/** A clock that tests crank by hand: time moves only in `advance`, which also lets sleepers run. */

import type { Clock } from "../../src/clock.ts";

export type HandClock = Clock & {
	/** Moves both times on, waking sleepers in order and letting what they started run. */
	advance(ms: number): Promise<void>;
	/** Sets the wall clock alone, as NTP or a person may. */
	setWall(at: number): void;
};

export function handClock(start = Date.UTC(2026, 10, 23, 12)): HandClock {
	let wall = start;
	let elapsed = 0;
	const sleepers: { due: number; wake: () => void }[] = [];
	const settle = async () => {
		// Enough turns of the event loop for chains of promises that wait for nothing.
		for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
	};
	return {
		now: () => wall,
		monotonicMs: () => elapsed,
		sleep(ms, signal) {
			return new Promise((resolve) => {
				if (signal?.aborted) return resolve();
				const entry = { due: elapsed + ms, wake: resolve };
				sleepers.push(entry);
				signal?.addEventListener("abort", () => {
					sleepers.splice(sleepers.indexOf(entry), 1);
					resolve();
				});
			});
		},
		async advance(ms) {
			const end = elapsed + ms;
			await settle();
			for (let turns = 0; turns < 100_000; turns++) {
				const next = sleepers.filter((s) => s.due <= end).sort((a, b) => a.due - b.due)[0];
				if (next === undefined) break;
				wall += next.due - elapsed;
				elapsed = next.due;
				sleepers.splice(sleepers.indexOf(next), 1);
				next.wake();
				await settle();
			}
			wall += end - elapsed;
			elapsed = end;
			await settle();
		},
		setWall(at) {
			wall = at;
		},
	};
}
