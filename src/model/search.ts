/** What a search finds: the address or block that was typed, and what carries the text, group by group. Pure. */

import type { Host } from "./host.ts";
import type { Subnet } from "./subnet.ts";

/** The first few, and how many there are in all. */
export type Found<T> = { readonly shown: readonly T[]; readonly count: number };

/** A port, service or product that hosts have open; `port` is undefined for the others, whatever their ports. */
export type FoundService = {
	readonly port: number | undefined;
	/** Name of the service; of a port the most frequent one, "" when nobody knows; of a product "". */
	readonly service: string;
	/** What serves there, such as OpenSSH; "" where a port or service was found. */
	readonly product: string;
	readonly hosts: number;
};

/** What there is to say of an address or block that no host and no subnet answers to. */
export type SearchHint =
	| { readonly kind: "free"; readonly address: string; readonly subnet: Subnet }
	/** The network or broadcast address of a subnet. */
	| { readonly kind: "edge"; readonly address: string; readonly subnet: Subnet }
	/** An address in no subnet; `cidr` is a block around it that could be added. */
	| { readonly kind: "outside"; readonly address: string; readonly cidr: string | undefined }
	/** A block that is no subnet; `subnet` is the one around it. */
	| {
			readonly kind: "block";
			readonly cidr: string;
			readonly subnet: Subnet | undefined;
			readonly hosts: number;
	  };

export type SearchAnswers = {
	/** As typed, without the blanks around it. */
	readonly text: string;
	readonly hint: SearchHint | undefined;
	readonly subnets: Found<Subnet>;
	readonly hosts: Found<Host>;
	readonly services: Found<FoundService>;
};
