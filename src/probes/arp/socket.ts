/**
 * A packet socket that asks by ARP, shaped like a socket for echoes: so the sweep engine paces, retries and judges
 * ARP requests as it does echoes. Makes no entries in the kernel's neighbour table. Knows no run and no time-out.
 *
 * Sources: packet(7), <linux/if_packet.h>. A reply names no request: it answers everybody who asks for its sender.
 */

import { type Mac, writeMac } from "../../net/mac.ts";
import { EAGAIN } from "../icmp/errno.ts";
import { BATCH } from "../icmp/pace.ts";
import type { Echo, EchoFound } from "../icmp/packet.ts";
import type { Answer, OpenSocket } from "../icmp/socket.ts";
import { type Libc, MessageBlock } from "../libc.ts";
import type { Link } from "./links.ts";
import { ARP_BYTES, readReply, writeRequest } from "./packet.ts";

const AF_PACKET = 17;
/** SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC: the kernel writes and takes off the Ethernet header. */
const KIND = 2 | 0x80800;
const ETH_P_ARP = 0x0806;
/** sockaddr_ll: family 2, protocol 2 (big-endian), interface 4, hardware type 2, packet type 1, length 1, address 8. */
const NAME_BYTES = 20;
const INTERFACE_AT = 4;
const LENGTH_AT = 11;
const BROADCAST: Mac = 0xffff_ffff_ffff;
const BUFFER_BYTES = 16 << 20;

const RECEIVE_BATCH = 64;
/** Receive calls in a row before the sender gets its turn again. */
const RECEIVE_CALLS = 32;
const DATA_BYTES = 64;

/** An address somebody waits for: the requests under way, one for each run, and who answered. */
type Asked = { readonly link: Link; runs: number; echoes: EchoFound[]; mac: Mac | undefined };

/** Opens the socket, or gives −errno (without the right, EPERM). */
export function openArpSocket(libc: Libc): ArpSocket | number {
	const big = ((ETH_P_ARP & 0xff) << 8) | (ETH_P_ARP >> 8);
	const fd = libc.socket(AF_PACKET, KIND, big);
	if (fd < 0) return fd;
	const size = new Uint8Array(new Uint32Array([BUFFER_BYTES]).buffer);
	// SO_RCVBUFFORCE needs CAP_NET_ADMIN; SO_RCVBUF is cut to the system's maximum.
	if (libc.setOption(fd, 1, 33, size) < 0) libc.setOption(fd, 1, 8, size);
	return new ArpSocket(libc, fd);
}

export class ArpSocket implements OpenSocket {
	readonly fd: number;
	readonly family = 4;
	readonly identifier = 0;
	readonly sentUs = new Float64Array(BATCH);
	readonly lost = 0;
	full = false;
	readable = true;
	troubled = false;
	readonly #libc: Libc;
	readonly #asked = new Map<number, Asked>();
	readonly #out = new MessageBlock(BATCH, 0, ARP_BYTES);
	readonly #in = new MessageBlock(RECEIVE_BATCH, 0, DATA_BYTES);
	readonly #answer: Answer = { source: new Uint32Array(4), echo: NO_ECHO, receivedUs: 0 };

	constructor(libc: Libc, fd: number) {
		this.#libc = libc;
		this.fd = fd;
	}

	/** A run is going to ask for `ip` on `link`: before its first `put`. */
	expect(ip: number, link: Link): void {
		const asked = this.#asked.get(ip);
		if (asked === undefined) this.#asked.set(ip, { link, runs: 1, echoes: [], mac: undefined });
		else asked.runs++;
	}

	/** A run has its verdict about `ip`; gives who answered. */
	forget(ip: number): Mac | undefined {
		const asked = this.#asked.get(ip);
		if (asked !== undefined && --asked.runs === 0) this.#asked.delete(ip);
		return asked?.mac;
	}

	put(slot: number, words: Uint32Array, at: number, echo: Echo): void {
		const ip = words[at + 3] as number;
		const asked = this.#asked.get(ip);
		if (asked === undefined) throw new RangeError("an address that was not announced");
		const { view } = this.#out;
		const name = this.#out.nameAt(slot);
		const size = writeLinkName(view, name, ETH_P_ARP, asked.link.device.index);
		writeMac(view, name + size - 8, BROADCAST);
		this.#out.setLengths(slot, size, ARP_BYTES);
		writeRequest(view, this.#out.dataAt(slot), { mac: asked.link.device.mac, ip: asked.link.own }, ip);
		const found = { ...echo, sequence: echo.index & 0xffff };
		asked.echoes = asked.echoes.filter((one) => !sameRun(one, echo));
		asked.echoes.push(found);
	}

	send(first: number, count: number): number {
		const left = this.#libc.send(this.fd, this.#out, first, count);
		if (left > 0) this.sentUs.fill(this.#libc.wallUs(), first, first + left);
		return left;
	}

	receive(take: (answer: Answer) => void): boolean {
		for (let call = 0; call < RECEIVE_CALLS; call++) {
			const count = this.#libc.receive(this.fd, this.#in, 0);
			for (let i = 0; i < count; i++) this.#receiveOne(i, take);
			if (count === -EAGAIN || (count >= 0 && count < RECEIVE_BATCH)) {
				this.readable = false;
				return true;
			}
		}
		return false;
	}

	#receiveOne(i: number, take: (answer: Answer) => void): void {
		const { view } = this.#in;
		const reply = readReply(view, this.#in.dataAt(i), this.#in.dataLength(i));
		const asked = reply && this.#asked.get(reply.ip);
		if (!asked) return;
		const { device, own } = asked.link;
		// On the interface we asked on, and to us: whatever else it is, it is no answer of ours.
		if (view.getInt32(this.#in.nameAt(i) + INTERFACE_AT, true) !== device.index) return;
		if (reply.toIp !== own || reply.toMac !== device.mac) return;
		asked.mac ??= reply.mac;
		const answer = this.#answer;
		answer.source[2] = 0xffff;
		answer.source[3] = reply.ip;
		for (const echo of asked.echoes.splice(0)) {
			answer.echo = echo;
			take(answer);
		}
	}

	/** ARP knows no errors. */
	complaints(): number {
		this.troubled = false;
		return 0;
	}
}

/** Writes a sockaddr_ll at `at`; gives its length, of which the last 8 bytes are the address, to be written. */
export function writeLinkName(view: DataView, at: number, protocol: number, device: number): number {
	view.setUint16(at, AF_PACKET, true);
	view.setUint16(at + 2, protocol);
	view.setInt32(at + INTERFACE_AT, device, true);
	view.setUint8(at + LENGTH_AT, 6);
	return NAME_BYTES;
}

function sameRun(a: Echo, b: Echo): boolean {
	return a.nonceHigh === b.nonceHigh && a.nonceLow === b.nonceLow;
}

const NO_ECHO: EchoFound = { identifier: 0, sequence: 0, nonceHigh: 0, nonceLow: 0, index: 0, attempt: 0 };
