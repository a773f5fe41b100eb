/** Adding and changing subnets: the rules, one transaction each, told after the commit. Removing is in deletions. */

import type { Context, Ground } from "../context.ts";
import { AppError } from "../errors.ts";
import type { EventKind } from "../model/event.ts";
import type { Subnet } from "../model/subnet.ts";
import { type Cidr, formatCidr, lastOf } from "../net/cidr.ts";
import { transact } from "../store/database.ts";
import { writeSubnetSnmp } from "../store/names.ts";
import { writeSubnetScans } from "../store/scans.ts";
import * as subnets from "../store/subnets.ts";
import { change, record } from "./audit.ts";
import { subnetDefaults } from "./defaults.ts";
import { checkCidr, checkSubnet, type SubnetInput, type SubnetSwitches } from "./fields.ts";

/**
 * Adds a subnet, due at once. Subnets and hosts of the block around it that lie inside become its own.
 * AppError("invalid") names the field; AppError("conflict") carries the id of the subnet that has this CIDR.
 */
export function createSubnet(context: Context, cidrText: string, input: SubnetInput): Subnet {
	const cidr = checkCidr(cidrText);
	const values = checkSubnet(cidr, input);
	const at = context.clock.now();
	const created = transact(context.db, () => {
		const same = subnets.findSubnetByCidr(context.db, cidr);
		if (same !== undefined) throw duplicate(cidr, same);
		const around = subnets.findAround(context.db, cidr.base, lastOf(cidr));
		const id = subnets.insertSubnet(context.db, cidr, values, around?.id, at);
		subnets.adopt(context.db, id, cidr, around?.id);
		const preset = subnetDefaults(context);
		writeSubnetScans(context.db, id, input.scanEnabled ?? preset.scanEnabled, at);
		writeSubnetSnmp(context.db, id, input.snmpEnabled ?? preset.snmpEnabled, at);
		note(context, id, values.name || formatCidr(cidr), "subnet_added", { cidr: formatCidr(cidr) });
		return demandSubnet(context, id);
	});
	tell(context, created);
	return created;
}

/** What people write about a subnet, and how the record calls it. */
const FIELDS = [
	["name", "name"],
	["notes", "notes"],
	["gateway", "gateway"],
	["sweepIntervalS", "sweep interval"],
	["sweepEnabled", "sweeps"],
	["scanEnabled", "port scans by the clock"],
	["snmpEnabled", "SNMP"],
] as const;

/** Changes a subnet; AppError("conflict") when somebody else did since `version`. Where nothing differs nothing is written. */
export function editSubnet(context: Context, id: number, version: number, input: SubnetInput): Subnet {
	const edited = transact(context.db, () => writeEdit(context, demandSubnet(context, id), version, input));
	tell(context, edited);
	return edited;
}

/** Port scans by the clock and names by SNMP, on or off; the rest stays. */
export function switchSubnet(context: Context, id: number, switches: SubnetSwitches): Subnet {
	const edited = transact(context.db, () => {
		const now = demandSubnet(context, id);
		return writeEdit(context, now, now.version, { ...now, gateway: now.gateway ?? "", ...switches });
	});
	tell(context, edited);
	return edited;
}

/** The part of an edit that stands in a transaction: one version, however much changes; none where nothing does. */
function writeEdit(context: Context, before: Subnet, version: number, input: SubnetInput): Subnet {
	const { db } = context;
	const { id } = before;
	const at = context.clock.now();
	const values = {
		...checkSubnet(before.cidr, input),
		scanEnabled: input.scanEnabled ?? before.scanEnabled,
		snmpEnabled: input.snmpEnabled ?? before.snmpEnabled,
	};
	const changes = FIELDS.flatMap(([field, name]) => change(name, before[field], values[field]));
	if (changes.length === 0 && version === before.version) return before;
	if (!subnets.updateSubnet(db, id, version, values, at)) throw outdated(before);
	if (values.scanEnabled !== before.scanEnabled) writeSubnetScans(db, id, values.scanEnabled, at);
	if (values.snmpEnabled !== before.snmpEnabled) writeSubnetSnmp(db, id, values.snmpEnabled, at);
	for (const one of changes) note(context, id, values.name || formatCidr(before.cidr), "subnet_edited", one);
	return demandSubnet(context, id);
}

/** The subnet, or AppError("not_found"). */
export function demandSubnet(context: Ground, id: number): Subnet {
	const subnet = subnets.findSubnet(context.db, id);
	if (subnet === undefined) throw new AppError("not_found", "There is no such subnet.");
	return subnet;
}

function duplicate(cidr: Cidr, same: Subnet): AppError {
	const named = same.name === "" ? "" : ` as “${same.name}”`;
	return new AppError("conflict", `${formatCidr(cidr)} is already here${named}.`, {
		field: "cidr",
		detail: { subnetId: same.id },
	});
}

function outdated(now: Subnet): AppError {
	return new AppError(
		"conflict",
		"Somebody else changed this subnet meanwhile. Look at it again before you save.",
		{
			detail: { version: now.version },
		},
	);
}

function note(
	context: Context,
	subnetId: number | undefined,
	label: string,
	kind: EventKind,
	detail: Record<string, string | number>,
): void {
	record(context, { kind, subnetId, hostId: undefined, ip: undefined, label, detail });
}

function tell(context: Context, subnet: Subnet): void {
	const related = [subnet.id, ...(subnet.parentId === undefined ? [] : [subnet.parentId])];
	context.bus.publish({ kind: "change", change: { subnetIds: related, hostIds: [], urgent: true } });
}
