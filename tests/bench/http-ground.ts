/** The ground of the HTTP bench: a lab with three networks in it, Rollcall near, its processor time and memory. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { configure, FAR, halfAlive, type Lab, openLab } from "../helpers/netns.ts";
import { PORT, type Rollcall, startRollcall } from "../helpers/rollcall.ts";
import type { LoadPlan, LoadRequest, LoadResult } from "./load.ts";
import type { Content } from "./mix.ts";

const HERE = import.meta.dir;
/** Where the peer listens. */
export const HELLO_PORT = 8090;
/** Addresses that answer come in blocks of so many. */
const CHUNK = 16;
const LARGE = "10.128.0.0";

export type Run = { state: string; total: number; replies: number; started_at: string; finished_at: string };

export type Ground = {
	readonly lab: Lab;
	readonly rollcall: Rollcall;
	readonly content: Content;
	close(): Promise<void>;
};

/**
 * A /24 with 63 hosts that answer, a /22 with 303, a /16 with 32,767; 360 of the first two have names and tags.
 * Nothing is swept by itself.
 */
export async function openGround(rate: number): Promise<Ground> {
	const lab = openLab(60);
	try {
		configure(lab, {
			near: [LARGE, "10.130.0.0", "10.131.0.0"].map((base) => `route add ${base}/16 via ${FAR}`),
			far: [
				...halfAlive(LARGE, 16, CHUNK),
				...["10.130.0.0/24", "10.131.0.0/22"].map((net) => `route add blackhole ${net}`),
				...["10.130.0.0/26", "10.131.0.0/24", "10.131.1.0/27", "10.131.1.32/28"].map(
					(net) => `route add local ${net} dev lo`,
				),
			],
		});
		const rollcall = await startRollcall(lab, {
			SCAN_RATE_PPS: String(rate),
			LOG_LEVEL: "warning",
			NODE_ENV: "production",
			// Sweeps are measured: neither names nor ports are looked for.
			PTR_LOOKUP_ENABLED: "false",
			SCAN_NMAP_INTERVAL_MINUTES: "0",
		});
		const add = (cidr: string, name: string) =>
			rollcall.send<{ id: number }>("POST", "/api/v1/subnets", { cidr, name, sweep_enabled: false }).id;
		const content = {
			small: add("10.130.0.0/24", "Office"),
			middle: add("10.131.0.0/22", "Hall"),
			large: add(`${LARGE}/16`, "Plant"),
			hosts: 360,
		};
		await seed(lab);
		await Promise.all([content.small, content.middle].map((id) => sweepOnce(rollcall, id)));
		return {
			lab,
			rollcall,
			content,
			async close() {
				await rollcall.close();
				lab.close();
			},
		};
	} catch (error) {
		lab.close();
		throw error;
	}
}

/** Hosts with names and tags, made through the API. */
async function seed(lab: Lab): Promise<void> {
	const names = ["printer", "nas", "switch", "camera", "db", "web", "phone", "pi"];
	const requests: LoadRequest[] = Array.from({ length: 360 }, (_, n) => {
		const ip = n < 60 ? `10.130.0.${n + 1}` : `10.131.${n < 315 ? 0 : 1}.${n < 315 ? n - 59 : n - 314}`;
		const name = names[n % names.length];
		const host = { ip, hostname: `${name}-${n}.lan`, tags: [name, n % 3 === 0 ? "server" : "client"] };
		return { kind: 0, path: "/api/v1/hosts", body: JSON.stringify(host) };
	});
	const { status } = await load(lab, requests, { perSecond: 200, port: PORT });
	const bad = status.find((code) => code !== 201);
	if (bad !== undefined) throw new Error(`a host could not be recorded: ${bad}`);
}

/** Presses "Sweep now" and waits until it is done; at most a minute. */
export async function sweepOnce(rollcall: Rollcall, subnetId: number): Promise<Run> {
	const { id } = rollcall.send<{ id: number }>("POST", `/api/v1/subnets/${subnetId}/sweep`);
	for (let tries = 0; tries < 150; tries++) {
		await Bun.sleep(400);
		const run = rollcall.get<Run>(`/api/v1/runs/${id}`);
		if (run.state === "done") return run;
		if (run.state !== "queued" && run.state !== "running")
			throw new Error(`sweep ${run.state}: ${JSON.stringify(run)}`);
	}
	throw new Error(`the sweep of subnet ${subnetId} does not end`);
}

/** Runs the generator near, to its end. */
export async function load(
	lab: Lab,
	requests: readonly LoadRequest[],
	{ perSecond, port }: { perSecond: number; port: number },
): Promise<LoadResult> {
	const plan: LoadPlan = { host: "127.0.0.1", port, perSecond, connections: 64, requests };
	const lines: string[] = [];
	await talk(lab, ["load.ts"], plan, (line) => void lines.push(line));
	return JSON.parse(lines.join("")) as LoadResult;
}

/** Runs a script of this folder near with a plan on its standard input; `onLine` gets what it prints. */
export async function talk(
	lab: Lab,
	[script = "", ...args]: string[],
	plan: unknown,
	onLine: (line: string) => void,
): Promise<void> {
	const child = Bun.spawn(lab.nearCommand([process.execPath, join(HERE, script), ...args]), {
		stdin: new Blob([JSON.stringify(plan)]),
		stdout: "pipe",
		stderr: "inherit",
		timeout: 180_000,
		killSignal: "SIGKILL",
	});
	const decoder = new TextDecoder();
	let rest = "";
	for await (const chunk of child.stdout) {
		const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
		rest = lines.pop() ?? "";
		for (const line of lines) onLine(line);
	}
	if ((await child.exited) !== 0) throw new Error(`${script} ended with ${child.exitCode}`);
}

/** Starts the peer near; the answer ends it. */
export async function startHello(lab: Lab): Promise<() => Promise<void>> {
	const child = Bun.spawn(lab.nearCommand([process.execPath, join(HERE, "hello.ts"), String(HELLO_PORT)]), {
		stdin: "ignore",
		stdout: "ignore",
		stderr: "inherit",
	});
	for (let tries = 0; tries < 100; tries++) {
		const asked = lab.inNear(["curl", "-s", "-m", "1", "-o", "/dev/null", `http://127.0.0.1:${HELLO_PORT}/`]);
		if (asked.code === 0) break;
		await Bun.sleep(20);
	}
	return async () => {
		child.kill("SIGKILL");
		await child.exited;
	};
}

/** Processor time of a process so far, all threads, in milliseconds (proc(5): a tick is 10 ms). */
export function cpuMs(pid: number): number {
	return ticksOf(`/proc/${pid}/stat`) * 10;
}

/** The same for each of its threads. */
export function threadsCpuMs(pid: number): Map<string, number> {
	const tasks = readdirSync(`/proc/${pid}/task`);
	return new Map(tasks.map((task) => [task, ticksOf(`/proc/${pid}/task/${task}/stat`) * 10]));
}

/** The same for a process and the children it has waited for. */
export function familyCpuMs(pid: number): number {
	return ticksOf(`/proc/${pid}/stat`, 4) * 10;
}

/** Sum of utime, stime and, with 4 `fields`, cutime and cstime. */
function ticksOf(path: string, fields = 2): number {
	const numbers = readFileSync(path, "utf8")
		.replace(/^.*\) /, "")
		.split(" ")
		.slice(11, 11 + fields)
		.map(Number);
	return numbers.reduce((sum, ticks) => sum + ticks, 0);
}

/** Resident memory of a process in MB. */
export function residentMb(pid: number): number {
	const kb = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
	return Number(kb) / 1024;
}
