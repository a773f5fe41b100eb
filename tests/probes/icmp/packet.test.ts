/** Echo packets: what we write, and what we make of every kind of packet a socket can hand over. */

import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import {
	ECHO_BYTES,
	type Form,
	readPacket,
	readQuote,
	sumOf,
	writeEcho,
} from "../../../src/probes/icmp/packet.ts";

const ROOM = 256;
const OURS = { identifier: 0x1234, nonceHigh: 0x01020304, nonceLow: 0x05060708, index: 7, attempt: 1 };
const FOUND = { ...OURS, sequence: 7 };

function sample(name: string): Uint8Array<ArrayBuffer> {
	const text = readFileSync(`${import.meta.dir}/../../../samples/icmp/${name}.hex`, "latin1");
	return new Uint8Array(Buffer.from(text.replace(/\s/g, ""), "hex"));
}

/** Reads the bytes where a socket would leave them: somewhere inside a larger buffer full of other things. */
function read(bytes: Uint8Array, form: Form, room = ROOM) {
	const buffer = new Uint8Array(bytes.length + 64).fill(0xa5);
	buffer.set(bytes, 32);
	return readPacket(new DataView(buffer.buffer), 32, bytes.length, form, room);
}

function changed(name: string, change: (bytes: Uint8Array<ArrayBuffer>) => void): Uint8Array {
	const bytes = sample(name);
	change(bytes);
	return bytes;
}

describe("replies", () => {
	test("raw IPv4, with and without IP options", () => {
		expect(read(sample("reply-raw4"), "ip4")).toEqual({ kind: "reply", echo: FOUND });
		expect(read(sample("reply-raw4-options"), "ip4")).toEqual({ kind: "reply", echo: FOUND });
	});

	test("datagram IPv4 carries the kernel's identifier", () => {
		const reading = read(sample("reply-datagram4"), "icmp4");
		expect(reading).toMatchObject({ kind: "reply", echo: { nonceLow: OURS.nonceLow, index: 7, attempt: 1 } });
	});

	test("ICMPv6", () => {
		expect(read(sample("reply-6"), "icmp6")).toEqual({ kind: "reply", echo: FOUND });
	});

	test("a wrong nonce is told, not hidden: whoever sent it decides", () => {
		const bytes = changed("reply-6", (b) => b.set([9, 9, 9, 9], 8));
		expect(read(bytes, "icmp6")).toEqual({ kind: "reply", echo: { ...FOUND, nonceHigh: 0x09090909 } });
	});
});

describe("packets that are nothing to us", () => {
	const foreign: [string, Uint8Array, Form][] = [
		["our own request looped back, IPv4", sample("looped-request-raw4"), "ip4"],
		["our own request looped back, IPv6", sample("looped-request-6"), "icmp6"],
		["an ICMP error in the packet queue", sample("error-raw4-host-unreachable"), "ip4"],
		["a reply with a code", changed("reply-6", (b) => b.set([1], 1)), "icmp6"],
		["an IPv6 reply on an IPv4 socket", sample("reply-6"), "icmp4"],
		["a ping of somebody else with a short payload", sample("reply-datagram4").slice(0, 20), "icmp4"],
		["another protocol", changed("reply-raw4", (b) => b.set([17], 9)), "ip4"],
	];
	test.each(foreign)("%s", (_, bytes, form) => {
		expect(read(bytes, form).kind).toBe("foreign");
	});
});

