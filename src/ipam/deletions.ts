/** Deleting hosts and subnets: all of it is kept for a while and can be undone with its past. Never more than was said. */

import type { Context, Ground } from "../context.ts";
import type { Host } from "../model/host.ts";
import type { Subnet } from "../model/subnet.ts";
import { formatCidr } from "../net/cidr.ts";
import { countAnnotated } from "../store/counts.ts";
import { transact } from "../store/database.ts";
import * as graves from "../store/graves.ts";
import { findSubnet, listChildren } from "../store/subnets.ts";
import { closeBatch, inSlices, openBatch, tellAll } from "./batches.ts";
import { demandHost } from "./hosts.ts";
import { demandSubnet } from "./subnets.ts";

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

/** Forgets all these hosts; those that are gone already are passed over. `source`: which they are, in words. */
export async function deleteHosts(
	context: Context,
	ids: readonly number[],
	source: string,
): Promise<{ batchId: number; hosts: number }> {
	const batchId = openBatch(context, { kind: "delete", source });
	let hosts = 0;
	await inSlices(context, ids, (slice) => {
		hosts += graves.buryHosts(context.db, batchId, slice);
	});
	transact(context.db, () =>
		closeBatch(context, batchId, { kind: "hosts_deleted", label: source, detail: { hosts } }),
	);
	tellAll(context);
	return { batchId, hosts };
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
 * slices, it itself at the end: what is cut off half-way can be undone all the same.
 */
export async function deleteSubnet(context: Context, id: number): Promise<Deletion & { batchId: number }> {
	const { db } = context;
	const { plan, batchId, label } = transact(db, () => {
		const plan = planDeletion(context, id);
		const label = plan.subnet.name || formatCidr(plan.subnet.cidr);
		const batchId = openBatch(context, { kind: "delete", source: label });
		graves.condemnSubnet(db, batchId, id);
		return { plan, batchId, label };
	});
	const bury = (slice: readonly number[]) => void graves.buryHosts(db, batchId, slice);
	if (plan.heir === undefined) {
		await inSlices(context, graves.listHostIds(db, id, Number.MAX_SAFE_INTEGER), bury);
	}
	transact(db, () => {
		// What a sweep that was still under way has found meanwhile.
		if (plan.heir === undefined) bury(graves.listHostIds(db, id, Number.MAX_SAFE_INTEGER));
		graves.burySubnet(db, batchId, id, plan.heir?.id);
		const detail = { cidr: formatCidr(plan.subnet.cidr), hosts: plan.heir === undefined ? plan.hosts : 0 };
		closeBatch(context, batchId, { kind: "subnet_deleted", label, subnetId: plan.heir?.id, detail });
	});
	const related = [id, ...(plan.heir === undefined ? [] : [plan.heir.id])];
	context.bus.publish({ kind: "change", change: { subnetIds: related, hostIds: [], urgent: true } });
	return { ...plan, batchId };
}
