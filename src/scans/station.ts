/** Takes due port scans from the database at every tick and runs them, few at a time. Knows no thread and no timer. */

import type { Clock } from "../clock.ts";
import { AppError } from "../errors.ts";
import type { News } from "../events/bus.ts";
import { createOnce, type Log } from "../log.ts";
import type { ScanStep } from "../model/scan.ts";
import type { Scanner } from "../probes/scanner.ts";
import type { Db } from "../store/database.ts";
import { type ClaimedScan, cancelledScanIds, claimScans, resumeScans } from "../store/scans.ts";
import {
	type RecordedScan,
	type RecordOptions,
	recordScan,
	recordScanCancelled,
	recordScanFailure,
	recordScanStopped,
} from "./recorder.ts";

export type ScansOptions = RecordOptions & {
	readonly db: Db;
	readonly scanner: Scanner;
	readonly clock: Clock;
	readonly log: Log;
	/** Told after each commit. */
	readonly publish: (news: News) => void;
	readonly scanConcurrency: number;
	readonly scanBatch: number;
	/** Hosts due within this share of the interval go along with a batch that starts. */
	readonly scanAheadShare: number;
};

export type Scans = {
	/** Claims what is due and starts it; returns at once. Throws what the database threw. */
	tick(): void;
	/** Resolves when nothing is under way. */
	idle(): Promise<void>;
	/** Ends what is under way, with its processes. */
	close(): Promise<void>;
};

/** Opens the schedule; scans that an earlier process left running are due again. */
export function openScans(options: ScansOptions): Scans {
	const { db, clock, scanner, timing } = options;
	const running = new Set<Promise<void>>();
	/** Ends one scan, by the id of its run. */
	const enders = new Map<number, AbortController>();
	/** Ends that the database refused for now: tried again at every tick. At most one for each running scan. */
	const unsettled: (() => void)[] = [];
	const closing = new AbortController();
	resumeScans(db, clock.now());
	const told = createOnce();
	const settle = (end: () => void) => {
		try {
			end();
			told.well("recording");
		} catch (error) {
			if (told.fails("recording", error))
				options.log.warning("port scan could not be recorded yet", { reason: error });
			unsettled.push(end);
		}
	};
	const start = (claimed: ClaimedScan) => {
		const ender = new AbortController();
		enders.set(claimed.run.id, ender);
		const ends = { closing: closing.signal, cancelled: ender.signal };
		const task = work(options, claimed, ends, settle).finally(() => {
			running.delete(task);
			enders.delete(claimed.run.id);
		});
		running.add(task);
	};
	return {
		tick() {
			if (closing.signal.aborted) return;
			for (const end of unsettled.splice(0)) settle(end);
			for (const id of cancelledScanIds(db)) enders.get(id)?.abort();
			const limit = options.scanConcurrency - running.size;
			if (limit <= 0) return;
			const at = clock.now();
			const { intervalMs } = timing;
			const claimed = claimScans(db, at, {
				limit,
				batch: options.scanBatch,
				aheadAt: at + Math.round(intervalMs * options.scanAheadShare),
				scheduled: intervalMs > 0,
			});
			for (const one of claimed) start(one);
		},
		async idle() {
			while (running.size > 0) await Promise.all(running);
		},
		async close() {
			closing.abort();
			while (running.size > 0) await Promise.all(running);
			scanner.close();
		},
	};
}

/** One claimed scan to its end; every fault is caught here and becomes the row's problem. */
async function work(
	options: ScansOptions,
	claimed: ClaimedScan,
	{ closing, cancelled }: { closing: AbortSignal; cancelled: AbortSignal },
	settle: (end: () => void) => void,
): Promise<void> {
	const { db, clock, log, scanner } = options;
	const { subnetId, trigger } = claimed.run;
	const hostIds = claimed.targets.map(({ id }) => id);
	const subnetIds = subnetId === undefined ? [] : [subnetId];
	tell(options, { subnetIds, hostIds, events: [], changed: false }, trigger === "person");
	try {
		const addresses = claimed.targets.map(({ address }) => address);
		const nobody = { hosts: [], covered: { tcp: [], udp: [], sctp: [] }, strangers: 0 };
		const result =
			addresses.length === 0
				? nobody
				: await scanner.scan(addresses, AbortSignal.any([closing, cancelled]), tellingOf(options, claimed));
		settle(() => {
			const recorded = recordScan(db, claimed, result, scanner.name, clock.now(), options);
			tell(options, recorded, recorded.changed || trigger === "person");
		});
	} catch (error) {
		if (closing.aborted) {
			settle(() => recordScanStopped(db, claimed, scanner.name, clock.now()));
			return;
		}
		if (cancelled.aborted) {
			settle(() => {
				recordScanCancelled(db, claimed, scanner.name, clock.now(), options);
				tell(options, { subnetIds, hostIds, events: [], changed: false }, true);
			});
			return;
		}
		const message = (error as Error).message;
		const problem = error instanceof AppError ? message : `The port scan stopped: ${message}`;
		log.warning("port scan failed", { subnet: subnetId, hosts: hostIds.length, reason: problem });
		settle(() => {
			const recorded = recordScanFailure(db, claimed, problem, scanner.name, clock.now(), options);
			tell(options, recorded, true);
		});
	}
}

/** How far it is is told where somebody asked for it: scans by the clock go on all day. */
function tellingOf({ publish }: ScansOptions, { run }: ClaimedScan) {
	if (run.trigger !== "person") return undefined;
	return (step: ScanStep) => publish({ kind: "scanning", scan: { ...step, runId: run.id } });
}

function tell(options: ScansOptions, recorded: RecordedScan, urgent: boolean): void {
	const { subnetIds, hostIds } = recorded;
	if (hostIds.length === 0) return;
	options.publish({ kind: "change", change: { subnetIds, hostIds, urgent } });
}
