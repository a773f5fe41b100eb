/** Decisions of people about names that were found out: use one, ask or do not ask by SNMP. One transaction each. */

import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import type { Host } from "../model/host.ts";
import type { Subnet } from "../model/subnet.ts";
import { formatCidr } from "../net/cidr.ts";
import { transact } from "../store/database.ts";
import { writeHostname, writeHostSnmp, writeSubnetSnmp } from "../store/names.ts";
import { findSubnet } from "../store/subnets.ts";
import { change, record } from "./audit.ts";
import { demandHost } from "./hosts.ts";
import { demandSubnet } from "./subnets.ts";

/**
 * The host goes by the name of this source from now on, and follows it. AppError("conflict") when the source knows
 * none (any more).
 */
export function useName(context: Context, id: number, source: "ptr" | "snmp"): Host {
	const at = context.clock.now();
	const named = transact(context.db, () => {
		const before = demandHost(context, id);
		const name = source === "ptr" ? before.ptrName : before.snmpName;
		if (name === "") throw new AppError("conflict", "There is no such name any more.");
		writeHostname(context.db, id, name, source, at);
		if (name !== before.hostname) {
			const detail = { field: "hostname", old: before.hostname, new: name };
			const { subnetId, ip } = before;
			record(context, { kind: "host_edited", subnetId, hostId: id, ip, label: name, detail });
		}
		return demandHost(context, id);
	});
	tell(context, named.subnetId, [id]);
	return named;
}

/** Asks this host for its name by SNMP, or not; undefined: as its subnet has it. It is looked up anew. */
export function switchHostSnmp(context: Context, id: number, enabled: boolean | undefined): Host {
	const host = transact(context.db, () => {
		const before = demandHost(context, id);
		const { subnetId, ip } = before;
		for (const detail of change("SNMP", before.snmpEnabled ?? "as the subnet", enabled ?? "as the subnet")) {
			const label = before.hostname || ip;
			record(context, { kind: "host_edited", subnetId, hostId: id, ip, label, detail });
		}
		writeHostSnmp(context.db, id, enabled, context.clock.now());
		return demandHost(context, id);
	});
	tell(context, host.subnetId, [id]);
	return host;
}

/** Asks the hosts of this subnet by SNMP, or not, those that have no switch of their own. */
export function switchSubnetSnmp(context: Context, id: number, enabled: boolean): Subnet {
	const subnet = transact(context.db, () => {
		const before = demandSubnet(context, id);
		for (const detail of change("SNMP", before.snmpEnabled, enabled)) {
			const label = before.name || formatCidr(before.cidr);
			record(context, {
				kind: "subnet_edited",
				subnetId: id,
				hostId: undefined,
				ip: undefined,
				label,
				detail,
			});
		}
		writeSubnetSnmp(context.db, id, enabled, context.clock.now());
		return findSubnet(context.db, id);
	});
	if (subnet === undefined) throw new AppError("not_found", "There is no such subnet.");
	tell(context, id, []);
	return subnet;
}

function tell(context: Context, subnetId: number, hostIds: number[]): void {
	context.bus.publish({ kind: "change", change: { subnetIds: [subnetId], hostIds, urgent: true } });
}
