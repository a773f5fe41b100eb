/** `rollcall import`: a file into the database, beside a server that runs or without one. Says first what it would do. */

import { readFileSync, statSync } from "node:fs";
import { basename } from "node:path";
import { type Beside, openBeside } from "../app/beside.ts";
import { random } from "../app/random.ts";
import { BOUNDS, loadConfig } from "../config.ts";
import { AppError } from "../errors.ts";
import { demandImport } from "../ipam/imports.ts";
import {
	ENCODINGS,
	type Encoding,
	FILE_LIMITS,
	type Import,
	type ImportRow,
	type ImportStage,
	type ImportWatch,
	ORIGINS,
} from "../model/import.ts";
import { lockDatabase } from "../store/database.ts";
import { listRows } from "../store/import-rows.ts";
import { askToWrite, unaskToWrite } from "../store/imports.ts";
import { DATABASE_HELP, DATABASE_OPTIONS, readFlags } from "./flags.ts";
import { plural } from "./plural.ts";
import type { Io } from "./run.ts";
import { progressBar } from "./sweep-report.ts";

export const IMPORT_HELP = `rollcall import FILE: hosts and subnets out of a file: CSV, Excel (XLSX, XLS), JSON, exports of phpIPAM
(its MySQL dump too) and NetBox, hosts files, leases of dnsmasq. FILE may be "-" for standard input.

What a file is, its content tells. Rows that cannot be used are named with the reason, all others are written
in one transaction, which can be undone on the page of the import. Works beside a server that runs: the server
writes, and open pages show it.

  --format F        insist on csv, xlsx, xls, json, phpipam, netbox, hosts or leases
  --encoding E      of text that is not UTF-8: ${Object.keys(ENCODINGS).join(", ")}
  --dry-run         only tell what it would do, row by row
  --clear           an empty cell clears what is there (otherwise it stays)
  --no-sweep        new subnets are not swept, where the file does not say
  --json            print {"id","state","counts","rows"} instead of text
${DATABASE_HELP}

Examples
  rollcall import --dry-run hosts.csv
  rollcall import phpipam_MySQL_dump_2026-11-25.sql
  rollcall import --encoding windows-1250 adresy.csv
  ssh router cat /var/lib/misc/dnsmasq.leases | rollcall import -
`;

const OPTIONS = {
	...DATABASE_OPTIONS,
	format: { type: "string" },
	encoding: { type: "string" },
	"dry-run": { type: "boolean" },
	clear: { type: "boolean" },
	"no-sweep": { type: "boolean" },
	json: { type: "boolean" },
} as const;

/** Rows named one by one on a terminal, and in JSON. */
const ROWS_NAMED = 50;
const ROWS_JSON = 1_000;

/** 0 when the file was read and, unless it was a dry run, written. */
export async function importCommand(args: string[], io: Io): Promise<number> {
	const { values, positionals } = readFlags("import", args, OPTIONS);
	const [path, ...more] = positionals;
	if (path === undefined || more.length > 0) {
		throw new AppError("invalid", "Name one file to import. See: rollcall import --help");
	}
	const encoding = encodingOf(values.encoding);
	const bytes = await readBytes(path);
	const config = loadConfig({ file: values.config, flags: { DATABASE_URL: values.database } });
	// Read here and not at the start of the program: the readers of files are large.
	const { readImport } = await import("../ipam/importing.ts");
	const beside = await openBeside(config, random);
	try {
		const name = path === "-" ? "standard input" : basename(path);
		const options = {
			...{ format: values.format ?? "auto", encoding },
			...{ clear: values.clear === true, sweep: values["no-sweep"] !== true },
		};
		const bar = progressOf(io);
		const id = await readImport(beside.context, { name, bytes, options }, bar).finally(bar.end);
		const found = demandImport(beside.context, id);
		if (found.state === "unread") throw unreadable(found);
		const made = values["dry-run"] === true ? found : await write(beside, found, io);
		if (values.json === true) printJson(beside, made, io);
		else print(beside, made, values["dry-run"] === true, io);
		return 0;
	} finally {
		beside.close();
	}
}

function encodingOf(text: string | undefined): Encoding | undefined {
	if (text === undefined) return undefined;
	if (Object.hasOwn(ENCODINGS, text)) return text as Encoding;
	throw new AppError("invalid", `--encoding is one of ${Object.keys(ENCODINGS).join(", ")}.`);
}

async function readBytes(path: string): Promise<Uint8Array> {
	if (path === "-") return new Uint8Array(await Bun.stdin.arrayBuffer());
	const stat = statSync(path, { throwIfNoEntry: false });
	if (stat === undefined) throw new AppError("invalid", `There is no file ${path}.`);
	if (!stat.isFile()) throw new AppError("invalid", `${path} is no file.`);
	if (stat.size > FILE_LIMITS.bytes) {
		throw new AppError(
			"invalid",
			`${path} is too large: at most ${FILE_LIMITS.bytes / 1_048_576} MB. Split it.`,
		);
	}
	try {
		return readFileSync(path);
	} catch (cause) {
		throw new AppError("invalid", `${path} cannot be read: ${(cause as Error).message}.`, { cause });
	}
}

