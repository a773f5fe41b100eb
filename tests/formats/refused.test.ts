/** Files that are refused, with the reason and at once: no table, damaged, too large, lying (faults 4.9). */

import { describe, expect, test } from "bun:test";
import { deflateRawSync } from "node:zlib";
import { zipStream } from "../../src/formats/zip-out.ts";
import { FILE_LIMITS } from "../../src/model/import.ts";
import { bytes, ONE, rowsOf } from "../helpers/drafts.ts";
import { quickly } from "../helpers/quick.ts";

/** A workbook of one sheet with this XML. */
async function workbook(sheet: string, more: { name: string; text: string }[] = []): Promise<Uint8Array> {
	async function* once(text: string) {
		yield text;
	}
	const parts = [
		{ name: "xl/workbook.xml", text: "<workbook/>" },
		{ name: "xl/worksheets/sheet1.xml", text: sheet },
		...more,
	];
	const pieces = zipStream(
		parts.map(({ name, text }) => ({ name, pieces: once(text) })),
		0,
	);
	const chunks: Uint8Array[] = [];
	for await (const chunk of pieces) chunks.push(chunk);
	return Buffer.concat(chunks);
}

describe("files that are refused, with the reason", () => {
	test.each<[string, Uint8Array | string, string]>([
		["nothing", "", "empty"],
		["PNG", Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]), "picture"],
		["PDF", "%PDF-1.7\n", "PDF"],
		["SQLite", "SQLite format 3\0", "SQLite"],
		["gzip", Uint8Array.from([0x1f, 0x8b, 8, 0]), "gzip"],
		["binary", Uint8Array.from({ length: 200 }, (_, i) => (i * 7) % 32), "no text"],
		["a NUL in a text", "ip,hostname\n10.0.0.14,a\0b\n", "NUL"],
		["no column of use", "name,colour\na,red\n", "No column"],
		["only empty lines", "\n\n\n", "no row"],
		["a ZIP that is no workbook", Uint8Array.from([0x50, 0x4b, 3, 4, 0, 0]), "damaged"],
		[
			"an OLE file that is none",
			Uint8Array.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, 0, 0]),
			"cannot be read",
		],
		["JSON that breaks", '[{"ip":"10.0.0.1"},\n{"ip":', "no valid JSON"],
		["JSON without a list", '{"a":1}', "no list"],
		["JSON, nested", "[".repeat(100_000), "nested"],
		[
			"a dump of something else",
			"CREATE TABLE `users` (\n  `id` int\n);\nINSERT INTO `users` VALUES (1);\n",
			"no tables of phpIPAM",
		],
		[
			"a dump cut off",
			"CREATE TABLE `subnets` (\n  `id` int,\n  `subnet` text\n);\nINSERT INTO `subnets` VALUES (1,'abc",
			"breaks off",
		],
		[
			"a dump without definitions",
			"# phpipam Database dump\nINSERT INTO `subnets` VALUES (1);\n",
			"definition",
		],
	])("%s", (_, file, says) => {
		const found = rowsOf(file);
		expect(found).not.toBeArray();
		expect((found as { message: string }).message).toContain(says);
	});

	test("a quote that is never closed: its line", () => {
		expect(rowsOf('ip,notes\n10.0.0.1,a\n10.0.0.2,"b\n10.0.0.3,c\n')).toMatchObject({ line: 3 });
	});

	test("a cell too long: its line and column", () => {
		const found = rowsOf(`ip,notes\n10.0.0.1,${"x".repeat(FILE_LIMITS.cellChars + 1)}\n`);
		expect(found).toMatchObject({ line: 2, column: 2 });
	});

	test("too many columns, rows, bytes", () => {
		expect(rowsOf(`ip${",x".repeat(1_000)}\n`)).toMatchObject({
			message: expect.stringContaining("1001 columns"),
		});
		expect(rowsOf(`ip,h\n${"10.0.0.1,x\n".repeat(FILE_LIMITS.rows + 1)}`)).toMatchObject({
			line: FILE_LIMITS.rows + 1,
		});
		expect(rowsOf(new Uint8Array(FILE_LIMITS.bytes + 1).fill(65))).toMatchObject({
			message: expect.stringContaining("at most 16 MB"),
		});
	});

	test("a million empty lines are no rows", () => {
		expect(rowsOf(`ip,hostname\n${"\n".repeat(1_000_000)}10.0.0.14,nas\n`)).toMatchObject([
			{ ...ONE, line: 1_000_002 },
		]);
	});

	test("a workbook that becomes too large, or says that it does not", async () => {
		const bomb = await workbook("0".repeat(FILE_LIMITS.unpackedBytes + 1));
		expect(bomb.length).toBeLessThan(700_000);
		expect(rowsOf(bomb)).toMatchObject({ message: expect.stringContaining("are unpacked") });
		// The size in its table of contents is a lie: only unpacking tells.
		const liar = await workbook("0".repeat(5_000_000));
		const at = Buffer.from(liar).lastIndexOf(Buffer.from([0x50, 0x4b, 1, 2]));
		new DataView(liar.buffer, liar.byteOffset).setUint32(at + 24, 1_000, true);
		expect(rowsOf(liar)).toMatchObject({ message: expect.stringContaining("larger than it says") });
	});

	test("a workbook with a document type, with ten thousand parts, with a password", async () => {
		const xxe = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><worksheet>&e;</worksheet>';
		expect(rowsOf(await workbook(xxe))).toMatchObject({ message: expect.stringContaining("document type") });
		const many = Array.from({ length: 10_000 }, (_, i) => ({ name: `xl/worksheets/s${i}.xml`, text: "" }));
		expect(rowsOf(await workbook("", many))).toMatchObject({ message: expect.stringContaining("parts") });
		const locked = await workbook("<worksheet/>");
		const entry = Buffer.from(locked).indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
		locked[entry + 8] = 1;
		expect(rowsOf(locked)).toMatchObject({ message: expect.stringContaining("encrypted") });
	});

	test("what a person insists on is not read as something else", () => {
		expect(rowsOf("ip,hostname\n10.0.0.14,nas\n", { format: "xlsx" })).toMatchObject({
			message: expect.stringContaining("no Excel"),
		});
		expect(rowsOf("ip,hostname\n10.0.0.14,nas\n", { format: "netbox" })).toMatchObject({
			message: expect.stringContaining("NetBox"),
		});
		expect(rowsOf(deflateRawSync(bytes("x")), { format: "csv" })).not.toBeArray();
	});
});

