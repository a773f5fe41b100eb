/** The tables of phpIPAM, from a dump or its live API, to one table of subnets and addresses. Keeps none of its secrets. */

import type { Origin, Read, Table, TableRow } from "../model/import.ts";
import { formatAddress, fromV4, MAX_ADDRESS } from "../net/address.ts";
import { guessMapping, shortTitles } from "./headers.ts";
import { readDump, type SqlRow } from "./sql.ts";

/** What of phpIPAM is read: users, settings, tokens and SNMP passwords are not in it. */
const TABLES: ReadonlyMap<string, ReadonlySet<string> | "*"> = new Map<string, ReadonlySet<string> | "*">([
	["subnets", "*"],
	["ipaddresses", "*"],
	["sections", new Set(["id", "name"])],
	["vlans", new Set(["vlanId", "domainId", "number", "name"])],
	["vlanDomains", new Set(["id", "name"])],
	["vrf", new Set(["vrfId", "name"])],
	["ipTags", new Set(["id", "type"])],
	["devices", new Set(["id", "hostname"])],
	["locations", new Set(["id", "name"])],
	["customers", new Set(["id", "title"])],
	["nameservers", new Set(["id", "namesrv1"])],
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

const TITLES = [
	...[
		"Section",
		"Subnet",
		"IP address",
		"Hostname",
		"Description",
		"VLAN",
		"VLAN Domain",
		"VRF",
		"MAC",
		"Owner",
	],
	...["Device", "Port", "Location", "Note", "Tag", "Is gateway", "Host check"],
	...["Folder", "Customer", "Nameservers", "FW object"],
];

/** A row by title; custom fields by the name of their column, behind a mark that no title has. */
type Cells = Readonly<Record<string, string | undefined>>;
const OWN = "\0";

/** Ids to names. */
function namesOf(tables: PhpipamTables) {
	const names = (table: string, key: string, value: (row: SqlRow) => string | undefined) =>
		new Map((tables.get(table) ?? []).map((row) => [row[key] ?? "", value(row) ?? ""]));
	const domains = names("vlanDomains", "id", (row) => row.name);
	return {
		sections: names("sections", "id", (row) => row.name),
		vrfs: names("vrf", "vrfId", (row) => row.name),
		tags: names("ipTags", "id", (row) => row.type),
		devices: names("devices", "id", (row) => row.hostname),
		locations: names("locations", "id", (row) => row.name),
		vlans: names("vlans", "vlanId", (row) => [row.number, row.name].filter(Boolean).join(" - ")),
		domains: names("vlans", "vlanId", (row) => domains.get(row.domainId ?? "")),
		customers: names("customers", "id", (row) => row.title),
		nameservers: names("nameservers", "id", (row) => row.namesrv1?.split(";").join(", ")),
		folders: foldersOf(tables.get("subnets") ?? []),
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
	const keys = [...TITLES, ...custom.map((name) => OWN + name)];
	const headers = shortTitles([
		...TITLES,
		...custom.map((name) => (TITLES.includes(name) ? `Custom ${name}` : name)),
	]);
	const rows: TableRow[] = [];
	const push = (cells: Cells) => {
		rows.push({ line: rows.length + 1, cells: keys.map((key) => cells[key] ?? "") });
	};
	const isBlock = (row: SqlRow) => !isFolder(row) && row.mask !== "" && row.mask !== undefined;
	const blocks = new Map<string, Cells>();
	for (const row of subnets.filter(isBlock)) {
		const place = {
			Section: names.sections.get(row.sectionId ?? ""),
			Subnet: `${decimalAddress(row.subnet ?? "")}/${row.mask}`,
			VRF: names.vrfs.get(row.vrfId ?? ""),
		};
		blocks.set(row.id ?? "", place);
		push({ ...own(row, custom), ...subnetCells(row, names), ...place });
	}
	for (const row of addresses) {
		push({ ...own(row, custom), ...blocks.get(row.subnetId ?? ""), ...addressCells(row, names) });
	}
	const folders = subnets.length - blocks.size;
	const notes =
		folders === 0
			? []
			: [`${folders} ${folders === 1 ? "folder" : "folders"} left out: they hold no addresses`];
	const mapping = guessMapping(headers, origin).map((target, i) => (i < TITLES.length ? target : "line"));
	return { origin, notes, headers, rows, mapping };
}

function isFolder(row: SqlRow): boolean {
	return row.isFolder === "1";
}

/** The names of the folders around each subnet, by its id, the outermost first. */
function foldersOf(subnets: readonly SqlRow[]): Map<string, string> {
	const byId = new Map(subnets.map((row) => [row.id ?? "", row]));
	const path = (row: SqlRow, depth: number): string[] => {
		const above = byId.get(row.masterSubnetId ?? "");
		if (above === undefined || depth === DEPTH) return [];
		const names = path(above, depth + 1);
		return isFolder(above) ? [...names, (above.description ?? "").slice(0, FOLDER_CHARS)] : names;
	};
	/** Those with the same block around them share one text. */
	const known = new Map<string | undefined, string>();
	const around = (row: SqlRow) =>
		known.getOrInsertComputed(row.masterSubnetId, () => path(row, 0).join(" / "));
	return new Map(subnets.map((row) => [row.id ?? "", around(row)]));
}

/** Of subnets within subnets so many are looked up, of a folder's name so many characters: a file may hold anything. */
const DEPTH = 16;
const FOLDER_CHARS = 100;

function subnetCells(row: SqlRow, names: ReturnType<typeof namesOf>): Cells {
	return {
		Description: row.description,
		VLAN: names.vlans.get(row.vlanId ?? ""),
		"VLAN Domain": names.domains.get(row.vlanId ?? ""),
		Device: names.devices.get(row.device ?? ""),
		Location: names.locations.get(row.location ?? ""),
		"Host check": row.pingSubnet,
		Folder: names.folders.get(row.id ?? ""),
		Customer: names.customers.get(row.customer_id ?? ""),
		Nameservers: names.nameservers.get(row.nameserverId ?? ""),
		"FW object": row.firewallAddressObject,
	};
}

function addressCells(row: SqlRow, names: ReturnType<typeof namesOf>): Cells {
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
		Customer: names.customers.get(row.customer_id ?? ""),
		"FW object": row.firewallAddressObject,
	};
}

function customColumns(rows: readonly SqlRow[], known: ReadonlySet<string>): string[] {
	const names = rows[0] === undefined ? [] : Object.keys(rows[0]);
	return names.filter((name) => !known.has(name));
}

function own(row: SqlRow, custom: readonly string[]): Cells {
	return Object.fromEntries(custom.map((name) => [OWN + name, row[name]]));
}

/** phpIPAM keeps addresses as decimal numbers: up to 4294967295 IPv4, above that IPv6. Other text stays as it is. */
function decimalAddress(text: string): string {
	if (!/^\d{1,39}$/.test(text)) return text;
	const n = BigInt(text);
	if (n > MAX_ADDRESS) return text;
	return formatAddress(n <= 0xffffffffn ? fromV4(Number(n)) : n);
}
