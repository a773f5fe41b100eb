/** The one place where things are put together: settings in, a running Rollcall out. */

import { hostname } from "node:os";
import { dirname, join } from "node:path";
import pkg from "../package.json" with { type: "json" };
import { copyInThread } from "./app/copy.ts";
import { openDoctor } from "./app/doctor.ts";
import { importerOf } from "./app/importer.ts";
import { random } from "./app/random.ts";
import { scanOptions } from "./app/scan-options.ts";
import { surroundingsOf } from "./app/surroundings.ts";
import { type Clock, systemClock } from "./clock.ts";

import { BOUNDS, type Config, ignoreProxies } from "./config.ts";
import type { Context } from "./context.ts";
import { runErrand } from "./errand.ts";
import { AppError } from "./errors.ts";
import { createBus } from "./events/bus.ts";
import { type Deliverer, openDeliverer } from "./events/deliverer.ts";
import { resolveName } from "./events/resolve.ts";
import { createLimits } from "./http/limits.ts";
import type { Doorkeeper } from "./http/login.ts";
import { openServer, type Server } from "./http/server.ts";
import { tendReservations } from "./ipam/expiry.ts";
import { openPasswords } from "./ipam/passwords.ts";
import { openSetup } from "./ipam/setup.ts";
import { resumeBatches } from "./ipam/undo.ts";
import { startJobs } from "./jobs.ts";
import { type Log, openLog } from "./log.ts";
import { PROGRAM } from "./model/actor.ts";
import { BATCH_LIMITS } from "./model/batch.ts";
import type { Check } from "./model/doctor/check.ts";
import type { MachineFacts } from "./model/doctor/facts.ts";
import { portOf, type TargetRules } from "./model/target.ts";
import type { Neighbour } from "./probes/arp/neighbours.ts";
import { localNetworks } from "./probes/links.ts";
import { openPortScanner } from "./probes/portscan.ts";
import { copiesOf } from "./store/backup.ts";
import { holdWrites, lockDatabase, openDatabase, refuseLost } from "./store/database.ts";
import { storageEnd } from "./store/faults.ts";
import { setPatience } from "./store/patience.ts";
import { closeToOthers } from "./store/rights.ts";
import { type FileWatch, watchFile } from "./store/watch.ts";
import { startThread, type Thread } from "./sweeps/thread.ts";
import { type Backups, openBackups } from "./upkeep/backups.ts";

export type App = {
	readonly context: Context;
	/** Answers a request as the listening server would, for a caller on this machine. */
	readonly handle: Server["handle"];
	/** Where it listens; undefined when it does not. */
	readonly url: string | undefined;
	/** Makes the first administrator; undefined when there is one. */
	setupLink(): string | undefined;
	/** Reads the files of the certificate again, as after SIGHUP; a wrong one is logged, and the old one stays. */
	reload(): void;
	/** Every route there is, as the router has it. */
	readonly routes: Server["routes"];
	/** The doctor's list, as of now. */
	readonly checks: () => Check[];
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
	/** Called with everything at hand, before anybody is let in. */
	readonly prepare?: (context: Context) => void;
	/** Asks the network in place of the sweep thread. */
	readonly ask?: Thread["ask"];
	/** The kernel's neighbour table in place of the real one. */
	readonly neighbours?: () => Neighbour[];
	/** What the doctor sees of the machine in place of the real one. */
	readonly machine?: () => MachineFacts;
};

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
		refuseLost(config.databasePath);
		closeFiles(config, log);
		const db = openDatabase(config.databasePath, {
			busyMs: BOUNDS.busyMs,
			checkpointPages: BOUNDS.mainCheckpointPages,
			tell: log.info,
		});
		opened.defer(() => db.close());
		lock.markUsed();
		const bus = createBus({
			ring: BOUNDS.newsRing,
			onError: (error) => log.error("a listener failed", { reason: error }),
		});
		const context = { config, db, bus, log, clock, random, actor: PROGRAM };
		options.prepare?.(context);
		const app = await start(context, options, opened);
		// From now on people are answered, who must not stand still for a write.
		setPatience(db, BOUNDS.mainBusyMs);
		return app;
	} catch (error) {
		opened.dispose();
		// A damaged page may come to light only when it is read.
		const fault = error instanceof AppError ? undefined : storageEnd(error);
		if (fault === undefined) throw error;
		throw new AppError("unavailable", `${config.databasePath}: ${fault}`, { cause: error });
	}
}

