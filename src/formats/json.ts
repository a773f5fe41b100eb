/** JSON to a table: Rollcall's own export, NetBox's API answers, or any list of objects with an address in each. */

import { FILE_LIMITS, type Read, type Table, type TableRow } from "../model/import.ts";
import { placeOf } from "./encoding.ts";
import { guessMapping, isHeader } from "./headers.ts";
import { OWN_COLUMNS } from "./own.ts";

type Item = Readonly<Record<string, unknown>>;

/** Deepest nesting that is looked at. */
const DEPTH = 64;

export function readJson(text: string): Read<Table> {
	if (nesting(text) > DEPTH) return fail(`The JSON is nested more than ${DEPTH} deep.`);
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch (cause) {
		return { value: undefined, problems: [brokenJson(text, cause as Error)] };
	}
	if (isItem(value) && (isList(value.subnets) || isList(value.hosts))) return ownTable(value);
	const list = listIn(value);
	if (list === undefined) return fail("There is no list of objects in this JSON.");
	return listTable(list);
}

function nesting(text: string): number {
	let depth = 0;
	let most = 0;
	let quoted = false;
	for (let i = 0; i < text.length; i++) {
		const code = text.charCodeAt(i);
		if (quoted && code === 92) i += 1;
		else if (code === 34) quoted = !quoted;
		else if (!quoted && (code === 123 || code === 91)) {
			depth += 1;
			most = Math.max(most, depth);
		} else if (!quoted && (code === 125 || code === 93)) depth -= 1;
	}
	return most;
}

/** Where the JSON breaks: the longest beginning that could go on. */
function brokenJson(text: string, error: Error) {
	const at = /position (\d+)/.exec(error.message)?.[1];
	const place = at === undefined ? lastLine(text) : placeOf(text, Number(at));
	return { message: "This is no valid JSON.", ...place };
}

function lastLine(text: string) {
	return placeOf(text, text.trimEnd().length);
}

function isItem(value: unknown): value is Item {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isList(value: unknown): value is unknown[] {
	return Array.isArray(value);
}

/** The list itself, or the one under "results", "data", "items". */
function listIn(value: unknown): Item[] | undefined {
	const list = isList(value)
		? value
		: isItem(value)
			? [value.results, value.data, value.items].find(isList)
			: undefined;
	return list?.every(isItem) ? list : undefined;
}

function ownTable(value: Item): Read<Table> {
	const rows: TableRow[] = [];
	for (const [type, place, list] of [
		["subnet", "cidr", value.subnets],
		["host", "ip", value.hosts],
	] as const) {
		if (list === undefined) continue;
		if (!isList(list) || !list.every(isItem)) return fail(`“${type}s” is no list of objects.`);
		for (const item of list) {
			const named: Item = { ...item, type, address: item[place], name: item.name ?? item.hostname };
			rows.push({ line: rows.length + 1, cells: OWN_COLUMNS.map((key) => textOf(named[key])) });
		}
	}
	if (rows.length > FILE_LIMITS.rows)
		return fail(`There are more than ${FILE_LIMITS.rows} rows: split the file.`);
	const mapping = guessMapping(OWN_COLUMNS, "rollcall");
	return { value: { origin: "rollcall", notes: [], headers: OWN_COLUMNS, rows, mapping }, problems: [] };
}

function listTable(list: readonly Item[]): Read<Table> {
	if (list.length > FILE_LIMITS.rows)
		return fail(`There are more than ${FILE_LIMITS.rows} rows: split the file.`);
	const headers = new Set<string>();
	for (const item of list) for (const key of Object.keys(item)) headers.add(key);
	const titles = [...headers];
	if (titles.length > FILE_LIMITS.columns) return fail(`The objects have ${titles.length} keys.`);
	if (!isHeader(titles)) return fail("The objects have no key such as “ip”, “address” or “subnet”.");
	// A key of one object may be the name of something that every object has by birth.
	const cellOf = (item: Item, key: string) => (Object.hasOwn(item, key) ? textOf(item[key]) : "");
	const rows = list.map((item, i) => ({ line: i + 1, cells: titles.map((key) => cellOf(item, key)) }));
	const mapping = guessMapping(titles, "json");
	return { value: { origin: "json", notes: [], headers: titles, rows, mapping }, problems: [] };
}

/** Lists are taken apart by commas; of an object its name counts (NetBox nests labels so). */
function textOf(value: unknown): string {
	if (value === null || value === undefined) return "";
	if (isList(value)) return value.map(textOf).join(", ");
	if (!isItem(value)) return String(value);
	const { slug, name, value: inner, label, display } = value;
	return textOf([slug, name, inner, label, display].find((part) => typeof part === "string") ?? "");
}

function fail(message: string): Read<never> {
	return { value: undefined, problems: [{ message }] };
}
