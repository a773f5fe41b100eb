/** The command line: which verb, its help, its exit code. Each verb lives in a file of its own. */

import pkg from "../../package.json" with { type: "json" };
import { AppError } from "../errors.ts";
import { scanCommand } from "./scan.ts";
import { serveCommand } from "./serve.ts";
import { sweepCommand } from "./sweep.ts";

/** Where a verb writes, and what ends it. */
export type Io = {
	out(text: string): void;
	err(text: string): void;
	/** Standard error is a terminal: progress may be drawn. */
	terminal: boolean;
	signal?: AbortSignal;
};

const HELP = `Rollcall ${pkg.version}: which addresses are used, which hosts are alive, what they serve.

  rollcall [serve]        serve the pages and sweep (see: rollcall serve --help)
  rollcall sweep CIDR…    ask addresses once, without a database (see: rollcall sweep --help)
  rollcall scan HOST…     look for open ports once, without a database (see: rollcall scan --help)
  rollcall --version      print the version
  rollcall --help         print this
`;

const VERBS: Record<string, (args: string[], io: Io) => Promise<number>> = {
	serve: serveCommand,
	sweep: sweepCommand,
	scan: scanCommand,
};

/** Runs a command line. Exit codes: 0 done, 2 bad input, 3 no permission or own fault, 1 anything else. */
export async function runCommand(args: string[]): Promise<number> {
	const stop = new AbortController();
	for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => stop.abort());
	const io: Io = {
		out: (text) => void process.stdout.write(text),
		err: (text) => void process.stderr.write(text),
		terminal: process.stderr.isTTY === true,
		signal: stop.signal,
	};
	const [first, ...rest] = args;
	if (first === "--version" || first === "-V") {
		io.out(`rollcall ${pkg.version}\n`);
		return 0;
	}
	if (first === "--help" || first === "-h" || first === "help") {
		io.out(HELP);
		return 0;
	}
	const named = first !== undefined && !first.startsWith("-");
	const verb = VERBS[named ? first : "serve"];
	if (verb === undefined) {
		io.err(`rollcall: there is no verb “${first}”. See: rollcall --help\n`);
		return 2;
	}
	try {
		return await verb(named ? rest : args, io);
	} catch (error) {
		io.err(
			`rollcall: ${error instanceof AppError ? error.message : `unexpected: ${(error as Error).message}`}\n`,
		);
		return exitCode(error);
	}
}

function exitCode(error: unknown): number {
	if (!(error instanceof AppError)) return 1;
	return error.code === "invalid" ? 2 : 3;
}
