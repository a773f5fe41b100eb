/**
 * What moving in and out costs: 100,000 rows in, how pages feel meanwhile, undo, 100,000 hosts out in every form, and
 * the memory of all that. Starts the program from the source tree on a database of its own.
 */

import { Database } from "bun:sqlite";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EXPORT_FORMATS } from "../../src/model/export.ts";
import { freePort, untilAnswers } from "../helpers/binary.ts";
import { SIGNED, signInFile } from "../helpers/signed.ts";
import { type Figure, printFigures, quantile } from "./measure.ts";

const MAIN = join(import.meta.dir, "../../src/main.ts");
const ROWS = Number(process.argv.find((arg) => /^\d+$/.test(arg)) ?? 100_000);
const BINARY = process.env.ROLLCALL_BIN;
const LIMITS = {
	importS: 10,
	undoS: 10,
	pageMs: 50,
	exportS: 3,
	memoryMb: 150,
	exportMb: 20,
	otherMb: 30,
};

/** A list as a keeper has one: names, descriptions, two tags, hardware addresses, in two /16. */
function listOf(rows: number): string {
	const lines = ["ip,hostname,description,tags,mac,subnet"];
	for (let i = 0; lines.length <= rows; i++) {
		const [c, a, b] = [i >> 16, (i >> 8) & 255, i & 255];
		if ((a === 0 && b === 0) || (a === 255 && b === 255)) continue;
		const hex = [c, a, b].map((part) => part.toString(16).padStart(2, "0")).join(":");
		const ip = `10.${c}.${a}.${b}`;
		lines.push(
			`${ip},host-${i}.example.org,Desk ${i},"office, floor-${i % 9}",00:11:32:${hex},10.${c}.0.0/16`,
		);
	}
	return `${lines.join("\n")}\n`;
}

