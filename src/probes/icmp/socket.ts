/**
 * ICMP sockets of Linux: opening, options, batches out and in, kernel times, the error queue. Knows the kernel's
 * side of an echo and nothing of runs, attempts or time-outs.
 *
 * Sources: raw(7), icmp(7), ip(7) and ipv6(7) for IP_RECVERR, <linux/icmp.h>, <linux/icmpv6.h>, <linux/errqueue.h>.
 */

import type { Family } from "../../net/address.ts";
import { type Libc, MessageBlock } from "../libc.ts";
import { EAGAIN, EINTR } from "./errno.ts";
import { BATCH } from "./pace.ts";
import {
	ECHO_BYTES,
	type Echo,
	type EchoFound,
	type Form,
	type Quote,
	readPacket,
	readQuote,
	writeEcho,
} from "./packet.ts";

const SOL_SOCKET = 1;
const SCM_TIMESTAMPNS = 35;
const SO_RXQ_OVFL = 40;
const MSG_ERRQUEUE = 0x2000;
/** SOCK_NONBLOCK | SOCK_CLOEXEC */
const FLAGS = 0x80800;
/** Sending: packets to dead neighbours stay in the buffer for three seconds. Receiving: replies of a long pause. */
const BUFFER_BYTES = 16 << 20;

const RECEIVE_BATCH = 64;
/** Receive calls in a row before the sender gets its turn again. */
const RECEIVE_CALLS = 32;
const CONTROL_BYTES = 128;
const DATA_BYTES = 256;

/** A reply as it came in. One object is used again and again: read it at once, keep nothing of it. */
export type Answer = { source: Uint32Array; echo: EchoFound; receivedUs: number };
/** An ICMP error about an echo of ours: `target` is where that echo went. Used again and again as well. */
export type Complaint = { target: Uint32Array; quote: Quote | undefined; type: number; code: number };

/** One socket of one family, as the pinger sees it. Wall times in microseconds of the epoch. */
export type EchoSocket = {
	readonly family: Family;
	/** What the identifier field of our echoes and their replies holds. */
	readonly identifier: number;
	/** When the echoes of the last `send` left, by slot. */
	readonly sentUs: Float64Array;
	/** The send buffer is full; `Wire.wait` ends and clears it when there is room. */
	full: boolean;
	/** Packets may wait / errors may wait: set by `Wire.wait` and by calls that met them. */
	readable: boolean;
	troubled: boolean;
	/** Replies the kernel threw away since opening because the receive buffer was full (SO_RXQ_OVFL). */
	readonly lost: number;
	/** Puts an echo to the address at `at` of `words` into slot 0 … BATCH − 1. */
	put(slot: number, words: Uint32Array, at: number, echo: Echo): void;
	/** Sends slots `first` … `first + count − 1`; gives how many left, or −errno if not even the first did. */
	send(first: number, count: number): number;
	/** Reads what waits, within bounds; false when more may wait. */
	receive(take: (answer: Answer) => void): boolean;
	/** Empties the error queue, within bounds; gives how many entries it held. */
	complaints(take: (complaint: Complaint) => void): number;
};

const PER_FAMILY = {
	4: { domain: 2, protocol: 1, nameBytes: 16, errLevel: 0, errType: 11, errOrigin: 2 },
	6: { domain: 10, protocol: 58, nameBytes: 28, errLevel: 41, errType: 25, errOrigin: 3 },
} as const;

export type OpenSocket = EchoSocket & { readonly fd: number };

/** Opens a socket, or gives −errno. `identifier`: for raw sockets; datagram sockets get theirs from the kernel. */
export function openSocket(
	libc: Libc,
	family: Family,
	method: "raw" | "datagram",
	identifier: number,
): OpenSocket | number {
	const { domain, protocol, nameBytes } = PER_FAMILY[family];
	const fd = libc.socket(domain, (method === "raw" ? 3 : 2) | FLAGS, protocol);
	if (fd < 0) return fd;
	setOptions(libc, fd, family, method);
	let own = identifier;
	if (method === "datagram") {
		const name = new DataView(new ArrayBuffer(nameBytes));
		name.setUint16(0, domain, true);
		const bound = libc.bindAndName(fd, new Uint8Array(name.buffer));
		if (bound < 0) {
			libc.close(fd);
			return bound;
		}
		own = name.getUint16(2);
	}
	return new LinuxSocket(libc, fd, family, method, own);
}

