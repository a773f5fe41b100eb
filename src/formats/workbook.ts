/** Excel workbooks, XLSX and XLS (BIFF5, BIFF8), to sheets of text. The only place that knows the reader. */

import { read, type WorkBook, type WorkSheet } from "@e965/xlsx";
import { FILE_LIMITS, type FileProblem, type Read, type TableRow } from "../model/import.ts";
import { zipProblem } from "./zip.ts";

export type Sheet = { readonly name: string; readonly rows: TableRow[] };

/** All sheets that hold something. Cells are read as they are shown; whole numbers with all their digits. */
export function readWorkbook(bytes: Uint8Array, kind: "zip" | "ole"): Read<Sheet[]> {
	const refusal = kind === "zip" ? zipProblem(bytes) : undefined;
	if (refusal !== undefined) return { value: undefined, problems: [refusal] };
	let book: WorkBook;
	try {
		book = read(bytes, {
			type: "array",
			dense: true,
			cellFormula: false,
			cellHTML: false,
			cellStyles: false,
			bookVBA: false,
			sheetRows: FILE_LIMITS.rows + 2,
		});
	} catch (cause) {
		const encrypted = /password|encrypt/i.test((cause as Error).message);
		const message = encrypted
			? "This workbook is encrypted: save it without a password."
			: "This workbook cannot be read: it is damaged, or of a kind that is not known.";
		return { value: undefined, problems: [{ message }] };
	}
	const sheets: Sheet[] = [];
	for (const name of book.SheetNames) {
		const sheet = book.Sheets[name];
		const rows = sheet === undefined ? [] : rowsOf(sheet, kind === "ole" ? mender() : (text) => text);
		if (!Array.isArray(rows)) return { value: undefined, problems: [rows] };
		if (rows.length > 0) sheets.push({ name, rows });
	}
	if (sheets.length === 0) return { value: undefined, problems: [{ message: "This workbook is empty." }] };
	return { value: sheets, problems: [] };
}

type Cell = { t: string; v?: unknown; w?: string };

function rowsOf(sheet: WorkSheet, mend: (text: string) => string): TableRow[] | FileProblem {
	const data = ((sheet as unknown as { "!data"?: (Cell | undefined)[][] })["!data"] ?? []) as (
		| Cell
		| undefined
	)[][];
	const rows: TableRow[] = [];
	for (const [i, cells] of data.entries()) {
		if (cells === undefined) continue;
		if (rows.length > FILE_LIMITS.rows) {
			return { message: `There are more than ${FILE_LIMITS.rows} rows: split the workbook.`, line: i + 1 };
		}
		if (cells.length > FILE_LIMITS.columns) {
			return {
				message: `There are ${cells.length} columns; at most ${FILE_LIMITS.columns} are read.`,
				line: i + 1,
			};
		}
		const texts = Array.from(cells, (cell) => mend(textOf(cell)));
		while (texts.length > 0 && texts.at(-1) === "") texts.pop();
		if (texts.some((text) => text.trim() !== "")) rows.push({ line: i + 1, cells: texts });
	}
	return rows;
}

function textOf(cell: Cell | undefined): string {
	if (cell === undefined || cell.t === "z") return "";
	if (cell.t === "s") return String(cell.v ?? "").replace(/\r\n?/g, "\n");
	if (cell.t === "b") return cell.v === true ? "true" : "false";
	if (cell.t === "n" && Number.isSafeInteger(cell.v) && !/[/:]/.test(cell.w ?? "")) return String(cell.v);
	return (cell.w ?? String(cell.v ?? "")).trim();
}

/**
 * phpIPAM's import templates are BIFF5 files that say Windows-1252 and hold UTF-8: what reads as UTF-8 once it is bytes
 * again was that.
 */
function mender(): (text: string) => string {
	const table = new TextDecoder("windows-1252").decode(Uint8Array.from({ length: 256 }, (_, i) => i));
	const byteOf = new Map([...table].map((letter, i) => [letter, i]));
	const decoder = new TextDecoder("utf-8", { fatal: true });
	return (text) => {
		if (!/[\u0080-\uffff]/.test(text)) return text;
		const bytes = [...text].map((letter) => byteOf.get(letter));
		if (bytes.some((byte) => byte === undefined)) return text;
		try {
			return decoder.decode(Uint8Array.from(bytes as number[]));
		} catch {
			return text;
		}
	};
}
