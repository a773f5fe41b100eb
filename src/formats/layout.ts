/** Sheets to one table: where the titles stand, layouts without titles, and the sheets phpIPAM writes for reading. */

import type { Origin, Read, Table, TableRow, Target } from "../model/import.ts";
import { parseAddress } from "../net/address.ts";
import { parseCidr } from "../net/cidr.ts";
import { macPart } from "../net/mac.ts";
import { isEscaped, LOST, unescapeHtml } from "./entities.ts";
import { guessMapping, isHeader, originOf, plain, shortTitles } from "./headers.ts";
import type { Sheet } from "./workbook.ts";

/** Rows looked at to find the titles. */
const PEEK = 5;

type Part = {
	readonly origin: Origin;
	readonly headers: readonly string[];
	readonly rows: TableRow[];
	readonly mapping?: Target[];
};

/** One table of all sheets that name addresses or subnets; the others are named in its notes. */
export function tableOf(sheets: readonly Sheet[], fallback: Origin): Read<Table> {
	const parts: Part[] = [];
	const notes: string[] = [];
	for (const sheet of sheets) {
		const isList = sheets.length > 1 && isSectionList(sheet);
		const part = isList ? undefined : partOf(sheet, fallback);
		if (part !== undefined) parts.push(part);
		else if (sheets.length > 1) notes.push(`sheet “${sheet.name}” left out`);
	}
	const [first] = parts;
	if (first === undefined) {
		const line = sheets[0]?.rows[0]?.line;
		const message =
			"No column holds addresses or subnets. A first row with titles such as “IP address” helps.";
		return { value: undefined, problems: [{ message, line }] };
	}
	const titles = union(parts.map((part) => part.headers));
	const all = parts.length === 1 ? first.rows : parts.flatMap((part) => rearranged(part, titles));
	const origin = parts.some((part) => part.origin.startsWith("phpipam")) ? "phpipam" : first.origin;
	const isExported =
		origin === "phpipam" && fallback === "xls" && !titles.some((title) => OF_TEMPLATES.test(title));
	const rows = isExported ? withoutLost(all, notes) : all;
	const headers = origin === "phpipam" ? shortTitles(titles) : titles;
	const mapping =
		parts.length === 1 && first.mapping !== undefined ? first.mapping : guessMapping(headers, origin);
	return { value: { origin, notes, headers, rows, mapping }, problems: [] };
}

function partOf(sheet: Sheet, fallback: Origin): Part | undefined {
	const own = subnetSheet(sheet);
	if (own !== undefined) return own;
	const escaped = wholeSheet(sheet) ?? titledSheet(sheet, fallback);
	return escaped === undefined ? bareSheet(sheet, fallback) : unescaped(escaped);
}

/** Titles of the templates that phpIPAM gives people to fill in: its exports write them otherwise, or not. */
const OF_TEMPLATES = /^(mask|is_gateway|fw_object)$/i;

/** What phpIPAM's Excel files do not hold any more: told, and not taken for what people wrote. */
function withoutLost(rows: readonly TableRow[], notes: string[]): readonly TableRow[] {
	notes.push("zeros that a text began with are lost in phpIPAM's Excel files: its MySQL dump has them");
	let lost = 0;
	const kept = rows.map((row) => {
		if (!row.cells.some((cell) => LOST.test(cell))) return row;
		const cells = row.cells.map((cell) => (LOST.test(cell) ? "" : cell));
		lost += row.cells.filter((cell) => LOST.test(cell)).length;
		return { line: row.line, cells };
	});
	if (lost > 0) notes.push(`${lost} ${lost === 1 ? "text" : "texts"} that began with “=” lost there, too`);
	return kept;
}

/** phpIPAM's list of its sections, beside one of subnets or addresses; one may be called “IPv6”, as a title may be. */
function isSectionList({ name, rows }: Sheet): boolean {
	return name === "Sections" && rows.every(({ cells }) => cells.length <= 3);
}

/** But for the sheet of one subnet phpIPAM escapes all texts as for a page. */
function unescaped(part: Part): Part {
	if (part.origin !== "phpipam" || !isEscaped(part.rows.values().flatMap(({ cells }) => cells))) return part;
	const rows = part.rows.map(({ line, cells }) => ({ line, cells: cells.map(unescapeHtml) }));
	return { ...part, rows };
}

/** All titles in order; a title that one header has twice stays twice. */
function union(lists: readonly (readonly string[])[]): string[] {
	const all: string[] = [...(lists[0] ?? [])];
	for (const headers of lists.slice(1))
		for (const title of headers) if (!all.includes(title)) all.push(title);
	return all;
}

function rearranged(part: Part, headers: readonly string[]): TableRow[] {
	const places = headers.map((title) => part.headers.indexOf(title));
	return part.rows.map(({ line, cells }) => ({ line, cells: places.map((place) => cells[place] ?? "") }));
}

/** A sheet whose titles stand in one of its first rows. */
function titledSheet(sheet: Sheet, fallback: Origin): Part | undefined {
	const at = sheet.rows.slice(0, PEEK).findIndex((row) => isHeader(row.cells));
	const header = sheet.rows[at];
	if (header === undefined) return undefined;
	const headers = header.cells.map((title) => title.trim());
	return { origin: originOf(headers, fallback), headers, rows: sheet.rows.slice(at + 1) };
}

/** What stands where in the files that phpIPAM takes for one subnet. */
const POSITIONS = [
	...[
		"IP address",
		"Tag",
		"Description",
		"Hostname",
		"FW object",
		"MAC",
		"Owner",
		"Device",
		"Port",
		"Note",
		"Location",
	],
];

