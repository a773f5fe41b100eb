/** Deleting hosts and subnets: all of it is kept for a while and can be undone with its past. Never more than was said. */

import type { Context, Ground } from "../context.ts";
import { AppError } from "../errors.ts";
import { BATCH_LIMITS } from "../model/batch.ts";
import type { Host } from "../model/host.ts";
import type { Subnet } from "../model/subnet.ts";
import { formatCidr } from "../net/cidr.ts";
import { isCondemned } from "../store/batch-rows.ts";
import { forgetBatch } from "../store/batches.ts";
import { countAnnotated } from "../store/counts.ts";
import { transact } from "../store/database.ts";
import * as graves from "../store/graves.ts";
import { burySubnet, condemnSubnet } from "../store/subnet-graves.ts";
import { findSubnet, listChildren } from "../store/subnets.ts";
import {
	closeBatch,
	demandState,
	eachOf,
	inSlices,
	inTurn,
	openBatch,
	tellAll,
	type Work,
} from "./batches.ts";
import { demandHost } from "./hosts.ts";
import { demandSubnet } from "./subnets.ts";
import { carryOut } from "./undo.ts";

/** Forgets a host; if it answers again it is new. AppError("not_found") when there is none. */
export function deleteHost(context: Context, id: number): { host: Host; batchId: number } {
	const gone = transact(context.db, () => {
		const host = demandHost(context, id);
		const label = host.hostname || host.ip;
		const batchId = openBatch(context, { kind: "delete", source: label });
		graves.buryHosts(context.db, batchId, [id]);
		const { subnetId, ip } = host;
		closeBatch(context, batchId, { kind: "host_deleted", label, subnetId, ip, detail: {} });
		return { host, batchId };
	});
	const { subnetId } = gone.host;
	context.bus.publish({ kind: "change", change: { subnetIds: [subnetId], hostIds: [id], urgent: true } });
	return gone;
}

/**
 * Forgets all these hosts; those that are gone already are passed over. `source`: which they are, in words. `still`: those
 * of some that are to go when their turn comes, which may be long after they were picked. When it is none of them nothing
 * is told, and there is nothing to undo.
 */
export function beginDeletion(
	context: Context,
	ids: readonly number[],
	source: string,
	still?: (some: readonly number[]) => readonly number[],
): Work<{ hosts: number }> {
	const batchId = openBatch(context, { kind: "delete", source, detail: { total: ids.length } });
	let hosts = 0;
	const bury = (some: readonly number[]) => {
		hosts += graves.buryHosts(context.db, batchId, still?.(some) ?? some);
	};
	const done = carryOut(context, batchId, async () => {
		await inSlices(context, batchId, "open", eachOf(ids, bury));
		await inTurn(context, () => {
			demandState(context, batchId, "open");
			if (hosts === 0 && still !== undefined) return forgetBatch(context.db, batchId);
			closeBatch(context, batchId, { kind: "hosts_deleted", label: source, detail: { hosts } });
		});
		tellAll(context);
		return { hosts };
	});
	return { batchId, done };
}

/** The same, to its end. */
export async function deleteHosts(
	context: Context,
	ids: readonly number[],
	source: string,
	still?: (some: readonly number[]) => readonly number[],
): Promise<{ batchId: number; hosts: number }> {
	const { batchId, done } = beginDeletion(context, ids, source, still);
	return { batchId, ...(await done) };
}

/** What goes when a subnet is deleted: to be said before it is done. */
export type Deletion = {
	readonly subnet: Subnet;
	readonly hosts: number;
	readonly annotated: number;
	/** Subnets directly inside: they stay, and go up to the heir or to the top. */
	readonly nested: readonly Subnet[];
	/** The subnet around it, which takes the hosts; undefined: they are deleted with their history. */
	readonly heir: Subnet | undefined;
};

export function planDeletion(context: Ground, id: number): Deletion {
	const subnet = demandSubnet(context, id);
	const heir = subnet.parentId === undefined ? undefined : findSubnet(context.db, subnet.parentId);
	return { subnet, ...countAnnotated(context.db, id), nested: listChildren(context.db, id), heir };
}

/**
 * Deletes a subnet; nested ones go up to the block around it, as the hosts do where there is one. Its hosts go in
 * slices, it itself at the end: what is cut off half-way is taken back. Only hosts that are its own when their turn
 * comes go, not those that somebody gave another subnet meanwhile.
 */
export function beginSubnetDeletion(context: Context, id: number): Work & { readonly plan: Deletion } {
	const { db } = context;
	const { plan, batchId } = transact(db, () => {
		const plan = planDeletion(context, id);
		if (isCondemned(db, "subnet", id))
			throw new AppError("conflict", "This subnet is being deleted already.");
		const source = plan.subnet.name || formatCidr(plan.subnet.cidr);
		const batchId = openBatch(context, { kind: "delete", source, detail: { total: plan.hosts + 1 } });
		condemnSubnet(db, batchId, id);
		if (plan.heir !== undefined) buryPlanned(context, batchId, plan);
		return { plan, batchId };
	});
	const end = () => {
		const related = [id, ...(plan.heir === undefined ? [] : [plan.heir.id])];
		context.bus.publish({ kind: "change", change: { subnetIds: related, hostIds: [], urgent: true } });
	};
	if (plan.heir !== undefined) {
		end();
		return { plan, batchId, done: Promise.resolve() };
	}
	const done = carryOut(context, batchId, async () => {
		await inSlices(context, batchId, "open", () => {
			const some = graves.listHostIds(db, id, BATCH_LIMITS.stepRows);
			graves.buryHosts(db, batchId, some);
			return some.length === BATCH_LIMITS.stepRows;
		});
		await inTurn(context, () => {
			demandState(context, batchId, "open");
			buryPlanned(context, batchId, plan);
		});
		end();
	});
	return { plan, batchId, done };
}

/** The same, to its end. */
export async function deleteSubnet(context: Context, id: number): Promise<Deletion & { batchId: number }> {
	const { plan, batchId, done } = beginSubnetDeletion(context, id);
	await done;
	return { ...plan, batchId };
}

/** The subnet itself, and what a sweep that was still under way has found meanwhile. */
function buryPlanned(context: Context, batchId: number, { subnet, heir, hosts }: Deletion): void {
	const { db } = context;
	if (heir === undefined) {
		graves.buryHosts(db, batchId, graves.listHostIds(db, subnet.id, Number.MAX_SAFE_INTEGER));
	}
	// A block may have been put around it meanwhile: those inside it go there.
	burySubnet(db, batchId, subnet.id, findSubnet(db, subnet.id)?.parentId);
	const cidr = formatCidr(subnet.cidr);
	const detail = { cidr, hosts: heir === undefined ? hosts : 0 };
	closeBatch(context, batchId, {
		...{ kind: "subnet_deleted", label: subnet.name || cidr, subnetId: heir?.id, detail },
	});
}
