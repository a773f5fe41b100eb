/** `rollcall import`: a file into the database, beside a server that runs or without one. Says first what it would do. */

import { readFileSync, statSync } from "node:fs";
import { basename } from "node:path";
import { type Beside, openBeside } from "../app/beside.ts";
import { random } from "../app/random.ts";
import { loadConfig } from "../config.ts";
import { AppError } from "../errors.ts";
import { demandImport } from "../ipam/imports.ts";
import {
	ENCODINGS,
	type Encoding,
	FILE_LIMITS,
	type Import,
	type ImportRow,
	ORIGINS,
} from "../model/import.ts";
import { listRows } from "../store/import-rows.ts";
import { findImport } from "../store/imports.ts";
import { DATABASE_HELP, DATABASE_OPTIONS, readFlags } from "./flags.ts";
import { progressOf, writeFound } from "./import-write.ts";
import { plural } from "./plural.ts";
import type { Io } from "./run.ts";

export const IMPORT_HELP = `rollcall import FILE: hosts and subnets out of a file: CSV, Excel (XLSX, XLS), JSON, exports of phpIPAM
(its MySQL dump too) and NetBox, hosts files, leases of dnsmasq and Kea. FILE may be "-" for standard input.

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
	const bytes = await readBytes(path, io);
	if (isInterrupted(io)) return tellInterrupted(io, "nothing was written.");
	const config = loadConfig({ file: values.config, flags: { DATABASE_URL: values.database } });
	// Read here and not at the start of the program: the readers of files are large.
	const { readImport } = await import("../ipam/importing.ts");
	const beside = await openBeside(config, random);
	let id: number | undefined;
	try {
		const name = path === "-" ? "standard input" : basename(path);
		const options = {
			...{ format: values.format ?? "auto", encoding },
			...{ clear: values.clear === true, sweep: values["no-sweep"] !== true },
		};
		const bar = progressOf(io);
		id = await readImport(beside.context, { name, bytes, options }, bar).finally(bar.end);
		const found = demandImport(beside.context, id);
		if (found.state === "unread") throw unreadable(found);
		const made = values["dry-run"] === true ? found : await writeFound(beside, found, io);
		if (values.json === true) printJson(beside, made, io);
		else print(beside, made, values["dry-run"] === true, io);
		if (beside.made !== undefined) io.err(beside.made);
		return 0;
	} catch (error) {
		if (!isInterrupted(io) || !(error instanceof AppError)) throw error;
		return tellInterrupted(io, leftBehind(beside, id));
	} finally {
		beside.close();
	}
}

function encodingOf(text: string | undefined): Encoding | undefined {
	if (text === undefined) return undefined;
	if (Object.hasOwn(ENCODINGS, text)) return text as Encoding;
	throw new AppError("invalid", `--encoding is one of ${Object.keys(ENCODINGS).join(", ")}.`);
}

async function readBytes(path: string, io: Io): Promise<Uint8Array> {
	if (path === "-") return readInput(io);
	const stat = statSync(path, { throwIfNoEntry: false });
	if (stat === undefined) throw new AppError("invalid", `There is no file ${path}.`);
	if (!stat.isFile()) throw new AppError("invalid", `${path} is no file.`);
	if (stat.size > FILE_LIMITS.bytes) throw tooLarge(path);
	try {
		return readFileSync(path);
	} catch (cause) {
		throw new AppError("unavailable", `${path} cannot be read: ${(cause as Error).message}.`, { cause });
	}
}

/** Standard input to its end, or to the signal. */
async function readInput(io: Io): Promise<Uint8Array> {
	const reader = Bun.stdin.stream().getReader();
	const end = () => void reader.cancel();
	if (isInterrupted(io)) end();
	io.signal?.addEventListener("abort", end, { once: true });
	const parts: Uint8Array[] = [];
	for (let bytes = 0; ; ) {
		const { done, value } = await reader.read();
		if (done) return Buffer.concat(parts);
		parts.push(value);
		bytes += value.length;
		if (bytes <= FILE_LIMITS.bytes) continue;
		end();
		throw tooLarge("Standard input");
	}
}

function tooLarge(what: string): AppError {
	const says = `${what} is too large: at most ${FILE_LIMITS.bytes / 1_048_576} MB. Split it.`;
	return new AppError("invalid", says);
}

function unreadable({ problem }: Import): AppError {
	const place = problem?.line === undefined ? "" : `Line ${problem.line}: `;
	const says = problem?.message.replace(/ ?Choose its encoding\.|: choose its encoding\./, "") ?? "";
	return new AppError(
		"invalid",
		`${place}${says} Say which with --encoding, such as --encoding windows-1252.`,
	);
}

function isInterrupted(io: Io): boolean {
	return io.signal?.aborted === true;
}

function tellInterrupted(io: Io, says: string): number {
	io.err(`rollcall: interrupted: ${says}\n`);
	return 130;
}

/** What an interrupted import leaves behind, in words. */
function leftBehind({ context }: Beside, id: number | undefined): string {
	const state = id === undefined ? undefined : findImport(context.db, id)?.state;
	if (state === "done") return `it was written already. /imports/${id} undoes it.`;
	if (state === "asked") return `but the server writes it. /imports/${id} tells more.`;
	return `nothing was written.${state === "ready" ? ` What it would do is kept for a day as /imports/${id}.` : ""}`;
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
