/**
 * The kernel's tables by netlink: one request, the whole dump as messages. Knows framing and attributes, not what
 * the tables mean. What cannot be read is left out, never guessed.
 *
 * Sources: netlink(7), rtnetlink(7), <linux/netlink.h>. Numbers are of the machine's own byte order (little-endian).
 */

import { type Libc, MessageBlock } from "./libc.ts";

/** `body` begins behind the netlink header; attributes begin at a place that depends on the type. */
export type NetlinkMessage = { readonly type: number; readonly body: DataView };

const HEADER = 16;
const AF_NETLINK = 16;
/** SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC */
const KIND = 3 | 0x80800;
/** NLM_F_REQUEST, and with NLM_F_DUMP */
const ONE = 0x1;
const DUMP = 0x301;
const ERROR = 2;
const DONE = 3;
/** The kernel fills at most so much in one message of a dump, in bytes. */
const PART_BYTES = 32_768;
/** Parts of one dump at most: about 1.5 million neighbours. */
const PARTS_MAX = 4_096;

/** Bytes of a request for the whole table `type`; `body` is the family header it wants. */
function dumpRequest(type: number, body: Uint8Array): Uint8Array {
	return request(type, DUMP, body);
}

function request(type: number, flags: number, body: Uint8Array): Uint8Array {
	const bytes = new Uint8Array(HEADER + body.length);
	const view = new DataView(bytes.buffer);
	view.setUint32(0, bytes.length, true);
	view.setUint16(4, type, true);
	view.setUint16(6, flags, true);
	view.setUint32(8, 1, true);
	bytes.set(body, HEADER);
	return bytes;
}

/** The messages of one part, and whether it was the last one (or told of an error). */
export function readPart(bytes: Uint8Array): { messages: NetlinkMessage[]; last: boolean } {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const messages: NetlinkMessage[] = [];
	for (let at = 0; at + HEADER <= bytes.length; ) {
		const length = view.getUint32(at, true);
		if (length < HEADER || at + length > bytes.length) break;
		const type = view.getUint16(at + 4, true);
		if (type === DONE || type === ERROR) return { messages, last: true };
		const body = new DataView(bytes.buffer, bytes.byteOffset + at + HEADER, length - HEADER);
		messages.push({ type, body });
		at += (length + 3) & ~3;
	}
	return { messages, last: false };
}

/** Attributes from `from` on: length 2, type 2 (its two highest bits are flags), value; each padded to 4. */
export function readAttributes(body: DataView, from: number): Map<number, DataView> {
	const found = new Map<number, DataView>();
	for (let at = from; at + 4 <= body.byteLength; ) {
		const length = body.getUint16(at, true);
		if (length < 4 || at + length > body.byteLength) break;
		const type = body.getUint16(at + 2, true) & 0x3fff;
		found.set(type, new DataView(body.buffer, body.byteOffset + at + 4, length - 4));
		at += (length + 3) & ~3;
	}
	return found;
}

/** All parts of a dump, copied; what came so far when the kernel refuses to go on; empty without netlink. */
export function dump(libc: Libc, type: number, body: Uint8Array): Uint8Array[] {
	return converse(libc, dumpRequest(type, body), (fd) => receiveAll(libc, fd)) ?? [];
}

/** The one answer to a question, or the number of the error (errno); undefined without netlink. */
export function ask(libc: Libc, type: number, body: Uint8Array): NetlinkMessage | number | undefined {
	const part = converse(libc, request(type, ONE, body), (fd) =>
		receiveOne(libc, fd, new MessageBlock(1, 0, PART_BYTES)),
	);
	if (part === undefined || part.length < HEADER + 4) return undefined;
	const view = new DataView(part.buffer, part.byteOffset, part.byteLength);
	if (view.getUint16(4, true) === ERROR) return -view.getInt32(HEADER, true);
	return readPart(part).messages[0];
}

/** Sends one request to the kernel and hands the socket to whoever reads; undefined when it cannot be had. */
function converse<T>(libc: Libc, bytes: Uint8Array, read: (fd: number) => T): T | undefined {
	const fd = libc.socket(AF_NETLINK, KIND, 0);
	if (fd < 0) return undefined;
	try {
		const out = new MessageBlock(1, 0, bytes.length);
		out.bytes.set(bytes, out.dataAt(0));
		// Without a name it goes to the kernel.
		out.setLengths(0, 0, bytes.length);
		return libc.send(fd, out, 0, 1) === 1 ? read(fd) : undefined;
	} finally {
		libc.close(fd);
	}
}

/** The kernel makes each part when the one before is read: there is nothing to wait for. */
function receiveAll(libc: Libc, fd: number): Uint8Array[] {
	const block = new MessageBlock(1, 0, PART_BYTES);
	const parts: Uint8Array[] = [];
	while (parts.length < PARTS_MAX) {
		const part = receiveOne(libc, fd, block);
		if (part === undefined) break;
		parts.push(part);
		if (readPart(part).last) break;
	}
	return parts;
}

function receiveOne(libc: Libc, fd: number, block: MessageBlock): Uint8Array | undefined {
	if (libc.receive(fd, block, 0) !== 1) return undefined;
	return block.bytes.slice(block.dataAt(0), block.dataAt(0) + block.dataLength(0));
}
