/** Turns verdicts into rows: samples, presence, events, progress, all of one batch in one transaction. */

import { AppError } from "../errors.ts";
import type { Event, EventKind, NewEvent } from "../model/event.ts";
import { type Flip, forget, judge, neverSeen, type Presence } from "../model/presence.ts";
import type { SweepRun } from "../model/run.ts";
import { type Address, formatAddress } from "../net/address.ts";
import { SILENT } from "../probes/probe.ts";
import { type Db, transact } from "../store/database.ts";
import { insertEvent } from "../store/events.ts";
import * as history from "../store/history.ts";
import { advanceRun } from "../store/runs.ts";
import { findAround, findSubnet } from "../store/subnets.ts";
import { MASS_MIN } from "./gate.ts";

export type Verdict = { readonly address: Address; readonly latencyUs: number };

/** One sweep as the recorder sees it. */
export type Recording = {
	readonly run: SweepRun;
	/** Addresses recorded before the sweep: silence of any other is no news. */
	readonly known: ReadonlySet<Address>;
	/** The first sweep of a subnet tells of its hosts in one event, not one by one. */
	readonly first: boolean;
};

/** What a transaction changed, to be told after its commit. */
export type Recorded = {
	readonly events: Event[];
	readonly hostIds: number[];
	/** Hosts that were up and kept silent: to be confirmed. */
	readonly suspects: Address[];
	readonly replies: number;
	readonly found: number;
	/** Somebody is looking for this: a flip, a new host, a suspect. */
	readonly urgent: boolean;
};

type Tally = {
	events: Event[];
	hostIds: number[];
	suspects: Address[];
	replies: number;
	found: number;
	up: number;
	down: number;
	flips: number;
	telling: { kind: EventKind; detail: NewEvent["detail"]; host: history.HostState; ip: string }[];
};

/**
 * Records a batch of the sweep itself. Replies make hosts up (and new ones known); silence of an up host makes it
 * a suspect, of a down one a sample. Throws AppError("not_found") when the subnet is gone.
 */
export function recordBatch(
	db: Db,
	recording: Recording,
	verdicts: readonly Verdict[],
	at: number,
): Recorded {
	return transact(db, () => {
		const subnetId = recording.run.subnetId;
		if (findSubnet(db, subnetId) === undefined) {
			throw new AppError("not_found", "The subnet was deleted while it was swept.");
		}
		const tally = emptyTally();
		for (const { address, latencyUs } of verdicts) {
			if (latencyUs !== SILENT) recordReply(db, recording, tally, address, latencyUs, at);
			else if (recording.known.has(address)) recordSilence(db, tally, address, at);
		}
		tellAll(db, tally, recording, at);
		history.addAnswers(db, at, tally.up, tally.down);
		advanceRun(db, recording.run.id, verdicts.length, tally.replies);
		return toRecorded(tally);
	});
}

/** Records answers to a confirmation: those suspects are up after all. */
export function recordAnswers(
	db: Db,
	recording: Recording,
	verdicts: readonly Verdict[],
	at: number,
): Recorded {
	return transact(db, () => {
		const tally = emptyTally();
		for (const { address, latencyUs } of verdicts) {
			if (latencyUs !== SILENT) recordReply(db, recording, tally, address, latencyUs, at);
		}
		tellAll(db, tally, recording, at);
		history.addAnswers(db, at, tally.up, tally.down);
		return toRecorded(tally);
	});
}

/** Records proven silence. `grouped`: one event for all of them, because something bigger than a host failed. */
export function recordDowns(
	db: Db,
	recording: Recording,
	silent: readonly Address[],
	grouped: boolean,
	at: number,
): Recorded {
	return transact(db, () => {
		const tally = emptyTally();
		let fallen = 0;
		for (const address of silent) {
			const host = history.findHostState(db, address);
			if (host === undefined) continue;
			const { after, news } = judge(host.presence, { at, silent: true });
			history.writePresence(db, host.id, after);
			history.insertSample(db, host.id, at, undefined);
			tally.down += 1;
			tally.hostIds.push(host.id);
			if (news.some((flip) => flip.kind === "went_down")) fallen += 1;
			if (!grouped) remember(tally, host, address, news);
		}
		tellAll(db, tally, recording, at);
		if (grouped && fallen > 0) tellOfSubnet(db, tally, recording, "subnet_down", { hosts: fallen }, at);
		history.addAnswers(db, at, 0, tally.down);
		return { ...toRecorded(tally), urgent: true };
	});
}

/** Our own network failed: nothing can be said of these hosts. No sample is written. */
export function recordUnknown(db: Db, addresses: readonly Address[], at: number): Recorded {
	return transact(db, () => {
		const tally = emptyTally();
		for (const address of addresses) {
			const host = history.findHostState(db, address);
			if (host === undefined) continue;
			history.writePresence(db, host.id, forget(host.presence, at));
			tally.hostIds.push(host.id);
		}
		return { ...toRecorded(tally), urgent: true };
	});
}

/** Suspects about whom nothing could be found out: they stay what they were. */
export function dropSuspicion(db: Db, addresses: readonly Address[]): void {
	transact(db, () => {
		for (const address of addresses) {
			const host = history.findHostState(db, address);
			if (host?.presence.suspectSince !== undefined) history.writeSuspect(db, host.id, undefined);
		}
	});
}

