/** Asking for a sweep now, and asking one to end: wishes in the queue; the sweeper does the rest. */

import type { Context, Ground } from "../context.ts";
import { AppError } from "../errors.ts";
import type { SweepRun } from "../model/run.ts";
import { transact } from "../store/database.ts";
import { askCancel, enqueueRun, findOpenRun, findRun } from "../store/runs.ts";
import { demandSubnet } from "./subnets.ts";

/** Puts a sweep of the subnet before all scheduled ones, or answers the one already queued or running. */
export function sweepNow(context: Context, subnetId: number): { run: SweepRun; already: boolean } {
	const wish = transact(context.db, () => {
		demandSubnet(context, subnetId);
		const open = findOpenRun(context.db, subnetId);
		if (open !== undefined) return { run: open, already: true };
		return { run: demandRun(context, enqueueRun(context.db, subnetId, context.clock.now())), already: false };
	});
	tell(context, wish.run);
	return wish;
}

/** Ends a queued sweep at once, a running one within a second. One that has ended stays as it is. */
export function cancelSweep(context: Context, runId: number): SweepRun {
	const run = transact(context.db, () => {
		demandRun(context, runId);
		askCancel(context.db, runId, context.clock.now());
		return demandRun(context, runId);
	});
	tell(context, run);
	return run;
}

export function demandRun(context: Ground, runId: number): SweepRun {
	const run = findRun(context.db, runId);
	if (run === undefined) throw new AppError("not_found", "There is no such sweep.");
	return run;
}

function tell(context: Context, run: SweepRun): void {
	context.bus.publish({ kind: "change", change: { subnetIds: [run.subnetId], hostIds: [], urgent: true } });
}
