/** Verdicts of one run on their way to its reader, in the order they fell. Knows no packet and no time. */

import type { ProbeBatch } from "./probe.ts";

/** Room for exactly one verdict per target, allocated once: a slow reader costs no further memory. */
export class Verdicts {
	readonly #index: Uint32Array;
	readonly #latencyUs: Int32Array;
	#written = 0;
	#read = 0;

	constructor(targets: number) {
		this.#index = new Uint32Array(targets);
		this.#latencyUs = new Int32Array(targets);
	}

	/** `latencyUs` in microseconds or SILENT; at most one call per target. */
	push(index: number, latencyUs: number): void {
		this.#index[this.#written] = index;
		this.#latencyUs[this.#written] = latencyUs;
		this.#written++;
	}

	/** Verdicts that fell so far. */
	get written(): number {
		return this.#written;
	}

	/** Verdicts that wait for the reader. */
	get waiting(): number {
		return this.#written - this.#read;
	}

	/** The next verdicts, at most `max`; undefined when none waits. The arrays are the reader's own. */
	take(max: number): ProbeBatch | undefined {
		if (this.waiting === 0) return undefined;
		const end = Math.min(this.#written, this.#read + max);
		const batch = {
			index: this.#index.slice(this.#read, end),
			latencyUs: this.#latencyUs.slice(this.#read, end),
		};
		this.#read = end;
		return batch;
	}
}
