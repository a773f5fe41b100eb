/** The engine in virtual time: verdicts, retries, pace, fairness and reading, over a scripted network. */

import { describe, expect, test } from "bun:test";
import { SILENT } from "../../../src/probes/probe.ts";
import { type Comeback, FakeNet, type SentEcho } from "../../helpers/fake-wire.ts";
import { setUp } from "../../helpers/pinger.ts";
import { addresses, block, drain, OPTIONS, upCount } from "../../helpers/probing.ts";

const silence = (): Comeback[] => [];
const even = ({ ip }: SentEcho) => Number(ip.split(".")[3]) % 2 === 0;

describe("verdicts", () => {
	test("those who answer are up with their round trip, the others silent after all attempts", async () => {
		const { net, prober } = setUp();
		net.respond = (echo) => (even(echo) ? [{ afterMs: 12.5 }] : []);
		const result = await drain(prober.probe(block(200), OPTIONS));
		expect(result.verdicts.size).toBe(200);
		expect(result.repeated).toBe(0);
		for (const [index, latencyUs] of result.verdicts)
			expect(latencyUs).toBe(index % 2 === 1 ? 12_500 : SILENT);
		expect(result.totals).toMatchObject({ sent: 300, replies: 100, duplicates: 0, errors: 0 });
	});

	test("second echo after retryMs, verdict timeoutMs after the last", async () => {
		const { net, prober } = setUp();
		net.respond = silence;
		await drain(prober.probe(block(1), OPTIONS));
		const [first, second] = net.sent.map(({ atMs }) => atMs) as [number, number];
		expect(second - first).toBeWithin(199.9, 201);
		expect(net.nowMs - second).toBeWithin(499.9, 511);
		expect(net.sent.map(({ echo }) => echo.attempt)).toEqual([0, 1]);
	});

	test("an answer to the first echo that comes after the second counts, with its own round trip", async () => {
		const { net, prober } = setUp();
		net.respond = ({ echo }) => (echo.attempt === 0 ? [{ afterMs: 450 }] : []);
		const result = await drain(prober.probe(block(3), OPTIONS));
		expect([...result.verdicts.values()]).toEqual([450_000, 450_000, 450_000]);
	});

	test("an answer after the verdict changes nothing, not even the next run's", async () => {
		const { net, prober } = setUp();
		net.respond = ({ echo }) => (echo.attempt === 0 ? [{ afterMs: 900 }] : []);
		expect(upCount(await drain(prober.probe(block(4), OPTIONS)))).toBe(0);
		net.respond = silence;
		expect(upCount(await drain(prober.probe(block(4), OPTIONS)))).toBe(0);
	});

	test("whatever arrived during a pause of ours is read before anybody is called silent", async () => {
		const { net, prober } = setUp();
		net.respond = () => [{ afterMs: 100 }];
		const pausing = net.wire.wait;
		let paused = false;
		Object.assign(net.wire, {
			wait(ms: number) {
				pausing(ms);
				if (!paused && net.sent.length === 20) {
					net.nowMs += 5_000;
					pausing(0);
					paused = true;
				}
			},
		});
		expect(upCount(await drain(prober.probe(block(20), OPTIONS)))).toBe(20);
	});

	test("answers that come while we are held up between reading and judging count", async () => {
		const { net, prober } = setUp();
		net.respond = () => [{ afterMs: 100 }];
		for (const socket of net.sockets) {
			const receive = socket.receive.bind(socket);
			let calls = 0;
			socket.receive = (take) => {
				const readAll = receive(take);
				if (net.sent.length === 20 && calls++ === 0) net.nowMs += 5_000;
				return readAll;
			};
			socket.wake();
			Object.defineProperty(socket, "readable", { get: () => true, set: () => {} });
		}
		expect(upCount(await drain(prober.probe(block(20), { ...OPTIONS, attempts: 1 })))).toBe(20);
	});

	test("a flood that never lets us read all delays verdicts, but not for ever", async () => {
		const { net, prober } = setUp();
		net.respond = silence;
		for (const socket of net.sockets) {
			socket.readable = true;
			socket.receive = () => false;
		}
		expect(upCount(await drain(prober.probe(block(3), OPTIONS)))).toBe(0);
		expect(net.nowMs).toBeWithin(5_000, 5_100);
	});

	test("no targets, or only such as may never be asked: over at once, nothing is sent", async () => {
		const { net, prober } = setUp();
		expect((await drain(prober.probe([], OPTIONS))).verdicts.size).toBe(0);
		const never = addresses("0.0.0.0", "224.0.0.1", "239.255.255.255", "255.255.255.255", "::", "ff02::1");
		const result = await drain(prober.probe(never, OPTIONS));
		expect([...result.verdicts.values()]).toEqual(never.map(() => SILENT));
		expect(net.sent).toEqual([]);
	});

	test("both families in one run", async () => {
		const { net, prober } = setUp();
		const targets = [...block(20), ...addresses("2001:db8::1", "2001:db8::2"), ...block(20, 1)];
		const result = await drain(prober.probe(targets, OPTIONS));
		expect(upCount(result)).toBe(42);
		expect(net.sent.filter(({ ip }) => ip.includes(":"))).toHaveLength(2);
	});

	test("more than 65,536 targets: the sequence number repeats, the index does not", async () => {
		const { net, prober } = setUp(new FakeNet(), { ratePps: 1_000_000, batchSize: 4096 });
		net.respond = ({ echo }) => (echo.index === 65_541 ? [{ afterMs: 1 }] : []);
		const result = await drain(prober.probe(block(65_600), { attempts: 1, retryMs: 1, timeoutMs: 20 }));
		expect(upCount(result)).toBe(1);
		expect(result.verdicts.get(65_541)).toBe(1000);
	});
});

