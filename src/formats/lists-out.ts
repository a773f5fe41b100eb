/** What other programs take: NetBox, hosts files, dnsmasq, Ansible, Prometheus. Pure; each as its own documentation says. */

import type { ExportSource } from "../model/export.ts";
import type { Host } from "../model/host.ts";
import type { Subnet } from "../model/subnet.ts";
import { bitsOf, familyOf } from "../net/address.ts";
import { formatCidr } from "../net/cidr.ts";
import { csvLine, escapeFormula } from "./csv.ts";

/** NetBox's own limits, in characters (its models IPAddress and Prefix). */
const NETBOX_DESCRIPTION = 200;
const NETBOX_NAME = /^([0-9A-Za-z_-]+|\*)(\.[0-9A-Za-z_-]+)*\.?$/;

/** Columns of NetBox's bulk import of IP addresses: status active or reserved, tags left to the comments. */
export async function* writeNetboxAddresses(source: ExportSource): AsyncGenerator<string> {
	const prefixes = new Map(source.subnets.map(({ id, cidr }) => [id, cidr.prefix]));
	yield csvLine(["address", "status", "dns_name", "description", "comments"]);
	for await (const hosts of source.hosts())
		yield hosts.map((host) => csvLine(netboxAddress(host, prefixes))).join("");
}

function netboxAddress(host: Host, prefixes: ReadonlyMap<number, number>): string[] {
	const prefix = prefixes.get(host.subnetId) ?? bitsOf(familyOf(host.address));
	const named = isNetboxName(host.hostname);
	const description = [named ? "" : host.hostname, host.description].filter((part) => part !== "").join(", ");
	const short = [...description].length <= NETBOX_DESCRIPTION;
	const comments = [
		short ? "" : description,
		host.notes,
		host.tags.length === 0 ? "" : `Tags: ${host.tags.join(", ")}`,
		host.mac === undefined ? "" : `MAC: ${host.mac}`,
	];
	return [
		`${host.ip}/${prefix}`,
		host.firstSeenAt === undefined ? "reserved" : "active",
		named ? host.hostname.toLowerCase() : "",
		short ? description : `${[...description].slice(0, NETBOX_DESCRIPTION - 1).join("")}…`,
		comments.filter((part) => part !== "").join("\n"),
	];
}

/** One name that NetBox does not take, or not with the mark that no spreadsheet runs it, has it refuse the whole file. */
function isNetboxName(name: string): boolean {
	return name.length <= 255 && NETBOX_NAME.test(name) && escapeFormula(name) === name;
}

/** Columns of NetBox's bulk import of prefixes: a block with others inside is a container. */
export async function* writeNetboxPrefixes(source: ExportSource): AsyncGenerator<string> {
	const around = new Set(source.subnets.map(({ parentId }) => parentId));
	yield csvLine(["prefix", "status", "description", "comments"]);
	yield source.subnets
		.map((subnet) => {
			const status = around.has(subnet.id) ? "container" : "active";
			return csvLine([formatCidr(subnet.cidr), status, subnet.name, subnet.notes]);
		})
		.join("");
}

/** A name that a hosts file, dnsmasq or an inventory can hold: no blanks, no control characters, no comment. */
const PLAIN_NAME = /^[A-Za-z0-9_]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?$/;

function oneLine(text: string): string {
	return text.replace(/\s+/g, " ").trim();
}

/** hosts(5); above the addresses of a subnet a comment as phpIPAM writes it, which is read back. */
export async function* writeHosts(source: ExportSource): AsyncGenerator<string> {
	const subnets = new Map(source.subnets.map((subnet) => [subnet.id, subnet]));
	let last: number | undefined;
	for await (const hosts of source.hosts()) {
		let text = "";
		for (const host of hosts) {
			if (!PLAIN_NAME.test(host.hostname)) continue;
			if (host.subnetId !== last)
				text += `${last === undefined ? "" : "\n"}${subnetComment(subnets.get(host.subnetId))}`;
			last = host.subnetId;
			const comment = host.description === "" ? "" : `\t# ${oneLine(host.description)}`;
			text += `${host.ip}\t${host.hostname}${comment}\n`;
		}
		yield text;
	}
}

function subnetComment(subnet: Subnet | undefined): string {
	if (subnet === undefined) return "";
	return `# ${oneLine(subnet.name)} (${formatCidr(subnet.cidr)})\n`;
}

/** dnsmasq(8), --dhcp-host: hardware address, address, and the first part of the name where there is one. */
export async function* writeDnsmasq(source: ExportSource): AsyncGenerator<string> {
	for await (const hosts of source.hosts()) {
		let text = "";
		for (const { mac, ip, address, hostname } of hosts) {
			if (mac === undefined) continue;
			const label = hostname.split(".")[0] ?? "";
			const name = /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(label) ? `,${label}` : "";
			text += `dhcp-host=${mac},${familyOf(address) === 6 ? `[${ip}]` : ip}${name}\n`;
		}
		yield text;
	}
}

