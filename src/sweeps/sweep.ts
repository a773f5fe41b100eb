/** One sweep of one subnet, from claim to finish: asks and records. Knows no schedule, no thread and no second look. */

import type { Clock } from "../clock.ts";
import { AppError } from "../errors.ts";
import type { News } from "../events/bus.ts";
import type { Log } from "../log.ts";
import { isMassDown } from "../model/crowd.ts";
import type { EventKind } from "../model/event.ts";
import type { RunState, SweepRun } from "../model/run.ts";
import type { Subnet } from "../model/subnet.ts";
import type { Address } from "../net/address.ts";
import { contains } from "../net/cidr.ts";
import type { Neighbour } from "../probes/arp/neighbours.ts";
import { SILENT } from "../probes/probe.ts";
import type { VendorOf } from "../probes/vendor.ts";
import { type Db, transact } from "../store/database.ts";
import { countSeen, listAddresses } from "../store/history.ts";
import { finishRun, readOffset, setRunTotal } from "../store/runs.ts";
import { findSubnet, listChildren } from "../store/subnets.ts";
import {
	type AskDeps,
	type AskTiming,
	type Manner,
	mannerOf,
	OVERRUN,
	untilEnd,
	verdictsOf,
	waysOf,
} from "./asking.ts";
import type { Gate } from "./gate.ts";
import { openListen } from "./listening.ts";
import { ownNetworkBack, ownNetworkDown } from "./outage.ts";
import * as recorder from "./recorder.ts";
import { innerRanges, isLoopback, planTargets } from "./targets.ts";
import type { Gathered } from "./telling.ts";

/** Waits and tries of a sweep; see BOUNDS in config. */
export type SweepTiming = AskTiming & {
	readonly confirmations: number;
	readonly confirmEveryMs: number;
};

export type SweepDeps = AskDeps & {
	readonly db: Db;
	readonly clock: Clock;
	readonly random: () => number;
	readonly log: Log;
	readonly timing: SweepTiming;
	/** The kernel's neighbour table, and who made an interface. */
	readonly neighbours: () => Neighbour[];
	/** Whoever answers ARP, or neighbour discovery, is up; see `arpAliasesMax` in config for the other. */
	readonly arpEnabled: boolean;
	readonly arpAliasesMax: number;
	readonly vendorOf: VendorOf;
	readonly gate: Gate;
	/** Told after each commit. */
	readonly publish: (news: News) => void;
};

/** What the main pass leaves to be confirmed. */
export type Suspicion = {
	readonly recording: recorder.Recording;
	readonly suspects: Address[];
	readonly manner: Manner;
};

/** Abort reason of a sweep that ends because the process does. */
export const STOPPING = "stopping";

/** `lost`: replies that the kernel dropped, anybody's. */
type Pass = { suspects: Address[]; replies: number; done: number; found: number; lost: number };

/**
 * Runs a claimed sweep and closes its row. Answers the suspects, if any, to be handed to `confirm`. Throws what the
 * probe or the database threw; the row is then still open (see `failSweep`).
 */
