/** Recording and changing hosts by hand: the rules, one transaction each, told after the commit. Removing is in deletions. */

import type { Context, Ground } from "../context.ts";
import { AppError } from "../errors.ts";
import type { Host } from "../model/host.ts";
import { settle } from "../model/naming.ts";
import { type Address, formatAddress, parseAddress } from "../net/address.ts";
import { formatCidr, usableRange } from "../net/cidr.ts";
import { gapsOf } from "../net/ranges.ts";
import { transact } from "../store/database.ts";
import { listAddresses } from "../store/history.ts";
import * as hosts from "../store/hosts.ts";
import { writeHostSnmp } from "../store/names.ts";
import { writeExpiry } from "../store/next-address.ts";
import { findAround } from "../store/subnets.ts";
import { change, cut, record } from "./audit.ts";
import { checkExpiry, checkHost, type HostExtras, type HostInput, need } from "./fields.ts";

/**
 * Records a host at a free address. It belongs to the most specific subnet around it. AppError("invalid") when the
 * address is none, lies in no subnet, or is a network or broadcast address; AppError("conflict") when it is taken.
 */
export function reserveAddress(context: Context, addressText: string, input: HostInput & HostExtras): Host {
	const address = need("address", parseAddress(addressText));
	const values = checkHost(input);
	const { expiresAt, snmpEnabled } = input;
	const { db, clock } = context;
	checkExpiry(expiresAt, clock.now());
	const host = transact(db, () => {
		const { id } = placeHost(context, address, values);
		if (typeof expiresAt === "number") writeExpiry(db, id, expiresAt);
		if (typeof snmpEnabled === "boolean") writeHostSnmp(db, id, snmpEnabled, clock.now());
		return demandHost(context, id);
	});
	tellOfHost(context, host);
	return host;
}

/** The part of `reserveAddress` that stands in a transaction; `values` are checked. */
export function placeHost(context: Context, address: Address, values: ReturnType<typeof checkHost>): Host {
	const text = formatAddress(address);
	const invalid = (says: string) => new AppError("invalid", says, { field: "address" });
	const subnet = findAround(context.db, address, address);
	if (subnet === undefined) throw invalid(`${text} lies in no subnet: add one around it first.`);
	const usable = usableRange(subnet.cidr);
	if (address < usable.first || address > usable.last) {
		throw invalid(`${text} is the network or broadcast address of ${formatCidr(subnet.cidr)}.`);
	}
	const there = hosts.findHostByAddress(context.db, address);
	if (there !== undefined) throw taken(there);
	const source = values.hostname === "" ? undefined : ("typed" as const);
	const at = context.clock.now();
	const id = hosts.insertHost(context.db, subnet.id, address, { ...values, hostnameSource: source }, at);
	const made = demandHost(context, id);
	note(context, made, { field: "reserved", old: "", new: made.ip });
	return made;
}

/** Records a host at the lowest free address from `from` on. AppError("conflict") when none is left. */
export function reserveFirstFree(context: Context, subnetId: number, from: Address, input: HostInput): Host {
	const subnet = findAround(context.db, from, from);
	if (subnet === undefined || subnet.id !== subnetId) {
		throw new AppError("invalid", `${formatAddress(from)} is not in this subnet.`, { field: "address" });
	}
	const usable = usableRange(subnet.cidr);
	const start = from < usable.first ? usable.first : from;
	const free = gapsOf({ first: start, last: usable.last }, listAddresses(context.db, subnetId))[0];
	if (free === undefined)
		throw new AppError("conflict", "No address is free from there on.", { field: "address" });
	return reserveAddress(context, formatAddress(free.first), input);
}

/**
 * Changes what people wrote about a host, when its reservation ends and whether it is asked by SNMP; each changed field
 * is an event, all of it one version; where nothing differs there is neither. A name that was changed by hand is "typed"
 * from then on, and with `named` one that was given again. AppError("conflict") carries the current values when somebody
 * else was quicker, and names `expires_at` for a host that has answered: it is in use, and no reservation any more.
 */
export function editHost(context: Context, id: number, version: number, input: HostInput & HostExtras): Host {
	const edited = transact(context.db, () => writeEdit(context, demandHost(context, id), version, input));
	tellOfHost(context, edited);
	return edited;
}

