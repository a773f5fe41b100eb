/** What goes out: the subnets and hosts that a filter lets pass, in slices between which others have their turn. */

import { edenGC, fullGC } from "bun:jsc";
import type { Ground } from "../context.ts";
import type { ExportSource } from "../model/export.ts";
import type { Host, HostFilter } from "../model/host.ts";
import type { Address } from "../net/address.ts";
import { type Db, openReader, type Reader } from "../store/database.ts";
import { listHosts } from "../store/hosts.ts";
import { listSubnets } from "../store/subnets.ts";

/** Closed when nothing more is asked of it. */
export type OpenSource = ExportSource & { close(): void };

/**
 * Everything, or what passes the filter with the subnets it lies in. Slices are read one by one: what is changed while
 * an export runs is in it as it was when its slice was read, and no reader holds up what writes, however slow it is.
 */
export async function exportSource(
	context: Pick<Ground, "db" | "clock">,
	filter: HostFilter,
	sliceRows: number,
): Promise<OpenSource> {
	const reader = openLate(context.db);
	const ground = { clock: context.clock, reader };
	const hosts = () => slices(ground, filter, sliceRows);
	const all = listSubnets(context.db);
	const wanted = Object.values(filter).some((part) => part !== undefined)
		? await subnetsOf(filter, hosts).finally(reader.close)
		: undefined;
	return {
		subnets: wanted === undefined ? all : all.filter(({ id }) => wanted.has(id)),
		hosts,
		hostsOf: (subnetId) => slices(ground, { ...filter, subnetId }, sliceRows),
		now: context.clock.now(),
		close: reader.close,
	};
}

/** The pieces of a file made of a source; however they end, it is closed. */
export async function* untilClosed<T>(source: OpenSource, pieces: AsyncIterable<T>): AsyncGenerator<T> {
	try {
		yield* pieces;
	} finally {
		source.close();
	}
}

/** A connection of its own from the first slice on: a file that nobody fetches after all opens none. */
type Late = { readonly db: () => Db; readonly close: () => void };

function openLate(db: Db): Late {
	let reader: Reader | undefined;
	return {
		db() {
			reader ??= openReader(db);
			return reader.db;
		},
		close() {
			reader?.close();
			reader = undefined;
		},
	};
}

/**
 * Left to itself the engine lets what was made of slices grow to tens of megabytes. After so many of them the young is
 * collected (a millisecond), and after so many all (some milliseconds): what lived through the former for no good reason.
 */
const SWEPT_SLICES = { young: 4, all: 32 };

/** A slice is good until the next one is asked for. */
async function* slices(
	{ clock, reader }: { readonly clock: Ground["clock"]; readonly reader: Late },
	filter: HostFilter,
	sliceRows: number,
): AsyncGenerator<Host[]> {
	let last: Address | undefined;
	for (let n = 1; ; n++) {
		const after = last === undefined ? undefined : { statusOrder: 0, address: last };
		const found = listHosts(reader.db(), filter, "address", after, sliceRows);
		const isLast = found.length < sliceRows;
		last = found.at(-1)?.address;
		if (found.length > 0) yield found;
		if (isLast) return;
		// Whoever was given it may still hold the list; a young collection keeps for long what is held while it runs.
		found.length = 0;
		await clock.sleep(0);
		if (n % SWEPT_SLICES.all === 0) fullGC();
		else if (n % SWEPT_SLICES.young === 0) edenGC();
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
