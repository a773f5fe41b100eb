/** What people may type into a field: length, characters, lists of tags. Pure; knows no field by name. */

import type { Parsed } from "../net/address.ts";

/** Control characters (but tab and line ends in long texts), and marks that make text read otherwise than stored. */
const CONTROL = /[^\P{Cc}\t\n\r]/u;
const LINE_END = /[\t\n\r\u2028\u2029]/;
/** What Unicode keeps for a program's own use and no two programs may exchange (23.7): XML cannot hold some of them. */
const NONCHARACTER = /\p{Noncharacter_Code_Point}/u;
const DECEPTIVE = /[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/;

/** One line: trimmed, at most `max` characters, nothing invisible. */
export function readLine(text: string, max: number): Parsed<string> {
	const value = text.trim();
	if (LINE_END.test(value)) return { problem: "Use a single line." };
	return readText(value, max);
}

/** Several lines: line ends become \n; otherwise as one line. */
export function readText(text: string, max: number): Parsed<string> {
	if (text.length > max * 2 + 64) return { problem: `Use at most ${max} characters.` };
	const value = text.replace(/\r\n?/g, "\n").trim();
	if ([...value].length > max)
		return { problem: `Use at most ${max} characters; this is ${[...value].length}.` };
	if (!value.isWellFormed())
		return { problem: "This text holds half a character (a lone surrogate): type it again." };
	if (CONTROL.test(value)) return { problem: "This text holds a control character: remove it." };
	const [never] = NONCHARACTER.exec(value) ?? [];
	if (never !== undefined) {
		const code = never.codePointAt(0)?.toString(16).toUpperCase();
		return { problem: `This text holds U+${code}, which is no character: remove it.` };
	}
	if (DECEPTIVE.test(value)) return { problem: "This text holds an invisible character: type it again." };
	return { value };
}

/** Tags between commas (or already apart): trimmed, without empty ones and repeats (whatever their case). */
export function readTags(
	input: string | readonly string[],
	limits: { tags: number; tagChars: number },
): Parsed<string[]> {
	const parts = typeof input === "string" ? input.split(",") : input;
	if (parts.length > limits.tags * 4) return { problem: `Use at most ${limits.tags} tags.` };
	const tags = new Map<string, string>();
	for (const part of parts) {
		const tag = readLine(part, limits.tagChars);
		if (tag.problem !== undefined) return { problem: `Tag “${part.trim().slice(0, 40)}”: ${tag.problem}` };
		if (tag.value.includes(",")) return { problem: "A tag cannot hold a comma." };
		if (tag.value !== "" && !tags.has(tag.value.toLowerCase())) tags.set(tag.value.toLowerCase(), tag.value);
	}
	if (tags.size > limits.tags) return { problem: `Use at most ${limits.tags} tags; these are ${tags.size}.` };
	return { value: [...tags.values()] };
}

/** The name of the `n`th of several: every "#" becomes the number. Left as it is when that would be too long to be one. */
export function countedName(pattern: string, n: number, max: number): string {
	return pattern.length > max ? pattern : pattern.replaceAll("#", String(n));
}
