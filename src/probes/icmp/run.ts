/**
 * One run: which targets were asked how often, which wait for what, and their verdicts. Knows time only as
 * numbers it is given and packets only as echoes; sends nothing.
 *
 * Invariants (tested): every target gets at most one verdict; an echo counts as an attempt only after `sent`;
 * `unresolved` never exceeds `inFlightMax`.
 */

import { AppError } from "../../errors.ts";
import type { Address, Family } from "../../net/address.ts";
import type { Never } from "../never.ts";
import { type ProbeOptions, type ProbeTotals, SILENT } from "../probe.ts";
import { Verdicts } from "../verdicts.ts";
import type { Echo, EchoFound } from "./packet.ts";
import { Ring } from "./ring.ts";
import { familyAt, sameAddress, writeWords } from "./words.ts";

/** How long Linux keeps an unresolved neighbour: 3 requests, 1 s apart (mcast_solicit, retrans_time of arp(7)). */
const NEIGHBOUR_MS = 3_000;
const MAX_ATTEMPTS = 16;

export class Run {
	readonly verdicts: Verdicts;
	readonly words: Uint32Array;
	readonly nonceHigh: number;
	readonly nonceLow: number;
	readonly families: ReadonlySet<Family>;
	readonly #options: ProbeOptions;
	readonly #count: number;
	/** Echoes that left, by target; wall time of each in microseconds, by target and attempt; monotonic ms of the last. */
	readonly #asked: Uint8Array;
	readonly #sentUs: Float64Array;
	readonly #lastMs: Float64Array;
	/** 0 open, 1 answered, 2 silent. */
	readonly #judged: Uint8Array;
	/** Targets whose echo could not leave yet, first in line again: for a further echo, for their first. */
	readonly #returnedRetries: number[] = [];
	readonly #returnedFresh: number[] = [];
	readonly #retries: Ring;
	readonly #lasts: Ring;
	/** Silent targets that may still hold an entry of the neighbour table. */
	readonly #held: Ring | undefined;
	#fresh = 0;
	#open = 0;
	#sent = 0;
	#replies = 0;
	#duplicates = 0;
	#errors = 0;
	#strained = false;
	readonly #reasons: Record<string, number> = {};

	/** `nonce`: two random 32-bit numbers; `never`: targets to call silent unasked. Throws AppError("invalid") for options outside their bounds. */
	constructor(
		targets: readonly Address[],
		options: ProbeOptions,
		nonce: readonly [number, number],
		never: Never,
	) {
		checkOptions(options);
		this.#options = options;
		this.#count = targets.length;
		[this.nonceHigh, this.nonceLow] = nonce;
		this.verdicts = new Verdicts(targets.length);
		this.words = new Uint32Array(targets.length * 4);
		this.#asked = new Uint8Array(targets.length);
		this.#judged = new Uint8Array(targets.length);
		this.#sentUs = new Float64Array(targets.length * options.attempts);
		this.#lastMs = new Float64Array(targets.length);
		this.#retries = new Ring(targets.length);
		this.#lasts = new Ring(targets.length);
		this.#held = options.inFlightMax === undefined ? undefined : new Ring(targets.length);
		const families = new Set<Family>();
		targets.forEach((target, index) => {
			writeWords(this.words, index * 4, target);
			if (never(target)) this.#judge(index, SILENT);
			else families.add(familyAt(this.words, index * 4));
		});
		this.families = families;
	}

	get over(): boolean {
		return this.verdicts.written === this.#count;
	}

	get aborted(): boolean {
		return this.#options.signal?.aborted === true;
	}

	/** The kernel looks for each target itself (the caller set inFlightMax). */
	get attached(): boolean {
		return this.#held !== undefined;
	}

	/** Targets asked and not yet judged, and silent ones the kernel may still be looking for. */
	get unresolved(): number {
		return this.#open + (this.#held?.length ?? 0);
	}

