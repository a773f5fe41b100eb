/**
 * The fallback: one process of the system's ping program per echo. Knows how to start, bound and read it.
 *
 * Arguments and reading come from the npm package `ping`; starting is ours, because the package's own reader
 * throws inside an event handler on unexpected output, keeps the caller's LC_ALL and cannot be stopped.
 */

import builders from "ping/lib/builder/factory.js";
import parsers from "ping/lib/parser/factory.js";
import type { Clock } from "../clock.ts";
import { AppError } from "../errors.ts";
import { type Address, familyOf, formatAddress } from "../net/address.ts";
import type { Never } from "./never.ts";
import {
	type ProbeBatch,
	type ProbeOptions,
	type Prober,
	type ProberConfig,
	type ProbeTotals,
	SILENT,
} from "./probe.ts";
import { Verdicts } from "./verdicts.ts";

/** What one ping process said: a round trip in microseconds, or SILENT. */
export type Ping = (address: Address, timeoutMs: number, signal: AbortSignal) => Promise<number>;

/** How long after its own time-out a ping process is killed. */
const GRACE_MS = 2_000;

/** The `ping` program at `path` as a function. Throws AppError("unavailable") when it could not ask. */
export function systemPing(path: string): Ping {
	return async (address, timeoutMs, signal) => {
		const process = start([path, ...pingArguments(address, timeoutMs)], timeoutMs + GRACE_MS, signal);
		const [out, err, code] = await Promise.all([
			new Response(process.stdout).text(),
			new Response(process.stderr).text(),
			process.exited,
		]);
		return signal.aborted ? SILENT : readPing(address, out, err, code);
	};
}

function start(command: string[], timeoutMs: number, signal: AbortSignal) {
	try {
		return Bun.spawn(command, {
			stdin: "ignore",
			stdout: "pipe",
			stderr: "pipe",
			env: { LC_ALL: "C" },
			timeout: timeoutMs,
			killSignal: "SIGKILL",
			signal,
		});
	} catch (cause) {
		// Not executable, too many open files, too many processes.
		const why = (cause as Error).message.replace(/, posix_spawn .*|\.$/, "");
		throw new AppError("unavailable", `${command[0]} could not be started: ${why}.`, { cause });
	}
}

/** The argument list; the address is written anew by us, so it can never be read as an option. */
export function pingArguments(address: Address, timeoutMs: number): string[] {
	const v6 = familyOf(address) === 6;
	return builders.createBuilder(process.platform).getCommandArguments(formatAddress(address), {
		numeric: true,
		timeout: timeoutMs / 1000,
		min_reply: 1,
		v6,
		extra: [v6 ? "-6" : "-4"],
	});
}

/**
 * Reads what ping printed (ping(8): exit 0 answered, 1 silent, 2 could not ask). A packet that could not be
 * sent ends with 1 as well, but says "sendmsg: …" on standard error.
 */
export function readPing(address: Address, out: string, err: string, code: number): number {
	if (code !== 0) {
		if (code === 1 && !/\bsend(msg|to): /.test(err)) return SILENT;
		const reason = err.trim().split("\n")[0] || `it ended with code ${code}`;
		throw new AppError("unavailable", `The ping program could not ask ${formatAddress(address)}: ${reason}`);
	}
	const { alive, time } = readOutput(address, out);
	if (!alive || typeof time !== "number") {
		throw new AppError("unavailable", "The output of the ping program could not be read.");
	}
	return Math.max(1, Math.round(time * 1000));
}

function readOutput(address: Address, out: string): { alive: boolean; time: number | "unknown" } {
	try {
		const parser = parsers.createParser(formatAddress(address), process.platform);
		for (const line of out.split("\n")) parser.eat(line);
		return parser.getResult();
	} catch {
		// The package's parser expects a certain number of words in a line.
		return { alive: false, time: "unknown" };
	}
}

/** Runs at most `limit` tasks at a time, first come first served. */
class Slots {
	#free: number;
	readonly #waiting: (() => void)[] = [];

	constructor(limit: number) {
		this.#free = limit;
	}

	async use<T>(task: () => Promise<T>): Promise<T> {
		if (this.#free > 0) this.#free--;
		else await new Promise<void>((resolve) => this.#waiting.push(resolve));
		try {
			return await task();
		} finally {
			const next = this.#waiting.shift();
			if (next) next();
			else this.#free++;
		}
	}
}

/** `never`: see PingerParts. */
export type PingParts = { config: ProberConfig; clock: Clock; never: () => Never; note: string; ping: Ping };

/**
 * A prober over ping processes. The pace is bounded by `pingProcesses` alone: a process takes longer to start
 * than any sensible `ratePps` asks for.
 */
export function openPing({ config, clock, never, note, ping }: PingParts): Prober {
	const slots = new Slots(config.pingProcesses);
	const closing = new AbortController();
	const parts = { config, clock, never, slots, ping, closed: closing.signal };
	return {
		method: "ping",
		note,
		probe: (targets, options) => probe(targets, options, parts),
		close: () => closing.abort(),
	};
}

type RunParts = Omit<PingParts, "note"> & { slots: Slots; closed: AbortSignal };

async function* probe(
	targets: readonly Address[],
	options: ProbeOptions,
	{ config, clock, never, slots, ping, closed }: RunParts,
): AsyncGenerator<ProbeBatch, ProbeTotals, undefined> {
	const verdicts = new Verdicts(targets.length);
	const stop = new AbortController();
	const signal = AbortSignal.any([stop.signal, closed, ...(options.signal ? [options.signal] : [])]);
	const forbidden = never();
	let next = 0;
	let sent = 0;
	let replies = 0;

	async function judge(index: number, address: Address): Promise<void> {
		for (let attempt = 0; attempt < options.attempts && !forbidden(address); attempt++) {
			const latencyUs = await slots.use(async () => {
				if (signal.aborted) return SILENT;
				sent++;
				return ping(address, options.timeoutMs, signal);
			});
			if (signal.aborted) return;
			if (latencyUs !== SILENT) {
				replies++;
				return verdicts.push(index, latencyUs);
			}
		}
		verdicts.push(index, SILENT);
	}

	async function lane(): Promise<void> {
		while (next < targets.length && !signal.aborted) {
			const index = next++;
			await judge(index, targets[index] as Address);
		}
	}

	const lanes = Math.min(config.pingProcesses, targets.length, options.inFlightMax ?? targets.length);
	let ended: { fault?: unknown } | undefined;
	const all = Promise.all(Array.from({ length: lanes }, lane)).then(
		() => {
			ended = {};
		},
		(fault) => {
			ended = { fault };
		},
	);
	try {
		for (;;) {
			const over = ended;
			for (let batch = verdicts.take(config.batchSize); batch; batch = verdicts.take(config.batchSize))
				yield batch;
			if (over?.fault !== undefined) throw over.fault;
			if (over) return { sent, replies, duplicates: 0, errors: 0 };
			await Promise.race([all, clock.sleep(config.batchMs)]);
		}
	} finally {
		stop.abort();
	}
}
