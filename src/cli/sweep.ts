/** `rollcall sweep`: asks blocks of addresses once and prints who answered. Needs no database, changes nothing. */

import { random } from "../app/random.ts";
import { systemClock } from "../clock.ts";
import { AppError } from "../errors.ts";
import { type Address, bitsOf, familyOf, parseAddress } from "../net/address.ts";
import { type Cidr, cidrAround, compareCidr, contains, formatCidr, parseCidr } from "../net/cidr.ts";
import { addressesOf, countOf } from "../net/ranges.ts";
import { probeable } from "../net/targets.ts";
import { isOnLink, localNetworks } from "../probes/links.ts";
import { openProber } from "../probes/open.ts";
import type { ProbeOptions, Prober } from "../probes/probe.ts";
import { openVendors } from "../probes/vendor.ts";
import { readFlags } from "./flags.ts";
import { type Answer, jsonReport, tableReport } from "./sweep-report.ts";

/** Where a command writes, and what ends it. `terminal`: a person watches standard error. */
export type CommandIo = {
	out(text: string): void;
	err(text: string): void;
	terminal: boolean;
	signal?: AbortSignal;
};

export const SWEEP_USAGE = `rollcall sweep CIDR…: send ICMP echoes to every address of the networks, list those that answer.

  --arp          in attached IPv4 networks ask by ARP first: shows hardware addresses
                 and hosts that drop pings, and pings only those that answer
  --json         one line {"ip","up","latencyMs"} per address, as the verdicts fall;
                 with --arp also "mac", "vendor"
  --rate N       echoes a second (10000)
  --attempts N   echoes to a silent address (2), 200 ms apart
  --timeout MS   wait after the last echo (500)

Examples
  rollcall sweep 192.168.1.0/24
  rollcall sweep --json 10.0.0.0/16 | jq -r 'select(.up) | .ip'
`;

/** More addresses than this are refused: a run holds them all in memory. */
const MOST_ADDRESSES = 1_048_576n;
/** Most addresses of one IPv6 block: a /112. */
const LARGEST_V6 = 112;
/** Unresolved neighbours of an attached network: half of the kernel's table (gc_thresh3 = 1,024). */
const NEIGHBOURS = 512;
const RETRY_MS = 200;
/** ARP: requests to a silent address, the wait after each, and addresses one silent host may have (else: a proxy). */
const ARP = { attempts: 2, waitMs: 300, aliasesMax: 16, neighboursMax: NEIGHBOURS };

type Request = {
	blocks: Cidr[];
	arp: boolean;
	json: boolean;
	ratePps: number;
	attempts: number;
	timeoutMs: number;
};

/** Exit codes: 0 the sweep ran, 2 bad input, 3 no permission or another fault of this machine, 130 interrupted. */
export async function sweepCommand(args: string[], io: CommandIo): Promise<number> {
	try {
		await sweep(readRequest(args), io);
		return io.signal?.aborted ? 130 : 0;
	} catch (error) {
		if (!(error instanceof AppError)) throw error;
		io.err(`rollcall: ${error.message}\n`);
		if (error.detail?.suggestion !== undefined) io.err(`Did you mean ${error.detail.suggestion}?\n`);
		return error.code === "invalid" ? 2 : 3;
	}
}

function readRequest(args: string[]): Request {
	const { values, positionals } = readFlags("sweep", args, OPTIONS);
	if (positionals.length === 0) {
		throw new AppError(
			"invalid",
			"Name at least one network, such as 192.168.1.0/24. See: rollcall sweep --help",
		);
	}
	return {
		blocks: readBlocks(positionals),
		arp: values.arp ?? false,
		json: values.json ?? false,
		ratePps: readNumber("--rate", values.rate, 10_000, 1_000_000),
		attempts: readNumber("--attempts", values.attempts, 2, 16),
		timeoutMs: readNumber("--timeout", values.timeout, 500, 60_000),
	};
}

const OPTIONS = {
	arp: { type: "boolean" },
	json: { type: "boolean" },
	rate: { type: "string" },
	attempts: { type: "string" },
	timeout: { type: "string" },
} as const;

function readNumber(name: string, text: string | undefined, preset: number, most: number): number {
	if (text === undefined) return preset;
	const value = /^[0-9]{1,9}$/.test(text) ? Number(text) : 0;
	if (value < 1 || value > most) throw new AppError("invalid", `${name} takes a number from 1 to ${most}.`);
	return value;
}

