/**
 * `bench load [--quick] [--parts A,B] [--soak MINUTES] [--history MB] [--keep FILE] [--json]`: Rollcall as it runs for years. 2,048 hosts in 256
 * subnets by the minute on a gigabyte of past, then 10,000; 200 browsers; reads and writes during a sweep and a backup;
 * a flood of wrong sign-ins; everybody silent at once; and a soak in which memory, open files and the log have to stay as they are. Needs root.
 */

import { parseArgs } from "node:util";
import { labProblem } from "../helpers/netns.ts";
import { PORT, type Rollcall, startRollcall } from "../helpers/rollcall.ts";
import { FLOOD_ENV, floodFigures } from "./flood.ts";
import { cpuMs, load, residentMb, threadsCpuMs } from "./http-ground.ts";
import type { LoadRequest } from "./load.ts";
import { type Figure, median, passes, printFigures, quantile } from "./measure.ts";
import { silence, storing } from "./silence.ts";
import { soakFigures } from "./soak.ts";
import { streamFigures } from "./streams.ts";
import {
	ask,
	HOSTS,
	MORE_HOSTS,
	MORE_SUBNETS,
	moreOf,
	openYears,
	SUBNETS,
	sweepsSince,
	type YearsGround,
} from "./years-ground.ts";

const { values } = parseArgs({
	options: {
		...{ quick: { type: "boolean" }, json: { type: "boolean" } },
		...{
			soak: { type: "string" },
			history: { type: "string" },
			parts: { type: "string" },
			keep: { type: "string" },
		},
	},
});
const quick = values.quick ?? false;
const json = values.json ?? false;
const soakMinutes = Number(values.soak ?? (quick ? 1 : 10));
const historyMb = Number(values.history ?? (quick ? 100 : 1_000));
const problem = labProblem("nft", "curl");
if (problem) {
	console.error(`The load bench cannot run here: it ${problem}.`);
	process.exit(2);
}

const SECOND = 1_000;
const ENV = {
	...{ LOG_LEVEL: "error", NODE_ENV: "production", PTR_LOOKUP_ENABLED: "false" },
	...{ SCAN_NMAP_INTERVAL_MINUTES: "0", API_RATE_PER_SECOND: "100000" },
	...FLOOD_ENV,
};

type Stage = { readonly ground: YearsGround; readonly rollcall: Rollcall };

/** From the start of the process to its first answer. */
async function starting(ground: YearsGround): Promise<{ rollcall: Rollcall; figures: Figure[] }> {
	const rollcall = await startRollcall(ground.lab, { ...ENV, DATABASE_URL: ground.path });
	const took: number[] = [];
	for (let i = 0; i < 3; i++) {
		await rollcall.stop();
		const began = performance.now();
		await rollcall.start();
		took.push(performance.now() - began);
	}
	const note = `of ${took.map((ms) => ms.toFixed(0)).join(", ")}; curl asks every 50 ms`;
	const name = `start to serving, ${ground.historyMb.toFixed(0)} MB of past`;
	return { rollcall, figures: [{ name, value: median(took), unit: "ms", limit: 1_000, note }] };
}

/** A stretch of the daily round: sweeps, lag, processor, memory. */
async function round(
	{ ground, rollcall }: Stage,
	hosts: number,
	limits: { cpu?: number; round?: number; memory?: number },
): Promise<Figure[]> {
	await Bun.sleep((quick ? 30 : 75) * SECOND);
	const since = Date.now();
	const cpu = cpuMs(rollcall.pid());
	const lengthMs = (quick ? 75 : 150) * SECOND;
	await Bun.sleep(lengthMs);
	const until = Date.now();
	const share = ((cpuMs(rollcall.pid()) - cpu) / (until - since)) * 100;
	const { busyMs, lagMs, runs } = sweepsSince(ground.path, since, until);
	const [up] = ask<{ n: number }>(ground.path, "SELECT count(*) AS n FROM host WHERE status = 'up'");
	const of = (name: string) => `${hosts} hosts: ${name}`;
	const bounded = (limit: number | undefined) => (limit === undefined ? {} : { limit });
	return [
		{ name: of("up"), value: hosts - (up?.n ?? 0), unit: "missing", limit: 0, note: `${runs} sweeps seen` },
		// Jitter spreads the subnets over the whole minute in time: that is meant, and says nothing of the pace.
		{ name: of("any subnet is being swept, of each minute"), value: busyMs / SECOND, unit: "s" },
		{
			name: of("longest wait beyond a subnet's turn"),
			value: Math.max(0, lagMs) / SECOND,
			unit: "s",
			limit: 5,
		},
		{ name: of("share of one core"), value: share, unit: "%", ...bounded(limits.cpu) },
		{ name: of("memory"), value: residentMb(rollcall.pid()), unit: "MB", ...bounded(limits.memory) },
		await wholeRound(
			{ ground, rollcall },
			of("all subnets due at once, until the last is swept"),
			limits.round,
		),
	];
}