/** The part of `editHost` that stands in a transaction; whoever calls it tells of it after the commit. */
export function writeEdit(
	context: Context,
	before: Host,
	version: number,
	input: HostInput & HostExtras,
): Host {
	const { db, clock } = context;
	const { id } = before;
	const typed = checkHost(input);
	const named = input.named === true || typed.hostname !== before.hostname;
	const { hostname, hostnameSource } = named ? nameOf(before, typed.hostname) : before;
	const values = { ...typed, hostname, hostnameSource };
	const extras = checkExtras(context, before, input);
	const changes = [...changesOf(before, values), ...extras.changes];
	if (changes.length === 0 && version === before.version) return before;
	if (!hosts.updateHost(db, id, version, values, clock.now()))
		throw outdated(before, changesOf(before, typed));
	if (extras.end !== before.expiresAt) writeExpiry(db, id, extras.end);
	if (extras.snmp !== before.snmpEnabled) writeHostSnmp(db, id, extras.snmp, clock.now());
	const after = demandHost(context, id);
	for (const change of changes) note(context, after, change);
	return after;
}

/** The name by SNMP, on, off or as its subnet has it; the rest stays. */
export function switchHostSnmp(context: Context, id: number, enabled: boolean | null): Host {
	const now = demandHost(context, id);
	return editHost(context, id, now.version, { ...now, snmpEnabled: enabled });
}

/** When it ends and how it is asked, as wished or as it is, and what of that changes. */
function checkExtras(context: Context, before: Host, input: HostExtras) {
	const end = input.expiresAt === undefined ? before.expiresAt : (input.expiresAt ?? undefined);
	const snmp = input.snmpEnabled === undefined ? before.snmpEnabled : (input.snmpEnabled ?? undefined);
	if (end !== before.expiresAt) {
		checkExpiry(end, context.clock.now());
		if (end !== undefined && before.firstSeenAt !== undefined) throw inUse();
	}
	const changes = [
		...change("end", momentOf(before.expiresAt), momentOf(end)),
		...change("SNMP", before.snmpEnabled ?? AS_SUBNET, snmp ?? AS_SUBNET),
	];
	return { end, snmp, changes };
}

const AS_SUBNET = "as the subnet";

function momentOf(at: number | undefined): string {
	return at === undefined ? "" : new Date(at).toISOString();
}

function inUse(): AppError {
	const says = "This host has answered: it is in use, and does not end by itself.";
	return new AppError("conflict", says, { field: "expires_at" });
}

/** A name that is typed; where it was taken away, the one that was found out. */
function nameOf(before: Host, hostname: string): Pick<Host, "hostname" | "hostnameSource"> {
	if (hostname !== "") return { hostname, hostnameSource: "typed" };
	return settle({ ...before, hostname, hostnameSource: undefined, ptrHeard: undefined });
}

export function demandHost(context: Ground, id: number): Host {
	const host = hosts.findHost(context.db, id);
	if (host === undefined) throw new AppError("not_found", "There is no such host. It may have been deleted.");
	return host;
}

type FieldChange = { field: string; old: string; new: string };

function changesOf(
	before: Host,
	after: ReturnType<typeof checkHost> & Partial<Pick<Host, "hostnameSource">>,
) {
	const all: FieldChange[] = [
		{ field: "hostname", old: before.hostname, new: after.hostname },
		{ field: "description", old: before.description, new: after.description },
		{ field: "tags", old: before.tags.join(", "), new: after.tags.join(", ") },
		{ field: "notes", old: before.notes, new: after.notes },
	];
	const { hostnameSource = before.hostnameSource } = after;
	const named =
		after.hostname !== before.hostname
			? []
			: change("source of the name", before.hostnameSource, hostnameSource);
	return [...all.filter((change) => change.old !== change.new), ...named];
}

function note(context: Context, host: Host, change: FieldChange): void {
	record(context, {
		kind: "host_edited",
		subnetId: host.subnetId,
		hostId: host.id,
		ip: host.ip,
		label: host.hostname || host.ip,
		detail: { field: change.field, old: cut(change.old), new: cut(change.new) },
	});
}

function taken(there: Host): AppError {
	const named = there.hostname === "" ? "" : ` by ${there.hostname}`;
	return new AppError("conflict", `${there.ip} is already taken${named}.`, {
		field: "address",
		detail: { hostId: there.id },
	});
}

/** Says what is there now where it differs from what was typed: nothing typed is lost, and both can be seen. */
function outdated(now: Host, changes: readonly FieldChange[]): AppError {
	const detail: Record<string, string | number> = { version: now.version };
	for (const change of changes) detail[change.field] = change.old;
	const there = changes.map(({ field, old }) => (old === "" ? `no ${field}` : `${field} “${cut(old)}”`));
	const says =
		changes.length === 0
			? "Somebody else saved the same meanwhile."
			: `Somebody else changed this host meanwhile. It has now: ${there.join(", ")}. Save again to have yours instead.`;
	return new AppError("conflict", says, { detail });
}

/** Open pages look again. Call after the commit. */
export function tellOfHost(context: Context, host: Host): void {
	context.bus.publish({
		kind: "change",
		change: { subnetIds: [host.subnetId], hostIds: [host.id], urgent: true },
	});
}
