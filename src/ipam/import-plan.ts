/** What a file would do to what is there, row by row: add, change, same or refuse, with the reason. Writes nothing. */

import {
	type Draft,
	HOMELESS,
	type Place,
	type PlannedRow,
	type SubnetDraftValues,
	type Verdict,
} from "../model/import.ts";
import type { Subnet } from "../model/subnet.ts";
import { parseAddress } from "../net/address.ts";
import { Blocks } from "../net/blocks.ts";
import { type Cidr, contains, formatCidr, parseCidr, usableRange } from "../net/cidr.ts";
import {
	changesOf,
	type HostThere,
	hostTarget,
	NO_HOST,
	type PlanOptions,
	SUBNET_FIELDS,
	shown,
	subnetTarget,
} from "./import-targets.ts";

export type There = {
	readonly subnets: readonly Subnet[];
	readonly host: (ip: string) => HostThere | undefined;
};

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

export type Plan = {
	/** Subnets that would be added. */
	readonly subnetsAdded: number;
	/** Subnets first, then hosts and refused rows, each in the order of the file; judged as they are asked for, once. */
	readonly rows: Iterable<PlannedRow>;
};

/** `drafts` are gone through more than once: first for the subnets there will be, then row by row. */
export function planImport(drafts: Iterable<Draft>, there: There, options: PlanOptions): Plan {
	const refused: PlannedRow[] = [];
	const { entries, gateways } = subnetsOf(drafts, there, refused);
	const blocks = new Blocks([...entries.values()].map((entry) => ({ cidr: entry.cidr, value: entry })));
	for (const draft of trueGateways(drafts, gateways)) {
		if (planHost(draft, blocks, there, options).verdict !== "refuse") markGateway(draft, blocks);
	}
	const subnets = [...entries.values()]
		.filter(({ silent }) => !silent)
		.map((entry) => planSubnet(entry, options));
	const hosts = function* () {
		const seen: Seen = { at: new Map(), lines: [], hashes: [] };
		for (const draft of drafts) {
			if (draft.kind === "refused") yield refusal("host", draft, draft.address, draft.reason);
			if (draft.kind === "host") yield repeated(draft, seen) ?? planHost(draft, blocks, there, options);
		}
	};
	const rows = function* () {
		yield* subnets;
		yield* refused;
		yield* hosts();
	};
	return { subnetsAdded: subnets.filter(({ verdict }) => verdict === "add").length, rows: rows() };
}

/** Without rows that a row above with the same address contradicts: those are refused. */
function trueGateways(drafts: Iterable<Draft>, gateways: readonly HostDraft[]): readonly HostDraft[] {
	if (gateways.length === 0) return [];
	const wanted = new Set(gateways.map(({ ip }) => ip));
	const first = new Map<string, string>();
	for (const draft of drafts) {
		if (draft.kind !== "host" || !wanted.has(draft.ip) || first.has(draft.ip)) continue;
		first.set(draft.ip, JSON.stringify(draft.values));
	}
	return gateways.filter(({ ip, values }) => first.get(ip) === JSON.stringify(values));
}

function refusal(noun: "host" | "subnet", { line, at }: Place, address: string, reason: string): PlannedRow {
	const nothing = { rowId: undefined, version: undefined, home: undefined, target: {}, changes: [] };
	return { noun, line, at, address, verdict: "refuse", reason, ...nothing };
}

/** Rows that name the same gateway, of which so many are looked at. */
const NAMED_MAX = 8;

