/**
 * Sees to it that what somebody was told is stored survives a power cut too. SQLite leaves the log to the system until it
 * is moved into the file; asking for the disk at every commit would hold up the thread that answers people, so it is
 * asked a moment later, and elsewhere.
 */

import { open } from "node:fs/promises";

export type Flusher = {
	/** Something was written that somebody is told of: it is on the disk `flushMs` later. */
	soon(): void;
	/** Ends the waiting; resolves when the disk has what was to come. */
	close(): Promise<void>;
};

export type FlusherOptions = {
	readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
	/** Milliseconds; what comes within them goes together. */
	readonly flushMs: number;
	/** Called when the disk refuses; the next write tries again. */
	readonly onError: (error: unknown) => void;
};

/** For the database at `path`; one in memory has nothing to lose. */
export function createFlusher(path: string, { sleep, flushMs, onError }: FlusherOptions): Flusher {
	let running: Promise<void> | undefined;
	let more = false;
	const closing = new AbortController();
	const flush = async () => {
		while (more) {
			await sleep(flushMs, closing.signal);
			more = false;
			await syncLog(path).catch(onError);
		}
		running = undefined;
	};
	return {
		soon() {
			if (path === ":memory:" || closing.signal.aborted) return;
			more = true;
			running ??= flush();
		},
		async close() {
			closing.abort();
			await running;
		},
	};
}

/** fdatasync(2) of the log, by a thread of the pool. Without one everything is in the file already. */
async function syncLog(path: string): Promise<void> {
	const log = await open(`${path}-wal`, "r").catch((error: { code?: string }) => {
		if (error.code === "ENOENT") return undefined;
		throw error;
	});
	if (log === undefined) return;
	try {
		await log.datasync();
	} finally {
		await log.close();
	}
}
