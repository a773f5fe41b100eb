/** The main thread's end of the border: starts it, wakes it, passes its news on. Knows no row. */

import { atMost, type Clock } from "../clock.ts";
import type { Bus } from "../events/bus.ts";
import type { Log } from "../log.ts";
import type { ProbeMethod } from "../probes/probe.ts";
import type { FromWorker, ToWorker } from "./worker.ts";

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
	worker.onmessage = (event: MessageEvent<FromWorker>) => {
		const message = event.data;
		if (message.kind === "news") bus.publish(message.news);
		else if (message.kind === "ready")
			state = { method: message.method, note: message.note, problem: undefined };
		else if (message.kind === "trouble") setProblem(message.problem);
		else onClosed();
	};
	worker.onerror = (event) => setProblem(`The thread that sweeps stopped: ${event.message}`);
	post({ kind: "open", config: options.config });
	return {
		tick: () => post({ kind: "tick" }),
		state: () => state,
		async close() {
			post({ kind: "close" });
			await atMost(options.clock, options.closeMs, closed);
			worker.terminate();
		},
	};
}
