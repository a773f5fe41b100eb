/** Look-ups over real sockets on loopback: servers in turn, silence, strangers, settings. */

import { afterEach, describe, expect, test } from "bun:test";
import { formatAddress } from "../../src/net/address.ts";
import { parseServer } from "../../src/net/servers.ts";
import { openPtr, parseResolv } from "../../src/probes/ptr.ts";
import { handClock } from "../helpers/clock.ts";
import { address } from "../helpers/network.ts";

type Server = { port: number; asked: number; close(): void };
const opened: { close(): void }[] = [];
afterEach(() => {
	for (const one of opened.splice(0)) one.close();
});

/** A name server on 127.0.0.1 that answers each question by `reply`; it says nothing when that gives undefined. */
async function serve(reply: (question: Uint8Array, port: number) => Uint8Array | undefined): Promise<Server> {
	const server = { port: 0, asked: 0, close: () => {} };
	const socket = await Bun.udpSocket({
		hostname: "127.0.0.1",
		socket: {
			data(own, bytes, port, from) {
				server.asked++;
				const answer = reply(new Uint8Array(bytes), port);
				if (answer) own.send(answer, port, from);
			},
			// Who asked may be gone when the answer comes.
			error() {},
		},
	});
	server.port = socket.port;
	server.close = () => socket.close();
	opened.push(server);
	return server;
}

/** The question with an answer behind it: one PTR record. */
function named(question: Uint8Array, text: string): Uint8Array {
	const labels = text.split(".").flatMap((one) => [one.length, ...new TextEncoder().encode(one)]);
	const data = [...labels, 0];
	const record = [0xc0, 12, 0, 12, 0, 1, 0, 0, 2, 88, 0, data.length, ...data];
	const bytes = Uint8Array.from([...question, ...record]);
	bytes[2] = 0x81;
	bytes[7] = 1;
	return bytes;
}

function ask(servers: Server[], clock = handClock()) {
	const list = () => servers.map(({ port }) => ({ address: address("127.0.0.1"), port }));
	const look = openPtr({ servers: list, tries: 2, timeoutMs: 2_000, clock, random: () => 0.5 });
	return { clock, result: (signal = new AbortController().signal) => look(address("10.0.0.7"), signal) };
}

/** Turns the clock, a step at a time, until the look-up is over. */
async function turn<T>(result: Promise<T>, clock: ReturnType<typeof handClock>): Promise<T> {
	let over = false;
	void result.then(() => {
		over = true;
	});
	for (let i = 0; i < 200 && !over; i++) {
		await new Promise((resolve) => setTimeout(resolve, 1));
		if (i > 20) await clock.advance(500);
	}
	return result;
}

describe("look-ups", () => {
	test("the answer, at once", async () => {
		const server = await serve((question) => named(question, "nas.example"));
		expect(await ask([server]).result()).toEqual({ kind: "name", name: "nas.example", ttlS: 600 });
	});

	test("a silent server is asked a second time, then it is enough", async () => {
		const server = await serve(() => undefined);
		const { clock, result } = ask([server]);
		expect(await turn(result(), clock)).toEqual({
			kind: "failed",
			reason: "127.0.0.1 did not answer",
			silent: true,
		});
		expect(server.asked).toBe(2);
	});

	test("the second try goes to the second server", async () => {
		const [silent, good] = [await serve(() => undefined), await serve((q) => named(q, "b"))];
		const { clock, result } = ask([silent, good]);
		expect(await turn(result(), clock)).toMatchObject({ kind: "name", name: "b" });
		expect([silent.asked, good.asked]).toEqual([1, 1]);
	});

	test("a server that fails, or is not there, is no reason to wait", async () => {
		const failing = await serve((question) => question.with(2, 0x81).with(3, 0x82));
		const good = await serve((question) => named(question, "b"));
		expect(await ask([failing, good]).result()).toMatchObject({ name: "b" });
		failing.close();
		expect(await ask([failing, good]).result()).toMatchObject({ name: "b" });
	});

	test("a server that says it cannot is not silent, whatever the other does", async () => {
		const failing = await serve((question) => question.with(2, 0x81).with(3, 0x82));
		const silent = await serve(() => undefined);
		const { clock, result } = ask([failing, silent]);
		expect(await turn(result(), clock)).toMatchObject({ kind: "failed", silent: false });
	});

	test("a wrong id is passed over, the right one after it counts", async () => {
		const server = await serve((question) => named(question.with(0, (question[0] ?? 0) ^ 1), "liar"));
		const { clock, result } = ask([server]);
		expect(await turn(result(), clock)).toMatchObject({ kind: "failed" });
	});

	test("an answer from a stranger never arrives", async () => {
		// The kernel tells the stranger that nobody listens there for him.
		const stranger = await Bun.udpSocket({ hostname: "127.0.0.1", socket: { error() {} } });
		opened.push({ close: () => stranger.close() });
		let sent = 0;
		// Right in every byte, but from another port than was asked.
		const server = await serve((question, port) => {
			sent += Number(stranger.send(named(question, "liar"), port, "127.0.0.1"));
			return undefined;
		});
		const { clock, result } = ask([server]);
		expect(await turn(result(), clock)).toMatchObject({ kind: "failed" });
		expect(sent).toBe(2);
	});

	test("an abort ends it at once; without servers there is nothing to ask", async () => {
		const server = await serve(() => undefined);
		const stop = new AbortController();
		const { result } = ask([server]);
		const running = result(stop.signal);
		stop.abort();
		expect(await running).toMatchObject({ kind: "failed" });
		expect(await ask([]).result()).toEqual({
			kind: "failed",
			reason: "no name server is known",
			silent: true,
		});
	});
});

describe("which servers", () => {
	test("resolv.conf: the first three, other lines and broken addresses passed over", () => {
		const text = [
			"# nameserver 9.9.9.9",
			"search example.org",
			"nameserver 10.0.0.53",
			"nameserver\tfd99::53 # comment",
			"nameserver fe80::1%eth0",
			"nameserver 010.0.0.1",
			"options ndots:1",
			"nameserver 10.0.0.54",
			"nameserver 10.0.0.55",
		].join("\n");
		expect(parseResolv(text).map((one) => `${formatAddress(one.address)} ${one.port}`)).toEqual([
			"10.0.0.53 53",
			"fd99::53 53",
			"10.0.0.54 53",
		]);
		expect(parseResolv("")).toEqual([]);
	});

	const settings: [string, string | undefined][] = [
		["10.0.0.53", "10.0.0.53 53"],
		["10.0.0.53:5353", "10.0.0.53 5353"],
		["fd99::53", "fd99::53 53"],
		["[fd99::53]:5353", "fd99::53 5353"],
		["[fd99::53]", "fd99::53 53"],
		["10.0.0.53:0", undefined],
		["10.0.0.53:65536", undefined],
		["10.0.0.53:", undefined],
		["dns.example", undefined],
		["", undefined],
	];
	test.each(settings)("PTR_SERVER=%s", (text, expected) => {
		const server = parseServer(text);
		expect(server && `${formatAddress(server.address)} ${server.port}`).toBe(expected as never);
	});
});
