/**
 * The far end of the latency bench: answers every ICMP echo after 20 ± 5 ms from a raw socket and logs how long
 * each really took. Runs in the far namespace with the kernel's own answers switched off.
 *
 * Prints "ready", then after SIGTERM one JSON line {"ip": delayUs, …} of the first echo to each address.
 */

import { formatAddress, fromV4 } from "../../src/net/address.ts";
import { sumOf } from "../../src/probes/icmp/packet.ts";
import { type Libc, MessageBlock, openLibc, PollEntries } from "../../src/probes/libc.ts";

const IP_HEADER = 20;
const DATA = 128;
const LATEST = 16_384;

type Due = { atUs: number; arrivedUs: number; packet: Uint8Array; ip: number };

function openRaw(libc: Libc): number {
	const fd = libc.socket(2, 3 | 0x80800, 1);
	if (fd < 0) throw new Error(`no raw socket: ${fd}`);
	const set = (level: number, option: number, value: number) =>
		libc.setOption(fd, level, option, new Uint8Array(new Uint32Array([value]).buffer));
	set(255, 1, ~(1 << 8) >>> 0); // ICMP_FILTER: echo requests only
	set(0, 3, 1); // IP_HDRINCL: the reply comes from the address that was asked
	set(1, 35, 1); // SO_TIMESTAMPNS
	set(1, 33, 8 << 20);
	set(1, 32, 8 << 20);
	return fd;
}

const libc = openLibc() as Libc;
const fd = openRaw(libc);
const incoming = new MessageBlock(64, 64, DATA);
const outgoing = new MessageBlock(1, 0, DATA);
const entries = new PollEntries([fd]);
entries.watch(0, false);
/** Sorted by time; new ones are usually among the latest, so the search goes from the end. */
const queue: Due[] = [];
const delays: Record<string, number> = {};
let stopping = false;
process.on("SIGTERM", () => {
	stopping = true;
});

function receive(): void {
	const count = libc.receive(fd, incoming, 0);
	for (let i = 0; i < count; i++) {
		const at = incoming.dataAt(i);
		const packet = incoming.bytes.slice(at, at + incoming.dataLength(i));
		const control = incoming.controlAt(i) + 16;
		const seconds = Number(incoming.view.getBigInt64(control, true));
		const arrivedUs = seconds * 1e6 + incoming.view.getUint32(control + 8, true) / 1000;
		const due = {
			atUs: arrivedUs + 15_000 + Math.random() * 10_000,
			arrivedUs,
			packet,
			ip: addressAt(packet, 16),
		};
		let place = queue.length;
		while (place > 0 && (queue[place - 1] as Due).atUs > due.atUs) place--;
		if (queue.length < LATEST) queue.splice(place, 0, due);
	}
}

function addressAt(packet: Uint8Array, at: number): number {
	return new DataView(packet.buffer, packet.byteOffset).getUint32(at);
}

function answer({ packet, arrivedUs, ip }: Due): void {
	const at = outgoing.dataAt(0);
	outgoing.bytes.set(packet, at);
	outgoing.bytes.set(packet.subarray(12, 16), at + 16);
	outgoing.bytes.set(packet.subarray(16, 20), at + 12);
	outgoing.view.setUint8(at + IP_HEADER, 0);
	outgoing.view.setUint16(at + IP_HEADER + 2, 0);
	const sum = sumOf(outgoing.view, at + IP_HEADER, packet.length - IP_HEADER);
	outgoing.view.setUint16(at + IP_HEADER + 2, 0xffff - sum);
	outgoing.view.setUint16(outgoing.nameAt(0), 2, true);
	outgoing.bytes.set(packet.subarray(12, 16), outgoing.nameAt(0) + 4);
	outgoing.setLengths(0, 16, packet.length);
	const before = libc.wallUs();
	if (libc.send(fd, outgoing, 0, 1) === 1) {
		delays[formatAddress(fromV4(ip))] ??= (before + libc.wallUs()) / 2 - arrivedUs;
	}
}

console.log("ready");
while (!stopping) {
	for (let slice = 0; slice < 50; slice++) {
		const untilMs = queue[0] ? (queue[0].atUs - libc.wallUs()) / 1000 : 5;
		libc.poll(entries, Math.min(5, Math.max(0, untilMs)));
		receive();
		while (queue[0] && queue[0].atUs <= libc.wallUs()) answer(queue.shift() as Due);
		if (queue.length === 0) break;
	}
	await new Promise((resolve) => setImmediate(resolve));
}
console.log(JSON.stringify(delays));
