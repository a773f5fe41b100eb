/** The tables of phpIPAM, from a dump or its live API, to one table of subnets and addresses. Keeps none of its secrets. */

import type { Origin, Read, Table, TableRow } from "../model/import.ts";
import { formatAddress, fromV4, MAX_ADDRESS } from "../net/address.ts";
import { guessMapping } from "./headers.ts";
import { readDump, type SqlRow } from "./sql.ts";

/** What of phpIPAM is read: users, settings, tokens and SNMP passwords are not in it. */
const TABLES: ReadonlyMap<string, ReadonlySet<string> | "*"> = new Map<string, ReadonlySet<string> | "*">([
	["subnets", "*"],
	["ipaddresses", "*"],
	["sections", new Set(["id", "name"])],
	["vlans", new Set(["vlanId", "number", "name"])],
	["vrf", new Set(["vrfId", "name"])],
	["ipTags", new Set(["id", "type"])],
	["devices", new Set(["id", "hostname"])],
	["locations", new Set(["id", "name"])],
]);

export type PhpipamTables = ReadonlyMap<string, readonly SqlRow[]>;

export function readPhpipamDump(text: string): Read<Table> {
	const { value, problems } = readDump(text, TABLES);
	if (value === undefined) return { value: undefined, problems };
	if (!value.has("subnets") && !value.has("ipaddresses")) {
		const message = "This SQL dump holds no tables of phpIPAM (subnets, ipaddresses).";
		return { value: undefined, problems: [{ message }] };
	}
	return { value: phpipamTable(value, "phpipam-dump"), problems: [] };
}

/** Columns of ours or of no use: all others that are not listed are custom fields. */
const KNOWN = {
	subnets: new Set(
		`id subnet mask sectionId description linked_subnet firewallAddressObject vrfId masterSubnetId allowRequests vlanId
		showName device permissions pingSubnet discoverSubnet resolveDNS DNSrecursive DNSrecords nameserverId scanAgent
		customer_id isFolder isFull isPool state tag threshold location editDate lastScan lastDiscovery usage links
		custom_fields nameservers gateway gatewayId calculation`.split(/\s+/),
	),
	ipaddresses: new Set(
		`id subnetId ip_addr ip is_gateway description hostname mac owner state tag switch deviceId location port note
		lastSeen excludePing PTRignore PTR firewallAddressObject editDate customer_id links custom_fields`.split(
			/\s+/,
		),
	),
};

const FIXED = [
	"Section",
	"Subnet",
	"IP address",
	"Hostname",
	"Description",
	"VLAN",
	"VRF",
	"MAC",
	"Owner",
	"Device",
	"Port",
];
const REST = ["Location", "Note", "Tag", "Is gateway", "Host check"];

/** Ids to names. */
function namesOf(tables: PhpipamTables) {
	const names = (table: string, key: string, value: (row: SqlRow) => string | undefined) =>
		new Map((tables.get(table) ?? []).map((row) => [row[key] ?? "", value(row) ?? ""]));
	return {
		sections: names("sections", "id", (row) => row.name),
		vrfs: names("vrf", "vrfId", (row) => row.name),
		tags: names("ipTags", "id", (row) => row.type),
		devices: names("devices", "id", (row) => row.hostname),
		locations: names("locations", "id", (row) => row.name),
		vlans: names("vlans", "vlanId", (row) => [row.number, row.name].filter(Boolean).join(" ")),
	};
}

/** Subnets first, each address with the block it lies in; folders have no addresses and are left out. */
export function phpipamTable(tables: PhpipamTables, origin: Origin): Table {
	const subnets = tables.get("subnets") ?? [];
	const addresses = tables.get("ipaddresses") ?? [];
	const names = namesOf(tables);
	const custom = [
		...new Set([...customColumns(subnets, KNOWN.subnets), ...customColumns(addresses, KNOWN.ipaddresses)]),
	];
	const headers = [...FIXED, ...REST, ...custom];
	const rows: TableRow[] = [];
	const push = (cells: Readonly<Record<string, string | undefined>>) => {
		rows.push({ line: rows.length + 1, cells: headers.map((title) => cells[title] ?? "") });
	};
	const isBlock = (row: SqlRow) => row.isFolder !== "1" && row.mask !== "" && row.mask !== undefined;
	const blocks = new Map<string, Record<string, string | undefined>>();
	for (const row of subnets.filter(isBlock)) {
		const place = {
			Section: names.sections.get(row.sectionId ?? ""),
			Subnet: `${decimalAddress(row.subnet ?? "")}/${row.mask}`,
			VRF: names.vrfs.get(row.vrfId ?? ""),
		};
		blocks.set(row.id ?? "", place);
		const vlan = names.vlans.get(row.vlanId ?? "");
		push({
			...own(row, custom),
			...place,
			Description: row.description,
			VLAN: vlan,
			"Host check": row.pingSubnet,
		});
	}
	for (const row of addresses) {
		push({ ...own(row, custom), ...blocks.get(row.subnetId ?? ""), ...addressCells(row, names) });
	}
	const folders = subnets.length - blocks.size;
	const notes =
		folders === 0
			? []
			: [`${folders} ${folders === 1 ? "folder" : "folders"} left out: they hold no addresses`];
	return { origin, notes, headers, rows, mapping: guessMapping(headers, origin) };
}

function addressCells(row: SqlRow, names: ReturnType<typeof namesOf>): Record<string, string | undefined> {
	return {
		"IP address": decimalAddress(row.ip_addr ?? row.ip ?? ""),
		Hostname: row.hostname,
		Description: row.description,
		MAC: row.mac,
		Owner: row.owner,
		Device: names.devices.get(row.switch ?? row.deviceId ?? ""),
		Port: row.port,
		Location: names.locations.get(row.location ?? ""),
		Note: row.note,
		Tag: names.tags.get(row.state ?? row.tag ?? ""),
		"Is gateway": row.is_gateway,
	};
}

function customColumns(rows: readonly SqlRow[], known: ReadonlySet<string>): string[] {
	const names = rows[0] === undefined ? [] : Object.keys(rows[0]);
	return names.filter((name) => !known.has(name) && !FIXED.includes(name) && !REST.includes(name));
}

function own(row: SqlRow, custom: readonly string[]): Record<string, string | undefined> {
	return Object.fromEntries(custom.map((name) => [name, row[name]]));
}

/** phpIPAM keeps addresses as decimal numbers: up to 4294967295 IPv4, above that IPv6. Other text stays as it is. */
export function decimalAddress(text: string): string {
	if (!/^\d{1,39}$/.test(text)) return text;
	const n = BigInt(text);
	if (n > MAX_ADDRESS) return text;
	return formatAddress(n <= 0xffffffffn ? fromV4(Number(n)) : n);
}
