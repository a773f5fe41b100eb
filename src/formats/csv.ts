/** Comma-separated values (RFC 4180, and what spreadsheets make of it): text to rows, and cells to text. No meaning. */

import Papa from "papaparse";
import { FILE_LIMITS, type FileProblem, type Read, type TableRow } from "../model/import.ts";
import { placeOf } from "./encoding.ts";
import { sweepRow } from "./sweeping.ts";

export type CsvRows = { readonly delimiter: string; readonly rows: TableRow[] };

const DELIMITERS = [",", ";", "\t", "|"];
const NAMES: Readonly<Record<string, string>> = {
	",": "commas",
	";": "semicolons",
	"\t": "tabs",
	"|": "bars",
};

/** "semicolons" for ";". */
export function delimiterName(delimiter: string): string {
	return NAMES[delimiter] ?? `“${delimiter}”`;
}

/**
 * Rows of a text whose line ends are "\n"; empty ones are left out, each of the others knows the line it begins on.
 * A first line "sep=;" names the delimiter, as Excel does; otherwise the one that fits best is taken.
 */
export function readCsv(text: string): Read<CsvRows> {
	const named = /^sep=(.)\n/i.exec(text);
	const body = named === null ? text : text.slice(named[0].length);
	const delimiter = named?.[1] ?? guessDelimiter(body);
	const rows: TableRow[] = [];
	let problem: FileProblem | undefined;
	let line = named === null ? 1 : 2;
	let at = 0;
	/** Rows that were read, also those that hold nothing: a file may end with ten thousands of commas. */
	let read = 0;
	Papa.parse(body, {
		delimiter,
		newline: "\n",
		step({ data, errors, meta }, parser) {
			const [error] = errors;
			problem =
				error === undefined
					? tooMuch(data, rows.length, line)
					: quoteProblem(error, body, named === null ? 0 : 1);
			if (data.some((cell) => cell.trim() !== "")) rows.push(new PackedRow(line, data.map(meantBy)));
			line += countLines(body, at, meta.cursor);
			at = meta.cursor;
			sweepRow(read++);
			if (problem !== undefined) parser.abort();
		},
	});
	if (problem !== undefined) return { value: undefined, problems: [problem] };
	return { value: { delimiter, rows }, problems: [] };
}

/** Between packed cells: hardly any cell holds one. */
const NUL = "\0";

/** A row as one text: a hundred thousand of them would weigh four times as much as lists of cells. */
class PackedRow implements TableRow {
	readonly line: number;
	readonly #packed: string | readonly string[];

	constructor(line: number, cells: readonly string[]) {
		this.line = line;
		this.#packed = cells.some((cell) => cell.includes(NUL)) ? cells : cells.join(NUL);
	}

	get cells(): readonly string[] {
		return typeof this.#packed === "string" ? this.#packed.split(NUL) : this.#packed;
	}

	toJSON(): TableRow {
		return { line: this.line, cells: this.cells };
	}
}

/** The delimiter that cuts the first lines into the same number of cells, the larger number if several do. */
function guessDelimiter(text: string): string {
	let best = ",";
	let score = 0;
	for (const delimiter of DELIMITERS) {
		const head = text.slice(0, 65_536);
		const sample = Papa.parse(head, { delimiter, newline: "\n", skipEmptyLines: true }).data.slice(0, 40);
		const widths = sample.map((cells) => cells.length);
		const usual = widths[0] ?? 1;
		const alike = widths.filter((width) => width === usual).length / Math.max(1, widths.length);
		const points = usual > 1 ? alike * 10 + Math.min(usual, 9) / 10 : 0;
		if (points > score) [best, score] = [delimiter, points];
	}
	return best;
}

function countLines(text: string, from: number, to: number): number {
	let lines = 0;
	for (let i = text.indexOf("\n", from); i >= 0 && i < to; i = text.indexOf("\n", i + 1)) lines += 1;
	return lines;
}

/** Where the quote stands that opens the cell; `before`: lines above the text. */
function quoteProblem(error: { code: string; index?: number }, text: string, before: number): FileProblem {
	const says =
		error.code === "MissingQuotes"
			? "A quote is opened here and never closed."
			: "There is a quote in the middle of the cell that begins here: double it, or put the whole cell in quotes.";
	const { line, column } = placeOf(text, Math.max(0, (error.index ?? 1) - 1));
	return { message: says, line: line + before, column };
}

function tooMuch(cells: readonly string[], rows: number, line: number): FileProblem | undefined {
	if (rows >= FILE_LIMITS.rows) {
		return { message: `There are more than ${FILE_LIMITS.rows} rows: split the file.`, line };
	}
	if (cells.length > FILE_LIMITS.columns) {
		return { message: `There are ${cells.length} columns; at most ${FILE_LIMITS.columns} are read.`, line };
	}
	const long = cells.findIndex((cell) => cell.length > FILE_LIMITS.cellChars);
	if (long < 0) return undefined;
	const message = `A cell has ${cells[long]?.length} characters; at most ${FILE_LIMITS.cellChars} are read.`;
	return { message, line, column: long + 1 };
}

/** What a spreadsheet would take for a formula or a command (OWASP, CSV injection), whatever stands before it. */
const FORMULA = /^'*[\s\0]*[=+\-@\t\r\0|%＝＋－＠]/u;
const SHIELDED = /^'+[\s\0]*[=+\-@\t\r\0|%＝＋－＠]/u;
/** Plain negative or signed numbers are no formulas. */
const NUMBER = /^[+-]?\d+(\.\d+)?$/;

/** A cell that no spreadsheet runs; `unescapeCell` gives back what it was. */
export function escapeFormula(text: string): string {
	return FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
}

/** Takes the apostrophe away that keeps a spreadsheet from running the cell. */
export function unescapeCell(text: string): string {
	return SHIELDED.test(text) && !NUMBER.test(text) ? text.slice(1) : text;
}

/** A formula that is one text, `="00042"`: how programs keep a spreadsheet from making a number or date of a cell. */
const ONE_TEXT = /^\s*="((?:[^"]|"")*)"\s*$/;

/** What whoever wrote the cell meant by it. */
function meantBy(cell: string): string {
	const text = ONE_TEXT.exec(cell)?.[1];
	return text === undefined ? unescapeCell(cell) : text.replaceAll('""', '"');
}

/** One line, with its end: cells between commas, in quotes where they need them. */
export function csvLine(cells: readonly string[]): string {
	return `${cells.map(csvCell).join(",")}\r\n`;
}

function csvCell(text: string): string {
	const safe = escapeFormula(text);
	return /^\s|[",\r\n;]|\s$|^'/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The place of a character in a text, for a problem. */
export function placed(text: string, at: number, message: string): FileProblem {
	return { message, ...placeOf(text, at) };
}
