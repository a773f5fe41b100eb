/**
 * Gathers what is known of this installation and has it judged: for the pages while it serves, and once for the
 * command line. Looks at the machine now and then, at the rows each time; judges nothing itself.
 */

import { dirname } from "node:path";
import pkg from "../../package.json" with { type: "json" };
import { BOUNDS, type Config } from "../config.ts";
import type { Ground } from "../context.ts";
import { type Alarm, alarmOf, type Check } from "../model/doctor/check.ts";
import { examine } from "../model/doctor/examine.ts";
import type {
	ClockFacts,
	Facts,
	MachineFacts,
	NameFacts,
	ProbingFacts,
	ProgramFacts,
	ScannerFacts,
	SubnetFacts,
	WorkFacts,
} from "../model/doctor/facts.ts";
import { formatAddress, isLinkLocal } from "../net/address.ts";
import { type Cidr, contains, parseCidr, usableCount } from "../net/cidr.ts";
import { parseServer } from "../net/servers.ts";
import { localNetworks } from "../probes/links.ts";
import { neighbourTable, pingGroups, readDisk, systemName } from "../probes/machine.ts";
import { systemServers } from "../probes/ptr.ts";
import { openRoutes, type Routes } from "../probes/routes.ts";
import type { ScannerInfo } from "../probes/scanner.ts";
import { describeOpen, listSwept, readWork, sqliteVersion } from "../store/condition.ts";
import type { Db } from "../store/database.ts";
import { storageFault, storageKind } from "../store/faults.ts";
import type { ProbeState } from "../sweeps/thread.ts";

export type Doctor = {
	/** Every line, as of now. */
	checks(): Check[];
	/** What the light in the header shows; at most `BOUNDS.alarmMs` old. */
	alarm(): Alarm | undefined;
	/** Looks at the machine anew, and tells open pages when the light has changed. Call now and then. */
	look(): void;
};

/** What was seen of the machine, and when, in monotonic milliseconds. */
type Seen = { at: number; machine: MachineFacts; subnets: SubnetFacts[]; names: NameFacts };

type Parts = {
	/** undefined while nothing is swept in this process. */
	readonly probing: () => ProbeState | undefined;
	/** Why the file is not to be trusted. */
	readonly damage: () => string | undefined;
	readonly scanner: ScannerInfo;
	/** In place of a look at the machine. */
	readonly machine?: (() => MachineFacts) | undefined;
};

/** The doctor of a process that serves. */
export function openDoctor(context: Ground, parts: Parts): Doctor {
	const { clock, bus } = context;
	const gatherer = openGatherer(context, parts);
	let shown: Alarm | undefined;
	let lit: { at: number; alarm: Alarm | undefined } | undefined;
	const checks = () => {
		const found = examine(gatherer.facts(), BOUNDS);
		lit = { at: clock.monotonicMs(), alarm: alarmOf(found) };
		return found;
	};
	return {
		checks,
		alarm() {
			if (lit === undefined || clock.monotonicMs() - lit.at >= BOUNDS.alarmMs) checks();
			return lit?.alarm;
		},
		look() {
			gatherer.look();
			const now = alarmOf(checks());
			if (now?.level === shown?.level && now?.says === shown?.says) return;
			shown = now;
			bus.publish({ kind: "trouble", problem: now?.says });
		},
	};
}

/** Everything that is known, as of now; of the machine, as it was at the last look. */
function openGatherer({ config, db, clock }: Ground, parts: Parts) {
	const machine = openMachine(config, clock);
	const watch = watchClock(clock);
	const program = programFacts();
	let seen: Seen | undefined;
	const look = () => {
		watch.look();
		const [subnets, names] = [machine.subnets(db), nameFacts(config)];
		seen = { at: clock.monotonicMs(), machine: (parts.machine ?? machine.look)(), subnets, names };
		return seen;
	};
	return {
		look,
		facts(): Facts {
			const isFresh = seen !== undefined && clock.monotonicMs() - seen.at < BOUNDS.machineFactsMs;
			const now = isFresh && seen !== undefined ? seen : look();
			const rows = readRows(db);
			return {
				now: clock.now(),
				program,
				probing: probingOf(config, parts.probing()),
				machine: now.machine,
				database: { ...describeOpen(config.databasePath), trouble: rows.trouble, damage: parts.damage() },
				subnets: now.subnets,
				work: rows.work,
				scanner: scannerFacts(parts.scanner),
				names: now.names,
				clock: watch.facts(),
				backupKeep: config.backupKeep,
			};
		},
	};
}

