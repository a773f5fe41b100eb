/** What a row makes different of the host or subnet that is there, field by field. An absent column changes nothing. Pure. */

import type { FieldChange, HostTarget, HostValues, SubnetDraftValues } from "../model/import.ts";
import type { Subnet } from "../model/subnet.ts";

/** What is there at an address. */
export type HostThere = {
	readonly id: number;
	readonly version: number;
	readonly hostname: string;
	readonly description: string;
	readonly tags: readonly string[];
	readonly notes: string;
	readonly mac: string | undefined;
	readonly snmpEnabled: boolean | undefined;
	/** It answered once: then its hardware address was seen. */
	readonly answered: boolean;
};

export type PlanOptions = { readonly clear: boolean; readonly sweep: boolean };

export const NO_HOST: Omit<HostThere, "id" | "version"> = {
	hostname: "",
	description: "",
	tags: [],
	notes: "",
	mac: undefined,
	snmpEnabled: undefined,
	answered: false,
};

/** Only what the row makes different. An empty cell takes nothing away unless that was asked for. */
export function hostTarget(
	values: HostValues,
	before: typeof NO_HOST,
	options: PlanOptions,
	remarks: string[],
): HostTarget {
	const target: { -readonly [K in keyof HostTarget]: HostTarget[K] } = {};
	const wanted = (text: string | undefined, old: string) =>
		text !== undefined && text !== old && (text !== "" || options.clear);
	if (wanted(values.hostname, before.hostname)) {
		target.hostname = values.hostname ?? "";
		target.hostnameSource = target.hostname === "" ? null : (values.nameSource ?? "import");
	}
	if (wanted(values.description, before.description)) target.description = values.description ?? "";
	if (wanted(values.notes, before.notes)) target.notes = values.notes ?? "";
	const tags = values.tags ?? before.tags;
	if (tags.join("\n") !== before.tags.join("\n") && (tags.length > 0 || options.clear)) target.tags = tags;
	if (wanted(values.mac, before.mac ?? "")) {
		if (before.answered && before.mac !== undefined)
			remarks.push(`the hardware address that answered, ${before.mac}, stays`);
		else target.mac = values.mac === "" ? null : (values.mac ?? null);
	}
	if (values.snmpEnabled !== undefined && values.snmpEnabled !== before.snmpEnabled)
		target.snmpEnabled = values.snmpEnabled;
	return target;
}

export function changesOf(target: HostTarget, before: typeof NO_HOST): FieldChange[] {
	const changes: FieldChange[] = [];
	const push = (field: string, old: string, now: string | undefined) => {
		if (now !== undefined) changes.push({ field, old, new: now });
	};
	push("hostname", before.hostname, target.hostname);
	push("description", before.description, target.description);
	push("tags", before.tags.join(", "), target.tags?.join(", "));
	push("notes", before.notes, target.notes);
	push("hardware address", before.mac ?? "", target.mac === undefined ? undefined : (target.mac ?? ""));
	push(
		"asked by SNMP",
		yesNo(before.snmpEnabled),
		target.snmpEnabled === undefined ? undefined : yesNo(target.snmpEnabled),
	);
	return changes;
}

function yesNo(value: boolean | undefined): string {
	return value === undefined ? "" : value ? "yes" : "no";
}

export const SUBNET_FIELDS: Readonly<Record<keyof SubnetDraftValues, string>> = {
	name: "name",
	notes: "notes",
	gateway: "gateway",
	sweepIntervalS: "seconds between sweeps",
	sweepEnabled: "swept",
	scanEnabled: "ports scanned",
	snmpEnabled: "asked by SNMP",
};

export function shown(value: string | number | boolean | undefined): string {
	return typeof value === "boolean" ? yesNo(value) : String(value ?? "");
}

export function subnetTarget(
	values: SubnetDraftValues,
	there: Subnet | undefined,
	options: PlanOptions,
): SubnetDraftValues {
	const target: Record<string, string | number | boolean> = {};
	for (const [key, value] of Object.entries(values)) {
		const old = there?.[key as keyof SubnetDraftValues] ?? (typeof value === "string" ? "" : undefined);
		if (value !== old && (value !== "" || options.clear)) target[key] = value;
	}
	if (there === undefined && values.sweepEnabled === undefined && !options.sweep) target.sweepEnabled = false;
	return target;
}
