/**
 * What happened, as a stream for programs: every event once and in order, numbered by its own id, so that a reader that
 * was away (or this server) goes on where it left off. Knows no page.
 */

import type { Clock } from "../clock.ts";
import { AppError } from "../errors.ts";
import type { Bus, Progress } from "../events/bus.ts";
import type { Event } from "../model/event.ts";
import type { Db } from "../store/database.ts";
import { lastEventId, listEventsAfter } from "../store/events.ts";
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

export type FeedOptions = ReaderBounds &
	ReaderCare & {
		readonly db: Db;
		readonly bus: Bus;
		readonly clock: Clock;
		/** A reader that comes back is given at most so many events; beyond it is told to read the list. */
		readonly catchUp: number;
		/** As the API shows them. */
		readonly eventJson: (event: Event) => object;
		readonly progressJson: (progress: Progress) => object;
	};

export type Feed = {
	/**
	 * A stream of what comes after event `after` (undefined: from now on), as long as the watcher may read it.
	 * AppError("limited") with `retryAfterS` when there are too many.
	 */
	open(after: number | undefined, watcher: Watcher): Response;
	readonly readers: number;
	close(): void;
};

/** News is written down a moment before it is told: so many milliseconds gather more of it. */
const MERGE_MS = 100;
/** Whoever found no room may ask again after so many seconds. */
const AGAIN_S = 10;
/** Events read at one time. */
const EVENTS_READ = 500;

/** Opens the hub: it reads the events once for all readers. */
export function openFeed(options: FeedOptions): Feed {
	const { db, bus, clock } = options;
	const readers = createReaders(options);
	const stop = new AbortController();
	let told = lastEventId(db);
	let waiting = false;
	const messageOf = (event: Event) => encodeMessage("event", options.eventJson(event), String(event.id));
	const flush = () => {
		if (stop.signal.aborted) return;
		for (let more = true; more; ) {
			const events = listEventsAfter(db, told, EVENTS_READ);
			for (const event of events) readers.send(messageOf(event));
			told = events.at(-1)?.id ?? told;
			more = events.length === EVENTS_READ;
		}
	};
	const leave = bus.subscribe(({ news }) => {
		if (news.kind === "progress")
			readers.send(encodeMessage("progress", options.progressJson(news.progress)));
		if (news.kind !== "change" || waiting) return;
		waiting = true;
		void clock.sleep(MERGE_MS, stop.signal).then(() => {
			waiting = false;
			flush();
		});
	});
	careFor(readers, clock, options, stop.signal);
	/** What a reader that saw `after` has missed, up to what the others have been told. */
	const missed = (after: number): Uint8Array[] => {
		const events = listEventsAfter(db, after, options.catchUp + 1).filter(({ id }) => id <= told);
		if (events.length > options.catchUp || after > told) return [encodeMessage("resync", {}, String(told))];
		return events.map(messageOf);
	};
	return {
		open(after, watcher) {
			// The others are told first: then nobody is between what was missed and what comes.
			flush();
			const greeting = [encodeRetry(), ...(after === undefined ? [] : missed(after))];
			const stream = readers.add(greeting, watcher);
			if (stream === undefined) {
				const says = "Too many streams are open: close some and try again.";
				throw new AppError("limited", says, { detail: { retryAfterS: AGAIN_S } });
			}
			return respondStream(stream);
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