/** A sheet without titles whose first column holds addresses, or subnets. */
function bareSheet(sheet: Sheet, fallback: Origin): Part | undefined {
	const isPlace = (text: string) => isAddress(text) || parseCidr(text.trim()).value !== undefined;
	const rows = sheet.rows.filter((row) => row.cells.length > 0);
	const width = Math.max(...rows.map((row) => row.cells.length));
	const columns = Array.from({ length: width }, (_, i) => rows.map((row) => row.cells[i] ?? ""));
	const place = columns.findIndex((cells) => cells.filter(isPlace).length >= Math.max(1, cells.length * 0.5));
	if (place < 0) return undefined;
	const isMac = (text: string) => macPart(text)?.length === 17;
	if (place === 0 && width >= 6 && (columns[5] ?? []).some(isMac)) {
		const headers = columns.map((_, i) => POSITIONS[i] ?? `Column ${i + 1}`);
		return { origin: "phpipam", headers, rows };
	}
	let named = false;
	const mapping = columns.map((cells, i): Target => {
		if (i === place) return "address";
		const full = cells.filter((cell) => cell.trim() !== "");
		if (full.length > 0 && full.every(isMac)) return "mac";
		if (named) return i === place + 2 || i === place - 2 ? "description" : "line";
		named = true;
		return "name";
	});
	return { origin: fallback, headers: columns.map((_, i) => `Column ${i + 1}`), rows, mapping };
}

function isAddress(text: string): boolean {
	return parseAddress(text.trim()).value !== undefined;
}

/** phpIPAM, one subnet: its description, its block, perhaps its VLAN, then titles and rows. */
function subnetSheet(sheet: Sheet): Part | undefined {
	const [first, second] = sheet.rows;
	const single = (row: TableRow | undefined) => (row?.cells.length === 1 ? row.cells[0]?.trim() : undefined);
	const description = single(first);
	const block = single(second);
	if (first === undefined || description === undefined || block === undefined) return undefined;
	if (parseCidr(block).value === undefined) return undefined;
	const vlan = single(sheet.rows[2])?.replace(/^vlan: /i, "");
	const at = sheet.rows.slice(0, PEEK).findIndex((row) => isHeader(row.cells));
	// Titles above the block are those of a plain list of blocks.
	if (at < 2) return undefined;
	const titles = sheet.rows[at]?.cells ?? [];
	const collect = new Collector();
	collect.subnet(second?.line ?? 2, block, description, at > 2 && vlan !== undefined ? vlan : "");
	for (const row of sheet.rows.slice(at + 1)) collect.host(row, titles, block);
	return collect.part();
}

/** "10.0.0.0/24 - Office (vlan: 10 - clients)": its parts; undefined for any other line. */
function titleOf(text: string): { block: string; description: string; vlan: string } | undefined {
	const block = /^(\S{3,49}) - /.exec(text)?.[1];
	if (block === undefined || parseCidr(block).value === undefined) return undefined;
	const rest = text.slice(block.length + 3);
	const vlan = rest.endsWith(")") ? rest.lastIndexOf(VLAN) : -1;
	return vlan < 0
		? { block, description: rest, vlan: "" }
		: { block, description: rest.slice(0, vlan), vlan: rest.slice(vlan + VLAN.length, -1) };
}

const VLAN = " (vlan: ";

/** phpIPAM, everything: for each subnet a line with its block and description, titles, its addresses or "No hosts". */
function wholeSheet(sheet: Sheet): Part | undefined {
	const opening = (row: TableRow) => (row.cells.length === 1 ? titleOf(row.cells[0] ?? "") : undefined);
	if (sheet.rows[0] === undefined || opening(sheet.rows[0]) === undefined) return undefined;
	// The name of a sheet is cut after thirty letters, perhaps within the name of one.
	const collect = new Collector(sheet.name.replace(/&[#\w]*\.\.\.$/, "..."));
	let block = "";
	let titles: readonly string[] = [];
	for (const row of sheet.rows) {
		const title = opening(row);
		if (title !== undefined) {
			block = title.block;
			collect.subnet(row.line, block, title.description, title.vlan);
		} else if (isHeader(row.cells)) titles = row.cells;
		else if (isAddress(row.cells[0] ?? "")) collect.host(row, titles, block);
	}
	return collect.part();
}

/** Gathers rows under titles that come piece by piece. */
class Collector {
	readonly #headers = ["Section", "Subnet", "VLAN", "IP address", "Description"];
	readonly #rows: TableRow[] = [];
	readonly #section: string;

	constructor(section = "") {
		this.#section = section;
	}

	subnet(line: number, block: string, description: string, vlan: string): void {
		this.#rows.push({ line, cells: [this.#section, block, vlan, "", description] });
	}

	host(row: TableRow, titles: readonly string[], block: string): void {
		const cells = [this.#section, block, "", row.cells[0] ?? ""];
		for (const [i, title] of titles.entries()) {
			if (i === 0) continue;
			const named =
				plain(title) === "description" ? "Description" : plain(title) === "tag" ? "IP state" : title;
			let place = this.#headers.findIndex((known) => plain(known) === plain(named));
			if (place < 0) place = this.#headers.push(named) - 1;
			cells[place] = row.cells[i] ?? "";
		}
		this.#rows.push({ line: row.line, cells: Array.from(cells, (cell) => cell ?? "") });
	}

	part(): Part {
		return { origin: "phpipam", headers: this.#headers, rows: this.#rows };
	}
}