/** All subnets there will be: those that are here, those the file describes, those its hosts name; and who is a gateway. */
function subnetsOf(
	drafts: Iterable<Draft>,
	there: There,
	refused: PlannedRow[],
): { entries: Map<string, Entry>; gateways: HostDraft[] } {
	const entries = new Map<string, Entry>();
	const existing = new Map(there.subnets.map((subnet) => [formatCidr(subnet.cidr), subnet]));
	const add = (text: string, { line, at }: Place, values: SubnetDraftValues, remarks: readonly string[]) => {
		const cidr = parseCidr(text).value;
		if (cidr === undefined)
			return refused.push(refusal("subnet", { line, at }, text, `“${text}” is no subnet.`));
		const place = { cidr, text, line, at };
		return entries.set(text, { ...place, values, remarks, there: existing.get(text), silent: false });
	};
	/** By their first row. */
	const named = new Map<string, Place>();
	const gateways: HostDraft[] = [];
	/** Of those that name the same one the first few are enough: a list may begin with rows that are refused. */
	const told = new Map<string, number>();
	for (const draft of drafts) {
		if (draft.kind === "refused") continue;
		if (draft.kind === "host") {
			const key = `${draft.gateway} ${draft.subnet}`;
			const times = told.get(key) ?? 0;
			if (draft.isGateway || (draft.gateway !== undefined && times < NAMED_MAX)) gateways.push(draft);
			if (draft.gateway !== undefined) told.set(key, times + 1);
			if (draft.subnet !== undefined && !named.has(draft.subnet))
				named.set(draft.subnet, { line: draft.line, at: draft.at });
			continue;
		}
		const before = entries.get(draft.cidr);
		if (before === undefined) add(draft.cidr, draft, draft.values, draft.remarks);
		else if (JSON.stringify(before.values) !== JSON.stringify(draft.values)) {
			refused.push(
				refusal("subnet", draft, draft.cidr, `${draft.cidr} is in line ${before.line} already, differently.`),
			);
		}
	}
	for (const [text, place] of named) {
		if (!entries.has(text) && !existing.has(text)) add(text, place, {}, [`named by line ${place.line}`]);
	}
	for (const [text, subnet] of existing) {
		if (entries.has(text)) continue;
		const { cidr } = subnet;
		entries.set(text, { cidr, text, line: 0, at: 0, values: {}, remarks: [], there: subnet, silent: true });
	}
	return { entries, gateways };
}

/** Where each address came first: its number there, and by that its line and the hash of its values. */
type Seen = {
	readonly at: Map<string, number>;
	readonly lines: number[];
	readonly hashes: number[];
};

/** The same address for the second time in a file: harmless when the rows are alike, refused when they are not. */
function repeated(draft: HostDraft, { at, lines, hashes }: Seen): PlannedRow | undefined {
	// A hundred thousand texts would be held until the end: 53 bits of their hashes are enough to tell rows apart.
	const hash = Number(BigInt.asUintN(53, BigInt(Bun.hash(JSON.stringify(draft.values)))));
	const before = at.get(draft.ip);
	if (before === undefined) {
		at.set(draft.ip, lines.length);
		lines.push(draft.line);
		hashes.push(hash);
		return undefined;
	}
	if (hashes[before] !== hash) {
		const reason = `${draft.ip} is in line ${lines[before]} already, differently.`;
		return refusal("host", draft, draft.ip, reason);
	}
	return { ...refusal("host", draft, draft.ip, `as line ${lines[before]}`), verdict: "same" };
}

function planHost(draft: HostDraft, blocks: Blocks<Entry>, there: There, options: PlanOptions): PlannedRow {
	const { ip, line, at, values } = draft;
	const refuse = (reason: string) => refusal("host", draft, ip, reason);
	const address = parseAddress(ip).value ?? 0n;
	const home = blocks.around(address);
	if (home === undefined) {
		return refuse(`${ip} ${HOMELESS}: add one around it, or a column that names the subnet.`);
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

/** The row of a gateway, or one that names it, tells its subnet so, where that has none yet. */
function markGateway(draft: HostDraft, blocks: Blocks<Entry>): void {
	const home = blocks.around(parseAddress(draft.ip).value ?? 0n);
	if (home === undefined || home.there?.gateway !== undefined) return;
	const told = home.values.gateway ? parseAddress(home.values.gateway).value : undefined;
	// One that lies elsewhere is left out (see planSubnet): a row below may name the right one.
	if (told !== undefined && contains(home.cidr, told)) return;
	home.values = { ...home.values, gateway: draft.gateway ?? draft.ip };
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
