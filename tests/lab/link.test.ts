/**
 * The whole program when its own network fails (fault F-22): the interface down for a moment, then the way to everybody
 * dead. Nobody is called down for it, one event tells it, and the return makes no storm.
 */

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { configure, FAR, type Lab, labProblem, nft, openLab } from "../helpers/netns.ts";
import { type Rollcall, startRollcall } from "../helpers/rollcall.ts";

const problem = labProblem("nft", "curl");
const named = problem ? `own network (skipped: ${problem})` : "own network";
setDefaultTimeout(60_000);

type Run = { state: string; problem: string | null };
type Counts = { up: number; down: number; unknown: number };

describe.skipIf(problem !== undefined)(named, () => {
	let lab: Lab;
	let rollcall: Rollcall;
	let id: number;
	beforeAll(async () => {
		lab = openLab(2);
		configure(lab, {
			near: [`route add default via ${FAR}`],
			far: ["route add blackhole 10.128.0.0/16", "route add local 10.128.0.0/27 dev lo"],
		});
		const env = { PTR_LOOKUP_ENABLED: "false", SCAN_NMAP_INTERVAL_MINUTES: "0", LOG_LEVEL: "error" };
		rollcall = await startRollcall(lab, env);
		const subnet = { cidr: "10.128.0.0/26", name: "Hall", sweep_interval_s: 3_600 };
		id = rollcall.send<{ id: number }>("POST", "/api/v1/subnets", subnet).id;
		const swept = () =>
			rollcall.get<{ last_sweep_at: string | null }>(`/api/v1/subnets/${id}`).last_sweep_at !== null;
		await until(() => counts().up === 31 && swept(), "31 up");
	});
	afterAll(async () => {
		await rollcall?.close();
		lab?.close();
	});

	const counts = () => rollcall.get<{ counts: Counts }>(`/api/v1/subnets/${id}`).counts;
	const kinds = () =>
		rollcall.get<{ items: { kind: string }[] }>("/api/v1/events?limit=100").items.map(({ kind }) => kind);

	async function until(is: () => boolean, what: string): Promise<void> {
		for (let tries = 0; tries < 150; tries++) {
			if (is()) return;
			await Bun.sleep(200);
		}
		throw new Error(`it did not come to this: ${what}; ${JSON.stringify([counts(), kinds()])}`);
	}

	async function sweep(): Promise<Run> {
		const { id: run } = rollcall.send<{ id: number }>("POST", `/api/v1/subnets/${id}/sweep`);
		const read = () => rollcall.get<Run>(`/api/v1/runs/${run}`);
		await until(() => !["queued", "running"].includes(read().state), "the end of a sweep");
		return read();
	}

	test("the interface is down for a moment: the sweep fails with the reason, states stay; the next one is well", async () => {
		configure(lab, { near: ["link set veth0 down"] });
		const failed = await sweep();
		expect(failed.state).toBe("failed");
		expect(failed.problem).toMatch(/no route|unreachable|down|network/i);
		expect(counts()).toMatchObject({ up: 31, down: 0 });
		configure(lab, { near: ["link set veth0 up", `route replace default via ${FAR}`] });
		expect((await sweep()).state).toBe("done");
		expect(counts()).toMatchObject({ up: 31, down: 0 });
		expect(kinds().filter((kind) => kind.startsWith("host_"))).toEqual([]);
	});

	test("nothing answers, the gateway neither: all unknown, one event; back again without a storm", async () => {
		nft(
			lab,
			"far",
			"table ip t {\n chain c {\n type filter hook input priority 0;\n icmp type echo-request drop\n }\n}",
		);
		await sweep();
		await until(() => counts().unknown === 31, "31 unknown");
		expect(counts()).toMatchObject({ up: 0, down: 0 });
		nft(lab, "far", "");
		expect((await sweep()).state).toBe("done");
		expect(counts()).toMatchObject({ up: 31, down: 0 });
		const told = kinds();
		expect(told.filter((kind) => kind === "own_network_down")).toHaveLength(1);
		expect(told.filter((kind) => kind === "own_network_back")).toHaveLength(1);
		expect(told.filter((kind) => kind.startsWith("host_") || kind.startsWith("subnet_down"))).toEqual([]);
	});
});
