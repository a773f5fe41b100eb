/** Names by SNMP: what becomes of every text, and agents that answer wrongly, from elsewhere, or without end. */

import { afterEach, describe, expect, test } from "bun:test";
import { systemClock } from "../../src/clock.ts";
import { cleanName, hasCredentials, openSnmp } from "../../src/probes/snmp.ts";
import { address } from "../helpers/network.ts";

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

test("without a community and a user there is nothing to ask with", () => {
	const none = { community: "", user: "", auth: "sha", authPass: "", priv: "aes", privPass: "" } as const;
	expect(hasCredentials(none)).toBe(false);
	expect(hasCredentials({ ...none, community: "c" })).toBe(true);
	expect(hasCredentials({ ...none, user: "u" })).toBe(true);
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

/** Asks an agent on loopback that does with each request as `act` says; answers and requests are counted. */
async function ask(act: (request: Uint8Array, send: Send, stray: Send) => void, tries = 1) {
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
		community: "c",
		user: "",
		auth: "sha",
		authPass: "",
		priv: "aes",
		privPass: "",
	} as const;
	const look = openSnmp({ credentials, tries, timeoutMs: 100, clock: systemClock, port: agent.port });
	const name = await look(address("127.0.0.1"), new AbortController().signal);
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
		expect((await ask(act)).name).toBeUndefined();
	});

	test("a silent agent is asked twice, not more", async () => {
		expect(await ask(() => {}, 2)).toEqual({ name: undefined, asked: 2 });
	});

	test("a flood before the answer is dropped with it", async () => {
		const { name } = await ask((q, send) => {
			for (let i = 0; i < 200; i++) send(Uint8Array.from([0x30, i & 0x7f]));
			send(response(q, text("late")));
		});
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
