/** Everything as one table, one JSON document or one workbook: what `read.ts` reads back to the same. Pure. */

import type { ExportSource } from "../model/export.ts";
import type { Host } from "../model/host.ts";
import { UNTIMED } from "../model/presence.ts";
import type { Subnet } from "../model/subnet.ts";
import { formatCidr } from "../net/cidr.ts";
import { csvLine } from "./csv.ts";
import { OWN_COLUMNS } from "./own.ts";
import { zipStream } from "./zip-out.ts";

const COLUMNS = [
	...OWN_COLUMNS,
	...["status", "latency_ms", "first_seen_at", "last_seen_at", "vendor", "ports"],
];

type Values = Readonly<Partial<Record<string, string | number | boolean>>>;

function subnetValues(subnet: Subnet): Values {
	return {
		type: "subnet",
		address: formatCidr(subnet.cidr),
		name: subnet.name,
		notes: subnet.notes,
		gateway: subnet.gateway ?? "",
		sweep_interval_s: subnet.sweepIntervalS,
		sweep_enabled: subnet.sweepEnabled,
		scan_enabled: subnet.scanEnabled,
		snmp_enabled: subnet.snmpEnabled,
	};
}

function hostValues(host: Host): Values {
	const timed = host.latencyUs !== undefined && host.latencyUs !== UNTIMED;
	return {
		type: "host",
		address: host.ip,
		name: host.hostname,
		description: host.description,
		tags: host.tags.join(", "),
		notes: host.notes,
		mac: host.mac ?? "",
		name_source: host.hostnameSource ?? "",
		snmp_enabled: host.snmpEnabled ?? "",
		status: host.status,
		latency_ms: timed ? (host.latencyUs ?? 0) / 1_000 : "",
		first_seen_at: isoTime(host.firstSeenAt),
		last_seen_at: isoTime(host.lastSeenAt),
		vendor: host.vendor ?? "",
		ports: host.ports
			.map(({ port, proto, service }) => `${port}/${proto}${service && ` ${service}`}`)
			.join(", "),
	};
}

function isoTime(at: number | undefined): string {
	return at === undefined ? "" : new Date(at).toISOString();
}

function cellsOf(values: Values): string[] {
	return COLUMNS.map((column) => String(values[column] ?? ""));
}

/** With a byte order mark, so that Excel reads it as UTF-8. */
export async function* writeCsv(source: ExportSource): AsyncGenerator<string> {
	yield `\ufeff${csvLine(COLUMNS)}${source.subnets.map((subnet) => csvLine(cellsOf(subnetValues(subnet)))).join("")}`;
	for await (const hosts of source.hosts())
		yield hosts.map((host) => csvLine(cellsOf(hostValues(host)))).join("");
}

export async function* writeJson(source: ExportSource): AsyncGenerator<string> {
	const at = isoTime(source.now);
	const subnets = source.subnets.map((subnet) => {
		const { type: _, address, ...rest } = subnetValues(subnet);
		return JSON.stringify({ cidr: address, ...rest });
	});
	yield `{"rollcall":1,"exported_at":${JSON.stringify(at)},"subnets":[\n${subnets.join(",\n")}\n],"hosts":[`;
	let comma = "\n";
	for await (const hosts of source.hosts()) {
		let text = "";
		for (const host of hosts) {
			text += comma + JSON.stringify(hostItem(host));
			comma = ",\n";
		}
		yield text;
	}
	yield "\n]}\n";
}

function hostItem(host: Host) {
	const { type: _, address, name, ports: __, ...rest } = hostValues(host);
	const ports = host.ports.map(({ port, proto, service, product, version }) => ({
		...{ port, proto, service, product, version },
	}));
	return { ip: address, hostname: name, ...rest, tags: host.tags, ports };
}

const XML_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const PACKAGE = "http://schemas.openxmlformats.org/package/2006";
const OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml";

/** The parts around the one sheet (ECMA-376 part 1, 18.2 and part 2). */
const PARTS: Readonly<Record<string, string>> = {
	"[Content_Types].xml": `${XML_HEAD}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="${WORKBOOK_TYPE}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${WORKBOOK_TYPE}.worksheet+xml"/></Types>`,
	"_rels/.rels": `${XML_HEAD}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
	"xl/workbook.xml": `${XML_HEAD}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets><sheet name="Rollcall" sheetId="1" r:id="rId1"/></sheets></workbook>`,
	"xl/_rels/workbook.xml.rels": `${XML_HEAD}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
};

/** Every cell is text: nothing in it is ever a formula. */
export async function* writeXlsx(source: ExportSource): AsyncGenerator<Uint8Array> {
	async function* once(text: string) {
		yield text;
	}
	async function* sheet() {
		yield `${XML_HEAD}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>`;
		yield xlsxRow(COLUMNS) + source.subnets.map((subnet) => xlsxRow(cellsOf(subnetValues(subnet)))).join("");
		for await (const hosts of source.hosts())
			yield hosts.map((host) => xlsxRow(cellsOf(hostValues(host)))).join("");
		yield "</sheetData></worksheet>";
	}
	const parts = Object.entries(PARTS).map(([name, text]) => ({ name, pieces: once(text) }));
	yield* zipStream([...parts, { name: "xl/worksheets/sheet1.xml", pieces: sheet() }], source.now);
}

function xlsxRow(cells: readonly string[]): string {
	return `<row>${cells.map(xlsxCell).join("")}</row>`;
}

/** XML 1.0 2.2: one such character would make the whole file unreadable. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is meant
const NO_XML = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g;

function xlsxCell(text: string): string {
	if (text === "") return "<c/>";
	// What looks like an escape of a character is itself escaped, and what XML has no room for (ECMA-376 part 1, 22.9.2.19).
	const safe = text
		.replace(/_(?=x[0-9A-Fa-f]{4}_)/g, "_x005F_")
		.replace(NO_XML, (char) => `_x${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}_`)
		.replaceAll("&", "&amp;")
		.replaceAll("<", "&lt;")
		.replaceAll(">", "&gt;");
	return `<c t="inlineStr"><is><t xml:space="preserve">${safe}</t></is></c>`;
}
