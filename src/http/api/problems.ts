/** What a problem may say: our words, the name of the field, never the value that was sent. */

import { AppError } from "../../errors.ts";

/** Shorter texts are parts of ordinary words. */
const VALUE_MIN = 2;

/**
 * The error with the value of its field taken out of its words: pages show people what they typed, an answer to a
 * script may end in a log, and a value may be a secret in the wrong field. Applies to errors about input only.
 */
export function withoutValues(error: AppError, body: unknown, search: string): AppError {
	if (error.code !== "invalid" || error.field === undefined) return error;
	const values = [...leaves(valueAt(body, error.field)), ...new URLSearchParams(search).getAll(error.field)];
	let says = error.message.replace(/“[^”]*”/gu, "This value");
	for (const value of values) if (value.length >= VALUE_MIN) says = says.replaceAll(value, "this value");
	if (says === error.message) return error;
	const begun = says.slice(0, 1).toUpperCase() + says.slice(1);
	const cleaned = new AppError("invalid", begun, {
		field: error.field,
		...(error.detail === undefined ? {} : { detail: error.detail }),
	});
	return Object.setPrototypeOf(
		Object.assign(cleaned, { ...error, message: begun }),
		Object.getPrototypeOf(error),
	);
}

function valueAt(body: unknown, field: string): unknown {
	const name = NAMES[field] ?? field;
	return name
		.split(".")
		.reduce<unknown>(
			(value, key) =>
				typeof value === "object" && value !== null && Object.hasOwn(value, key)
					? Reflect.get(value, key)
					: undefined,
			body,
		);
}

/** Fields that verbs call otherwise than the API does. */
const NAMES: Readonly<Record<string, string>> = { address: "ip" };

function leaves(value: unknown): string[] {
	if (typeof value === "string") return [value.trim(), value];
	return Array.isArray(value) ? value.flatMap(leaves) : [];
}
