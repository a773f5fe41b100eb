/** Lists that programs keep: hosts files (hosts(5), and phpIPAM's), leases of dnsmasq and Kea. */

import type { Origin, Table, TableRow } from "../model/import.ts";
import { parseAddress } from "../net/address.ts";
import { isEscaped, unescapeHtml } from "./entities.ts";
import { guessMapping } from "./headers.ts";

/** phpIPAM writes the subnet above its addresses: "# description (10.0.0.0/24) - section". */
const SUBNET_LINE = /^#\s*(.*?)\s*\(([0-9a-fA-F:.]+\/\d{1,3})\)(?:\s+-\s*(.*))?$/;
/** Longer lines are no subnet's, in characters. */
const LINE_MAX = 1_000;
/** Names that a machine gives itself. */
const OWN_NAMES = /^(localhost|ip6-|broadcasthost)/i;

/** Whether phpIPAM wrote it: a line of a subnet with its section. */
export function isPhpipamHosts(lines: readonly string[]): boolean {
	return lines.some((line) => line.length <= LINE_MAX && SUBNET_LINE.exec(line.trim())?.[3] !== undefined);
}

/** Address, name, further names; what stands behind "#" is the description. */
export function readHosts(text: string): Table {
	const headers = ["Subnet", "IP address", "Hostname", "Description", "Aliases"];
	const lines = text.split("\n");
	const isPhpipam = isPhpipamHosts(lines);
	let rows: TableRow[] = [];
	let block = "";
	let comment = "";
	let skipped = 0;
	for (const [i, raw] of lines.entries()) {
		// Of a description of several lines only the first is marked as a comment.
		const goesOn = isPhpipam && comment !== "" && !/^\s*#/.test(raw) && !startsWithAddress(raw);
		const line = goesOn ? `${comment} ${raw.trim()}` : raw.trim();
		const subnet = line.length > LINE_MAX ? null : SUBNET_LINE.exec(line);
		comment = subnet === null && line.startsWith("#") && raw.trim() !== "" ? line : "";
		if (subnet !== null) {
			block = subnet[2] ?? "";
			rows.push({ line: i + 1, cells: [block, "", "", subnet[1] ?? "", ""] });
			continue;
		}
		if (raw.trim() === "") block = "";
		const [entry = "", ...rest] = goesOn ? [] : raw.split("#");
		const [ip = "", name = "", ...aliases] = entry.trim().split(/\s+/);
		if (ip === "") continue;
		if (OWN_NAMES.test(name) || /^(127\.|::1$|f[ef]0[02]::)/i.test(ip)) skipped += 1;
		else rows.push({ line: i + 1, cells: [block, ip, name, rest.join("#").trim(), aliases.join(" ")] });
	}
	if (isPhpipam && isEscaped(rows.values().flatMap(({ cells }) => cells)))
		rows = rows.map(({ line, cells }) => ({ line, cells: cells.map(unescapeHtml) }));
	const notes = skipped === 0 ? [] : [`${skipped} of the machine's own names left out`];
	return table("hosts", headers, rows, notes);
}

function startsWithAddress(line: string): boolean {
	return parseAddress(line.trim().split(/\s+/)[0] ?? "").value !== undefined;
}

/** "expiry mac ip name client-id", IPv6 after a line with "duid"; "*" stands for nothing. */
export function readLeases(text: string): Table {
	const rows: TableRow[] = [];
	for (const [i, raw] of text.split("\n").entries()) {
		const [expiry = "", mac = "", ip = "", name = ""] = raw.trim().split(/\s+/);
		if (expiry === "" || expiry === "duid") continue;
		// A number before the address says which kind of network it is: 06 is Ethernet.
		const hardware = ip.includes(":") ? "" : mac.replace(/^0?6-/, "");
		rows.push({ line: i + 1, cells: [ip, name === "*" ? "" : name, hardware, "dhcp"] });
	}
	return table("leases", LEASE_TITLES, rows, []);
}

/** The titles of Kea's memfile, which is a journal: the last line of an address counts (Kea ARM, "Memfile"). */
const KEA = ["address", "valid_lifetime", "expire", "subnet_id", "hostname", "state"];
/** Of a lease: in use, neither declined nor taken back. */
const KEA_IN_USE = "0";

/** Leases of Kea, both families; undefined for any other rows. Released ones have no lifetime left. */
export function keaTable([header, ...rows]: readonly TableRow[]): Table | undefined {
	const titles = header?.cells ?? [];
	if (!KEA.every((title) => titles.includes(title))) return undefined;
	const leases = new Map<string, TableRow>();
	for (const { line, cells } of rows) {
		const of = (title: string) => cells[titles.indexOf(title)] ?? "";
		const [ip, lifetime] = [of("address"), of("valid_lifetime")];
		leases.delete(ip);
		const inUse = of("state") === KEA_IN_USE && lifetime !== "0" && !/^[12]$/.test(of("lease_type"));
		// A name may have its last dot.
		const name = of("hostname").replace(/\.$/, "");
		if (inUse) leases.set(ip, { line, cells: [ip, name, of("hwaddr"), "dhcp"] });
	}
	return table("leases", LEASE_TITLES, [...leases.values()], ["leases of Kea"]);
}

const LEASE_TITLES = ["IP address", "Hostname", "MAC", "Tags"];

function table(
	origin: Origin,
	headers: readonly string[],
	rows: readonly TableRow[],
	notes: readonly string[],
): Table {
	return { origin, headers, rows, notes, mapping: guessMapping(headers, origin) };
}