/**
 * An inventory in YAML: a group for each subnet, a host once; strings as JSON, which YAML 1.2 reads alike. What people or
 * files said is marked `!unsafe`: Ansible would otherwise run the templates in it on whoever reads the inventory.
 */
export async function* writeAnsible(source: ExportSource): AsyncGenerator<string> {
	const groups = groupNames(source.subnets);
	// A host called like a group would be taken for it.
	const taken = new Set([...OWN_GROUPS, ...groups.values()].map(digestOf));
	yield "all:\n  children:\n";
	let some = false;
	for (const subnet of source.subnets) {
		let begun = false;
		for await (const hosts of source.hostsOf(subnet.id)) {
			let text = "";
			for (const host of hosts) {
				if (!begun) text += `    ${groups.get(subnet.id)}:\n      hosts:\n`;
				begun = true;
				const plain = PLAIN_NAME.test(host.hostname) && !taken.has(digestOf(host.hostname));
				const name = plain ? host.hostname : host.ip;
				taken.add(digestOf(name));
				text += ansibleHost(name, host);
			}
			some ||= begun;
			yield text;
		}
	}
	if (!some) yield "    ungrouped: {}\n";
}

/** For a hundred thousand names a fraction of their own weight. Two alike, one time in a million: then a host goes by its address. */
function digestOf(name: string): number {
	return Number(BigInt.asUintN(53, BigInt(Bun.hash(name))));
}

function ansibleHost(name: string, host: Host): string {
	const unsafe = (text: string) => `!unsafe ${inYaml(text)}`;
	const lines = [
		`ansible_host: ${JSON.stringify(host.ip)}`,
		`rollcall_status: ${JSON.stringify(host.status)}`,
		`rollcall_tags: [${host.tags.map(unsafe).join(", ")}]`,
		`rollcall_description: ${unsafe(host.description)}`,
	];
	return `        ${JSON.stringify(name)}:\n${lines.map((line) => `          ${line}\n`).join("")}`;
}

/** YAML 1.2 5.1: one character that is not printable would make the whole inventory unreadable. */
const NOT_PRINTABLE = /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g;

/** Text in double quotes, as JSON and YAML read alike. */
function inYaml(text: string): string {
	return JSON.stringify(text).replace(
		NOT_PRINTABLE,
		(char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
	);
}

/** Every inventory has these. */
const OWN_GROUPS = ["all", "ungrouped"];

/** By subnet; each once. */
function groupNames(subnets: readonly Subnet[]): Map<number, string> {
	const groups = new Set<string>();
	return new Map(subnets.map((subnet) => [subnet.id, groupName(subnet, groups)]));
}

/** Letters, digits and underscores, not a digit first (Ansible's rule for groups); the name of each once. */
function groupName(subnet: Subnet, groups: Set<string>): string {
	const block = `net_${formatCidr(subnet.cidr).replace(/[^0-9a-f]+/g, "_")}`;
	const named = subnet.name
		.toLowerCase()
		.replace(/[^a-z0-9]+/g, "_")
		.replace(/^_+|_+$/g, "");
	const wanted = /^[a-z]/.test(named) && !OWN_GROUPS.includes(named) ? named : block;
	let name = groups.has(wanted) ? block : wanted;
	while (groups.has(name)) name += "_";
	groups.add(name);
	return name;
}

/** Prometheus HTTP service discovery: a list of targets with labels. */
export async function* writePrometheus(source: ExportSource): AsyncGenerator<string> {
	const subnets = new Map(source.subnets.map((subnet) => [subnet.id, subnet]));
	let comma = "[\n";
	for await (const hosts of source.hosts()) {
		let text = "";
		for (const host of hosts) {
			text += comma + JSON.stringify(prometheusTarget(host, subnets.get(host.subnetId)));
			comma = ",\n";
		}
		yield text;
	}
	yield comma === "[\n" ? "[]\n" : "\n]\n";
}

function prometheusTarget(host: Host, subnet: Subnet | undefined) {
	const labels: Record<string, string> = {
		__meta_rollcall_ip: host.ip,
		__meta_rollcall_hostname: host.hostname,
		__meta_rollcall_description: host.description,
		__meta_rollcall_status: host.status,
		// Between commas on both sides, so that one expression finds a tag anywhere in it.
		__meta_rollcall_tags: host.tags.length === 0 ? "" : `,${host.tags.join(",")},`,
		__meta_rollcall_subnet: subnet === undefined ? "" : formatCidr(subnet.cidr),
		__meta_rollcall_subnet_name: subnet?.name ?? "",
	};
	return { targets: [familyOf(host.address) === 6 ? `[${host.ip}]` : host.ip], labels };
}
