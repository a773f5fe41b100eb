/** Lines on standard output, one per event: the only home of the logging library. */

import {
	configure,
	getJsonLinesFormatter,
	getLogger,
	getTextFormatter,
	type LogRecord,
} from "@logtape/logtape";

/** Facts beside a message; values are printed escaped, so a name from the network cannot forge a line. */
export type Facts = Record<string, unknown>;

export type Log = {
	debug(message: string, facts?: Facts): void;
	info(message: string, facts?: Facts): void;
	warning(message: string, facts?: Facts): void;
	error(message: string, facts?: Facts): void;
};

/** Sends everything at or above `level` to `write` (default: standard output), as text or JSON lines. */
export async function openLog(options: {
	level: "debug" | "info" | "warning" | "error";
	format: "text" | "json";
	write?: (line: string) => void;
}): Promise<Log> {
	const write = options.write ?? openOutput();
	const format =
		options.format === "json"
			? getJsonLinesFormatter()
			: getTextFormatter({ timestamp: "rfc3339", format: textLine });
	await configure({
		reset: true,
		sinks: { out: (record: LogRecord) => write(format(record)) },
		loggers: [
			{ category: "rollcall", sinks: ["out"], lowestLevel: options.level },
			{ category: ["logtape", "meta"], sinks: ["out"], lowestLevel: "error" },
		],
	});
	const logger = getLogger("rollcall");
	const at =
		(level: "debug" | "info" | "warning" | "error") =>
		(message: string, facts: Facts = {}) =>
			logger[level](options.format === "json" ? message : withFacts(message, facts), facts);
	return { debug: at("debug"), info: at("info"), warning: at("warning"), error: at("error") };
}

/** Who reads the log may go away, its disk may be full: lines are lost then, and nothing else. The next may find room again. */
function openOutput(): (line: string) => void {
	const { stdout } = process;
	// Without a listener the engine ends the thread that wrote.
	if (stdout.listenerCount("error") === 0) stdout.on("error", () => {});
	return (line) => void stdout.write(line);
}

/** What is wrong at every tick is told when it begins and when it changes. */
export type Once = {
	/** Is it news that this fails for this reason? */
	fails(what: string, reason: unknown): boolean;
	/** Is it news that this does not fail (any more)? */
	well(what: string): boolean;
};

/** Remembers what fails now, so long as it fails. */
export function createOnce(): Once {
	const failing = new Map<string, string>();
	return {
		fails(what, reason) {
			const says = reason instanceof Error ? reason.message : String(reason);
			if (failing.get(what) === says) return false;
			failing.set(what, says);
			return true;
		},
		well: (what) => failing.delete(what),
	};
}

/** What may be wrong for everybody who comes is told at most once in so many milliseconds, by its kind: of these there are few. */
export function createSeldom(everyMs: number, monotonicMs: () => number): (kind: string) => boolean {
	const last = new Map<string, number>();
	return (kind) => {
		const at = monotonicMs();
		if (at - (last.get(kind) ?? Number.NEGATIVE_INFINITY) < everyMs) return false;
		last.set(kind, at);
		return true;
	};
}

/** A log that keeps quiet. */
export const silentLog: Log = { debug() {}, info() {}, warning() {}, error() {} };

function textLine(values: { timestamp: string | null; level: string; message: string }): string {
	return `${values.timestamp} ${values.level} ${values.message}`;
}

/** Braces are the library's placeholders: a literal one is doubled. */
function withFacts(message: string, facts: Facts): string {
	const tail = Object.entries(facts).map(([key, value]) => ` ${key}=${JSON.stringify(plain(value))}`);
	return (message + tail.join("")).replaceAll("{", "{{").replaceAll("}", "}}");
}

function plain(value: unknown): unknown {
	if (value instanceof Error) return value.message;
	return typeof value === "bigint" ? value.toString() : value;
}
