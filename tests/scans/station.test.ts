/** Port scans by the clock and on demand: who is scanned when, how many at once, what a restart leaves. */

import { beforeEach, describe, expect, test } from "bun:test";
import { readHostScan } from "../../src/store/scanned-hosts.ts";
import { askCancelScan, enqueueScan, findScan, listClosedScans } from "../../src/store/scans.ts";
import { HOUR_MS, MINUTE_MS, openPort, type ScanStage, scanStage } from "../helpers/scanning.ts";

let stage: ScanStage;
beforeEach(() => {
	stage = scanStage();
});

const nextAt = (ip: string) =>
	stage.db.query<{ at: number }, [string]>("SELECT next_scan_at AS at FROM host WHERE ip = ?").get(ip)?.at ??
	0;
const set = (sql: string) => stage.db.run(sql);

describe("whose turn it is", () => {
	test("a new host within a minute, then every hour", async () => {
		const lan = stage.subnet("10.0.0.0/24");
		stage.host("10.0.0.1", lan);
		await stage.run(MINUTE_MS);
		expect(stage.scanner.calls).toEqual([["10.0.0.1"]]);
		await stage.run(3 * HOUR_MS, 10_000);
		expect(stage.scanner.calls).toHaveLength(4);
	});

	test("only hosts that are up, and only of subnets that are scanned", async () => {
		const lan = stage.subnet("10.0.0.0/24");
		const off = stage.subnet("10.0.1.0/24");
		stage.host("10.0.0.1", lan);
		stage.host("10.0.0.2", lan);
		stage.host("10.0.1.1", off);
		set("UPDATE host SET status = 'down', status_order = 1 WHERE ip = '10.0.0.2'");
		set("UPDATE subnet SET scan_enabled = 0 WHERE id = 2");
		await stage.run(2 * HOUR_MS, 10_000);
		expect(new Set(stage.scanner.calls.flat())).toEqual(new Set(["10.0.0.1"]));
	});

	test("a hundred hosts: batches of one subnet, 16 at most, never more than two runs", async () => {
		const lan = stage.subnet("10.0.0.0/24");
		const lab = stage.subnet("10.0.1.0/24");
		for (let n = 1; n <= 60; n++) stage.host(`10.0.0.${n}`, lan);
		for (let n = 1; n <= 40; n++) stage.host(`10.0.1.${n}`, lab);
		await stage.run(MINUTE_MS);
		expect(stage.scanner.most).toBe(2);
		expect(new Set(stage.scanner.calls.flat()).size).toBe(100);
		expect(stage.scanner.calls).toHaveLength(Math.ceil(60 / 16) + Math.ceil(40 / 16));
		for (const batch of stage.scanner.calls) {
			expect(batch.length).toBeLessThanOrEqual(16);
			expect(new Set(batch.map((ip) => ip.split(".")[2])).size).toBe(1);
		}
	});

	test("hosts that were found together are spread over the hour, and keep their own minute", async () => {
		let seed = 1;
		stage = scanStage({
			random: () => {
				seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32;
				return seed / 2 ** 32;
			},
		});
		const lan = stage.subnet("10.0.0.0/24");
		for (let n = 1; n <= 200; n++) stage.host(`10.0.0.${n}`, lan);
		await stage.run(2 * HOUR_MS, 10_000);
		const begun = stage.scanner.calls.length;
		const before = nextAt("10.0.0.7");
		await stage.run(HOUR_MS, 10_000);
		const hour = stage.scanner.calls.slice(begun);
		// Not in one burst: at least a run in every five minutes.
		expect(hour.length).toBeGreaterThan(12);
		expect(hour.flat().length).toBeGreaterThan(180);
		expect(hour.flat().length).toBeLessThan(220);
		expect(nextAt("10.0.0.7") - before).toBe(HOUR_MS);
	});

	test("a wish goes before everything that is due, whatever its subnet says", async () => {
		const lan = stage.subnet("10.0.0.0/24");
		const off = stage.subnet("10.0.1.0/24");
		for (let n = 1; n <= 64; n++) stage.host(`10.0.0.${n}`, lan);
		const wished = stage.host("10.0.1.9", off);
		set("UPDATE subnet SET scan_enabled = 0 WHERE id = 2");
		stage.scans.tick();
		const id = enqueueScan(stage.db, { id: wished, subnetId: off }, stage.clock.now());
		expect(readHostScan(stage.db, wished, true)).toMatchObject({ open: "queued", nextAt: undefined });
		await stage.run(12_000);
		expect(stage.scanner.calls[2]).toEqual(["10.0.1.9"]);
		expect(findScan(stage.db, id)).toMatchObject({
			state: "done",
			trigger: "person",
			hostId: wished,
			done: 1,
		});
		expect(readHostScan(stage.db, wished, true)).toMatchObject({ open: undefined, lastBy: "nmap" });
	});

	test("a clock that is set back by months holds nobody up", async () => {
		const lan = stage.subnet("10.0.0.0/24");
		stage.host("10.0.0.1", lan);
		await stage.run(10_000);
		stage.clock.setWall(stage.clock.now() - 90 * 24 * HOUR_MS);
		await stage.run(10_000);
		expect(stage.scanner.calls).toHaveLength(2);
	});

	test("interval 0: only wishes", async () => {
		stage = scanStage({ intervalMs: 0 });
		const lan = stage.subnet("10.0.0.0/24");
		const id = stage.host("10.0.0.1", lan);
		await stage.run(10 * MINUTE_MS, 10_000);
		expect(stage.scanner.calls).toEqual([]);
		enqueueScan(stage.db, { id, subnetId: lan }, stage.clock.now());
		await stage.run(MINUTE_MS);
		expect(stage.scanner.calls).toHaveLength(1);
	});
});

