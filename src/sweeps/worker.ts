/** The sweep thread: opens its own connection and prober, runs the sweeper, reports what was committed. */

import { systemClock } from "../clock.ts";
import type { News } from "../events/bus.ts";
import { openLog } from "../log.ts";
import { defaultGateways, localNetworks } from "../probes/links.ts";
import { openProber } from "../probes/open.ts";
import type { ProbeMethod, ProberConfig } from "../probes/probe.ts";
import { openDatabase } from "../store/database.ts";
import type { SweepTiming } from "./sweep.ts";
import { openSweeper, type Sweeper } from "./sweeper.ts";

/** Plain data: it crosses the thread border. */
export type WorkerConfig = {
	readonly databasePath: string;
	readonly busyMs: number;
	readonly log: { readonly level: "debug" | "info" | "warning" | "error"; readonly format: "text" | "json" };
	readonly prober: ProberConfig;
	readonly timing: SweepTiming;
	readonly sweepsAtOnce: number;
	readonly claimsPerTick: number;
	readonly startSpreadMs: number;
	readonly jitter: number;
};

export type ToWorker =
	| { readonly kind: "open"; readonly config: WorkerConfig }
	| { readonly kind: "tick" }
	| { readonly kind: "close" };

export type FromWorker =
	| { readonly kind: "ready"; readonly method: ProbeMethod; readonly note: string | undefined }
	| { readonly kind: "news"; readonly news: News }
	| { readonly kind: "trouble"; readonly problem: string }
	| { readonly kind: "closed" };

/** The end of the thread that faces the main one. */
export type Port = { post(message: FromWorker): void; onMessage(handler: (message: ToWorker) => void): void };

/** Serves the main thread until it says "close". `random` is the thread's own source. */
export function runSweepWorker(port: Port, random: () => number): void {
	let stop = async () => {};
	let sweeper: Sweeper | undefined;
	port.onMessage((message) => {
		if (message.kind === "open") {
			open(message.config, port, random).then(
				(opened) => {
					sweeper = opened.sweeper;
					stop = opened.close;
				},
				(error: Error) => port.post({ kind: "trouble", problem: error.message }),
			);
		} else if (message.kind === "tick") {
			tick(sweeper, port);
		} else {
			stop().finally(() => port.post({ kind: "closed" }));
		}
	});
}

/** A tick that fails (a busy database) is told and tried again a second later; nothing is lost. */
function tick(sweeper: Sweeper | undefined, port: Port): void {
	try {
		sweeper?.tick();
	} catch (error) {
		port.post({ kind: "trouble", problem: `The sweeper cannot read its queue: ${(error as Error).message}` });
	}
}

async function open(
	config: WorkerConfig,
	port: Port,
	random: () => number,
): Promise<{ sweeper: Sweeper; close: () => Promise<void> }> {
	const log = await openLog(config.log);
	const db = openDatabase(config.databasePath, { busyMs: config.busyMs });
	const prober = openProber(config.prober, { clock: systemClock, random });
	log.info("probing", { method: prober.method, ...(prober.note === undefined ? {} : { note: prober.note }) });
	const sweeper = openSweeper({
		...config,
		db,
		prober,
		clock: systemClock,
		random,
		log,
		surroundings: () => ({
			networks: localNetworks().filter((network) => !network.loopback),
			gateways: defaultGateways(),
		}),
		publish: (news) => port.post({ kind: "news", news }),
	});
	port.post({ kind: "ready", method: prober.method, note: prober.note });
	return {
		sweeper,
		async close() {
			await sweeper.close();
			prober.close();
			db.close();
		},
	};
}
