/** Files as the real programs write them (see samples/import/README.md), read to the hosts and subnets in them. */

import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readTable } from "../../src/formats/read.ts";
import type { Draft, Table } from "../../src/model/import.ts";
import { draftsOf } from "../helpers/drafts.ts";
import { blocks, drafts, FOLDER, host, read } from "../helpers/import-samples.ts";

const PHPIPAM_HOSTS = ["10.10.1.1", "10.10.1.3", "fd13:6d20:29dc:cf27::1"];

describe("phpIPAM", () => {
	test.each([
		["phpipam-addresses.xls", "phpipam"],
		["phpipam-whole.xls", "phpipam"],
		["phpipam-dump.sql", "phpipam-dump"],
	])("%s: names, MAC in every form, tags, gateway, notes of several lines", (name, origin) => {
		const all = drafts(name);
		expect(read(name).origin).toBe(origin as Table["origin"]);
		for (const ip of PHPIPAM_HOSTS) expect(host(all, ip)).toBeDefined();
		const gateway = host(all, "10.10.1.1");
		expect(gateway).toMatchObject({ kind: "host", subnet: "10.10.1.0/24" });
		expect(gateway).toMatchObject({
			values: { hostname: "gw.office.example", mac: "00:11:32:8a:00:01", tags: [] },
		});
		const notes = (gateway as Extract<Draft, { kind: "host" }>).values.notes ?? "";
		expect(notes).toStartWith("do not touch\nsecond line");
		for (const line of ["Device: sw-core-1", "Asset tag: A-0001"]) expect(notes.split("\n")).toContain(line);
		expect(host(all, "10.10.1.3")).toMatchObject({
			values: { description: "Drucker, 1. Stock", mac: "00:11:32:8a:00:02", tags: ["reserved"] },
		});
		expect(host(all, "fd13:6d20:29dc:cf27::1")).toMatchObject({
			values: { mac: "00:11:32:8a:00:04", tags: [] },
		});
	});

	test("whole sheet: a state machine over subnets, with and without hosts", () => {
		const all = drafts("phpipam-whole.xls");
		expect(blocks(all)).toEqual([
			"10.10.0.0/16",
			"10.10.1.0/24",
			"fd13:6d20:29dc:cf27::/64",
			"10.65.22.0/24",
		]);
		expect(all.find((one) => one.kind === "subnet" && one.cidr === "10.10.1.0/24")).toMatchObject({
			values: { name: "Clients; first floor", notes: "Section: Office\nVLAN: 10 - clients" },
		});
	});

	test("one subnet: title, block, VLAN, then the rows", () => {
		const all = drafts("phpipam-subnet.xls");
		expect(blocks(all)).toEqual(["10.10.1.0/24"]);
		expect(host(all, "10.10.1.4")).toMatchObject({
			values: { description: "Reception desk", tags: ["dhcp"] },
		});
	});

	test("subnets: NA is no VLAN, a folder is no subnet, host check is a switch", () => {
		const all = drafts("phpipam-subnets.xls");
		expect(all[0]).toMatchObject({ kind: "refused", line: 2, address: "Customers (folder)" });
		expect(all[1]).toMatchObject({
			cidr: "10.10.0.0/16",
			values: { name: "Büro Łódź", notes: "Section: Office" },
		});
		expect(all[2]).toMatchObject({ values: { sweepEnabled: true, notes: "Section: Office\nVLAN: 10" } });
		expect(all[4]).toMatchObject({ cidr: "10.65.22.0/24", values: { notes: "Section: Lab\nVRF: red" } });
	});

	test("hosts: the comment above the addresses names their subnet", () => {
		const all = drafts("phpipam-hosts.txt");
		expect(blocks(all)).toEqual(["10.10.1.0/24", "fd13:6d20:29dc:cf27::/64"]);
		expect(host(all, "10.10.1.3")).toMatchObject({
			subnet: "10.10.1.0/24",
			values: { hostname: "printer-1" },
		});
	});

	test("dump: other column order, custom columns, addresses over 2^64, folders with subnet 0", () => {
		const table = read("phpipam-dump.sql");
		expect(table.notes).toEqual(["1 folder left out: they hold no addresses"]);
		expect(table.headers).toContain("Asset tag");
		const all = draftsOf(table, table.mapping);
		expect(blocks(all)).toEqual(["10.10.0.0/16", "10.10.1.0/24", "fd13:6d20:29dc:cf27::/64"]);
		expect(host(all, "10.10.1.1")).toMatchObject({
			isGateway: true,
			values: {
				notes: [
					"do not touch",
					"second line; with 'quotes' and a \\ backslash",
					...[
						"Section: Office",
						"Device: sw-core-1",
						"Port: Gi1/0/1",
						"Location: Rack 4",
						"Asset tag: A-0001",
					],
				].join("\n"),
			},
		});
	});

	test("dump: no secret of it comes out", () => {
		const text = readFileSync(join(FOLDER, "phpipam-dump.sql"), "utf8");
		const said = JSON.stringify(read("phpipam-dump.sql"));
		for (const canary of ["canary-community", "canary-authpass", "canary-site", "$6$rounds"]) {
			expect(text).toContain(canary);
			expect(said).not.toContain(canary);
		}
	});

	test("import templates: BIFF5, translated titles, UTF-8 in a file that says Windows-1252", () => {
		expect(read("phpipam-template-addresses.xls").mapping).toEqual(
			"line ip hostname description line subnet mac line line notes state is_gateway line".split(
				" ",
			) as never,
		);
		const german = read("phpipam-template-subnets-german.xls");
		expect(german.headers).toEqual(["Bereich", "Subnetz", "Maske", "Beschreibung", "VLAN", "Domäne", "VRF"]);
		expect(german.mapping).toEqual("line subnet mask description line line line".split(" ") as never);
		expect(read("phpipam-template-subnet.xls").mapping.slice(0, 4)).toEqual([
			"ip",
			"state",
			"description",
			"hostname",
		]);
	});
});

