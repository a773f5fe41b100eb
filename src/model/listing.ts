/** The rows of a host table, in the order they are shown: hosts, group headings and the gaps between. Pure. */

import type { Address } from "../net/address.ts";
import type { Range } from "../net/cidr.ts";
import type { Host, HostFilter, HostOrder } from "./host.ts";
import type { Status } from "./presence.ts";

export type ListRow =
	| {
			readonly kind: "group";
			readonly group: Status | "unused";
			readonly count: bigint;
			readonly ranges?: number;
	  }
	| { readonly kind: "host"; readonly host: Host }
	/** A run of unused addresses, folded. */
	| { readonly kind: "gap"; readonly range: Range }
	/** One unused address of an unfolded gap; `gap` is the whole run. */
	| { readonly kind: "free"; readonly address: Address; readonly gap: Range }
	/** The rest of an unfolded gap: `from` is the first address not shown yet. */
	| { readonly kind: "gap_rest"; readonly range: Range; readonly gap: Range };

/** What the URL of a list says. `open` holds the first addresses of the gaps that are unfolded. */
export type ListQuery = {
	readonly filter: HostFilter;
	readonly order: HostOrder;
	readonly open: readonly Address[];
};

/** A choice of a filter, with the number of hosts it would show; undefined: not counted. */
export type FacetCount = { readonly name: string; readonly hosts: number | undefined };

/** One window of a list. */
export type Listing = {
	readonly query: ListQuery;
	readonly rows: readonly ListRow[];
	/** Cursor for the rows after these, and for those before; undefined: this is the end, or the beginning. */
	readonly next: string | undefined;
	readonly start?: string | undefined;
	/** The address that was asked for; `missing`: it is not in this list. */
	readonly at?: Address | undefined;
	readonly missing?: boolean;
	/** Hosts that pass the filter, and per status those that pass the rest of it. */
	readonly matching: number;
	readonly byStatus: Readonly<Record<Status, number>>;
	/** What the filters can be set to. */
	readonly tags: readonly FacetCount[];
	readonly services: readonly FacetCount[];
	/** Unused addresses that are not shown because a filter is on; 0n without one. */
	readonly unusedHidden: bigint;
	/** Subnets whose last sweep could not run: nothing in them was seen just now. */
	readonly unswept: ReadonlySet<number>;
};
