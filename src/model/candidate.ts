/** Addresses looked at for a reservation, and why some were passed over. Pure. */

import type { Address } from "../net/address.ts";

/**
 * recorded: a host is recorded there. gateway: the subnet's. replied: a host that was deleted answered there in the
 * last days. neighbour: this machine's neighbour table has it. answers: it answers now. nested: of another subnet.
 */
export const SKIP_REASONS = ["recorded", "gateway", "replied", "neighbour", "answers", "nested"] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

/** A run of addresses that were passed over for one reason, both ends included. */
export type Skipped = {
	readonly first: Address;
	readonly last: Address;
	readonly reason: SkipReason;
	/** In words. */
	readonly says: string;
};

/** How it is known that nobody answers at the address that was given out. */
export type Known = "asked" | "swept" | "not_asked";

const IN_WORDS: Readonly<Record<SkipReason, string>> = {
	recorded: "recorded",
	gateway: "the gateway",
	replied: "where a host that was deleted since answered lately",
	neighbour: "in this machine's neighbour table",
	answers: "answering, though nothing is recorded there",
	nested: "of subnets inside it",
};

/** "12 recorded, 1 the gateway": how many addresses were passed over for each reason, in the order of the reasons. */
export function tallyText(counts: ReadonlyMap<SkipReason, bigint>): string {
	return SKIP_REASONS.flatMap((reason) => {
		const n = counts.get(reason);
		return n === undefined ? [] : [`${n.toLocaleString("en")} ${IN_WORDS[reason]}`];
	}).join(", ");
}
