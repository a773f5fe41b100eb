/** Excel workbooks, XLSX and XLS (BIFF5, BIFF8), to sheets of text. The only place that knows the reader. */

import { read, SSF, type WorkBook, type WorkSheet } from "@e965/xlsx";
import { FILE_LIMITS, type FileProblem, type Read, type TableRow } from "../model/import.ts";
import { openZip } from "./zip.ts";

export type Sheet = { readonly name: string; readonly rows: TableRow[] };

/** All sheets that hold something. Cells are read as they are shown; whole numbers with all their digits, dates as ISO 8601. */
export function readWorkbook(bytes: Uint8Array, kind: "zip" | "ole"): Read<Sheet[]> {
	const opened = kind === "zip" ? openZip(bytes) : { plain: bytes };
	if ("problem" in opened) return { value: undefined, problems: [opened.problem] };
	let book: WorkBook;
	try {
		book = read(opened.plain, {
			type: "array",
			dense: true,
			cellFormula: false,
			cellHTML: false,
			cellNF: true,
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
	const date1904 = book.Workbook?.WBProps?.date1904 === true;
	const mend = kind === "ole" ? mender() : (text: string) => text;
	const reader = (cell: Cell | undefined) => mend(textOf(cell, date1904));
	const sheets: Sheet[] = [];
	for (const name of book.SheetNames) {
		const sheet = book.Sheets[name];
		const rows = sheet === undefined ? [] : rowsOf(sheet, reader);
		if (!Array.isArray(rows)) return { value: undefined, problems: [rows] };
		if (rows.length > 0) sheets.push({ name, rows });
	}
	if (sheets.length === 0) return { value: undefined, problems: [{ message: "This workbook is empty." }] };
	return { value: sheets, problems: [] };
}

/** `w` is what is shown, `z` the format that shows it so. */
type Cell = { t: string; v?: unknown; w?: string; z?: unknown };

function rowsOf(sheet: WorkSheet, reader: (cell: Cell | undefined) => string): TableRow[] | FileProblem {
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
		const texts = Array.from(cells, reader);
		while (texts.length > 0 && texts.at(-1) === "") texts.pop();
		if (texts.some((text) => text.trim() !== "")) rows.push({ line: i + 1, cells: texts });
	}
	return rows;
}

function textOf(cell: Cell | undefined, date1904: boolean): string {
	if (cell === undefined || cell.t === "z") return "";
	if (cell.t === "s") return String(cell.v ?? "").replace(/\r\n?/g, "\n");
	if (cell.t === "b") return cell.v === true ? "true" : "false";
	const shown = (cell.w ?? String(cell.v ?? "")).trim();
	if (cell.t !== "n") return shown;
	if (SSF.is_date(String(cell.z ?? ""))) return dateOf(cell, date1904) ?? (shown || String(cell.v));
	return Number.isSafeInteger(cell.v) ? String(cell.v) : shown;
}

/** A day, with the time if there is one; undefined for what shows no day, such as hours. */
function dateOf({ v, z }: Cell, date1904: boolean): string | undefined {
	const marks = String(z).replace(/"[^"]*"|\\.|\[[^\]]*\]/g, "");
	if (!/[yd]/i.test(marks)) return undefined;
	const parts = SSF.parse_date_code(v, { date1904 });
	if (parts === null) return undefined;
	const pad = (n: number, width = 2) => String(n).padStart(width, "0");
	const day = `${pad(parts.y, 4)}-${pad(parts.m)}-${pad(parts.d)}`;
	return Number.isInteger(v) ? day : `${day} ${pad(parts.H)}:${pad(parts.M)}:${pad(parts.S)}`;
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