function setOptions(libc: Libc, fd: number, family: Family, method: "raw" | "datagram"): void {
	const set = (level: number, option: number, ...values: number[]) =>
		libc.setOption(fd, level, option, new Uint8Array(new Uint32Array(values).buffer));
	// SO_SNDBUFFORCE, SO_RCVBUFFORCE need CAP_NET_ADMIN; SO_SNDBUF, SO_RCVBUF are cut to the system's maximum.
	if (set(SOL_SOCKET, 32, BUFFER_BYTES) < 0) set(SOL_SOCKET, 7, BUFFER_BYTES);
	if (set(SOL_SOCKET, 33, BUFFER_BYTES) < 0) set(SOL_SOCKET, 8, BUFFER_BYTES);
	set(SOL_SOCKET, SCM_TIMESTAMPNS, 1);
	set(SOL_SOCKET, SO_RXQ_OVFL, 1);
	// IP_RECVERR also on raw sockets: without it Linux hides ENOBUFS of a full neighbour table from them, and
	// echoes that never left would count as silence.
	const { errLevel, errType } = PER_FAMILY[family];
	set(errLevel, errType, 1);
	if (method === "datagram") return;
	// Bits that are set are blocked. Only echo replies pass; errors come by the error queue.
	if (family === 4) set(255, 1, ~1 >>> 0);
	else set(58, 1, ...Array.from({ length: 8 }, (_, i) => (i === 4 ? ~(1 << 1) >>> 0 : 0xffffffff)));
}

class LinuxSocket implements OpenSocket {
	readonly fd: number;
	readonly family: Family;
	readonly identifier: number;
	readonly sentUs = new Float64Array(BATCH);
	full = false;
	readable = true;
	troubled = true;
	lost = 0;
	readonly #libc: Libc;
	readonly #form: Form;
	readonly #out = new MessageBlock(BATCH, 0, ECHO_BYTES);
	readonly #in = new MessageBlock(RECEIVE_BATCH, CONTROL_BYTES, DATA_BYTES);
	readonly #answer: Answer = { source: new Uint32Array(4), echo: NO_ECHO, receivedUs: 0 };
	readonly #complaint: Complaint = { target: new Uint32Array(4), quote: undefined, type: 0, code: 0 };

	constructor(libc: Libc, fd: number, family: Family, method: "raw" | "datagram", identifier: number) {
		this.#libc = libc;
		this.fd = fd;
		this.family = family;
		this.identifier = identifier;
		this.#form = family === 6 ? "icmp6" : method === "raw" ? "ip4" : "icmp4";
		const { domain, nameBytes } = PER_FAMILY[family];
		for (let slot = 0; slot < BATCH; slot++) {
			this.#out.setLengths(slot, nameBytes, ECHO_BYTES);
			this.#out.view.setUint16(this.#out.nameAt(slot), domain, true);
		}
	}

