/**
 * Server-sent events (WHATWG HTML 9.2): how a message is written, and the streams that are open: how many, how many of
 * them anybody's, and how much may wait in each.
 */

import type { Clock } from "../clock.ts";
import { SECURITY_HEADERS } from "./headers.ts";

type Reader = ReadableStreamDefaultController<Uint8Array>;

/** Whoever reads a stream. */
export type Watcher = {
	/** The session or token it is opened with. */
	readonly whose: string;
	/** May it still read? Asked again and again. */
	stands(): boolean;
};

export type ReaderBounds = {
	/** Open streams in all, and of one session or token. */
	readonly streamsMax: number;
	readonly streamsEach: number;
	/** Messages of one waiting to be read before it is closed, in bytes. */
	readonly queueBytes: number;
};

const encoder = new TextEncoder();

/** One event of the stream (WHATWG HTML 9.2.6): JSON holds no line end, so no field can be injected. */
export function encodeMessage(event: string, data: unknown, id?: string): Uint8Array {
	const head = id === undefined ? "" : `id: ${id}\n`;
	return encoder.encode(`${head}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}

/** A line that readers ignore: it keeps the connection alive. */
function encodeComment(text: string): Uint8Array {
	return encoder.encode(`: ${text}\n\n`);
}

/** A reader that lost its stream comes back after so many milliseconds. */
export function encodeRetry(ms = 2_000): Uint8Array {
	return encoder.encode(`retry: ${ms}\n\n`);
}

export function respondStream(stream: ReadableStream<Uint8Array>): Response {
	return new Response(stream, {
		headers: {
			...SECURITY_HEADERS,
			"content-type": "text/event-stream; charset=utf-8",
			"cache-control": "no-store",
			"x-accel-buffering": "no",
		},
	});
}

/**
 * The open streams. One that is not read is cut off at its bound: it comes back and looks again. So is the oldest of a
 * session or token that opens one too many: mostly its connection broke, and nobody has noticed yet.
 */
export function createReaders({ streamsMax, streamsEach, queueBytes }: ReaderBounds) {
	/** In the order they came. */
	const open = new Map<Reader, Watcher>();
	const drop = (reader: Reader) => {
		if (!open.delete(reader)) return;
		try {
			reader.close();
		} catch {
			// Already gone with its connection.
		}
	};
	const makeRoom = (whose: string): boolean => {
		if (open.size < Math.min(streamsMax, streamsEach)) return true;
		const leaves = whoLeaves(open, whose, { streamsMax, streamsEach });
		const oldest = [...open].find(([, watcher]) => watcher.whose === leaves)?.[0];
		if (oldest !== undefined) drop(oldest);
		return leaves !== undefined;
	};
	return {
		get size() {
			return open.size;
		},
		send(bytes: Uint8Array) {
			for (const reader of open.keys()) {
				if ((reader.desiredSize ?? 0) < 0) drop(reader);
				else reader.enqueue(bytes);
			}
		},
		/** Undefined when there is no room for it. */
		add(greeting: readonly Uint8Array[], watcher: Watcher): ReadableStream<Uint8Array> | undefined {
			if (!makeRoom(watcher.whose)) return undefined;
			let mine: Reader | undefined;
			return new ReadableStream<Uint8Array>(
				{
					start(controller) {
						mine = controller;
						open.set(controller, watcher);
						for (const bytes of greeting) controller.enqueue(bytes);
					},
					cancel() {
						if (mine !== undefined) open.delete(mine);
					},
				},
				new ByteLengthQueuingStrategy({ highWaterMark: queueBytes }),
			);
		},
		/** Ends the streams of those who may not read any more. */
		sift() {
			for (const [reader, watcher] of open) if (!watcher.stands()) drop(reader);
		},
		close() {
			for (const reader of open.keys()) drop(reader);
		},
	};
}

/** How open streams are looked after, in milliseconds. */
export type ReaderCare = {
	readonly heartbeatMs: number;
	/** Whether each reader may still read is looked at so often. */
	readonly checkMs: number;
};

/** Beats for all readers, and ends those that may not read any more, until it is stopped. */
export function careFor(
	readers: ReturnType<typeof createReaders>,
	clock: Clock,
	{ heartbeatMs, checkMs }: ReaderCare,
	stop: AbortSignal,
): void {
	void every(clock, heartbeatMs, stop, () => readers.send(encodeComment("beat")));
	void every(clock, checkMs, stop, () => readers.sift());
}

/**
 * Whose oldest stream ends so that there is room for one more of `whose`; "": nobody's, undefined: there is no room.
 * When all places are taken, whoever has most gives one up to who has less: nobody keeps the others out.
 */
function whoLeaves(
	open: ReadonlyMap<Reader, Watcher>,
	whose: string,
	{ streamsMax, streamsEach }: Omit<ReaderBounds, "queueBytes">,
): string | undefined {
	const counts = new Map<string, number>();
	for (const watcher of open.values()) counts.set(watcher.whose, (counts.get(watcher.whose) ?? 0) + 1);
	const own = counts.get(whose) ?? 0;
	if (own >= streamsEach) return whose;
	if (open.size < streamsMax) return "";
	const [most, count] = [...counts].reduce((one, other) => (other[1] > one[1] ? other : one));
	return count > own + 1 ? most : undefined;
}

/** Does something at even times until it is stopped; what fails once is done at the next turn. */
export async function every(clock: Clock, ms: number, stop: AbortSignal, act: () => void): Promise<void> {
	while (!stop.aborted) {
		await clock.sleep(ms, stop);
		if (stop.aborted) return;
		try {
			act();
		} catch {
			// The database could not be read: every page says so.
		}
	}
}
