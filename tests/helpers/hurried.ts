/** A clock by which every step of a batch is a slice of its own, and something may happen between two slices. */

import { type Clock, systemClock } from "../../src/clock.ts";
import type { Context } from "../../src/context.ts";
import { openRig, type Rig } from "./app.ts";

export type HurriedClock = Clock & {
	/** Called once, between two slices. */
	meanwhile: (() => void) | undefined;
};

/** Every look at it is ten milliseconds later. */
function hurriedClock(): HurriedClock {
	let ms = 0;
	return {
		meanwhile: undefined,
		now: () => Date.UTC(2026, 10, 25) + Math.floor(ms),
		monotonicMs: () => {
			ms += 10;
			return ms;
		},
		sleep(ms, signal) {
			const now = this.meanwhile;
			this.meanwhile = undefined;
			now?.();
			return systemClock.sleep(Math.min(ms, 1), signal);
		},
	};
}

/** A whole Rollcall that lives by such a clock. */
export async function openHurried(): Promise<{ rig: Rig; context: Context; clock: HurriedClock }> {
	const clock = hurriedClock();
	const rig = await openRig({}, { clock });
	return { rig, context: rig.app.context, clock };
}
