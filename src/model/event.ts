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
	"batch_cancelled",
	"subnet_down",
	"subnet_up",
	"subnet_flapping",
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
	"sign_in_failed",
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
 * `detail` is small and flat: `downMs` (from its last answer to this one), `flips`, `hosts` (how many), `of` (how many
 * there were), `names` (of the first of them), `subnets` (where lines are folded), `field`, `old`, `new`, `reason`, `mac`, `vendor`, `other`, `source`; of
 * ports `port`, `proto`, `service`, or `ports` (how many) when they are told as one.
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

/** What people look for among events. */
export const EVENT_GROUPS = ["down", "up", "new", "ports", "names", "edits", "access", "trouble"] as const;
export type EventGroup = (typeof EVENT_GROUPS)[number];

const GROUP_OF: Readonly<Record<EventKind, EventGroup>> = {
	host_new: "new",
	host_up: "up",
	host_down: "down",
	host_flapping: "down",
	name_changed: "names",
	mac_changed: "names",
	mac_conflict: "names",
	host_edited: "edits",
	hosts_edited: "edits",
	host_deleted: "edits",
	hosts_deleted: "edits",
	hosts_imported: "edits",
	batch_undone: "edits",
	batch_cancelled: "edits",
	subnet_down: "down",
	subnet_up: "up",
	subnet_flapping: "down",
	hosts_found: "new",
	subnet_added: "edits",
	subnet_edited: "edits",
	subnet_deleted: "edits",
	sweep_failed: "trouble",
	sweep_recovered: "trouble",
	own_network_down: "trouble",
	own_network_back: "trouble",
	port_opened: "ports",
	port_closed: "ports",
	port_changed: "ports",
	user_added: "access",
	user_edited: "access",
	user_deleted: "access",
	signed_in: "access",
	sign_in_failed: "access",
	token_added: "access",
	token_revoked: "access",
	webhook_added: "edits",
	webhook_edited: "edits",
	webhook_deleted: "edits",
	sweep_asked: "edits",
	scan_asked: "edits",
	setting_edited: "edits",
};

/** What people did without changing what is recorded of the network: it would push aside what happened there. */
export const BESIDE_THE_NETWORK: readonly EventKind[] = EVENT_KINDS.filter(
	(kind) =>
		GROUP_OF[kind] === "access" ||
		kind === "sweep_asked" ||
		kind === "scan_asked" ||
		kind === "setting_edited",
);

export function kindsOf(group: EventGroup): EventKind[] {
	return EVENT_KINDS.filter((kind) => GROUP_OF[kind] === group);
}

/** Which events a list shows. `text` is looked for in names, addresses and what is told of the change. */
export type EventFilter = {
	readonly group?: EventGroup | undefined;
	/** One kind alone, instead of a group. */
	readonly kind?: EventKind | undefined;
	readonly subnetId?: number | undefined;
	readonly text?: string | undefined;
};
