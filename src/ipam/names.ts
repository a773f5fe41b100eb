/** Decisions of people about names that were found out. One transaction each. */

import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import type { Host } from "../model/host.ts";
import { transact } from "../store/database.ts";
import { writeHostname } from "../store/names.ts";
import { change, record } from "./audit.ts";
import { demandHost } from "./hosts.ts";

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
		const [detail] = [
			...change("hostname", before.hostname, name),
			...change("source of the name", before.hostnameSource, source),
		];
		if (detail === undefined) return before;
		writeHostname(context.db, id, name, source, at);
		const { subnetId, ip } = before;
		record(context, { kind: "host_edited", subnetId, hostId: id, ip, label: name, detail });
		return demandHost(context, id);
	});
	tell(context, named.subnetId, [id]);
	return named;
}

function tell(context: Context, subnetId: number, hostIds: number[]): void {
	context.bus.publish({ kind: "change", change: { subnetIds: [subnetId], hostIds, urgent: true } });
}