/** Processor time of a process and its threads so far, in seconds (proc(5), fields utime and stime). */
function processorS(pid: number): number {
	const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
	return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** The same rows put bare into SQLite, in one transaction: what this machine can do at this moment, in seconds. */
function bareInsertS(text: string): number {
	const db = new Database(":memory:");
	db.run("CREATE TABLE bare (a TEXT UNIQUE, b TEXT, c TEXT, d TEXT, e TEXT, f TEXT)");
	const insert = db.query("INSERT INTO bare VALUES (?, ?, ?, ?, ?, ?)");
	const began = performance.now();
	db.transaction(() => {
		for (const line of text.trim().split("\n").slice(1)) {
			const cells = line.split(",");
			insert.run(...[0, 1, 2, 3, 4, 5].map((i) => cells[i] ?? ""));
		}
	})();
	const seconds = (performance.now() - began) / 1_000;
	db.close();
	return seconds;
}

function residentMb(pid: number): number {
	const kb = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
	return Number(kb ?? 0) / 1024;
}

type Watch = { pages: number[]; writes: number[]; refused: number; peakMb: number; stop(): Promise<void> };

/** Asks for a page and for something that never waits on the database, one after the other, and writes now and then. */
function watch(url: string, pid: number): Watch {
	const seen = { pages: [] as number[], writes: [] as number[], refused: 0, peakMb: 0 };
	let going = true;
	const timed = async (into: number[], path: string, init: RequestInit = {}) => {
		const began = performance.now();
		const answer = await fetch(`${url}${path}`, { headers: SIGNED, ...init });
		await answer.arrayBuffer();
		into.push(performance.now() - began);
		return answer.status;
	};
	const pages = (async () => {
		while (going) {
			await timed(seen.pages, "/healthz");
			seen.peakMb = Math.max(seen.peakMb, residentMb(pid));
			await Bun.sleep(5);
		}
	})();
	const writes = (async () => {
		for (let n = 0; going; n++) {
			const body = JSON.stringify({ notes: `note ${n}` });
			const headers = { ...SIGNED, "content-type": "application/json" };
			const status = await timed(seen.writes, "/api/v1/subnets/1", { method: "PATCH", headers, body });
			if (status === 503) seen.refused += 1;
			await Bun.sleep(100);
		}
	})();
	return Object.assign(seen, {
		async stop() {
			going = false;
			await Promise.all([pages, writes]);
		},
	});
}

const folder = mkdtempSync(join(tmpdir(), "rollcall-moving-"));
const port = await freePort();
const url = `http://127.0.0.1:${port}`;
const database = join(folder, "ipam.db");
const program = BINARY === undefined ? [process.execPath, MAIN] : [BINARY];
const server = Bun.spawn([...program, "serve", "--port", String(port), "--database", database], {
	cwd: join(import.meta.dir, "../.."),
	env: { PATH: process.env.PATH, NODE_ENV: "production", LOG_LEVEL: "error" },
	...{ stdin: "ignore", stdout: "ignore", stderr: "inherit" },
});
const figures: Figure[] = [];
const said = (what: string) => console.error(`${new Date().toISOString().slice(11, 19)} ${what}`);
try {
	await untilAnswers(`${url}/healthz`);
	signInFile(database);
	const api = (path: string, init: RequestInit = {}) =>
		fetch(`${url}/api/v1${path}`, {
			...init,
			headers: { ...SIGNED, ...(init.headers as Record<string, string>) },
		});
	const json = { "content-type": "application/json" };
	await api("/subnets", {
		method: "POST",
		headers: json,
		body: '{"cidr":"192.0.2.0/24","sweep_enabled":false}',
	});
	const text = listOf(ROWS);
	const restMb = residentMb(server.pid);
	const during = async <T>(work: () => Promise<T>) => {
		const seen = watch(url, server.pid);
		const [began, spent] = [performance.now(), processorS(server.pid)];
		const value = await work();
		const seconds = (performance.now() - began) / 1_000;
		await seen.stop();
		return { value, seconds, seen: Object.assign(seen, { processorS: processorS(server.pid) - spent }) };
	};
	const bring = (query: string) =>
		api(`/imports?sweep=false&${query}`, {
			method: "POST",
			headers: { "content-type": "text/csv" },
			body: text,
		});
	const tell = (
		name: string,
		seconds: number,
		limit: number | undefined,
		{ pages, writes, refused, peakMb, processorS: spent = 0 }: Watch & { processorS?: number },
	) => {
		const ratio = `${(seconds / bareS).toFixed(1)} × bare; processor ${spent.toFixed(1)} s`;
		figures.push({ name, value: seconds, unit: "s", note: ratio, ...(limit === undefined ? {} : { limit }) });
		const slowest = `${Math.max(...pages).toFixed(0)}; ${(quantile(pages, 0.99) / idleMs).toFixed(1)} × idle`;
		figures.push({
			...{
				name: "  another request meanwhile, p99",
				value: quantile(pages, 0.99),
				unit: "ms",
				limit: LIMITS.pageMs,
			},
			note: `of ${pages.length}, slowest ${slowest}`,
		});
		const note = `of ${writes.length}, ${refused} refused for the moment`;
		figures.push({ name: "  a write meanwhile, p99", value: quantile(writes, 0.99), unit: "ms", note });
		figures.push({
			...{ name: "  memory above rest, at most", value: peakMb - restMb, unit: "MB", limit: LIMITS.memoryMb },
		});
	};

	const bareS = bareInsertS(text);
	const idle = await during(() => Bun.sleep(3_000));
	const idleMs = quantile(idle.seen.pages, 0.99);
	figures.push({ name: "the same rows bare into SQLite", value: bareS, unit: "s" });
	figures.push({ name: "a request while nothing else happens, p99", value: idleMs, unit: "ms" });
	said("in");
	const first = await during(() => bring(""));
	const made = (await first.value.json()) as { id: number; counts: { add: { hosts: number } } };
	if (made.counts?.add.hosts !== ROWS)
		throw new Error(`not all were added: ${JSON.stringify(made).slice(0, 500)}`);
	tell(`${ROWS} rows in: read, judged, written`, first.seconds, LIMITS.importS, first.seen);
	said("once more");
	const again = await during(() => bring(""));
	const same = (await again.value.json()) as { counts: { same: { hosts: number } } };
	if (same.counts.same.hosts !== ROWS) throw new Error("the second time something was changed");
	tell("the same file again: nothing to do", again.seconds, undefined, again.seen);
	await Bun.sleep(2_000);
	const fullMb = residentMb(server.pid);
	for (const format of Object.keys(EXPORT_FORMATS)) {
		said(`out as ${format}`);
		const out = await during(async () => {
			let bytes = 0;
			const answer = await fetch(`${url}/export?format=${format}`, { headers: SIGNED });
			for await (const part of answer.body as unknown as AsyncIterable<Uint8Array>) bytes += part.length;
			return bytes;
		});
		const grown = out.seen.peakMb - fullMb;
		figures.push({
			...{ name: `out as ${format}`, value: out.seconds, unit: "s", limit: LIMITS.exportS },
			note: `${(out.value / 1e6).toFixed(1)} MB; others p99 ${quantile(out.seen.pages, 0.99).toFixed(0)} ms`,
		});
		// A workbook is packed on the way, an inventory remembers its names, and what comes behind them finds the heap so.
		const limit = format === "csv" || format === "json" ? LIMITS.exportMb : LIMITS.otherMb;
		figures.push({ name: "  memory above what it was, at most", value: grown, unit: "MB", limit });
	}
	said("undo");
	const undone = await during(() => api(`/imports/${made.id}/undo`, { method: "POST" }));
	if (undone.value.status !== 200) throw new Error(`undo: ${undone.value.status}`);
	tell(`undo of ${ROWS} hosts`, undone.seconds, LIMITS.undoS, undone.seen);
	figures.push({
		name: "memory at rest before, after",
		value: restMb,
		unit: "MB",
		note: `${fullMb.toFixed(0)} MB with all of them`,
	});
} finally {
	server.kill("SIGTERM");
	await server.exited;
	rmSync(folder, { recursive: true, force: true });
}
printFigures(figures, process.argv.includes("--json"));
process.exitCode = figures.some((figure) => figure.limit !== undefined && figure.value > figure.limit)
	? 1
	: 0;
