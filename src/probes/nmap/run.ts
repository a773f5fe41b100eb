/** One child process within bounds of time and output, killed with everything it started. Knows nothing of nmap. */

import { constants, setPriority } from "node:os";
import type { Clock } from "../../clock.ts";
import { AppError } from "../../errors.ts";

export type RunBounds = {
	readonly clock: Clock;
	/** Working directory: an empty one of our own. */
	readonly cwd: string;
	readonly deadlineMs: number;
	/** After the end or the kill, output is waited for so long: a grandchild may hold the pipe open. */
	readonly graceMs: number;
	readonly outBytes: number;
	readonly errBytes: number;
	readonly signal: AbortSignal;
	/** Its output as it comes, a character for each byte. */
	readonly heard?: ((piece: string) => void) | undefined;
	/** Hears the number of the process, which leads a group of its own, once it runs. */
	readonly started?: (pid: number) => void;
};

export type RunEnd = "itself" | "deadline" | "output" | "aborted";

export type Ran = {
	/** Why it ended; only after "itself" is the output whole. */
	readonly end: RunEnd;
	readonly out: string;
	readonly err: string;
	/** undefined when a signal ended it. */
	readonly code: number | undefined;
	readonly signalName: string | undefined;
};

/**
 * Runs `command` (absolute path first) without a shell, without standard input, with PATH and LC_ALL alone in its
 * environment. Throws AppError("unavailable") when it cannot be started.
 */
export async function runBounded(command: readonly string[], bounds: RunBounds): Promise<Ran> {
	const { clock, deadlineMs, graceMs, signal } = bounds;
	const child = start(command, bounds.cwd);
	const over = new AbortController();
	let end: RunEnd = "itself";
	const stop = (why: RunEnd) => {
		if (over.signal.aborted) return;
		end = why;
		over.abort();
	};
	const onAbort = () => stop("aborted");
	signal.addEventListener("abort", onAbort, { once: true });
	if (signal.aborted) onAbort();
	void clock.sleep(deadlineMs, over.signal).then(() => stop("deadline"));
	const out = readUpTo(child.stdout, bounds.outBytes, () => stop("output"), bounds.heard);
	const err = readUpTo(child.stderr, bounds.errBytes, () => stop("output"));
	try {
		bounds.started?.(child.pid);
		await Promise.race([child.exited, aborted(over.signal)]);
		if (over.signal.aborted) killGroup(child.pid);
		const waiting = new AbortController();
		await Promise.race([
			Promise.all([out.done, err.done, child.exited]),
			clock.sleep(graceMs, waiting.signal),
		]);
		waiting.abort();
		return {
			end,
			out: out.text(),
			err: err.text(),
			code: child.exitCode ?? undefined,
			signalName: child.signalCode === null ? undefined : String(child.signalCode),
		};
	} finally {
		// Whatever it left behind goes too, also after an end of its own.
		killGroup(child.pid);
		over.abort();
		signal.removeEventListener("abort", onAbort);
		out.stop();
		err.stop();
	}
}

function start(command: readonly string[], cwd: string) {
	try {
		const child = Bun.spawn([...command], {
			cwd,
			stdin: "ignore",
			stdout: "pipe",
			stderr: "pipe",
			env: { PATH: "/usr/bin:/bin", LC_ALL: "C" },
			// A session of its own: its process group can be killed whole, and no terminal is there to read keys from.
			detached: true,
		});
		yieldTo(child.pid);
		return child;
	} catch (cause) {
		throw new AppError("unavailable", `${command[0]} could not be started: ${(cause as Error).message}.`, {
			cause,
		});
	}
}

/** Two nmaps fill two cores when the network is quick: sweeps and pages go before them (setpriority(2)). */
function yieldTo(pid: number): void {
	try {
		setPriority(pid, constants.priority.PRIORITY_LOW);
	} catch {
		// Already gone, or not ours to say: then it runs as it is.
	}
}

/** SIGKILL to the group whose leader had this id; nothing happens when nobody is left in it. */
function killGroup(pid: number): void {
	try {
		process.kill(-pid, "SIGKILL");
	} catch {
		// ESRCH: all gone.
	}
}

function aborted(signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		if (signal.aborted) resolve();
		signal.addEventListener("abort", () => resolve(), { once: true });
	});
}

/** Collects a stream; at `max` bytes it says so and reads no further. */
function readUpTo(
	stream: ReadableStream<Uint8Array>,
	max: number,
	onFull: () => void,
	heard?: (piece: string) => void,
) {
	const reader = stream.getReader();
	const chunks: Uint8Array[] = [];
	let size = 0;
	const read = async () => {
		for (;;) {
			const { done, value } = await reader.read();
			if (done) return;
			chunks.push(value.subarray(0, Math.max(0, max - size)));
			size += value.byteLength;
			if (size > max) return onFull();
			heard?.(Buffer.from(value).toString("latin1"));
		}
	};
	return {
		done: read().catch(() => {}),
		text: () => Buffer.concat(chunks).toString("utf8"),
		stop: () => void reader.cancel().catch(() => {}),
	};
}
