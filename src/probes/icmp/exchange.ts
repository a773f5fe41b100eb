/**
 * Echoes out, answers in: spends the shared pace fairly over all runs and tells a full buffer, a short pause and
 * our own fault apart. Knows no reader and no event loop; a run that cannot go on is marked, not removed.
 */

import type { Clock } from "../../clock.ts";
import type { AppError } from "../../errors.ts";
import { classifySend, EAGAIN, ownFault } from "./errno.ts";
import { BATCH, type Pace } from "./pace.ts";
import { reasonOf } from "./reasons.ts";
import type { Run } from "./run.ts";
import type { Answer, Complaint, EchoSocket } from "./socket.ts";
import type { Wire } from "./wire.ts";

/** Lack of kernel buffers: first and longest pause of a run. */
const PAUSE_FIRST_MS = 10;
const PAUSE_LONGEST_MS = 200;
/** So long may nothing leave for lack of room or buffers before it is a fault. */
const STUCK_MS = 10_000;
/**
 * The same on an attached network: a neighbour table full of hosts that just answered frees no entry before they
 * turn stale, 15 to 45 s later (half to one and a half times base_reachable_time, RFC 4861 6.3.2, arp(7)).
 */
const STUCK_ATTACHED_MS = 60_000;
/** So long may a flood of packets keep us from reading all before time-outs count all the same. */
const BEHIND_MS = 5_000;
/** The same trouble so often in a row, with nothing in the error queue to explain it, is our own. */
const STUBBORN = 3;
/** However much is in the error queue: so many failures in a row end the run. */
const FAILURES = 1_000;

/** A run and its troubles with sending. */
export type Lane = {
	readonly run: Run;
	/** Set when this machine cannot send for the run. */
	fault: AppError | undefined;
	/** Pause for lack of buffers: until when (monotonic), and how long it was. */
	pausedUntilMs: number;
	pauseMs: number;
	/** Since when nothing leaves. */
	stuckSinceMs: number | undefined;
};

export function openLane(run: Run): Lane {
	return { run, fault: undefined, pausedUntilMs: 0, pauseMs: 0, stuckSinceMs: undefined };
}

export class Exchange {
	readonly #wire: Wire;
	readonly #clock: Clock;
	readonly #pace: Pace;
	readonly #slots = new Uint32Array(BATCH);
	#turn = 0;
	#behindSinceMs: number | undefined;

	constructor(wire: Wire, clock: Clock, pace: Pace) {
		this.#wire = wire;
		this.#clock = clock;
		this.#pace = pace;
	}

