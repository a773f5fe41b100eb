/** Parameters of a query: how each is read out of text, and how it is documented. Strict: nothing is guessed. */

import { AppError } from "../../errors.ts";

/** JSON Schema of a parameter as the document shows it. */
type ParameterSchema = Readonly<Record<string, unknown>>;

export type Parameter<T> = {
	readonly says: string;
	readonly schema: ParameterSchema;
	readonly example: string | number | boolean;
	/** The value; undefined when the text is none. */
	readonly read: (text: string) => T | undefined;
	/** What would be right, after the parameter's name. */
	readonly needs: string;
};

/** A whole number in decimal digits: no sign, blank, exponent or leading zero. */
export function wholeNumber(
	says: string,
	bounds: {
		readonly min: number;
		readonly max: number;
		readonly example: number;
		readonly fallback?: number;
	},
): Parameter<number> {
	const { min, max, example, fallback } = bounds;
	return {
		says,
		schema: {
			type: "integer",
			minimum: min,
			maximum: max,
			...(fallback === undefined ? {} : { default: fallback }),
		},
		example,
		read(text) {
			const value = /^(0|[1-9]\d{0,14})$/.test(text) ? Number(text) : Number.NaN;
			return value >= min && value <= max ? value : undefined;
		},
		needs: `is a whole number from ${min} to ${max}`,
	};
}

/** Longest text of one parameter, in characters. */
const TEXT_MAX = 256;

/** Text as it is typed, looked for literally. */
export function text(says: string, example: string): Parameter<string> {
	return {
		says,
		schema: { type: "string", minLength: 1, maxLength: TEXT_MAX },
		example,
		read: (value) =>
			value.trim() !== "" && value.length <= TEXT_MAX && value.isWellFormed() && !value.includes("\0")
				? value.trim()
				: undefined,
		needs: `is a text of 1 to ${TEXT_MAX} characters`,
	};
}

export function choice<const T extends string>(
	says: string,
	of: readonly T[],
	more: { readonly example: T; readonly fallback?: T },
): Parameter<T> {
	return {
		says,
		schema: {
			type: "string",
			enum: of,
			...(more.fallback === undefined ? {} : { default: more.fallback }),
		},
		example: more.example,
		read: (value) => of.find((one) => one === value),
		needs: `is ${of.slice(0, -1).join(", ")} or ${of.at(-1)}`,
	};
}

export const YES_OR_NO = (says: string, fallback: boolean): Parameter<boolean> => ({
	says,
	schema: { type: "boolean", default: fallback },
	example: !fallback,
	read: (value) => (value === "true" ? true : value === "false" ? false : undefined),
	needs: "is true or false",
});

/** ISO 8601 with a zone; milliseconds and seconds may be missing. */
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;

/** Epoch milliseconds of an ISO 8601 moment, or undefined. */
export function readMoment(value: string): number | undefined {
	const at = MOMENT.test(value) ? Date.parse(value) : Number.NaN;
	return Number.isNaN(at) || at < 0 ? undefined : at;
}

export function momentParameter(says: string): Parameter<number> {
	return {
		says,
		schema: { type: "string", format: "date-time" },
		example: "2026-11-23T14:00:00Z",
		read: readMoment,
		needs: "is a time such as 2026-11-23T14:00:00Z",
	};
}

/** Rows of one page, and at most. */
export const PAGE = { rows: 100, max: 500 } as const;

export const LIMIT = wholeNumber("How many items at most.", {
	min: 1,
	max: PAGE.max,
	example: 50,
	fallback: PAGE.rows,
});

/** Longest cursor, in characters. */
const CURSOR_MAX = 1_024;

export const CURSOR: Parameter<string> = {
	says: "Where the page begins: what `next_cursor` of the page before said. It names a place, not a number of rows.",
	schema: { type: "string", minLength: 1, maxLength: CURSOR_MAX },
	example: "WzEsIjEwLjAuMC45Il0",
	read: (value) => (/^[A-Za-z0-9_-]+$/.test(value) && value.length <= CURSOR_MAX ? value : undefined),
	needs: "is what next_cursor said",
};

/** The parts of a place in a list, as one opaque text. */
export function writeCursor(parts: readonly (string | number)[]): string {
	return Buffer.from(JSON.stringify(parts)).toString("base64url");
}

/** The parts again; AppError("invalid") when they are not of the expected kinds: the cursor is of another list. */
export function readCursor<const K extends readonly ("string" | "number")[]>(
	cursor: string,
	kinds: K,
): { [I in keyof K]: K[I] extends "string" ? string : number } {
	const parts = parse(Buffer.from(cursor, "base64url").toString());
	const fits =
		Array.isArray(parts) &&
		parts.length === kinds.length &&
		parts.every(
			(part, i) => typeof part === kinds[i] && (typeof part === "string" || Number.isSafeInteger(part)),
		);
	if (!fits) throw badCursor();
	return parts as never;
}

export function badCursor(): AppError {
	return new AppError("invalid", `cursor ${CURSOR.needs} of the same list with the same sorting.`, {
		field: "cursor",
	});
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/**
 * Reads a query against its parameters. AppError("invalid") naming the parameter: one that is not known, that comes
 * twice, or whose text is none of what it needs. Never says the text.
 */
export function readQuery(
	params: URLSearchParams,
	known: Readonly<Record<string, Parameter<unknown>>>,
): Record<string, unknown> {
	const values: Record<string, unknown> = {};
	for (const [name, text] of params) {
		const parameter = Object.hasOwn(known, name) ? known[name] : undefined;
		const field = name.slice(0, 64).toWellFormed();
		if (parameter === undefined) {
			const names = Object.keys(known);
			const says = names.length === 0 ? "there are none here." : `there are ${names.join(", ")}.`;
			throw new AppError("invalid", `There is no such parameter: ${says}`, { field });
		}
		if (Object.hasOwn(values, name))
			throw new AppError("invalid", `${name} comes twice: say it once.`, { field });
		const value = parameter.read(text);
		if (value === undefined) throw new AppError("invalid", `${name} ${parameter.needs}.`, { field });
		values[name] = value;
	}
	return values;
}
