/** A token bucket: how many echoes may leave now. Knows no packet, no clock of its own and no run. */

/** Most echoes in one system call: more would blur the time each left (icmp.md 5). */
export const BATCH = 16;

/** Unused time up to this is made good by a burst: a late wake-up must not cost pace. */
const BURST_MS = 10;
/** Echoes are gathered for at most so long before they leave together. */
const GATHER_MS = 4;

export class Pace {
	readonly #perMs: number;
	readonly #capacity: number;
	/** Echoes that leave together when there are enough: 1 … BATCH. */
	readonly grain: number;
	#tokens: number;
	#atMs: number;

	/** `ratePps`: echoes a second, above 0. */
	constructor(ratePps: number, nowMs: number) {
		this.#perMs = ratePps / 1000;
		this.grain = Math.max(1, Math.min(BATCH, Math.floor(this.#perMs * GATHER_MS)));
		// Two batches at least: a bucket of one loses what arrives while it is full.
		this.#capacity = Math.max(2 * this.grain, this.#perMs * BURST_MS);
		this.#tokens = this.grain;
		this.#atMs = nowMs;
	}

	/** Whole echoes that may leave at `nowMs` (monotonic). */
	available(nowMs: number): number {
		this.#tokens = Math.min(this.#capacity, this.#tokens + Math.max(0, nowMs - this.#atMs) * this.#perMs);
		this.#atMs = nowMs;
		return Math.floor(this.#tokens);
	}

	/** Books echoes that left. */
	take(count: number): void {
		this.#tokens -= count;
	}

	/** Milliseconds until `count` may leave, counted from the last `available`. */
	waitMs(count: number): number {
		return Math.max(0, (count - this.#tokens) / this.#perMs);
	}
}
