/** The command line: which verb, its help, its exit code. Each verb lives in a file of its own. */

import pkg from "../../package.json" with { type: "json" };
import { AppError } from "../errors.ts";
import { BACKUP_HELP, backupCommand } from "./backup.ts";
import { COMPLETION_HELP, completionCommand } from "./completion.ts";
import { DEMO_HELP, demoCommand } from "./demo.ts";
import { DOCTOR_HELP, doctorCommand } from "./doctor.ts";
import { EXPORT_HELP, exportCommand } from "./export.ts";
import { IMPORT_HELP, importCommand } from "./import.ts";
import { RESTORE_HELP, restoreCommand } from "./restore.ts";
import { SCAN_HELP, scanCommand } from "./scan.ts";
import { SERVE_HELP, serveCommand } from "./serve.ts";
import { SWEEP_USAGE, sweepCommand } from "./sweep.ts";
import { TOKEN_HELP, tokenCommand } from "./token.ts";
import { USER_HELP, userCommand } from "./user.ts";

/** Where a verb writes, and what ends it. */
export type Io = {
	out(text: string): void;
	err(text: string): void;
	/** Standard error is a terminal: progress may be drawn. */
	terminal: boolean;
	signal?: AbortSignal;
};

/** One verb: its line in the list, its whole help (with every option it takes), and what it does. */
export type Verb = {
	/** How it is typed, without "rollcall ". */
	readonly usage: string;
	readonly says: string;
	readonly help: string;
	run(args: string[], io: Io): Promise<number>;
};

const VERBS: Readonly<Record<string, Verb>> = {
	serve: {
		...{ usage: "[serve]", says: "serve the pages and sweep", help: SERVE_HELP },
		run: serveCommand,
	},
	sweep: {
		...{ usage: "sweep CIDR…", says: "ask addresses once, without a database", help: SWEEP_USAGE },
		run: sweepCommand,
	},
	scan: {
		...{ usage: "scan HOST…", says: "look for open ports once, without a database", help: SCAN_HELP },
		run: scanCommand,
	},
	import: {
		...{
			usage: "import FILE",
			says: "hosts and subnets out of a file, or what it would do",
			help: IMPORT_HELP,
		},
		run: importCommand,
	},
	export: {
		...{ usage: "export", says: "everything as CSV, Excel, JSON, for other programs", help: EXPORT_HELP },
		run: exportCommand,
	},
	backup: {
		...{ usage: "backup FILE", says: "copy the database, checked, while it is in use", help: BACKUP_HELP },
		run: backupCommand,
	},
	restore: {
		...{ usage: "restore FILE", says: "put a backup in the place of the database", help: RESTORE_HELP },
		run: restoreCommand,
	},
	doctor: {
		...{ usage: "doctor", says: "check this machine, the database, the ways out", help: DOCTOR_HELP },
		run: doctorCommand,
	},
	user: {
		...{ usage: "user add|passwd|list", says: "who may sign in", help: USER_HELP },
		run: userCommand,
	},
	token: {
		...{ usage: "token create|list|revoke", says: "keys for programs", help: TOKEN_HELP },
		run: tokenCommand,
	},
	demo: {
		...{ usage: "demo", says: "the product on an invented network, without a real one", help: DEMO_HELP },
		run: demoCommand,
	},
	completion: {
		...{ usage: "completion SHELL", says: "print the completion script of a shell", help: COMPLETION_HELP },
		run: (args, io) => completionCommand(args, io, VERBS),
	},
};

/** The list of verbs, and what their exit codes mean. */
function mainHelp(): string {
	const lines = Object.values(VERBS).map(({ usage, says }) => `  rollcall ${usage.padEnd(24)} ${says}`);
	return `Rollcall ${pkg.version}: which addresses are used, which hosts are alive, what they serve.

${lines.join("\n")}
  rollcall --version                print the version
  rollcall VERB --help              what a verb does, with its options and examples

Exit codes: 0 done; 2 the command line or a setting is wrong; 3 not possible here or now (a right, a
file, another Rollcall in the way), the message says why; 130 interrupted; 1 a mistake of Rollcall (of
rollcall doctor: something fails).
`;
}

/** Runs a command line; answers its exit code, see the help. */
export async function runCommand(args: string[]): Promise<number> {
	const stop = new AbortController();
	// The second signal finds no handler any more: it ends the process at once.
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
	if (first === "--help" || first === "-h" || (first === "help" && rest.length === 0)) {
		io.out(mainHelp());
		return 0;
	}
	if (first === "help") return runVerb(rest[0] ?? "", ["--help"], io);
	return first !== undefined && !first.startsWith("-")
		? runVerb(first, rest, io)
		: runVerb("serve", args, io);
}

async function runVerb(name: string, args: string[], io: Io): Promise<number> {
	const verb = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
	if (verb === undefined) {
		io.err(`rollcall: there is no verb “${name}”. See: rollcall --help\n`);
		return 2;
	}
	if (args.includes("--help") || args.includes("-h")) {
		io.out(verb.help);
		return 0;
	}
	try {
		return await verb.run(args, io);
	} catch (error) {
		const says = error instanceof AppError ? error.message : `unexpected: ${(error as Error).message}`;
		io.err(`rollcall: ${says}\n`);
		return exitCode(error);
	}
}

function exitCode(error: unknown): number {
	if (!(error instanceof AppError)) return 1;
	return error.code === "invalid" ? 2 : 3;
}