/** Reads blocks and single addresses, leaves out those that lie in another one, refuses too many addresses. */
function readBlocks(texts: readonly string[]): Cidr[] {
	const blocks: Cidr[] = [];
	for (const block of texts.map(readBlock).sort(compareCidr)) {
		if (!blocks.some((other) => contains(other, block))) blocks.push(block);
	}
	let total = 0n;
	for (const block of blocks) {
		if (block.family === 6 && block.prefix < LARGEST_V6) {
			const text = `${formatCidr(block)} is too large to try every address: at most a /${LARGEST_V6} is swept.`;
			throw new AppError("invalid", text);
		}
		total += 1n << BigInt(bitsOf(block.family) - block.prefix);
	}
	if (total > MOST_ADDRESSES) {
		throw new AppError(
			"invalid",
			`${total} addresses are too many for one sweep: at most ${MOST_ADDRESSES}.`,
		);
	}
	return blocks;
}

function readBlock(text: string): Cidr {
	const address = text.includes("/") ? undefined : parseAddress(text).value;
	if (address !== undefined) return cidrAround(address, bitsOf(familyOf(address)));
	const { value, problem, suggestion } = parseCidr(text);
	if (value) return value;
	throw new AppError("invalid", problem, suggestion === undefined ? {} : { detail: { suggestion } });
}

async function sweep(request: Request, io: CommandIo): Promise<void> {
	const { ratePps } = request;
	const arp = request.arp ? ARP : undefined;
	const config = { ratePps, batchSize: 4096, batchMs: 100, pingProcesses: 64, arp };
	const runs = planRuns(request, io.signal);
	const total = runs.reduce((sum, run) => sum + run.targets.length, 0);
	const startedMs = systemClock.monotonicMs();
	const prober = openProber(config, { clock: systemClock, random });
	const shows = { vendorOf: request.arp ? openVendors() : undefined };
	const report = request.json ? jsonReport(io, shows) : tableReport(io, total, shows);
	try {
		if (request.arp && !prober.arp) {
			throw new AppError("unavailable", `ARP needs the right to open a packet socket. ${prober.note ?? ""}`);
		}
		if (prober.note) io.err(`${prober.note}\n`);
		const faults = await Promise.allSettled(runs.map((run) => follow(prober, run, report.take)));
		report.end(systemClock.monotonicMs() - startedMs);
		throwFirst(faults, io);
	} finally {
		prober.close();
	}
}

/** Throws the first fault after telling the others. */
function throwFirst(results: readonly PromiseSettledResult<void>[], io: CommandIo): void {
	const reasons = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
	for (const reason of reasons.slice(1)) io.err(`rollcall: ${(reason as Error).message}\n`);
	if (reasons.length > 0) throw reasons[0];
}

type PlannedRun = { targets: Address[]; options: ProbeOptions };

/** One run per family and kind of network, so that a missing route or a full neighbour table stops no other. */
function planRuns(
	{ blocks, arp, attempts, timeoutMs }: Request,
	signal: AbortSignal | undefined,
): PlannedRun[] {
	const networks = localNetworks();
	const attached = networks.map(({ cidr }) => cidr);
	const runs = new Map<string, PlannedRun>();
	for (const block of blocks) {
		const onLink = isOnLink(block, networks);
		const asksArp = arp && block.family === 4 && onLink && attached.some((one) => contains(one, block));
		const key = `${block.family} ${onLink} ${asksArp}`;
		const inFlightMax = onLink ? NEIGHBOURS : undefined;
		const options = { attempts, retryMs: RETRY_MS, timeoutMs, inFlightMax, arp: asksArp, signal };
		const run: PlannedRun = runs.get(key) ?? { targets: [], options };
		runs.set(key, run);
		for (const range of probeable(block, attached)) {
			for (const address of addressesOf(range, Number(countOf(range)))) run.targets.push(address);
		}
	}
	if ([...runs.values()].every((run) => run.targets.length === 0)) {
		throw new AppError(
			"invalid",
			"These are network, broadcast or reserved addresses: nobody may be asked there.",
		);
	}
	return [...runs.values()];
}

async function follow(
	prober: Prober,
	{ targets, options }: PlannedRun,
	take: (batch: readonly Answer[]) => void,
): Promise<void> {
	for await (const { index, latencyUs, macs } of prober.probe(targets, options)) {
		const batch: Answer[] = [];
		index.forEach((at, i) => {
			const answer = { address: targets[at] as Address, latencyUs: latencyUs[i] as number };
			batch.push({ ...answer, mac: macs?.[i] });
		});
		take(batch);
	}
}
