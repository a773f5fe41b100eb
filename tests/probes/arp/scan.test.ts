/** ARP before pings: who is asked how, who counts as up, and what a router that answers for others changes. */

import { describe, expect, test } from "bun:test";
import { UNTIMED } from "../../../src/model/presence.ts";
import { type Address, toV4 } from "../../../src/net/address.ts";
import type { Mac } from "../../../src/net/mac.ts";
import type { Link } from "../../../src/probes/arp/links.ts";
import { Scan } from "../../../src/probes/arp/scan.ts";
import { type ProbeBatch, SILENT } from "../../../src/probes/probe.ts";
import { address, cidr, fakeNetwork } from "../../helpers/network.ts";
import { OPTIONS } from "../../helpers/probing.ts";

const LINK: Link = {
	device: { index: 2, name: "eth0", mac: 0x02_00_00_00_00_01 },
	cidr: cidr("10.0.0.0/16"),
	own: toV4(address("10.0.0.1")),
};
const CONFIG = { attempts: 2, waitMs: 300, aliasesMax: 3, neighboursMax: 4 };

/** A network where `arp` maps who answers ARP to the hardware address that does. */
function ground(arp: Record<string, Mac>, pings: string[], onLink = pings) {
	const byArp = fakeNetwork(...Object.keys(arp));
	const prober = fakeNetwork(...pings);
	const link = fakeNetwork(...onLink);
	const expected = new Map<number, number>();
	const count = (ip: number, by: number) => expected.set(ip, (expected.get(ip) ?? 0) + by);
	const macs = new Map(Object.entries(arp).map(([ip, mac]) => [toV4(address(ip)), mac]));
	const scan = new Scan({
		prober,
		arp: byArp,
		arpBook: {
			expect: (ip) => count(ip, 1),
			forget(ip) {
				count(ip, -1);
				return macs.get(ip);
			},
		},
		link,
		linkBook: { expect: (ip) => count(ip, 1), forget: (ip) => count(ip, -1) },
		config: CONFIG,
		links: () => [LINK],
	});
	return { scan, byArp, prober, link, open: () => [...expected.values()].filter((n) => n !== 0).length };
}

async function verdicts(scan: Scan, targets: readonly Address[], signal?: AbortSignal) {
	const found = new Map<Address, { latencyUs: number; mac: Mac | undefined }>();
	const batches: ProbeBatch[] = [];
	const run = scan.probe(targets, { ...OPTIONS, arp: true, signal });
	for await (const batch of run) batches.push(batch);
	for (const { index, latencyUs, macs } of batches) {
		index.forEach((i, k) => {
			const target = targets[i] as Address;
			expect(found.has(target)).toBe(false);
			found.set(target, { latencyUs: latencyUs[k] as number, mac: macs?.[k] });
		});
	}
	return found;
}

const range = (from: number, to: number) =>
	Array.from({ length: to - from + 1 }, (_, i) => address(`10.0.0.${from + i}`));

describe("few neighbours", () => {
	test("only who answers ARP is pinged; who then keeps silent is there, untimed, with its address", async () => {
		const g = ground({ "10.0.0.5": 5, "10.0.0.6": 6 }, ["10.0.0.5"]);
		const found = await verdicts(g.scan, range(4, 7));
		expect(g.prober.asked).toEqual([[address("10.0.0.5"), address("10.0.0.6")]]);
		expect(found.get(address("10.0.0.5"))).toEqual({ latencyUs: 400, mac: 5 });
		expect(found.get(address("10.0.0.6"))).toEqual({ latencyUs: UNTIMED, mac: 6 });
		expect(found.get(address("10.0.0.7"))).toEqual({ latencyUs: SILENT, mac: undefined });
		expect(found.size).toBe(4);
		expect(g.link.asked).toEqual([]);
		expect(g.open()).toBe(0);
	});

	test("our own address is pinged, never asked by ARP, and its hardware address is known", async () => {
		const g = ground({}, ["10.0.0.1"]);
		const found = await verdicts(g.scan, range(1, 2));
		expect(g.byArp.asked).toEqual([[address("10.0.0.2")]]);
		expect(found.get(address("10.0.0.1"))).toEqual({ latencyUs: 400, mac: LINK.device.mac });
	});

	test("what is not attached is pinged without ARP", async () => {
		const g = ground({}, ["192.0.2.9"]);
		const found = await verdicts(g.scan, [address("192.0.2.9"), address("192.0.2.10")]);
		expect(g.byArp.asked.flat()).toEqual([]);
		expect([...found.values()].map(({ latencyUs }) => latencyUs)).toEqual([400, SILENT]);
	});
});

