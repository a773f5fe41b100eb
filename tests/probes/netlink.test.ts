/** Tables of the kernel: captured dumps, and dumps that are cut, damaged or lie about their lengths. */

import { describe, expect, test } from "bun:test";
import { formatAddress } from "../../src/net/address.ts";
import { formatMac } from "../../src/net/mac.ts";
import { linkOf, linksOf, readDevices } from "../../src/probes/arp/links.ts";
import { readNeighbours } from "../../src/probes/arp/neighbours.ts";
import { readAttributes, readPart } from "../../src/probes/netlink.ts";
import { sampleBytes } from "../helpers/hex.ts";
import { address, cidr } from "../helpers/network.ts";
import { seeded } from "../helpers/random.ts";

describe("links", () => {
	const devices = readDevices([sampleBytes("netlink/links")]);

	test("only interfaces that are up and speak ARP: not lo, not one with ARP off, not one that is down", () => {
		expect(devices).toEqual([{ index: 2, name: "veth0", mac: 0x02_00_00_00_00_01 }]);
	});

	test("networks on them, the smallest first; addresses of other interfaces and IPv6 left out", () => {
		const network = (name: string, text: string, own: string) => {
			return { name, cidr: cidr(text), address: address(own), loopback: false };
		};
		const links = linksOf(devices, [
			network("veth0", "10.0.0.0/16", "10.0.0.1"),
			network("veth0", "10.0.7.0/24", "10.0.7.1"),
			network("veth0", "10.9.9.9/32", "10.9.9.9"),
			network("veth0", "fd99::/64", "fd99::1"),
			network("wg0", "10.8.0.0/16", "10.8.0.1"),
		]);
		expect(links.map(({ own }) => own)).toEqual([0x0a000701, 0x0a000001]);
		expect(linkOf(links, address("10.0.7.9"))?.own).toBe(0x0a000701);
		expect(linkOf(links, address("10.0.8.9"))?.own).toBe(0x0a000001);
		expect(linkOf(links, address("10.8.0.9"))).toBeUndefined();
	});
});

describe("damage", () => {
	test("a dump cut anywhere gives what came before, never more, and no exception", () => {
		const whole = sampleBytes("netlink/links");
		const all = readPart(whole).messages.length;
		for (let length = 0; length < whole.length; length += 7) {
			const { messages, last } = readPart(whole.slice(0, length));
			expect(messages.length).toBeLessThan(all + 1);
			expect(last).toBe(false);
		}
		expect(readPart(whole).last).toBe(true);
	});

	test("a length of nothing, below its header or beyond the end stops the reading", () => {
		for (const length of [0, 1, 15, 0xffffffff]) {
			const bytes = sampleBytes("netlink/links");
			new DataView(bytes.buffer).setUint32(0, length, true);
			expect(readPart(bytes)).toEqual({ messages: [], last: false });
		}
		const looped = new DataView(new ArrayBuffer(16));
		expect(readAttributes(looped, 0).size).toBe(0);
	});

	test("noise is no device", () => {
		const chance = seeded(7);
		for (let round = 0; round < 200; round++) {
			const bytes = sampleBytes("netlink/links");
			for (let i = 0; i < 40; i++) bytes[chance.int(bytes.length)] = chance.int(256);
			expect(readDevices([bytes]).length).toBeLessThanOrEqual(4);
		}
	});
});

describe("neighbours", () => {
	test("both families; not those that failed, nor what the kernel keeps for itself", () => {
		const texts = readNeighbours([sampleBytes("netlink/neighbours")]).map(
			(one) => `${formatAddress(one.address)} ${formatMac(one.mac)}`,
		);
		expect(texts.sort()).toEqual([
			"10.99.0.2 00:11:32:8a:00:01",
			"10.99.0.3 52:54:00:12:34:56",
			"fd99::2 00:11:32:8a:00:01",
		]);
	});

	test("when each answered last: one the kernel takes for reachable just now, one made by hand never", () => {
		const sample = sampleBytes("netlink/neighbours");
		const ages = readNeighbours([sample]).map(({ address, confirmedMs }) => [
			formatAddress(address),
			confirmedMs,
		]);
		expect(Object.fromEntries(ages)).toEqual({
			"10.99.0.2": 0,
			"10.99.0.3": undefined,
			"fd99::2": 60_020,
		});
	});

	test("a table cut anywhere gives no neighbour that is not in it", () => {
		const whole = sampleBytes("netlink/neighbours");
		for (let length = 0; length < whole.length; length++) {
			expect(readNeighbours([whole.slice(0, length)]).length).toBeLessThanOrEqual(3);
		}
	});
});
