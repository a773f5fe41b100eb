/** What a workbook shows in odd formats, and what looks like one: made here part by part. */

import { expect, test } from "bun:test";
import { readTable } from "../../src/formats/read.ts";
import { openZip } from "../../src/formats/zip.ts";
import { zipStream } from "../../src/formats/zip-out.ts";

async function zip(parts: Readonly<Record<string, string>>): Promise<Uint8Array> {
	async function* once(text: string) {
		yield text;
	}
	const pieces = zipStream(
		Object.entries(parts).map(([name, text]) => ({ name, pieces: once(text) })),
		0,
	);
	const chunks: Uint8Array[] = [];
	for await (const chunk of pieces) chunks.push(chunk);
	return Buffer.concat(chunks);
}

const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

const TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml";

/** A workbook with one row: an address, and this number in this format. */
function dated(value: string, format: string, date1904: boolean): Promise<Uint8Array> {
	const inline = (text: string) => `<c t="inlineStr"><is><t>${text}</t></is></c>`;
	const rows = `<row>${inline("ip")}${inline("notes")}</row><row>${inline("10.0.0.1")}<c s="1"><v>${value}</v></c></row>`;
	return zip({
		"[Content_Types].xml": `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/xl/workbook.xml" ContentType="${TYPE}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${TYPE}.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="${TYPE}.styles+xml"/></Types>`,
		"xl/workbook.xml": `<workbook xmlns="${MAIN}" xmlns:r="${LINKS}"><workbookPr date1904="${date1904}"/><sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${LINKS}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${LINKS}/styles" Target="styles.xml"/></Relationships>`,
		"xl/styles.xml": `<styleSheet xmlns="${MAIN}"><numFmts count="1"><numFmt numFmtId="170" formatCode="${format.replaceAll('"', "&quot;")}"/></numFmts><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="170" applyNumberFormat="1"/></cellXfs></styleSheet>`,
		"xl/worksheets/sheet1.xml": `<worksheet xmlns="${MAIN}"><sheetData>${rows}</sheetData></worksheet>`,
	});
}

test.each<[string, string, boolean, string]>([
	["45351", "yyyy-mm-dd", false, "2024-02-29"],
	["45351", "dd.mm.yyyy", false, "2024-02-29"],
	["45351", "m/d/yy", false, "2024-02-29"],
	["45351.5", "yyyy-mm-dd hh:mm", false, "2024-02-29 12:00:00"],
	["43889", "yyyy-mm-dd", true, "2024-02-29"],
	["0.4375", "hh:mm", false, "10:30"],
	["1.5", "[hh]:mm", false, "36:00"],
	["45351", "#,##0", false, "45351"],
	["45351", '0" days"', false, "45351"],
	["45351", "[Red]0", false, "45351"],
	["-1", "yyyy-mm-dd", false, "-1"],
])("%s as %s (from 1904: %p) is %s", async (value, format, date1904, text) => {
	const table = readTable(await dated(value, format, date1904)).value;
	expect(table?.rows.map(({ cells }) => cells)).toEqual([["10.0.0.1", text]]);
});

type Lie = (view: DataView, at: { local: number; entry: number; end: number }) => void;

/** What an archive may say that the table of contents does not: the reader of workbooks believed it. */
test.each<[string, Lie]>([
	["two gigabytes in front of the part", (view, { local }) => view.setUint32(local + 22, 0x7fffffff, true)],
	["a little more in front of it", (view, { local }) => view.setUint32(local + 22, 5_000, true)],
	["another way of packing in front of it", (view, { local }) => view.setUint16(local + 8, 0, true)],
	["that it is encrypted", (view, { local }) => view.setUint16(local + 6, 0x0809, true)],
	["more parts on this disk than there are", (view, { end }) => view.setUint16(end + 8, 500, true)],
	["no parts on this disk", (view, { end }) => view.setUint16(end + 8, 0, true)],
	["another sum", (view, { entry }) => view.setUint32(entry + 16, 1, true)],
])("an archive that says %s: what was judged is what is read", async (_, lie) => {
	const bytes = Uint8Array.from(await dated("1", "0", false));
	const view = new DataView(bytes.buffer);
	const find = (mark: number, name: string, head: number) => {
		for (let at = 0; at < bytes.length - head; at++) {
			const title = new TextDecoder().decode(bytes.subarray(at + head, at + head + name.length));
			if (view.getUint32(at, true) === mark && title === name) return at;
		}
		throw new Error(`there is no ${name}`);
	};
	const sheet = "xl/worksheets/sheet1.xml";
	const at = {
		local: find(0x04034b50, sheet, 30),
		entry: find(0x02014b50, sheet, 46),
		end: bytes.length - 22,
	};
	lie(view, at);
	const opened = openZip(bytes);
	if (!("plain" in opened)) throw new Error(opened.problem.message);
	// Every number in it is true: nothing is left to be believed.
	const plain = new DataView(opened.plain.buffer);
	let part = 0;
	let parts = 0;
	for (; plain.getUint32(part, true) === 0x04034b50; parts++) {
		expect(plain.getUint16(part + 6, true) | plain.getUint16(part + 8, true)).toBe(0);
		const size = plain.getUint32(part + 18, true);
		expect(plain.getUint32(part + 22, true)).toBe(size);
		part += 30 + plain.getUint16(part + 26, true) + plain.getUint16(part + 28, true) + size;
	}
	const end = opened.plain.length - 22;
	expect([plain.getUint32(end, true), plain.getUint32(end + 16, true)]).toEqual([0x06054b50, part]);
	expect([plain.getUint16(end + 8, true), plain.getUint16(end + 10, true)]).toEqual([parts, parts]);
	expect(readTable(bytes).value?.rows.map(({ cells }) => cells)).toEqual([["10.0.0.1", "1"]]);
});

