/** Turns the result of a port scan into rows: ports, events, the hosts' next times, all of one host in one transaction. */

import type { Event } from "../model/event.ts";
import type { HostPorts, ScannerName, ScanResult } from "../probes/scanner.ts";
import { type Db, transact } from "../store/database.ts";
import { insertEvent } from "../store/events.ts";
import * as ports from "../store/ports.ts";
import * as hosts from "../store/scanned-hosts.ts";
import * as scans from "../store/scans.ts";
import { type PortNews, type PortScan, recordPorts } from "./found-ports.ts";
import { nextScanAt, retryAt, type ScanTiming } from "./timing.ts";

export type RecordOptions = {
	readonly timing: ScanTiming;
	/** Port events of one host in one scan, beyond which they become one. */
	readonly scanEventsMax: number;
	readonly random: () => number;
};

/** What a transaction changed, to be told after its commit. */
export type RecordedScan = {
	readonly subnetIds: number[];
	readonly hostIds: number[];
	readonly events: Event[];
	/** Ports were found, lost or changed. */
	readonly changed: boolean;
};

type Tally = {
	readonly subnetIds: Set<number>;
	readonly hostIds: number[];
	readonly events: Event[];
	done: number;
	openPorts: number;
	changed: boolean;
};

/**
 * Records a result, a transaction for each host (one of a thousand ports holds the lock for 13 ms), then closes the
 * run. Hosts it does not judge keep their ports and are tried again later; deleted hosts are passed over. When it
 * throws (a busy database) it may be called again: what is recorded already is found unchanged.
 */
export function recordScan(
	db: Db,
	claimed: scans.ClaimedScan,
	result: ScanResult,
	method: ScannerName,
	at: number,
	options: RecordOptions,
): RecordedScan {
	const tally = emptyTally();
	const since = claimed.run.startedAt ?? at;
	const recording = { result, method, scope: scopeOf(method, result), since, at, options };
	const unjudged: string[] = [];
	for (const target of claimed.targets) {
		const left = transact(db, () => recordHost(db, target, recording, tally));
		if (left !== undefined) unjudged.push(left);
	}
	const problem = problemOf(unjudged, result.strangers);
	const { done, openPorts } = tally;
	transact(db, () =>
		scans.finishScan(db, claimed.run.id, { state: "done", at, done, openPorts, method, problem }),
	);
	return toRecorded(tally);
}

type Recording = PortScan & { readonly method: ScannerName; readonly options: RecordOptions };

/** Answers the address of a host that could not be judged. */
function recordHost(
	db: Db,
	{ id, address }: scans.ScanTarget,
	recording: Recording,
	tally: Tally,
): string | undefined {
	const { result, method, scope, at, options } = recording;
	const host = hosts.findScannedHost(db, id);
	if (host === undefined) return undefined;
	tally.hostIds.push(id);
	tally.subnetIds.add(host.subnetId);
	const found = result.hosts.find((one) => one.address === address);
	const known = ports.listOpenPorts(db, id);
	const doubt = doubtOf(host, known, found);
	if (found === undefined || doubt !== undefined) {
		fail(db, host, doubt ?? "", at, options);
		return host.ip;
	}
	const { news, doubted } = recordPorts(db, host, known, found, recording);
	tell(db, tally, host, news, at, options.scanEventsMax);
	if (found.silent && doubted > 0) {
		fail(db, host, "Not one port answered; the scan is made again before that is believed.", at, options);
		return host.ip;
	}
	const { timing, random } = options;
	const nextAt =
		doubted > 0 ? retryAt(1, at, timing, random) : nextScanAt(host.nextScanAt, at, timing, random);
	hosts.writeScanned(db, id, { at, by: method, scope, nextAt });
	tally.done += 1;
	tally.openPorts += found.ports.length;
	return undefined;
}

/** Nothing came of the whole run: every host keeps its ports, and waits longer each time. */
export function recordScanFailure(
	db: Db,
	claimed: scans.ClaimedScan,
	problem: string,
	method: ScannerName,
	at: number,
	options: RecordOptions,
): RecordedScan {
	return transact(db, () => {
		const tally = emptyTally();
		for (const { id } of claimed.targets) {
			const host = hosts.findScannedHost(db, id);
			if (host === undefined) continue;
			fail(db, host, problem, at, options);
			tally.hostIds.push(id);
			tally.subnetIds.add(host.subnetId);
		}
		scans.finishScan(db, claimed.run.id, { state: "failed", at, method, problem });
		return toRecorded(tally);
	});
}

