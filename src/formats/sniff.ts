/** What a file is, by its first bytes: never by its name. */

import { isPhpipamHosts } from "./lists.ts";

export type Kind = "zip" | "ole" | "text" | { readonly refused: string };

const REFUSED: readonly { readonly magic: readonly number[]; readonly says: string }[] = [
	{ magic: [0x89, 0x50, 0x4e, 0x47], says: "This is a picture (PNG)." },
	{ magic: [0xff, 0xd8, 0xff], says: "This is a picture (JPEG)." },
	{ magic: [0x47, 0x49, 0x46, 0x38], says: "This is a picture (GIF)." },
	{ magic: [0x25, 0x50, 0x44, 0x46], says: "This is a PDF document." },
	{ magic: [0x53, 0x51, 0x4c, 0x69, 0x74, 0x65, 0x20, 0x66], says: "This is a SQLite database." },
	{ magic: [0x1f, 0x8b], says: "This is packed with gzip: unpack it first." },
	{ magic: [0x42, 0x5a, 0x68], says: "This is packed with bzip2: unpack it first." },
	{ magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a], says: "This is packed with xz: unpack it first." },
	{ magic: [0x28, 0xb5, 0x2f, 0xfd], says: "This is packed with zstd: unpack it first." },
	{ magic: [0x7f, 0x45, 0x4c, 0x46], says: "This is a program." },
	{ magic: [0x4d, 0x5a], says: "This is a program." },
];

/** Bytes in which a text shows itself. */
const PEEK = 4_096;

/** Tells container formats from text; text is looked at more closely when it is decoded. */
export function sniff(bytes: Uint8Array): Kind {
	const begins = (magic: readonly number[]) => magic.every((byte, i) => bytes[i] === byte);
	if (bytes.length === 0) return { refused: "The file is empty." };
	if (begins([0x50, 0x4b, 0x03, 0x04]) || begins([0x50, 0x4b, 0x05, 0x06])) return "zip";
	if (begins([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1])) return "ole";
	const known = REFUSED.find(({ magic }) => begins(magic));
	if (known !== undefined) return { refused: `${known.says} Bring a table: CSV, XLSX, XLS or JSON.` };
	const head = new TextDecoder("latin1").decode(bytes.subarray(0, 256));
	if (/^(ï»¿)?\s*<(\?xml|!doctype|html|table)/i.test(head))
		return { refused: "This is a page or an XML document: save the table in it as XLSX or CSV." };
	return looksBinary(bytes) ? { refused: "This is no text and no workbook." } : "text";
}

/** Control characters that no text holds; zeros may be halves of UTF-16. */
function looksBinary(bytes: Uint8Array): boolean {
	const peek = bytes.subarray(0, PEEK);
	let odd = 0;
	for (const byte of peek) if (byte > 0 && byte < 32 && (byte < 9 || byte > 13) && byte !== 27) odd += 1;
	return odd > peek.length * 0.02;
}

export type TextKind = "json" | "sql" | "leases" | "hosts" | "csv";

const LEASE = /^\d{1,10} \S+ [0-9a-fA-F.]*[.:][0-9a-fA-F:.]* \S+ \S+$/;
const HOST_LINE = /^\s*[0-9a-fA-F:.]*[:.][0-9a-fA-F:.]*\s+[^,;|"\s]+(?:[ \t][^,;|"]*)?$/;

/** What a text is, by its first lines. */
export function sniffText(text: string): TextKind {
	const head = text.slice(0, PEEK).trimStart();
	if (head.startsWith("{") || head.startsWith("[")) return "json";
	if (/^CREATE TABLE `/m.test(text.slice(0, 262_144)) || /^# phpipam Database dump/.test(head)) return "sql";
	const lines = head.split("\n").slice(0, 200);
	// The last line may have been cut.
	if (text.length > PEEK && lines.length > 1) lines.pop();
	const real = lines.map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"));
	if (real.length === 0) return head.startsWith("#") ? "hosts" : "csv";
	const isHost = (line: string) => HOST_LINE.test(line.replace(/#.*/, "").trimEnd());
	// A table may have such a comment above it.
	if (isPhpipamHosts(lines) && real.some(isHost)) return "hosts";
	const isLease = (line: string) => LEASE.test(line) || /^duid [0-9a-f:]+$/.test(line);
	if (real.every(isLease)) return "leases";
	return real.every(isHost) ? "hosts" : "csv";
}
