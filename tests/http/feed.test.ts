/** The stream of events: every one once and in order, also for a reader that comes back; bounded. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { BOUNDS } from "../../src/config.ts";
import { createBus } from "../../src/events/bus.ts";
import { openFeed } from "../../src/http/feed.ts";
import { type Db, openDatabase } from "../../src/store/database.ts";
import { insertEvent } from "../../src/store/events.ts";
import { type HandClock, handClock } from "../helpers/clock.ts";

let db: Db;
let clock: HandClock;
const bus = createBus({ ring: 8 });
beforeEach(() => {
	db = openDatabase(":memory:", { busyMs: 100 });
	clock = handClock();
});
afterEach(() => db.close());

const open = (more: { streamsMax?: number; catchUp?: number } = {}) =>
	openFeed({
		...{ db, bus, clock, streamsMax: 3, streamsEach: 3, catchUp: 5, ...more },
		queueBytes: BOUNDS.streamQueueBytes,
		heartbeatMs: 15_000,
		checkMs: 1_000,
		eventJson: ({ id, label }) => ({ id, label }),
		progressJson: (progress) => progress,
	});

const YES = { whose: "token 1", stands: () => true };

function happen(label: string): void {
	const nowhere = { subnetId: undefined, hostId: undefined, ip: undefined };
	insertEvent(db, { at: 1, kind: "host_new", ...nowhere, label, detail: {} });
	bus.publish({ kind: "change", change: { subnetIds: [], hostIds: [], urgent: true } });
}

/** A reader that keeps what it is sent. */
function read(response: Response): { text: () => Promise<string>; ids: () => Promise<number[]> } {
	const reader = response.body?.getReader();
	let all = "";
	const pump = (async () => {
		for (;;) {
			const part = await reader?.read();
			if (part === undefined || part.done) return;
			all += new TextDecoder().decode(part.value);
		}
	})();
	void pump;
	const text = async () => {
		await clock.advance(200);
		return all;
	};
	return { text, ids: async () => [...(await text()).matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id)) };
}

describe("the stream", () => {
	test("events come once, in order, with their ids", async () => {
		happen("before");
		const feed = open();
		const reader = read(feed.open(undefined, YES));
		happen("a");
		happen("b\n\nid: 99");
		expect(await reader.ids()).toEqual([2, 3]);
		happen("c");
		expect(await reader.ids()).toEqual([2, 3, 4]);
		expect(await reader.text()).toContain('event: event\ndata: {"id":2,"label":"a"}\n\n');
		feed.close();
	});

	test("a reader that comes back gets what it missed, and nothing twice", async () => {
		const feed = open();
		for (const label of "abcd") happen(label);
		const early = read(feed.open(1, YES));
		expect(await early.ids()).toEqual([2, 3, 4]);
		const late = read(feed.open(2, YES));
		happen("e");
		expect(await late.ids()).toEqual([3, 4, 5]);
		feed.close();
		// Also from another process: the ids are those of the database.
		const other = open();
		expect(await read(other.open(3, YES)).ids()).toEqual([4, 5]);
		other.close();
	});

	test.each([
		["away too long", 0],
		["an id of another database", 999],
	])("%s: told to read the list", async (_, after) => {
		for (let n = 0; n < 8; n++) happen(String(n));
		const feed = open();
		const reader = read(feed.open(after, YES));
		expect(await reader.text()).toContain("id: 8\nevent: resync\ndata: {}");
		happen("new");
		expect((await reader.ids()).at(-1)).toBe(9);
		feed.close();
	});

	test("a reader that may not read any more is cut off", async () => {
		const feed = open();
		let stands = true;
		feed.open(undefined, { whose: "token 1", stands: () => stands });
		await clock.advance(1_000);
		expect(feed.readers).toBe(1);
		stands = false;
		await clock.advance(1_000);
		expect(feed.readers).toBe(0);
		feed.close();
	});

	test("too many streams are refused; a beat keeps them alive; close ends them", async () => {
		const feed = open({ streamsMax: 1 });
		const reader = read(feed.open(undefined, YES));
		expect(() => feed.open(undefined, YES)).toThrow("Too many streams");
		await clock.advance(15_000);
		expect(await reader.text()).toContain(": beat");
		feed.close();
		expect(feed.readers).toBe(0);
	});
});
