/** `rollcall scan`: looks for open ports of named hosts once and prints them. Needs no database, changes nothing. */

import { systemClock } from "../clock.ts";
import { BOUNDS, loadConfig } from "../config.ts";
import { AppError } from "../errors.ts";
import { type Address, familyOf, formatAddress, parseAddress } from "../net/address.ts";
import { neverAsked } from "../probes/never.ts";
import { openPortScanner } from "../probes/portscan.ts";
import type { FoundPort, Scanner, ScanResult } from "../probes/scanner.ts";
import { readFlags } from "./flags.ts";
import type { Io } from "./run.ts";
import { progressBar } from "./sweep-report.ts";

export const SCAN_HELP = `rollcall scan HOST…: look for open ports of hosts, named by address.

  --json            one line {"ip","ports":[{"port","proto","service","product","version"}]} for each host;
                    ports is null where no result came
  --builtin         without nmap: open TCP connections to well-known ports, send nothing
  --config FILE     read NMAP_ARGS, NMAP_PRIVILEGED and SCAN_TCP_PORTS from FILE (else from the environment)

Examples
  rollcall scan 192.168.1.10
  rollcall scan --json 10.0.0.1 10.0.0.2 | jq -r 'select(.ports | length > 0) | .ip'
`;

const OPTIONS = {
	json: { type: "boolean" },
	builtin: { type: "boolean" },
	config: { type: "string" },
} as const;
/** Addresses of one call. */
const HOSTS_MAX = 256;

/** Exit codes: 0 the scan ran, 2 bad input, 3 no result to rely on. */
export async function scanCommand(args: string[], io: Io): Promise<number> {
	const { values, positionals } = readFlags("scan", args, OPTIONS);
	const targets = readTargets(positionals);
	const { nmapArgs, nmapPrivileged, tcpPorts } = loadConfig({ file: values.config });
	const path = values.builtin === true ? { nmapPath: null } : {};
	const options = { ...BOUNDS, clock: systemClock, nmapArgs, nmapPrivileged, tcpPorts, ...path };
	const scanner = await openPortScanner(options);
	try {
		io.err(`${[scanner.says, ...scanner.notes].join("\n")}\n`);
		let done = 0;
		for (const batch of batchesOf(targets)) {
			if (io.terminal) io.err(`${progressBar(done / targets.length)} ${done} of ${targets.length} hosts`);
			const result = await scan(scanner, batch, io);
			if (io.terminal) io.err("\r\x1b[K");
			if (io.signal?.aborted) return 130;
			print(result, batch, values.json === true, io);
			done += batch.length;
		}
	} finally {
		scanner.close();
	}
	return 0;
}

function scan(scanner: Scanner, batch: readonly Address[], io: Io): Promise<ScanResult> {
	return scanner.scan(batch, io.signal ?? new AbortController().signal);
}

function readTargets(texts: readonly string[]): Address[] {
	if (texts.length === 0)
		throw new AppError("invalid", "Name at least one address. See: rollcall scan --help");
	const targets = new Set<Address>();
	for (const text of texts) {
		const { value, problem } = parseAddress(text);
		if (value === undefined) throw new AppError("invalid", problem);
		if (neverAsked(value)) throw new AppError("invalid", `${text} is no address of a host.`);
		targets.add(value);
	}
	if (targets.size > HOSTS_MAX)
		throw new AppError("invalid", `At most ${HOSTS_MAX} hosts are scanned at once.`);
	return [...targets];
}

/** Of one family each, at most a batch. */
function batchesOf(targets: readonly Address[]): Address[][] {
	return [4, 6].flatMap((family) => {
		const of = targets.filter((target) => familyOf(target) === family);
		const count = Math.ceil(of.length / BOUNDS.scanBatch);
		return Array.from({ length: count }, (_, i) =>
			of.slice(i * BOUNDS.scanBatch, (i + 1) * BOUNDS.scanBatch),
		);
	});
}

function print(result: ScanResult, batch: readonly Address[], json: boolean, io: Io): void {
	for (const address of batch) {
		const ip = formatAddress(address);
		const host = result.hosts.find((one) => one.address === address);
		if (json) {
			const ports = host?.ports.map(({ port, proto, service, product, version }) => ({
				...{ port, proto, service, product, version },
			}));
			io.out(`${JSON.stringify({ ip, ports: ports ?? null })}\n`);
			continue;
		}
		if (host === undefined) io.out(`${ip}  no result: it took too long, or seemed down\n`);
		else if (host.ports.length === 0) io.out(`${ip}  no open port\n`);
		for (const port of host?.ports ?? []) io.out(`${ip}  ${line(port)}\n`);
	}
}

function line({ port, proto, service, product, version }: FoundPort): string {
	const says = [product, version].filter((part) => part !== "").join(" ");
	return `${`${port}/${proto}`.padEnd(10)} ${service.padEnd(16)} ${says}`.trimEnd();
}
