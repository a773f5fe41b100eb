/** The table of contents of a ZIP file (PKWARE APPNOTE 4.3), judged before anything is unpacked. Unpacks to count only. */

import { inflateRawSync } from "node:zlib";
import { FILE_LIMITS, type FileProblem } from "../model/import.ts";

/** A part: where it lies, how it is packed. */
type Part = {
	readonly name: string;
	readonly method: number;
	readonly packed: number;
	readonly size: number;
	readonly at: number;
};

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;

/** Why an XLSX file is not opened: damaged, encrypted, too many parts, too large once unpacked, a document type. */
export function zipProblem(bytes: Uint8Array): FileProblem | undefined {
	const parts = contentsOf(bytes);
	if (typeof parts === "string") return { message: parts };
	const said = parts.reduce((sum, part) => sum + part.size, 0);
	const bomb = tooLarge(said, bytes.length);
	if (bomb !== undefined) return bomb;
	if (!parts.some((part) => part.name === "xl/workbook.xml" || part.name === "xl/workbook.bin")) {
		const isCalc = parts.some(({ name }) => name === "content.xml");
		const says = isCalc
			? "This is an OpenDocument file (ODS): save it as XLSX or CSV."
			: "This is a ZIP archive, but no Excel workbook (XLSX).";
		return { message: says };
	}
	let unpacked = 0;
	for (const part of parts) {
		const data = unpack(bytes, part, FILE_LIMITS.unpackedBytes - unpacked);
		if (data === undefined)
			return { message: `The part ${part.name.slice(0, 80)} is damaged or larger than it says.` };
		unpacked += data.length;
		const over = tooLarge(unpacked, bytes.length);
		if (over !== undefined) return over;
		if (/\.(xml|rels)$/i.test(part.name) && /<!(DOCTYPE|ENTITY)/i.test(headOf(data))) {
			return {
				message: `The part ${part.name.slice(0, 80)} declares a document type: such files are not read.`,
			};
		}
	}
	return undefined;
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
		const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
		const packed = view.getUint32(at + 20, true);
		parts.push({
			name,
			method: view.getUint16(at + 10, true),
			packed,
			size: view.getUint32(at + 24, true),
			at: view.getUint32(at + 42, true),
		});
		at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
	}
	return parts;
}

/** The bytes of a part; undefined when it is damaged, or larger than `most` or than it claims. */
function unpack(bytes: Uint8Array, part: Part, most: number): Uint8Array | undefined {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	if (part.at + 30 > bytes.length || view.getUint32(part.at, true) !== LOCAL) return undefined;
	const start = part.at + 30 + view.getUint16(part.at + 26, true) + view.getUint16(part.at + 28, true);
	const packed = bytes.subarray(start, start + part.packed);
	if (packed.length !== part.packed) return undefined;
	if (part.method === 0) return packed.length === part.size ? packed : undefined;
	if (part.method !== 8) return undefined;
	try {
		return inflateRawSync(packed, { maxOutputLength: Math.max(1, Math.min(most, part.size)) });
	} catch {
		return undefined;
	}
}
