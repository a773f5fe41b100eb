/** Asking for a sweep now, and asking one to end: wishes in the queue; the sweeper does the rest. */

import type { Context, Ground } from "../context.ts";
import { AppError } from "../errors.ts";
import type { SweepRun } from "../model/run.ts";
import type { Subnet } from "../model/subnet.ts";
import { formatCidr } from "../net/cidr.ts";
import { probeable } from "../net/targets.ts";
import { transact } from "../store/database.ts";
import { askCancel, enqueueRun, findOpenRun, findRun } from "../store/runs.ts";
import { record } from "./audit.ts";
import { demandSubnet } from "./subnets.ts";

/**
 * Puts a sweep of the subnet before all scheduled ones, or answers the one already queued or running.
 * AppError("invalid") where nobody may be asked.
 */
export function sweepNow(context: Context, subnetId: number): { run: SweepRun; already: boolean } {
	const wish = transact(context.db, () => {
		const subnet = demandSubnet(context, subnetId);
		if (probeable(subnet.cidr).length === 0) {
			const says = `${formatCidr(subnet.cidr)} is multicast or reserved: nobody may be asked there.`;
			throw new AppError("invalid", says);
		}
		const open = findOpenRun(context.db, subnetId);
		if (open !== undefined) return { run: open, already: true };
		note(context, subnet, {});
		return { run: demandRun(context, enqueueRun(context.db, subnetId, context.clock.now())), already: false };
	});
	tell(context, wish.run);
	return wish;
}

/** Ends a queued sweep at once, a running one within a second. One that has ended stays as it is. */
export function cancelSweep(context: Context, runId: number): SweepRun {
	const run = transact(context.db, () => {
		const { subnetId, state } = demandRun(context, runId);
		if (state === "queued" || state === "running")
			note(context, demandSubnet(context, subnetId), { old: "asked" });
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

function note(context: Context, subnet: Subnet, detail: Record<string, string>): void {
	const label = subnet.name || formatCidr(subnet.cidr);
	record(context, {
		kind: "sweep_asked",
		subnetId: subnet.id,
		hostId: undefined,
		ip: undefined,
		label,
		detail,
	});
}

function tell(context: Context, run: SweepRun): void {
	context.bus.publish({ kind: "change", change: { subnetIds: [run.subnetId], hostIds: [], urgent: true } });
}
