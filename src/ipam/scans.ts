/** Asking for a port scan now: a wish in the queue; the station does the rest. */

import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import type { ScanRun } from "../model/scan.ts";
import { transact } from "../store/database.ts";
import { enqueueScan, findOpenScan, findScan } from "../store/scans.ts";
import { demandHost } from "./hosts.ts";

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

export function demandScan(context: Context, id: number): ScanRun {
	const run = findScan(context.db, id);
	if (run === undefined) throw new AppError("not_found", "There is no such port scan.");
	return run;
}
