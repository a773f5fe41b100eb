/** What can be taken out of here, and what each form is for. Pure. */

import type { Host } from "./host.ts";
import type { Subnet } from "./subnet.ts";

export type ExportFormat = keyof typeof EXPORT_FORMATS;

/** `type` is the content type, `ending` that of the file; `says` what it is good for. */
export const EXPORT_FORMATS = {
	csv: { name: "CSV", ending: "csv", type: "text/csv; charset=utf-8", says: "everything; comes back whole" },
	xlsx: {
		name: "Excel (XLSX)",
		ending: "xlsx",
		type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		says: "everything; comes back whole",
	},
	json: {
		name: "JSON",
		ending: "json",
		type: "application/json; charset=utf-8",
		says: "everything; comes back whole",
	},
	netbox: {
		name: "NetBox, IP addresses",
		ending: "csv",
		type: "text/csv; charset=utf-8",
		says: "for its importer; bring the prefixes first",
	},
	"netbox-prefixes": {
		name: "NetBox, prefixes",
		ending: "csv",
		type: "text/csv; charset=utf-8",
		says: "for its importer",
	},
	hosts: {
		name: "hosts file",
		ending: "txt",
		type: "text/plain; charset=utf-8",
		says: "addresses with a name",
	},
	dnsmasq: {
		name: "dnsmasq reservations",
		ending: "conf",
		type: "text/plain; charset=utf-8",
		says: "addresses with a hardware address",
	},
	ansible: {
		name: "Ansible inventory",
		ending: "yml",
		type: "text/plain; charset=utf-8",
		says: "a group for each subnet",
	},
	prometheus: {
		name: "Prometheus http_sd",
		ending: "json",
		type: "application/json; charset=utf-8",
		says: "targets with labels",
	},
} as const;

/** What is written: subnets at once, hosts by address in slices. */
export type ExportSource = {
	readonly subnets: readonly Subnet[];
	readonly hosts: () => AsyncIterable<readonly Host[]>;
	/** Hosts of one subnet alone. */
	readonly hostsOf: (subnetId: number) => AsyncIterable<readonly Host[]>;
	/** Epoch milliseconds. */
	readonly now: number;
};
