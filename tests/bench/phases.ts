/** Stretches of constant load: against the product idle or sweeping, against the peer, and who else used the machine. */

import { readFileSync } from "node:fs";
import { PORT } from "../helpers/rollcall.ts";
import * as ground from "./http-ground.ts";
import type { LoadResult } from "./load.ts";
import { quantile } from "./measure.ts";
import { KIND_NAMES, mixOf } from "./mix.ts";

export const PER_SECOND = 500;

export type Phase = {
	readonly p99: number;
	readonly wrong: number;
	readonly runs: readonly ground.Run[];
	/** Share of the machine's processors that processes other than ours used meanwhile. */
	readonly others: number;
	/** The tables of this stretch, for people. */
	readonly lines: readonly string[];
};

/** One run of the generator against the product. */
export async function productPhase(
	on: ground.Ground,
	name: string,
	seconds: number,
	options: { seed: number; sweeping: boolean },
): Promise<Phase> {
	const { requests, distinct } = mixOf(on.content, seconds * PER_SECOND, options.seed);
	const kinds = requests.map(({ kind }) => kind);
	const used = watchProcessors([on.rollcall.pid()]);
	const pid = on.rollcall.pid();
	const threads = ground.threadsCpuMs(pid);
	const loaded = ground.load(on.lab, requests, { perSecond: PER_SECOND, port: PORT });
	const runs = options.sweeping ? await sweepUntil(on, loaded) : [];
	const result = await loaded;
	const { others, elapsedMs } = used();
	const shares = [...ground.threadsCpuMs(pid)]
		.map(([id, ms]) => Math.round(((ms - (threads.get(id) ?? 0)) / elapsedMs) * 100))
		.filter((share) => share > 0)
		.sort((a, b) => b - a);
	const swept = runs.map((run) => {
		const ms = Date.parse(run.finished_at) - Date.parse(run.started_at);
		return `  swept ${run.total} addresses, recorded ${run.replies} replies in ${ms} ms`;
	});
	const lines = [
		...table(name, kinds, result),
		`  ${Math.round(distinct * 100)} % of the URLs are different ones; ${(result.bytes / 1e6).toFixed(0)} MB, ${result.connections} connections`,
		`  processor: ${shares.join(" + ")} % of a core by thread; others used ${Math.round(others * 100)} % of the machine`,
		...swept,
		"",
	];
	const wrong = result.status.filter((code) => code !== 200).length;
	return { p99: quantile(result.latencyMs, 0.99), wrong, runs, others, lines };
}

/** The peer under the same generator; idle, or while the product sweeps. */
export async function peerPhase(on: ground.Ground, seconds: number, sweeping: boolean): Promise<Phase> {
	const used = watchProcessors([on.rollcall.pid()]);
	const stop = await ground.startHello(on.lab);
	let result: LoadResult;
	let runs: ground.Run[] = [];
	try {
		const requests = Array.from({ length: seconds * PER_SECOND }, () => ({ kind: 0, path: "/" }));
		const loaded = ground.load(on.lab, requests, { perSecond: PER_SECOND, port: ground.HELLO_PORT });
		if (sweeping) runs = await sweepUntil(on, loaded);
		result = await loaded;
	} finally {
		await stop();
	}
	return { p99: quantile(result.latencyMs, 0.99), wrong: 0, runs, others: used().others, lines: [] };
}

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
	const ofKind = (kind: number) => latencyMs.filter((_, at) => kinds[at] === kind);
	const wrong = status.filter((code) => code !== 200).length;
	return [
		`${title}  (ms from due to last byte)`,
		`  ${"".padEnd(30)}      n     p50     p95     p99     max`,
		...KIND_NAMES.map((name, kind) => row(name, ofKind(kind))),
		row("all", latencyMs),
		row("(the generator itself, late)", lateMs),
		...(wrong === 0 ? [] : [`  ${wrong} answers were not 200: ${[...new Set(status)].join(", ")}`]),
		"",
	];
}

/** Waits until others leave the machine alone (below a tenth of it for 2 s), but no longer than `mostMs`. */
export async function waitForCalm(mostMs: number): Promise<void> {
	const until = performance.now() + mostMs;
	while (performance.now() < until) {
		const used = watchProcessors([]);
		await Bun.sleep(2_000);
		if (used().others < 0.1) return;
	}
}

/**
 * Notes the processors' time (proc(5): user, nice, system, steal); the answer says what share of it was neither of
 * these processes nor of this one and the children it has waited for.
 */
function watchProcessors(pids: readonly number[]): () => { others: number; elapsedMs: number } {
	const machine = () => {
		const [user = 0, nice = 0, system = 0, , , , , steal = 0] = readFileSync("/proc/stat", "utf8")
			.split("\n", 1)
			.join("")
			.split(/\s+/)
			.slice(1)
			.map(Number);
		return (user + nice + system + steal) * 10;
	};
	const ours = () =>
		pids.reduce((sum, pid) => sum + ground.familyCpuMs(pid), ground.familyCpuMs(process.pid));
	const [machineBefore, oursBefore, began] = [machine(), ours(), performance.now()];
	return () => {
		const elapsedMs = performance.now() - began;
		const cores = navigator.hardwareConcurrency;
		const others = machine() - machineBefore - (ours() - oursBefore);
		return { others: Math.max(0, others / elapsedMs / cores), elapsedMs };
	};
}
