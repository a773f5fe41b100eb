/**
 * Echoes straight onto the link: IPv4 header and hardware address are written by us, so the kernel's neighbour table
 * is not involved. Answers come through an ordinary raw ICMP socket. Knows no run and no time-out.
 *
 * Needed where more hosts are up than that table holds (gc_thresh3, 1,024 for the whole machine). A firewall of our
 * own that drops what it saw no question for hides these answers: who keeps silent here is asked the ordinary way.
 *
 * Sources: packet(7), RFC 791 3.1.
 */

import type { Mac } from "../../net/mac.ts";
import { writeMac } from "../../net/mac.ts";
import { EAGAIN, ENOBUFS } from "../icmp/errno.ts";
import { BATCH } from "../icmp/pace.ts";
import { ECHO_BYTES, type Echo, sumOf, writeEcho } from "../icmp/packet.ts";
import { type Answer, type Complaint, type OpenSocket, openSocket } from "../icmp/socket.ts";
import { type Libc, MessageBlock } from "../libc.ts";
import type { Link } from "./links.ts";
import { writeLinkName } from "./socket.ts";

/** SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC of AF_PACKET; protocol 0: it receives nothing. */
const AF_PACKET = 17;
const KIND = 2 | 0x80800;
const ETH_P_IP = 0x0800;
const HEADER = 20;
const TTL = 64;

type Neighbour = { readonly link: Link; readonly mac: Mac; runs: number };

/** Opens both sockets, or gives −errno. `identifier` of the echoes: another than that of every other socket. */
export function openLinkSocket(libc: Libc, identifier: number): LinkSocket | number {
	const inner = openSocket(libc, 4, "raw", identifier);
	if (typeof inner === "number") return inner;
	const fd = libc.socket(AF_PACKET, KIND, 0);
	if (fd >= 0) return new LinkSocket(libc, fd, inner);
	libc.close(inner.fd);
	return fd;
}

export class LinkSocket implements OpenSocket {
	readonly family = 4;
	readonly fd: number;
	readonly identifier: number;
	readonly sentUs = new Float64Array(BATCH);
	/** Never: a full device queue is waited for as a lack of buffers. */
	full = false;
	readonly #libc: Libc;
	readonly #inner: OpenSocket;
	readonly #outFd: number;
	readonly #neighbours = new Map<number, Neighbour>();
	readonly #out = new MessageBlock(BATCH, 0, HEADER + ECHO_BYTES);

	constructor(libc: Libc, outFd: number, inner: OpenSocket) {
		this.#libc = libc;
		this.#outFd = outFd;
		this.#inner = inner;
		this.fd = inner.fd;
		this.identifier = inner.identifier;
	}

	get readable(): boolean {
		return this.#inner.readable;
	}
	set readable(readable: boolean) {
		this.#inner.readable = readable;
	}
	get troubled(): boolean {
		return this.#inner.troubled;
	}
	set troubled(troubled: boolean) {
		this.#inner.troubled = troubled;
	}
	get lost(): number {
		return this.#inner.lost;
	}

	/** A run is going to ask `ip`, which answered ARP on `link`: before its first `put`. */
	expect(ip: number, link: Link, mac: Mac): void {
		const runs = (this.#neighbours.get(ip)?.runs ?? 0) + 1;
		this.#neighbours.set(ip, { link, mac, runs });
	}

	forget(ip: number): void {
		const neighbour = this.#neighbours.get(ip);
		if (neighbour !== undefined && --neighbour.runs === 0) this.#neighbours.delete(ip);
	}

	put(slot: number, words: Uint32Array, at: number, echo: Echo): void {
		const ip = words[at + 3] as number;
		const neighbour = this.#neighbours.get(ip);
		if (neighbour === undefined) throw new RangeError("an address that was not announced");
		const { link, mac } = neighbour;
		const { view } = this.#out;
		const size = writeLinkName(view, this.#out.nameAt(slot), ETH_P_IP, link.device.index);
		writeMac(view, this.#out.nameAt(slot) + size - 8, mac);
		this.#out.setLengths(slot, size, HEADER + ECHO_BYTES);
		const data = this.#out.dataAt(slot);
		writeHeader(view, data, link.own, ip, echo.index & 0xffff);
		writeEcho(view, data + HEADER, 4, echo);
	}

	send(first: number, count: number): number {
		const before = this.#libc.wallUs();
		const left = this.#libc.send(this.#outFd, this.#out, first, count);
		if (left === -EAGAIN) return -ENOBUFS;
		const share = (this.#libc.wallUs() - before) / Math.max(1, left);
		for (let i = 0; i < left; i++) this.sentUs[first + i] = before + share * i;
		return left;
	}

	receive(take: (answer: Answer) => void): boolean {
		return this.#inner.receive(take);
	}

	complaints(take: (complaint: Complaint) => void): number {
		return this.#inner.complaints(take);
	}

	/** The socket behind `fd` is closed by the wire. */
	close(): void {
		this.#libc.close(this.#outFd);
	}
}

/** An IPv4 header for an ICMP echo of ours, not to be fragmented. */
export function writeHeader(view: DataView, at: number, from: number, to: number, id: number): void {
	view.setUint16(at, 0x4500);
	view.setUint16(at + 2, HEADER + ECHO_BYTES);
	view.setUint16(at + 4, id);
	view.setUint16(at + 6, 0x4000);
	view.setUint8(at + 8, TTL);
	view.setUint8(at + 9, 1);
	view.setUint16(at + 10, 0);
	view.setUint32(at + 12, from);
	view.setUint32(at + 16, to);
	view.setUint16(at + 10, 0xffff - sumOf(view, at, HEADER));
}
