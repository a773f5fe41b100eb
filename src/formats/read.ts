/** The one door for files: bytes in, a table or the reasons why not out. Pure, synchronous, bounded; run off the main thread. */

import {
	ENCODINGS,
	type Encoding,
	FILE_LIMITS,
	type Origin,
	type Read,
	type Table,
} from "../model/import.ts";
import { delimiterName, readCsv } from "./csv.ts";
import { decodeText, utf8Lines } from "./encoding.ts";
import { readJson } from "./json.ts";
import { tableOf } from "./layout.ts";
import { keaTable, readHosts, readLeases } from "./lists.ts";
import { readPhpipamDump } from "./phpipam.ts";
import { sniff, sniffText, type TextKind } from "./sniff.ts";
import { readWorkbook } from "./workbook.ts";

/** "auto" looks at the content; the others insist. */
export const FORMATS = [
	"auto",
	"csv",
	"xlsx",
	"xls",
	"json",
	"phpipam",
	"netbox",
	"hosts",
	"leases",
] as const;
export type Format = (typeof FORMATS)[number];

export type ReadOptions = { readonly format?: Format; readonly encoding?: Encoding | undefined };

/** Reads a file. Problems name line and column where there are any. */
export function readTable(bytes: Uint8Array, options: ReadOptions = {}): Read<Table> {
	if (bytes.length > FILE_LIMITS.bytes) {
		return fail(
			`The file has ${Math.ceil(bytes.length / 1_048_576)} MB; at most ${FILE_LIMITS.bytes / 1_048_576} MB are read.`,
		);
	}
	const kind = sniff(bytes);
	if (typeof kind === "object") return fail(kind.refused);
	const { format = "auto" } = options;
	if (kind !== "text") {
		const is = kind === "zip" ? "xlsx" : "xls";
		if (!["auto", "phpipam", is].includes(format))
			return fail(`This is an Excel workbook (${is}), not ${format}.`);
		const book = readWorkbook(bytes, kind);
		return book.value === undefined
			? { value: undefined, problems: book.problems }
			: checked(tableOf(book.value, is), format);
	}
	const text = decodeText(bytes, options.encoding);
	if (text.value === undefined) return { value: undefined, problems: text.problems };
	const read = checked(readText(text.value, format), format);
	if (read.value === undefined || options.encoding === undefined) return read;
	const notes = [...read.value.notes, ENCODINGS[options.encoding], ...mixed(bytes, options.encoding)];
	return { ...read, value: { ...read.value, notes } };
}

/** Text of two encodings cannot be read right in one: the person who chose is told. */
function mixed(bytes: Uint8Array, chosen: Encoding): string[] {
	const { count, first } = chosen.startsWith("windows-") ? utf8Lines(bytes) : { count: 0, first: 0 };
	if (count === 0) return [];
	const lines = count === 1 ? `line ${first} looks` : `${count} lines, line ${first} first, look`;
	return [`${lines} like UTF-8: letters there may come out wrong`];
}

const INSISTED: Readonly<Partial<Record<Format, TextKind>>> = {
	csv: "csv",
	netbox: "csv",
	json: "json",
	hosts: "hosts",
	leases: "leases",
};

function readText(text: string, format: Format): Read<Table> {
	if (format === "xlsx" || format === "xls")
		return fail(`This is a text file, no Excel workbook (${format}).`);
	const kind = INSISTED[format] ?? sniffText(text);
	if (kind === "json") return readJson(text);
	if (kind === "sql") return readPhpipamDump(text);
	if (kind === "hosts") return { value: readHosts(text), problems: [] };
	const isKea = text.startsWith("address,");
	if (kind === "leases" && !isKea) return { value: readLeases(text), problems: [] };
	const csv = readCsv(text);
	if (csv.value === undefined) return { value: undefined, problems: csv.problems };
	const { rows, delimiter } = csv.value;
	if (rows.length === 0) return fail("There is no row in this file.");
	const leases = format === "auto" || format === "leases" ? keaTable(rows) : undefined;
	if (leases !== undefined) return { value: leases, problems: [] };
	const table = tableOf([{ name: "", rows }], "csv");
	if (table.value === undefined) return table;
	return {
		...table,
		value: { ...table.value, notes: [`${delimiterName(delimiter)} between cells`, ...table.value.notes] },
	};
}

/** A file that is not what the person said it is, is not read as something else in silence. */
function checked(read: Read<Table>, format: Format): Read<Table> {
	const wanted: Origin | undefined = format === "netbox" ? "netbox" : undefined;
	if (read.value === undefined || wanted === undefined || read.value.origin === wanted) return read;
	return fail("These are not the column titles of NetBox: leave the choice of the format to Rollcall.");
}

function fail(message: string): Read<never> {
	return { value: undefined, problems: [{ message }] };
}
