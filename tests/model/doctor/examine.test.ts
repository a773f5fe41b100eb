/** The doctor's judgement as a whole: health is no line and no light, the cause comes before what follows from it. */

import { describe, expect, test } from "bun:test";
import { BOUNDS } from "../../../src/config.ts";
import { alarmOf, shellWord, worstFirst } from "../../../src/model/doctor/check.ts";
import { examine } from "../../../src/model/doctor/examine.ts";
import type { Facts } from "../../../src/model/doctor/facts.ts";
import { database, disk, MINUTE, machine, NOW, probing, well, work } from "../../helpers/doctor-facts.ts";

test("all well: every line is ok, nothing to mend, no light", () => {
	const checks = examine(well, BOUNDS);
	expect(checks.filter((check) => check.state !== "ok")).toEqual([]);
	expect(checks.filter((check) => check.light !== undefined)).toEqual([]);
	expect(alarmOf(checks)).toBeUndefined();
	expect(new Set(checks.map(({ name }) => name)).size).toBe(checks.length);
});

describe("what is no trouble", () => {
	const fine: [string, Partial<Facts>][] = [
		["ARP switched off by the settings", { probing: { ...probing, arp: "off" } }],
		["names switched off", { names: { asked: false, servers: [], own: false } }],
		[
			"a machine with loopback subnets alone",
			{ machine: { ...machine, addresses: 0 }, subnets: [{ cidr: "127.0.0.0/28", route: undefined }] },
		],
		[
			"a system that tells nothing",
			{ machine: { ...machine, devices: undefined, pingGroups: undefined, neighbours: undefined } },
		],
		[
			"a lost network that no sweep would find back: the last subnet beyond this machine is gone",
			{
				work: { ...work, ownDown: { since: NOW - MINUTE, reason: "" } },
				subnets: [{ cidr: "127.0.0.0/28", route: undefined }],
			},
		],
		["a machine that slept", { clock: { jump: { at: NOW, byMs: 3_600_000 } } }],
		["a clock set back, hours ago", { clock: { jump: { at: NOW - 7_200_000, byMs: -60_000 } } }],
		["a file that is not there yet", { database: { ...database, format: undefined }, work: undefined }],
		["an older file", { database: { ...database, format: 1 } }],
	];
	test.each(fine)("%s", (_, change) => {
		expect(examine({ ...well, ...change }, BOUNDS).filter(({ state }) => state !== "ok")).toEqual([]);
	});
});

test("the light tells the cause before what follows from it, what fails before what is limited", () => {
	const full = { machine: { ...machine, disk: { ...disk, freeBytes: 0 } } };
	const failing = { ...work, failed: 1, failing: [{ cidr: "10.0.0.0/24", problem: "The disk is full." }] };
	const checks = examine(
		{ ...well, ...full, work: failing, probing: { ...probing, arp: "refused" } },
		BOUNDS,
	);
	expect(alarmOf(checks)).toEqual({ level: "bad", says: "The disk is full: nothing is recorded." });
	const states: string[] = worstFirst(checks).map(({ state }) => state);
	expect(states.slice(0, 4)).toEqual(["bad", "bad", "warn", "ok"]);
	expect(new Set(states.slice(3))).toEqual(new Set(["ok"]));
	const limited = examine({ ...well, probing: { ...probing, arp: "refused" } }, BOUNDS);
	expect(alarmOf(limited)?.level).toBe("warn");
});

test("one subnet of two without a route is amber, both are red", () => {
	const way = { cidr: "10.0.0.0/24", route: { kind: "way", device: 2, gateway: undefined } } as const;
	const lost = { cidr: "10.9.0.0/16", route: { kind: "none" } } as const;
	const level = (...subnets: Facts["subnets"]) => alarmOf(examine({ ...well, subnets }, BOUNDS))?.level;
	expect(level(way, lost)).toBe("warn");
	expect(level(lost)).toBe("bad");
});

test("one subnet of many that fails is limited, all of them is a failure", () => {
	const failing = [{ cidr: "10.0.0.0/24", problem: "no route." }];
	const of = (enabled: number) =>
		examine({ ...well, work: { ...work, enabled, failed: 1, failing } }, BOUNDS).find(
			({ name }) => name === "Sweeps",
		);
	expect(of(2)).toMatchObject({ state: "warn", light: "10.0.0.0/24 is not swept: no route." });
	expect(of(1)).toMatchObject({ state: "bad", light: "no route." });
});

test("words of a shell stay words", () => {
	const names = ["/a b", "/it's", "$(id)", "`id`", "a;b", "a\nb", "-rf", "plain/path_1.db"];
	const said = Bun.spawnSync([
		"sh",
		"-c",
		`printf '%s\\0' ${names.map(shellWord).join(" ")}`,
	]).stdout.toString();
	expect(said.split("\0").slice(0, -1)).toEqual(names);
});