describe("packets that do not hold", () => {
	const raw = "reply-raw4";
	const malformed: [string, Uint8Array, Form][] = [
		["nothing", new Uint8Array(0), "ip4"],
		["half an IP header", sample(raw).slice(0, 12), "ip4"],
		["IP header only", sample(raw).slice(0, 20), "ip4"],
		["IP version 6", changed(raw, (b) => b.set([0x65], 0)), "ip4"],
		["IP header length 16", changed(raw, (b) => b.set([0x44], 0)), "ip4"],
		["IP header longer than the packet", changed(raw, (b) => b.set([0x4f], 0)), "ip4"],
		["IP length too long", changed(raw, (b) => b.set([0, 45], 2)), "ip4"],
		["IP length too short", changed(raw, (b) => b.set([0, 43], 2)), "ip4"],
		["bad ICMP checksum", changed(raw, (b) => b.set([0xff], 40)), "ip4"],
		["half an ICMP header", sample("reply-6").slice(0, 7), "icmp6"],
	];
	test.each(malformed)("%s", (_, bytes, form) => {
		expect(read(bytes, form).kind).toBe("malformed");
	});

	test("a packet cut to the room it had is judged by what is there", () => {
		const bytes = new Uint8Array(ROOM);
		bytes.set(changed(raw, (b) => b.set([0xff, 0xff], 2)));
		expect(read(bytes, "ip4")).toEqual({ kind: "reply", echo: FOUND });
	});

	test("no truncation and no flipped byte makes the reader throw or read beyond the end", () => {
		for (const [name, form] of [
			[raw, "ip4"],
			["reply-raw4-options", "ip4"],
			["reply-6", "icmp6"],
		] as const) {
			const whole = sample(name);
			for (let length = 0; length < whole.length; length++) {
				expect(read(whole.slice(0, length), form).kind).not.toBe("reply");
			}
			for (let at = 0; at < whole.length * 8; at++) {
				const bytes = changed(name, (b) => b.set([(b[at >> 3] as number) ^ (1 << (at & 7))], at >> 3));
				expect(["reply", "foreign", "malformed"]).toContain(read(bytes, form).kind);
			}
		}
	});
});

describe("quotes in ICMP errors", () => {
	const quoted = (bytes: Uint8Array<ArrayBuffer>, family: 4 | 6, length = bytes.length) =>
		readQuote(new DataView(bytes.buffer), 0, length, family);

	test("unreachable and time exceeded quote our whole echo", () => {
		expect(quoted(sample("quote4-host-unreachable"), 4)).toEqual({ kind: "whole", echo: FOUND });
		expect(quoted(sample("quote4-time-exceeded"), 4)).toEqual({ kind: "whole", echo: FOUND });
		expect(quoted(sample("quote6-no-route"), 6)).toEqual({ kind: "whole", echo: FOUND });
	});

	test("a router that quotes 8 bytes leaves identifier and sequence", () => {
		const bytes = sample("quote4-host-unreachable");
		expect(quoted(bytes, 4, 8)).toEqual({ kind: "header", identifier: 0x1234, sequence: 7 });
		expect(quoted(bytes, 4, 23)?.kind).toBe("header");
	});

	test("less than a header, a quoted reply, the other family: nothing", () => {
		expect(quoted(sample("quote4-host-unreachable"), 4, 7)).toBeUndefined();
		expect(quoted(sample("reply-datagram4"), 4)).toBeUndefined();
		expect(quoted(sample("quote4-host-unreachable"), 6)).toBeUndefined();
	});
});

describe("requests", () => {
	test("are what the captures show was sent", () => {
		const bytes = new Uint8Array(ECHO_BYTES);
		writeEcho(new DataView(bytes.buffer), 0, 4, OURS);
		expect(bytes).toEqual(sample("looped-request-raw4").slice(20));
	});

	test("carry the low 16 bits of the index as sequence, and a right checksum", () => {
		for (const index of [0, 65_535, 65_536, 1_048_575]) {
			const view = new DataView(new ArrayBuffer(ECHO_BYTES + 8));
			writeEcho(view, 8, 4, { ...OURS, index });
			expect(view.getUint16(14)).toBe(index & 0xffff);
			expect(sumOf(view, 8, ECHO_BYTES)).toBe(0xffff);
		}
	});
});

test("the checksum of RFC 1071 3, also over an odd number of bytes", () => {
	const view = new DataView(new Uint8Array([0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7, 0x80]).buffer);
	expect(sumOf(view, 0, 8)).toBe(0xddf2);
	expect(sumOf(view, 8, 1)).toBe(0x8000);
});
