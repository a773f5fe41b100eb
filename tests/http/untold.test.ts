/** News of what nobody told: within a look, once, and not again where others told it. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { type Bus, createBus } from "../../src/events/bus.ts";
import { watchUntold } from "../../src/http/untold.ts";
import { type Db, openDatabase } from "../../src/store/database.ts";
import { insertEvent } from "../../src/store/events.ts";
import { type HandClock, handClock } from "../helpers/clock.ts";

let db: Db;
let bus: Bus;
let clock: HandClock;
let stop: AbortController;
let heard: number;
beforeEach(() => {
	db = openDatabase(":memory:", { busyMs: 100 });
	bus = createBus({ ring: 8 });
	clock = handClock();
	stop = new AbortController();
	watchUntold({ db, bus, clock }, 2_000, stop.signal);
	heard = 0;
	bus.subscribe(({ news }) => {
		if (news.kind === "change") heard += 1;
	});
});
afterEach(() => {
	stop.abort();
	db.close();
});

const nowhere = { subnetId: undefined, hostId: undefined, ip: undefined } as const;
const write = () => insertEvent(db, { at: 1, kind: "user_added", ...nowhere, label: "eve", detail: {} });
const tell = () => bus.publish({ kind: "change", change: { subnetIds: [], hostIds: [], urgent: true } });
const ticks = () => clock.advance(2_000);

test.each([
	["nothing happened", [ticks, ticks], 0],
	["an event nobody told", [write, ticks], 1],
	["told once, not at every look", [write, ticks, ticks, ticks], 1],
	["several together", [write, write, ticks], 1],
	["told by whoever wrote it", [write, tell, ticks], 1],
	["one told, the next not", [write, tell, write, ticks], 2],
	[
		"news of a sweep's progress tell of no event",
		[
			write,
			() =>
				bus.publish({
					kind: "progress",
					progress: { runId: 1, subnetId: 1, done: 1, total: 2, state: "running" },
				}),
			ticks,
		],
		1,
	],
] as const)("%s", async (_, steps, news) => {
	for (const step of steps) await step();
	expect(heard).toBe(news);
});
