/** Turns verdicts into rows: samples, presence, events, progress, all of one batch in one transaction. */

import { AppError } from "../errors.ts";
import type { Event, EventKind, NewEvent } from "../model/event.ts";
import { forget, judge, neverSeen, type Presence } from "../model/presence.ts";
import type { SweepRun } from "../model/run.ts";
import { type Address, formatAddress } from "../net/address.ts";
import type { Mac } from "../net/mac.ts";
import { SILENT } from "../probes/probe.ts";
import type { VendorOf } from "../probes/vendor.ts";
import { type Db, transact } from "../store/database.ts";
import * as history from "../store/history.ts";
import { advanceRun } from "../store/runs.ts";
import { findAround, findSubnet } from "../store/subnets.ts";
import { learnMac, tellConflicts } from "./identity.ts";
import {
	emptyTally,
	type Later,
	remember,
	type Tally,
	tellAll,
	tellGathered,
	tellOfSubnet,
} from "./telling.ts";

/** `mac`: who answered, where that is known. */
export type Verdict = {
	readonly address: Address;
	readonly latencyUs: number;
	readonly mac?: Mac | undefined;
};

/** One sweep as the recorder sees it. */
export type Recording = {
	readonly run: SweepRun;
	/** Addresses recorded before the sweep: silence of any other is no news. */
	readonly known: ReadonlySet<Address>;
	/** The first sweep of a subnet tells of its hosts in one event, not one by one. */
	readonly first: boolean;
	/** Hosts of the subnet when it began: those up, and those up or down. Left out: nobody counted them. */
	readonly before?: { readonly up: number; readonly seen: number };
	/** Who made the interface with this hardware address. */
	readonly vendorOf?: VendorOf;
	/** Hardware addresses that are new at some host: grows with the sweep. */
	readonly learned?: Set<string>;
	/** What the end of the sweep tells as one: grows with it. */
	readonly later?: Later;
	/** Suspects and since when: grows with the sweep. */
	readonly suspected?: Map<Address, number>;
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

/** A confirmation takes 15 s; a suspicion this old has lost its own (the database was busy) and is begun anew. */
const SUSPICION_MS = 120_000;

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
		for (const verdict of verdicts) {
			const { address } = verdict;
			if (verdict.latencyUs !== SILENT) recordReply(db, recording, tally, verdict, at);
			else if (recording.known.has(address)) recordSilence(db, recording, tally, address, at);
		}
		tellAll(db, tally, { subnetId, of: recording.before?.seen, at, later: recording.later });
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
		for (const verdict of verdicts) {
			if (verdict.latencyUs !== SILENT) recordReply(db, recording, tally, verdict, at);
		}
		tellAll(db, tally, { subnetId: recording.run.subnetId, of: recording.before?.seen, at });
		history.addAnswers(db, at, tally.up, tally.down);
		return toRecorded(tally);
	});
}

