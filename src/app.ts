/** The one place where things are put together: settings in, a running Rollcall out. */

import pkg from "../package.json" with { type: "json" };
import { type Clock, systemClock } from "./clock.ts";
import { asksSnmp } from "./config/names.ts";
import { BOUNDS, type Config, ignoreProxies } from "./config.ts";
import type { Context } from "./context.ts";
import { AppError } from "./errors.ts";
import { createBus, type News } from "./events/bus.ts";
import { openDeliverer } from "./events/deliverer.ts";
import { resolveName } from "./events/resolve.ts";
import { openServer, type Server } from "./http/server.ts";
import { startJobs } from "./jobs.ts";
import { type Log, openLog } from "./log.ts";
import { PROGRAM } from "./model/actor.ts";
import type { TargetRules } from "./model/target.ts";
import { openNeighbours } from "./probes/arp/neighbours.ts";
import { defaultGateways, localNetworks } from "./probes/links.ts";
import { openProber } from "./probes/open.ts";
import { openPortScanner, type PortScanOptions } from "./probes/portscan.ts";
import { openPtr, parseServer, systemServers } from "./probes/ptr.ts";
import { openSnmp } from "./probes/snmp.ts";
import { openVendors } from "./probes/vendor.ts";
import { withScans } from "./scans/machine.ts";
import { openScans } from "./scans/station.ts";
import { lockDatabase, openDatabase } from "./store/database.ts";
import { askNow } from "./sweeps/asking.ts";
import type { Surroundings } from "./sweeps/gate.ts";
import { lookAround } from "./sweeps/machine.ts";
import { type NameDeps, openNames } from "./sweeps/names.ts";
import { openRetention } from "./sweeps/retention.ts";
import { openSweeper } from "./sweeps/sweeper.ts";
import { startThread, type Thread } from "./sweeps/thread.ts";
import { type Crew, runWorker, type Station, type ToWorker } from "./sweeps/worker.ts";

export type App = {
	readonly context: Context;
	/** Answers a request as the listening server would, for a caller on this machine. */
	readonly handle: Server["handle"];
	/** Where it listens; undefined when it does not. */
	readonly url: string | undefined;
	/** Ends streams, jobs, sweeps and files, in that order; at most BOUNDS.closeMs. */
	close(): Promise<void>;
};

export type AppOptions = {
	/** The program's main file, started again as the sweep thread; undefined: nothing is swept. */
	readonly entry?: string;
	/** False: no socket, only `handle`. */
	readonly listen?: boolean;
	readonly clock?: Clock;
	readonly log?: Log;
};

