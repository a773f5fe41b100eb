/** What a reader of the engine sees: batches, aborts, leaving early, closing, and an event loop that is served. */

import { expect, test } from "bun:test";
import { FakeNet } from "../../helpers/fake-wire.ts";
import { faultOf, setUp } from "../../helpers/pinger.ts";
import { block, drain, OPTIONS } from "../../helpers/probing.ts";

const silence = () => [];

test("batches are at most batchSize and come at least every batchMs", async () => {
	const { net, prober } = setUp(new FakeNet(), { ratePps: 1_000 });
	let lastMs = 0;
	let total = 0;
	for await (const { index } of prober.probe(block(500), OPTIONS)) {
		expect(index.length).toBeLessThanOrEqual(64);
		expect(net.nowMs - lastMs).toBeLessThan(75);
		lastMs = net.nowMs;
		total += index.length;
	}
	expect(total).toBe(500);
});

test("an abort ends the iteration without verdicts for the rest", async () => {
	const { net, prober } = setUp(new FakeNet(), { ratePps: 1_000 });
	const stop = new AbortController();
	let verdicts = 0;
	for await (const { index } of prober.probe(block(5_000), { ...OPTIONS, signal: stop.signal })) {
		verdicts += index.length;
		stop.abort();
	}
	expect(verdicts).toBeWithin(1, 500);
	expect(net.sent.length).toBeLessThan(500);
	const late = prober.probe(block(5), { ...OPTIONS, signal: stop.signal });
	expect((await drain(late)).verdicts.size).toBe(0);
});

test("a reader that leaves ends its run, and with no run open nothing happens any more", async () => {
	const { net, prober } = setUp(new FakeNet(), { ratePps: 1_000 });
	for await (const _ of prober.probe(block(5_000), OPTIONS)) break;
	await new Promise((resolve) => setTimeout(resolve, 5));
	const { waits } = net;
	await new Promise((resolve) => setTimeout(resolve, 5));
	expect(net.waits).toBe(waits);
});

test("the event loop is served between slices, and no slice is long", async () => {
	const { net, prober } = setUp();
	net.respond = silence;
	let served = 0;
	const timer = setInterval(() => served++, 0);
	await drain(prober.probe(block(2), { attempts: 1, retryMs: 1, timeoutMs: 60_000 }));
	clearInterval(timer);
	expect(served).toBeGreaterThan(0);
	expect(net.longestWaitMs).toBeLessThanOrEqual(20);
});

test("closing fails open runs and closes the wire; later runs are refused", async () => {
	const { net, prober } = setUp();
	net.respond = silence;
	const open = drain(prober.probe(block(2), OPTIONS));
	prober.close();
	expect(await faultOf(open)).toMatchObject({ code: "unavailable" });
	expect(net.closed).toBe(true);
	expect(await faultOf(drain(prober.probe(block(2), OPTIONS)))).toMatchObject({ code: "unavailable" });
});

test("options that would judge everybody at once or nobody ever are refused", async () => {
	const { prober } = setUp();
	const wrong = [
		...[0, 17, Number.NaN].map((attempts) => ({ attempts })),
		...[-1, Number.NaN].map((retryMs) => ({ retryMs })),
		...[0, Number.NaN].map((timeoutMs) => ({ timeoutMs })),
		{ inFlightMax: 0 },
	];
	for (const part of wrong) {
		const run = drain(prober.probe(block(1), { ...OPTIONS, ...part }));
		expect(await faultOf(run)).toMatchObject({ code: "invalid", field: Object.keys(part)[0] });
	}
});
