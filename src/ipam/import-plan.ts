/** What a file would do to what is there, row by row: add, change, same or refuse, with the reason. Writes nothing. */

import type {
	Draft,
	FieldChange,
	HostTarget,
	Place,
	PlannedRow,
	SubnetDraftValues,
	Verdict,
} from "../model/import.ts";
import type { Subnet } from "../model/subnet.ts";
import { parseAddress } from "../net/address.ts";
import { Blocks } from "../net/blocks.ts";
import { type Cidr, contains, formatCidr, parseCidr, usableRange } from "../net/cidr.ts";

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

export type There = {
	readonly subnets: readonly Subnet[];
	readonly host: (ip: string) => HostThere | undefined;
};

export type PlanOptions = { readonly clear: boolean; readonly sweep: boolean };

type Entry = {
	readonly cidr: Cidr;
	readonly text: string;
	line: number;
	at: number;
	values: SubnetDraftValues;
	readonly remarks: readonly string[];
	readonly there: Subnet | undefined;
	/** Nothing in the file is about it: only its neighbours are. */
	silent: boolean;
};

type HostDraft = Extract<Draft, { kind: "host" }>;

/** Subnets first, then hosts and refused rows, each in the order of the file. */
export function planImport(drafts: readonly Draft[], there: There, options: PlanOptions): PlannedRow[] {
	const refused: PlannedRow[] = [];
	const entries = subnetsOf(drafts, there, refused);
	const blocks = new Blocks([...entries.values()].map((entry) => ({ cidr: entry.cidr, value: entry })));
	const hosts: PlannedRow[] = [];
	const seen = new Map<string, { line: number; hash: number | bigint }>();
	for (const draft of drafts) {
		if (draft.kind === "refused") hosts.push(refusal("host", draft, draft.address, draft.reason));
		if (draft.kind !== "host") continue;
		const row = repeated(draft, seen) ?? planHost(draft, blocks, there, options);
		hosts.push(row);
		if (draft.isGateway && row.verdict !== "refuse") markGateway(draft, blocks);
	}
	const subnets = [...entries.values()]
		.filter(({ silent }) => !silent)
		.map((entry) => planSubnet(entry, options));
	return [...subnets, ...refused, ...hosts];
}

function refusal(noun: "host" | "subnet", { line, at }: Place, address: string, reason: string): PlannedRow {
	const nothing = { rowId: undefined, version: undefined, home: undefined, target: {}, changes: [] };
	return { noun, line, at, address, verdict: "refuse", reason, ...nothing };
}

/** All subnets there will be: those that are here, those the file describes, those its hosts name. */
function subnetsOf(drafts: readonly Draft[], there: There, refused: PlannedRow[]): Map<string, Entry> {
	const entries = new Map<string, Entry>();
	const existing = new Map(there.subnets.map((subnet) => [formatCidr(subnet.cidr), subnet]));
	const add = (text: string, { line, at }: Place, values: SubnetDraftValues, remarks: readonly string[]) => {
		const cidr = parseCidr(text).value;
		if (cidr === undefined)
			return refused.push(refusal("subnet", { line, at }, text, `“${text}” is no subnet.`));
		return entries.set(text, {
			cidr,
			text,
			line,
			at,
			values,
			remarks,
			there: existing.get(text),
			silent: false,
		});
	};
	for (const draft of drafts) {
		if (draft.kind !== "subnet") continue;
		const before = entries.get(draft.cidr);
		if (before === undefined) add(draft.cidr, draft, draft.values, draft.remarks);
		else if (JSON.stringify(before.values) !== JSON.stringify(draft.values)) {
			refused.push(
				refusal("subnet", draft, draft.cidr, `${draft.cidr} is in line ${before.line} already, differently.`),
			);
		}
	}
	for (const draft of drafts) {
		if (draft.kind !== "host" || draft.subnet === undefined) continue;
		if (!entries.has(draft.subnet) && !existing.has(draft.subnet)) {
			add(draft.subnet, draft, {}, [`named by line ${draft.line}`]);
		}
	}
	for (const [text, subnet] of existing) {
		if (entries.has(text)) continue;
		const { cidr } = subnet;
		entries.set(text, { cidr, text, line: 0, at: 0, values: {}, remarks: [], there: subnet, silent: true });
	}
	return entries;
}