describe("failures", () => {
	test("the ports stay, the run says why, the wait doubles up to a day", async () => {
		const lan = stage.subnet("10.0.0.0/24");
		const id = stage.host("10.0.0.1", lan);
		stage.scanner.ports.set("10.0.0.1", [openPort(22, "ssh")]);
		await stage.run(MINUTE_MS);
		stage.scanner.fault = "nmap was ended after 660 s: it hung.";
		const waits: number[] = [];
		while (waits.length < 12) {
			const calls = stage.scanner.calls.length;
			await stage.clock.advance(Math.max(0, nextAt("10.0.0.1") - stage.clock.now()));
			while (stage.scanner.calls.length === calls) await stage.run(1_000);
			await stage.run(10_000);
			waits.push(Math.round((nextAt("10.0.0.1") - stage.clock.now()) / MINUTE_MS));
		}
		expect(waits.slice(0, 5)).toEqual([5, 10, 20, 40, 80]);
		expect(waits.at(-1)).toBe(1_440);
		expect(stage.ports("10.0.0.1")).toEqual(["22/ssh"]);
		expect(stage.events()).toEqual([]);
		expect(listClosedScans(stage.db, 1)).toMatchObject([{ state: "failed", problem: stage.scanner.fault }]);
		expect(readHostScan(stage.db, id, true)).toMatchObject({ problem: stage.scanner.fault, lastBy: "nmap" });
		stage.scanner.fault = undefined;
		enqueueScan(stage.db, { id, subnetId: lan }, stage.clock.now());
		await stage.run(10_000);
		expect(readHostScan(stage.db, id, true)).toMatchObject({ problem: undefined });
		expect(nextAt("10.0.0.1") - stage.clock.now()).toBeLessThanOrEqual((13 / 12) * HOUR_MS);
	});

	test("a host that the result says nothing of keeps its ports; the others are recorded", async () => {
		const lan = stage.subnet("10.0.0.0/24");
		stage.host("10.0.0.1", lan);
		stage.host("10.0.0.2", lan);
		for (const ip of ["10.0.0.1", "10.0.0.2"]) stage.scanner.ports.set(ip, [openPort(22, "ssh")]);
		await stage.run(MINUTE_MS);
		stage.scanner.missing.add("10.0.0.1");
		for (const ip of ["10.0.0.1", "10.0.0.2"]) stage.scanner.ports.set(ip, []);
		await stage.run(70 * MINUTE_MS, 10_000);
		expect(stage.ports("10.0.0.1")).toEqual(["22/ssh"]);
		expect(stage.ports("10.0.0.2")).toEqual([]);
		expect(listClosedScans(stage.db, 10).some((run) => run.problem?.includes("10.0.0.1") === true)).toBe(
			true,
		);
	});

	test("a tick that finds the database busy loses nothing", async () => {
		const lan = stage.subnet("10.0.0.0/24");
		stage.host("10.0.0.1", lan);
		stage.scanner.ports.set("10.0.0.1", [openPort(22, "ssh")]);
		stage.scans.tick();
		set("CREATE TRIGGER busy BEFORE INSERT ON host_open_port BEGIN SELECT raise(ABORT, 'busy'); END");
		await stage.run(10_000);
		expect(stage.ports("10.0.0.1")).toEqual([]);
		set("DROP TRIGGER busy");
		await stage.run(2_000);
		expect(stage.ports("10.0.0.1")).toEqual(["22/ssh"]);
		expect(stage.scanner.calls).toHaveLength(1);
	});
});

