/** What happened, as it is stored, told live and shown under "What changed". */

import type { Actor } from "./actor.ts";

export const EVENT_KINDS = [
	"host_new",
	"host_up",
	"host_down",
	"host_flapping",
	"name_changed",
	"mac_changed",
	"mac_conflict",
	"host_edited",
	"hosts_edited",
	"host_deleted",
	"hosts_deleted",
	"hosts_imported",
	"batch_undone",
	"subnet_down",
	"subnet_up",
	"hosts_found",
	"subnet_added",
	"subnet_edited",
	"subnet_deleted",
	"sweep_failed",
	"sweep_recovered",
	"own_network_down",
	"own_network_back",
	"port_opened",
	"port_closed",
	"port_changed",
	"user_added",
	"user_edited",
	"user_deleted",
	"signed_in",
	"token_added",
	"token_revoked",
	"webhook_added",
	"webhook_edited",
	"webhook_deleted",
	"sweep_asked",
	"scan_asked",
	"setting_edited",
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/**
 * `label` and `ip` name the host or subnet as it was then, so that the line stays readable after a deletion.
 * `detail` is small and flat: `downMs`, `flips`, `hosts`, `field`, `old`, `new`, `reason`,
 * `mac`, `vendor`, `other`, `source`; of ports `port`, `proto`, `service`, or `ports`
 * (how many) when they are told as one.
 */
export type Event = {
	readonly id: number;
	/** Epoch milliseconds. */
	readonly at: number;
	readonly kind: EventKind;
	readonly subnetId: number | undefined;
	readonly hostId: number | undefined;
	readonly ip: string | undefined;
	readonly label: string;
	readonly detail: Readonly<Record<string, string | number>>;
	/** Who did it; undefined: nobody, it happened, or Rollcall itself. */
	readonly by?: Actor | undefined;
	/** Somebody does not want to hear this again; absent where it cannot be dismissed. */
	readonly dismissed?: boolean | undefined;
};

export type NewEvent = Omit<Event, "id">;
