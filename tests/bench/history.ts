/**
 * `bench history [--quick] [--json]`: what ten million samples cost on disk and in time, against the figures that
 * were promised, in processor time. Exits with 1 when one is missed. Needs some 400 MB in the temporary folder;
 * touches no network.
 */

import { parseArgs } from "node:util";
import { systemClock } from "../../src/clock.ts";
import { BOUNDS } from "../../src/config.ts";
import { readListing, WINDOW } from "../../src/http/listing.ts";
import { readMap, readSummaries } from "../../src/http/summaries.ts";
import { silentLog } from "../../src/log.ts";
import { dayStart, historyOf, weekStart } from "../../src/model/uptime.ts";
import { countByStatus, countNews } from "../../src/store/counts.ts";
import { checkpoint, type Db } from "../../src/store/database.ts";
import { listEvents, listHostEvents } from "../../src/store/events.ts";
import { answeredShare, listAddresses } from "../../src/store/history.ts";
import { findHost } from "../../src/store/hosts.ts";
import { claimRuns, enqueueRun } from "../../src/store/runs.ts";
import { listHours, listSamples } from "../../src/store/samples.ts";
import { readPruneReport, writeSetting } from "../../src/store/settings.ts";
import { readStorage } from "../../src/store/sizes.ts";
import { recordBatch } from "../../src/sweeps/recorder.ts";
import { openRetention } from "../../src/sweeps/retention.ts";
import { random } from "../helpers/world.ts";
import { type Figure, median, passes, printFigures, quantile } from "./measure.ts";
import { addHosts, connect, fillSamples, type Ground, openGround } from "./past-ground.ts";

const { values } = parseArgs({ options: { quick: { type: "boolean" }, json: { type: "boolean" } } });
const HOSTS = 1_000;
const MINUTES = values.quick ? 4_000 : 10_000;
const MB = 1_000_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * Processor time of this process so far, in milliseconds: what other programs on the machine take does not count.
 * Nothing measured here waits for the disk (the log is not synced within a transaction).
 */
function processorMs(): number {
	const { user, system } = process.cpuUsage();
	return (user + system) / 1_000;
}

function timed(work: () => void): number {
	const started = processorMs();
	work();
	return processorMs() - started;
}

/** Times of three rounds of `n` calls: the slowest but one percent of each round, and the middle one of all. */
function rounds(n: number, work: (i: number) => void): { worst: number[]; middle: number } {
	const times = [0, 1, 2].map(() => Array.from({ length: n }, (_, i) => timed(() => work(i))));
	return { worst: times.map((round) => quantile(round, 0.99)), middle: median(times.flat()) };
}

function sizes(ground: Ground): Figure[] {
	const samples = HOSTS * MINUTES;
	const pages = ground.db.query<{ bytes: number }, [string]>(
		"SELECT sum(pgsize) AS bytes FROM dbstat WHERE name = ?",
	);
	const bytesOf = (table: string) => pages.get(table)?.bytes ?? 0;
	const hours =
		ground.db.query<{ n: number }, []>("SELECT count(*) AS n FROM host_status_hour").get()?.n ?? 1;
	let seen = { bytes: 0, all: 0 };
	const tookMs = timed(() => {
		const state = readStorage(ground.db);
		const told = state.tables.find((table) => table.name === "host_status")?.bytes ?? 0;
		seen = { bytes: told, all: state.fileBytes };
	});
	const off = (Math.abs(seen.bytes - bytesOf("host_status")) / bytesOf("host_status")) * 100;
	return [
		{
			name: "samples",
			value: samples / 1e6,
			unit: "million",
			note: `made in ${Math.round(ground.generatedMs / 1_000)} s`,
		},
		{ name: "bytes per sample", value: bytesOf("host_status") / samples, unit: "B", limit: 30 },
		{ name: "bytes per hourly sum", value: bytesOf("host_status_hour") / hours, unit: "B", limit: 40 },
		{ name: "the file", value: seen.all / MB, unit: "MB" },
		{ name: "sizes for the settings page", value: tookMs, unit: "ms", limit: 20 },
		{ name: "their error for samples", value: off, unit: "%", limit: 15 },
	];
}

function reading(ground: Ground): Figure[] {
	const roll = random(3);
	const now = ground.to + 30_000;
	// Both connections are fresh: nothing of the file is in their cache yet.
	const db = connect(ground.path);
	const drawer = rounds(200, () => {
		const id = 1 + Math.floor(roll() * HOSTS);
		findHost(db, id);
		listHostEvents(db, id, { limit: 20 });
		historyOf(listSamples(db, id, dayStart(now)), listHours(db, id, weekStart(now)), {
			now,
			intervalMs: 60_000,
		});
	});
	const dashboard = rounds(50, () => {
		for (const { subnet } of readSummaries(db)) readMap(db, subnet, []);
		countByStatus(db, {});
		countNews(db, now - DAY_MS);
		answeredShare(db, now - DAY_MS);
		const query = { filter: { status: "up" as const }, order: "alive" as const, open: [] };
		readListing(db, undefined, query, { limit: WINDOW.rows });
		listEvents(db, { since: now - DAY_MS, limit: 12 });
	});
	db.close();
	const tell = (name: string, { worst, middle }: ReturnType<typeof rounds>, limit: number): Figure => ({
		name,
		value: calm(worst),
		unit: "ms",
		limit,
		note: `99th of 100, ${told(worst)}; the middle one ${middle.toFixed(1)} ms`,
	});
	return [tell("queries of the host drawer", drawer, 10), tell("queries of the dashboard", dashboard, 30)];
}