/** The same address for the second time in a file: harmless when the rows are alike, refused when they are not. */
function repeated(
	draft: HostDraft,
	seen: Map<string, { line: number; hash: number | bigint }>,
): PlannedRow | undefined {
	// A hundred thousand texts would be held until the end: their hashes are enough to tell rows apart.
	const hash = Bun.hash(JSON.stringify(draft.values));
	const before = seen.get(draft.ip);
	if (before === undefined) {
		seen.set(draft.ip, { line: draft.line, hash });
		return undefined;
	}
	if (before.hash !== hash) {
		return refusal("host", draft, draft.ip, `${draft.ip} is in line ${before.line} already, differently.`);
	}
	const row = refusal("host", draft, draft.ip, `as line ${before.line}`);
	return { ...row, verdict: "same" };
}

function planHost(draft: HostDraft, blocks: Blocks<Entry>, there: There, options: PlanOptions): PlannedRow {
	const { ip, line, at, values } = draft;
	const refuse = (reason: string) => refusal("host", draft, ip, reason);
	const address = parseAddress(ip).value ?? 0n;
	const home = blocks.around(address);
	if (home === undefined) {
		return refuse(`${ip} lies in no subnet: add one around it, or a column that names the subnet.`);
	}
	const named = draft.subnet === undefined ? undefined : parseCidr(draft.subnet).value;
	if (named !== undefined && !contains(named, address))
		return refuse(`${ip} does not lie in ${draft.subnet}.`);
	const host = there.host(ip);
	const usable = usableRange(home.cidr);
	if (host === undefined && (address < usable.first || address > usable.last)) {
		return refuse(`${ip} is the network or broadcast address of ${home.text}.`);
	}
	const remarks = [...draft.remarks];
	const before = host ?? NO_HOST;
	const target = hostTarget(values, before, options, remarks);
	// Of a new host everything is new: its values say that.
	const changes = host === undefined ? [] : changesOf(target, before);
	const verdict: Verdict = host === undefined ? "add" : changes.length > 0 ? "change" : "same";
	return {
		...{ noun: "host", line, at, address: ip, verdict, reason: remarks.join("; "), changes, target },
		...{ rowId: host?.id, version: host?.version, home: home.text },
	};
}

const NO_HOST: Omit<HostThere, "id" | "version"> = {
	hostname: "",
	description: "",
	tags: [],
	notes: "",
	mac: undefined,
	snmpEnabled: undefined,
	answered: false,
};

/** Only what the row makes different. An empty cell takes nothing away unless that was asked for. */
function hostTarget(
	values: HostDraft["values"],
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

function changesOf(target: HostTarget, before: typeof NO_HOST): FieldChange[] {
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

/** The row of a gateway tells its subnet so, where that has none yet. */
function markGateway(draft: HostDraft, blocks: Blocks<Entry>): void {
	const home = blocks.around(parseAddress(draft.ip).value ?? 0n);
	if (home === undefined || home.values.gateway || home.there?.gateway !== undefined) return;
	home.values = { ...home.values, gateway: draft.ip };
	if (home.silent) Object.assign(home, { line: draft.line, at: draft.at });
	home.silent = false;
}

/** A gateway that lies elsewhere is left out, not the subnet: hosts of the file live in it. */
function planSubnet(entry: Entry, options: PlanOptions): PlannedRow {
	const { cidr, text, line, at, there } = entry;
	const remarks = [...entry.remarks];
	const values = { ...entry.values };
	const gateway = values.gateway ? parseAddress(values.gateway).value : undefined;
	if (gateway !== undefined && !contains(cidr, gateway)) {
		remarks.push(`the gateway ${values.gateway} does not lie in it: left out`);
		delete values.gateway;
	}
	const target = subnetTarget(values, there, options);
	const changes = Object.entries(target).map(([key, now]) => ({
		field: SUBNET_FIELDS[key as keyof SubnetDraftValues],
		old: there === undefined ? "" : shown(there[key as keyof SubnetDraftValues]),
		new: shown(now),
	}));
	const verdict: Verdict = there === undefined ? "add" : changes.length > 0 ? "change" : "same";
	return {
		...{ noun: "subnet", line, at, address: text, verdict, reason: remarks.join("; "), changes, target },
		...{ rowId: there?.id, version: there?.version, home: undefined },
	};
}

const SUBNET_FIELDS: Readonly<Record<keyof SubnetDraftValues, string>> = {
	name: "name",
	notes: "notes",
	gateway: "gateway",
	sweepIntervalS: "seconds between sweeps",
	sweepEnabled: "swept",
	scanEnabled: "ports scanned",
	snmpEnabled: "asked by SNMP",
};

function shown(value: string | number | boolean | undefined): string {
	return typeof value === "boolean" ? yesNo(value) : String(value ?? "");
}

function subnetTarget(
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
