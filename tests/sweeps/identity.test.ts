/** Hardware addresses over time: what is stored, what is told, and that it is told once. */

import { describe, expect, test } from "bun:test";
import { dismissEvent } from "../../src/ipam/dismissals.ts";
import { listEvents } from "../../src/store/events.ts";
import { listHosts } from "../../src/store/hosts.ts";
import { address, cidr } from "../helpers/network.ts";
import { type Stage, stage } from "../helpers/sweeping.ts";

const A = 0x00_11_32;
const B = 0x00_11_33;

function office(...alive: string[]): Stage {
	const s = stage(...alive);
	s.surroundings = { networks: [{ name: "eth0", cidr: cidr("10.0.0.0/24") }], gateways: [] };
	return s;
}

const wears = (s: Stage, ip: string, mac: number) => s.network.macs.set(address(ip), mac);
const events = (s: Stage) => listEvents(s.db, { limit: 100 }).toReversed();

/** What a verb needs of the context. */
const contextOf = (s: Stage) =>
	({ db: s.db, clock: s.clock, bus: { publish: (item: never) => s.news.push(item) } }) as never;

describe("what is learned", () => {
	test("hardware address and vendor, without any news; both can be searched for", async () => {
		const s = office("10.0.0.1", "10.0.0.2");
		wears(s, "10.0.0.1", A);
		s.subnet("10.0.0.0/24");
		await s.tick();
		expect(s.host("10.0.0.1")).toMatchObject({ mac: "00:00:00:00:11:32", vendor: `Vendor ${A}` });
		expect(s.kinds()).toEqual(["hosts_found"]);
		const found = (text: string) => listHosts(s.db, { text }, "address", undefined, 10).map(({ ip }) => ip);
		expect(found("00:11:32")).toEqual(["10.0.0.1"]);
		expect(found(`vendor ${A}`)).toEqual(["10.0.0.1"]);
	});

	test("a new host is told with its vendor", async () => {
		const s = office("10.0.0.1");
		s.subnet("10.0.0.0/24");
		await s.tick();
		s.network.alive.add(address("10.0.0.7"));
		wears(s, "10.0.0.7", A);
		await s.run(61);
		expect(events(s).at(-1)).toMatchObject({ kind: "host_new", detail: { vendor: `Vendor ${A}` } });
	});

	test("from the kernel's table where ARP was not asked: only hosts that are up, and only of the subnet", async () => {
		const s = office("10.0.0.1");
		Object.assign(s.network, { arp: false });
		s.neighbours = ["10.0.0.1", "10.0.0.2", "10.9.0.1"].map((ip) => ({ address: address(ip), mac: A }));
		s.subnet("10.0.0.0/24");
		await s.tick();
		expect(s.host("10.0.0.1")?.mac).toBe("00:00:00:00:11:32");
		expect(s.host("10.0.0.2")).toBeUndefined();
	});

	test("IPv6: whom the kernel talks to is asked, and recorded when it answers", async () => {
		const s = stage("fd99::7");
		s.surroundings = { networks: [{ name: "eth0", cidr: cidr("fd99::/64") }], gateways: [] };
		s.neighbours = ["fd99::7", "fd99::8", "fe80::1"].map((ip) => ({ address: address(ip), mac: A }));
		s.subnet("fd99::/64");
		await s.tick();
		expect(s.network.asked[0]?.toSorted()).toEqual([address("fd99::7"), address("fd99::8")]);
		expect(s.host("fd99::7")).toMatchObject({ status: "up", mac: "00:00:00:00:11:32" });
		expect(s.host("fd99::8")).toBeUndefined();
	});
});