/** Sweeps of all hosts of a subnet, everybody up, as the recorder gets them from the pinger. */
function recording(
	db: Db,
	subnetId: number,
	at: number,
	sweeps: number,
): { whole: number[]; batch: number[]; check: number[] } {
	const roll = random(5);
	const known = listAddresses(db, subnetId);
	const whole: number[] = [];
	const batch: number[] = [];
	const check: number[] = [];
	for (let sweep = 1; sweep <= sweeps; sweep++) {
		enqueueRun(db, subnetId, at);
		const run = claimRuns(db, at, 1, () => Number.MAX_SAFE_INTEGER).find((one) => one.subnetId === subnetId);
		if (run === undefined) throw new Error("nothing to claim");
		const recordingOf = { run, known: new Set(known), first: false };
		const verdicts = known.map((address) => ({ address, latencyUs: 200 + Math.floor(roll() * 3_000) }));
		let sum = 0;
		for (let i = 0; i < verdicts.length; i += BOUNDS.batchSize) {
			const part = verdicts.slice(i, i + BOUNDS.batchSize);
			const took = timed(() => void recordBatch(db, recordingOf, part, at + sweep * 60_000 + i));
			batch.push(took);
			sum += took;
		}
		check.push(timed(() => checkpoint(db, BOUNDS.checkpointPages)));
		db.query("UPDATE sweep_run SET state = 'done', finished_at = ? WHERE id = ?").run(at, run.id);
		whole.push(sum);
	}
	return { whole, batch, check };
}

function writing(ground: Ground): Figure[] {
	const { db, to } = ground;
	const large = addHosts(db, "10.1.0.0/16", 10_000, to);
	// Past enough that every host's newest rows lie in pages of their own, as after some hours.
	fillSamples(db, { first: HOSTS + 1, count: 10_000 }, to - 250 * 60_000, values.quick ? 20 : 250);
	checkpoint(db, 0);
	const small = [0, 1, 2].map((n) => recording(db, 1, to + n * HOUR_MS, 10));
	const big = [0, 1, 2].map((n) => recording(db, large, to + n * HOUR_MS, 4));
	const worst = [...small, ...big].map(({ batch }) => Math.max(...batch));
	const middle = (name: string, runs: typeof small, limit: number): Figure => {
		const all = runs.flatMap(({ whole }) => whole);
		const note = `the slowest of ${all.length}: ${Math.max(...all).toFixed(1)} ms`;
		return { name, value: median(all), unit: "ms", limit, note };
	};
	const checks = small.flatMap(({ check }) => check);
	return [
		middle("recording 1,000 hosts up", small, 50),
		middle("recording 10,000 hosts up", big, 500),
		{ name: "longest transaction of those", value: calm(worst), unit: "ms", limit: 50, note: told(worst) },
		{
			name: "moving the log into the file",
			value: median(checks),
			unit: "ms",
			note: `after 1,000 hosts, without a lock; the slowest ${Math.max(...checks).toFixed(1)} ms`,
		},
	];
}

/**
 * The least of the maxima of several runs: what is slow by itself is slow in each of them; another program that
 * takes the processor away for 100 ms is not in all.
 */
function calm(maxima: readonly number[]): number {
	return Math.min(...maxima);
}

function told(maxima: readonly number[]): string {
	return `least of ${maxima.map((ms) => ms.toFixed(1)).join(", ")}`;
}

/** The oldest days go one after the other, as the thread does it. */
async function pruning(ground: Ground): Promise<Figure[]> {
	const days = Math.min(3, Math.floor((ground.to - ground.from) / DAY_MS));
	const runs = [];
	for (let day = 1; day <= days; day++) runs.push(await pruneDay(ground, day));
	const longest = runs.map((run) => run.longestMs);
	const rows = runs.map((run) => run.rows);
	const ms = median(runs.map((run) => run.ms));
	return [
		{ name: "samples thinned in a day's prune", value: median(rows), unit: "" },
		{ name: "a day's prune, in all", value: ms, unit: "ms", note: "of processor time" },
		{ name: "its longest transaction", value: calm(longest), unit: "ms", limit: 50, note: told(longest) },
	];
}

/** What is older than `day` days from the start on goes. */
async function pruneDay(ground: Ground, day: number) {
	const { db, from, to } = ground;
	const count = () => db.query<{ n: number }, []>("SELECT count(*) AS n FROM host_status").get()?.n ?? 0;
	const before = count();
	const worker = connect(ground.path);
	const retention = openRetention({
		...BOUNDS,
		db: worker,
		clock: { ...systemClock, now: () => to + 1, monotonicMs: processorMs },
		log: silentLog,
		rawRetentionDays: (to - from) / DAY_MS - day,
		hourlyRetentionDays: 400,
	});
	writeSetting(db, "prune_asked_at", String(to));
	retention.tick();
	await retention.idle();
	worker.close();
	const report = readPruneReport(db);
	const rows = before - count();
	if (report === undefined || rows === 0 || report.rows.thinned !== rows)
		throw new Error("nothing was pruned");
	return { rows, ms: report.ms, longestMs: report.longestMs };
}

const ground = openGround({ hosts: HOSTS, minutes: MINUTES });
const all: Figure[] = [];
try {
	for (const part of [sizes, reading, writing, pruning]) {
		const figures = await part(ground);
		printFigures(figures, values.json ?? false);
		all.push(...figures);
	}
} finally {
	ground.close();
}
const failed = all.filter((figure) => !passes(figure)).length;
if (!values.json) console.log(failed === 0 ? "All figures reached." : `${failed} figures missed.`);
process.exit(failed === 0 ? 0 : 1);