export async function sweepSubnet(
	deps: SweepDeps,
	run: SweepRun,
	signal: AbortSignal,
): Promise<Suspicion | undefined> {
	const { db, clock } = deps;
	const subnet = findSubnet(db, run.subnetId);
	if (subnet === undefined) throw new AppError("not_found", "The subnet is gone.");
	const known = listAddresses(db, subnet.id);
	const manner = listening(deps, mannerOf(deps, subnet), new Set(known));
	const plan = planTargets(subnet, {
		inner: innerRanges(listChildren(db, subnet.id)),
		attached: deps.surroundings().networks.map((network) => network.cidr),
		known: subnet.cidr.family === 6 ? withNeighbours(deps, subnet, known) : known,
		offset: readOffset(db, subnet.id),
		asked: run.trigger === "person",
		first: subnet.lastSweepAt === undefined,
		random: deps.random,
	});
	const total = plan.addresses.length;
	setRunTotal(db, run.id, total, manner.method);
	tellProgress(deps, run, 0, total, "running");
	const before = countSeen(db, subnet.id);
	const recording = {
		run,
		known: new Set(known),
		first: subnet.lastSweepAt === undefined,
		vendorOf: deps.vendorOf,
		learned: new Set<string>(),
		before,
		later: new Map<EventKind, Gathered>(),
		suspected: new Map<Address, number>(),
	};
	const pass = await ask(deps, manner, recording, plan.addresses, signal);
	// An answer proves that our own network works; if it is this machine's own, the confirmation asks the gate.
	const isMass = !signal.aborted && pass.replies === 0 && isMassDown(before.up, pass.suspects.length);
	const outage = isMass ? await deps.gate.outage(subnet, signal, pass.suspects) : undefined;
	if (signal.aborted) {
		recorder.dropSuspicion(db, pass.suspects);
		tellFound(deps, recording, pass);
		close(deps, run, pass, total, { state: signal.reason === STOPPING ? "interrupted" : "cancelled" });
		return undefined;
	}
	if (outage !== undefined) {
		tell(deps, run, ...ownNetworkDown(deps, recording, pass.suspects, outage));
		close(deps, run, pass, total, { state: "failed", problem: outage });
		return undefined;
	}
	if (pass.replies > 0 && !isLoopback(subnet.cidr.base)) tell(deps, run, ...ownNetworkBack(deps, recording));
	const table = manner.neighbours ? deps.neighbours() : [];
	const neighbours = table.filter(({ address }) => contains(subnet.cidr, address));
	if (neighbours.length + recording.learned.size > 0) {
		tell(deps, run, recorder.recordIdentities(db, recording, neighbours, clock.now()));
	}
	tellFound(deps, recording, pass);
	const offset = plan.nextOffset === undefined ? {} : { offset: plan.nextOffset };
	const missed = pass.lost === 0 ? {} : { problem: `${OVERRUN}: who kept silent may be there.` };
	close(deps, run, pass, total, { state: "done", ...offset, ...missed });
	return pass.suspects.length === 0 ? undefined : { recording, suspects: pass.suspects, manner };
}

/** Closes the row of a sweep that threw: our own fault, so no host changes; told once, when it begins. */
export function failSweep(deps: SweepDeps, run: SweepRun, error: unknown): void {
	const gone = error instanceof AppError && error.code === "not_found";
	const problem =
		error instanceof AppError ? error.message : `The sweep stopped: ${(error as Error).message}`;
	const recording = { run, known: new Set<Address>(), first: false };
	transact(deps.db, () => {
		const wasFine = findSubnet(deps.db, run.subnetId)?.lastSweepProblem === undefined;
		if (!gone && wasFine) {
			recorder.recordSubnetEvent(deps.db, recording, "sweep_failed", { reason: problem }, deps.clock.now());
		}
		finish(deps, run, NOTHING, { state: gone ? "cancelled" : "failed", problem });
	});
	tellEnd(deps, run, NOTHING, 0, gone ? "cancelled" : "failed");
}

const NOTHING: Pass = { suspects: [], replies: 0, done: 0, found: 0, lost: 0 };

/** Verdicts in one transaction, of those that were held back. */
const CHUNK = 1_000;

/** Near addresses that we may not ask by ARP ourselves are looked for by the kernel: it is listened to. */
function listening(deps: SweepDeps, manner: Manner, known: ReadonlySet<Address>): Manner {
	if (!manner.neighbours || !deps.arpEnabled) return manner;
	const { neighbours, clock, arpAliasesMax: aliasesMax } = deps;
	return { ...manner, listen: openListen({ neighbours, known, aliasesMax, nowMs: clock.monotonicMs }) };
}

/** IPv6 networks are too large to try: this machine, and whom it has talked to, are asked as well. */
function withNeighbours(deps: SweepDeps, { cidr }: Subnet, known: readonly Address[]): Address[] {
	const talked = deps.neighbours().map(({ address }) => address);
	// Not under an address of a few days: it would be a host that goes down for nothing.
	const lasting = deps.surroundings().networks.filter(({ temporary }) => temporary !== true);
	const own = lasting.flatMap(({ address }) => address ?? []);
	return [...new Set([...known, ...[...talked, ...own].filter((address) => contains(cidr, address))])];
}

