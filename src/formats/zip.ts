/**
 * ZIP files (PKWARE APPNOTE 4.3): the table of contents is judged before anything is unpacked, and what was judged is
 * written down plainly, so that whoever reads on cannot understand the file otherwise. Knows no workbook but its name.
 */

import { inflateRawSync } from "node:zlib";
import { FILE_LIMITS, type FileProblem } from "../model/import.ts";

/** A part: where it lies, how it is packed. */
type Part = {
	readonly name: string;
	/** As the file has it. */
	readonly title: Uint8Array;
	readonly method: number;
	readonly packed: number;
	readonly size: number;
	readonly at: number;
};

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
/** Of each without names. */
const END_BYTES = 22;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;

/**
 * An XLSX file again with every part unpacked and every number true, or why it is not opened: damaged, encrypted, too
 * many parts, too large once unpacked, a document type. Readers believe what stands in front of a part, count otherwise
 * or look for the table elsewhere; a size of gigabytes there made one take them (CVE-2026-38359). Only the parts of a
 * workbook of text are left in it, without links: one over all cells kept the reader busy for hours.
 */
export function openZip(
	bytes: Uint8Array,
): { readonly plain: Uint8Array } | { readonly problem: FileProblem } {
	const all = contentsOf(bytes);
	if (typeof all === "string") return { problem: { message: all } };
	const said = all.reduce((sum, part) => sum + part.size, 0);
	const problem = tooLarge(said, bytes.length) ?? foreign(all);
	if (problem !== undefined) return { problem };
	const parts = all.filter(({ name }) => OF_WORKBOOK.test(name));
	const writer = plainZip(parts);
	for (const part of parts) {
		const data = unpack(bytes, part);
		if (data === undefined) {
			return {
				problem: { message: `The part ${part.name.slice(0, 80)} is damaged or larger than it says.` },
			};
		}
		const flaw = flawOf(data);
		if (flaw !== undefined) {
			const says = `The part ${part.name.slice(0, 80)} ${flaw}: such files are not read.`;
			return { problem: { message: says } };
		}
		dropLinks(writer.add(part, data));
	}
	return { plain: writer.end() };
}

/** The parts that cells come from (ECMA-376 part 1, 12): no pictures, macros or settings of printers. */
const OF_WORKBOOK = /^(?:\[Content_Types\]\.xml|(?:_rels|docProps|xl)\/.*\.(?:xml|rels))$/i;

/** Why it is none of Excel's, or not of its XML. */
function foreign(parts: readonly Part[]): FileProblem | undefined {
	const has = (one: string) => parts.some(({ name }) => name === one);
	if (has("xl/workbook.xml")) return undefined;
	if (has("content.xml")) return { message: "This is an OpenDocument file (ODS): save it as XLSX or CSV." };
	if (has("xl/workbook.bin")) return { message: "This is a binary workbook (XLSB): save it as XLSX or CSV." };
	return { message: "This is a ZIP archive, but no Excel workbook (XLSX)." };
}

/** What no workbook holds. */
function flawOf(data: Uint8Array): string | undefined {
	const [first, second] = data;
	if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return "is not in UTF-8";
	return /<!(DOCTYPE|ENTITY)/i.test(headOf(data)) ? "declares a document type" : undefined;
}

const LINK = "hyperlink ";
/** The prefix of a namespace is looked for so far back. */
const PREFIX_CHARS = 200;

/** Gives the elements of links another name, which nobody reads: their targets are no cells of a table. */
function dropLinks(data: Uint8Array): void {
	const text = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
	for (let at = text.indexOf(LINK); at >= 0; at = text.indexOf(LINK, at + 1)) {
		const before = text.toString("latin1", Math.max(0, at - PREFIX_CHARS), at);
		if (/(?:<|^)(?:\w+:)?$/.test(before)) text[at] = 0x78;
	}
}

