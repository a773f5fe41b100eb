/** Port scans by nmap: arguments, process and report put together, printers looked at without a word. */

import { rmSync } from "node:fs";
import type { Clock } from "../../clock.ts";
import { AppError } from "../../errors.ts";
import type { Address } from "../../net/address.ts";
import { joinPorts, type PortRange } from "../../net/ports.ts";
import { cleanText, type HostPorts, type Scanner, type ScanResult } from "../scanner.ts";
import type { Connector } from "../tcp.ts";
import { type NmapPlan, nmapArguments, type RawRight } from "./arguments.ts";
import type { Nmap } from "./find.ts";
import { makeFolder, noteLeader, workFolder } from "./leftovers.ts";
import { progressReader } from "./progress.ts";
import { readReport } from "./report.ts";
import { type Ran, runBounded } from "./run.ts";

export type NmapOptions = {
	readonly clock: Clock;
	readonly nmap: Nmap;
	readonly plan: NmapPlan;
	readonly raw: RawRight;
	readonly connector: Connector;
	/** A run may take so long beyond the limit of its hosts, in milliseconds. */
	readonly spareMs: number;
	readonly graceMs: number;
	readonly outBytes: number;
	readonly errBytes: number;
	/** The command that installs nmap anew. */
	readonly mend: string;
};

/** The scanner. Each run has a working directory of its own, private and empty, that goes with it. */
export function openNmap(options: NmapOptions): Scanner {
	const { nmap, plan } = options;
	const closing = new AbortController();
	return {
		name: "nmap",
		says: `nmap ${nmap.version} at ${nmap.path}: ${plan.options.join(" ")}.`,
		notes: plan.notes,
		mend: options.mend,
		async scan(targets, signal, told) {
			const both = AbortSignal.any([signal, closing.signal]);
			const command = [nmap.path, ...nmapArguments(plan, options.raw, targets)];
			const ran = await inFolder((folder) =>
				runBounded(command, {
					clock: options.clock,
					cwd: workFolder(folder),
					deadlineMs: plan.hostTimeoutMs + options.spareMs,
					graceMs: options.graceMs,
					outBytes: options.outBytes,
					errBytes: options.errBytes,
					signal: both,
					heard: told && progressReader(told),
					started: (pid) => noteLeader(folder, pid),
				}),
			);
			refuseEnd(ran, plan.hostTimeoutMs + options.spareMs, options.outBytes);
			const report = await readReport(ran.out, targets, () => options.clock.sleep(0));
			if (plan.quietPorts.length === 0) return report;
			return withQuietPorts(report, plan.quietPorts, options.connector, both);
		},
		close: () => closing.abort(),
	};
}

async function inFolder<T>(run: (folder: string) => Promise<T>): Promise<T> {
	const folder = makeFolder();
	try {
		return await run(folder);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/** Every end but a good one by itself, in words. */
function refuseEnd({ end, err, code, signalName }: Ran, limitMs: number, outBytes: number): void {
	if (end === "itself" && code === 0) return;
	const says = cleanText(err.trim().split("\n").filter(Boolean).slice(-2).join(" "), 200);
	const why = {
		aborted: "nmap was ended because Rollcall stops.",
		deadline: `nmap was ended after ${Math.round(limitMs / 1_000)} s: it hung.`,
		output: `nmap was ended: its output was too large (over ${Math.round(outBytes / 1_048_576)} MiB, or a flood of errors).`,
		itself: `nmap ended with ${signalName ?? `code ${code}`}${says === "" ? "." : `: ${says}`}`,
	}[end];
	throw new AppError("unavailable", why);
}

/** Adds what a connection found at the printers' ports of those hosts that nmap could judge. */
async function withQuietPorts(
	report: ScanResult,
	ports: readonly number[],
	connector: Connector,
	signal: AbortSignal,
): Promise<ScanResult> {
	const judged = report.hosts.map(({ address }) => address);
	const quiet = await connector(judged, ports, signal);
	const extra = new Map<Address, HostPorts>(quiet.map((host) => [host.address, host]));
	const ranges: PortRange[] = ports.map((port) => ({ first: port, last: port }));
	return {
		...report,
		hosts: report.hosts.map((host) => {
			const more = extra.get(host.address);
			if (more === undefined) return host;
			const added = more.ports.filter(
				({ port }) => !host.ports.some((one) => one.proto === "tcp" && one.port === port),
			);
			const tcp = [...host.ports.filter(({ proto }) => proto === "tcp"), ...added];
			tcp.sort((a, b) => a.port - b.port);
			return {
				...host,
				ports: [...tcp, ...host.ports.filter(({ proto }) => proto !== "tcp")],
				silent: host.silent && added.length === 0,
				unheard: { ...host.unheard, tcp: joinPorts([...host.unheard.tcp, ...more.unheard.tcp]) },
			};
		}),
		covered: { ...report.covered, tcp: joinPorts([...report.covered.tcp, ...ranges]) },
	};
}
