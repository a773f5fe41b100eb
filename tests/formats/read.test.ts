/** Input that nobody should be able to bring in, or only as it is meant (faults 4.2 and 4.9): a line each. */

import { describe, expect, test } from "bun:test";
import { deflateRawSync } from "node:zlib";
import { csvLine, readCsv, unescapeCell } from "../../src/formats/csv.ts";
import { draftsOf } from "../../src/formats/drafts.ts";
import { type Format, readTable } from "../../src/formats/read.ts";
import { zipStream } from "../../src/formats/zip-out.ts";
import { type Encoding, FILE_LIMITS } from "../../src/model/import.ts";
import { quickly } from "../helpers/quick.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const utf16 = (text: string, little: boolean, mark: boolean) => {
	const codes = [...(mark ? "\ufeff" : ""), ...text].flatMap((one) => {
		const code = one.charCodeAt(0);
		return little ? [code & 255, code >> 8] : [code >> 8, code & 255];
	});
	return Uint8Array.from(codes);
};
const rowsOf = (file: Uint8Array | string, options: { format?: Format; encoding?: Encoding } = {}) => {
	const read = readTable(typeof file === "string" ? bytes(file) : file, options);
	if (read.value === undefined) return read.problems[0];
	return draftsOf(read.value, read.value.mapping);
};

const ONE = { kind: "host", ip: "10.0.0.14", values: { hostname: "nas" } };

