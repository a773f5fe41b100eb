/** ARP packets: what we write, and what we make of every kind of packet that can come. */

import { describe, expect, test } from "bun:test";
import { writeHeader } from "../../../src/probes/arp/link-socket.ts";
import { ARP_BYTES, readReply, writeRequest } from "../../../src/probes/arp/packet.ts";
import { sumOf } from "../../../src/probes/icmp/packet.ts";
import { sampleBytes } from "../../helpers/hex.ts";

/** Reads the bytes where a socket would leave them: somewhere inside a larger buffer full of other things. */
function read(bytes: Uint8Array) {
	const buffer = new Uint8Array(bytes.length + 64).fill(0xa5);
	buffer.set(bytes, 32);
	return readReply(new DataView(buffer.buffer), 32, bytes.length);
}

function changed(change: (bytes: Uint8Array<ArrayBuffer>) => void): Uint8Array {
	const bytes = sampleBytes("arp/reply-veth");
	change(bytes);
	return bytes;
}

test("a request is byte for byte what was captured", () => {
	const bytes = new Uint8Array(ARP_BYTES + 8).fill(0xa5);
	const own = { mac: 0x02_00_00_00_00_01, ip: 0x0a630001 };
	writeRequest(new DataView(bytes.buffer), 4, own, 0x0a630002);
	expect(bytes.slice(4, 4 + ARP_BYTES)).toEqual(sampleBytes("arp/request"));
	expect([...bytes.slice(0, 4), ...bytes.slice(-4)]).toEqual(Array(8).fill(0xa5));
});

describe("replies", () => {
	const reply = { mac: 0x00_11_32_8a_00_01, ip: 0x0a630002, toMac: 0x02_00_00_00_00_01, toIp: 0x0a630001 };
	test("of the kernel, and padded by Ethernet to 46 bytes", () => {
		expect(read(sampleBytes("arp/reply-veth"))).toEqual(reply);
		expect(read(new Uint8Array([...sampleBytes("arp/reply-veth"), ...Array(18).fill(0)]))).toEqual(reply);
	});

	const nothing: [string, Uint8Array][] = [
		["nothing at all", new Uint8Array(0)],
		["one byte short", sampleBytes("arp/reply-veth").slice(0, ARP_BYTES - 1)],
		["a request", sampleBytes("arp/request")],
		["another kind of network", changed((b) => b.set([0, 6], 0))],
		["another protocol", changed((b) => b.set([0x86, 0xdd], 2))],
		["hardware addresses of 8 bytes", changed((b) => b.set([8], 4))],
		["protocol addresses of 16 bytes", changed((b) => b.set([16], 5))],
		["an inverse reply", changed((b) => b.set([0, 9], 6))],
		["a sender without hardware address", changed((b) => b.fill(0, 8, 14))],
		["broadcast as sender", changed((b) => b.fill(0xff, 8, 14))],
		["a multicast sender", changed((b) => b.set([0x01, 0, 0x5e], 8))],
		["0.0.0.0 as sender", changed((b) => b.fill(0, 14, 18))],
		["noise", new Uint8Array(64).map((_, i) => (i * 73) & 0xff)],
	];
	test.each(nothing)("%s is none", (_, bytes) => expect(read(bytes)).toBeUndefined());
});

test("the IPv4 header before an echo has a right checksum and says what it must", () => {
	const view = new DataView(new ArrayBuffer(40));
	writeHeader(view, 10, 0x0a630001, 0x0a630002, 0x1234);
	expect(sumOf(view, 10, 20)).toBe(0xffff);
	expect(view.getUint16(10)).toBe(0x4500);
	expect(view.getUint16(12)).toBe(44);
	expect([view.getUint8(18), view.getUint8(19)]).toEqual([64, 1]);
	expect([view.getUint32(22), view.getUint32(26)]).toEqual([0x0a630001, 0x0a630002]);
});
