/** Our own faults: no error number of a send may ever become a verdict about a host (faults F-21, F-23). */

import { describe, expect, test } from "bun:test";
import { FakeNet, type SentEcho } from "../../helpers/fake-wire.ts";
import { faultOf, setUp } from "../../helpers/pinger.ts";
import { addresses, block, drain, OPTIONS, upCount } from "../../helpers/probing.ts";

const FAULTS: [string, number][] = [
	["EPERM", 1],
	["EACCES", 13],
	["EINVAL", 22],
	["EMFILE", 24],
	["EADDRNOTAVAIL", 99],
	["ENETDOWN", 100],
	["ENETUNREACH", 101],
	["EHOSTUNREACH", 113],
	["unknown", 4711],
];

describe("a send that fails for good", () => {
	test.each(FAULTS)("%s: the run throws and nobody is judged silent", async (_, errno) => {
		const { net, prober } = setUp();
		net.refuse = () => errno;
		const judged: number[] = [];
		const run = async () => {
			for await (const { latencyUs } of prober.probe(block(50), OPTIONS)) judged.push(...latencyUs);
		};
		expect(await faultOf(run())).toMatchObject({ code: "unavailable", detail: { errno } });
		expect(judged).toEqual([]);
	});

	test("in the middle of a run: verdicts that fell stay, the rest gets none", async () => {
		const { net, prober } = setUp();
		net.refuse = ({ echo }) =>
			echo.index >= 100 && net.nowMs > 50 ? 101 : echo.index >= 100 ? 11 : undefined;
		net.sockets.forEach((socket) => {
			socket.roomAtMs = 60;
		});
		const seen: number[] = [];
		const run = async () => {
			for await (const { index } of prober.probe(block(200), OPTIONS)) seen.push(...index);
		};
		expect(await faultOf(run())).toMatchObject({ code: "unavailable" });
		expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
	});
});

describe("isolation", () => {
	test("no route for IPv6 fails the run that needs it, not the one beside it", async () => {
		const { net, prober } = setUp();
		net.refuse = ({ ip }) => (ip.includes(":") ? 101 : undefined);
		const six = drain(prober.probe(addresses("2001:db8::1", "2001:db8::2"), OPTIONS));
		const four = drain(prober.probe(block(300), OPTIONS));
		expect(await faultOf(six)).toMatchObject({ code: "unavailable" });
		expect(upCount(await four)).toBe(300);
	});

	test("a machine without IPv6 refuses IPv6 runs only", async () => {
		const { prober } = setUp(new FakeNet([4]));
		expect(await faultOf(drain(prober.probe(addresses("2001:db8::1"), OPTIONS)))).toMatchObject({
			message: "This machine has no IPv6.",
		});
		expect(upCount(await drain(prober.probe(block(3), OPTIONS)))).toBe(3);
	});
});

describe("trouble that passes", () => {
	test("ENOBUFS on every third send: everybody is asked all the same, with pauses of 10 to 200 ms", async () => {
		const { net, prober } = setUp();
		let sends = 0;
		net.refuse = () => (++sends % 3 === 0 ? 105 : undefined);
		const result = await drain(prober.probe(block(100), OPTIONS));
		expect(upCount(result)).toBe(100);
		expect(result.totals.sent).toBe(100);
	});

	test("ENOBUFS is no attempt, and silence then takes longer to believe", async () => {
		const { net, prober } = setUp();
		const heard = new Map<string, number>();
		// The neighbour entry is found only by the kernel's last request, 2 s later.
		net.respond = ({ ip }) => {
			heard.set(ip, (heard.get(ip) ?? 0) + 1);
			return [{ afterMs: 2_000 }];
		};
		net.refuse = () => (net.nowMs < 300 ? 105 : undefined);
		const result = await drain(prober.probe(block(10), OPTIONS));
		expect(upCount(result)).toBe(10);
		expect([...heard.values()]).toEqual(Array(10).fill(2));
	});

	test("ENOBUFS of one run does not hold up another", async () => {
		const { net, prober } = setUp();
		net.refuse = ({ ip }) => (ip.startsWith("10.5.") ? 105 : undefined);
		const stuck = drain(prober.probe(block(10, 5), OPTIONS));
		const other = await drain(prober.probe(block(200, 6), OPTIONS));
		expect(upCount(other)).toBe(200);
		expect(net.nowMs).toBeLessThan(1_000);
		expect(await faultOf(stuck)).toMatchObject({ code: "unavailable", detail: { errno: 105 } });
		expect(net.nowMs).toBeWithin(10_000, 11_000);
	});

	test("a neighbour table full of hosts that just answered: an attached network waits for it up to a minute", async () => {
		const { net, prober } = setUp();
		net.refuse = () => (net.nowMs < 45_000 ? 105 : undefined);
		const attached = drain(prober.probe(block(30), { ...OPTIONS, inFlightMax: 512 }));
		expect(upCount(await attached)).toBe(30);
		net.refuse = () => 105;
		const never = drain(prober.probe(block(30), { ...OPTIONS, inFlightMax: 512 }));
		expect(await faultOf(never)).toMatchObject({ detail: { errno: 105 } });
		expect(net.nowMs).toBeWithin(105_000, 107_000);
	});

	test("EAGAIN waits for room without spinning; lasting, it is a fault", async () => {
		const { net, prober } = setUp();
		net.refuse = () => (net.nowMs < 400 ? 11 : undefined);
		for (const socket of net.sockets) socket.roomAtMs = 400;
		expect(upCount(await drain(prober.probe(block(30), OPTIONS)))).toBe(30);
		expect(net.waits).toBeLessThan(200);
		net.refuse = () => 11;
		for (const socket of net.sockets) socket.roomAtMs = Number.POSITIVE_INFINITY;
		const fault = drain(prober.probe(block(3), OPTIONS));
		expect(await faultOf(fault)).toMatchObject({ detail: { errno: 11 } });
	});

	test("EINTR is tried again at once", async () => {
		const { net, prober } = setUp();
		let sends = 0;
		net.refuse = () => (++sends % 2 === 1 ? 4 : undefined);
		expect(upCount(await drain(prober.probe(block(20), OPTIONS)))).toBe(20);
	});

	test("the queued ICMP error of an earlier echo surfaces as the error of a later send: not its fault", async () => {
		const { net, prober } = setUp();
		let surfacing = 0;
		net.respond = ({ echo }) => {
			if (echo.index % 4 !== 0) return [{ afterMs: 3 }];
			surfacing++;
			return [{ afterMs: 0, error: { type: 3, code: 1 } }];
		};
		net.refuse = (_: SentEcho) => (surfacing-- > 0 ? 113 : undefined);
		const result = await drain(prober.probe(block(80), OPTIONS));
		expect(upCount(result)).toBe(60);
		expect(result.totals.errors).toBe(40);
	});
});
