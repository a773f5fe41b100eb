/** Bytes to text: UTF-8, UTF-16 with a mark, or what a person chose. Guesses nothing; names line and byte. */

import type { Encoding, Read } from "../model/import.ts";

/** Bytes looked at to tell text from anything else. */
const PEEK = 4_096;

/** The text of a file without its byte order mark, its line ends as "\n". */
export function decodeText(bytes: Uint8Array, chosen?: Encoding): Read<string> {
	const marked = markOf(bytes);
	const encoding = marked ?? chosen ?? "utf-8";
	if (encoding === "utf-8" && chosen === undefined && looksWide(bytes)) {
		return fail("This looks like UTF-16 without a byte order mark: choose its encoding.", { encoding: true });
	}
	let text: string;
	try {
		text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
	} catch {
		return encoding === "utf-8" ? badUtf8(bytes) : fail(`The file is not ${encoding} throughout.`);
	}
	const nul = text.indexOf("\0");
	if (nul >= 0) {
		const { line, column } = placeOf(text, nul);
		return fail("There is a NUL character: this is no text file.", { line, column });
	}
	return { value: text.replace(/\r\n?/g, "\n"), problems: [] };
}

/** The encoding that a byte order mark names (Unicode 23.8). */
function markOf(bytes: Uint8Array): "utf-8" | "utf-16le" | "utf-16be" | undefined {
	const [a, b, c] = bytes;
	if (a === 0xef && b === 0xbb && c === 0xbf) return "utf-8";
	if (a === 0xff && b === 0xfe) return "utf-16le";
	return a === 0xfe && b === 0xff ? "utf-16be" : undefined;
}

/** Every second byte is zero, nearly always on the same side. */
function looksWide(bytes: Uint8Array): boolean {
	const peek = Math.min(bytes.length, PEEK) & ~1;
	if (peek < 4) return false;
	const zeros = [0, 0];
	for (let i = 0; i < peek; i++) if (bytes[i] === 0) zeros[i & 1] = (zeros[i & 1] ?? 0) + 1;
	const [even = 0, odd = 0] = zeros;
	return Math.max(even, odd) > peek * 0.3 && Math.min(even, odd) < peek * 0.05;
}

/**
 * Of a file that is read in another encoding: how many lines with letters beyond ASCII are sound UTF-8, and the first of them. What
 * was put together of several files may hold both.
 */
export function utf8Lines(bytes: Uint8Array): { count: number; first: number } {
	const decoder = new TextDecoder("utf-8", { fatal: true });
	const found = { count: 0, first: 0 };
	let line = 1;
	for (let start = 0; start < bytes.length; line++) {
		const next = bytes.indexOf(10, start);
		const end = next < 0 ? bytes.length : next;
		const part = bytes.subarray(start, end);
		start = end + 1;
		if (!part.some((byte) => byte > 127)) continue;
		try {
			decoder.decode(part);
		} catch {
			continue;
		}
		found.count += 1;
		found.first ||= line;
	}
	return found;
}

/** Names the first byte that is no UTF-8, by line and by its number in that line. */
function badUtf8(bytes: Uint8Array): Read<string> {
	const decoder = new TextDecoder("utf-8", { fatal: true });
	let line = 1;
	for (let start = 0; start <= bytes.length; line++) {
		const found = bytes.indexOf(10, start);
		const end = found < 0 ? bytes.length : found;
		try {
			decoder.decode(bytes.subarray(start, end));
		} catch {
			const column = badByte(bytes.subarray(start, end));
			const byte = (bytes[start + column - 1] ?? 0).toString(16).padStart(2, "0");
			const says = `The file is not UTF-8: there is the byte 0x${byte}. Choose its encoding.`;
			return fail(says, { line, column, encoding: true });
		}
		start = end + 1;
	}
	return fail("The file is not UTF-8. Choose its encoding.", { encoding: true });
}

/** Number of the first byte, from 1, that is no UTF-8 any more. */
function badByte(line: Uint8Array): number {
	let low = 0;
	let high = line.length;
	// The longest beginning that could go on: "stream" bears a character that is cut.
	while (low < high) {
		const middle = (low + high + 1) >> 1;
		if (decodable(line.subarray(0, middle)) === undefined) high = middle - 1;
		else low = middle;
	}
	return new TextEncoder().encode(decodable(line.subarray(0, low))).length + 1;
}

function decodable(bytes: Uint8Array): string | undefined {
	try {
		return new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
	} catch {
		return undefined;
	}
}

/** Line and column, from 1, of a position in a text. */
export function placeOf(text: string, at: number): { line: number; column: number } {
	let line = 1;
	let start = 0;
	for (let end = text.indexOf("\n"); end >= 0 && end < at; end = text.indexOf("\n", start)) {
		line += 1;
		start = end + 1;
	}
	return { line, column: at - start + 1 };
}

function fail(message: string, more: { line?: number; column?: number; encoding?: true } = {}): Read<never> {
	return { value: undefined, problems: [{ message, ...more }] };
}
