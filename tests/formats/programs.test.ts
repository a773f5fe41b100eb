/** Files by programs that were run whole (see samples/import/README.md): phpIPAM, LibreOffice, Kea. */

import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readTable } from "../../src/formats/read.ts";
import type { Draft, Table } from "../../src/model/import.ts";
import { draftsOf } from "../helpers/drafts.ts";
import { drafts, FOLDER, host, read } from "../helpers/import-samples.ts";

describe("a phpIPAM 1.8.2 that ran, with umlauts, quotes, formulas and two VRFs", () => {
	const subnet = (all: readonly Draft[], cidr: string) =>
		all.find((one) => one.kind === "subnet" && one.cidr === cidr);
	const OWN = ["Owner: Jürgen Žižka", "Device: sw-core-1"];

	test.each([
		["phpipam-installed-addresses.xls", ["Section: Büro & Söhne", ...OWN], "123"],
		["phpipam-installed-whole.xls", ["Section: Büro & Söhne", ...OWN, "Port: Gi1/0/1"], "123"],
		[
			"phpipam-installed-dump.sql",
			["Section: Büro & Söhne", ...OWN, "Port: Gi1/0/1", 'Location: Zürich, Keller "B"'],
			"000123",
		],
	])("%s: texts are what people typed, not what a page would show", (name, lines, asset) => {
		const all = drafts(name);
		const custom = [`Asset: ${asset}`, "Bought on: 2024-02-29", "Custom_Poznámka: žluťoučký kůň", "Count: 7"];
		expect(host(all, "10.77.1.1")).toMatchObject({
			values: {
				hostname: "gw.büro.example",
				description: "Gateway – Brána",
				notes: ["line 1", 'line 2; "quoted", it\'s', ...lines, ...custom].join("\n"),
			},
		});
		expect(host(all, "10.77.1.3")).toMatchObject({ values: { description: 'R&D bold "x"' } });
		// A tag stays one, whatever is in it.
		expect(host(all, "10.77.1.6")).toMatchObject({ values: { tags: ["vip cluster"] } });
	});

	test("subnets: names, and the sheet of its sections is none of hosts, though a section is called IPv6", () => {
		const all = drafts("phpipam-installed-subnets.xls");
		expect(subnet(all, "10.77.0.0/16")).toMatchObject({
			values: {
				name: 'Hauptnetz "Zürich" – Kroměříž',
				notes: "Section: Büro & Söhne\nVLAN: 10\nSite: Zürich\nIs_dmz: 1",
			},
		});
		expect(read("phpipam-installed-subnets.xls").notes[0]).toBe("sheet “Sections” left out");
		const refused = all.flatMap((one) => (one.kind === "refused" ? [one.address] : []));
		expect(refused).toEqual(['Empty folder; "x" (folder)', "My folder (folder)", "Složka: Brno (folder)"]);
	});

	test("what its Excel files have lost is told, and not taken for what somebody wrote", () => {
		const name = "phpipam-installed-addresses.xls";
		expect(read(name).notes.slice(-2)).toEqual([
			"zeros that a text began with are lost in phpIPAM's Excel files: its MySQL dump has them",
			"2 texts that began with “=” lost there, too",
		]);
		expect(read("phpipam-template-addresses.xls").notes).toEqual([]);
		expect(host(drafts(name), "10.77.1.2")).toMatchObject({ values: { description: "" } });
		expect(host(drafts("phpipam-installed-dump.sql"), "10.77.1.2")).toMatchObject({
			values: { description: "=cmd|'/c calc'!A1" },
		});
	});

	test("dump: folders, domains of VLANs and VRFs are lines of the notes", () => {
		const all = drafts("phpipam-installed-dump.sql");
		expect(subnet(all, "10.77.1.0/24")).toMatchObject({
			values: { notes: "Section: Büro & Söhne\nVLAN: 20 - servers - prod\nFolder: Složka: Brno\nIs_dmz: 0" },
		});
		expect(subnet(all, "2001:db8:77:1::/64")).toMatchObject({
			values: { notes: "Section: IPv6\nVLAN: 10 - lab\nVLAN Domain: Lab\nVRF: red\nIs_dmz: 0" },
		});
	});

	test("hosts: names with umlauts, a description of two lines", () => {
		const all = drafts("phpipam-installed-hosts.txt");
		expect(host(all, "10.77.1.1")).toMatchObject({
			subnet: "10.77.1.0/24",
			values: { hostname: "gw.büro.example" },
		});
		expect(subnet(all, "10.78.16.0/24")).toMatchObject({
			values: { name: "two lines; and 10.9.9.0/24 - trap (10.9.9.0/24)" },
		});
		expect(host(all, "10.78.16.1")).toMatchObject({ subnet: "10.78.16.0/24" });
		const edited = readFileSync(join(FOLDER, "phpipam-installed-hosts.txt"), "utf8").replace(
			/^/,
			"# by hand\n",
		);
		const table = readTable(new TextEncoder().encode(edited)).value as Table;
		expect(draftsOf(table, table.mapping)[0]).toMatchObject({ values: { name: "Customer 1" } });
		expect(all.filter((one) => one.kind === "refused")).toEqual([]);
	});
});

