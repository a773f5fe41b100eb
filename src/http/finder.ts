/** Where a block of some length is free in a larger one: read from the URL, answered from the subnets there are. */

import type { FinderState } from "../../views/finder.tsx";
import { BOUNDS } from "../config.ts";
import { bitsOf } from "../net/address.ts";
import { contains, formatCidr, lastOf, parseCidr, rangeOf } from "../net/cidr.ts";
import { freeBlocks } from "../net/ranges.ts";
import type { Db } from "../store/database.ts";
import { countHostsBetween } from "../store/lookup.ts";
import { listSubnets } from "../store/subnets.ts";

export const EMPTY_FINDER: FinderState = { values: { within: "", length: "" } };

/** A block is free when no subnet lies in it and it lies in none but those around the whole. */
export function readFinder(db: Db, withinText = "", lengthText = ""): FinderState {
	const values = { within: withinText, length: lengthText };
	if (withinText === "" && lengthText === "") return EMPTY_FINDER;
	const { value: within, problem, suggestion } = parseCidr(withinText);
	if (within === undefined) {
		const message = problem ?? "This is no network.";
		return {
			values,
			problem: { field: "within", message, ...(suggestion === undefined ? {} : { suggestion }) },
		};
	}
	const prefix = Number(/^\/?(\d{1,3})$/.exec(lengthText)?.[1] ?? -1);
	if (prefix < within.prefix || prefix > bitsOf(within.family)) {
		const message = `Use a length from ${within.prefix} to ${bitsOf(within.family)}: a block inside ${formatCidr(within)}.`;
		return { values, problem: { field: "length", message } };
	}
	const taken = listSubnets(db)
		.filter(({ cidr }) => formatCidr(cidr) !== formatCidr(within) && contains(within, cidr))
		.map(({ cidr }) => rangeOf(cidr));
	const { blocks, count } = freeBlocks(within, taken, prefix, BOUNDS.freeBlocksShown);
	const shown = blocks.map((cidr) => ({ cidr, hosts: countHostsBetween(db, cidr.base, lastOf(cidr)) }));
	return { values, found: { blocks: shown, count } };
}