describe("a changed hardware address", () => {
	async function changed() {
		const s = office("10.0.0.1");
		wears(s, "10.0.0.1", A);
		s.subnet("10.0.0.0/24");
		await s.tick();
		wears(s, "10.0.0.1", B);
		await s.run(61);
		return s;
	}

	test("is told once, with the old and the new one", async () => {
		const s = await changed();
		await s.run(120);
		expect(events(s).slice(1)).toMatchObject([
			{ kind: "mac_changed", ip: "10.0.0.1", detail: { mac: "00:00:00:00:11:33", old: "00:00:00:00:11:32" } },
		]);
		expect(s.host("10.0.0.1")).toMatchObject({ mac: "00:00:00:00:11:33", vendor: `Vendor ${B}` });
	});

	test("two that take turns are told once each a day", async () => {
		const s = await changed();
		for (let i = 0; i < 6; i++) {
			wears(s, "10.0.0.1", i % 2 === 0 ? A : B);
			await s.run(61);
		}
		expect(s.kinds().filter((kind) => kind === "mac_changed")).toHaveLength(2);
	});

	test("dismissed, neither is told again, even days later; the news is marked", async () => {
		const s = await changed();
		const event = events(s).at(-1);
		expect(event?.dismissed).toBe(false);
		dismissEvent(contextOf(s), event?.id ?? 0);
		expect(events(s).find(({ id }) => id === event?.id)?.dismissed).toBe(true);
		for (const mac of [A, B, A]) {
			await s.clock.advance(2 * 86_400_000);
			wears(s, "10.0.0.1", mac);
			await s.run(61);
		}
		expect(s.kinds().filter((kind) => kind === "mac_changed")).toHaveLength(1);
		// A third one is news again.
		wears(s, "10.0.0.1", 0x00_22_22);
		await s.run(61);
		expect(s.kinds().filter((kind) => kind === "mac_changed")).toHaveLength(2);
	});
});

describe("one hardware address on two addresses", () => {
	async function shared() {
		const s = office("10.0.0.1", "10.0.0.2", "10.0.0.3");
		for (const ip of ["10.0.0.1", "10.0.0.2", "10.0.0.3"]) wears(s, ip, A);
		s.subnet("10.0.0.0/24");
		await s.tick();
		return s;
	}

	test("is told once, however many addresses", async () => {
		const s = await shared();
		await s.run(120);
		const told = events(s).filter(({ kind }) => kind === "mac_conflict");
		expect(told).toHaveLength(1);
		expect(told[0]?.detail).toMatchObject({ mac: "00:00:00:00:11:32" });
		expect(told[0]?.detail.other).toMatch(/^10\.0\.0\.[123]$/);
	});

	test("dismissed, further addresses of it are no news", async () => {
		const s = await shared();
		dismissEvent(contextOf(s), events(s).find(({ kind }) => kind === "mac_conflict")?.id ?? 0);
		await s.clock.advance(2 * 86_400_000);
		s.network.alive.add(address("10.0.0.9"));
		wears(s, "10.0.0.9", A);
		await s.run(61);
		expect(s.host("10.0.0.9")?.mac).toBe("00:00:00:00:11:32");
		expect(s.kinds().filter((kind) => kind === "mac_conflict")).toHaveLength(1);
	});

	test("a host that moved to another address is no conflict, whichever is judged first", async () => {
		for (const [old, now] of [
			["10.0.0.1", "10.0.0.2"],
			["10.0.0.2", "10.0.0.1"],
		] as const) {
			const s = office(old);
			wears(s, old, A);
			s.subnet("10.0.0.0/24");
			await s.tick();
			s.network.alive.delete(address(old));
			s.network.alive.add(address(now));
			wears(s, now, A);
			await s.run(90);
			expect(s.kinds().toSorted()).toEqual(["host_down", "host_new", "hosts_found"]);
		}
	});

	test("in two subnets it is a router's", async () => {
		const s = office("10.0.0.1", "10.0.0.129");
		wears(s, "10.0.0.1", A);
		wears(s, "10.0.0.129", A);
		s.subnet("10.0.0.0/25");
		s.subnet("10.0.0.128/25");
		await s.tick();
		expect(s.kinds()).not.toContain("mac_conflict");
	});

	test("other news cannot be dismissed, nor what is not there", async () => {
		const s = await shared();
		const found = events(s).find(({ kind }) => kind === "hosts_found");
		expect(() => dismissEvent(contextOf(s), found?.id ?? 0)).toThrow("Only news about the hardware address");
		expect(() => dismissEvent(contextOf(s), 9_999)).toThrow("no such event");
	});
});
