/** Everything that works off the main thread: who sweeps, scans, names and prunes there, put together. Serves no request. */

import { random } from "./app/random.ts";
import { scanOptions } from "./app/scan-options.ts";
import { settle } from "./app/settle.ts";
import { systemClock } from "./clock.ts";
import { asksSnmp } from "./config/names.ts";
import { BOUNDS, type Config } from "./config.ts";
import { answerErrand, type Errand } from "./errand.ts";
import type { News } from "./events/bus.ts";
import { openLog } from "./log.ts";
import { parseServer } from "./net/servers.ts";
import { openNeighbours } from "./probes/arp/neighbours.ts";
import { defaultGateways, localNetworks } from "./probes/links.ts";
import { endLeftovers } from "./probes/nmap/leftovers.ts";
import { openProber } from "./probes/open.ts";
import { openPortScanner } from "./probes/portscan.ts";
import { openPtr, systemServers } from "./probes/ptr.ts";
import { openStaged } from "./probes/staged.ts";
import { openVendors } from "./probes/vendor.ts";
import { openScans } from "./scans/station.ts";
import { openDatabase } from "./store/database.ts";
import { askNow } from "./sweeps/asking.ts";
import type { Surroundings } from "./sweeps/gate.ts";
import { type NameDeps, openNames } from "./sweeps/names.ts";
import { openRetention } from "./sweeps/retention.ts";
import { openSweeper } from "./sweeps/sweeper.ts";
import { type Crew, runWorker, type Station, type ToWorker } from "./sweeps/worker.ts";
import { openWatch } from "./upkeep/watch.ts";

type Heard = MessageEvent<ToWorker<Config> | Errand>;

/**
 * What the program does when it finds itself off the main thread: it probes, or does the errand it was started for.
 * `early`: what was said before this was loaded.
 */
export function runThread(early: readonly Heard[] = []): void {
	runWorker<Config>(
		{
			post: (message) => self.postMessage(message),
			onMessage(handler) {
				const hear = ({ data }: Heard) => {
					if (data.kind === "errand") void answerErrand(data, (outcome) => self.postMessage(outcome));
					else handler(data);
				};
				self.onmessage = hear;
				for (const message of early) hear(message);
			},
		},
		(config, publish) => {
			void systemClock.sleep(BOUNDS.settledMs).then(settle);
			return openCrew(config, publish);
		},
	);
}

/**
 * Everything that works in the thread, on a database connection and a prober of its own. Where a part cannot be had,
 * those that were opened are closed again: it is tried anew every minute, and sockets outlive their thread.
 */
export async function openCrew(config: Config, publish: (news: News) => void): Promise<Crew> {
	const opened = new DisposableStack();
	try {
		return await assemble(config, publish, opened);
	} catch (error) {
		opened.dispose();
		throw error;
	}
}

async function assemble(
	config: Config,
	publish: (news: News) => void,
	opened: DisposableStack,
): Promise<Crew> {
	const log = await openLog({ level: config.logLevel, format: config.logFormat });
	const db = openDatabase(config.databasePath, { busyMs: BOUNDS.busyMs });
	opened.defer(() => db.close());
	const { batchSize, batchMs, pingProcesses } = BOUNDS;
	const arp = {
		attempts: BOUNDS.arpAttempts,
		waitMs: BOUNDS.arpWaitMs,
		aliasesMax: BOUNDS.arpAliasesMax,
		neighboursMax: BOUNDS.neighboursInFlight,
	};
	const prober = config.demo
		? openStaged(systemClock)
		: openProber(
				{
					...{ ratePps: config.scanRatePps, batchSize, batchMs, pingProcesses },
					arp: config.arpEnabled ? arp : undefined,
				},
				{ clock: systemClock, random },
			);
	opened.defer(() => prober.close());
	if (prober.note === undefined) log.info("probing", { method: prober.method });
	else log.warning("probing", { method: prober.method, note: prober.note });
	const asking = { prober, timing: BOUNDS, surroundings: readSurroundings };
	const sweeper = openSweeper({
		...BOUNDS,
		...asking,
		db,
		clock: systemClock,
		random,
		log,
		publish,
		neighbours: openNeighbours(),
		arpEnabled: config.arpEnabled && !config.demo,
		vendorOf: openVendors(),
	});
	const { rawRetentionDays, hourlyRetentionDays } = config;
	const days = { rawRetentionDays, hourlyRetentionDays };
	const retention = openRetention({ ...BOUNDS, ...days, db, clock: systemClock, log });
	return {
		stations: [
			openWatch({ db, path: config.databasePath, log, now: () => systemClock.now() }),
			sweeper,
			await openScansOf(config, { db, log, publish }),
			retention,
			await openNamesOf(config, { db, log, publish }),
		],
		method: prober.method,
		note: prober.note,
		arp: prober.arp === true,
		ask: (addresses, patience) => askNow(asking, addresses, patience),
		close: () => opened.dispose(),
	};
}

/** The networks of this machine and its ways out. */
function readSurroundings(): Surroundings {
	return {
		networks: localNetworks().filter((network) => !network.loopback),
		gateways: defaultGateways(),
	};
}

/** The look-up of names, by the ways the settings allow. */
async function openNamesOf(
	config: Config,
	parts: Pick<NameDeps, "db" | "log" | "publish">,
): Promise<Station> {
	const asking = { tries: BOUNDS.nameTries, timeoutMs: BOUNDS.nameTimeoutMs, clock: systemClock };
	const named = config.ptrServer === "" ? undefined : parseServer(config.ptrServer);
	const servers = named === undefined ? systemServers : () => [named];
	const credentials = {
		community: config.snmpCommunity,
		user: config.snmpV3User,
		auth: config.snmpV3Auth,
		authPass: config.snmpV3AuthPass,
		priv: config.snmpV3Priv,
		privPass: config.snmpV3PrivPass,
	};
	return openNames({
		...parts,
		clock: systemClock,
		random,
		timing: BOUNDS,
		lookupsPerSecond: config.ptrLookupsPerSecond,
		ptr: config.ptrLookupEnabled ? openPtr({ ...asking, servers, random }) : undefined,
		snmp: asksSnmp(config)
			? (await import("./probes/snmp.ts")).openSnmp({ ...asking, credentials })
			: undefined,
	});
}

/** Port scans by nmap, or without it. */
async function openScansOf(
	config: Config,
	parts: Pick<NameDeps, "db" | "log" | "publish">,
): Promise<Station> {
	const ended = endLeftovers();
	if (ended > 0) parts.log.warning("ended what an earlier scan had left running", { processes: ended });
	const scanner = await openPortScanner(scanOptions(config));
	parts.log.info("scanning ports", { by: scanner.says, notes: scanner.notes });
	return openScans({
		...BOUNDS,
		...parts,
		timing: { ...BOUNDS, intervalMs: config.scanIntervalMinutes * 60_000 },
		scanner,
		clock: systemClock,
		random,
		scanConcurrency: config.scanConcurrency,
	});
}