/** The process ends: the hosts are due as they were, nothing is held against them. */
export function recordScanStopped(db: Db, claimed: scans.ClaimedScan, method: ScannerName, at: number): void {
	transact(db, () => scans.finishScan(db, claimed.run.id, { state: "interrupted", at, method }));
}

/** Somebody ended it: nothing is held against the hosts; those that were due wait for their next moment. */
export function recordScanCancelled(
	db: Db,
	claimed: scans.ClaimedScan,
	method: ScannerName,
	at: number,
	{ timing, random }: RecordOptions,
): void {
	transact(db, () => {
		for (const { id } of claimed.targets) {
			const host = hosts.findScannedHost(db, id);
			if (host === undefined || host.nextScanAt > at) continue;
			hosts.writeNextScan(db, id, nextScanAt(host.nextScanAt, at, timing, random));
		}
		scans.finishScan(db, claimed.run.id, { state: "cancelled", at, method });
	});
}

/**
 * Why this result is not taken for the truth; undefined: it is. Silence from every port of a host that had some open
 * says more about the way there than about the ports: it counts when it comes twice (see `recordPorts`) and the host
 * is up.
 */
function doubtOf(
	host: hosts.ScannedHost,
	known: readonly ports.PortRow[],
	found: HostPorts | undefined,
): string | undefined {
	if (found === undefined)
		return "The scanner gave no result for this host: it took too long, or seemed down.";
	const isGone = found.silent && known.length > 0 && !host.isUp;
	return isGone ? "The host went away while it was scanned." : undefined;
}

function fail(
	db: Db,
	host: hosts.ScannedHost,
	problem: string,
	at: number,
	{ timing, random }: RecordOptions,
): void {
	const failures = host.failures + 1;
	const nextAt = retryAt(failures, at, timing, random);
	hosts.writeScanFailure(db, host.id, { problem, failures, nextAt });
}

/** One event for each port; of many, one for each kind. */
function tell(
	db: Db,
	tally: Tally,
	host: hosts.ScannedHost,
	news: readonly PortNews[],
	at: number,
	most: number,
): void {
	tally.changed ||= news.length > 0 || host.lastScanAt === undefined;
	const told: PortNews[] =
		news.length <= most
			? [...news]
			: [...Map.groupBy(news, ({ kind }) => kind)].map(([kind, group]) =>
					group.length === 1 && group[0] !== undefined ? group[0] : { kind, detail: { ports: group.length } },
				);
	for (const { kind, detail } of told) {
		const { subnetId, ip, label } = host;
		tally.events.push(insertEvent(db, { at, kind, detail, subnetId, hostId: host.id, ip, label }));
	}
}

/** Tells results that looked at different ports apart; a digest, because the list may be long. */
function scopeOf(method: ScannerName, { covered }: ScanResult): string {
	return `${method}/${Bun.hash(JSON.stringify(covered)).toString(36)}`;
}

function problemOf(unjudged: readonly string[], strangers: number): string | undefined {
	const parts: string[] = [];
	if (unjudged.length > 0) {
		const some = unjudged.slice(0, 3).join(", ");
		parts.push(`No result for ${unjudged.length} of the hosts (${some}${unjudged.length > 3 ? ", …" : ""}).`);
	}
	if (strangers === 1) parts.push("A host in the output was not asked for and was dropped.");
	if (strangers > 1) parts.push(`${strangers} hosts in the output were not asked for and were dropped.`);
	return parts.length === 0 ? undefined : parts.join(" ");
}

function emptyTally(): Tally {
	return { subnetIds: new Set(), hostIds: [], events: [], done: 0, openPorts: 0, changed: false };
}

function toRecorded(tally: Tally): RecordedScan {
	const { hostIds, events, changed } = tally;
	return { subnetIds: [...tally.subnetIds], hostIds, events, changed };
}
