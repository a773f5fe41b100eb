/** What goes out: the subnets and hosts that a filter lets pass, in slices between which others have their turn. */

import type { Ground } from "../context.ts";
import type { ExportSource } from "../model/export.ts";
import type { Host, HostFilter } from "../model/host.ts";
import { listHosts } from "../store/hosts.ts";
import { listSubnets } from "../store/subnets.ts";

/**
 * Everything, or what passes the filter with the subnets it lies in. Slices are read one by one: what is changed while
 * an export runs is in it as it was when its slice was read.
 */
export async function exportSource(
	context: Pick<Ground, "db" | "clock">,
	filter: HostFilter,
	sliceRows: number,
): Promise<ExportSource> {
	const hosts = () => slices(context, filter, sliceRows);
	const all = listSubnets(context.db);
	const wanted = Object.values(filter).some((part) => part !== undefined)
		? await subnetsOf(filter, hosts)
		: undefined;
	return {
		subnets: wanted === undefined ? all : all.filter(({ id }) => wanted.has(id)),
		hosts,
		hostsOf: (subnetId) => slices(context, { ...filter, subnetId }, sliceRows),
		now: context.clock.now(),
	};
}

async function* slices(
	{ db, clock }: Pick<Ground, "db" | "clock">,
	filter: HostFilter,
	sliceRows: number,
): AsyncGenerator<Host[]> {
	let last: Host | undefined;
	for (;;) {
		const after = last === undefined ? undefined : { statusOrder: 0, address: last.address };
		const found = listHosts(db, filter, "address", after, sliceRows);
		if (found.length > 0) yield found;
		if (found.length < sliceRows) return;
		last = found.at(-1);
		await clock.sleep(0);
	}
}

/** The subnets in which something passes the filter. */
async function subnetsOf(
	filter: HostFilter,
	hosts: () => AsyncIterable<readonly Host[]>,
): Promise<Set<number>> {
	if (filter.subnetId !== undefined) return new Set([filter.subnetId]);
	const found = new Set<number>();
	for await (const slice of hosts()) for (const { subnetId } of slice) found.add(subnetId);
	return found;
}
