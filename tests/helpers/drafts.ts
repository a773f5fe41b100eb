/** What the reader makes of a file: its drafts, or its first problem. Keeps no file, judges no draft. */

import { eachDraft } from "../../src/formats/drafts.ts";
import { type Format, readTable } from "../../src/formats/read.ts";
import type { Draft, Encoding, Target } from "../../src/model/import.ts";

export const bytes = (text: string) => new TextEncoder().encode(text);
export const utf16 = (text: string, little: boolean, mark: boolean) => {
	const codes = [...(mark ? "\ufeff" : ""), ...text].flatMap((one) => {
		const code = one.charCodeAt(0);
		return little ? [code & 255, code >> 8] : [code >> 8, code & 255];
	});
	return Uint8Array.from(codes);
};
/** All drafts of a table at once. */
export const draftsOf = (table: Parameters<typeof eachDraft>[0], mapping: readonly Target[]): Draft[] => [
	...eachDraft(table, mapping),
];
export const rowsOf = (file: Uint8Array | string, options: { format?: Format; encoding?: Encoding } = {}) => {
	const read = readTable(typeof file === "string" ? bytes(file) : file, options);
	if (read.value === undefined) return read.problems[0];
	return draftsOf(read.value, read.value.mapping);
};

/** The host that most of these files hold. */
export const ONE = { kind: "host", ip: "10.0.0.14", values: { hostname: "nas" } };
