/** What a transaction found out, gathered while it runs and told as events at its end. Decides no state. */

import { isOneStory, MASS_MIN, namesOf } from "../model/crowd.ts";
import type { Event, EventKind, NewEvent } from "../model/event.ts";
import type { Flip } from "../model/presence.ts";
import { type Address, formatAddress } from "../net/address.ts";
import type { Db } from "../store/database.ts";
import { insertEvent } from "../store/events.ts";
import type { HostState } from "../store/history.ts";
import { findSubnet } from "../store/subnets.ts";

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
const GROUPED: Partial<Record<EventKind, EventKind>> = {
	host_new: "hosts_found",
	host_up: "subnet_up",
	host_down: "subnet_down",
	host_flapping: "subnet_flapping",
};

/** Those that one event will tell of. */
export type Gathered = {
	readonly hostIds: number[];
	readonly names: { readonly ip: string; readonly label: string }[];
};

/** Hosts that the end of a sweep tells of in one event a kind, whatever batches they came in. */
export type Later = Map<EventKind, Gathered>;

/** `of`: hosts of the subnet that could have done the same; undefined: nobody counted them. */
export type About = {
	readonly subnetId: number;
	readonly of: number | undefined;
	readonly at: number;
	readonly later?: Later | undefined;
};

/** Stores the events of a batch, but gathers for `later` what is many. */
export function tellAll(db: Db, tally: Tally, about: About): void {
	for (const [kind, group] of Map.groupBy(tally.telling, (told) => told.kind)) {
		const together = GROUPED[kind];
		if (together !== undefined && isMany(about, together, group.length)) {
			const gathered = about.later?.get(together) ?? { hostIds: [], names: [] };
			for (const { host, ip } of group) {
				gathered.hostIds.push(host.id);
				gathered.names.push({ ip, label: host.hostname || ip });
			}
			if (about.later === undefined) tellGathered(db, tally, about, together, gathered);
			else about.later.set(together, gathered);
			continue;
		}
		for (const { detail, host, ip } of group) {
			const label = host.hostname || ip;
			const { at } = about;
			tally.events.push(
				insertEvent(db, { at, kind, detail, subnetId: host.subnetId, hostId: host.id, ip, label }),
			);
		}
	}
}

/** So many at once, or more after many that came before them. New hosts are strangers: fewer than many are looked at. */
function isMany({ of = Number.POSITIVE_INFINITY, later }: About, kind: EventKind, hosts: number): boolean {
	if (later?.has(kind) === true) return true;
	return kind === "hosts_found" ? hosts >= MASS_MIN : isOneStory(hosts, of);
}

const SORTED_MAX = 1_000;

/** One event for all of them: how many, of how many, and who. */
export function tellGathered(
	db: Db,
	tally: Tally,
	{ subnetId, of, at }: About,
	kind: EventKind,
	{ hostIds, names }: Gathered,
): void {
	const hosts = hostIds.length;
	// Asked in a shuffled order, read in that of addresses; of thousands the first few are told as they came.
	if (hosts <= SORTED_MAX) names.sort((a, b) => a.ip.localeCompare(b.ip, "en", { numeric: true }));
	const labels = names.map(({ label }) => label);
	const detail =
		kind === "hosts_found"
			? { hosts }
			: { hosts, ...(of === undefined ? {} : { of }), names: namesOf(labels) };
	tellOfSubnet(db, tally, subnetId, kind, detail, at, hostIds);
}

/** A flip in words of the event table; undefined: it is kept quiet. */
function toldAs(flip: Flip, vendor: string | undefined): Pick<NewEvent, "kind" | "detail"> | undefined {
	if (flip.kind === "appeared") return { kind: "host_new", detail: vendor === undefined ? {} : { vendor } };
	if (flip.kind === "flapping") return { kind: "host_flapping", detail: { flips: flip.flips } };
	if (flip.quiet) return undefined;
	if (flip.kind === "went_down") return { kind: "host_down", detail: {} };
	return { kind: "host_up", detail: { downMs: flip.downMs } };
}

/** Stores an event about a subnet as a whole, or about those of its hosts that `hostIds` names. */
export function tellOfSubnet(
	db: Db,
	tally: Tally,
	subnetId: number,
	kind: EventKind,
	detail: NewEvent["detail"],
	at: number,
	hostIds?: readonly number[],
): void {
	const subnet = findSubnet(db, subnetId);
	if (subnet === undefined) return;
	const ip = formatAddress(subnet.cidr.base);
	const own = kind === "own_network_down" || kind === "own_network_back";
	const label = own ? "This machine" : subnet.name || `${ip}/${subnet.cidr.prefix}`;
	const event = { at, kind, subnetId: subnet.id, hostId: undefined, ip, label, detail };
	tally.events.push(insertEvent(db, event, hostIds));
}