/** The rows' own story, or why they cannot be read. */
function readRows(db: Db): { work: WorkFacts | undefined; trouble: Facts["database"]["trouble"] } {
	try {
		return { work: readWork(db), trouble: undefined };
	} catch (error) {
		const says = storageFault(error) ?? (error as Error).message;
		return { work: undefined, trouble: { says, fault: storageKind(error) ?? "unusable" } };
	}
}

function probingOf(config: Config, state: ProbeState | undefined): ProbingFacts {
	if (state === undefined) return { sweeps: false, method: undefined, arp: "off", trouble: undefined };
	const { manners, trouble } = state;
	return { sweeps: true, method: manners?.method, arp: arpOf(config, manners?.arp === true), trouble };
}

/** What is made of ARP: `may`, the socket was permitted. */
export function arpOf(config: Config, may: boolean): ProbingFacts["arp"] {
	return config.arpEnabled ? (may ? "used" : "refused") : "off";
}

export function programFacts(): ProgramFacts {
	const { execPath: executable } = process;
	return {
		rollcall: pkg.version,
		bun: Bun.version,
		sqlite: sqliteVersion(),
		system: systemName(),
		executable,
	};
}

export function scannerFacts({ name, says, notes, mend, broken }: ScannerInfo): ScannerFacts {
	return { name, says, notes, mend, broken: broken === true };
}

export function nameFacts(config: Config): NameFacts {
	const named = config.ptrServer === "" ? undefined : parseServer(config.ptrServer);
	const servers = named === undefined ? systemServers() : [named];
	const shown = servers.map(({ address, port }) => {
		const ip = formatAddress(address);
		return port === 53 ? ip : `${ip.includes(":") ? `[${ip}]` : ip}:${port}`;
	});
	return { asked: config.ptrLookupEnabled, servers: shown, own: named !== undefined };
}

export type Machine = {
	look(): MachineFacts;
	/** Blocks that are swept, each with the way the kernel would take to it. */
	subnets(db: Db): SubnetFacts[];
};

export function openMachine(config: Config, clock: Ground["clock"]): Machine {
	const routes = openRoutes();
	const folder = config.databasePath === ":memory:" ? undefined : dirname(config.databasePath);
	let overflows: number | undefined;
	let fullAt = Number.NEGATIVE_INFINITY;
	const neighbours = (): MachineFacts["neighbours"] => {
		const table = neighbourTable();
		if (table === undefined) return undefined;
		const count = table.overflows ?? 0;
		if (count > (overflows ?? count)) fullAt = clock.monotonicMs();
		overflows = count;
		const overflowing = clock.monotonicMs() - fullAt < BOUNDS.overflowTellMs;
		return { limit: table.limit, held: table.held, overflowing };
	};
	return {
		look: () => ({
			disk: folder === undefined ? "memory" : readDisk(folder),
			devices: routes.devices(),
			addresses: localNetworks().filter(({ loopback, address }) => !loopback && !isLinkLocal(address)).length,
			pingGroups: pingGroups(),
			neighbours: neighbours(),
			user: process.getuid?.(),
		}),
		subnets(db) {
			try {
				return listSwept(db, BOUNDS.routesMax).map(({ cidr }) => ({ cidr, route: routeTo(routes, cidr) }));
			} catch {
				// The rows cannot be read: the line of the database says so.
				return [];
			}
		},
	};
}

/** To its first host, or the next one where the first is this machine. */
function routeTo(routes: Routes, text: string): SubnetFacts["route"] {
	const block = parseCidr(text).value;
	if (block === undefined) return undefined;
	const first = hostOf(block, 1n);
	const own = localNetworks().some(({ address }) => address === first);
	return routes.to(own ? hostOf(block, 2n) : first);
}

function hostOf(block: Cidr, n: bigint) {
	const address = usableCount(block) > n ? block.base + n : block.base;
	return contains(block, address) ? address : block.base;
}

/** Notices when the clock moves against the running time of this machine. */
function watchClock(clock: Ground["clock"]) {
	const drift = () => clock.now() - clock.monotonicMs();
	let last = drift();
	let jump: ClockFacts["jump"];
	return {
		look() {
			const now = drift();
			if (Math.abs(now - last) > BOUNDS.clockJumpMs) jump = { at: clock.now(), byMs: Math.round(now - last) };
			last = now;
		},
		facts: (): ClockFacts => ({ jump }),
	};
}