async function ask(
	deps: SweepDeps,
	manner: Manner,
	recording: recorder.Recording,
	targets: readonly Address[],
	signal: AbortSignal,
): Promise<Pass> {
	const pass: Pass = { ...NOTHING, suspects: [] };
	const record = (verdicts: readonly recorder.Verdict[]) => {
		const recorded = recorder.recordBatch(deps.db, recording, verdicts, deps.clock.now());
		pass.suspects.push(...recorded.suspects);
		pass.replies += recorded.replies;
		pass.found += recorded.found;
		pass.done += verdicts.length;
		tell(deps, recording.run, recorded);
	};
	const askAll = async () => {
		for (const way of waysOf(manner, targets)) {
			const listen = way.options === manner.near ? manner.listen : undefined;
			/** Without an answer to us: the kernel is heard before they are judged. */
			const silent: Address[] = [];
			const batches = deps.prober.probe(way.targets, { ...way.options, signal });
			for await (const batch of untilEnd(batches, ({ lost = 0 }) => (pass.lost += lost))) {
				const verdicts = verdictsOf(way.targets, batch);
				const heard =
					listen === undefined ? verdicts : verdicts.filter(({ latencyUs }) => latencyUs !== SILENT);
				if (listen !== undefined) {
					for (const { address, latencyUs } of verdicts) if (latencyUs === SILENT) silent.push(address);
				}
				record(heard);
				tellProgress(deps, recording.run, pass.done + silent.length, targets.length, "running");
			}
			if (listen === undefined || signal.aborted) continue;
			const judged = listen(silent);
			const rest = [...judged.answered, ...judged.silent];
			for (let from = 0; from < rest.length; from += CHUNK) record(rest.slice(from, from + CHUNK));
		}
	};
	try {
		await askAll();
	} catch (error) {
		// What is recorded is told, though the rest cannot be asked; the next sweep suspects anew.
		recorder.dropSuspicion(deps.db, pass.suspects);
		tellFound(deps, recording, pass);
		throw error;
	}
	return pass;
}

type End = { state: RunState; problem?: string; offset?: number };

function close(deps: SweepDeps, run: SweepRun, pass: Pass, total: number, end: End): void {
	transact(deps.db, () => finish(deps, run, pass, end));
	tellEnd(deps, run, pass, total, end.state);
}

/** The row's end, and with it the event that sweeping works again. Call inside a transaction. */
function finish(deps: SweepDeps, run: SweepRun, pass: Pass, end: End): void {
	const at = deps.clock.now();
	const before = findSubnet(deps.db, run.subnetId)?.lastSweepProblem;
	finishRun(deps.db, run, { ...end, at, lost: pass.suspects.length });
	if (end.state !== "done" || before === undefined) return;
	const recording = { run, known: new Set<Address>(), first: false };
	recorder.recordSubnetEvent(deps.db, recording, "sweep_recovered", {}, at);
}

function tellEnd(deps: SweepDeps, run: SweepRun, pass: Pass, total: number, state: RunState): void {
	tellProgress(deps, run, pass.done, total, state);
	const change = { subnetIds: [run.subnetId], hostIds: [], urgent: state !== "done" };
	deps.publish({ kind: "change", change });
}

export function tell(deps: SweepDeps, run: SweepRun, ...all: readonly recorder.Recorded[]): void {
	for (const recorded of all) {
		if (recorded.hostIds.length === 0 && recorded.events.length === 0) continue;
		const change = { subnetIds: [run.subnetId], hostIds: recorded.hostIds, urgent: recorded.urgent };
		deps.publish({ kind: "change", change });
	}
}

/** What many hosts of one sweep share is told at its end, also when that came early; of a first sweep all it found. */
function tellFound(deps: SweepDeps, recording: recorder.Recording, pass: Pass): void {
	const at = deps.clock.now();
	for (const recorded of recorder.recordLater(deps.db, recording, pass.found, at)) {
		tell(deps, recording.run, recorded);
	}
}

function tellProgress(deps: SweepDeps, run: SweepRun, done: number, total: number, state: RunState): void {
	deps.publish({ kind: "progress", progress: { runId: run.id, subnetId: run.subnetId, done, total, state } });
}
