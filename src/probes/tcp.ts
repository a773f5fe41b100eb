/** Opening TCP connections to see which ports are open: paced, bounded, never a byte sent. Knows no service but by number. */

import { closeSync, openSync } from "node:fs";
import type { Clock } from "../clock.ts";
import { AppError } from "../errors.ts";
import type { ScanStep } from "../model/scan.ts";
import { type Address, formatAddress } from "../net/address.ts";
import { joinPorts, type PortRange } from "../net/ports.ts";
import { serviceOf } from "./known-ports.ts";
import { neverAsked } from "./never.ts";
import { type FoundPort, type HostPorts, NO_PORTS, type Scanner, type ScannerInfo } from "./scanner.ts";

const TELL_MS = 1_000;

export type ConnectBounds = {
	readonly clock: Clock;
	/** Connections begun a second, and open at a time, of one call. */
	readonly connectsPps: number;
	readonly connectsAtOnce: number;
	/** Silence for so long is no answer, in milliseconds. */
	readonly connectMs: number;
};

/** Which of these ports accept a connection. A host where none does counts as silent. */
export type Connector = (
	targets: readonly Address[],
	ports: readonly number[],
	signal: AbortSignal,
	told?: (step: ScanStep) => void,
) => Promise<HostPorts[]>;

/** What came of one connection. A host that cannot be reached may look "closed": bun names several errors alike. */
export type Touch = "open" | "closed" | "silent";

/**
 * A connector over real sockets. Throws AppError("unavailable") when this machine has no descriptors left or the
 * signal aborts: then nothing is known of any host.
 */
export function openConnector(bounds: ConnectBounds, touch: typeof touchPort = touchPort): Connector {
	return async (targets, ports, signal, told) => {
		const hosts = targets.filter((target) => !neverAsked(target));
		// Port by port over all hosts, so that no host gets them in one burst.
		const jobs = ports.flatMap((port) => hosts.map((address) => ({ address, port })));
		const open = new Map<Address, FoundPort[]>(hosts.map((address) => [address, []]));
		const silent = new Map<Address, number[]>(hosts.map((address) => [address, []]));
		const { clock } = bounds;
		const begunMs = clock.monotonicMs();
		const tell = told && teller(told, clock, jobs.length);
		let next = 0;
		const lane = async () => {
			for (let at = next++; at < jobs.length && !signal.aborted; at = next++) {
				const job = jobs[at];
				if (job === undefined) return;
				const waitMs = begunMs + (at * 1_000) / bounds.connectsPps - clock.monotonicMs();
				if (waitMs > 0) await clock.sleep(waitMs, signal);
				if (signal.aborted) return;
				const came = await touch(job.address, job.port, bounds);
				if (came === "open") open.get(job.address)?.push(foundPort(job.port));
				else if (came === "silent") silent.get(job.address)?.push(job.port);
				tell?.();
			}
		};
		await Promise.all(Array.from({ length: Math.min(bounds.connectsAtOnce, jobs.length) }, lane));
		if (signal.aborted) throw new AppError("unavailable", "The port scan was ended because Rollcall stops.");
		return [...open].map(([address, found]) => ({
			address,
			ports: found.sort((a, b) => a.port - b.port),
			silent: found.length === 0,
			unheard: { ...NO_PORTS, tcp: runsOf(found.length === 0 ? ports : (silent.get(address) ?? [])) },
		}));
	};
}

/** Called after each connection: says once a second how many of `total` are made, and when all will be. */
function teller(told: (step: ScanStep) => void, clock: Clock, total: number): () => void {
	const begunMs = clock.monotonicMs();
	let toldMs = begunMs;
	let done = 0;
	return () => {
		done += 1;
		const nowMs = clock.monotonicMs();
		if (nowMs - toldMs < TELL_MS) return;
		toldMs = nowMs;
		const leftS = Math.ceil((((nowMs - begunMs) / done) * (total - done)) / 1_000);
		told({ step: "ports", percent: Math.floor((done * 100) / total), leftS });
	};
}

/** The scanner for machines without nmap. */
export function openConnectScanner(
	connector: Connector,
	options: Pick<ScannerInfo, "says" | "mend" | "broken"> & {
		readonly ports: readonly PortRange[];
		readonly listed: readonly number[];
	},
): Scanner {
	const closing = new AbortController();
	return {
		name: "connect",
		says: options.says,
		notes: [],
		...(options.mend === undefined ? {} : { mend: options.mend }),
		broken: options.broken === true,
		async scan(targets, signal, told) {
			const both = AbortSignal.any([signal, closing.signal]);
			const hosts = await connector(targets, options.listed, both, told);
			return { hosts, covered: { tcp: joinPorts(options.ports), udp: [], sctp: [] }, strangers: 0 };
		},
		close: () => closing.abort(),
	};
}

function runsOf(ports: readonly number[]): PortRange[] {
	return joinPorts(ports.map((port) => ({ first: port, last: port })));
}

function foundPort(port: number): FoundPort {
	return { proto: "tcp", port, service: serviceOf(port), product: "", version: "", identified: false };
}

/** One connection, closed as soon as it stands. */
export async function touchPort(address: Address, port: number, bounds: ConnectBounds): Promise<Touch> {
	const over = new AbortController();
	// Loaded where ports are looked at without nmap: it brings all of node's streams along.
	const { createConnection } = await import("node:net");
	const socket = createConnection({ host: formatAddress(address), port });
	const came = new Promise<Touch | Error>((resolve) => {
		socket.once("connect", () => resolve("open"));
		socket.once("error", (error) => resolve(error));
	});
	const result = await Promise.race([
		came,
		bounds.clock.sleep(bounds.connectMs, over.signal).then(() => "silent" as const),
	]);
	over.abort();
	// A late error of the dying socket has nobody to listen to it.
	socket.on("error", () => {});
	if (result instanceof Error) needDescriptors();
	socket.destroy();
	return result instanceof Error ? "closed" : result;
}

/** Bun tells of a socket that could not be made (EMFILE) as of a refused connection: so it is looked at directly. */
function needDescriptors(): void {
	try {
		closeSync(openSync("/dev/null", "r"));
	} catch (cause) {
		throw new AppError("unavailable", "This process may open no more files: raise its limit (ulimit -n).", {
			cause,
		});
	}
}