describe("tables that are taken", () => {
	test.each<[string, Uint8Array | string]>([
		["commas", "ip,hostname\n10.0.0.14,nas\n"],
		["semicolons", "ip;hostname\n10.0.0.14;nas\n"],
		["tabs", "ip\thostname\n10.0.0.14\tnas\n"],
		["bars", "ip|hostname\n10.0.0.14|nas\n"],
		["sep= names the delimiter", "sep=;\nip;hostname\n10.0.0.14;nas\n"],
		["sep= with another one", "sep=#\nip#hostname\n10.0.0.14#nas\n"],
		["byte order mark", "\ufeffip,hostname\n10.0.0.14,nas\n"],
		["CRLF", "ip,hostname\r\n10.0.0.14,nas\r\n"],
		["CR", "ip,hostname\r10.0.0.14,nas\r"],
		["mixed line ends", "ip,hostname\r\n10.0.0.14,nas\r\n10.0.0.15,b\n"],
		["no end of the last line", "ip,hostname\n10.0.0.14,nas"],
		["quotes", '"ip","hostname"\n"10.0.0.14","nas"\n'],
		["titles in another case and order", "Host Name,IP_Address\nnas,10.0.0.14\n"],
		["titles in German", "IP-Adresse;Rechnername\n10.0.0.14;nas\n"],
		["blank lines and lines of commas", "ip,hostname\n\n,\n10.0.0.14,nas\n,\n"],
		["lines above the titles", "Inventory 2026\n\nip,hostname\n10.0.0.14,nas\n"],
		["no titles", "10.0.0.14,nas\n10.0.0.15,b\n"],
		["no titles, the address second", "nas,10.0.0.14\nb,10.0.0.15\n"],
		["UTF-16LE with a mark", utf16("ip\thostname\n10.0.0.14\tnas\n", true, true)],
		["UTF-16BE with a mark", utf16("ip\thostname\n10.0.0.14\tnas\n", false, true)],
		["JSON: a list", '[{"ip":"10.0.0.14","hostname":"nas"}]'],
		[
			"JSON: NetBox's API",
			'{"results":[{"address":"10.0.0.14/24","dns_name":"nas","status":{"value":"active","label":"Active"}}]}',
		],
		["JSON: WatchYourLAN", '[{"ID":1,"Name":"nas","IP":"10.0.0.14","Mac":"00:11:32:8a:00:01","Known":1}]'],
		["blanks around cells", " ip , hostname \n 10.0.0.14 , nas \n"],
	])("%s", (_, file) => {
		const found = rowsOf(file);
		expect(found).toBeArray();
		expect((found as unknown[])[0]).toMatchObject(ONE);
	});

	test("JSON: a key that only one object has, named like what every object has by birth", () => {
		const text =
			'[{"ip":"10.0.0.14","constructor":"x"},{"ip":"10.0.0.15"},{"ip":"10.0.0.16","toString":"y"}]';
		const notes = (rowsOf(text) as { values: { notes?: string } }[]).map(({ values }) => values.notes);
		expect(notes).toEqual(["Constructor: x", "", "ToString: y"]);
	});

	test("UTF-16 without a mark is taken when it is chosen", () => {
		const file = utf16("ip,hostname\n10.0.0.14,nas\n", true, false);
		expect(rowsOf(file)).toMatchObject({ encoding: true });
		expect(rowsOf(file, { encoding: "utf-16le" })).toMatchObject([ONE]);
	});

	test("Windows-125x is taken when it is chosen; otherwise line and byte are named", () => {
		const file = Uint8Array.from([...bytes("ip,hostname,description\n10.0.0.14,nas,"), 0xe8, 10]);
		expect(rowsOf(file)).toMatchObject({ line: 2, column: 15, encoding: true });
		expect(rowsOf(file, { encoding: "windows-1250" })).toMatchObject([{ values: { description: "č" } }]);
		expect(rowsOf(file, { encoding: "windows-1252" })).toMatchObject([{ values: { description: "è" } }]);
	});

	test("a quoted cell over several lines counts for the lines behind it", () => {
		const found = rowsOf('ip,notes\n10.0.0.14,"a\r\nb\r\nc"\n10.0.0.300,x\n');
		expect(found).toMatchObject([{ values: { notes: "a\nb\nc" } }, { kind: "refused", line: 5 }]);
	});

	test("an absent column is not there; an empty one is empty", () => {
		const [row] = rowsOf("ip,description\n10.0.0.14,\n") as { values: object }[];
		expect(row?.values).toEqual({ description: "" });
	});

	test("a plain list of blocks, or of addresses, with a title or without", () => {
		const blocks = [
			{ kind: "subnet", cidr: "10.0.0.0/24" },
			{ kind: "subnet", cidr: "10.0.1.0/24" },
		];
		expect(rowsOf("subnet\n10.0.0.0/24\n10.0.1.0/24\n")).toMatchObject(blocks);
		expect(rowsOf("10.0.0.0/24\n10.0.1.0/24\n")).toMatchObject(blocks);
		const hosts = [
			{ kind: "host", ip: "10.0.0.1" },
			{ kind: "host", ip: "2001:db8::1" },
		];
		expect(rowsOf("ip\n10.0.0.1\n2001:DB8::1\n")).toMatchObject(hosts);
		expect(rowsOf("10.0.0.1\n2001:DB8::1\n")).toMatchObject(hosts);
	});

	test("columns without a place here become lines of the notes", () => {
		expect(rowsOf("ip,Rack,Last seen\n10.0.0.14,4,2026-01-01\n")).toMatchObject([
			{ values: { notes: "Rack: 4" } },
		]);
	});
});

