/** Names by SNMP: what becomes of every text, and agents that answer wrongly, from elsewhere, or without end. */

import { afterEach, describe, expect, test } from "bun:test";
import { systemClock } from "../../src/clock.ts";
import { cleanName, openSnmp } from "../../src/probes/snmp.ts";
import { address } from "../helpers/network.ts";
import { elapse, PATIENCE_MS } from "../helpers/patience.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("a name is one visible line", () => {
	const cases: [string, unknown, string | undefined][] = [
		["plain", bytes("router-1.example"), "router-1.example"],
		["letters of the world", bytes("Büro-Router 東京"), "Büro-Router 東京"],
		["script is text", bytes("<script>alert(1)</script>"), "<script>alert(1)</script>"],
		["control characters and NUL go", bytes("a\0b\x1b[31mc\x7f"), "ab[31mc"],
		["line ends go", bytes("a\r\nb"), "ab"],
		["marks that turn the writing go", bytes("a\u202eb\u200fc\ufeff"), "abc"],
		["blanks around and in a row", bytes("  a \u00a0 b  "), "a b"],
		["bytes that are no UTF-8", Uint8Array.from([0x61, 0xff, 0xfe, 0x62]), "a\ufffd\ufffdb"],
		["64 kB", bytes("x".repeat(65_507)), "x".repeat(253)],
		["a long one is not cut inside a character", bytes("😀".repeat(300)), "😀".repeat(253)],
		["empty", bytes(""), undefined],
		["only what cannot be seen", bytes(" \0\u200b\n"), undefined],
		["no text at all", 42, undefined],
		["nothing", undefined, undefined],
	];
	test.each(cases)("%s", (_, value, expected) => expect(cleanName(value)).toBe(expected as never));
});

/** BER (X.690): tag, length, value. */
function tlv(tag: number, ...parts: Uint8Array[]): Uint8Array {
	const value = Buffer.concat(parts);
	const length = value.length < 128 ? [value.length] : [0x82, value.length >> 8, value.length & 255];
	return Uint8Array.from([tag, ...length, ...value]);
}

const integer = (n: number) => tlv(2, Uint8Array.from([n]));
const SYS_NAME = tlv(6, Uint8Array.from([0x2b, 6, 1, 2, 1, 1, 5, 0]));

/** The request id of a version 2c message, as it stands there. */
function requestId(message: Uint8Array): Uint8Array {
	// 30 L, 02 01 01, 04 L community, a0 L, 02 L id.
	const community = 5;
	const pdu = community + 2 + (message[community + 1] ?? 0);
	const id = pdu + 2;
	return message.slice(id, id + 2 + (message[id + 1] ?? 0));
}

function response(
	request: Uint8Array,
	value: Uint8Array,
	more: { community?: string; status?: number; version?: number } = {},
) {
	const pdu = tlv(
		0xa2,
		requestId(request),
		integer(more.status ?? 0),
		integer(0),
		tlv(0x30, tlv(0x30, SYS_NAME, value)),
	);
	return tlv(0x30, integer(more.version ?? 1), tlv(4, bytes(more.community ?? "c")), pdu);
}

const text = (name: string | Uint8Array) => tlv(4, typeof name === "string" ? bytes(name) : name);

const opened: { close(): void }[] = [];
afterEach(() => {
	for (const one of opened.splice(0)) one.close();
});

type Send = (message: Uint8Array) => void;

/** An answer that must come is waited for; silence is cut short. */
const SHORT = { timeoutMs: 100 };

/** Asks an agent on loopback that does with each request as `act` says; answers and requests are counted. */
async function ask(
	act: (request: Uint8Array, send: Send, stray: Send) => void,
	{ tries = 1, timeoutMs = PATIENCE_MS, version3 = false } = {},
) {
	let asked = 0;
	const stranger = await Bun.udpSocket({ hostname: "127.0.0.1", socket: { error() {} } });
	const agent = await Bun.udpSocket({
		hostname: "127.0.0.1",
		socket: {
			data(own, message, port, from) {
				asked++;
				act(
					new Uint8Array(message),
					(answer) => void own.send(answer, port, from),
					(answer) => void stranger.send(answer, port, from),
				);
			},
			error() {},
		},
	});
	opened.push(agent, stranger);
	const credentials = {
		community: version3 ? "" : "c",
		user: version3 ? "rollcall" : "",
		auth: "sha",
		authPass: version3 ? "the-auth-password" : "",
		priv: "aes",
		privPass: version3 ? "the-priv-password" : "",
	} as const;
	const look = openSnmp({ credentials, tries, timeoutMs, clock: systemClock, port: agent.port });
	const name = await look(address("127.0.0.1"), new AbortController().signal);
	// What was sent is counted when it is read.
	await elapse(20);
	return { name, asked };
}

