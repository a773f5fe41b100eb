/** `rollcall demo`: an invented network that is whole, lives, and never touches a real database. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fillDemo, mayBeDemo } from "../../src/ipam/demo.ts";
import { silentLog } from "../../src/log.ts";
import { PROGRAM } from "../../src/model/actor.ts";
import * as demo from "../../src/model/demo.ts";
import { parseCidr } from "../../src/net/cidr.ts";
import { openStaged } from "../../src/probes/staged.ts";
import { openDatabase } from "../../src/store/database.ts";
import { listEvents } from "../../src/store/events.ts";
import { freePort, runToEnd, spawn, untilAnswers } from "../helpers/binary.ts";
import { handClock } from "../helpers/clock.ts";
import { fillDatabase, wrongs } from "../helpers/filled.ts";
import { address } from "../helpers/network.ts";
import { drain } from "../helpers/probing.ts";

const MAIN = join(import.meta.dir, "../../src/main.ts");
const CWD = join(import.meta.dir, "../..");
const env = { PATH: process.env.PATH };
let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "rollcall-demo-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("the invented network", () => {
	test("lies on loopback, has every role, and is the same each time", () => {
		for (const { cidr } of demo.DEMO_SUBNETS) expect(cidr).toMatch(/^127\./);
		expect(demo.DEMO_SUBNETS.every(({ cidr }) => parseCidr(cidr).value !== undefined)).toBe(true);
		const block = Array.from({ length: 5_000 }, (_, i) => address("127.20.0.0") + BigInt(i));
		const roles = block.map((one) => demo.roleOf(one, 0.4));
		const share = (role: string) => roles.filter((one) => one === role).length / roles.length;
		expect(share("absent")).toBeWithin(0.55, 0.65);
		expect(share("flapping")).toBeWithin(0.001, 0.012);
		expect(share("restless")).toBeWithin(0.01, 0.035);
		for (const one of block) expect(demo.lotOf(one, 3)).toBeWithin(0, 1);
		const restless = block.find((one) => demo.roleOf(one, 0.4) === "restless") ?? 0n;
		const hours = Array.from({ length: 60 * 24 }, (_, minute) =>
			demo.answersAt(restless, "restless", minute * 60_000),
		);
		expect(hours.filter((answers) => !answers).length / hours.length).toBeWithin(0.05, 0.15);
	});

	test("fills a database that agrees with itself, told in the order of time; a second time changes nothing", () => {
		const db = openDatabase(":memory:", { busyMs: 100 });
		const clock = handClock();
		const context = { db, clock, log: silentLog, actor: PROGRAM } as unknown as Parameters<
			typeof fillDemo
		>[0];
		expect(mayBeDemo(db)).toBe(true);
		const hosts = fillDemo(context, () => "Maker");
		expect(hosts).toBeWithin(400, 800);
		expect(wrongs(db)).toEqual([]);
		const events = listEvents(db, { limit: 500 }).map(({ at }) => at);
		expect(events.length).toBeGreaterThan(20);
		expect([...events].sort((a, b) => b - a)).toEqual(events);
		// "Up for three days" and a chart that shows it away an hour ago cannot both be true.
		const against = db
			.query<{ ip: string }, []>(
				`SELECT DISTINCT ip FROM host JOIN host_status AS sample ON sample.host_id = host.id
				WHERE sample.ts > host.status_since AND sample.is_up <> (host.status = 'up')`,
			)
			.all();
		expect(against).toEqual([]);
		expect(db.query("SELECT count(*) AS n FROM host WHERE flapping").get()).not.toEqual({ n: 0 });
		expect(fillDemo(context, () => "Maker")).toBe(hosts);
		expect(mayBeDemo(db)).toBe(true);
		db.close();
	});

	test("answers by its own timetable, not by the wire", async () => {
		const clock = handClock();
		const targets = Array.from({ length: 254 }, (_, i) => address("127.10.0.1") + BigInt(i));
		const asked = drain(openStaged(clock).probe(targets, { attempts: 1, retryMs: 1, timeoutMs: 1 }));
		await clock.advance(1_000);
		const { verdicts, totals } = await asked;
		expect(verdicts.size).toBe(254);
		expect(totals.replies).toBeWithin(60, 150);
		const office = demo.DEMO_SUBNETS[0]?.density ?? 0;
		targets.forEach((target, i) => {
			if (demo.roleOf(target, office) === "steady") expect(verdicts.get(i)).toBeGreaterThan(0);
			if (demo.roleOf(target, office) === "absent") expect(verdicts.get(i)).toBe(-1);
		});
	});
});

test("it serves within seconds, and ends cleanly", async () => {
	const port = await freePort();
	const command = ["demo", "--database", join(folder, "demo.db")];
	// Where it listens is the environment's to say, as for "serve"; what is real is not.
	const real = {
		PORT: String(port),
		LOG_FORMAT: "json",
		DATABASE_URL: join(folder, "real.db"),
		SCAN_RATE_PPS: "no",
	};
	const child = spawn([process.execPath, "--no-env-file", MAIN, ...command], {
		cwd: CWD,
		env: { ...env, ...real },
	});
	await untilAnswers(`http://127.0.0.1:${port}/healthz`);
	expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
	child.kill("SIGTERM");
	expect(await child.exited).toBe(0);
	expect(await new Response(child.stderr).text()).toContain("An invented network of");
	const db = openDatabase(join(folder, "demo.db"), { busyMs: 100 });
	expect(mayBeDemo(db)).toBe(true);
	db.close();
	expect(existsSync(join(folder, "real.db"))).toBe(false);
	expect(await new Response(child.stdout).text()).toStartWith("{");
});

test("a real database is refused and not touched", async () => {
	const path = join(folder, "ipam.db");
	fillDatabase(path, 3);
	const { code, err } = await runToEnd(
		[process.execPath, "--no-env-file", MAIN, "demo", "--port", "0", "--database", path],
		{ cwd: CWD, env },
	);
	expect(code).toBe(2);
	expect(err).toContain("holds a real network");
	const db = openDatabase(path, { busyMs: 100 });
	expect(db.query("SELECT count(*) AS n FROM host").get()).toEqual({ n: 3 });
	db.close();
});
