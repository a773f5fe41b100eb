/** What answers, or is recorded, at one address. */

import type { Address } from "../net/address.ts";
import type { Port } from "./port.ts";
import type { Status } from "./presence.ts";

export type NameSource = "typed" | "ptr" | "snmp" | "import";

export type Host = {
	readonly id: number;
	readonly subnetId: number;
	readonly address: Address;
	/** The address in canonical text. */
	readonly ip: string;
	readonly hostname: string;
	readonly hostnameSource: NameSource | undefined;
	/** Names that were found out; "" for none. */
	readonly ptrName: string;
	readonly snmpName: string;
	/** Asked for its name by SNMP; undefined: as its subnet has it. */
	readonly snmpEnabled: boolean | undefined;
	readonly description: string;
	readonly tags: readonly string[];
	readonly notes: string;
	readonly mac: string | undefined;
	readonly vendor: string | undefined;
	readonly status: Status;
	/** Epoch milliseconds; undefined: never answered. */
	readonly statusSince: number | undefined;
	readonly suspectSince: number | undefined;
	readonly flapping: boolean;
	readonly firstSeenAt: number | undefined;
	readonly lastSeenAt: number | undefined;
	readonly latencyUs: number | undefined;
	readonly typicalLatencyUs: number | undefined;
	/** When the reservation ends, unless it answers before; undefined: never. */
	readonly expiresAt: number | undefined;
	readonly createdAt: number;
	readonly version: number;
	/** Open now, ascending. */
	readonly ports: readonly Port[];
};

/**
 * Which hosts a list shows. `text` is looked for in address, hostname, description, tags, MAC, vendor, services and
 * products; a number is a port too.
 */
export type HostFilter = {
	readonly subnetId?: number | undefined;
	readonly status?: Status | undefined;
	readonly tag?: string | undefined;
	readonly service?: string | undefined;
	/** Open now, whatever its protocol. */
	readonly port?: number | undefined;
	readonly seen?: SeenFilter | undefined;
	readonly text?: string | undefined;
};

/** Hosts that have never answered, or those that answered for the first time at or after `since` (epoch ms). */
export type SeenFilter = { readonly kind: "never" } | { readonly kind: "new"; readonly since: number };

/** "alive": up, down, unknown, each by address; "address": as in an address book. */
export type HostOrder = "alive" | "address";

/** What people write about a host. */
export const HOST_FIELDS = ["hostname", "description", "tags", "notes"] as const;
export type HostField = (typeof HOST_FIELDS)[number];

/** Addresses that can be reserved in one go. */
export const RESERVE_MAX = 64;

/** Limits of what a person may enter. */
export const HOST_LIMITS = {
	hostnameChars: 253,
	descriptionChars: 255,
	notesChars: 10_000,
	tagChars: 40,
	tags: 40,
} as const;