/** Writes an archive of these parts, stored, into memory of the size it will have. Sums are left out: nobody looks. */
function plainZip(parts: readonly Part[]) {
	const sizeOf = ({ title, size }: Part) => LOCAL_BYTES + title.length + size + ENTRY_BYTES + title.length;
	const plain = new Uint8Array(parts.reduce((sum, part) => sum + sizeOf(part), END_BYTES));
	const view = new DataView(plain.buffer);
	const places: number[] = [];
	let at = 0;
	return {
		/** Answers where it lies now. */
		add({ title, size }: Part, data: Uint8Array): Uint8Array {
			places.push(at);
			view.setUint32(at, LOCAL, true);
			view.setUint32(at + 18, size, true);
			view.setUint32(at + 22, size, true);
			view.setUint16(at + 26, title.length, true);
			plain.set(title, at + LOCAL_BYTES);
			const start = at + LOCAL_BYTES + title.length;
			plain.set(data, start);
			at = start + size;
			return plain.subarray(start, at);
		},
		end(): Uint8Array {
			const start = at;
			for (const [i, { title, size }] of parts.entries()) {
				view.setUint32(at, ENTRY, true);
				view.setUint32(at + 20, size, true);
				view.setUint32(at + 24, size, true);
				view.setUint16(at + 28, title.length, true);
				view.setUint32(at + 42, places[i] ?? 0, true);
				plain.set(title, at + ENTRY_BYTES);
				at += ENTRY_BYTES + title.length;
			}
			view.setUint32(at, END, true);
			view.setUint16(at + 8, parts.length, true);
			view.setUint16(at + 10, parts.length, true);
			view.setUint32(at + 12, at - start, true);
			view.setUint32(at + 16, start, true);
			return plain;
		},
	};
}

function headOf(data: Uint8Array): string {
	return new TextDecoder("latin1").decode(data.subarray(0, 4_096)).replaceAll("\0", "");
}

function tooLarge(unpacked: number, packed: number): FileProblem | undefined {
	const { unpackedBytes, ratio } = FILE_LIMITS;
	if (unpacked <= unpackedBytes && unpacked <= Math.max(packed * ratio, 1_048_576)) return undefined;
	return {
		message: `Unpacked this workbook has ${Math.ceil(unpacked / 1_048_576)} MB out of ${Math.ceil(packed / 1_024)} kB: at most ${unpackedBytes / 1_048_576} MB, and ${ratio} times the file, are unpacked.`,
	};
}

/** The parts, or why there are none. */
function contentsOf(bytes: Uint8Array): Part[] | string {
	const damaged = "This workbook is damaged: its table of contents cannot be read.";
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	let end = bytes.length - 22;
	const lowest = Math.max(0, end - 65_535);
	while (end >= lowest && view.getUint32(end, true) !== END) end -= 1;
	if (end < lowest) return damaged;
	const count = view.getUint16(end + 10, true);
	if (count > FILE_LIMITS.parts)
		return `This workbook has ${count} parts; at most ${FILE_LIMITS.parts} are read.`;
	const parts: Part[] = [];
	let at = view.getUint32(end + 16, true);
	for (let i = 0; i < count; i++) {
		if (at + 46 > bytes.length || view.getUint32(at, true) !== ENTRY) return damaged;
		if ((view.getUint16(at + 8, true) & 1) === 1)
			return "This workbook is encrypted: save it without a password.";
		const nameLength = view.getUint16(at + 28, true);
		const title = bytes.subarray(at + ENTRY_BYTES, at + ENTRY_BYTES + nameLength);
		const packed = view.getUint32(at + 20, true);
		parts.push({
			name: new TextDecoder().decode(title),
			title,
			method: view.getUint16(at + 10, true),
			packed,
			size: view.getUint32(at + 24, true),
			at: view.getUint32(at + 42, true),
		});
		at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
	}
	return parts;
}

/** The bytes of a part; undefined when it is damaged, or of another size than the table of contents says. */
function unpack(bytes: Uint8Array, part: Part): Uint8Array | undefined {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	if (part.at + 30 > bytes.length || view.getUint32(part.at, true) !== LOCAL) return undefined;
	const start = part.at + 30 + view.getUint16(part.at + 26, true) + view.getUint16(part.at + 28, true);
	const packed = bytes.subarray(start, start + part.packed);
	if (packed.length !== part.packed) return undefined;
	if (part.method === 0) return packed.length === part.size ? packed : undefined;
	if (part.method !== 8) return undefined;
	try {
		const data = inflateRawSync(packed, { maxOutputLength: Math.max(1, part.size) });
		return data.length === part.size ? data : undefined;
	} catch {
		return undefined;
	}
}
