/** `rollcall export`: everything as a file, beside a server that runs. Changes nothing. */

import { existsSync } from "node:fs";
import { open } from "node:fs/promises";
import { openBeside } from "../app/beside.ts";
import { random } from "../app/random.ts";
import { BOUNDS, loadConfig } from "../config.ts";
import { AppError } from "../errors.ts";
import { exportSource } from "../ipam/exports.ts";
import { EXPORT_FORMATS, type ExportFormat } from "../model/export.ts";
import { formatCidr, parseCidr } from "../net/cidr.ts";
import { listSubnets } from "../store/subnets.ts";
import { DATABASE_HELP, DATABASE_OPTIONS, readFlags } from "./flags.ts";
import type { Io } from "./run.ts";

const FORMATS = Object.keys(EXPORT_FORMATS) as ExportFormat[];

export const EXPORT_HELP = `rollcall export: every subnet and host, or those of one subnet, to standard output or into a file.

Works beside a server that runs. csv, json and xlsx come back whole with "rollcall import".

  --format F        ${FORMATS.slice(0, 5).join(", ")},
                    ${FORMATS.slice(5).join(", ")}    (csv)
  --subnet CIDR     only the hosts of this subnet
  --output FILE     write into FILE, which must not be there yet; only you may read it then
  --force           replace FILE
${DATABASE_HELP}

Examples
  rollcall export > everything.csv
  rollcall export --format xlsx --output everything.xlsx
  rollcall export --format hosts --subnet 10.0.0.0/24
  rollcall export --format ansible --output inventory.yml
`;

const OPTIONS = {
	...DATABASE_OPTIONS,
	format: { type: "string" },
	subnet: { type: "string" },
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
	if (!existsSync(config.databasePath)) {
		throw new AppError(
			"invalid",
			`There is no database at ${config.databasePath}. Name one with --database.`,
		);
	}
	const { writeExport } = await import("../formats/write.ts");
	const beside = await openBeside(config, random);
	try {
		const subnetId = subnetOf(beside.context.db, values.subnet);
		const source = await exportSource(beside.context, { subnetId }, BOUNDS.exportSlice);
		const pieces = writeExport(format, source);
		if (values.output === undefined) await toStdout(pieces, io);
		else await toFile(pieces, values.output, values.force === true);
		return io.signal?.aborted === true ? 130 : 0;
	} finally {
		beside.close();
	}
}

function subnetOf(db: Parameters<typeof listSubnets>[0], text: string | undefined): number | undefined {
	if (text === undefined) return undefined;
	const { value, problem } = parseCidr(text);
	if (value === undefined) throw new AppError("invalid", problem);
	const found = listSubnets(db).find(({ cidr }) => formatCidr(cidr) === formatCidr(value));
	if (found === undefined) throw new AppError("invalid", `There is no subnet ${text} here.`);
	return found.id;
}

type Pieces = AsyncIterable<string | Uint8Array>;

async function toStdout(pieces: Pieces, io: Io): Promise<void> {
	for await (const piece of pieces) {
		if (io.signal?.aborted === true) return;
		if (!process.stdout.write(piece))
			await new Promise<void>((resolve) => process.stdout.once("drain", () => resolve()));
	}
}

async function toFile(pieces: Pieces, path: string, force: boolean): Promise<void> {
	const file = await open(path, force ? "w" : "wx", 0o600).catch((cause: unknown) => {
		const there = (cause as { code?: string }).code === "EEXIST";
		const says = there
			? `${path} is there already. Name another file, or add --force.`
			: `${path} cannot be written: ${(cause as Error).message}.`;
		throw new AppError("invalid", says, { cause });
	});
	try {
		for await (const piece of pieces) await file.writeFile(piece);
	} finally {
		await file.close();
	}
}
