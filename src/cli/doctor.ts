/** `rollcall doctor`: looks at this machine, the database and the way to every subnet once, beside a server or not. */

import { arpOf, nameFacts, openMachine, programFacts, scannerFacts } from "../app/doctor.ts";
import { random } from "../app/random.ts";
import { scanOptions } from "../app/scan-options.ts";
import { systemClock } from "../clock.ts";
import { BOUNDS, type Config, loadConfig } from "../config.ts";
import { AppError } from "../errors.ts";
import { type Check, worstFirst } from "../model/doctor/check.ts";
import { examine } from "../model/doctor/examine.ts";
import type { ProbingFacts, SubnetFacts, WorkFacts } from "../model/doctor/facts.ts";
import { parseAddress } from "../net/address.ts";
import { parseServer } from "../net/servers.ts";
import { openProber } from "../probes/open.ts";
import { openPortScanner } from "../probes/portscan.ts";
import { openPtr, systemServers } from "../probes/ptr.ts";
import { inspectDatabase, readWork } from "../store/condition.ts";
import { DATABASE_HELP, DATABASE_OPTIONS, readFlags } from "./flags.ts";
import type { Io } from "./run.ts";

export const DOCTOR_HELP = `rollcall doctor: check disk, database, versions, rights, interfaces and the route to every subnet.

Changes nothing, and may run beside a server. What it says of rights is true of whoever calls it: call it
as the user that serves. What fails stands first, with the command that mends it. Exit code 0 when nothing
fails, 1 when something does.

  --json            print {"ok","checks":[{"name","state","says","mend"}]}; state is ok, warn or bad
${DATABASE_HELP}

Examples
  rollcall doctor
  sudo -u rollcall rollcall doctor --json --database /var/lib/rollcall/ipam.db
`;

const WORDS = { ok: "works", warn: "LIMITED", bad: "FAILS" } as const;

/** 0 when nothing fails, 1 when something does. */
export async function doctorCommand(args: string[], io: Io): Promise<number> {
	const options = { ...DATABASE_OPTIONS, json: { type: "boolean" } } as const;
	const { values, positionals } = readFlags("doctor", args, options);
	if (positionals.length > 0) throw new AppError("invalid", "It takes no names. See: rollcall doctor --help");
	const config = loadConfig({ file: values.config, flags: { DATABASE_URL: values.database } });
	const checks = worstFirst(await look(config));
	const ok = checks.every((check) => check.state !== "bad");
	if (values.json === true) {
		const lines = checks.map(({ name, state, says, mend }) => ({ name, state, says, mend: mend ?? null }));
		io.out(`${JSON.stringify({ ok, checks: lines })}\n`);
	} else io.out(checks.map(lineOf).join(""));
	return ok ? 0 : 1;
}

function lineOf({ name, state, says, mend }: Check): string {
	const head = `${WORDS[state].padEnd(8)} ${name.padEnd(16)} ${says}\n`;
	return mend === undefined || state === "ok" ? head : `${head}${" ".repeat(26)}$ ${mend}\n`;
}

/** What a server knows from its work is read from its rows; the rest is tried. */
async function look(config: Config): Promise<Check[]> {
	const machine = openMachine(config, systemClock);
	const file = inspectDatabase(config.databasePath, { busyMs: BOUNDS.doctorBusyMs }, (db) => ({
		work: readWork(db),
		subnets: machine.subnets(db),
	}));
	const scanner = await openPortScanner(scanOptions(config));
	scanner.close();
	const subnets: SubnetFacts[] = file.rows?.subnets ?? [];
	return examine(
		{
			now: systemClock.now(),
			program: programFacts(),
			probing: tryProber(config),
			machine: machine.look(),
			database: file.facts,
			subnets,
			work: await withNames(config, file.rows?.work),
			scanner: scannerFacts(scanner),
			names: nameFacts(config),
			clock: { jump: undefined },
			backupKeep: config.backupKeep,
		},
		BOUNDS,
	);
}

/** Opens the sockets a server would open, and closes them. */
function tryProber(config: Config): ProbingFacts {
	const { batchSize, batchMs, pingProcesses } = BOUNDS;
	const arp = {
		attempts: BOUNDS.arpAttempts,
		waitMs: BOUNDS.arpWaitMs,
		aliasesMax: BOUNDS.arpAliasesMax,
		neighboursMax: BOUNDS.neighboursInFlight,
	};
	const rate = { ratePps: config.scanRatePps, batchSize, batchMs, pingProcesses };
	try {
		const tools = { clock: systemClock, random };
		const prober = openProber({ ...rate, arp: config.arpEnabled ? arp : undefined }, tools);
		prober.close();
		return {
			sweeps: true,
			method: prober.method,
			arp: arpOf(config, prober.arp === true),
			trouble: undefined,
		};
	} catch (error) {
		const trouble = { says: (error as Error).message };
		return { sweeps: true, method: undefined, arp: arpOf(config, false), trouble };
	}
}

/** Asks the name servers one question now: what a server knows of them may be an hour old. */
async function withNames(config: Config, work: WorkFacts | undefined): Promise<WorkFacts | undefined> {
	const loopback = parseAddress("127.0.0.1").value;
	if (!config.ptrLookupEnabled || loopback === undefined) return work;
	const named = config.ptrServer === "" ? undefined : parseServer(config.ptrServer);
	const ptr = openPtr({
		servers: named === undefined ? systemServers : () => [named],
		tries: BOUNDS.nameTries,
		timeoutMs: BOUNDS.nameTimeoutMs,
		clock: systemClock,
		random,
	});
	const since = systemClock.now();
	const heard = await ptr(loopback, new AbortController().signal);
	const fails = heard.kind === "failed" && heard.silent;
	return { ...(work ?? NOTHING_DONE), namesFail: fails ? { since, reason: heard.reason } : undefined };
}

const NOTHING_DONE: WorkFacts = Object.freeze({
	enabled: 0,
	failed: 0,
	failing: [],
	lastSweepAt: undefined,
	ownDown: undefined,
	lastScan: undefined,
	scanFailures: 0,
	namesFail: undefined,
	backup: undefined,
	backupProblem: undefined,
});
