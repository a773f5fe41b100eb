/** What a transaction found out, gathered while it runs and told as events at its end. Decides no state. */

import type { Event, EventKind, NewEvent } from "../model/event.ts";
import type { Flip } from "../model/presence.ts";
import { type Address, formatAddress } from "../net/address.ts";
import type { Db } from "../store/database.ts";
import { insertEvent } from "../store/events.ts";
import type { HostState } from "../store/history.ts";
import { findSubnet } from "../store/subnets.ts";
import { MASS_MIN } from "./gate.ts";

export type Tally = {
	events: Event[];
	hostIds: number[];
	suspects: Address[];
	replies: number;
	found: number;
	up: number;
	down: number;
	flips: number;
	telling: { kind: EventKind; detail: NewEvent["detail"]; host: HostState; ip: string }[];
};

export function emptyTally(): Tally {
	return {
		events: [],
		hostIds: [],
		suspects: [],
		replies: 0,
		found: 0,
		up: 0,
		down: 0,
		flips: 0,
		telling: [],
	};
}

/** Keeps what is to be told until the batch is complete. */
export function remember(
	tally: Tally,
	about: { readonly host: HostState; readonly address: Address; readonly vendor?: string | undefined },
	news: readonly Flip[],
): void {
	const { host, address, vendor } = about;
	for (const flip of news) {
		const told = toldAs(flip, vendor);
		if (told !== undefined) tally.telling.push({ ...told, host, ip: formatAddress(address) });
	}
}

/** Many of a kind at once are one thing that happened, and one event. */
const GROUPED: Partial<Record<EventKind, EventKind>> = { host_new: "hosts_found", host_up: "subnet_up" };

/** Hosts that the end of a sweep tells of in one event a kind, whatever batches they came in. */
export type Later = Map<EventKind, number>;

/** Stores the events of a batch, but counts for `later` what is many. `subnetId`: of the sweep. */
export function tellAll(db: Db, tally: Tally, subnetId: number, at: number, later?: Later): void {
	for (const [kind, group] of Map.groupBy(tally.telling, (told) => told.kind)) {
		const together = GROUPED[kind];
		if (together !== undefined && later !== undefined && isMany(later, together, group.length)) continue;
		if (together !== undefined && group.length >= MASS_MIN) {
			tellOfSubnet(db, tally, subnetId, together, { hosts: group.length }, at);
			continue;
		}
		for (const { detail, host, ip } of group) {
			const label = host.hostname || ip;
			tally.events.push(
				insertEvent(db, { at, kind, detail, subnetId: host.subnetId, hostId: host.id, ip, label }),
			);
		}
	}
}

/** Adds `hosts` when they are many, or when many came before them. */
function isMany(later: Later, kind: EventKind, hosts: number): boolean {
	const before = later.get(kind);
	if (before === undefined && hosts < MASS_MIN) return false;
	later.set(kind, (before ?? 0) + hosts);
	return true;
}

/** A flip in words of the event table; undefined: it is kept quiet. */
function toldAs(flip: Flip, vendor: string | undefined): Pick<NewEvent, "kind" | "detail"> | undefined {
	if (flip.kind === "appeared") return { kind: "host_new", detail: vendor === undefined ? {} : { vendor } };
	if (flip.kind === "flapping") return { kind: "host_flapping", detail: { flips: flip.flips } };
	if (flip.quiet) return undefined;
	if (flip.kind === "went_down") return { kind: "host_down", detail: {} };
	return { kind: "host_up", detail: { downMs: flip.downMs } };
}

/** Stores an event about a subnet as a whole. */
export function tellOfSubnet(
	db: Db,
	tally: Tally,
	subnetId: number,
	kind: EventKind,
	detail: NewEvent["detail"],
	at: number,
): void {
	const subnet = findSubnet(db, subnetId);
	if (subnet === undefined) return;
	const ip = formatAddress(subnet.cidr.base);
	const own = kind === "own_network_down" || kind === "own_network_back";
	const label = own ? "This machine" : subnet.name || `${ip}/${subnet.cidr.prefix}`;
	tally.events.push(insertEvent(db, { at, kind, subnetId: subnet.id, hostId: undefined, ip, label, detail }));
}
