/**
 * Targets of a port scan that are none (catalogue 4.4, B-064): whichever way they come, nmap is not started. A stand-in
 * for nmap writes down every start but the one that asks for its version.
 */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { dirname, join } from "node:path";
import { openRig, type Rig } from "../helpers/app.ts";
import { runToEnd } from "../helpers/binary.ts";
import { type FakeNmap, fakeNmap } from "../helpers/fake-nmap.ts";

const MAIN = join(import.meta.dir, "../../src/main.ts");
const CWD = join(import.meta.dir, "../..");
let nmap: FakeNmap;
let rig: Rig;
beforeEach(async () => {
	nmap = fakeNmap("exit 0");
	rig = await openRig();
});
afterEach(async () => {
	await rig.close();
	nmap.close();
});

const TARGETS = [
	"-oN",
	"-oN x",
	"--script=default",
	"10.0.0.1 -oN x",
	"10.0.0.1,-sV",
	"10.0.0.1;id",
	"$(id)",
	"`id`",
	"*.*.*.*",
	"10-11.*.*.*",
	"127.0.0.*/30",
	"10.0.0.0/33",
	"010.0.0.1",
	"0x0a.0.0.1",
	"10.1",
	"167772161",
	"256.1.1.1",
	"１０.0.0.1",
	"10.0.0.1\n10.0.0.2",
	"10.0.0.1\0",
	"scanme.example",
	"@file",
	"192.168.1.0/24 --interface=eth0",
	"fe80::1%eth0",
	"",
];

describe("on the command line", () => {
	test("all of them are refused with 2, and nothing was started", async () => {
		const env = { PATH: `${dirname(nmap.path)}:${process.env.PATH}` };
		const runs = await Promise.all(
			TARGETS.filter((target) => !target.includes("\0")).map(async (target) => {
				const done = await runToEnd([process.execPath, "--no-env-file", MAIN, "scan", "--", target], {
					cwd: CWD,
					env,
				});
				return { target, ...done };
			}),
		);
		for (const { target, code, out, err } of runs) {
			expect({ target, code, out }).toEqual({ target, code: 2, out: "" });
			expect(err).toStartWith("rollcall: ");
			expect(err).not.toMatch(/\n\s+at |\.ts:\d/);
		}
		expect(nmap.started()).toEqual([]);
	});

	test("the stand-in does write down a start", async () => {
		const env = { PATH: `${dirname(nmap.path)}:${process.env.PATH}` };
		await runToEnd([process.execPath, "--no-env-file", MAIN, "scan", "127.0.0.1"], { cwd: CWD, env });
		expect(nmap.started()).toHaveLength(1);
	});
});

describe("as a network or a host", () => {
	const bad: unknown[] = [
		...TARGETS,
		{ raw: "10.0.0.0/24" },
		["10.0.0.0/24"],
		[["x"]],
		167_772_160,
		true,
		null,
	];
	test.each(bad.map((value) => [value]))("%j is refused, and no row is made", async (value) => {
		for (const [path, body] of [
			["/api/v1/subnets", { cidr: value }],
			["/api/v1/hosts", { ip: value }],
		] as const) {
			const answer = await rig.send("POST", path, body);
			expect({ path, status: answer.status }).toEqual({ path, status: answer.status === 400 ? 400 : 422 });
			expect(answer.text).not.toMatch(/\n\s+at |\.ts:\d/);
		}
		const { db } = rig.app.context;
		expect(db.query("SELECT (SELECT count(*) FROM subnet) + (SELECT count(*) FROM host) AS n").get()).toEqual(
			{ n: 0 },
		);
	});
});
