/** The command line: which verb, its help, its exit code. Each verb lives in a file of its own. */

import pkg from "../../package.json" with { type: "json" };
import { AppError } from "../errors.ts";
import { storageEnd } from "../store/faults.ts";

/** Where a verb writes, and what ends it. */
export type Io = {
	out(text: string): void;
	err(text: string): void;
	/** Standard error is a terminal: progress may be drawn. */
	terminal: boolean;
	signal?: AbortSignal;
};

/**
 * A verb that somebody ended: nothing is wrong, and the exit code is 130. The message says what became of it, as the end
 * of a sentence: "nothing was changed."
 */
export class Interrupted extends Error {}

/** What a verb is when it is needed: its whole help (with every option it takes), and what it does. */
export type Verb = { readonly help: string; run(args: string[], io: Io): Promise<number> };

/** One line in the list of verbs; only the one that is typed is loaded. */
type Entry = {
	/** How it is typed, without "rollcall ". */
	readonly usage: string;
	readonly says: string;
	/** It goes on when nobody reads what it says. */
	readonly stays?: true;
	load(): Promise<Verb>;
};

const VERBS: Readonly<Record<string, Entry>> = {
	serve: {
		usage: "[serve]",
		stays: true,
		says: "serve the pages and sweep",
		async load() {
			const { SERVE_HELP: help, serveCommand: run } = await import("./serve.ts");
			return { help, run };
		},
	},
	sweep: {
		usage: "sweep CIDR…",
		says: "ask addresses once, without a database",
		async load() {
			const { SWEEP_USAGE: help, sweepCommand: run } = await import("./sweep.ts");
			return { help, run };
		},
	},
	scan: {
		usage: "scan HOST…",
		says: "look for open ports once, without a database",
		async load() {
			const { SCAN_HELP: help, scanCommand: run } = await import("./scan.ts");
			return { help, run };
		},
	},
	import: {
		usage: "import FILE",
		says: "hosts and subnets out of a file, or what it would do",
		async load() {
			const { IMPORT_HELP: help, importCommand: run } = await import("./import.ts");
			return { help, run };
		},
	},
	export: {
		usage: "export",
		says: "everything as CSV, Excel, JSON, for other programs",
		async load() {
			const { EXPORT_HELP: help, exportCommand: run } = await import("./export.ts");
			return { help, run };
		},
	},
	backup: {
		usage: "backup FILE",
		says: "copy the database, checked, while it is in use",
		async load() {
			const { BACKUP_HELP: help, backupCommand: run } = await import("./backup.ts");
			return { help, run };
		},
	},
	restore: {
		usage: "restore FILE",
		says: "put a backup in the place of the database",
		async load() {
			const { RESTORE_HELP: help, restoreCommand: run } = await import("./restore.ts");
			return { help, run };
		},
	},
	doctor: {
		usage: "doctor",
		says: "check this machine, the database, the ways out",
		async load() {
			const { DOCTOR_HELP: help, doctorCommand: run } = await import("./doctor.ts");
			return { help, run };
		},
	},
	user: {
		usage: "user add|passwd|list",
		says: "who may sign in",
		async load() {
			const { USER_HELP: help, userCommand: run } = await import("./user.ts");
			return { help, run };
		},
	},
	token: {
		usage: "token create|list|revoke",
		says: "keys for programs",
		async load() {
			const { TOKEN_HELP: help, tokenCommand: run } = await import("./token.ts");
			return { help, run };
		},
	},
	demo: {
		usage: "demo",
		stays: true,
		says: "the product on an invented network, without a real one",
		async load() {
			const { DEMO_HELP: help, demoCommand: run } = await import("./demo.ts");
			return { help, run };
		},
	},
	completion: {
		usage: "completion SHELL",
		says: "print the completion script of a shell",
		async load() {
			const { COMPLETION_HELP: help, completionCommand } = await import("./completion.ts");
			return { help, run: async (args, io) => completionCommand(args, io, await loadAll()) };
		},
	},
};

/** Every verb by name, with its line: what a shell completes. */
async function loadAll(): Promise<Record<string, Verb & Pick<Entry, "says">>> {
	const loaded = Object.entries(VERBS).map(
		async ([name, { says, load }]) => [name, { says, ...(await load()) }] as const,
	);
	return Object.fromEntries(await Promise.all(loaded));
}

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

/** A reader that has gone (`| head`) wants no more, and nothing is wrong; a disk that is full is told. */
function endWithReader(): void {
	process.stdout.on("error", (error: { code?: string; message: string }) => {
		if (error.code === "EPIPE") process.exit(0);
		process.stderr.write(`rollcall: standard output cannot be written: ${error.message}.\n`);
		process.exit(3);
	});
}

async function runVerb(name: string, args: string[], io: Io): Promise<number> {
	const entry = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
	if (entry === undefined) {
		io.err(`rollcall: there is no verb “${name}”. See: rollcall --help\n`);
		return 2;
	}
	const verb = await entry.load();
	if (entry.stays !== true) endWithReader();
	if (args.includes("--help") || args.includes("-h")) {
		io.out(verb.help);
		return 0;
	}
	try {
		return await verb.run(args, io);
	} catch (error) {
		if (error instanceof Interrupted) {
			io.err(`rollcall: interrupted: ${error.message}\n`);
			return 130;
		}
		const says = error instanceof AppError ? error.message : storageEnd(error);
		io.err(`rollcall: ${says ?? `unexpected: ${(error as Error).message}`}\n`);
		return exitCode(error);
	}
}

function exitCode(error: unknown): number {
	if (!(error instanceof AppError)) return storageEnd(error) === undefined ? 1 : 3;
	return error.code === "invalid" ? 2 : 3;
}
