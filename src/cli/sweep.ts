/** `rollcall sweep`: asks blocks of addresses once and prints who answered. Needs no database, changes nothing. */

import { parseArgs } from "node:util";
import { systemClock } from "../clock.ts";
import { AppError } from "../errors.ts";
import { type Address, bitsOf, familyOf, formatAddress, parseAddress } from "../net/address.ts";
import { type Cidr, cidrAround, compareCidr, contains, formatCidr, parseCidr } from "../net/cidr.ts";
import { addressesOf, countOf } from "../net/ranges.ts";
import { probeable } from "../net/targets.ts";
import { isOnLink, localNetworks } from "../probes/links.ts";
import { openProber } from "../probes/open.ts";
import { type ProbeOptions, type Prober, SILENT } from "../probes/probe.ts";

/** Where a command writes, and what ends it. `terminal`: a person watches standard error. */
export type CommandIo = {
	out(text: string): void;
	err(text: string): void;
	terminal: boolean;
	signal?: AbortSignal;
};

export const SWEEP_USAGE = `Usage: rollcall sweep CIDR… [--json] [--rate N] [--attempts N] [--timeout MS]

Sends ICMP echoes to every address of the blocks and lists those that answer.

  --json         one line {"ip","up","latencyMs"} per address, as the verdicts fall
  --rate N       echoes a second (10000)
  --attempts N   echoes to a silent address (2), 200 ms apart
  --timeout MS   wait after the last echo (500)
`;

/** More addresses than this are refused: a run holds them all in memory. */
const MOST_ADDRESSES = 1_048_576n;
/** Most addresses of one IPv6 block: a /112. */
const LARGEST_V6 = 112;
/** Unresolved neighbours of an attached network: half of the kernel's table (gc_thresh3 = 1,024). */
const NEIGHBOURS = 512;
const RETRY_MS = 200;

type Request = { blocks: Cidr[]; json: boolean; ratePps: number; attempts: number; timeoutMs: number };
type Answer = { address: Address; latencyUs: number };

/** Exit codes: 0 the sweep ran, 2 bad input, 3 no permission or another fault of this machine, 130 interrupted. */
export async function sweepCommand(args: string[], io: CommandIo): Promise<number> {
	try {
		if (args.includes("--help")) {
			io.out(SWEEP_USAGE);
			return 0;
		}
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
	const { values, positionals } = readArguments(args);
	if (positionals.length === 0) throw new AppError("invalid", `Name at least one network.\n${SWEEP_USAGE}`);
	return {
		blocks: readBlocks(positionals),
		json: values.json ?? false,
		ratePps: readNumber("--rate", values.rate, 10_000, 1_000_000),
		attempts: readNumber("--attempts", values.attempts, 2, 16),
		timeoutMs: readNumber("--timeout", values.timeout, 500, 60_000),
	};
}

function readArguments(args: string[]) {
	try {
		return parseArgs({
			args,
			allowPositionals: true,
			options: {
				json: { type: "boolean" },
				rate: { type: "string" },
				attempts: { type: "string" },
				timeout: { type: "string" },
			},
		});
	} catch (error) {
		throw new AppError("invalid", `${(error as Error).message}\n${SWEEP_USAGE}`);
	}
}

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
	const config = { ratePps, batchSize: 4096, batchMs: 100, pingProcesses: 64 };
	const runs = planRuns(request, io.signal);
	const total = runs.reduce((sum, run) => sum + run.targets.length, 0);
	const startedMs = systemClock.monotonicMs();
	const prober = openProber(config, { clock: systemClock, random: randomFraction });
	const report = request.json ? jsonReport(io) : tableReport(io, total);
	try {
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
function planRuns({ blocks, attempts, timeoutMs }: Request, signal: AbortSignal | undefined): PlannedRun[] {
	const networks = localNetworks();
	const attached = networks.map(({ cidr }) => cidr);
	const runs = new Map<string, PlannedRun>();
	for (const block of blocks) {
		const onLink = isOnLink(block, networks);
		const key = `${block.family} ${onLink}`;
		const inFlightMax = onLink ? NEIGHBOURS : undefined;
		const options = { attempts, retryMs: RETRY_MS, timeoutMs, inFlightMax, signal };
		const run = runs.get(key) ?? { targets: [], options };
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

function randomFraction(): number {
	return (crypto.getRandomValues(new Uint32Array(1))[0] as number) / 2 ** 32;
}

async function follow(
	prober: Prober,
	{ targets, options }: PlannedRun,
	take: (batch: Answer[]) => void,
): Promise<void> {
	for await (const { index, latencyUs } of prober.probe(targets, options)) {
		const batch: Answer[] = [];
		index.forEach((at, i) => {
			batch.push({ address: targets[at] as Address, latencyUs: latencyUs[i] as number });
		});
		take(batch);
	}
}

type Report = { take(batch: Answer[]): void; end(elapsedMs: number): void };

/** One write per batch: a /16 is 65,536 lines. */
function jsonReport(io: CommandIo): Report {
	return {
		take(batch) {
			let lines = "";
			for (const { address, latencyUs } of batch) {
				const up = latencyUs !== SILENT;
				lines += `{"ip":"${formatAddress(address)}","up":${up},"latencyMs":${up ? latencyUs / 1000 : null}}\n`;
			}
			io.out(lines);
		},
		end() {},
	};
}

function tableReport(io: CommandIo, total: number): Report {
	const up: Answer[] = [];
	let done = 0;
	return {
		take(batch) {
			done += batch.length;
			for (const answer of batch) if (answer.latencyUs !== SILENT) up.push(answer);
			if (io.terminal) io.err(`\r${progressBar(done / total)} ${done} of ${total}, ${up.length} up`);
		},
		end(elapsedMs) {
			if (io.terminal) io.err("\r\x1b[K");
			up.sort((a, b) => (a.address < b.address ? -1 : 1));
			const lines = up.map(
				({ address, latencyUs }) =>
					`${formatAddress(address).padEnd(39)} ${(latencyUs / 1000).toFixed(3).padStart(9)} ms\n`,
			);
			const rest = done < total ? `, ${total - done} not asked` : "";
			const summary = `${up.length} of ${done} up${rest}, ${(elapsedMs / 1000).toFixed(2)} s\n`;
			io.out(lines.join("") + summary);
		},
	};
}

function progressBar(share: number): string {
	const full = Math.round(share * 24);
	return `[${"#".repeat(full)}${"-".repeat(24 - full)}]`;
}
