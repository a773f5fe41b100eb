/** The live stream: news of the bus as server-sent events, merged, numbered, bounded per reader. */

import type { Clock } from "../clock.ts";
import type { Bus, Numbered } from "../events/bus.ts";
import type { Change, Light } from "../model/live.ts";
import { SECURITY_HEADERS } from "./headers.ts";

export type LiveOptions = {
	readonly bus: Bus;
	readonly clock: Clock;
	/** Tells this process from earlier ones in the ids of messages. */
	readonly epoch: string;
	readonly light: () => Light;
	readonly streamsMax: number;
	readonly queueBytes: number;
	readonly heartbeatMs: number;
};

export type Live = {
	/** A stream for this request; undefined when there are too many. */
	open(request: Request): Response | undefined;
	readonly readers: number;
	/** Ends all streams. */
	close(): void;
};

/** News within so many milliseconds becomes one message; host ids past the limit are left out (the subnet is named). */
const MERGE_MS = 100;
const HOST_IDS_MAX = 500;

type Reader = ReadableStreamDefaultController<Uint8Array>;

const encoder = new TextEncoder();

/** One event of the stream (WHATWG HTML 9.2.6): JSON holds no line end, so no field can be injected. */
export function encodeMessage(event: string, data: unknown, id?: string): Uint8Array {
	const head = id === undefined ? "" : `id: ${id}\n`;
	return encoder.encode(`${head}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}

/** Opens the hub: it listens to the bus and beats until it is closed. */
export function openLive(options: LiveOptions): Live {
	const { bus, clock } = options;
	const readers = new Set<Reader>();
	const stop = new AbortController();
	let waiting: Change | undefined;
	const idOf = (id: number) => `${options.epoch}.${id}`;
	let flushedId = bus.lastId;

	const send = (bytes: Uint8Array) => {
		for (const reader of readers) {
			// A reader that does not read is cut off: it comes back and looks again.
			if ((reader.desiredSize ?? 0) < 0) drop(reader);
			else reader.enqueue(bytes);
		}
	};
	const drop = (reader: Reader) => {
		if (!readers.delete(reader)) return;
		try {
			reader.close();
		} catch {
			// Already gone with its connection.
		}
	};
	const flush = () => {
		const change = waiting;
		waiting = undefined;
		if (change === undefined || readers.size === 0) return;
		flushedId = bus.lastId;
		send(encodeMessage("change", change, idOf(flushedId)));
		send(encodeMessage("light", options.light()));
	};
	const hear = ({ news }: Numbered) => {
		if (news.kind === "progress") return send(encodeMessage("progress", news.progress));
		if (news.kind === "trouble") return send(encodeMessage("light", options.light()));
		if (waiting === undefined) void clock.sleep(MERGE_MS, stop.signal).then(flush);
		waiting = merge(waiting, news.change);
	};
	const leave = bus.subscribe(hear);
	const beat = async () => {
		while (!stop.signal.aborted) {
			await clock.sleep(options.heartbeatMs, stop.signal);
			send(encoder.encode(": beat\n\n"));
		}
	};
	void beat();

	return {
		open(request) {
			if (readers.size >= options.streamsMax) return undefined;
			let mine: Reader | undefined;
			const body = new ReadableStream<Uint8Array>(
				{
					start(controller) {
						mine = controller;
						readers.add(controller);
						controller.enqueue(encoder.encode("retry: 2000\n\n"));
						controller.enqueue(encodeMessage("light", options.light()));
						const missed = request.headers.get("last-event-id");
						const now = idOf(bus.lastId);
						if (missed !== null && missed !== now) controller.enqueue(encodeMessage("resync", {}, now));
					},
					cancel() {
						if (mine !== undefined) readers.delete(mine);
					},
				},
				new ByteLengthQueuingStrategy({ highWaterMark: options.queueBytes }),
			);
			return new Response(body, {
				headers: {
					...SECURITY_HEADERS,
					"content-type": "text/event-stream; charset=utf-8",
					"cache-control": "no-store",
					"x-accel-buffering": "no",
				},
			});
		},
		get readers() {
			return readers.size;
		},
		close() {
			leave();
			stop.abort();
			for (const reader of readers) drop(reader);
		},
	};
}

function merge(a: Change | undefined, b: Change): Change {
	if (a === undefined) return b;
	return {
		subnetIds: [...new Set([...a.subnetIds, ...b.subnetIds])],
		hostIds: [...new Set([...a.hostIds, ...b.hostIds])].slice(0, HOST_IDS_MAX),
		urgent: a.urgent || b.urgent,
	};
}