describe("replies that are not ours", () => {
	const lies: [string, (echo: SentEcho) => Comeback][] = [
		["another source", () => ({ afterMs: 1, from: addresses("10.9.9.9")[0] as bigint })],
		["another identifier", () => ({ afterMs: 1, echo: { identifier: 1 } })],
		["another nonce, high half", () => ({ afterMs: 1, echo: { nonceHigh: 1 } })],
		["another nonce, low half", () => ({ afterMs: 1, echo: { nonceLow: 1 } })],
		["an index beyond the run", () => ({ afterMs: 1, echo: { index: 4_000_000 } })],
		["the index of a neighbour", ({ echo }) => ({ afterMs: 1, echo: { index: echo.index ^ 1 } })],
		["another sequence", () => ({ afterMs: 1, echo: { sequence: 9_999 } })],
		["an attempt that was never made", () => ({ afterMs: 1, echo: { attempt: 7 } })],
	];
	test.each(lies)("%s", async (_, lie) => {
		const { net, prober } = setUp();
		net.respond = (echo) => [lie(echo)];
		const result = await drain(prober.probe(block(8), OPTIONS));
		expect(upCount(result)).toBe(0);
		expect(result.totals.replies).toBe(0);
	});

	test("a thousand duplicates are one verdict", async () => {
		const { net, prober } = setUp();
		net.respond = ({ echo }) => (echo.index === 0 ? Array(1000).fill({ afterMs: 5 }) : []);
		const result = await drain(prober.probe(block(2), OPTIONS));
		expect(result.repeated).toBe(0);
		expect(result.totals).toMatchObject({ replies: 1, duplicates: 999 });
	});
});

describe("latency", () => {
	test("a step of the wall clock during the round trip: the monotonic clock decides", async () => {
		for (const receivedUs of [0, 1, 9e15]) {
			const { net, prober } = setUp();
			net.respond = () => [{ afterMs: 8, receivedUs }];
			const { verdicts } = await drain(prober.probe(block(1), OPTIONS));
			expect(verdicts.get(0)).toBeWithin(8_000, 8_200);
		}
	});
});

describe("ICMP errors", () => {
	const unreachable = { type: 3, code: 1 };

	test("are silence of that host, counted by reason; an answer to a later echo still wins", async () => {
		const { net, prober } = setUp();
		net.respond = ({ echo }) => {
			if (echo.index === 2) return [{ afterMs: 1, error: { type: 11, code: 0 } }];
			return echo.attempt === 0 || echo.index === 0 ? [{ afterMs: 1, error: unreachable }] : [{ afterMs: 3 }];
		};
		const { verdicts, totals } = await drain(prober.probe(block(3), OPTIONS));
		expect([verdicts.get(0), verdicts.get(1), verdicts.get(2)]).toEqual([SILENT, 3_000, SILENT]);
		expect(totals).toMatchObject({ errors: 5, reasons: { "host unreachable": 3, "time exceeded": 2 } });
	});

	test("that quote only 8 bytes are found by sequence and address; those about others are ignored", async () => {
		const { net, prober } = setUp();
		const header = (identifier: number, sequence: number) => ({
			...unreachable,
			quote: { kind: "header", identifier, sequence } as const,
		});
		const [elsewhere = 0n] = addresses("10.7.7.7");
		net.respond = ({ echo: { index, attempt } }) =>
			attempt > 0
				? []
				: [
						{ afterMs: 1, error: header(1004, index) },
						{ afterMs: 1, error: header(77, index) },
						{ afterMs: 1, error: header(1004, index + 1) },
						{ afterMs: 1, error: header(1004, index), from: elsewhere },
					];
		const { totals } = await drain(prober.probe(block(5), OPTIONS));
		expect(totals.errors).toBe(5);
	});
});

describe("pace", () => {
	test("the rate holds over all runs together, bursts stay small", async () => {
		const { net, prober } = setUp(new FakeNet(), { ratePps: 2_000 });
		await Promise.all([0, 1, 2].map((n) => drain(prober.probe(block(1_000, n), OPTIONS))));
		const times = net.sent.map(({ atMs }) => atMs);
		expect(times.at(-1)).toBeWithin(1_470, 1_530);
		for (let i = 40; i < times.length; i++) {
			expect((times[i] as number) - (times[i - 40] as number)).toBeGreaterThan(10);
		}
	});

	test("a small run that starts later is not starved by a large slow one", async () => {
		const { net, prober } = setUp(new FakeNet(), { ratePps: 100 });
		const large = prober.probe(block(65_536), OPTIONS);
		const first = large.next();
		while (net.nowMs < 1_000) await new Promise((resolve) => setImmediate(resolve));
		const startedMs = net.nowMs;
		const small = await drain(prober.probe(block(6, 77), OPTIONS));
		expect(upCount(small)).toBe(6);
		expect(net.nowMs - startedMs).toBeLessThan(300);
		await first;
		await large.return({ sent: 0, replies: 0, duplicates: 0, errors: 0 });
	});

	test("inFlightMax bounds the targets that are asked and not yet answered or given up by the kernel", async () => {
		const { net, prober } = setUp();
		net.respond = (echo) => (even(echo) ? [{ afterMs: 4 }] : []);
		const asked = new Map<string, number>();
		let most = 0;
		const answer = net.respond;
		net.respond = (echo) => {
			if (!even(echo) && !asked.has(echo.ip)) asked.set(echo.ip, echo.atMs);
			most = Math.max(most, [...asked.values()].filter((atMs) => echo.atMs - atMs < 2_999).length);
			return answer(echo);
		};
		const result = await drain(prober.probe(block(240), { ...OPTIONS, inFlightMax: 32 }));
		expect(upCount(result)).toBe(120);
		expect(most).toBeWithin(16, 33);
	});
});
