/**
 * The sweep engine: many runs at once over one pair of sockets and one pace. Knows readers, slices and the event
 * loop; leaves sending and reading to exchange.ts, each target's fate to run.ts, the kernel to wire.ts.
 *
 * While a run is open the thread waits in the kernel for slices of at most SLICE_MS and yields to its event
 * loop between them. With no run open nothing runs.
 */

import type { Clock } from "../../clock.ts";
import { AppError } from "../../errors.ts";
import type { Address } from "../../net/address.ts";
import type { Never } from "../never.ts";
import type { ProbeBatch, ProbeOptions, Prober, ProberConfig, ProbeTotals } from "../probe.ts";
import { Exchange, type Lane, openLane } from "./exchange.ts";
import { Pace } from "./pace.ts";
import { Run } from "./run.ts";
import type { OpenedWire, Wire } from "./wire.ts";

/** Longest stay away from the event loop. */
const SLICE_MS = 10;

/** A run with its reader. */
type Seat = Lane & {
	/** Wakes the reader. */
	wake: () => void;
	/** When verdicts were last handed over (monotonic). */
	handedMs: number;
	/** Nothing more will come. */
	over: boolean;
};

/** `never` is asked at the start of each run which targets may not be sent to, because networks come and go. */
export type PingerParts = {
	config: ProberConfig;
	clock: Clock;
	random: () => number;
	never: () => Never;
	note: string | undefined;
	/** Shared with other engines of this process; without it the engine has one of its own. */
	pace?: Pace;
};

/** A prober over an opened pair of sockets, which it closes in the end. */
export function openPinger({ method, wire }: OpenedWire, parts: PingerParts): Prober {
	const pinger = new Pinger(wire, parts);
	return {
		method,
		note: parts.note,
		probe: (targets, options) => pinger.probe(targets, options),
		close: () => pinger.close(),
	};
}

class Pinger {
	readonly #wire: Wire;
	readonly #config: ProberConfig;
	readonly #clock: Clock;
	readonly #random: () => number;
	readonly #never: () => Never;
	readonly #exchange: Exchange;
	readonly #seats: Seat[] = [];
	#running = false;
	#closed = false;

	constructor(wire: Wire, { config, clock, random, never, pace }: PingerParts) {
		this.#wire = wire;
		this.#config = config;
		this.#clock = clock;
		this.#random = random;
		this.#never = never;
		this.#exchange = new Exchange(wire, clock, pace ?? new Pace(config.ratePps, clock.monotonicMs()));
	}

	async *probe(
		targets: readonly Address[],
		options: ProbeOptions,
	): AsyncGenerator<ProbeBatch, ProbeTotals, undefined> {
		const lostBefore = this.#lost();
		const seat = this.#seat(targets, options);
		const { verdicts } = seat.run;
		try {
			for (let over = false; !over; ) {
				over = seat.over;
				for (let batch = verdicts.take(this.#config.batchSize); batch; ) {
					yield batch;
					batch = verdicts.take(this.#config.batchSize);
				}
				if (!over) await this.#news(seat);
			}
		} finally {
			// Also when the reader leaves early.
			this.#leave(seat);
		}
		if (seat.fault) throw seat.fault;
		return { ...seat.run.totals(), lost: this.#lost() - lostBefore };
	}

	/** Resolves when verdicts are to be read or the run is over. */
	#news(seat: Seat): Promise<void> {
		return new Promise((resolve) => {
			seat.wake = resolve;
			if (seat.over) resolve();
		});
	}

	close(): void {
		if (this.#closed) return;
		this.#closed = true;
		this.#failAll(new AppError("unavailable", "The sweep engine was closed."));
		this.#wire.close();
	}

	#seat(targets: readonly Address[], options: ProbeOptions): Seat {
		if (this.#closed) throw new AppError("unavailable", "The sweep engine is closed.");
		const run = new Run(targets, options, [this.#random32(), this.#random32()], this.#never());
		for (const family of run.families) {
			if (!this.#wire.sockets.some((socket) => socket.family === family)) {
				throw new AppError("unavailable", `This machine has no IPv${family}.`);
			}
		}
		const over = run.over || run.aborted;
		const seat = { ...openLane(run), wake: () => {}, handedMs: this.#clock.monotonicMs(), over };
		if (over) return seat;
		this.#seats.push(seat);
		if (!this.#running) void this.#loop();
		return seat;
	}

	#random32(): number {
		return Math.floor(this.#random() * 0x100000000);
	}

	#lost(): number {
		return this.#wire.sockets.reduce((sum, socket) => sum + socket.lost, 0);
	}

	/** Takes the run out of the engine and wakes its reader. */
	#leave(seat: Seat): void {
		const at = this.#seats.indexOf(seat);
		if (at >= 0) this.#seats.splice(at, 1);
		seat.over = true;
		seat.wake();
	}

	#failAll(fault: AppError): void {
		for (const seat of [...this.#seats]) {
			seat.fault ??= fault;
			this.#leave(seat);
		}
	}

	async #loop(): Promise<void> {
		this.#running = true;
		try {
			while (this.#seats.length > 0) {
				this.#slice();
				await new Promise<void>((resolve) => setImmediate(resolve));
			}
		} catch (cause) {
			this.#failAll(new AppError("unavailable", "The sweep engine failed.", { cause }));
		} finally {
			this.#running = false;
		}
	}

	/** Waits, reads and sends for at most SLICE_MS, then hands over verdicts. */
	#slice(): void {
		const end = this.#clock.monotonicMs() + SLICE_MS;
		let waitMs = this.#exchange.waitMs(this.#seats);
		for (let now = end - SLICE_MS; now < end; now = this.#clock.monotonicMs()) {
			this.#wire.wait(Math.min(waitMs, end - now));
			this.#exchange.read(this.#seats);
			this.#exchange.send(this.#seats);
			if (this.#seats.some(({ run, fault }) => run.over || fault)) break;
			waitMs = this.#exchange.waitMs(this.#seats);
		}
		const now = this.#clock.monotonicMs();
		for (const seat of [...this.#seats]) this.#handOver(seat, now);
	}

	#handOver(seat: Seat, now: number): void {
		const { over, aborted, verdicts } = seat.run;
		if (over || aborted || seat.fault) {
			this.#leave(seat);
		} else if (verdicts.waiting === 0) {
			seat.handedMs = now;
		} else if (verdicts.waiting >= this.#config.batchSize || now - seat.handedMs >= this.#config.batchMs) {
			seat.handedMs = now;
			seat.wake();
		}
	}
}
