/** The live stream: what readers get, what they get after a break, and what happens to one that does not read. */

import { describe, expect, test } from "bun:test";
import { type Bus, createBus } from "../../src/events/bus.ts";
import { openLive } from "../../src/http/live.ts";
import { encodeMessage } from "../../src/http/readers.ts";
import { openRig } from "../helpers/app.ts";
import { handClock } from "../helpers/clock.ts";

const LIGHT = { lastSweepAt: 5, problem: undefined };

function hub(bus: Bus, more: { streamsMax?: number; queueBytes?: number; light?: () => typeof LIGHT } = {}) {
	const clock = handClock();
	const live = openLive({
		bus,
		clock,
		epoch: "e",
		light: more.light ?? (() => LIGHT),
		streamsMax: more.streamsMax ?? 10,
		streamsEach: 10,
		queueBytes: more.queueBytes ?? 65_536,
		heartbeatMs: 15_000,
		checkMs: 2_000,
	});
	return { clock, live };
}

const YES = { whose: "session 1", stands: () => true };
const ask = (headers: Record<string, string> = {}) => new Request("http://localhost/live", { headers });
const change = (subnet: number, urgent = true) =>
	({ kind: "change", change: { subnetIds: [subnet], hostIds: [subnet * 10], urgent } }) as const;

/** Everything the stream holds at this moment. */
async function read(response: Response | undefined, chunks: number): Promise<string> {
	const reader = response?.body?.getReader();
	let text = "";
	for (let i = 0; i < chunks; i++) {
		const { value, done } = (await reader?.read()) ?? { done: true };
		if (done) break;
		text += new TextDecoder().decode(value);
	}
	reader?.releaseLock();
	return text;
}

describe("the live stream", () => {
	test("changes close together arrive as one message, numbered", async () => {
		const bus = createBus({ ring: 8 });
		const { clock, live } = hub(bus);
		const stream = live.open(ask(), YES);
		expect(await read(stream, 2)).toContain("event: light");
		bus.publish(change(1, false));
		bus.publish(change(2));
		await clock.advance(200);
		const text = await read(stream, 2);
		expect(text).toContain(
			'id: e.2\nevent: change\ndata: {"subnetIds":[1,2],"hostIds":[10,20],"urgent":true}\n\n',
		);
		live.close();
	});

	test("a reader that comes back is told to look again only if it missed something", async () => {
		const bus = createBus({ ring: 8 });
		const { live } = hub(bus);
		bus.publish(change(1));
		expect(await read(live.open(ask({ "last-event-id": "e.1" }), YES), 2)).not.toContain("resync");
		bus.publish(change(1));
		bus.publish(change(2, false));
		const missed = 'event: change\ndata: {"subnetIds":[1,2],"hostIds":[10,20],"urgent":true}';
		expect(await read(live.open(ask({ "last-event-id": "e.1" }), YES), 3)).toContain(missed);
		expect(await read(live.open(new Request("http://localhost/live?last=e.1"), YES), 3)).toContain(missed);
		for (const old of ["older.1", "e.9", "e.x", "", "e"]) {
			expect(await read(live.open(ask({ "last-event-id": old }), YES), 3)).toContain("event: resync");
		}
		live.close();
	});

	test("news that change no page are nothing missed", async () => {
		const bus = createBus({ ring: 8 });
		const { live } = hub(bus);
		bus.publish(change(1));
		bus.publish({ kind: "trouble", problem: "no route" });
		const text = await read(live.open(ask({ "last-event-id": "e.1" }), YES), 2);
		expect(text).toContain("id: e.2\nevent: light");
		expect(text).not.toContain("event: change");
		live.close();
	});

	test("a database that cannot be read for a moment costs the news of that moment, not all that come after", async () => {
		const bus = createBus({ ring: 8 });
		let broken = false;
		const light = () => {
			if (broken) throw new Error("disk I/O error");
			return LIGHT;
		};
		const { clock, live } = hub(bus, { light });
		const stream = live.open(ask(), YES);
		await read(stream, 2);
		broken = true;
		bus.publish({ kind: "trouble", problem: "The disk fails." });
		broken = false;
		bus.publish(change(1));
		await clock.advance(200);
		expect(live.readers).toBe(1);
		live.close();
		expect(await read(stream, 3)).toContain("event: change");
	});

	test("rows that cannot be read are told by the light of open pages", async () => {
		const rig = await openRig();
		const { db, bus } = rig.app.context;
		const stream = await rig.fetch("/live");
		await read(stream, 2);
		db.run("ALTER TABLE subnet RENAME COLUMN last_sweep_at TO lost");
		bus.publish({ kind: "trouble", problem: "The database cannot be read." });
		db.run("ALTER TABLE subnet RENAME COLUMN lost TO last_sweep_at");
		bus.publish({
			kind: "progress",
			progress: { runId: 1, subnetId: 1, done: 0, total: 1, state: "queued" },
		});
		expect(await read(stream, 1)).toContain("event: light");
		await rig.close();
	});

	test("one that does not read is cut off at its bound; the others go on", async () => {
		const bus = createBus({ ring: 8 });
		const { clock, live } = hub(bus, { queueBytes: 400 });
		live.open(ask(), YES);
		const good = live.open(ask(), YES);
		await read(good, 2);
		for (let i = 0; i < 20 && live.readers === 2; i++) {
			bus.publish(change(i));
			await clock.advance(200);
			await read(good, 2);
		}
		expect(live.readers).toBe(1);
		live.close();
	});

	test("no more streams than the bound", () => {
		const { live } = hub(createBus({ ring: 8 }), { streamsMax: 1 });
		expect(live.open(ask(), YES)).toBeDefined();
		expect(live.open(ask(), { ...YES, whose: "session 2" })).toBeUndefined();
		live.close();
		expect(live.readers).toBe(0);
	});

	test("a name with line ends cannot forge a message", () => {
		const text = new TextDecoder().decode(encodeMessage("change", { name: "a\n\nevent: resync\ndata: {}" }));
		expect(text.split("\n\n")).toHaveLength(2);
	});

	test("the bus keeps what it can and says when it cannot", () => {
		const bus = createBus({ ring: 2 });
		for (let i = 0; i < 5; i++) bus.publish(change(i));
		expect(bus.since(3)?.map((message) => message.id)).toEqual([4, 5]);
		expect(bus.since(5)).toEqual([]);
		expect(bus.since(2)).toBeUndefined();
		expect(bus.since(9)).toBeUndefined();
	});
});
