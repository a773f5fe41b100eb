/** A managed block of addresses, as every layer above the store sees it. */

import { type Address, parseAddress } from "../net/address.ts";
import type { Cidr } from "../net/cidr.ts";

export type Subnet = {
	readonly id: number;
	readonly cidr: Cidr;
	readonly name: string;
	readonly notes: string;
	/** Canonical text, or undefined. */
	readonly gateway: string | undefined;
	readonly sweepIntervalS: number;
	readonly sweepEnabled: boolean;
	readonly scanEnabled: boolean;
	/** Hosts are asked for their name by SNMP. */
	readonly snmpEnabled: boolean;
	/** The most specific subnet around this one. */
	readonly parentId: number | undefined;
	/** Times in epoch milliseconds. */
	readonly createdAt: number;
	readonly lastSweepAt: number | undefined;
	readonly nextSweepAt: number | undefined;
	/** Why the last sweep said nothing, in words; undefined when it went well. */
	readonly lastSweepProblem: string | undefined;
	/** Grows with every edit: what the ETag begins with, and what If-Match and the edit form compare. */
	readonly version: number;
};

/**
 * Hosts by status and addresses left. `total` counts host rows; `unused` and `usable` exclude network and
 * broadcast addresses and the blocks of nested subnets.
 */
export type Counts = {
	readonly total: number;
	readonly up: number;
	readonly down: number;
	readonly unknown: number;
	readonly usable: bigint;
	readonly unused: bigint;
};

/** The gateway as an address. */
export function gatewayOf({ gateway }: Pick<Subnet, "gateway">): Address | undefined {
	return gateway === undefined ? undefined : parseAddress(gateway).value;
}

export type SubnetSummary = Subnet & { readonly counts: Counts };

/** What a new subnet starts with. */
export type SubnetDefaults = Pick<Subnet, "sweepIntervalS" | "scanEnabled" | "snmpEnabled">;

/** Limits of what a person may enter. */
export const SUBNET_LIMITS = {
	nameChars: 100,
	notesChars: 10_000,
	sweepIntervalMinS: 10,
	sweepIntervalMaxS: 86_400,
} as const;