/** How long sweeping everything takes; afterwards the subnets are spread over the minute again. */
async function wholeRound({ ground }: Stage, name: string, limit: number | undefined): Promise<Figure> {
	const since = Date.now();
	ask(ground.path, "UPDATE subnet SET next_sweep_at = 0");
	const waiting = () =>
		ask<{ n: number }>(
			ground.path,
			`SELECT count(*) AS n FROM subnet WHERE NOT EXISTS (SELECT 1 FROM sweep_run
				WHERE subnet_id = subnet.id AND started_at >= ? AND state = 'done')`,
			since,
		)[0]?.n ?? 0;
	for (let tries = 0; tries < 600 && waiting() > 0; tries++) await Bun.sleep(100);
	const left = waiting();
	const value = (Date.now() - since) / SECOND;
	ask(ground.path, "UPDATE subnet SET next_sweep_at = ? + abs(random()) % 60000", Date.now());
	return { name, value, unit: "s", ...(limit === undefined ? {} : { limit }), note: `${left} not swept` };
}

/** 200 reads, 50 writes and 25 trivial requests a second; each write is another address. */
function peopleOf(seconds: number, round: number): LoadRequest[] {
	return Array.from({ length: seconds * PER_SECOND }, (_, n) => {
		const turn = n % 11;
		if (turn === 10) return { kind: 2, path: "/healthz" };
		if (turn % 5 === 4) {
			const ip = `10.140.${n % SUBNETS}.${17 + (Math.floor(n / SUBNETS) % 14)}`;
			const body = { ip, description: `written ${round}.${n}` };
			return { kind: 1, path: "/api/v1/hosts", body: JSON.stringify(body) };
		}
		const id = 1 + (n % SUBNETS);
		const paths = [`/subnets/${id}`, `/api/v1/subnets/${id}`, `/hosts/${id}`, `/api/v1/hosts?subnet=${id}`];
		return { kind: 0, path: paths[n % 4] ?? "/" };
	});
}
const PER_SECOND = 275;

/** People's load with nothing but the daily round beside it, and then while subnets are swept and the database is copied. */
async function busy({ ground, rollcall }: Stage): Promise<Figure[]> {
	const seconds = quick ? 10 : 25;
	// Every life begins with a look through the whole file, and with code that is not compiled yet.
	await Bun.sleep(12 * SECOND);
	await stretch({ ground, rollcall }, peopleOf(3, 2), "");
	ask(ground.path, "DELETE FROM host WHERE description LIKE 'written %'");
	const alone = await stretch({ ground, rollcall }, peopleOf(seconds, 0), "");
	ask(ground.path, "DELETE FROM host WHERE description LIKE 'written %'");
	ask(ground.path, "INSERT OR REPLACE INTO setting (key, value) VALUES ('backup_asked_at', '1')");
	for (let id = 1; id <= 40; id++) rollcall.send("POST", `/api/v1/subnets/${id}/sweep`);
	const beside = await stretch({ ground, rollcall }, peopleOf(seconds, 1), " during sweep and backup");
	for (let tries = 0; tries < 120 && wanted(ground); tries++) await Bun.sleep(SECOND);
	const [report] = ask<{ value: string }>(
		ground.path,
		"SELECT value FROM setting WHERE key = 'backup_report'",
	);
	const backup = JSON.parse(report?.value ?? "{}") as { ms?: number; bytes?: number };
	const note = `${((backup.bytes ?? 0) / 1e6).toFixed(0)} MB, copied and looked through`;
	return [...alone, ...beside, { name: "the backup", value: (backup.ms ?? 0) / SECOND, unit: "s", note }];
}

