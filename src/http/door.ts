/**
 * Where a request that may write waits until the database is free, while everybody who reads is answered: SQLite itself
 * would wait by holding up the whole thread. Writes nothing, and knows no request.
 */

import type { Clock } from "../clock.ts";
import type { Db } from "../store/database.ts";
import { canWrite } from "../store/patience.ts";

/** Resolves when the database may be written: true, or false when that did not come in time. */
export type Door = () => Promise<boolean>;

export type DoorOptions = {
	readonly db: Db;
	readonly clock: Clock;
	/** Longest wait, in milliseconds. */
	readonly doorMs: number;
	/** The first look comes so soon, in milliseconds, later ones after twice the time, up to the second. */
	readonly doorLookMs: number;
	readonly doorLookMaxMs: number;
	/** A look that found it free serves so long, in milliseconds: who comes too late for it waits in SQLite, not here. */
	readonly doorOpenMs: number;
	/** Requests that may wait at the same time. */
	readonly doorQueue: number;
};

export function createDoor(options: DoorOptions): Door {
	const { db, clock } = options;
	let waiting = 0;
	let seenShutAt = Number.NEGATIVE_INFINITY;
	let seenOpenAt = Number.NEGATIVE_INFINITY;
	/** One look serves all who wait. */
	const isFree = () => {
		const now = clock.monotonicMs();
		if (now - seenOpenAt < options.doorOpenMs) return true;
		if (now - seenShutAt < options.doorLookMs) return false;
		const free = canWrite(db);
		if (free) seenOpenAt = now;
		else seenShutAt = now;
		return free;
	};
	const wait = async () => {
		const until = clock.monotonicMs() + options.doorMs;
		for (let ms = options.doorLookMs; clock.monotonicMs() < until; ms *= 2) {
			await clock.sleep(Math.min(ms, options.doorLookMaxMs));
			if (isFree()) return true;
		}
		return false;
	};
	return async () => {
		if (isFree()) return true;
		if (waiting >= options.doorQueue) return false;
		waiting += 1;
		try {
			return await wait();
		} finally {
			waiting -= 1;
		}
	};
}