	put(slot: number, words: Uint32Array, at: number, echo: Echo): void {
		const { view } = this.#out;
		const name = this.#out.nameAt(slot);
		if (this.family === 4) view.setUint32(name + 4, words[at + 3] as number);
		else for (let i = 0; i < 4; i++) view.setUint32(name + 8 + i * 4, words[at + i] as number);
		writeEcho(view, this.#out.dataAt(slot), this.family, echo);
	}

	send(first: number, count: number): number {
		const before = this.#libc.wallUs();
		const left = this.#libc.send(this.fd, this.#out, first, count);
		if (left <= 0) return left;
		// The kernel sends one after the other; each left about the beginning of its share of the call.
		const share = (this.#libc.wallUs() - before) / left;
		for (let i = 0; i < left; i++) this.sentUs[first + i] = before + share * i;
		return left;
	}

	receive(take: (answer: Answer) => void): boolean {
		for (let call = 0; call < RECEIVE_CALLS; call++) {
			const count = this.#libc.receive(this.fd, this.#in, 0);
			if (count === -EAGAIN) {
				this.readable = false;
				return true;
			}
			// An ICMP error of an earlier echo surfaces here as well; the queue tells whose it is.
			if (count < 0) this.troubled ||= count !== -EINTR;
			for (let i = 0; i < count; i++) this.#receiveOne(i, take);
			if (count >= 0 && count < RECEIVE_BATCH) {
				this.readable = false;
				return true;
			}
		}
		return false;
	}

	#receiveOne(i: number, take: (answer: Answer) => void): void {
		const { view } = this.#in;
		const length = this.#in.dataLength(i);
		const reading = readPacket(view, this.#in.dataAt(i), length, this.#form, DATA_BYTES);
		const answer = this.#answer;
		answer.receivedUs = 0;
		this.#controls(i, (level, type, at) => {
			if (level !== SOL_SOCKET) return;
			if (type === SCM_TIMESTAMPNS) {
				answer.receivedUs = Number(view.getBigInt64(at, true)) * 1e6 + view.getUint32(at + 8, true) / 1000;
			} else if (type === SO_RXQ_OVFL) this.lost = view.getUint32(at, true);
		});
		if (reading.kind !== "reply") return;
		answer.echo = reading.echo;
		this.#readName(i, answer.source);
		take(answer);
	}

	complaints(take: (complaint: Complaint) => void): number {
		let total = 0;
		this.troubled = false;
		for (let call = 0; call < RECEIVE_CALLS; call++) {
			const count = this.#libc.receive(this.fd, this.#in, MSG_ERRQUEUE);
			if (count <= 0) return total;
			total += count;
			for (let i = 0; i < count; i++) this.#complaintOne(i, take);
		}
		this.troubled = true;
		return total;
	}

	/** The control message is a sock_extended_err: errno (4), origin (1), type (1), code (1) … */
	#complaintOne(i: number, take: (complaint: Complaint) => void): void {
		const { view } = this.#in;
		const { errLevel, errType, errOrigin } = PER_FAMILY[this.family];
		const complaint = this.#complaint;
		complaint.quote = readQuote(view, this.#in.dataAt(i), this.#in.dataLength(i), this.family);
		this.#readName(i, complaint.target);
		this.#controls(i, (level, type, at) => {
			if (level !== errLevel || type !== errType || view.getUint8(at + 4) !== errOrigin) return;
			complaint.type = view.getUint8(at + 5);
			complaint.code = view.getUint8(at + 6);
			take(complaint);
		});
	}

	/** Walks the control messages (cmsg(3): length 8, level 4, type 4, data; each padded to 8). */
	#controls(i: number, each: (level: number, type: number, dataAt: number) => void): void {
		const { view } = this.#in;
		const end = this.#in.controlAt(i) + Math.min(this.#in.controlLength(i), CONTROL_BYTES);
		for (let at = this.#in.controlAt(i); at + 16 <= end; ) {
			const length = view.getUint32(at, true);
			if (length < 16 || at + length > end) return;
			each(view.getInt32(at + 8, true), view.getInt32(at + 12, true), at + 16);
			at += (length + 7) & ~7;
		}
	}

	/** The sockaddr of message `i` as words. */
	#readName(i: number, words: Uint32Array): void {
		const { view } = this.#in;
		const name = this.#in.nameAt(i);
		if (this.family === 4) {
			words[2] = 0xffff;
			words[3] = view.getUint32(name + 4);
		} else for (let k = 0; k < 4; k++) words[k] = view.getUint32(name + 8 + k * 4);
	}
}

const NO_ECHO: EchoFound = { identifier: 0, sequence: 0, nonceHigh: 0, nonceLow: 0, index: 0, attempt: 0 };
