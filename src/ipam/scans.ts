/** Asking for a port scan now, and ending one: wishes; the station does the rest. */

import type { Context, Ground } from "../context.ts";
import { AppError } from "../errors.ts";
import type { Host } from "../model/host.ts";
import type { ScanRun } from "../model/scan.ts";
import { transact } from "../store/database.ts";
import { findHost } from "../store/hosts.ts";
import { askCancelScan, enqueueScan, findOpenScan, findScan, listScanHosts } from "../store/scans.ts";
import { record } from "./audit.ts";
import { demandHost } from "./hosts.ts";

/** Puts a scan of the host before all scheduled ones, or answers the one it already waits for or is in. */
export function scanNow(context: Context, hostId: number): { run: ScanRun; already: boolean } {
	const { host, ...wish } = transact(context.db, () => {
		const host = demandHost(context, hostId);
		const open = findOpenScan(context.db, hostId);
		if (open !== undefined) return { host, run: open, already: true };
		const id = enqueueScan(context.db, host, context.clock.now());
		note(context, host, {});
		return { host, run: demandScan(context, id), already: false };
	});
	context.bus.publish({
		kind: "change",
		change: { subnetIds: [host.subnetId], hostIds: [host.id], urgent: true },
	});
	return wish;
}

/** Ends a waiting scan at once, a running one (of all its hosts) within a second. One that has ended stays as it is. */
export function cancelScan(context: Context, runId: number): ScanRun {
	const { run, hostIds } = transact(context.db, () => {
		demandScan(context, runId);
		const hostIds = listScanHosts(context.db, runId);
		const stopped = hostIds.flatMap((id) => findHost(context.db, id) ?? [])[0];
		if (stopped !== undefined) note(context, stopped, { old: "asked" });
		askCancelScan(context.db, runId, context.clock.now());
		return { run: demandScan(context, runId), hostIds };
	});
	const subnetIds = run.subnetId === undefined ? [] : [run.subnetId];
	context.bus.publish({ kind: "change", change: { subnetIds, hostIds, urgent: true } });
	return run;
}

/** Ends the scan that the host waits for or is in, if there is one. */
export function cancelHostScan(context: Context, hostId: number): void {
	demandHost(context, hostId);
	const open = findOpenScan(context.db, hostId);
	if (open !== undefined) cancelScan(context, open.id);
}

function note(context: Context, host: Host, detail: Record<string, string>): void {
	const { subnetId, id: hostId, ip } = host;
	record(context, { kind: "scan_asked", subnetId, hostId, ip, label: host.hostname || ip, detail });
}

export function demandScan(context: Ground, id: number): ScanRun {
	const run = findScan(context.db, id);
	if (run === undefined) throw new AppError("not_found", "There is no such port scan.");
	return run;
}