describe("cancelled by somebody", () => {
	test("a running wish ends at the next tick, keeps the old ports and holds nothing against the host", async () => {
		const lan = stage.subnet("10.0.0.0/24");
		const id = stage.host("10.0.0.1", lan);
		stage.scanner.ports.set("10.0.0.1", [openPort(22, "ssh")]);
		await stage.run(10_000);
		const before = readHostScan(stage.db, id, true);
		stage.scanner.scanMs = 600_000;
		stage.scanner.ports.set("10.0.0.1", []);
		const wish = enqueueScan(stage.db, { id, subnetId: lan }, stage.clock.now());
		await stage.run(5_000);
		expect(readHostScan(stage.db, id, true)).toMatchObject({ open: "running", openHosts: 1, ending: false });
		// How far it is is told, of the scan that somebody asked for alone.
		expect(readHostScan(stage.db, id, true)?.asked).toBe(wish);
		const told = stage.news.filter(({ kind }) => kind === "scanning");
		expect(told).toEqual([{ kind: "scanning", scan: { runId: wish, step: "ports", percent: 40, leftS: 3 } }]);
		askCancelScan(stage.db, wish, stage.clock.now());
		expect(readHostScan(stage.db, id, true)).toMatchObject({ open: "running", ending: true });
		await stage.run(1_000);
		expect(findScan(stage.db, wish)).toMatchObject({ state: "cancelled", problem: undefined, done: 0 });
		expect(stage.ports("10.0.0.1")).toEqual(["22/ssh"]);
		expect(readHostScan(stage.db, id, true)).toEqual({ ...before, open: undefined } as never);
		expect(stage.events()).toEqual([]);
	});

	test("a waiting one ends at once and is never begun", async () => {
		const lan = stage.subnet("10.0.0.0/24");
		const id = stage.host("10.0.0.1", lan);
		await stage.run(10_000);
		const wish = enqueueScan(stage.db, { id, subnetId: lan }, stage.clock.now());
		askCancelScan(stage.db, wish, stage.clock.now());
		expect(readHostScan(stage.db, id, true)).toMatchObject({ open: undefined });
		await stage.run(10_000);
		expect(findScan(stage.db, wish)).toMatchObject({ state: "cancelled" });
		expect(stage.scanner.calls).toHaveLength(1);
	});

	test("a scheduled batch waits for its next turn instead of beginning anew at once; the others go on", async () => {
		const lan = stage.subnet("10.0.0.0/24");
		const other = stage.subnet("10.0.1.0/24");
		stage.scanner.scanMs = 600_000;
		for (let i = 1; i <= 3; i++) stage.host(`10.0.0.${i}`, lan);
		stage.host("10.0.1.1", other);
		await stage.run(2_000);
		expect(stage.scanner.calls).toHaveLength(2);
		askCancelScan(stage.db, 1, stage.clock.now());
		await stage.run(10 * MINUTE_MS);
		expect(findScan(stage.db, 1)).toMatchObject({ state: "cancelled" });
		expect(findScan(stage.db, 2)).toMatchObject({ state: "done" });
		expect(stage.scanner.calls).toHaveLength(2);
		await stage.run(60 * MINUTE_MS, MINUTE_MS);
		expect(stage.scanner.calls.filter((ips) => ips.includes("10.0.0.3"))).toHaveLength(2);
	});

	test("one that has ended stays as it is", async () => {
		const lan = stage.subnet("10.0.0.0/24");
		stage.host("10.0.0.1", lan);
		await stage.run(10_000);
		askCancelScan(stage.db, 1, stage.clock.now());
		expect(findScan(stage.db, 1)).toMatchObject({ state: "done" });
	});
});

describe("ends and beginnings", () => {
	test("closing ends the scanner; the hosts are due again after the start, wishes too", async () => {
		const lan = stage.subnet("10.0.0.0/24");
		const one = stage.host("10.0.0.1", lan);
		stage.host("10.0.0.2", lan);
		set(`UPDATE host SET next_scan_at = ${stage.clock.now() + 24 * HOUR_MS} WHERE id = 1`);
		stage.scans.tick();
		const wish = enqueueScan(stage.db, { id: one, subnetId: lan }, stage.clock.now());
		await stage.scans.close();
		expect(findScan(stage.db, 1)).toMatchObject({ state: "interrupted" });
		const again = stage.restart();
		again.tick();
		await stage.clock.advance(10_000);
		expect(stage.scanner.calls.slice(1)).toEqual([["10.0.0.1"], ["10.0.0.2"]]);
		expect(findScan(stage.db, wish)).toMatchObject({ state: "done" });
	});

	test("after a kill -9 nothing stays open", async () => {
		const lan = stage.subnet("10.0.0.0/24");
		stage.host("10.0.0.1", lan);
		stage.scans.tick();
		stage.restart();
		expect(findScan(stage.db, 1)).toMatchObject({ state: "interrupted" });
		expect(readHostScan(stage.db, 1, true)?.open).toBeUndefined();
	});

	test("a host or a subnet that is deleted meanwhile is passed over", async () => {
		const lan = stage.subnet("10.0.0.0/24");
		stage.host("10.0.0.1", lan);
		stage.host("10.0.0.2", lan);
		stage.scanner.ports.set("10.0.0.1", [openPort(22)]);
		stage.scans.tick();
		set("DELETE FROM host WHERE ip = '10.0.0.1'");
		await stage.run(10_000);
		expect(findScan(stage.db, 1)).toMatchObject({ state: "done", done: 1 });
		enqueueScan(stage.db, { id: 2, subnetId: lan }, stage.clock.now());
		set("DELETE FROM subnet");
		await stage.run(10_000);
		expect(findScan(stage.db, 2)).toMatchObject({ state: "done", done: 0, subnetId: undefined });
	});
});
