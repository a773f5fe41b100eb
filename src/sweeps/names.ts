/**
 * Looks up the names of hosts that are up: by PTR, and by SNMP where that is switched on. Knows no packet; works
 * beside the sweeps and never waits for them, nor they for it.
 */

import type { Clock } from "../clock.ts";
import type { News } from "../events/bus.ts";
import type { Log } from "../log.ts";
import { HOST_LIMITS } from "../model/host.ts";
import { hearPtr, hearSnmp, type Names, type Renamed } from "../model/naming.ts";
import type { LookUp, Ptr } from "../probes/ptr.ts";
import type { SysName } from "../probes/snmp.ts";
import { type Db, transact } from "../store/database.ts";
import { insertEvent } from "../store/events.ts";
import { claimNames, findNamed, type Named, writeNames, writeNextName } from "../store/names.ts";
import { type Servers, watchServers } from "./name-servers.ts";
import type { Station } from "./worker.ts";

/** Paces and waits; see BOUNDS in config. */
export type NameTiming = {
	readonly nameLookupsInFlight: number;
	readonly nameCacheMinMs: number;
	readonly nameCacheMaxMs: number;
	readonly nameRetryMs: number;
	readonly nameDoubtMs: number;
	readonly nameLeaseMs: number;
	readonly namesFailAfter: number;
	readonly namesProofMs: number;
	readonly jitter: number;
};

export type NameDeps = {
	readonly db: Db;
	readonly clock: Clock;
	readonly random: () => number;
	readonly log: Log;
	readonly timing: NameTiming;
	/** Look-ups started in a second. */
	readonly lookupsPerSecond: number;
	/** undefined: switched off. */
	readonly ptr: Ptr | undefined;
	readonly snmp: SysName | undefined;
	/** Told after each commit. */
	readonly publish: (news: News) => void;
};

/** What one of the two ways said. */
type Heard = { readonly ptr?: LookUp; readonly snmp?: string | undefined };

export function openNames(deps: NameDeps): Station {
	const { db, clock, timing, log } = deps;
	const closing = new AbortController();
	const tasks = new Set<Promise<void>>();
	const servers = deps.ptr && watchServers({ ...deps, ...timing, ptr: deps.ptr });
	/**
	 * The PTR name is recorded when it is there: a host without an agent keeps it waiting for nothing. The other one is
	 * recorded after it, however quick the agent was: it is the way out where there is no PTR name.
	 */
	const lookUp = async (host: Named) => {
		const { signal } = closing;
		const note = (heard: Heard) => {
			if (!signal.aborted) record(deps, host.id, heard);
		};
		const first = deps.ptr?.(host.address, signal).then((ptr) => {
			note({ ptr });
			if (!signal.aborted) servers?.hear(ptr);
		});
		const snmp = host.snmp ? deps.snmp?.(host.address, signal) : undefined;
		const second = Promise.allSettled([first]).then(async () => note({ snmp: await snmp }));
		for (const done of await Promise.allSettled([first, second])) {
			// A busy database: the host comes again when its lease is over.
			if (done.status === "rejected")
				log.warning("a name is not kept", { host: host.ip, reason: done.reason });
		}
	};
	const prove = (asked: Servers) =>
		asked.prove(closing.signal).catch((error) => log.warning("not noted", { reason: error }));
	let proving: Promise<void> = Promise.resolve();
	return {
		tick() {
			if (closing.signal.aborted || (deps.ptr === undefined && deps.snmp === undefined)) return;
			if (servers !== undefined) proving = proving.then(() => prove(servers));
			const room = Math.min(deps.lookupsPerSecond, timing.nameLookupsInFlight - tasks.size);
			if (room <= 0) return;
			const now = clock.now();
			for (const host of claimNames(db, now, room, now + timing.nameLeaseMs)) {
				const task = lookUp(host);
				tasks.add(task);
				void task.finally(() => tasks.delete(task));
			}
		},
		async close() {
			closing.abort();
			await Promise.all([...tasks, proving]);
		},
	};
}

/** Stores what was heard, if the host is still there; its names may have been edited meanwhile. */
function record(deps: NameDeps, id: number, heard: Heard): void {
	const { db, clock } = deps;
	const at = clock.now();
	const changed = transact(db, () => {
		const host = findNamed(db, id);
		if (host === undefined) return undefined;
		const jitter = 1 + deps.timing.jitter * (2 * deps.random() - 1);
		const { after, news, waitMs } = conclude(deps.timing, host, heard, jitter);
		// The name service says when to ask again; where it is not asked, whoever else was.
		if (heard.ptr !== undefined || deps.ptr === undefined) {
			writeNextName(db, id, at + Math.round(waitMs));
		}
		if (sameNames(host, after)) return undefined;
		writeNames(db, id, after, at);
		for (const one of news) tell(db, { ...host, hostname: after.hostname }, one, at);
		return { host, urgent: news.length > 0 };
	});
	if (changed === undefined) return;
	const { host, urgent } = changed;
	deps.publish({ kind: "change", change: { subnetIds: [host.subnetId], hostIds: [id], urgent } });
}

/** The names after what was heard, what of it is news, and when to look again. */
function conclude(
	timing: NameTiming,
	host: Named,
	{ ptr, snmp }: Heard,
	jitter: number,
): { after: Names; news: Renamed[]; waitMs: number } {
	const news: Renamed[] = [];
	let after: Names = host;
	const cached = (ttlMs: number) =>
		Math.max(timing.nameCacheMinMs, Math.min(timing.nameCacheMaxMs, ttlMs * jitter));
	let waitMs = cached(timing.nameCacheMinMs);
	if (ptr?.kind === "failed") waitMs = timing.nameRetryMs * jitter;
	else if (ptr !== undefined) {
		const heard = hearPtr(after, ptr.kind === "name" ? shorten(ptr.name) : "");
		after = heard.after;
		if (heard.news) news.push(heard.news);
		waitMs = cached(ptr.ttlS * 1_000);
		// In doubt once: soon again. A service that never says the same twice is not asked more often for that.
		if (heard.doubt) waitMs = host.ptrHeard === undefined ? timing.nameDoubtMs * jitter : cached(0);
	}
	if (snmp !== undefined) {
		const heard = hearSnmp(after, snmp);
		after = heard.after;
		if (heard.news) news.push(heard.news);
	}
	return { after, news, waitMs };
}

/** Bytes that are no letters grow to four characters each: a name is cut where a hostname has to end. */
function shorten(name: string): string {
	return name.length <= HOST_LIMITS.hostnameChars ? name : `${name.slice(0, HOST_LIMITS.hostnameChars - 1)}…`;
}

function sameNames(a: Names, b: Names): boolean {
	return (
		a.hostname === b.hostname &&
		a.hostnameSource === b.hostnameSource &&
		a.ptrName === b.ptrName &&
		a.ptrHeard === b.ptrHeard &&
		a.snmpName === b.snmpName
	);
}

function tell(db: Db, host: Named, renamed: Renamed, at: number): void {
	insertEvent(db, {
		at,
		kind: "name_changed",
		subnetId: host.subnetId,
		hostId: host.id,
		ip: host.ip,
		label: host.hostname || host.ip,
		detail: { source: renamed.source, old: renamed.old, new: renamed.new },
	});
}
