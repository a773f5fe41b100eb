/** The one door for exports: a format and what to write in, pieces of a file out. Holds no more than a slice at a time. */

import type { ExportFormat, ExportSource } from "../model/export.ts";
import * as lists from "./lists-out.ts";
import * as tables from "./tables-out.ts";

const WRITERS: Readonly<Record<ExportFormat, (source: ExportSource) => AsyncIterable<string | Uint8Array>>> =
	{
		csv: tables.writeCsv,
		json: tables.writeJson,
		xlsx: tables.writeXlsx,
		netbox: lists.writeNetboxAddresses,
		"netbox-prefixes": lists.writeNetboxPrefixes,
		hosts: lists.writeHosts,
		dnsmasq: lists.writeDnsmasq,
		ansible: lists.writeAnsible,
		prometheus: lists.writePrometheus,
	};

export function writeExport(format: ExportFormat, source: ExportSource): AsyncIterable<string | Uint8Array> {
	return WRITERS[format](source);
}
