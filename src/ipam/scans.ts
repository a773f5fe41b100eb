/** Asking for a port scan now, and where there are scans at all: wishes and switches; the station does the rest. */

import type { Context, Ground } from "../context.ts";
import { AppError } from "../errors.ts";
import type { ScanRun } from "../model/scan.ts";
import type { Subnet } from "../model/subnet.ts";
import { transact } from "../store/database.ts";
import { enqueueScan, findOpenScan, findScan, writeSubnetScans } from "../store/scans.ts";
import { demandHost } from "./hosts.ts";
import { demandSubnet } from "./subnets.ts";

/** Puts a scan of the host before all scheduled ones, or answers the one it already waits for or is in. */
export function scanNow(context: Context, hostId: number): { run: ScanRun; already: boolean } {
	const { host, ...wish } = transact(context.db, () => {
		const host = demandHost(context, hostId);
		const open = findOpenScan(context.db, hostId);
		if (open !== undefined) return { host, run: open, already: true };
		const id = enqueueScan(context.db, host, context.clock.now());
		return { host, run: demandScan(context, id), already: false };
	});
	context.bus.publish({
		kind: "change",
		change: { subnetIds: [host.subnetId], hostIds: [host.id], urgent: true },
	});
	return wish;
}

/** Hosts of this subnet are scanned by the clock, or only when somebody asks. */
export function switchSubnetScans(context: Context, subnetId: number, enabled: boolean): Subnet {
	const subnet = transact(context.db, () => {
		demandSubnet(context, subnetId);
		writeSubnetScans(context.db, subnetId, enabled, context.clock.now());
		return demandSubnet(context, subnetId);
	});
	const change = { subnetIds: [subnetId], hostIds: [], urgent: true };
	context.bus.publish({ kind: "change", change });
	return subnet;
}

export function demandScan(context: Ground, id: number): ScanRun {
	const run = findScan(context.db, id);
	if (run === undefined) throw new AppError("not_found", "There is no such port scan.");
	return run;
}