	totals(): ProbeTotals {
		const duplicates = this.#duplicates;
		return {
			sent: this.#sent,
			replies: this.#replies,
			duplicates,
			errors: this.#errors,
			reasons: this.#reasons,
		};
	}

	/**
	 * Takes the next target to ask at `nowMs` out of its queue: to be followed by `sent` or `giveBack`. −1: none.
	 * Further echoes go first: the kernel still knows those neighbours, while a first echo may lack room for one.
	 */
	next(nowMs: number): number {
		for (let index = this.#returnedRetries.pop(); index !== undefined; index = this.#returnedRetries.pop()) {
			if (!this.#judged[index]) return index;
		}
		const retry = this.#dueRetry(nowMs);
		if (retry >= 0) {
			this.#retries.shift();
			return retry;
		}
		const returned = this.#returnedFresh.pop();
		if (returned !== undefined) return returned;
		while (this.#fresh < this.#count && this.#judged[this.#fresh]) this.#fresh++;
		if (this.#fresh >= this.#count || this.unresolved >= (this.#options.inFlightMax ?? Infinity)) return -1;
		this.#open++;
		return this.#fresh++;
	}

	/** The target that `next` would give, left in place. */
	peek(nowMs: number): number {
		const index = this.next(nowMs);
		if (index >= 0) this.giveBack(index);
		return index;
	}

	#dueRetry(nowMs: number): number {
		for (let index = this.#retries.peek(); index >= 0; index = this.#retries.peek()) {
			if (!this.#judged[index]) return this.#dueMs(index, this.#options.retryMs) <= nowMs ? index : -1;
			this.#retries.shift();
		}
		return -1;
	}

	#dueMs(index: number, afterMs: number): number {
		return (this.#lastMs[index] as number) + afterMs;
	}

	/** The echo did not leave: the target keeps its place and its attempt. Last one first. */
	giveBack(index: number): void {
		(this.#asked[index] ? this.#returnedRetries : this.#returnedFresh).push(index);
	}

	familyOf(index: number): Family {
		return familyAt(this.words, index * 4);
	}

	/** What the next echo to this target says. */
	echo(index: number, identifier: number): Echo {
		const attempt = this.#asked[index] as number;
		return { identifier, nonceHigh: this.nonceHigh, nonceLow: this.nonceLow, index, attempt };
	}

	/** The echo left at `nowMs` (monotonic), by the wall clock `wallUs`. */
	sent(index: number, nowMs: number, wallUs: number): void {
		const attempt = this.#asked[index] as number;
		this.#sentUs[index * this.#options.attempts + attempt] = wallUs;
		this.#asked[index] = attempt + 1;
		this.#lastMs[index] = nowMs;
		this.#sent++;
		// A target answered while its next echo waited to leave needs no further queue.
		if (this.#judged[index]) return;
		(attempt + 1 < this.#options.attempts ? this.#retries : this.#lasts).push(index);
	}

	/** Takes a reply whose nonce is this run's. Anything that does not fit an echo of ours is ignored. */
	answered(source: Uint32Array, echo: EchoFound, receivedUs: number, nowMs: number): void {
		const { index, attempt, sequence } = echo;
		if (index >= this.#count || sequence !== (index & 0xffff)) return;
		if (attempt >= (this.#asked[index] as number) || !sameAddress(this.words, index * 4, source)) return;
		if (this.#judged[index] === 1) this.#duplicates++;
		if (this.#judged[index]) return;
		this.#replies++;
		this.#open--;
		const roundTripUs = receivedUs - (this.#sentUs[index * this.#options.attempts + attempt] as number);
		const sinceLastUs = (nowMs - (this.#lastMs[index] as number)) * 1000;
		// A step of the wall clock between the two times, or no kernel time at all: the monotonic clock decides.
		const longestUs =
			sinceLastUs + attempt * 1e6 + this.#options.attempts * this.#options.retryMs * 1000 + 1e6;
		const plausible = receivedUs > 0 && roundTripUs > -1000 && roundTripUs < longestUs;
		this.#judge(index, Math.max(1, Math.round(plausible ? roundTripUs : sinceLastUs)));
	}

	/** Counts an ICMP error about an echo to `index`; the target keeps its remaining attempts. */
	complained(index: number, target: Uint32Array, reason: string): boolean {
		if (index >= this.#count || !this.#asked[index] || !sameAddress(this.words, index * 4, target))
			return false;
		this.#errors++;
		this.#reasons[reason] = (this.#reasons[reason] ?? 0) + 1;
		return true;
	}

	/** For an error that quotes only the ICMP header: tries every target whose index ends in `sequence`. */
	complainedBySequence(sequence: number, target: Uint32Array, reason: string): boolean {
		for (let index = sequence; index < this.#count; index += 0x10000) {
			if (this.complained(index, target, reason)) return true;
		}
		return false;
	}

	/** Calls silent whoever has waited long enough. Only right after everything that arrived has been read. */
	expire(nowMs: number): void {
		const patienceMs = this.#patienceMs();
		for (let index = this.#lasts.peek(); index >= 0; index = this.#lasts.peek()) {
			if (!this.#judged[index]) {
				if (this.#dueMs(index, patienceMs) > nowMs) break;
				this.#open--;
				this.#judge(index, SILENT);
				this.#held?.push(index);
			}
			this.#lasts.shift();
		}
		for (let index = this.#held?.peek() ?? -1; index >= 0; index = this.#held?.peek() ?? -1) {
			if (this.#dueMs(index, this.#holdMs()) > nowMs) break;
			this.#held?.shift();
		}
	}

	/** The kernel lacked buffers or neighbour entries for an echo: from now on silence takes longer to believe. */
	strain(): void {
		this.#strained = true;
	}

	/** From a target's last echo until its silence is a verdict. */
	#patienceMs(): number {
		const { timeoutMs } = this.#options;
		// Echoes wait in a neighbour entry until ARP succeeds; under strain that may be its last request.
		return this.#strained ? Math.max(timeoutMs, this.#holdMs() + 100) : timeoutMs;
	}

	/** From a target's last echo until the kernel has given up looking for that neighbour. */
	#holdMs(): number {
		return NEIGHBOUR_MS - this.#options.retryMs * (this.#options.attempts - 1);
	}

	/** When, after `nowMs`, the next retry, verdict or release falls due (monotonic ms); Infinity when nothing does. */
	nextDueMs(nowMs: number): number {
		const due = (ring: Ring | undefined, afterMs: number) =>
			ring && ring.length > 0 ? this.#dueMs(ring.peek(), afterMs) : Infinity;
		// A retry that is due already waits for something else: pace, room or buffers.
		const retry = this.#dueRetry(nowMs) >= 0 ? Infinity : due(this.#retries, this.#options.retryMs);
		return Math.min(retry, due(this.#lasts, this.#patienceMs()), due(this.#held, this.#holdMs()));
	}

	#judge(index: number, latencyUs: number): void {
		this.#judged[index] = latencyUs === SILENT ? 2 : 1;
		this.verdicts.push(index, latencyUs);
	}
}

/** A NaN or a zero here would judge everybody silent at once, or nobody ever. */
function checkOptions({ attempts, retryMs, timeoutMs, inFlightMax }: ProbeOptions): void {
	const refuse = (field: string, rule: string) => {
		throw new AppError("invalid", `${field} must be ${rule}.`, { field });
	};
	if (!(attempts >= 1 && attempts <= MAX_ATTEMPTS)) refuse("attempts", `from 1 to ${MAX_ATTEMPTS}`);
	if (!(retryMs >= 0)) refuse("retryMs", "0 or more");
	if (!(timeoutMs >= 1)) refuse("timeoutMs", "1 or more");
	if (inFlightMax !== undefined && !(inFlightMax >= 1)) refuse("inFlightMax", "1 or more");
}
