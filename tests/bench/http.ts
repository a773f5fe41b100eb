/**
 * How fast Rollcall answers while it sweeps: pages and JSON under a constant rate of requests, idle and while a /16
 * is swept and recorded again and again; beside it the least that Bun can do. Then readers of the live stream, start
 * and memory of the executable. Needs root: everything happens in two network namespaces of its own.
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { labProblem } from "../helpers/netns.ts";
import { PORT } from "../helpers/rollcall.ts";
import * as ground from "./http-ground.ts";
import type { LoadResult } from "./load.ts";
import { type Figure, passes, printFigures, quantile } from "./measure.ts";
import { KIND_NAMES, mixOf } from "./mix.ts";
import { startFigures } from "./start.ts";
import { streamFigures } from "./streams.ts";

const ROOT = join(import.meta.dir, "../..");
const PER_SECOND = 500;
const SWEEP_PPS = 20_000;
const P99_MS = 20;

type Lengths = { warmS: number; idleS: number; sweepS: number; holdMs: number; starts: number };
const FULL: Lengths = { warmS: 5, idleS: 15, sweepS: 30, holdMs: 25_000, starts: 10 };
const QUICK: Lengths = { warmS: 3, idleS: 5, sweepS: 12, holdMs: 20_000, starts: 5 };

type Say = (line: string) => void;

/** Sweeps the /16 again and again until `until` resolves; the runs that ended. */
async function sweepUntil(
	{ rollcall, content }: ground.Ground,
	until: Promise<unknown>,
): Promise<ground.Run[]> {
	const runs: ground.Run[] = [];
	let over = false;
	void until.finally(() => {
		over = true;
	});
	while (!over) runs.push(await ground.sweepOnce(rollcall, content.large));
	return runs;
}

function row(name: string, values: readonly number[]): string {
	const cells = [0.5, 0.95, 0.99, 1].map((q) => quantile(values, q).toFixed(1).padStart(8));
	return `  ${name.padEnd(30)}${String(values.length).padStart(7)}${cells.join("")}`;
}

/** A table by kind of what a run of the generator found. */
function table(title: string, kinds: readonly number[], { latencyMs, lateMs, status }: LoadResult): string[] {
	const wrong = status.filter((code) => code !== 200).length;
	return [
		`${title}  (ms from due to last byte)`,
		`  ${"".padEnd(30)}      n     p50     p95     p99     max`,
		...KIND_NAMES.map((name, kind) =>
			row(
				name,
				latencyMs.filter((_, at) => kinds[at] === kind),
			),
		),
		row("all", latencyMs),
		row("(the generator itself, late)", lateMs),
		...(wrong === 0 ? [] : [`  ${wrong} answers were not 200: ${[...new Set(status)].join(", ")}`]),
		"",
	];
}

type Phase = { result: LoadResult; runs: ground.Run[]; distinct: number };

/** One run of the generator against the product; the tables are told. */
async function phase(
	on: ground.Ground,
	name: string,
	seconds: number,
	options: { seed: number; sweeping: boolean; say: Say },
): Promise<Phase> {
	const { requests, distinct } = mixOf(on.content, seconds * PER_SECOND, options.seed);
	const before = { cpu: ground.cpuMs(on.rollcall.pid()), threads: ground.threadsCpuMs(on.rollcall.pid()) };
	const loaded = ground.load(on.lab, requests, { perSecond: PER_SECOND, port: PORT });
	const runs = options.sweeping ? await sweepUntil(on, loaded) : [];
	const result = await loaded;
	const cpu = ground.cpuMs(on.rollcall.pid()) - before.cpu;
	const threads = [...ground.threadsCpuMs(on.rollcall.pid())]
		.map(([id, ms]) => ms - (before.threads.get(id) ?? 0))
		.filter((ms) => ms >= 100)
		.sort((a, b) => b - a);
	for (const line of table(
		name,
		requests.map(({ kind }) => kind),
		result,
	))
		options.say(line);
	options.say(
		`  ${Math.round(distinct * 100)} % of the URLs are different ones; ${(result.bytes / 1e6).toFixed(0)} MB, ` +
			`${result.connections} connections, processor ${(cpu / seconds / 10).toFixed(0)} % (threads ${threads.join(", ")} ms)`,
	);
	for (const run of runs) {
		const ms = Date.parse(run.finished_at) - Date.parse(run.started_at);
		options.say(`  swept ${run.total} addresses, recorded ${run.replies} replies in ${ms} ms`);
	}
	options.say("");
	return { result, runs, distinct };
}