	/** Everything that has arrived comes before any time-out: after a pause of ours, answers still count. */
	read(lanes: readonly Lane[]): void {
		// Taken before reading: what arrives while we are held up afterwards must not be called too late.
		const now = this.#clock.monotonicMs();
		let readAll = true;
		for (const socket of this.#wire.sockets) {
			if (socket.readable)
				readAll = socket.receive((answer) => this.#answered(lanes, socket, answer)) && readAll;
			if (socket.troubled) this.#complaints(lanes, socket);
		}
		this.#behindSinceMs = readAll ? undefined : (this.#behindSinceMs ?? now);
		if (this.#behindSinceMs !== undefined && now - this.#behindSinceMs < BEHIND_MS) return;
		for (const { run } of lanes) run.expire(now);
	}

	#answered(lanes: readonly Lane[], socket: EchoSocket, { source, echo, receivedUs }: Answer): void {
		if (echo.identifier !== socket.identifier) return;
		runOf(lanes, echo)?.answered(source, echo, receivedUs, this.#clock.monotonicMs());
	}

	#complaints(lanes: readonly Lane[], socket: EchoSocket): number {
		return socket.complaints(({ target, quote, type, code }: Complaint) => {
			const reason = reasonOf(socket.family, type, code);
			if (quote?.kind === "whole") {
				runOf(lanes, quote.echo)?.complained(quote.echo.index, target, reason);
			} else if (quote?.identifier === socket.identifier) {
				lanes.some(({ run }) => run.complainedBySequence(quote.sequence, target, reason));
			}
		});
	}

	/** Spends the echoes the pace allows now, one batch per run in turn. */
	send(lanes: readonly Lane[]): void {
		for (let idle = 0; idle < lanes.length; ) {
			const now = this.#clock.monotonicMs();
			const tokens = this.#pace.available(now);
			if (tokens < 1) return;
			const lane = lanes[this.#turn++ % lanes.length] as Lane;
			const left = lane.fault ? 0 : this.#sendBatch(lanes, lane, Math.min(tokens, this.#pace.grain), now);
			this.#pace.take(left);
			idle = left > 0 ? 0 : idle + 1;
		}
	}

	/** At most `most` echoes of one run through one socket; gives how many left. */
	#sendBatch(lanes: readonly Lane[], lane: Lane, most: number, now: number): number {
		const { run } = lane;
		const socket = now < lane.pausedUntilMs ? undefined : this.#nextSocket(run, now);
		if (!socket) return 0;
		if (socket.full) {
			this.#stuck(lane, EAGAIN, now);
			return 0;
		}
		let count = 0;
		while (count < most && this.#nextSocket(run, now) === socket) {
			const index = run.next(now);
			this.#slots[count] = index;
			socket.put(count++, run.words, index * 4, run.echo(index, socket.identifier));
		}
		const left = this.#transmit(lanes, lane, socket, count, now);
		// Again, for the same reason: the call itself may have been held up.
		const sentMs = this.#clock.monotonicMs();
		for (let i = 0; i < left; i++) run.sent(this.#slots[i] as number, sentMs, socket.sentUs[i] as number);
		for (let i = count - 1; i >= left; i--) run.giveBack(this.#slots[i] as number);
		if (left > 0) {
			lane.stuckSinceMs = undefined;
			// Not at once to nothing: others on this machine need neighbours and buffers too.
			lane.pauseMs = Math.floor(lane.pauseMs / 2);
		}
		return left;
	}

	/** The socket the run's next echo would leave by; undefined when it has none to send now. */
	#nextSocket(run: Run, now: number): EchoSocket | undefined {
		const index = run.peek(now);
		if (index < 0) return undefined;
		const family = run.familyOf(index);
		return this.#wire.sockets.find((socket) => socket.family === family);
	}

	/** Sends slots 0 … count − 1 as far as they go; what does not go ends in a pause or in the run's fault. */
	#transmit(lanes: readonly Lane[], lane: Lane, socket: EchoSocket, count: number, now: number): number {
		let left = 0;
		let stubborn = 0;
		for (let failures = 0; left < count && failures < FAILURES; ) {
			const result = socket.send(left, count - left);
			if (result > 0) {
				left += result;
				stubborn = 0;
				continue;
			}
			failures++;
			const trouble = classifySend(-result);
			if (trouble === "again") continue;
			if (trouble === "full" || trouble === "buffers") {
				if (trouble === "full") socket.full = true;
				else this.#pause(lane, now);
				this.#stuck(lane, -result, now);
				return left;
			}
			if (trouble === "queued" && this.#complaints(lanes, socket) > 0) continue;
			if (trouble === "fault" || ++stubborn >= STUBBORN) {
				lane.fault = ownFault(-result);
				return left;
			}
		}
		return left;
	}

	#pause(lane: Lane, now: number): void {
		lane.run.strain();
		lane.pauseMs = Math.min(PAUSE_LONGEST_MS, Math.max(PAUSE_FIRST_MS, lane.pauseMs * 2));
		lane.pausedUntilMs = now + lane.pauseMs;
	}

	/** Notes that nothing leaves; after a time that is the run's fault. */
	#stuck(lane: Lane, errno: number, now: number): void {
		lane.stuckSinceMs ??= now;
		const longestMs = lane.run.attached ? STUCK_ATTACHED_MS : STUCK_MS;
		if (now - lane.stuckSinceMs >= longestMs) lane.fault = ownFault(errno);
	}

	/** Milliseconds until something is to be done that no packet and no room announces; Infinity: nothing. */
	waitMs(lanes: readonly Lane[]): number {
		const now = this.#clock.monotonicMs();
		let dueMs = Number.POSITIVE_INFINITY;
		for (const { run, pausedUntilMs } of lanes) {
			const socket = this.#nextSocket(run, now);
			if (socket && !socket.full) {
				dueMs = Math.min(dueMs, Math.max(pausedUntilMs, now + this.#pace.waitMs(this.#pace.grain)));
			}
			dueMs = Math.min(dueMs, run.nextDueMs(now));
		}
		return Math.max(0, dueMs - now);
	}
}

function runOf(lanes: readonly Lane[], nonce: { nonceHigh: number; nonceLow: number }): Run | undefined {
	return lanes.find(({ run }) => run.nonceHigh === nonce.nonceHigh && run.nonceLow === nonce.nonceLow)?.run;
}