describe("others", () => {
	test("NetBox that ran: what it exports of its lists, all columns", () => {
		const addresses = drafts("netbox-installed-addresses.csv");
		expect(read("netbox-installed-addresses.csv").origin).toBe("netbox");
		expect(addresses.map(({ kind }) => kind)).toEqual(Array(7).fill("host"));
		expect(host(addresses, "10.88.0.1")).toMatchObject({
			subnet: "10.88.0.0/24",
			values: { hostname: "host-0.example.org", description: "=1+1", tags: ["reserved"] },
		});
		const prefixes = drafts("netbox-installed-prefixes.csv");
		expect(prefixes.map(({ kind }) => kind)).toEqual(Array(4).fill("subnet"));
		expect(prefixes[0]).toMatchObject({
			cidr: "10.10.0.0/16",
			values: { name: "Business customers", notes: "Section: Customers\nIs_dmz: 0" },
		});
	});

	test("leases of Kea: a journal, so the last line of an address counts; nothing of its clock is noted", () => {
		const all = drafts("kea-leases4.csv");
		expect(all.map((one) => (one.kind === "host" ? [one.ip, one.values.hostname] : one.kind))).toEqual([
			["10.55.0.50", "printer"],
			["10.55.0.101", "namewithcomma"],
			["10.55.0.100", "laptop-renamed"],
			["10.55.0.102", "guest"],
		]);
		const { values } = host(all, "10.55.0.100") as Extract<Draft, { kind: "host" }>;
		expect(values).toEqual({ hostname: "laptop-renamed", tags: ["dhcp"], mac: "02:00:00:00:55:09" });
		expect(host(drafts("kea-leases6.csv"), "2001:db8:55::100")).toMatchObject({
			values: { mac: "02:00:00:00:55:09" },
		});
	});

	test.each([
		["released", "10.55.0.50,02:00:00:00:55:01,,0,1795655615,1,0,0,printer,0,"],
		["declined", "10.55.0.50,,,86400,1795655615,1,0,0,,1,"],
		["taken back", "10.55.0.50,02:00:00:00:55:01,,3600,1795655615,1,0,0,printer,2,"],
	])("a lease of Kea that is %s is none", (_, line) => {
		const text = readFileSync(join(FOLDER, "kea-leases4.csv"), "utf8") + line;
		const table = readTable(new TextEncoder().encode(text)).value as Table;
		expect(host(draftsOf(table, table.mapping), "10.55.0.50")).toBeUndefined();
		expect(table.rows).toHaveLength(3);
	});

	test.each([
		["libreoffice.xlsx", "1900-01-01", "true", "2027-12-31"],
		["libreoffice.xls", "1900-01-01", "true", "2027-12-31"],
		["libreoffice-utf16.csv", "1899-12-31", "TRUE", "31.12.2027"],
	])(
		"%s: what LibreOffice saves; dates are dates, text is text, and a link leads nowhere",
		(name, first, yes, end) => {
			const table = read(name);
			const [gateway, printer, core] = table.rows.map(({ cells }) => cells);
			const label = name.endsWith("xlsx") ? ["h000", "+49 30 1234"] : ["core", "+49 30 1234"];
			expect(gateway?.slice(2)).toEqual([
				...[
					"Łódź – Brána",
					"2024-02-29",
					"2024-02-29 10:30:15",
					"007",
					yes,
					"12345678901",
					"first\nsecond",
					end,
				],
			]);
			expect(printer?.slice(2, 5)).toEqual(["cached 2", first, "10:30"]);
			expect(core?.slice(0, 3)).toEqual(["2001:DB8:0::0:1", ...label]);
			expect(core?.[8]).toBe("=1+1");
			expect(host(drafts(name), "2001:db8::1")).toMatchObject({ values: { description: "+49 30 1234" } });
		},
	);
});
