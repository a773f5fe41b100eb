/** News inside this process: from the sweeper and the verbs to whoever listens. Bounded; keeps nothing on disk. */

import type { Change } from "../model/live.ts";
import type { RunState } from "../model/run.ts";
import type { ScanProgress } from "../model/scan.ts";

/** How far a sweep has come. */
export type Progress = {
	readonly runId: number;
	readonly subnetId: number;
	readonly done: number;
	readonly total: number;
	readonly state: RunState;
};

export type News =
	| { readonly kind: "change"; readonly change: Change }
	| { readonly kind: "progress"; readonly progress: Progress }
	| { readonly kind: "scanning"; readonly scan: ScanProgress }
	/** Why nothing can be swept, in words; undefined: all is well (again). */
	| { readonly kind: "trouble"; readonly problem: string | undefined };

export type Numbered = { readonly id: number; readonly news: News };

export type Bus = {
	publish(news: News): void;
	/** Calls `listener` with everything published from now on; the answer ends that. */
	subscribe(listener: (message: Numbered) => void): () => void;
	/** News after message `id`; undefined when they are no longer kept (or `id` is of another process). */
	since(id: number): readonly Numbered[] | undefined;
	/** Number of the newest message. Grows with every publish: whoever caches a page compares it. */
	readonly lastId: number;
};

/**
 * A bus that keeps the newest `ring` messages. A listener that throws misses that message alone: what it reads may be
 * readable again at the next. `onError` hears of it when that begins, not at every message.
 */
export function createBus(options: { ring: number; onError?: (error: unknown) => void }): Bus {
	/** And whether it failed at the last message. */
	const listeners = new Map<(message: Numbered) => void, boolean>();
	const kept: Numbered[] = [];
	let lastId = 0;
	return {
		publish(news) {
			lastId += 1;
			const message = { id: lastId, news };
			kept.push(message);
			if (kept.length > options.ring) kept.shift();
			for (const [listener, failed] of listeners) {
				try {
					listener(message);
					if (failed) listeners.set(listener, false);
				} catch (error) {
					listeners.set(listener, true);
					if (!failed) options.onError?.(error);
				}
			}
		},
		subscribe(listener) {
			listeners.set(listener, false);
			return () => listeners.delete(listener);
		},
		since(id) {
			if (id > lastId || id < lastId - kept.length) return undefined;
			return kept.slice(kept.length - (lastId - id));
		},
		get lastId() {
			return lastId;
		},
	};
}