async function start(context: Context, options: AppOptions, opened: DisposableStack): Promise<App> {
	const { config, bus, log, clock } = context;
	let thread: Thread | undefined;
	let backups: Backups | undefined;
	// Also where settings that nmap must not be given stop the start.
	const scanner = await openPortScanner(scanOptions(config));
	scanner.close();
	const doctor = openDoctor(context, {
		probing: () => thread?.state(),
		damage: () => backups?.damage(),
		...{ scanner, machine: options.machine },
	});
	let url: string | undefined;
	const targetRules = () => rulesOf(config, url);
	const doorkeeper = doorkeeperOf(context, () => url);
	const importer = importerOf(context, options.entry);
	const server = await openServer(context, {
		listen: options.listen ?? true,
		machine: hostname(),
		doorkeeper,
		surroundings: surroundingsOf(context, options, {
			...{ doctor, targetRules, importer },
			thread: () => thread,
		}),
	});
	url = server.url;
	// Nobody else can be at work on this file: what was cut off is taken back, or undoing it goes on.
	resumeBatches(context, 0).catch((reason: unknown) => {
		log.warning("what was cut off is taken back later", { reason });
	});
	doorkeeper.setup.offer();
	const { entry } = options;
	if (entry !== undefined) thread = startThread({ ...BOUNDS, entry, config, bus, log, clock });
	if (entry !== undefined) backups = backupsOf(context, entry, () => thread);
	const deliverer = delivererOf(context, targetRules);
	const look = watchUndamaged(context, () => backups?.damage());
	const jobs =
		thread === undefined || backups === undefined
			? undefined
			: startJobs(context, {
					...{ thread, deliverer, backups, look, server, doctor, importer },
					passwords: doorkeeper.passwords,
					tendReservations: () => tendReservations(context, BOUNDS),
					resume: () => resumeBatches(context, BATCH_LIMITS.silentMs),
				});
	return {
		context,
		handle: server.handle,
		url: server.url,
		setupLink: doorkeeper.setup.link,
		reload: () => server.renew(true),
		routes: server.routes,
		checks: doctor.checks,
		async close() {
			jobs?.stop();
			await Promise.all([server.close(), thread?.close(), deliverer.close(), backups?.close()]);
			opened.dispose();
		},
	};
}

/** The watch over the file, which gives its writes back: not those of a damaged one. */
function watchUndamaged({ db, config }: Context, damage: () => string | undefined): FileWatch {
	const look = watchFile(db, config.databasePath);
	return () => (damage() === undefined ? look() : undefined);
}

/** Messages to webhooks. */
function delivererOf(context: Context, rules: () => TargetRules): Deliverer {
	return openDeliverer({
		...context,
		resolve: resolveName,
		rules,
		userAgent: `Rollcall/${pkg.version}`,
		timeoutMs: BOUNDS.webhookTimeoutMs,
		answerBytes: BOUNDS.webhookAnswerBytes,
		webhooksAtOnce: BOUNDS.webhooksAtOnce,
		webhookQueue: BOUNDS.webhookQueue,
		againMs: BOUNDS.againMs,
		againMaxMs: BOUNDS.againMaxMs,
	});
}

/** Who signs people in. The link of the first administrator goes to the console, whatever else is logged. */
function doorkeeperOf(context: Context, url: () => string | undefined): Doorkeeper {
	const { config, log } = context;
	const base = () => {
		const listening = new URL(url() ?? `http://localhost:${config.port}`);
		// Where it listens everywhere, it has this machine's name.
		if (["0.0.0.0", "[::]"].includes(listening.hostname)) listening.hostname = hostname();
		return (config.publicUrl || listening.origin).replace(/\/$/, "");
	};
	const tell = (link: string) =>
		log.warning("nobody can sign in yet: make the first administrator with this link", { link });
	return {
		passwords: openPasswords(context, BOUNDS),
		limits: createLimits({ ...BOUNDS, asksPerMinute: config.asksPerMinute }, context.clock),
		setup: openSetup(context, { base, tell, setupLinkMs: BOUNDS.setupLinkMs }),
	};
}

/** Files of an earlier version, or of somebody else's copying, were open to everybody on this machine. */
function closeFiles(config: Config, log: Log): void {
	const { databasePath: path } = config;
	const { closed, open } = closeToOthers(path, { dir: backupDirOf(config), isBackup: copiesOf(path) });
	if (closed.length > 0)
		log.warning("files that others could read are closed to them now", { files: closed });
	if (open.length > 0)
		log.warning("others may read these files, which belong to another user: chmod 600", { files: open });
}

function backupDirOf({ backupDir, databasePath }: Config): string {
	return backupDir === "" ? join(dirname(databasePath), "backups") : backupDir;
}

/**
 * Backups, copied in a thread of their own: people and sweeps go on. A file that turns out to be damaged is written no
 * more and nothing is swept; what can be read is served.
 */
function backupsOf(context: Context, entry: string, thread: () => Thread | undefined): Backups {
	const { backupKeep, databasePath } = context.config;
	return openBackups({
		...BOUNDS,
		...context,
		databasePath,
		dir: backupDirOf(context.config),
		keep: backupKeep,
		copy: (from, to, signal) => copyInThread(entry, from, to, signal),
		check: (path, signal) => runErrand(entry, "check", { path }, signal),
		isDoubted: () => thread()?.state().trouble?.fault === "damaged",
		onDamage(says) {
			holdWrites(context.db);
			void thread()?.halt({ says, fault: "damaged" });
		},
	});
}

/** Where webhooks may go: never to ourselves. */
function rulesOf(config: Config, url: string | undefined): TargetRules {
	return {
		allowLoopback: config.webhookAllowLoopback,
		ownPort: url === undefined ? undefined : portOf(new URL(url)),
		ownAddresses: localNetworks().map((network) => network.address),
	};
}