describe("agents", () => {
	test("the name", async () => {
		expect(await ask((q, send) => send(response(q, text("router"))))).toEqual({ name: "router", asked: 1 });
	});

	test("a very long one", async () => {
		const { name } = await ask((q, send) => send(response(q, text("x".repeat(60_000)))));
		expect(name).toBe("x".repeat(253));
	});

	const useless: [string, (request: Uint8Array, send: Send, stray: Send) => void][] = [
		["silence", () => {}],
		["an error", (q, send) => send(response(q, text(""), { status: 2 }))],
		["no such object", (q, send) => send(response(q, tlv(0x80)))],
		["a number for a name", (q, send) => send(response(q, integer(7)))],
		["an empty name", (q, send) => send(response(q, text("")))],
		["another community", (q, send) => send(response(q, text("liar"), { community: "d" }))],
		["another version", (q, send) => send(response(q, text("liar"), { version: 0 }))],
		["noise", (_, send) => send(Uint8Array.from({ length: 500 }, (_, i) => (i * 73) & 255))],
		["nothing but a length", (_, send) => send(Uint8Array.from([0x30, 0x84, 0xff, 0xff, 0xff, 0xff]))],
		["the request itself", (q, send) => send(q)],
		["an answer from elsewhere", (q, _, stray) => stray(response(q, text("liar")))],
		["half an answer", (q, send) => send(response(q, text("router")).slice(0, 20))],
	];
	test.each(useless)("%s: no name, and no exception", async (_, act) => {
		expect((await ask(act, SHORT)).name).toBeUndefined();
	});

	test("a silent agent is asked twice, not more", async () => {
		expect(await ask(() => {}, { ...SHORT, tries: 2 })).toEqual({ name: undefined, asked: 2 });
	});

	test("a flood before the answer is dropped with it", async () => {
		const { name } = await ask((q, send) => {
			for (let i = 0; i < 200; i++) send(Uint8Array.from([0x30, i & 0x7f]));
			send(response(q, text("late")));
		}, SHORT);
		expect(name).toBeUndefined();
	});

	test("a few damaged messages before it do no harm", async () => {
		const { name } = await ask((q, send) => {
			for (let i = 0; i < 5; i++) send(Uint8Array.from([0x30, i]));
			send(response(q, text("router")));
		});
		expect(name).toBe("router");
	});
});

describe("version 3: agents that answer with reports", () => {
	/** The parts behind the tag and length of a BER value. */
	const inner = (bytes: Uint8Array): Uint8Array[] => {
		const parts: Uint8Array[] = [];
		for (let at = 0; at < bytes.length; ) {
			const first = bytes[at + 1] ?? 0;
			const more = first < 128 ? 0 : first & 127;
			const length =
				more === 0 ? first : bytes.subarray(at + 2, at + 2 + more).reduce((n, b) => n * 256 + b, 0);
			const end = at + 2 + more + length;
			parts.push(bytes.subarray(at, end));
			at = end;
		}
		return parts;
	};
	const contentOf = (part: Uint8Array | undefined): Uint8Array => {
		const bytes = part ?? new Uint8Array(2);
		const first = bytes[1] ?? 0;
		return bytes.subarray(first < 128 ? 2 : 2 + (first & 127));
	};
	const ENGINE = Uint8Array.from([0x80, 0, 0x1f, 0x88, 4, 1, 2, 3, 4]);
	/** usmStats (RFC 3414 5) number `n`, as a Report (RFC 3416 3) to this request. */
	const report = (request: Uint8Array, n: number, boots = 1) => {
		const [, header] = inner(contentOf(request));
		const [messageId = integer(0)] = inner(contentOf(header));
		const oid = tlv(6, Uint8Array.from([0x2b, 6, 1, 6, 3, 15, 1, 1, n, 0]));
		const counter = tlv(0x41, Uint8Array.from([1]));
		const pdu = tlv(0xa8, integer(0), integer(0), integer(0), tlv(0x30, tlv(0x30, oid, counter)));
		const empty = tlv(4);
		const security = tlv(0x30, tlv(4, ENGINE), integer(boots), integer(5), empty, empty, empty);
		return tlv(
			0x30,
			integer(3),
			tlv(0x30, messageId, tlv(2, Uint8Array.from([0x05, 0xdc])), tlv(4, Uint8Array.from([0])), integer(3)),
			tlv(4, security),
			tlv(0x30, tlv(4, ENGINE), empty, pdu),
		);
	};
	const V3 = { ...SHORT, version3: true, tries: 2 };
	/** What a look-up may send at most: two tries of two messages, and what eight answers can draw out of it. */
	const MOST = 12;

	const reports: [string, number[]][] = [
		["who are you, for ever", [4]],
		["not in the time window, for ever", [4, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2]],
		["the two in turn", [4, 2]],
		["unknown user", [4, 3]],
		["wrong password", [4, 5]],
		["cannot decrypt", [4, 6]],
		["a number nobody knows", [4, 99]],
	];
	test.each(reports)("%s: no name, and it ends", async (_, numbers) => {
		let n = 0;
		const { name, asked } = await ask(
			(q, send) => send(report(q, numbers[n++ % numbers.length] ?? 4, n)),
			V3,
		);
		expect(name).toBeUndefined();
		expect(asked).toBeGreaterThan(1);
		expect(asked).toBeLessThanOrEqual(MOST);
	});

	test("each answered by a hundred reports: what is beyond eight is dropped, nothing runs away", async () => {
		const { name, asked } = await ask((q, send) => {
			for (let i = 0; i < 100; i++) send(report(q, i % 2 === 0 ? 4 : 2, i + 1));
		}, V3);
		expect(name).toBeUndefined();
		expect(asked).toBeLessThanOrEqual(MOST);
	});
});