/** Stores an event about the whole subnet of a sweep. */
export function recordSubnetEvent(
	db: Db,
	recording: Recording,
	kind: EventKind,
	detail: NewEvent["detail"],
	at: number,
): Recorded {
	return transact(db, () => {
		const tally = emptyTally();
		tellOfSubnet(db, tally, recording, kind, detail, at);
		return { ...toRecorded(tally), urgent: true };
	});
}

function recordReply(
	db: Db,
	recording: Recording,
	tally: Tally,
	address: Address,
	latencyUs: number,
	at: number,
): void {
	const known = history.findHostState(db, address);
	const { after, news } = judge(known?.presence ?? neverSeen, { at, latencyUs });
	const host = known ?? newHost(db, recording, address, after);
	if (known !== undefined && sameButSeen(known.presence, after)) history.writeSeen(db, known.id, after);
	else if (known !== undefined) history.writePresence(db, known.id, after);
	history.insertSample(db, host.id, at, latencyUs);
	tally.replies += 1;
	tally.up += 1;
	tally.hostIds.push(host.id);
	if (news.some((flip) => flip.kind === "appeared")) tally.found += 1;
	if (host.presence.status !== "up" || host.presence.suspectSince !== undefined) tally.flips += 1;
	remember(tally, host, address, recording.first ? news.filter((flip) => flip.kind !== "appeared") : news);
}

function recordSilence(db: Db, tally: Tally, address: Address, at: number): void {
	const host = history.findHostState(db, address);
	if (host === undefined || host.presence.lastSeenAt === undefined) return;
	if (host.presence.status === "down") {
		history.insertSample(db, host.id, at, undefined);
		tally.down += 1;
		if (host.presence.flapping) endFlapping(db, tally, host, address, at);
		return;
	}
	// An earlier sweep's confirmation is still under way: its verdict counts, not a second one.
	if (host.presence.suspectSince !== undefined) return;
	history.writeSuspect(db, host.id, at);
	tally.suspects.push(address);
	tally.hostIds.push(host.id);
}

/** A host that stays down for long enough flaps no more; that it is down was kept quiet until then. */
function endFlapping(db: Db, tally: Tally, host: history.HostState, address: Address, at: number): void {
	const { after, news } = judge(host.presence, { at, silent: true });
	if (after.flapping) return;
	history.writePresence(db, host.id, after);
	remember(tally, host, address, news);
	tally.hostIds.push(host.id);
}

/** In the most specific subnet at this moment: one may have been added inside since the sweep began. */
function newHost(db: Db, recording: Recording, address: Address, after: Presence): history.HostState {
	const subnetId = findAround(db, address, address)?.id ?? recording.run.subnetId;
	const id = history.insertFoundHost(db, subnetId, address, after);
	return { id, subnetId, hostname: "", presence: neverSeen };
}

/** Keeps what is to be told until the batch is complete. */
function remember(tally: Tally, host: history.HostState, address: Address, news: readonly Flip[]): void {
	for (const flip of news) {
		const told = toldAs(flip);
		if (told !== undefined) tally.telling.push({ ...told, host, ip: formatAddress(address) });
	}
}

/** Many of a kind in one batch are one thing that happened, and one event. */
const GROUPED: Partial<Record<EventKind, EventKind>> = { host_new: "hosts_found", host_up: "subnet_up" };

function tellAll(db: Db, tally: Tally, recording: Recording, at: number): void {
	for (const [kind, group] of Map.groupBy(tally.telling, (told) => told.kind)) {
		const together = GROUPED[kind];
		if (together !== undefined && group.length >= MASS_MIN) {
			tellOfSubnet(db, tally, recording, together, { hosts: group.length }, at);
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

/** A flip in words of the event table; undefined: it is kept quiet. */
function toldAs(flip: Flip): Pick<NewEvent, "kind" | "detail"> | undefined {
	if (flip.kind === "appeared") return { kind: "host_new", detail: {} };
	if (flip.kind === "flapping") return { kind: "host_flapping", detail: { flips: flip.flips } };
	if (flip.quiet) return undefined;
	if (flip.kind === "went_down") return { kind: "host_down", detail: {} };
	return { kind: "host_up", detail: { downMs: flip.downMs } };
}

function tellOfSubnet(
	db: Db,
	tally: Tally,
	recording: Recording,
	kind: EventKind,
	detail: NewEvent["detail"],
	at: number,
): void {
	const subnet = findSubnet(db, recording.run.subnetId);
	if (subnet === undefined) return;
	const ip = formatAddress(subnet.cidr.base);
	const label = subnet.name || `${ip}/${subnet.cidr.prefix}`;
	tally.events.push(insertEvent(db, { at, kind, subnetId: subnet.id, hostId: undefined, ip, label, detail }));
}

function sameButSeen(before: Presence, after: Presence): boolean {
	return before.status === after.status && before.flapping === after.flapping && before.flips === after.flips;
}

function emptyTally(): Tally {
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

function toRecorded(tally: Tally): Recorded {
	return {
		events: tally.events,
		hostIds: tally.hostIds,
		suspects: tally.suspects,
		replies: tally.replies,
		found: tally.found,
		urgent: tally.events.length + tally.suspects.length + tally.found + tally.flips > 0,
	};
}
