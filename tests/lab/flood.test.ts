/**
 * A flood of echo replies that nobody asked for (fault F-25), as fast as one core sends them, while a subnet is swept:
 * pages are answered, and nobody who answers is called down. What the socket had to drop is our loss, not their silence.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { configure, FAR, type Lab, labProblem, NEAR, openLab } from "../helpers/netns.ts";
import { elapse, until } from "../helpers/patience.ts";
import { PROOF, type Rollcall, startRollcall, URL_NEAR } from "../helpers/rollcall.ts";

const problem = labProblem("curl");
const CIDR = "10.128.0.0/28";
const UP = 14;
const FLOOD_S = 6;

let lab: Lab;
let rollcall: Rollcall;

/** Seconds until a page is there. */
function pageSeconds(): number {
	const ask = [
		"curl",
		"-s",
		"-m",
		"60",
		"-o",
		"/dev/null",
		"-w",
		"%{http_code} %{time_total}",
		...PROOF,
		URL_NEAR,
	];
	const [code, seconds] = lab.inNear(ask).out.split(" ");
	expect(code).toBe("200");
	return Number(seconds);
}

const ups = () => rollcall.get<{ items: unknown[] }>("/api/v1/hosts?status=up&limit=100").items.length;

describe.skipIf(problem !== undefined)(`a flood${problem === undefined ? "" : ` (${problem})`}`, () => {
	beforeAll(async () => {
		lab = openLab(61);
		configure(lab, { near: [`route replace ${CIDR} via ${FAR}`], far: [`route add local ${CIDR} dev lo`] });
		rollcall = await startRollcall(lab, { SCAN_NMAP_INTERVAL_MINUTES: "0", PTR_LOOKUP_ENABLED: "false" });
		rollcall.send("POST", "/api/v1/subnets", { cidr: CIDR, sweep_interval_s: 10 });
		await until(() => ups() === UP, "all up");
	});
	afterAll(async () => {
		await rollcall?.close();
		lab?.close();
	});

	test("pages are answered, nobody down", async () => {
		const entry = join(import.meta.dir, "../helpers/flood-entry.ts");
		const command = [process.execPath, "--no-env-file", entry, NEAR, String(FLOOD_S)];
		const flood = Bun.spawn(lab.farCommand(command), { stdin: "ignore", stdout: "pipe", stderr: "inherit" });
		const seconds: number[] = [];
		while (flood.exitCode === null) {
			seconds.push(pageSeconds());
			rollcall.send("POST", "/api/v1/subnets/1/sweep");
			await elapse(250);
		}
		const sent = Number(await new Response(flood.stdout).text());
		// Some hundred thousand a second on a quiet machine, with pages after a few milliseconds.
		expect(sent / FLOOD_S).toBeGreaterThan(1_000);
		expect(Math.min(...seconds)).toBeLessThan(1);
		const { items } = rollcall.get<{ items: { kind: string }[] }>("/api/v1/events?limit=500");
		expect(items.filter(({ kind }) => kind.includes("down"))).toEqual([]);
		// Suspicion that proved nothing is dropped, and the next sweeps go well.
		rollcall.send("POST", "/api/v1/subnets/1/sweep");
		await until(() => ups() === UP, "all up");
	});
});
