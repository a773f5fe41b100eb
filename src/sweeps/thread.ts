/** The main thread's end of the border: starts it, wakes it, passes its news on. Knows no row. */

import { atMost, type Clock } from "../clock.ts";
import { AppError } from "../errors.ts";
import type { Bus } from "../events/bus.ts";
import type { Log } from "../log.ts";
import type { Address } from "../net/address.ts";
import type { Patience, ProbeMethod } from "../probes/probe.ts";
import type { FromWorker, Question, ToWorker } from "./worker.ts";

/** How sweeps are asked, and why not better; `method` is undefined until the worker has opened its socket. */
export type ProbeState = {
	readonly method: ProbeMethod | undefined;
	readonly note: string | undefined;
	readonly problem: string | undefined;
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
	/** Ends sweeps and thread; after `closeMs` the thread is ended as it is. */
	close(): Promise<void>;
};

/**
 * Starts the worker from `entry`, the program's own main file (it finds itself off the main thread and sweeps).
 */
export function startThread<C>(options: {
	entry: string;
	config: C;
	bus: Bus;
	log: Log;
	closeMs: number;
	/** A question waits so long beyond its own patience, in milliseconds; so many may be open. */
	askMs: number;
	questionsMax: number;
	clock: Clock;
}): Thread {
	const { bus, log } = options;
	const worker = new Worker(options.entry);
	let state: ProbeState = { method: undefined, note: undefined, problem: undefined };
	let onClosed = () => {};
	const closed = new Promise<void>((resolve) => {
		onClosed = resolve;
	});
	const post = (message: ToWorker<C>) => worker.postMessage(message);
	const setProblem = (problem: string | undefined) => {
		if (problem === state.problem) return;
		state = { ...state, problem };
		if (problem !== undefined) log.error("sweeping is impossible", { reason: problem });
		bus.publish({ kind: "trouble", problem });
	};
	const questions = openQuestions(options, post);
	worker.onmessage = (event: MessageEvent<FromWorker>) => {
		const message = event.data;
		if (message.kind === "news") bus.publish(message.news);
		else if (message.kind === "ready")
			state = { method: message.method, note: message.note, problem: undefined };
		else if (message.kind === "trouble") setProblem(message.problem);
		else if (message.kind === "heard") questions.settle(message);
		else onClosed();
	};
	worker.onerror = (event) => setProblem(`The thread that sweeps stopped: ${event.message}`);
	post({ kind: "open", config: options.config });
	return {
		tick: () => post({ kind: "tick" }),
		state: () => state,
		ask: questions.ask,
		async close() {
			post({ kind: "close" });
			await atMost(options.clock, options.closeMs, closed);
			worker.terminate();
		},
	};
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
