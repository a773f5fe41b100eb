/** The ping fallback: arguments, what its output means, how many run at once, and the contract of a prober. */

import { describe, expect, test } from "bun:test";
import { systemClock } from "../../src/clock.ts";
import { AppError } from "../../src/errors.ts";
import { neverAsked } from "../../src/probes/never.ts";
import { openPing, type Ping, pingArguments, readPing, systemPing } from "../../src/probes/ping.ts";
import { SILENT } from "../../src/probes/probe.ts";
import { addresses, block, drain, OPTIONS, upCount } from "../helpers/probing.ts";

const CONFIG = { ratePps: 1, batchSize: 8, batchMs: 1, pingProcesses: 4 };
const [four = 0n, six = 0n] = addresses("10.0.0.14", "2001:db8::1");

function setUp(ping: Ping) {
	return openPing({ config: CONFIG, clock: systemClock, never: () => neverAsked, note: "why", ping });
}

describe("arguments", () => {
	test("one echo, numeric, the time-out in seconds, the family named, our own spelling last", () => {
		const v4 = pingArguments(four, 500);
		expect(v4.at(-1)).toBe("10.0.0.14");
		expect(v4.join(" ")).toBe("-n -W 0.5 -c 1 -s 56 -4 10.0.0.14");
		expect(pingArguments(six, 1500).join(" ")).toBe("-n -W 1.5 -c 1 -s 56 -6 2001:db8::1");
	});
});

describe("output", () => {
	const ANSWERED = `PING 10.0.0.14 (10.0.0.14) 56(84) bytes of data.
64 bytes from 10.0.0.14: icmp_seq=1 ttl=64 time=0.047 ms

--- 10.0.0.14 ping statistics ---
1 packets transmitted, 1 received, 0% packet loss, time 0ms
rtt min/avg/max/mdev = 0.047/0.047/0.047/0.000 ms
`;
	const SILENT_OUT = `PING 10.0.0.14 (10.0.0.14) 56(84) bytes of data.

--- 10.0.0.14 ping statistics ---
1 packets transmitted, 0 received, 100% packet loss, time 0ms
`;

	test("an answer gives its round trip in microseconds", () => {
		expect(readPing(four, ANSWERED, "", 0)).toBe(47);
		expect(readPing(four, ANSWERED.replaceAll("0.047 ms", "12.5 ms"), "", 0)).toBe(12_500);
	});

	test("exit 1 is silence, also with an ICMP error in the output", () => {
		expect(readPing(four, SILENT_OUT, "", 1)).toBe(SILENT);
		const unreachable = "From 10.0.0.1 icmp_seq=1 Destination Host Unreachable\n";
		expect(readPing(four, SILENT_OUT.replace("\n\n", `\n${unreachable}\n`), "", 1)).toBe(SILENT);
	});

	const faults: [string, string, string, number][] = [
		["no route", "", "ping: connect: Network is unreachable\n", 2],
		["no permission", "", "ping: socktype: SOCK_RAW\nping: socket: Operation not permitted\n", 2],
		["firewall", SILENT_OUT, "ping: sendmsg: Operation not permitted\n", 1],
		["no buffers", SILENT_OUT, "ping: sendmsg: No buffer space available\n", 1],
		["killed", "", "", 137],
		["exit 0 without an answer", "hello\n", "", 0],
		["one word", "what", "", 0],
	];
	test.each(faults)("our own fault: %s", (_, out, err, code) => {
		expect(() => readPing(four, out, err, code)).toThrow();
		try {
			readPing(four, out, err, code);
		} catch (error) {
			expect(error).toBeInstanceOf(AppError);
			expect((error as AppError).code).toBe("unavailable");
		}
	});
});

test("a ping that cannot be started is named, and why", async () => {
	const ping = systemPing("/nowhere/ping");
	await expect(ping(four, 500, new AbortController().signal)).rejects.toThrow(
		/^\/nowhere\/ping could not be started: [^,']*(ENOENT|not found)[^,']*\.$/,
	);
});

describe("prober", () => {
	test("verdicts for everybody, attempts for the silent, at most pingProcesses at a time over all runs", async () => {
		let running = 0;
		let most = 0;
		const prober = setUp(async (address) => {
			most = Math.max(most, ++running);
			await new Promise((resolve) => setImmediate(resolve));
			running--;
			return address % 2n === 0n ? 1_000 : SILENT;
		});
		const [one, two] = await Promise.all([
			drain(prober.probe(block(40), OPTIONS)),
			drain(prober.probe(block(40, 1), OPTIONS)),
		]);
		expect(most).toBe(4);
		for (const result of [one, two]) {
			expect(result.verdicts.size).toBe(40);
			expect(result.repeated).toBe(0);
			expect(upCount(result)).toBe(20);
			expect(result.totals).toMatchObject({ sent: 60, replies: 20 });
		}
	});

	test("a fault throws out of its run only", async () => {
		const prober = setUp(async (address) => {
			if (address === six) throw new AppError("unavailable", "no route");
			return 5;
		});
		await expect(drain(prober.probe([six], OPTIONS))).rejects.toMatchObject({ code: "unavailable" });
		expect(upCount(await drain(prober.probe(block(3), OPTIONS)))).toBe(3);
	});

	test("an abort ends the run and tells the processes", async () => {
		const stop = new AbortController();
		const prober = setUp(
			(_, __, signal) =>
				new Promise((resolve) => {
					signal.addEventListener("abort", () => resolve(SILENT));
					setImmediate(() => stop.abort());
				}),
		);
		const result = await drain(prober.probe(block(20), { ...OPTIONS, signal: stop.signal }));
		expect(result.verdicts.size).toBe(0);
	});

	test("multicast and 0.0.0.0 are silent without a process", async () => {
		let asked = 0;
		const prober = setUp(async () => ++asked);
		const result = await drain(prober.probe(addresses("0.0.0.0", "224.0.0.1", "ff02::1"), OPTIONS));
		expect(result.verdicts.size).toBe(3);
		expect(upCount(result) + asked).toBe(0);
	});
});