describe("long cells cost no more than their length", () => {
	const long = FILE_LIMITS.cellChars - 40;
	const fill = (text: string) => text.repeat(Math.ceil(long / text.length)).slice(0, long);
	const cells = [" ", "\t", "a ", "(", " (vlan: ", "1.", ":", "0", "-", "'", "/", "1 - ", "\u00a0"].map(fill);
	const files: [string, (cell: string) => string][] = [
		["ip", (cell) => `ip,hostname\n"1${cell}x",a\n`],
		["description", (cell) => `ip,description\n10.0.0.1,"x${cell}y"\n`],
		["subnet", (cell) => `subnet,description\n"10.0.0.0${cell}y","x${cell}y"\n`],
		["subnet beside an address", (cell) => `ip,subnet,mac\n10.0.0.1,"10.0.0.0${cell}y","${cell}"\n`],
		["title", (cell) => `"10.0.0.0/24 - ${cell}x"\n"10.0.1.0/24 - x (vlan: ${cell}"\n`],
		["comment of a hosts file", (cell) => `# x${cell}y (10.0.0.0/24\n10.0.0.1 a\n`],
		["lease", (cell) => `1 00:11:32:8a:00:01 10.0.0.1 ${cell}x *\n`],
		["header", (cell) => `"${cell}",ip\nx,10.0.0.1\n`],
	];
	test.each(files)("%s", (_, file) => {
		// Together some 10 ms; anything quadratic takes many seconds.
		return quickly(() => {
			for (const cell of cells) rowsOf(file(cell));
		});
	});
});
