/** A JSON body, read strictly: one meaning for every reader, the fields of the schema and no other. Knows no noun. */

import type { TSchema } from "@sinclair/typebox";
import { Value, type ValueError } from "@sinclair/typebox/value";
import { AppError } from "../../errors.ts";

/** An error with a status of its own. */
export class BodyError extends AppError {
	readonly status: 400 | 413 | 415;
	constructor(status: 400 | 413 | 415, message: string, field?: string) {
		super("invalid", message, field === undefined ? {} : { field });
		this.status = status;
	}
}

/** Arrays and objects within each other. */
const DEPTH_MAX = 16;
/** What may stand between two parts of JSON (RFC 8259 2). */
const BLANKS = " \t\n\r";
/** Longest name of a field that is said back, in characters. */
const NAME_MAX = 64;

const WRONG_CONTENT = "Send JSON in UTF-8, with content-type: application/json.";

/**
 * The bytes of a body as JSON. BodyError 415 for another content type or coding, 413 above `maxBytes`, 400 for what
 * is no JSON, is no UTF-8, says a field twice (readers differ in which they take) or is nested too deeply.
 * undefined: there is no body.
 */
export async function readJson(request: Request, maxBytes: number): Promise<unknown> {
	demandType(request);
	if (Number(request.headers.get("content-length") ?? 0) > maxBytes) throw tooLarge(maxBytes);
	const bytes = new Uint8Array(await request.arrayBuffer());
	if (bytes.length > maxBytes) throw tooLarge(maxBytes);
	if (bytes.length === 0) return undefined;
	const text = decode(bytes);
	scan(text);
	try {
		return JSON.parse(text);
	} catch {
		throw new BodyError(400, "The body is not valid JSON.");
	}
}

/** A form of another site could send every other kind. */
function demandType(request: Request): void {
	const coding = request.headers.get("content-encoding");
	if (coding !== null && coding.toLowerCase() !== "identity") {
		throw new BodyError(415, "The body is packed: send it as it is.");
	}
	// Some clients name a type where there is nothing: curl -d ''.
	if (request.body === null || request.headers.get("content-length") === "0") return;
	const type = request.headers.get("content-type");
	if (type === null || !/^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?;?\s*$/i.test(type)) {
		throw new BodyError(415, WRONG_CONTENT);
	}
}

function tooLarge(maxBytes: number): BodyError {
	return new BodyError(413, `The body is larger than ${maxBytes} bytes.`);
}

function decode(bytes: Uint8Array): string {
	try {
		return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
	} catch {
		throw new BodyError(400, "The body is not UTF-8.");
	}
}

/** Looks for what JSON.parse would let pass: names said twice, and depth. What is no JSON is left to it. */
function scan(text: string): void {
	const open: (Set<string> | undefined)[] = [];
	for (let at = 0; at < text.length; at++) {
		const char = text[at];
		if (char === "{" || char === "[") {
			open.push(char === "{" ? new Set() : undefined);
			if (open.length > DEPTH_MAX)
				throw new BodyError(400, `The body is nested more than ${DEPTH_MAX} levels deep.`);
		} else if (char === "}" || char === "]") open.pop();
		else if (char === '"') {
			const end = endOfString(text, at);
			if (isName(text, end + 1)) noteName(open.at(-1), text.slice(at, end + 1));
			at = end;
		}
	}
}

/** Does a colon follow, behind however many blanks? */
function isName(text: string, from: number): boolean {
	let at = from;
	while (BLANKS.includes(text[at] ?? "-")) at += 1;
	return text[at] === ":";
}

function endOfString(text: string, start: number): number {
	let at = start + 1;
	while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
	return at;
}

function noteName(names: Set<string> | undefined, quoted: string): void {
	let name: string;
	try {
		name = JSON.parse(quoted);
	} catch {
		return;
	}
	if (names?.has(name)) throw new BodyError(400, "A field comes twice: say it once.", sayable(name));
	names?.add(name);
}

function sayable(name: string): string {
	return name.slice(0, NAME_MAX).toWellFormed();
}

/** The value if it is what the schema says, else AppError("invalid") naming the field; never says the value. */
export function checkShape(schema: TSchema, value: unknown): unknown {
	if (Value.Check(schema, value)) return value;
	const errors = [...Value.Errors(schema, value)];
	const worst = errors.find((error) => /additional/i.test(error.message)) ?? errors[0];
	const field = fieldOf(worst);
	const says = worst === undefined ? "The body does not have the expected form." : wordsOf(worst);
	throw new AppError("invalid", says, field === "" ? {} : { field });
}

function fieldOf(error: ValueError | undefined): string {
	const parts = (error?.path ?? "").split("/").slice(1);
	return sayable(parts.map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~")).join("."));
}

const KINDS: Readonly<Record<string, string>> = {
	string: "a text",
	integer: "a whole number",
	number: "a number",
	boolean: "true or false",
	array: "a list",
	object: "an object",
	null: "null",
};

/** What would be right, from the schema of the field. */
function wordsOf({ schema, message, value }: ValueError): string {
	if (/additional|unexpected property/i.test(message)) return "There is no such field.";
	const wanted = kindsOf(schema);
	if (value === undefined && /required/i.test(message)) return `This field is needed: ${wanted}.`;
	const bounds = boundsOf(schema);
	return `This is ${wanted}${bounds === "" ? "" : `, ${bounds}`}.`;
}

function kindsOf(schema: TSchema): string {
	const kinds: TSchema[] = schema.anyOf ?? [schema];
	const names = kinds.map((kind) =>
		kind.const === undefined ? (KINDS[String(kind.type)] ?? "another value") : JSON.stringify(kind.const),
	);
	return [...new Set(names)].join(" or ");
}

function boundsOf(schema: TSchema): string {
	const { minimum, maximum, minLength, maxLength, minItems, maxItems } = schema;
	const between = (min: unknown, max: unknown, unit: string) =>
		min === undefined && max === undefined
			? ""
			: max === undefined
				? `at least ${min}${unit}`
				: min === undefined
					? `at most ${max}${unit}`
					: `from ${min} to ${max}${unit}`;
	return (
		between(minimum, maximum, "") ||
		between(minLength, maxLength, " characters") ||
		between(minItems, maxItems, " items")
	);
}
