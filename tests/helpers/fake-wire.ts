/** A network in virtual time: a wire whose sockets deliver what a test scripts, and the clock that belongs to it. */

import type { Clock } from "../../src/clock.ts";
import type { Family } from "../../src/net/address.ts";
import { type Address, formatAddress, fromV4 } from "../../src/net/address.ts";
import { BATCH } from "../../src/probes/icmp/pace.ts";
import type { Echo, Quote } from "../../src/probes/icmp/packet.ts";
import type { Answer, Complaint, EchoSocket } from "../../src/probes/icmp/socket.ts";
import type { Wire } from "../../src/probes/icmp/wire.ts";
import { familyAt, writeWords } from "../../src/probes/icmp/words.ts";

export type SentEcho = { atMs: number; ip: string; echo: Echo };
/** What comes back for an echo: replies and errors, each after a delay; `from`, `echo` and `quote` to tell lies. */
export type Comeback = {
	afterMs: number;
	from?: Address;
	echo?: Partial<Echo & { sequence: number }>;
	error?: { type: number; code: number; quote?: Quote };
	/** The kernel's receive time, when it is not to be the true one (wall microseconds). */
	receivedUs?: number;
};

const EPOCH_MS = 1_700_000_000_000;
const STEP_MS = 0.05;

export class FakeNet {
	nowMs = 0;
	/** All that left, in order. */
	readonly sent: SentEcho[] = [];
	/** Answers of the network; by default everybody replies after 5 ms. */
	respond: (echo: SentEcho) => Comeback[] = () => [{ afterMs: 5 }];
	/** An error number instead of sending; undefined: it leaves. */
	refuse: (echo: SentEcho) => number | undefined = () => undefined;
	readonly clock: Clock = {
		now: () => EPOCH_MS + this.nowMs,
		monotonicMs: () => this.nowMs,
		sleep: async (ms) => {
			this.nowMs += ms;
		},
	};
	/** Longest single wait that was asked for. */
	longestWaitMs = 0;
	waits = 0;
	closed = false;
	readonly wire: Wire;
	readonly sockets: FakeSocket[];

	constructor(families: readonly Family[] = [4, 6]) {
		this.sockets = families.map((family) => new FakeSocket(family, this));
		this.wire = {
			sockets: this.sockets,
			wait: (ms) => this.#wait(ms),
			close: () => {
				this.closed = true;
			},
		};
	}

	#wait(ms: number): void {
		this.waits++;
		this.longestWaitMs = Math.max(this.longestWaitMs, ms);
		const next = Math.min(...this.sockets.map((socket) => socket.nextMs()));
		// Time never stands still, or a slice would never end.
		this.nowMs = Math.max(this.nowMs + STEP_MS, Math.min(this.nowMs + ms, next));
		for (const socket of this.sockets) socket.wake();
	}

	wallUs(): number {
		return (EPOCH_MS + this.nowMs) * 1000;
	}
}

type Arrival = { atMs: number; words: Uint32Array; back: Comeback; echo: Echo };

export class FakeSocket implements EchoSocket {
	readonly family: Family;
	readonly identifier: number;
	readonly sentUs = new Float64Array(BATCH);
	full = false;
	readable = false;
	troubled = false;
	lost = 0;
	/** When a full socket has room again. */
	roomAtMs = 0;
	readonly #net: FakeNet;
	readonly #slots: { words: Uint32Array; echo: Echo }[] = [];
	readonly #arrivals: Arrival[] = [];

	constructor(family: Family, net: FakeNet) {
		this.family = family;
		this.identifier = 1000 + family;
		this.#net = net;
	}

	put(slot: number, words: Uint32Array, at: number, echo: Echo): void {
		this.#slots[slot] = { words: words.slice(at, at + 4), echo };
	}

	send(first: number, count: number): number {
		for (let i = 0; i < count; i++) {
			const { words, echo } = this.#slots[first + i] as { words: Uint32Array; echo: Echo };
			const sent = { atMs: this.#net.nowMs, ip: textOf(words), echo };
			const errno = this.#net.refuse(sent);
			if (errno !== undefined) return i > 0 ? i : -errno;
			this.#net.sent.push(sent);
			this.sentUs[first + i] = this.#net.wallUs();
			for (const back of this.#net.respond(sent)) {
				this.#arrivals.push({ atMs: this.#net.nowMs + back.afterMs, words, back, echo });
			}
		}
		this.#arrivals.sort((a, b) => a.atMs - b.atMs);
		return count;
	}

	nextMs(): number {
		return this.#arrivals[0]?.atMs ?? Number.POSITIVE_INFINITY;
	}

	wake(): void {
		if (this.#net.nowMs >= this.roomAtMs) this.full = false;
		const due = this.#arrivals.filter(({ atMs }) => atMs <= this.#net.nowMs);
		this.readable ||= due.some(({ back }) => !back.error);
		this.troubled ||= due.some(({ back }) => back.error);
	}

	#take(errors: boolean): Arrival[] {
		const due = this.#arrivals.filter((a) => a.atMs <= this.#net.nowMs && !!a.back.error === errors);
		for (const arrival of due) this.#arrivals.splice(this.#arrivals.indexOf(arrival), 1);
		return due;
	}

	receive(take: (answer: Answer) => void): boolean {
		for (const { atMs, words, back, echo } of this.#take(false)) {
			const source = back.from === undefined ? words : wordsOf(back.from);
			const found = { ...echo, sequence: echo.index & 0xffff, ...back.echo };
			take({ source, echo: found, receivedUs: back.receivedUs ?? (EPOCH_MS + atMs) * 1000 });
		}
		this.readable = false;
		return true;
	}

	complaints(take: (complaint: Complaint) => void): number {
		const due = this.#take(true);
		for (const { words, back, echo } of due) {
			const { type = 0, code = 0, quote } = back.error ?? {};
			const whole: Quote = { kind: "whole", echo: { ...echo, sequence: echo.index & 0xffff } };
			take({
				target: back.from === undefined ? words : wordsOf(back.from),
				quote: quote ?? whole,
				type,
				code,
			});
		}
		this.troubled = false;
		return due.length;
	}
}

function wordsOf(address: Address): Uint32Array {
	const words = new Uint32Array(4);
	writeWords(words, 0, address);
	return words;
}

function textOf(words: Uint32Array): string {
	if (familyAt(words, 0) === 4) return formatAddress(fromV4(words[3] as number));
	return formatAddress(words.reduce((sum, word) => (sum << 32n) | BigInt(word), 0n));
}