/** Records proven silence. Who answered another sweep meanwhile is no suspect any more. */
export function recordDowns(db: Db, recording: Recording, silent: readonly Address[], at: number): Recorded {
	return transact(db, () => {
		const tally = emptyTally();
		for (const address of silent) {
			const host = history.findHostState(db, address);
			if (host === undefined || recording.suspected?.get(address) !== host.presence.suspectSince) continue;
			const { after, news } = judge(host.presence, { at, silent: true });
			history.writePresence(db, host.id, after);
			history.insertSample(db, host.id, at, undefined);
			tally.down += 1;
			tally.hostIds.push(host.id);
			remember(tally, { host, address }, news);
		}
		tellAll(db, tally, { subnetId: recording.run.subnetId, of: recording.before?.up, at });
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

/**
 * What the end of a sweep knows of hardware addresses: those of hosts that are up as the kernel's table has them
 * (whoever is not recorded stays so), and which of all that were learned stand for two hosts.
 */
export function recordIdentities(
	db: Db,
	recording: Recording,
	neighbours: readonly { readonly address: Address; readonly mac: Mac }[],
	at: number,
): Recorded {
	return transact(db, () => {
		const tally = emptyTally();
		for (const { address, mac } of neighbours) {
			const host = history.findHostState(db, address);
			if (host?.presence.status !== "up") continue;
			if (learn(db, recording, tally, host, { address, mac }, at)) tally.hostIds.push(host.id);
		}
		const { subnetId, startedAt = at } = recording.run;
		tellAll(db, tally, { subnetId, of: undefined, at });
		tellConflicts(db, tally, subnetId, recording.learned ?? new Set(), { since: startedAt, at });
		return toRecorded(tally);
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

/** What the batches left to be told as one, and of a first sweep all hosts it `found`: one transaction each. */
export function recordLater(db: Db, recording: Recording, found: number, at: number): Recorded[] {
	const { run, before, first, later } = recording;
	const told = [...(later ?? [])].map(([kind, gathered]) =>
		transact(db, () => {
			const tally = emptyTally();
			tellGathered(db, tally, { subnetId: run.subnetId, of: before?.seen, at }, kind, gathered);
			return { ...toRecorded(tally), urgent: true };
		}),
	);
	if (first && found > 0) told.push(recordSubnetEvent(db, recording, "hosts_found", { hosts: found }, at));
	return told;
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
		tellOfSubnet(db, tally, recording.run.subnetId, kind, detail, at);
		return { ...toRecorded(tally), urgent: true };
	});
}

function recordReply(
	db: Db,
	recording: Recording,
	tally: Tally,
	{ address, latencyUs, mac }: Verdict,
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
	const learned = mac === undefined ? undefined : learn(db, recording, tally, host, { address, mac }, at);
	remember(
		tally,
		{ host, address, vendor: learned?.vendor },
		recording.first ? news.filter((flip) => flip.kind !== "appeared") : news,
	);
}

function learn(
	db: Db,
	recording: Recording,
	tally: Tally,
	host: history.HostState,
	{ address, mac }: { readonly address: Address; readonly mac: Mac },
	at: number,
) {
	const seen = { ip: formatAddress(address), mac, vendorOf: recording.vendorOf };
	const learned = learnMac(db, tally, host, seen, at);
	if (learned !== undefined) recording.learned?.add(learned.mac);
	return learned;
}

function recordSilence(db: Db, recording: Recording, tally: Tally, address: Address, at: number): void {
	const host = history.findHostState(db, address);
	if (host === undefined || host.presence.lastSeenAt === undefined) return;
	if (host.presence.status === "down") {
		history.insertSample(db, host.id, at, undefined);
		tally.down += 1;
		if (host.presence.flapping) endFlapping(db, tally, host, address, at);
		return;
	}
	// An earlier sweep's confirmation is still under way: its verdict counts, not a second one.
	const { suspectSince } = host.presence;
	if (suspectSince !== undefined && Math.abs(at - suspectSince) < SUSPICION_MS) return;
	history.writeSuspect(db, host.id, at);
	recording.suspected?.set(address, at);
	tally.suspects.push(address);
	tally.hostIds.push(host.id);
}

/** A host that stays down for long enough flaps no more; that it is down was kept quiet until then. */
function endFlapping(db: Db, tally: Tally, host: history.HostState, address: Address, at: number): void {
	const { after, news } = judge(host.presence, { at, silent: true });
	if (after.flapping) return;
	history.writePresence(db, host.id, after);
	remember(tally, { host, address }, news);
	tally.hostIds.push(host.id);
}

/** In the most specific subnet at this moment: one may have been added inside since the sweep began. */
function newHost(db: Db, recording: Recording, address: Address, after: Presence): history.HostState {
	const subnetId = findAround(db, address, address)?.id ?? recording.run.subnetId;
	const id = history.insertFoundHost(db, subnetId, address, after);
	return { id, subnetId, hostname: "", mac: undefined, presence: neverSeen };
}

function sameButSeen(before: Presence, after: Presence): boolean {
	return before.status === after.status && before.flapping === after.flapping && before.flips === after.flips;
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