/** The peer under the same generator; idle, or while the product sweeps. */
async function peer(on: ground.Ground, seconds: number, sweeping: boolean): Promise<number[]> {
	const stop = await ground.startHello(on.lab);
	try {
		const requests = Array.from({ length: seconds * PER_SECOND }, () => ({ kind: 0, path: "/" }));
		const loaded = ground.load(on.lab, requests, { perSecond: PER_SECOND, port: ground.HELLO_PORT });
		if (sweeping) await sweepUntil(on, loaded);
		return (await loaded).latencyMs;
	} finally {
		await stop();
	}
}

async function loadFigures(on: ground.Ground, lengths: Lengths, say: Say): Promise<Figure[]> {
	const quiet = () => {};
	await phase(on, "warm-up", lengths.warmS, { seed: 1, sweeping: false, say: quiet });
	const first = await phase(on, "first sweep of the /16: every host is new", 10, {
		seed: 2,
		sweeping: true,
		say,
	});
	const idle = await phase(on, "idle, with the /16 recorded", lengths.idleS, {
		seed: 3,
		sweeping: false,
		say,
	});
	const swept = await phase(on, "swept and recorded", lengths.sweepS, { seed: 4, sweeping: true, say });
	const helloIdle = quantile(await peer(on, lengths.idleS, false), 0.99);
	const helloSwept = quantile(await peer(on, lengths.idleS, true), 0.99);
	const p99 = (part: Phase) => quantile(part.result.latencyMs, 0.99);
	const wrong = [first, idle, swept].flatMap(({ result }) => result.status.filter((code) => code !== 200));
	const replies = swept.runs.reduce((sum, run) => sum + run.replies, 0);
	const note = `${swept.runs.length} sweeps, ${replies} replies recorded`;
	return [
		{ name: "answers that were not 200", value: wrong.length, unit: "", limit: 0 },
		{
			name: "sweeps during the measurement (want 2 or more)",
			value: -swept.runs.length,
			unit: "",
			limit: -2,
		},
		{ name: "p99 at 500 requests/s, first sweep", value: p99(first), unit: "ms" },
		{ name: "p99 at 500 requests/s, idle", value: p99(idle), unit: "ms", limit: P99_MS },
		{ name: "p99 at 500 requests/s, /16 swept", value: p99(swept), unit: "ms", limit: P99_MS, note },
		{
			name: "p99 of a bare Bun.serve, idle",
			value: helloIdle,
			unit: "ms",
			note: `ratio ${(p99(idle) / helloIdle).toFixed(1)}`,
		},
		{
			name: "p99 of a bare Bun.serve, /16 swept",
			value: helloSwept,
			unit: "ms",
			note: `ratio ${(p99(swept) / helloSwept).toFixed(1)}`,
		},
		{ name: "memory after all that", value: ground.residentMb(on.rollcall.pid()), unit: "MB" },
	];
}

async function main(): Promise<number> {
	const { values } = parseArgs({
		options: { quick: { type: "boolean" }, json: { type: "boolean" }, source: { type: "boolean" } },
	});
	const problem = labProblem("curl");
	if (problem !== undefined) {
		console.error(`The HTTP bench ${problem}.`);
		return 1;
	}
	const binary = process.env.ROLLCALL_BIN ?? join(ROOT, "dist/rollcall");
	if (values.source !== true) {
		if (!existsSync(binary))
			Bun.spawnSync([process.execPath, join(ROOT, "scripts/build.ts")], { stderr: "inherit" });
		process.env.ROLLCALL_BIN = binary;
	}
	const lengths = values.quick === true ? QUICK : FULL;
	const say: Say = values.json === true ? () => {} : (line) => console.log(line);
	const figures: Figure[] = [];
	const on = await ground.openGround(SWEEP_PPS);
	try {
		figures.push(...(await loadFigures(on, lengths, say)));
		figures.push(...(await streamFigures(on, lengths.holdMs)));
	} finally {
		await on.close();
	}
	if (values.source !== true) figures.push(...(await startFigures(binary, lengths.starts)));
	printFigures(figures, values.json === true);
	return figures.every(passes) ? 0 : 1;
}

process.exit(await main());
