/** A MySQL dump to rows of named tables: only those asked for are read, values of others are stepped over unseen. */

import type { Read } from "../model/import.ts";
import { placed } from "./csv.ts";

/** A row by column name; NULL is undefined. */
export type SqlRow = Readonly<Record<string, string | undefined>>;

/**
 * Reads what `mysqldump --opt` writes: extended INSERTs without column lists take their order from the CREATE TABLE in
 * the same file. `tables` names the tables and columns that are wanted ("*": all); nothing else is kept.
 */
export function readDump(
	text: string,
	tables: ReadonlyMap<string, ReadonlySet<string> | "*">,
): Read<Map<string, SqlRow[]>> {
	const found = new Map<string, SqlRow[]>();
	const columns = new Map<string, string[]>();
	const statement =
		/^(?:CREATE TABLE `([^`]+)` \(|INSERT (?:IGNORE )?INTO `([^`]+)`(?: \(([^)]*)\))? VALUES)/gm;
	for (let match = statement.exec(text); match !== null; match = statement.exec(text)) {
		const [, made, filled = "", listed] = match;
		if (made !== undefined) {
			columns.set(made, columnsOf(text, statement.lastIndex));
			continue;
		}
		const at = statement.lastIndex;
		const wanted = tables.get(filled);
		if (wanted === undefined) continue;
		const names =
			listed === undefined
				? columns.get(filled)
				: listed.split(",").map((name) => name.replace(/[\s`]/g, ""));
		if (names === undefined) {
			return fail(
				text,
				match.index,
				`Rows of ${filled} come before the definition of their table: their columns are not known.`,
			);
		}
		const rows = found.get(filled) ?? [];
		found.set(filled, rows);
		const reader = new TupleReader(text, at);
		for (let values = reader.next(); values !== undefined; values = reader.next()) {
			if (typeof values === "string") return fail(text, reader.at, values);
			if (values.length !== names.length) {
				return fail(
					text,
					reader.at,
					`A row of ${filled} has ${values.length} values for ${names.length} columns.`,
				);
			}
			rows.push(pick(names, values, wanted));
		}
		statement.lastIndex = reader.at;
	}
	return { value: found, problems: [] };
}

function pick(
	names: readonly string[],
	values: readonly (string | undefined)[],
	wanted: ReadonlySet<string> | "*",
): SqlRow {
	const row: Record<string, string | undefined> = Object.create(null);
	for (const [i, name] of names.entries()) if (wanted === "*" || wanted.has(name)) row[name] = values[i];
	return row;
}

/** Names of the columns of a CREATE TABLE, from behind its opening bracket. */
function columnsOf(text: string, from: number): string[] {
	const end = text.indexOf("\n)", from);
	const body = text.slice(from, end < 0 ? from : end);
	return [...body.matchAll(/^\s*`([^`]+)`\s/gm)].map(([, name = ""]) => name);
}

function fail(text: string, at: number, message: string): Read<never> {
	return { value: undefined, problems: [placed(text, at, message)] };
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", "0": "", b: "\b", Z: "\x1a" };

/** Reads "(…),(…);" value by value. */
class TupleReader {
	at: number;
	readonly #text: string;

	constructor(text: string, at: number) {
		this.#text = text;
		this.at = at;
	}

	/** The next tuple; undefined at the end of the statement; a sentence when it is damaged. */
	next(): (string | undefined)[] | string | undefined {
		this.#skip(/[\s,]*/y);
		if (this.#text[this.at] !== "(")
			return this.#text[this.at] === ";" ? undefined : "The rows break off here.";
		this.at += 1;
		const values: (string | undefined)[] = [];
		for (;;) {
			const value = this.#value();
			if (value === null) return "A value breaks off here.";
			values.push(value);
			this.#skip(/\s*/y);
			const mark = this.#text[this.at];
			this.at += 1;
			if (mark === ")") return values;
			if (mark !== ",") return "A comma or a bracket is missing here.";
		}
	}

	#skip(pattern: RegExp): string {
		pattern.lastIndex = this.at;
		const found = pattern.exec(this.#text)?.[0] ?? "";
		this.at += found.length;
		return found;
	}

	#value(): string | undefined | null {
		this.#skip(/\s*(?:_binary\s+)?/y);
		if (this.#text[this.at] === "'") return this.#quoted();
		const bare = this.#skip(/[^,)\s]+/y);
		if (bare === "") return null;
		if (bare.toUpperCase() === "NULL") return undefined;
		if (!/^0x([0-9a-f]{2})+$/i.test(bare)) return bare;
		return new TextDecoder().decode(Uint8Array.fromHex(bare.slice(2)));
	}

	#quoted(): string | null {
		let value = "";
		this.at += 1;
		for (;;) {
			value += this.#skip(/[^'\\]*/y);
			const mark = this.#text[this.at];
			const next = this.#text[this.at + 1];
			if (mark === undefined || (mark === "\\" && next === undefined)) return null;
			if (mark === "'" && next !== "'") {
				this.at += 1;
				return value;
			}
			value += mark === "'" ? "'" : (ESCAPES[next ?? ""] ?? next);
			this.at += 2;
		}
	}
}
