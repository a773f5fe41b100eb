/** The live stream: news of the bus as server-sent events, merged, numbered, bounded per reader. */

import type { Clock } from "../clock.ts";
import type { Bus } from "../events/bus.ts";
import type { Change, Light } from "../model/live.ts";
import {
	careFor,
	createReaders,
	encodeMessage,
	encodeRetry,
	type ReaderBounds,
	type ReaderCare,
	respondStream,
	type Watcher,
} from "./readers.ts";

export type LiveOptions = ReaderBounds &
	ReaderCare & {
		readonly bus: Bus;
		readonly clock: Clock;
		/** Tells this process from earlier ones in the ids of messages. */
		readonly epoch: string;
		readonly light: () => Light;
	};

export type Live = {
	/** A stream for this request; undefined when there are too many. It ends soon after the watcher may not read any more. */
	open(request: Request, watcher: Watcher): Response | undefined;
	readonly readers: number;
	/** Ends all streams. */
	close(): void;
};

/** News within so many milliseconds becomes one message; host ids past the limit are left out (the subnet is named). */
const MERGE_MS = 100;
const HOST_IDS_MAX = 500;

/** Opens the hub: it listens to the bus and beats until it is closed. */
export function openLive(options: LiveOptions): Live {
	const { bus, clock } = options;
	const readers = createReaders(options);
	const stop = new AbortController();
	let waiting: Change[] = [];
	const idNow = () => `${options.epoch}.${bus.lastId}`;
	const sendLight = () => readers.send(encodeMessage("light", options.light()));
	const flush = () => {
		const change = merge(waiting);
		waiting = [];
		if (change === undefined || readers.size === 0) return;
		readers.send(encodeMessage("change", change, idNow()));
		sendLight();
	};
	const leave = bus.subscribe(({ news }) => {
		if (news.kind === "progress") return readers.send(encodeMessage("progress", news.progress));
		if (news.kind === "scanning") return readers.send(encodeMessage("scanning", news.scan));
		if (news.kind === "trouble") return sendLight();
		// Merged when they are sent: a write must not pay for all those before it.
		if (waiting.length === 0) void clock.sleep(MERGE_MS, stop.signal).then(flush);
		waiting.push(news.change);
	});
	careFor(readers, clock, options, stop.signal);
	return {
		open(request, watcher) {
			// A browser that reconnects says by a header what it saw last, a page that just came by its URL.
			const missed = request.headers.get("last-event-id") ?? new URL(request.url).searchParams.get("last");
			const now = idNow();
			const greeting = [encodeRetry(), encodeMessage("light", options.light(), now)];
			if (missed !== null) greeting.push(...catchUp(bus, options.epoch, missed, now));
			const stream = readers.add(greeting, watcher);
			return stream && respondStream(stream);
		},
		get readers() {
			return readers.size;
		},
		close() {
			leave();
			stop.abort();
			readers.close();
		},
	};
}

/** What a reader that saw `last` has missed: nothing, one change made of all, or (that was too long ago) everything. */
function catchUp(bus: Bus, epoch: string, last: string, now: string): Uint8Array[] {
	const [theirs, id] = last.split(".");
	const news = theirs === epoch && /^\d{1,15}$/.test(id ?? "") ? bus.since(Number(id)) : undefined;
	if (news === undefined) return [encodeMessage("resync", {}, now)];
	const changes = news.flatMap(({ news }) => (news.kind === "change" ? [news.change] : []));
	const all = merge(changes);
	return all === undefined ? [] : [encodeMessage("change", all, now)];
}

/** One change that says all of them; undefined for none. */
function merge(changes: readonly Change[]): Change | undefined {
	if (changes.length === 0) return undefined;
	return {
		subnetIds: [...new Set(changes.flatMap(({ subnetIds }) => subnetIds))],
		hostIds: [...new Set(changes.flatMap(({ hostIds }) => hostIds))].slice(0, HOST_IDS_MAX),
		urgent: changes.some(({ urgent }) => urgent),
	};
}
