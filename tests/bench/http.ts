/**
 * How fast Rollcall answers while it sweeps: pages and JSON under a constant rate of requests, idle and while a /16
 * is swept and recorded again and again; beside it the least that Bun can do. Then readers of the live stream, start
 * and memory of the executable. Needs root: everything happens in two network namespaces of its own.
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { labProblem } from "../helpers/netns.ts";
import * as ground from "./http-ground.ts";
import { type Figure, passes, printFigures } from "./measure.ts";
import { type Phase, peerPhase, productPhase, waitForCalm } from "./phases.ts";
import { startFigures } from "./start.ts";
import { streamFigures } from "./streams.ts";

const ROOT = join(import.meta.dir, "../..");
const SWEEP_PPS = 20_000;
const P99_MS = 20;

/** `calmMs`: before each round, the longest wait for others to leave the machine alone. */
type Lengths = {
	rounds: number;
	calmMs: number;
	warmS: number;
	idleS: number;
	sweepS: number;
	peerS: number;
	holdMs: number;
	starts: number;
};
const FULL: Lengths = {
	rounds: 3,
	calmMs: 60_000,
	warmS: 5,
	idleS: 10,
	sweepS: 20,
	peerS: 8,
	holdMs: 25_000,
	starts: 10,
};
const QUICK: Lengths = {
	rounds: 1,
	calmMs: 20_000,
	warmS: 3,
	idleS: 5,
	sweepS: 12,
	peerS: 5,
	holdMs: 20_000,
	starts: 5,
};

type Say = (line: string) => void;

/** Of several rounds the one that others on this machine disturbed least: chosen by their share, not by its result. */
function calmest(phases: readonly Phase[]): Phase {
	const [first, ...rest] = phases;
	if (first === undefined) throw new Error("no round was run");
	return rest.reduce((best, phase) => (phase.others < best.others ? phase : best), first);
}

/** How every round went, in words. */
function spread(phases: readonly Phase[]): string {
	return phases
		.map(({ p99, others }) => `${p99.toFixed(1)} (others ${Math.round(others * 100)} %)`)
		.join(", ");
}

type Rounds = { idle: Phase[]; swept: Phase[]; peerIdle: Phase[]; peerSwept: Phase[] };

async function runRounds(on: ground.Ground, lengths: Lengths, say: Say): Promise<Rounds> {
	const rounds: Rounds = { idle: [], swept: [], peerIdle: [], peerSwept: [] };
	const told = (phase: Phase) => {
		for (const line of phase.lines) say(line);
		return phase;
	};
	for (let n = 1; n <= lengths.rounds; n++) {
		const seed = 10 * n;
		await waitForCalm(lengths.calmMs);
		rounds.idle.push(
			told(
				await productPhase(on, `round ${n}, idle with the /16 recorded`, lengths.idleS, {
					seed,
					sweeping: false,
				}),
			),
		);
		rounds.peerIdle.push(await peerPhase(on, lengths.peerS, false));
		await waitForCalm(lengths.calmMs);
		rounds.swept.push(
			told(
				await productPhase(on, `round ${n}, swept and recorded`, lengths.sweepS, {
					seed: seed + 1,
					sweeping: true,
				}),
			),
		);
		rounds.peerSwept.push(await peerPhase(on, lengths.peerS, true));
	}
	return rounds;
}

async function loadFigures(on: ground.Ground, lengths: Lengths, say: Say): Promise<Figure[]> {
	await productPhase(on, "warm-up", lengths.warmS, { seed: 1, sweeping: false });
	const first = await productPhase(on, "first sweep of the /16: every host is new", 10, {
		seed: 2,
		sweeping: true,
	});
	for (const line of first.lines) say(line);
	const { idle, swept, peerIdle, peerSwept } = await runRounds(on, lengths, say);
	const all = [first, ...idle, ...swept];
	const sweeps = swept.flatMap(({ runs }) => runs);
	const replies = sweeps.reduce((sum, run) => sum + run.replies, 0);
	const ratio = (own: Phase[], peer: Phase[]) =>
		`${(calmest(own).p99 / calmest(peer).p99).toFixed(1)} times that here; ${spread(peer)}`;
	return [
		{
			name: "answers that were not 200",
			value: all.reduce((sum, { wrong }) => sum + wrong, 0),
			unit: "",
			limit: 0,
		},
		{
			name: "rounds in which nothing was swept",
			value: swept.filter(({ runs }) => runs.length === 0).length,
			unit: "",
			limit: 0,
			note: `${sweeps.length} sweeps, ${replies} replies recorded`,
		},
		{ name: "p99 at 500 requests/s, first sweep", value: first.p99, unit: "ms", note: spread([first]) },
		{
			name: "p99 at 500 requests/s, idle",
			value: calmest(idle).p99,
			unit: "ms",
			limit: P99_MS,
			note: spread(idle),
		},
		{
			name: "p99 at 500 requests/s, /16 swept",
			value: calmest(swept).p99,
			unit: "ms",
			limit: P99_MS,
			note: spread(swept),
		},
		{
			name: "p99 of a bare Bun.serve, idle",
			value: calmest(peerIdle).p99,
			unit: "ms",
			note: ratio(idle, peerIdle),
		},
		{
			name: "p99 of a bare Bun.serve, /16 swept",
			value: calmest(peerSwept).p99,
			unit: "ms",
			note: ratio(swept, peerSwept),
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
	for (const signal of ["SIGINT", "SIGTERM"] as const) {
		process.once(signal, () => void on.close().finally(() => process.exit(130)));
	}
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
