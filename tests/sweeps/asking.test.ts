/** Asking addresses outside of sweeps: who is asked how, and what comes of a fault of our own. */

import { describe, expect, test } from "bun:test";
import { BOUNDS } from "../../src/config.ts";
import { UNTIMED } from "../../src/model/presence.ts";
import { SILENT } from "../../src/probes/probe.ts";
import { askNow } from "../../src/sweeps/asking.ts";
import { address, cidr, fakeNetwork } from "../helpers/network.ts";

const PATIENCE = { attempts: 1, retryMs: 100, timeoutMs: 200 };

function asking(...alive: string[]) {
	const network = fakeNetwork(...alive);
	network.mute.add(address("10.0.0.9"));
	const surroundings = () => ({ networks: [{ name: "eth0", cidr: cidr("10.0.0.0/24") }], gateways: [] });
	const deps = { prober: network, timing: BOUNDS, surroundings };
	return { network, ask: (...texts: string[]) => askNow(deps, texts.map(address), PATIENCE) };
}

describe("asking now", () => {
	test("near addresses by ARP, far ones by ping, each verdict at its place", async () => {
		const { network, ask } = asking("192.0.2.1", "10.0.0.1");
		const heard = await ask("192.0.2.1", "10.0.0.9", "192.0.2.2", "10.0.0.1", "fd00::1", "10.0.0.2");
		expect([...heard]).toEqual([400, UNTIMED, SILENT, 400, SILENT, SILENT]);
		expect(network.arpRuns).toBe(1);
		expect(network.asked.map((run) => run.length).sort()).toEqual([3, 3]);
	});

	test("only far ones: never by ARP", async () => {
		const { network, ask } = asking();
		expect([...(await ask("192.0.2.1"))]).toEqual([SILENT]);
		expect(network.arpRuns).toBe(0);
	});

	test("a fault of our own is told, not taken for silence", async () => {
		const { network, ask } = asking();
		network.fault = "no route";
		expect(ask("10.0.0.1")).rejects.toThrow("no route");
		network.fault = undefined;
		network.lost = 1;
		expect(ask("10.0.0.1")).rejects.toThrow("ask again");
	});
});