const wanted = ({ path }: YearsGround) =>
	ask(path, "SELECT 1 FROM setting WHERE key = 'backup_asked_at'").length > 0;

/** One stretch of people's load, and who used the processor meanwhile. */
async function stretch(
	{ ground, rollcall }: Stage,
	requests: LoadRequest[],
	when: string,
): Promise<Figure[]> {
	const before = threadsCpuMs(rollcall.pid());
	const began = performance.now();
	const plan = { perSecond: PER_SECOND, port: PORT };
	const { latencyMs, status, lateMs } = await load(ground.lab, requests, plan);
	const shares = [...threadsCpuMs(rollcall.pid())]
		.map(([id, ms]) => Math.round(((ms - (before.get(id) ?? 0)) / (performance.now() - began)) * 100))
		.filter((share) => share > 0)
		.sort((a, b) => b - a);
	const of = (kind: number) => latencyMs.filter((_, at) => requests[at]?.kind === kind);
	const codes = (kind: number) =>
		[...new Set(status.filter((_, at) => requests[at]?.kind === kind))].join(", ");
	const bad = status.filter((code) => code !== 200 && code !== 201 && code !== 409).length;
	const figure = (name: string, kind: number, q: number, limit: number): Figure => {
		const note = `p50 ${median(of(kind)).toFixed(1)} ms, answers ${codes(kind)}`;
		return { name: `${name}${when}, p${q * 100}`, value: quantile(of(kind), q), unit: "ms", limit, note };
	};
	return [
		figure("200 reads/s", 0, 0.95, 50),
		figure("50 writes/s", 1, 0.95, 100),
		figure("a trivial request (delay of the event loop)", 2, 0.99, 50),
		{
			name: `answers that were none${when}`,
			value: bad,
			unit: `of ${requests.length}`,
			limit: 0,
			note: `generator late p99 ${quantile(lateMs, 0.99).toFixed(1)} ms; processor by thread ${shares.join(" + ")} %`,
		},
	];
}

/** 8,000 hosts more. */
async function more(stage: Stage): Promise<Figure[]> {
	for (let n = 0; n < MORE_SUBNETS; n++) {
		const subnet = { cidr: moreOf(n), name: `More ${n}`, sweep_interval_s: 60 };
		stage.rollcall.send("POST", "/api/v1/subnets", subnet);
	}
	return round(stage, HOSTS + MORE_SUBNETS * MORE_HOSTS, {});
}

/** As the bench of the streams wants it. */
function asGround({ ground, rollcall }: Stage): Parameters<typeof streamFigures>[0] {
	const content = { small: 1, middle: 2, large: 3, hosts: HOSTS };
	return { lab: ground.lab, rollcall, content, close: async () => {} };
}

const all: Figure[] = [];
const tell = (figures: readonly Figure[]) => {
	printFigures(figures, json);
	all.push(...figures);
};
const ground = openYears(historyMb, values.keep);
const interrupted = () => {
	ground.close();
	process.exit(130);
};
process.on("SIGINT", interrupted);
process.on("SIGTERM", interrupted);
let rollcall: Rollcall | undefined;
try {
	const started = await starting(ground);
	rollcall = started.rollcall;
	const stage = { ground, rollcall };
	tell(started.figures);
	const parts: Record<string, () => Figure[] | Promise<Figure[]>> = {
		round: () => round(stage, HOSTS, { cpu: 25, round: 20, memory: 250 }),
		streams: () => streamFigures(asGround(stage), quick ? 5_000 : 20_000, false),
		busy: () => busy(stage),
		flood: () => floodFigures(ground.lab, SUBNETS, quick ? 10 : 30),
		more: () => more(stage),
		silence: () => silence(ground),
		storing: () => storing(ground),
		soak: () => soakFigures(stage, soakMinutes, json),
	};
	const chosen = values.parts?.split(",") ?? Object.keys(parts);
	for (const [name, part] of Object.entries(parts)) if (chosen.includes(name)) tell(await part());
} finally {
	await rollcall?.close();
	ground.close();
}
const failed = all.filter((figure) => !passes(figure)).length;
if (!json) console.log(failed === 0 ? "All figures reached." : `${failed} figures missed.`);
process.exit(failed === 0 ? 0 : 1);