/** A workbook of one sheet with this behind its rows, and these parts besides. */
function linked(behind: string, more: Readonly<Record<string, string>> = {}): Promise<Uint8Array> {
	const cell = (text: string) => `<c t="inlineStr"><is><t>${text}</t></is></c>`;
	const rows = `<row>${cell("ip")}${cell("notes")}</row><row>${cell("10.0.0.1")}${cell("see:hyperlink here")}</row>`;
	return zip({
		"[Content_Types].xml": `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/xl/workbook.xml" ContentType="${TYPE}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${TYPE}.worksheet+xml"/></Types>`,
		"xl/workbook.xml": `<workbook xmlns="${MAIN}" xmlns:r="${LINKS}"><sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${LINKS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml": `<worksheet xmlns="${MAIN}"><sheetData>${rows}</sheetData>${behind}</worksheet>`,
		...more,
	});
}

/** Each kept the reader busy for hours, or led it to another one. */
test.each<[string, string, Record<string, string>]>([
	["a link", '<hyperlinks><hyperlink ref="A2" location="x"/></hyperlinks>', {}],
	["a link over all cells", '<hyperlinks><hyperlink ref="A1:XFD1048576" location="x"/></hyperlinks>', {}],
	[
		"the same with a prefix",
		'<x:hyperlinks><x:hyperlink ref="A1:XFD1048576" location="x"/></x:hyperlinks>',
		{},
	],
	[
		"a prefix that is long",
		`<hyperlinks><${"x".repeat(5_000)}:hyperlink ref="A1:XFD1048576" location="x"/></hyperlinks>`,
		{},
	],
	[
		"a table of another office",
		"",
		{
			"META-INF/manifest.xml": "<manifest/>",
			mimetype: "application/vnd.oasis.opendocument.spreadsheet",
		},
	],
	[
		"pictures and printers",
		"",
		{ "xl/media/a.svg": "<!DOCTYPE svg><svg/>", "xl/printerSettings/p.bin": "\xff" },
	],
])("a workbook with %s: its cells are read", async (_, behind, more) => {
	const { value, problems } = readTable(await linked(behind, more));
	expect(problems).toEqual([]);
	expect(value?.rows.map(({ cells }) => cells)).toEqual([["10.0.0.1", "see:hyperlink here"]]);
});

test("a part in UTF-16 is refused: links would be missed in it", async () => {
	const opened = openZip(await linked("", { "xl/theme/theme1.xml": "??<theme/>" }));
	if (!("plain" in opened)) throw new Error(opened.problem.message);
	// Stored as it is: the mark can be put there by hand.
	const bytes = Buffer.from(opened.plain);
	bytes.set([0xff, 0xfe], bytes.indexOf("??<theme/>"));
	expect(readTable(bytes).problems[0]?.message).toContain("theme1.xml is not in UTF-8");
});

test("a part that is smaller than the table of contents says is damaged", async () => {
	const bytes = Uint8Array.from(await dated("1", "0", false));
	const view = new DataView(bytes.buffer);
	for (let at = 0; at < bytes.length - 46; at++) {
		if (view.getUint32(at, true) === 0x02014b50)
			view.setUint32(at + 24, view.getUint32(at + 24, true) + 1, true);
	}
	expect(readTable(bytes).problems[0]?.message).toContain("damaged or larger than it says");
});

test.each<[string, () => Promise<Uint8Array> | Uint8Array, string]>([
	[
		"ODS",
		() => zip({ mimetype: "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<a/>" }),
		"ODS",
	],
	["XLSB", () => zip({ "xl/workbook.bin": "x" }), "binary workbook"],
	["any ZIP", () => zip({ "notes.txt": "ip\n10.0.0.1\n" }), "no Excel workbook"],
	["a page", () => new TextEncoder().encode("<!DOCTYPE html>\n<table><tr><td>ip</td></tr></table>"), "page"],
	["a flat ODS", () => new TextEncoder().encode('\ufeff<?xml version="1.0"?><office:document/>'), "XML"],
])("%s is refused with what would be right", async (_, make, says) => {
	const [problem] = readTable(await make()).problems;
	expect(problem?.message).toContain(says);
	expect(problem?.message).toMatch(/XLSX/);
});