describe("more than the kernel's table holds", () => {
	const six = Object.fromEntries(range(10, 15).map((_, i) => [`10.0.0.${10 + i}`, 100 + i]));

	test("they are pinged on the link; those silent there once more through the kernel, at most as many as it holds", async () => {
		const g = ground(six, ["10.0.0.10", "10.0.0.11"], ["10.0.0.10"]);
		const found = await verdicts(g.scan, range(10, 15));
		expect(g.link.asked[0]).toHaveLength(6);
		expect(g.prober.asked[0]).toEqual(range(11, 14));
		expect(found.get(address("10.0.0.10"))?.latencyUs).toBe(400);
		// A firewall of our own hid the first answer.
		expect(found.get(address("10.0.0.11"))?.latencyUs).toBe(400);
		expect(found.get(address("10.0.0.15"))).toEqual({ latencyUs: UNTIMED, mac: 105 });
		expect(found.size).toBe(6);
		expect(g.open()).toBe(0);
	});
});

describe("a router that answers ARP for everybody", () => {
	const proxied = Object.fromEntries(range(20, 25).map((_, i) => [`10.0.0.${20 + i}`, 7]));

	test("its word makes nobody up; whoever answers the ping is", async () => {
		const g = ground(proxied, ["10.0.0.21"]);
		const found = await verdicts(g.scan, range(20, 25));
		expect(found.get(address("10.0.0.21"))?.latencyUs).toBe(400);
		expect([...found.values()].filter(({ latencyUs }) => latencyUs === SILENT)).toHaveLength(5);
		expect(found.get(address("10.0.0.20"))?.mac).toBeUndefined();
	});

	test("it is remembered when a single address is asked again", async () => {
		const g = ground(proxied, []);
		await verdicts(g.scan, range(20, 25));
		const found = await verdicts(g.scan, range(20, 20));
		expect(found.get(address("10.0.0.20"))?.latencyUs).toBe(SILENT);
	});

	test("a host with a few silent addresses is none", async () => {
		const g = ground({ "10.0.0.20": 7, "10.0.0.21": 7, "10.0.0.22": 7 }, []);
		const found = await verdicts(g.scan, range(20, 22));
		expect([...found.values()].every(({ latencyUs }) => latencyUs === UNTIMED)).toBe(true);
	});
});

describe("ends", () => {
	test("a fault of our own comes through, and nothing stays expected", async () => {
		const g = ground({ "10.0.0.5": 5 }, []);
		g.byArp.fault = "the network interface is down";
		await expect(verdicts(g.scan, range(4, 7))).rejects.toThrow("interface is down");
		expect(g.open()).toBe(0);
	});

	test("a reader that leaves early leaves nothing expected", async () => {
		const g = ground({ "10.0.0.5": 5 }, []);
		for await (const _ of g.scan.probe(range(4, 7), { ...OPTIONS, arp: true })) break;
		expect(g.open()).toBe(0);
	});

	test("an abort leaves the rest without a verdict", async () => {
		const g = ground({ "10.0.0.5": 5 }, []);
		const found = await verdicts(g.scan, range(4, 7), AbortSignal.abort());
		expect(found.size).toBe(0);
		expect(g.open()).toBe(0);
	});
});
