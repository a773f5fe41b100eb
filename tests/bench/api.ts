/**
 * How fast the API answers: Rollcall as a process of its own on a file, asked over loopback by ten connections that
 * are signed in, beside a bare Bun.serve in the same run. Generator and server share this machine's processors, so
 * the ratio says more than the number.
 */

import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openDatabase, transact } from "../../src/store/database.ts";
import { insertHost } from "../../src/store/hosts.ts";
import { insertSubnet } from "../../src/store/subnets.ts";
import { address, cidr } from "../helpers/network.ts";
import { SIGNED, signInFile } from "../helpers/signed.ts";
import { type ClosedResult, requestText, runClosed } from "./closed.ts";
import { residentMb } from "./http-ground.ts";
import { type Figure, passes, printFigures, quantile } from "./measure.ts";

const ROOT = join(import.meta.dir, "../..");
const CONNECTIONS = 10;
const SMALL_HOSTS = 100;
const LARGE_HOSTS = 20_000;

type Server = { readonly port: number; readonly pid: number; stop(): Promise<void> };

/** A /24 with 100 hosts, a /16 with 20,000, a /12 to reserve in; nothing is swept. */
function seed(path: string): void {
	const db = openDatabase(path, { busyMs: 5_000 });
	const values = { name: "", notes: "", gateway: undefined, sweepIntervalS: 60, sweepEnabled: false };
	const at = Date.now();
	const fill = (id: number, base: string, count: number) => {
		const first = address(base);
		for (let n = 1; n <= count; n++) {
			const hostname = `host-${n}.lan`;
			const written = { hostname, hostnameSource: "typed" as const, description: "", tags: ["a"], notes: "" };
			insertHost(db, id, first + BigInt(n), written, at);
		}
	};
	transact(db, () => {
		fill(insertSubnet(db, cidr("10.1.0.0/24"), values, undefined, at), "10.1.0.0", SMALL_HOSTS);
		fill(insertSubnet(db, cidr("10.2.0.0/16"), values, undefined, at), "10.2.0.0", LARGE_HOSTS);
		insertSubnet(db, cidr("172.16.0.0/12"), values, undefined, at);
	});
	db.close();
}

async function freePort(): Promise<number> {
	const probe = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response() });
	const port = probe.port ?? 0;
	await probe.stop(true);
	return port;
}

async function start(command: (port: number) => string[], env: Record<string, string> = {}): Promise<Server> {
	const port = await freePort();
	const child = Bun.spawn(command(port), {
		cwd: ROOT,
		env: { ...process.env, NODE_ENV: "production", LOG_LEVEL: "error", ...env },
		stdin: "ignore",
		stdout: "ignore",
		stderr: "inherit",
	});
	for (let tries = 0; tries < 200; tries++) {
		const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined);
		if (answer !== undefined) break;
		await Bun.sleep(25);
	}
	return {
		port,
		pid: child.pid,
		async stop() {
			child.kill("SIGTERM");
			await child.exited;
		},
	};
}

type Case = {
	readonly name: string;
	/** Requests a second, or (p95) milliseconds. */
	readonly goal?: number;
	readonly p95?: boolean;
	readonly phpipam?: string;
	readonly status?: number;
	readonly request: (n: number) => string;
};

const headers: Record<string, string> = { ...SIGNED };
const get = (path: string) => () => requestText("GET", `/api/v1${path}`, { headers });
const CASES: readonly Case[] = [
	{ name: "one subnet", goal: 6_000, phpipam: "597", request: get("/subnets/1") },
	{ name: "hosts of a /24 (100)", goal: 3_000, phpipam: "486", request: get("/subnets/1/hosts?limit=500") },
	{
		name: "page of 100 of 20,000, p95",
		goal: 15,
		p95: true,
		phpipam: "157 ms, whole list",
		request: get("/subnets/2/hosts?limit=100"),
	},
	{
		name: "search one address",
		goal: 5_000,
		phpipam: "605",
		request: (n) => get(`/hosts?ip=10.2.${n % 70}.${(n * 7) % 250}`)(),
	},
	{
		name: "next address",
		goal: 1_500,
		phpipam: "145",
		status: 201,
		request: () =>
			requestText("POST", "/api/v1/subnets/3/next-address", {
				headers,
				body: '{"ask":false,"hostname":"new.lan"}',
			}),
	},
	{ name: "search a text", request: (n) => get(`/hosts?q=host-${(n * 37) % LARGE_HOSTS}.`)() },
	{ name: "any host, none asked before", request: (n) => get(`/hosts/${(n % LARGE_HOSTS) + 1}`)() },
];

function figuresOf(one: Case, ours: ClosedResult, peer: ClosedResult): Figure[] {
	const p95 = quantile(ours.latencyMs, 0.95);
	const ratio = `${((ours.perSecond / peer.perSecond) * 100).toFixed(0)} % of a bare Bun.serve`;
	const beside = one.phpipam === undefined ? "" : ` (phpIPAM: ${one.phpipam})`;
	const note = `p95 ${p95.toFixed(2)} ms, ${Math.round(ours.perSecond)}/s, ${ratio}${beside}`;
	const wrong = { name: `${one.name}: wrong answers`, value: ours.wrong, unit: "", limit: 0 };
	if (one.p95 === true)
		return [{ name: one.name, value: p95, unit: "ms", limit: one.goal ?? 0, note }, wrong];
	const perRequest = 1_000_000 / ours.perSecond;
	const limit = one.goal === undefined ? {} : { limit: 1_000_000 / one.goal };
	return [{ name: one.name, value: perRequest, unit: "µs each", ...limit, note }, wrong];
}

async function main(): Promise<number> {
	const { values } = parseArgs({
		options: { quick: { type: "boolean" }, json: { type: "boolean" }, source: { type: "boolean" } },
	});
	const durationMs = values.quick === true ? 1_000 : 4_000;
	const folder = mkdtempSync(join(tmpdir(), "rollcall-api-"));
	const path = join(folder, "ipam.db");
	seed(path);
	const binary = join(ROOT, "dist/rollcall");
	const program =
		values.source === true || !existsSync(binary) ? [process.execPath, join(ROOT, "src/main.ts")] : [binary];
	const env = { DATABASE_URL: path, SCAN_NMAP_INTERVAL_MINUTES: "0", PTR_LOOKUP_ENABLED: "false" };
	const rollcall = await start((port) => [...program, "serve", "--port", String(port)], env);
	signInFile(path);
	const peer = await start((port) => [process.execPath, join(import.meta.dir, "hello.ts"), String(port)]);
	const figures: Figure[] = [];
	try {
		for (const one of CASES) {
			const plan = { connections: CONNECTIONS, request: one.request };
			const status = one.status ?? 200;
			await runClosed({ ...plan, port: rollcall.port, durationMs: 500, status });
			const bare = await runClosed({ ...plan, port: peer.port, durationMs: durationMs / 2, status: 200 });
			const ours = await runClosed({ ...plan, port: rollcall.port, durationMs, status });
			figures.push(...figuresOf(one, ours, bare));
		}
		figures.push({ name: "memory after all that", value: residentMb(rollcall.pid), unit: "MB" });
	} finally {
		await Promise.all([rollcall.stop(), peer.stop()]);
		rmSync(folder, { recursive: true, force: true });
	}
	printFigures(figures, values.json === true);
	return figures.every(passes) ? 0 : 1;
}

process.exit(await main());
