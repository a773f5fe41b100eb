/** A machine on which all is well, as the doctor is told of it, and what a trouble must look like. Examines nothing itself. */

import { expect } from "bun:test";
import { BOUNDS } from "../../src/config.ts";
import { alarmOf } from "../../src/model/doctor/check.ts";
import { examine } from "../../src/model/doctor/examine.ts";
import type { Facts } from "../../src/model/doctor/facts.ts";

export const NOW = Date.UTC(2026, 10, 25, 12, 0);
export const MINUTE = 60_000;
export const eth0 = { index: 2, name: "eth0", up: true, running: true, loopback: false };
export const disk = {
	folder: "/var/lib/rollcall",
	freeBytes: 5e9,
	totalBytes: 8e9,
	freeFiles: 500_000,
	writable: true,
};

export const well: Facts = {
	now: NOW,
	program: {
		rollcall: "1.0.0",
		bun: "1.4.5",
		sqlite: "3.54.1",
		system: "linux 6.1.0 x64",
		executable: "/usr/bin/rollcall",
	},
	probing: { sweeps: true, method: "raw", arp: "used", trouble: undefined },
	machine: {
		disk,
		devices: [{ index: 1, name: "lo", up: true, running: true, loopback: true }, eth0],
		addresses: 1,
		pingGroups: { range: "1 0", covers: false },
		neighbours: { limit: 1_024, held: 12, overflowing: false },
		user: 997,
	},
	database: { path: "/var/lib/rollcall/ipam.db", format: 2, knows: 2, trouble: undefined, damage: undefined },
	subnets: [{ cidr: "10.0.0.0/24", route: { kind: "way", device: 2, gateway: undefined } }],
	work: {
		enabled: 1,
		failed: 0,
		failing: [],
		lastSweepAt: NOW - 20_000,
		ownDown: undefined,
		lastScan: { failed: false, problem: undefined },
		scanFailures: 0,
		namesFail: undefined,
		backup: { at: NOW - 10 * 3_600_000, path: "/var/lib/rollcall/backups/a.db" },
		backupProblem: undefined,
	},
	scanner: {
		name: "nmap",
		says: "nmap 7.93 at /usr/bin/nmap.",
		notes: [],
		mend: "sudo apt-get install --reinstall nmap",
		broken: false,
	},
	names: { asked: true, servers: ["10.0.0.53"], own: true },
	clock: { jump: undefined },
	backupKeep: 7,
};

/** Its parts, to be changed one at a time. */
export const { machine, probing, work, database } = well as Facts & { work: NonNullable<Facts["work"]> };

/** What is wrong; the line that says so, its state, its words, its command, and what the light says. */
export type Trouble = readonly [
	what: string,
	change: Partial<Facts>,
	name: string,
	state: "bad" | "warn",
	says: RegExp,
	mend: string,
	light: RegExp | undefined,
];

/** The trouble is a line with its words and its command; the light says it, and as gravely as it is. */
export function expectTrouble([_, change, name, state, says, mend, light]: Trouble): void {
	const checks = examine({ ...well, ...change }, BOUNDS);
	const line = checks.find((check) => check.name === name);
	expect(line).toMatchObject({ state, says: expect.stringMatching(says) });
	expect(line?.mend ?? "").toBe(mend);
	expect(line?.mend ?? "").not.toContain("\n");
	// Whatever else fails with it.
	expect(checks.filter(({ state, mend }) => state === "bad" && mend === undefined)).toEqual([]);
	if (light === undefined) expect(line?.light).toBeUndefined();
	else expect(line?.light).toMatch(light);
	const isGrave = line?.state === "bad" && !["nmap", "Port scans", "Name server"].includes(name);
	expect(alarmOf(checks)?.level ?? "warn").toBe(isGrave ? "bad" : "warn");
}
