/** Server-sent events (WHATWG HTML 9.2): how a message is written, and the streams that are open, bounded each. */

import type { Clock } from "../clock.ts";
import { SECURITY_HEADERS } from "./headers.ts";

type Reader = ReadableStreamDefaultController<Uint8Array>;
/** May this reader still read? */
export type Stands = () => boolean;

const encoder = new TextEncoder();

/** One event of the stream (WHATWG HTML 9.2.6): JSON holds no line end, so no field can be injected. */
export function encodeMessage(event: string, data: unknown, id?: string): Uint8Array {
	const head = id === undefined ? "" : `id: ${id}\n`;
	return encoder.encode(`${head}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}

/** A line that readers ignore: it keeps the connection alive. */
export function encodeComment(text: string): Uint8Array {
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

/** The open streams. One that is not read is cut off at its bound: it comes back and looks again. */
export function createReaders() {
	const open = new Map<Reader, Stands>();
	const drop = (reader: Reader) => {
		if (!open.delete(reader)) return;
		try {
			reader.close();
		} catch {
			// Already gone with its connection.
		}
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
		add(greeting: readonly Uint8Array[], queueBytes: number, stands: Stands): ReadableStream<Uint8Array> {
			let mine: Reader | undefined;
			return new ReadableStream<Uint8Array>(
				{
					start(controller) {
						mine = controller;
						open.set(controller, stands);
						for (const bytes of greeting) controller.enqueue(bytes);
					},
					cancel() {
						if (mine !== undefined) open.delete(mine);
					},
				},
				new ByteLengthQueuingStrategy({ highWaterMark: queueBytes }),
			);
		},
		dropThose(gone: (stands: Stands) => boolean) {
			for (const [reader, stands] of open) if (gone(stands)) drop(reader);
		},
		close() {
			for (const reader of open.keys()) drop(reader);
		},
	};
}

/** Does something at even times until it is stopped. */
export async function every(clock: Clock, ms: number, stop: AbortSignal, act: () => void): Promise<void> {
	while (!stop.aborted) {
		await clock.sleep(ms, stop);
		act();
	}
}
