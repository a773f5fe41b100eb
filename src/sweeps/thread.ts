/** The main thread's end of the border: starts it, wakes it, passes its news on. Knows no row. */

import { atMost, type Clock } from "../clock.ts";
import { AppError } from "../errors.ts";
import type { Bus } from "../events/bus.ts";
import type { Log } from "../log.ts";
import type { Trouble } from "../model/doctor/facts.ts";
import type { Address } from "../net/address.ts";
import type { Patience } from "../probes/probe.ts";
import type { FromWorker, Manners, Question, ToWorker } from "./worker.ts";

/** How sweeps are asked (undefined until the worker has opened its socket), and what keeps them from it. */
export type ProbeState = {
	readonly manners: Manners | undefined;
	readonly trouble: Trouble | undefined;
};

export type Thread = {
	/** Wakes the stations to look for what is due. */
	tick(): void;
	state(): ProbeState;
	/**
	 * Asks addresses now, beside the sweeps: microseconds by position, SILENT, or UNTIMED (answers ARP alone).
	 * AppError("unavailable") when nothing can be asked, or when the thread does not answer within `askMs` beyond
	 * what the patience of the asker comes to; AppError("limited") when too many questions are open.
	 */
	ask(addresses: readonly Address[], patience: Patience): Promise<Int32Array>;
	/** Ends sweeps and thread for good, because of this: nothing is asked any more, and the light says why. */
	halt(trouble: Trouble): Promise<void>;
	/** Ends sweeps and thread; after `closeMs` the thread is ended as it is. */
	close(): Promise<void>;
};

export type ThreadOptions<C> = {
	readonly entry: string;
	readonly config: C;
	readonly bus: Bus;
	readonly log: Log;
	readonly closeMs: number;
	/** A question waits so long beyond its own patience, in milliseconds; so many may be open. */
	readonly askMs: number;
	readonly questionsMax: number;
	/** After its end the thread is started again so much later, doubling up to the second, in milliseconds. */
	readonly restartMs: number;
	readonly restartMaxMs: number;
	/** Ticks without a word before it is given up. */
	readonly silentTicks: number;
	readonly clock: Clock;
};

/**
 * Starts the worker from `entry`, the program's own main file (it finds itself off the main thread and sweeps), and
 * again when it ends or hangs: what it was about is in the database, so nothing is lost.
 */
export function startThread<C>(options: ThreadOptions<C>): Thread {
	const { bus, log } = options;
	let state: ProbeState = { manners: undefined, trouble: undefined };
	let onClosed = () => {};
	const closed = new Promise<void>((resolve) => {
		onClosed = resolve;
	});
	let halted = false;
	const setTrouble = (trouble: Trouble | undefined) => {
		if (halted || trouble?.says === state.trouble?.says) return;
		state = { ...state, trouble };
		if (trouble !== undefined) log.error("sweeping is impossible", { reason: trouble.says });
		bus.publish({ kind: "trouble", problem: trouble?.says });
	};
	const take = (message: FromWorker) => {
		if (message.kind === "news") bus.publish(message.news);
		else if (message.kind === "ready") {
			const { method, note, arp } = message;
			state = { ...state, manners: { method, note, arp } };
			setTrouble(undefined);
		} else if (message.kind === "trouble") setTrouble(message.trouble);
		else if (message.kind === "heard") questions.settle(message);
		else onClosed();
	};
	const worker = keepAlive(options, take, (reason) => {
		if (reason === undefined) onClosed();
		else setTrouble({ says: `The part that sweeps broke off (${reason}) and is started again.` });
	});
	const questions = openQuestions(options, worker.post);
	return {
		tick() {
			if (!halted) worker.tick();
		},
		state: () => state,
		ask: async (addresses, patience) => {
			if (halted) throw new AppError("unavailable", state.trouble?.says ?? "Nothing is asked any more.");
			return questions.ask(addresses, patience);
		},
		async halt(trouble) {
			setTrouble(trouble);
			halted = true;
			await worker.end(closed);
		},
		close: () => worker.end(closed),
	};
}

/** The worker itself: whichever one lives now, and the next one after it. `onFall` hears why one ended; nothing when it was asked to. */
function keepAlive<C>(
	options: ThreadOptions<C>,
	take: (message: FromWorker) => void,
	onFall: (reason: string | undefined) => void,
) {
	const { clock, log } = options;
	const closing = new AbortController();
	let worker: Worker | undefined;
	let silent = 0;
	let falls = 0;
	let startedAt = 0;
	const post = (message: ToWorker<C>) => worker?.postMessage(message);
	const fall = (reason: string) => {
		worker = undefined;
		onFall(closing.signal.aborted ? undefined : reason);
		if (clock.monotonicMs() - startedAt > options.restartMaxMs) falls = 0;
		const wait = Math.min(options.restartMaxMs, options.restartMs * 2 ** falls);
		falls += 1;
		void clock.sleep(wait, closing.signal).then(open);
	};
	const open = () => {
		if (closing.signal.aborted) return;
		const own = new Worker(options.entry);
		worker = own;
		silent = 0;
		startedAt = clock.monotonicMs();
		let reason = "its thread ended";
		own.onmessage = (event: MessageEvent<FromWorker>) => {
			if (worker !== own) return;
			silent = 0;
			take(event.data);
		};
		own.onerror = (event) => {
			reason = errorLine(event.message);
			log.error("the thread that sweeps broke", { reason: event.message });
		};
		own.addEventListener("close", () => worker === own && fall(reason));
		post({ kind: "open", config: options.config });
	};
	open();
	return {
		post,
		tick() {
			post({ kind: "tick" });
			silent += 1;
			if (worker === undefined || silent <= options.silentTicks) return;
			worker.terminate();
			fall("it said nothing for a minute");
		},
		/** Asks it to close and waits, `closeMs` at most, for `closed`. */
		async end(closed: Promise<void>) {
			closing.abort();
			post({ kind: "close" });
			if (worker !== undefined) await atMost(clock, options.closeMs, closed);
			worker?.terminate();
		},
	};
}

/** The sentence in what the engine says of an error: it puts lines of source around it. */
function errorLine(message: string): string {
	return /^(?:\w*[eE]rror): (.*)$/m.exec(message)?.[1] ?? message.split("\n")[0] ?? "";
}

type Heard = Extract<FromWorker, { kind: "heard" }>;

/** The questions that wait for the thread. */
function openQuestions(
	{ askMs, questionsMax, clock }: { askMs: number; questionsMax: number; clock: Clock },
	post: (message: Question) => void,
) {
	const open = new Map<number, (heard: Heard) => void>();
	let lastId = 0;
	return {
		settle: (heard: Heard) => open.get(heard.id)?.(heard),
		async ask(addresses: readonly Address[], patience: Patience): Promise<Int32Array> {
			if (addresses.length === 0) return new Int32Array(0);
			if (open.size >= questionsMax)
				throw new AppError("limited", "Too many addresses are being asked: try again in a moment.");
			lastId += 1;
			const id = lastId;
			let heard: Heard | undefined;
			const answered = new Promise<void>((resolve) => {
				open.set(id, (message) => {
					heard = message;
					resolve();
				});
			});
			post({ kind: "ask", id, addresses, patience });
			await atMost(clock, patience.attempts * patience.retryMs + patience.timeoutMs + askMs, answered);
			open.delete(id);
			if (heard?.latencyUs !== undefined) return heard.latencyUs;
			throw new AppError("unavailable", heard?.problem ?? "The thread that asks did not answer in time.");
		},
	};
}