/** 0 ≤ n < 1, from the system's generator. */
export function random(): number {
	return (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32;
}

/**
 * Opens database, server, worker and timetable. Throws AppError("conflict") when another Rollcall uses the file
 * or the port, AppError("unavailable") when a part cannot be had; what was opened before is closed again.
 */
export async function openApp(config: Config, options: AppOptions = {}): Promise<App> {
	const clock = options.clock ?? systemClock;
	const log = options.log ?? (await openLog({ level: config.logLevel, format: config.logFormat }));
	if (options.entry !== undefined && config.databasePath === ":memory:") {
		throw new AppError(
			"invalid",
			"DATABASE_URL=:memory: cannot be served: the part that sweeps needs a file. Name one.",
		);
	}
	const opened = new DisposableStack();
	ignoreProxies();
	try {
		const lock = lockDatabase(config.databasePath, { pid: process.pid, at: clock.now() });
		opened.defer(() => lock.release());
		const checkpointPages = BOUNDS.mainCheckpointPages;
		const db = openDatabase(config.databasePath, { busyMs: BOUNDS.busyMs, checkpointPages });
		opened.defer(() => db.close());
		const bus = createBus({
			ring: BOUNDS.newsRing,
			onError: (error) => log.error("a listener failed", { reason: error }),
		});
		return await start({ config, db, bus, log, clock, random, actor: PROGRAM }, options, opened);
	} catch (error) {
		opened.dispose();
		throw error;
	}
}

async function start(context: Context, options: AppOptions, opened: DisposableStack): Promise<App> {
	const { config, bus, log, clock } = context;
	let thread: Thread | undefined;
	// Also where settings that nmap must not be given stop the start.
	const scanner = await openPortScanner(scanOptions(config));
	scanner.close();
	let url: string | undefined;
	const targetRules = () => rulesOf(config, url);
	const server = await openServer(context, {
		listen: options.listen ?? true,
		surroundings: {
			...withScans(
				lookAround(context, () => thread?.state()),
				context,
				scanner,
			),
			targetRules,
			ask: async (addresses, patience) => {
				if (thread === undefined)
					throw new AppError("unavailable", "Nothing can be asked here: no sweeps run.");
				return thread.ask(addresses, patience);
			},
		},
	});
	url = server.url;
	if (options.entry !== undefined) {
		const { closeMs, askMs, questionsMax } = BOUNDS;
		thread = startThread({ entry: options.entry, config, bus, log, closeMs, askMs, questionsMax, clock });
	}
	const deliverer = openDeliverer({
		...context,
		resolve: resolveName,
		rules: targetRules,
		userAgent: `Rollcall/${pkg.version}`,
		timeoutMs: BOUNDS.webhookTimeoutMs,
		answerBytes: BOUNDS.webhookAnswerBytes,
		webhooksAtOnce: BOUNDS.webhooksAtOnce,
		webhookQueue: BOUNDS.webhookQueue,
	});
	const jobs = thread === undefined ? undefined : startJobs(context, thread, deliverer);
	return {
		context,
		handle: server.handle,
		url: server.url,
		async close() {
			jobs?.stop();
			await Promise.all([server.close(), thread?.close(), deliverer.close()]);
			opened.dispose();
		},
	};
}

/** Where webhooks may go: never to ourselves. */
function rulesOf(config: Config, url: string | undefined): TargetRules {
	return {
		allowLoopback: config.webhookAllowLoopback,
		ownPort: url === undefined ? undefined : Number(new URL(url).port || 80),
		ownAddresses: localNetworks().map((network) => network.address),
	};
}

/** What the program does when it finds itself off the main thread: it is the one that probes. */
export function runThread(): void {
	runWorker<Config>(
		{
			post: (message) => self.postMessage(message),
			onMessage(handler) {
				self.onmessage = (event: MessageEvent<ToWorker<Config>>) => handler(event.data);
			},
		},
		openCrew,
	);
}

/** Everything that works in the thread, on a database connection and a prober of its own. */
async function openCrew(config: Config, publish: (news: News) => void): Promise<Crew> {
	const log = await openLog({ level: config.logLevel, format: config.logFormat });
	const db = openDatabase(config.databasePath, { busyMs: BOUNDS.busyMs });
	const { batchSize, batchMs, pingProcesses } = BOUNDS;
	const arp = {
		attempts: BOUNDS.arpAttempts,
		waitMs: BOUNDS.arpWaitMs,
		aliasesMax: BOUNDS.arpAliasesMax,
		neighboursMax: BOUNDS.neighboursInFlight,
	};
	const prober = openProber(
		{
			...{ ratePps: config.scanRatePps, batchSize, batchMs, pingProcesses },
			arp: config.arpEnabled ? arp : undefined,
		},
		{ clock: systemClock, random },
	);
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
		vendorOf: openVendors(),
	});
	const { rawRetentionDays, hourlyRetentionDays } = config;
	const retention = openRetention({
		...BOUNDS,
		rawRetentionDays,
		hourlyRetentionDays,
		db,
		clock: systemClock,
		log,
	});
	return {
		stations: [
			sweeper,
			await openScansOf(config, { db, log, publish }),
			retention,
			openNamesOf(config, { db, log, publish }),
		],
		method: prober.method,
		note: prober.note,
		ask: (addresses, patience) => askNow(asking, addresses, patience),
		close() {
			prober.close();
			db.close();
		},
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
function openNamesOf(config: Config, parts: Pick<NameDeps, "db" | "log" | "publish">): Station {
	const asking = { tries: BOUNDS.nameTries, timeoutMs: BOUNDS.nameTimeoutMs, clock: systemClock };
	const named = config.ptrServer === "" ? undefined : parseServer(config.ptrServer);
	if (config.ptrServer !== "" && named === undefined) {
		throw new AppError("invalid", `PTR_SERVER=${config.ptrServer} is no address of a name server.`);
	}
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
		snmp: asksSnmp(config) ? openSnmp({ ...asking, credentials }) : undefined,
	});
}

/** Port scans by nmap, or without it. */
async function openScansOf(
	config: Config,
	parts: Pick<NameDeps, "db" | "log" | "publish">,
): Promise<Station> {
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

/** What the settings say of port scans. */
function scanOptions(config: Config): PortScanOptions {
	const { nmapArgs, nmapPrivileged, tcpPorts } = config;
	return { ...BOUNDS, clock: systemClock, nmapArgs, nmapPrivileged, tcpPorts };
}