test("every sample is read", () => {
	const names = readdirSync(FOLDER).filter((name) => name !== "README.md");
	expect(names.length).toBeGreaterThan(12);
	for (const name of names.filter((one) => !one.includes("cp1250"))) {
		expect(read(name).headers.length).toBeGreaterThan(1);
	}
});

describe("others", () => {
	test("NetBox, as its list exports: labels for people", () => {
		const all = drafts("netbox-addresses-export.csv");
		expect(read("netbox-addresses-export.csv").origin).toBe("netbox");
		expect(host(all, "10.20.0.5")).toMatchObject({
			subnet: "10.20.0.0/24",
			values: { hostname: "app-1.example.org", description: "Application server", tags: [] },
		});
		expect(host(all, "10.20.0.7")).toMatchObject({ values: { tags: ["dhcp"] } });
	});

	test("NetBox, as its importer takes it", () => {
		expect(blocks(drafts("netbox-prefixes-import.csv"))).toEqual([
			"10.20.0.0/16",
			"10.20.0.0/24",
			"2001:db8:20::/64",
		]);
		expect(drafts("netbox-prefixes-import.csv")[0]).toMatchObject({ values: { name: "Site Prague" } });
		expect(host(drafts("netbox-addresses-import.csv"), "10.20.0.5")).toMatchObject({
			values: { hostname: "app-1.example.org", tags: ["web", "prod"] },
		});
	});

	test("leases of dnsmasq, both families", () => {
		const all = drafts("dnsmasq.leases");
		expect(host(all, "192.168.1.50")).toMatchObject({
			values: { hostname: "phone", mac: "00:11:32:8a:00:50", tags: ["dhcp"] },
		});
		expect(host(all, "192.168.1.51")).toMatchObject({ values: { hostname: "" } });
		expect(host(all, "fd00::1:50")).toMatchObject({ values: { hostname: "phone", mac: "" } });
	});

	test("a hosts file of Linux: aliases are kept, the machine's own names are not", () => {
		const all = drafts("hosts-linux.txt");
		expect(all.map((one) => (one.kind === "host" ? one.ip : one.kind))).toEqual([
			"192.168.1.10",
			"2001:db8::10",
		]);
		expect(host(all, "192.168.1.10")).toMatchObject({
			values: { hostname: "nas.lan", description: "cellar", notes: "Aliases: nas files" },
		});
	});

	test.each([
		["excel-semicolon-cp1250.csv", "windows-1250", 4],
		["excel-unicode.txt", undefined, 4],
		["excel.xlsx", undefined, 3],
	])("%s: what Excel saves", (name, encoding, damaged) => {
		const bytes = readFileSync(join(FOLDER, name));
		if (encoding !== undefined)
			expect(readTable(bytes).problems[0]).toMatchObject({ line: 2, encoding: true });
		const table = readTable(bytes, { encoding: encoding as never }).value;
		const all = draftsOf(table ?? { headers: [], rows: [] }, table?.mapping ?? []);
		expect(host(all, "10.30.0.10")).toMatchObject({
			values: { hostname: "printer", description: "Łódź, 2. piętro", notes: "first line\nsecond line" },
		});
		expect(all.filter((one) => one.kind === "refused").map((one) => one.line)).toEqual([damaged]);
	});
});
