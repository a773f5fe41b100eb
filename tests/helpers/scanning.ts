/** Port scans over a database in memory, a scanner of the mind and a clock cranked by hand. */

import { BOUNDS } from "../../src/config.ts";
import { AppError } from "../../src/errors.ts";
import type { News } from "../../src/events/bus.ts";
import { silentLog } from "../../src/log.ts";
import type { ScanStep } from "../../src/model/scan.ts";
import { type Address, formatAddress } from "../../src/net/address.ts";
import type { PortRange } from "../../src/net/ports.ts";
import { type FoundPort, NO_PORTS, type Scanner } from "../../src/probes/scanner.ts";
import { openScans, type Scans } from "../../src/scans/station.ts";
import { type Db, openDatabase } from "../../src/store/database.ts";
import { findHostByAddress, insertHost } from "../../src/store/hosts.ts";
import { insertSubnet } from "../../src/store/subnets.ts";
import { type HandClock, handClock } from "./clock.ts";
import { address, cidr } from "./network.ts";

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;

/** What the scanner of the mind will say. `ports` maps addresses to what is open there. */
export type FakeScanner = Scanner & {
	readonly ports: Map<string, FoundPort[]>;
	/** Left out of results; silent; strangers added. */
	readonly missing: Set<string>;
	readonly silent: Set<string>;
	/** From these no answer came, at any host. */
	unheard: PortRange[];
	covered: PortRange[];
	fault: string | undefined;
	/** How long a scan takes. */
	scanMs: number;
	readonly calls: string[][];
	most: number;
};

export function openPort(port: number, service = "", product = "", version = ""): FoundPort {
	return { proto: "tcp", port, service, product, version, identified: product !== "" };
}

function fakeScanner(clock: HandClock): FakeScanner {
	let running = 0;
	const scanner: FakeScanner = {
		name: "nmap",
		says: "a scanner of the mind",
		notes: [],
		ports: new Map(),
		missing: new Set(),
		silent: new Set(),
		unheard: [],
		covered: [{ first: 1, last: 1_000 }],
		fault: undefined,
		scanMs: 5_000,
		calls: [],
		most: 0,
		async scan(targets: readonly Address[], signal: AbortSignal, told?: (step: ScanStep) => void) {
			const ips = targets.map(formatAddress);
			scanner.calls.push(ips);
			scanner.most = Math.max(scanner.most, ++running);
			told?.({ step: "ports", percent: 40, leftS: 3 });
			await clock.sleep(scanner.scanMs, signal);
			running -= 1;
			if (signal.aborted) throw new AppError("unavailable", "stopped");
			if (scanner.fault !== undefined) throw new AppError("unavailable", scanner.fault);
			const hosts = targets
				.filter((target) => !scanner.missing.has(formatAddress(target)))
				.map((target) => ({
					address: target,
					ports: scanner.ports.get(formatAddress(target)) ?? [],
					silent: scanner.silent.has(formatAddress(target)),
					unheard: {
						...NO_PORTS,
						tcp: scanner.silent.has(formatAddress(target)) ? scanner.covered : scanner.unheard,
					},
				}));
			return { hosts, covered: { tcp: scanner.covered, udp: [], sctp: [] }, strangers: 0 };
		},
		close() {},
	};
	return scanner;
}

export type ScanStage = {
	readonly db: Db;
	readonly clock: HandClock;
	readonly scanner: FakeScanner;
	readonly scans: Scans;
	readonly news: News[];
	subnet(text: string): number;
	/** Records a host that is up; answers its id. */
	host(ip: string, subnetId: number): number;
	/** Ticks every `stepMs` for so long. */
	run(ms: number, stepMs?: number): Promise<void>;
	ports(ip: string): string[];
	/** "port_opened 22" of all events so far, oldest first. */
	events(): string[];
	restart(): Scans;
};

/** `random` is 0.5 unless said: a first scan then puts the next one exactly an interval later. */
export function scanStage(options: { random?: () => number; intervalMs?: number } = {}): ScanStage {
	const db = openDatabase(":memory:", { busyMs: 100 });
	const clock = handClock();
	const scanner = fakeScanner(clock);
	const news: News[] = [];
	const open = () =>
		openScans({
			...BOUNDS,
			timing: { ...BOUNDS, intervalMs: options.intervalMs ?? HOUR_MS },
			db,
			scanner,
			clock,
			log: silentLog,
			random: options.random ?? (() => 0.5),
			publish: (item) => news.push(item),
			scanConcurrency: 2,
		});
	const made: ScanStage = {
		db,
		clock,
		scanner,
		news,
		scans: open(),
		subnet(text) {
			const values = { name: "", notes: "", gateway: undefined, sweepIntervalS: 60, sweepEnabled: true };
			return insertSubnet(db, cidr(text), values, undefined, clock.now());
		},
		host(ip, subnetId) {
			const values = { hostname: "", hostnameSource: undefined, description: "", tags: [], notes: "" };
			const id = insertHost(db, subnetId, address(ip), values, clock.now());
			db.query("UPDATE host SET status = 'up', status_order = 0 WHERE id = ?").run(id);
			return id;
		},
		async run(ms, stepMs = 1_000) {
			for (let spent = 0; spent < ms; spent += stepMs) {
				made.scans.tick();
				await clock.advance(stepMs);
			}
		},
		ports: (ip) => (findHostByAddress(db, address(ip))?.ports ?? []).map(textOf),
		events: () =>
			db
				.query<{ kind: string; detail_json: string }, []>("SELECT kind, detail_json FROM event ORDER BY id")
				.all()
				.map(({ kind, detail_json }) => {
					const detail = JSON.parse(detail_json);
					return `${kind} ${detail.ports === undefined ? detail.port : `${detail.ports} ports`}`;
				}),
		restart: open,
	};
	return made;
}

function textOf({ port, service, product }: { port: number; service: string; product: string }): string {
	return [port, service, product].filter((part) => part !== "").join("/");
}