describe("cells that are refused, with the reason", () => {
	test.each([
		["10.10", "spreadsheet"],
		["1.10", "spreadsheet"],
		["010.0.0.1", "leading zero"],
		["0x0a.0.0.1", "not an IP address"],
		["256.1.1.1", "more than 255"],
		["10.0.0", "spreadsheet"],
		["1.2.3.4.5", "four numbers"],
		["167772161", "four numbers"],
		["１０.0.0.1", "not an IP address"],
		["::ffff:10.0.0.1", "IPv4 address in IPv6 clothing"],
		["fe80::1%eth0", "zone"],
		["10.0.0.9-10.0.0.20", "range"],
		["10-Jan", "not an IP address"],
		["1E+05", "not an IP address"],
	])("ip “%s”", (ip, says) => {
		const [row] = rowsOf(`ip,hostname\n${ip},a\n10.0.0.14,nas\n`) as { kind: string; reason: string }[];
		expect(row?.kind).toBe("refused");
		expect(row?.reason).toContain(says);
	});

	test.each([
		["mac", "1.13E+09", "hardware address"],
		["mac", "00:00:00:00:00:00", "one interface"],
		["mac", "ff:ff:ff:ff:ff:ff", "one interface"],
		["mac", "01:00:5e:00:00:01", "one interface"],
		["mac", "00:11:32:8a:00", "hardware address"],
		["hostname", "x".repeat(254), "at most 253"],
		["description", "a\u202eb", "invisible"],
		["tags", "x".repeat(41), "at most 40"],
		["subnet", "10.0.0.0/33", "no mask"],
		["subnet", "10.0.0.0/255.0.255.0", "no mask"],
		["is gateway", "perhaps", "neither yes nor no"],
	])("%s “%s”", (title, value, says) => {
		const [row] = rowsOf(`ip,${title}\n10.0.0.14,${value}\n`) as { kind: string; reason: string }[];
		expect(row).toMatchObject({ kind: "refused", line: 2, address: "10.0.0.14" });
		expect(row?.reason).toContain(says);
	});

	test.each([["aa-bb-cc-00-11-22"], ["aabb.cc00.1122"], ["AA:BB:CC:00:11:22"], ["aabbcc001122"]])(
		"mac %s has one form",
		(mac) => {
			expect(rowsOf(`ip,mac\n10.0.0.14,${mac}\n`)).toMatchObject([{ values: { mac: "aa:bb:cc:00:11:22" } }]);
		},
	);

	test.each([
		["10.0.0.0/24", "", "10.0.0.0/24"],
		["10.0.0.0", "24", "10.0.0.0/24"],
		["10.0.0.0", "255.255.255.0", "10.0.0.0/24"],
		["10.0.0.0", "/24", "10.0.0.0/24"],
		["10.0.0.7/24", "", "10.0.0.0/24"],
		["10.0.0.0 255.255.255.128", "", "10.0.0.0/25"],
		["2001:DB8:0::/64", "", "2001:db8::/64"],
		["0.0.0.0", "0", "0.0.0.0/0"],
	])("subnet %s with mask “%s” is %s", (subnet, mask, cidr) => {
		expect(rowsOf(`subnet,mask,description\n${subnet},${mask},x\n`)).toMatchObject([
			{ kind: "subnet", cidr },
		]);
	});
});

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

describe("cells that a spreadsheet would run", () => {
	const cells = [
		...[
			"=1+1",
			"+1+1",
			"-1+1",
			"@SUM(1)",
			"\t=1",
			"\r=1",
			"\0=1",
			"\0",
			"=cmd|' /C calc'!A0",
			'=HYPERLINK("http://x?"&A1)',
			" =1",
		],
		...[
			'"=1"',
			'",=1',
			"'=1",
			"''=1",
			"|x",
			"%0a",
			"＝1",
			"plain",
			"it's",
			"'quoted'",
			"",
			"-5",
			"-5.25",
			"+420",
			"a\nb",
		],
	];
	test.each(cells.map((text) => [text]))("%j comes out harmless and back as it was", (text) => {
		const line = csvLine(["a", text]);
		const cell = readCsv(line.replaceAll("\r\n", "\n")).value;
		const raw = /^a,"?([\s\S]*?)"?\r\n$/.exec(line)?.[1] ?? "";
		if (!/^[+-]?\d+(\.\d+)?$/.test(text)) expect(raw).not.toMatch(/^\s*[=+\-@|%＝]/);
		expect(cell?.rows[0]?.cells[1]).toBe(text);
	});
	test("a formula that somebody else wrote is only text here", () => {
		expect(unescapeCell("'=1")).toBe("=1");
		expect(rowsOf("ip,description\n10.0.0.14,=1+1\n")).toMatchObject([{ values: { description: "=1+1" } }]);
	});
});
