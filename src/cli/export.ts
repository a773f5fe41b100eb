/** `rollcall export`: everything as a file, beside a server that runs. Changes nothing. */

import { statSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { openBeside } from "../app/beside.ts";
import { random } from "../app/random.ts";
import { BOUNDS, loadConfig } from "../config.ts";
import { AppError } from "../errors.ts";
import { exportSource, untilClosed } from "../ipam/exports.ts";
import { EXPORT_FORMATS, type ExportFormat } from "../model/export.ts";
import type { HostFilter } from "../model/host.ts";
import { formatCidr, parseCidr } from "../net/cidr.ts";
import { STATUSES } from "../store/hosts.ts";
import { listSubnets } from "../store/subnets.ts";
import { DATABASE_HELP, DATABASE_OPTIONS, readFlags } from "./flags.ts";
import type { Io } from "./run.ts";

const FORMATS = Object.keys(EXPORT_FORMATS) as ExportFormat[];

export const EXPORT_HELP = `rollcall export: every subnet and host, or those that a filter lets pass, to standard output or into a file.

Works beside a server that runs. csv, json and xlsx come back whole with "rollcall import".

  --format F        ${FORMATS.slice(0, 5).join(", ")},
                    ${FORMATS.slice(5).join(", ")}    (csv)
  --subnet CIDR     only hosts of this subnet
  --status S        only hosts that are up, down or unknown
  --tag TAG         only hosts with this tag
  --service NAME    only hosts with this service on an open port
  --port N          only hosts with this port open
  --text TEXT       only hosts that the search would find
  --output FILE     write into FILE, which must not be there yet; only you may read it then
  --force           replace FILE
${DATABASE_HELP}

Examples
  rollcall export > everything.csv
  rollcall export --format xlsx --output everything.xlsx
  rollcall export --format hosts --subnet 10.0.0.0/24
  rollcall export --format ansible --tag linux --output inventory.yml
`;

const OPTIONS = {
	...DATABASE_OPTIONS,
	format: { type: "string" },
	subnet: { type: "string" },
	status: { type: "string" },
	tag: { type: "string" },
	service: { type: "string" },
	port: { type: "string" },
	text: { type: "string" },
	output: { type: "string" },
	force: { type: "boolean" },
} as const;

/** 0 when all of it is written. */
export async function exportCommand(args: string[], io: Io): Promise<number> {
	const { values, positionals } = readFlags("export", args, OPTIONS);
	if (positionals.length > 0)
		throw new AppError("invalid", `export takes no “${positionals[0]}”. See: rollcall export --help`);
	const format = FORMATS.find((one) => one === (values.format ?? "csv"));
	if (format === undefined) throw new AppError("invalid", `--format is one of ${FORMATS.join(", ")}.`);
	if (format === "xlsx" && values.output === undefined && process.stdout.isTTY) {
		throw new AppError("invalid", "A workbook is nothing for a terminal: name a file with --output.");
	}
	const config = loadConfig({ file: values.config, flags: { DATABASE_URL: values.database } });
	const { writeExport } = await import("../formats/write.ts");
	const beside = await openBeside(config, random, { there: true });
	try {
		const filter = { ...readFilter(values), subnetId: subnetOf(beside.context.db, values.subnet) };
		const source = await exportSource(beside.context, filter, BOUNDS.exportSlice);
		const pieces = untilClosed(source, writeExport(format, source));
		if (values.output === undefined) await toStdout(pieces, io);
		else await toFile(counted(pieces, io), values.output, values.force === true, io);
		return io.signal?.aborted === true ? 130 : 0;
	} finally {
		beside.close();
	}
}

type Filter = { readonly [N in "status" | "tag" | "service" | "port" | "text"]?: string };

/** What a host has to be to go out; AppError("invalid") names the option. */
function readFilter({ status, tag, service, port, text }: Filter): HostFilter {
	const known = STATUSES.find((one) => one === status);
	if (status !== undefined && known === undefined) {
		throw new AppError("invalid", `--status is one of ${STATUSES.join(", ")}.`);
	}
	const number = port === undefined ? undefined : /^\d{1,5}$/.test(port) ? Number(port) : 0;
	if (number !== undefined && (number < 1 || number > 65_535)) {
		throw new AppError("invalid", "--port takes a number from 1 to 65535.");
	}
	for (const [name, value] of Object.entries({ tag, service, text })) {
		if (value?.trim() === "") throw new AppError("invalid", `--${name} takes a text.`);
	}
	return { status: known, tag: tag?.trim(), service: service?.trim(), port: number, text: text?.trim() };
}

function subnetOf(db: Parameters<typeof listSubnets>[0], text: string | undefined): number | undefined {
	if (text === undefined) return undefined;
	const { value, problem } = parseCidr(text);
	if (value === undefined) throw new AppError("invalid", problem);
	const found = listSubnets(db).find(({ cidr }) => formatCidr(cidr) === formatCidr(value));
	if (found === undefined) throw new AppError("invalid", `There is no subnet ${text} here.`);
	return found.id;
}

/** On a terminal: how much is written, until all of it is. */
async function* counted(pieces: Pieces, io: Io): AsyncGenerator<string | Uint8Array> {
	let bytes = 0;
	for await (const piece of pieces) {
		if (io.signal?.aborted === true) return;
		yield piece;
		bytes += typeof piece === "string" ? Buffer.byteLength(piece) : piece.length;
		if (io.terminal) io.err(`\r${(bytes / 1e6).toFixed(1)} MB written`);
	}
	if (io.terminal) io.err("\r\x1b[K");
}

type Pieces = AsyncIterable<string | Uint8Array>;

async function toStdout(pieces: Pieces, io: Io): Promise<void> {
	for await (const piece of pieces) {
		if (io.signal?.aborted === true) return;
		if (!process.stdout.write(piece))
			await new Promise<void>((resolve) => process.stdout.once("drain", () => resolve()));
	}
}

/** The file appears under its name only when it is whole. */
async function toFile(pieces: Pieces, path: string, force: boolean, io: Io): Promise<void> {
	const there = statSync(path, { throwIfNoEntry: false });
	if (there?.isFile() === false) throw new AppError("invalid", `${path} is no file.`);
	if (there !== undefined && !force) {
		throw new AppError("invalid", `${path} is there already. Name another file, or add --force.`);
	}
	const part = `${path}.part`;
	try {
		const file = await open(part, "w", 0o600);
		try {
			for await (const piece of pieces) await file.writeFile(piece);
		} finally {
			await file.close();
		}
		if (io.signal?.aborted !== true) await rename(part, path);
	} catch (cause) {
		if (cause instanceof AppError) throw cause;
		throw new AppError("unavailable", `${path} cannot be written: ${(cause as Error).message}.`, { cause });
	} finally {
		await rm(part, { force: true });
	}
}