function unreadable({ problem }: Import): AppError {
	const place = problem?.line === undefined ? "" : `Line ${problem.line}: `;
	const says = problem?.message.replace(/ ?Choose its encoding\.|: choose its encoding\./, "") ?? "";
	return new AppError(
		"invalid",
		`${place}${says} Say which with --encoding, such as --encoding windows-1252.`,
	);
}

/** Written here when nobody serves; otherwise by the server, which is asked through the database. */
async function write(beside: Beside, found: Import, io: Io): Promise<Import> {
	const { context } = beside;
	let lock: ReturnType<typeof lockDatabase>;
	try {
		lock = lockDatabase(context.config.databasePath, { pid: process.pid, at: context.clock.now() });
	} catch (error) {
		if (!(error instanceof AppError) || error.code !== "conflict") throw error;
		return letServerWrite(beside, found, io);
	}
	try {
		const { writeImport } = await import("../ipam/import-write.ts");
		const bar = progressOf(io);
		try {
			writeImport(context, found.id, bar);
		} finally {
			bar.end();
		}
		return demandImport(context, found.id);
	} finally {
		lock.release();
	}
}

const STEPS: Readonly<Record<ImportStage["step"], string>> = { judging: "looked at", writing: "written" };

/** A bar on a terminal; Ctrl-C ends the work, and nothing is written. */
function progressOf(io: Io): ImportWatch & { end(): void } {
	return {
		begun() {},
		say({ step, done, total }) {
			if (!io.terminal || total === 0) return;
			io.err(`\r${progressBar(Math.min(1, done / total))} ${done} of ${plural(total, "row")} ${STEPS[step]}`);
		},
		stopped: () => io.signal?.aborted === true,
		end() {
			if (io.terminal) io.err("\r\x1b[K");
		},
	};
}

async function letServerWrite({ context }: Beside, found: Import, io: Io): Promise<Import> {
	const { clock, db } = context;
	askToWrite(db, found.id);
	if (io.terminal) io.err("Rollcall is running: it writes the import…\n");
	const until = clock.monotonicMs() + BOUNDS.importPatienceMs;
	while (clock.monotonicMs() < until && io.signal?.aborted !== true) {
		await clock.sleep(BOUNDS.importPollMs);
		const now = demandImport(context, found.id);
		if (now.state === "done") return now;
		if (now.state === "ready")
			throw new AppError("conflict", now.problem?.message ?? "It could not be written.");
	}
	// The server may have begun, or ended, at this very moment: then it is what it is.
	if (!unaskToWrite(db, found.id)) return demandImport(context, found.id);
	throw new AppError(
		"unavailable",
		`Another Rollcall holds the database and did not write the import. Nothing was written; it waits as /imports/${found.id}.`,
	);
}

function printJson({ context }: Beside, made: Import, io: Io): void {
	const rows = listRows(context.db, made.id, undefined, 0, ROWS_JSON);
	const { id, state, counts } = made;
	const named = rows.map(({ line, noun, address, verdict, reason, changes }) => {
		return { line, noun, address, verdict, reason, changes };
	});
	io.out(`${JSON.stringify({ id, state, counts, rows: named })}\n`);
}

function print({ context }: Beside, made: Import, dry: boolean, io: Io): void {
	const { counts, origin, notes } = made;
	const facts = [origin === undefined ? "" : ORIGINS[origin], ...notes].filter((fact) => fact !== "");
	io.out(`${made.name}: ${facts.join(", ")}\n`);
	for (const verdict of dry ? (["add", "change", "refuse"] as const) : (["refuse"] as const)) {
		const rows = listRows(context.db, made.id, verdict, 0, ROWS_NAMED + 1);
		for (const row of rows.slice(0, ROWS_NAMED)) io.out(`  ${lineOf(row)}\n`);
		if (rows.length > ROWS_NAMED)
			io.out(`  … and more to ${verdict}: see --json, or the page of the import\n`);
	}
	const told = (["add", "change", "same", "refuse"] as const).map((verdict) => {
		const { hosts, subnets } = counts[verdict];
		const and = subnets > 0 ? ` and ${plural(subnets, "subnet")}` : "";
		return `${WORDS[verdict][dry ? 0 : 1]} ${plural(hosts, "host")}${and}`;
	});
	io.out(`${told.join(", ")}.\n${dry ? "Nothing was written.\n" : ""}`);
}

const WORDS = {
	add: ["would add", "added"],
	change: ["would change", "changed"],
	same: ["would leave", "left"],
	refuse: ["would refuse", "refused"],
} as const;

function lineOf({ line, address, verdict, reason, changes }: ImportRow): string {
	const said = changes.map(
		({ field, old, new: now }) => `${field} ${old === "" ? "" : `“${old}” → `}“${now}”`,
	);
	const what = [...said, reason].filter((part) => part !== "").join("; ");
	const safe = `${verdict.padEnd(6)} ${address}${what === "" ? "" : `: ${what}`}`;
	// What a file says must not move the cursor of the terminal.
	return `${line === 0 ? "" : `line ${line}: `}${safe.replace(/\p{C}/gu, " ")}`;
}
