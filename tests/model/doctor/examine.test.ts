/** The doctor's judgement: every trouble is a line with its one command and a sentence for the light; health has neither. */

import { describe, expect, test } from "bun:test";
import { BOUNDS } from "../../../src/config.ts";
import { alarmOf, shellWord, worstFirst } from "../../../src/model/doctor/check.ts";
import { examine } from "../../../src/model/doctor/examine.ts";
import type { Facts } from "../../../src/model/doctor/facts.ts";

const NOW = Date.UTC(2026, 10, 25, 12, 0);
const MINUTE = 60_000;
const eth0 = { index: 2, name: "eth0", up: true, running: true, loopback: false };

const well: Facts = {
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
		disk: {
			folder: "/var/lib/rollcall",
			freeBytes: 5e9,
			totalBytes: 8e9,
			freeFiles: 500_000,
			writable: true,
		},
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
const { machine, probing, work, database } = well as Facts & { work: NonNullable<Facts["work"]> };

test("all well: every line is ok, nothing to mend, no light", () => {
	const checks = examine(well, BOUNDS);
	expect(checks.filter((check) => check.state !== "ok")).toEqual([]);
	expect(checks.filter((check) => check.light !== undefined)).toEqual([]);
	expect(alarmOf(checks)).toBeUndefined();
	expect(new Set(checks.map(({ name }) => name)).size).toBe(checks.length);
});

const disk = {
	folder: "/var/lib/rollcall",
	freeBytes: 5e9,
	totalBytes: 8e9,
	freeFiles: 500_000,
	writable: true,
};
const noWay: Facts["probing"] = {
	...{ sweeps: true, method: undefined, arp: "refused" },
	trouble: { says: "This machine permits no ICMP socket and has no ping program. Allow …" },
};
const held = (says: string, fault: NonNullable<Facts["probing"]["trouble"]>["fault"]): Partial<Facts> => ({
	probing: { ...probing, trouble: { says, fault } },
});
const route = (way: Facts["subnets"][number]["route"], devices = machine.devices): Partial<Facts> => ({
	subnets: [{ cidr: "10.9.0.0/16", route: way }],
	machine: { ...machine, devices },
});

/** What is wrong; the line that says so, its state, its words, its command, and what the light says. */
const troubles: [string, Partial<Facts>, string, "bad" | "warn", RegExp, string, RegExp | undefined][] = [
	[
		"dead uplink, noticed by a sweep",
		{
			work: {
				...work,
				ownDown: { since: NOW - 5 * MINUTE, reason: "The default gateway 10.0.0.1 does not answer." },
			},
		},
		...([
			"Own network",
			"bad",
			/^Lost 5 min ago\. The default gateway/,
			"ip -br address",
			/lost its network/,
		] as const),
	],
	[
		"an interface that is switched off",
		{ machine: { ...machine, addresses: 0, devices: [{ ...eth0, up: false, running: false }] } },
		...([
			"Own network",
			"bad",
			/both a link and an address/,
			"sudo ip link set dev eth0 up",
			/No interface/,
		] as const),
	],
	[
		"a cable that is out",
		{ machine: { ...machine, addresses: 0, devices: [{ ...eth0, running: false }] } },
		...(["Own network", "bad", /both a link and an address/, "ip -br link", /No interface/] as const),
	],
	[
		"no route to a subnet",
		route({ kind: "none" }),
		...([
			"Routes",
			"bad",
			/10\.9\.0\.0\/16: no route/,
			"sudo ip route add 10.9.0.0/16 via ROUTER",
			/cannot be reached/,
		] as const),
	],
	[
		"a route that forbids it",
		route({ kind: "forbidden" }),
		...([
			"Routes",
			"bad",
			/forbids it/,
			"ip route show table all root 10.9.0.0/16",
			/cannot be reached/,
		] as const),
	],
	[
		"the interface of a route without a link",
		route({ kind: "way", device: 2, gateway: undefined }, [{ ...eth0, running: false }]),
		...(["Routes", "bad", /eth0 has no link/, "ip -br link show eth0", /eth0 has no link/] as const),
	],
	[
		"full disk",
		{ machine: { ...machine, disk: { ...disk, freeBytes: 20_000 } } },
		...([
			"Disk",
			"bad",
			/^The disk is full: 20 kB of 8\.0 GB free/,
			'sudo du -xh -d1 "$(stat -c %m /var/lib/rollcall)" | sort -h',
			/disk is full/,
		] as const),
	],
	[
		"no file left on the disk",
		{ machine: { ...machine, disk: { ...disk, freeFiles: 0 } } },
		...([
			"Disk",
			"bad",
			/room for 0 files/,
			'sudo du -xh -d1 "$(stat -c %m /var/lib/rollcall)" | sort -h',
			/disk is full/,
		] as const),
	],
	[
		"a disk that will be full",
		{ machine: { ...machine, disk: { ...disk, freeBytes: 100e6 } } },
		...([
			"Disk",
			"warn",
			/nearly full: 100 MB/,
			'sudo du -xh -d1 "$(stat -c %m /var/lib/rollcall)" | sort -h',
			/nearly full: 100 MB free/,
		] as const),
	],
	[
		"a folder that may not be written",
		{ machine: { ...machine, disk: { ...disk, writable: false } } },
		...([
			"Disk",
			"bad",
			/No file can be made/,
			"sudo chown -R 997 /var/lib/rollcall",
			/may not be written/,
		] as const),
	],
	[
		"a folder that is not there",
		{ machine: { ...machine, disk: "missing" } },
		...([
			"Disk",
			"bad",
			/There is no folder \/var\/lib\/rollcall/,
			"sudo install -d -o 997 /var/lib/rollcall",
			/may not be written/,
		] as const),
	],
	[
		"busy database",
		held("The database is held by another program.", "busy"),
		...([
			"Database",
			"bad",
			/held by another/,
			"fuser -v /var/lib/rollcall/ipam.db",
			/nothing is recorded/,
		] as const),
	],
	[
		"full, as the database says it",
		held("The disk is full.", "full"),
		...([
			"Database",
			"bad",
			/disk is full/,
			'sudo du -xh -d1 "$(stat -c %m /var/lib/rollcall)" | sort -h',
			/disk is full/,
		] as const),
	],
	[
		"missing permission of the file",
		held("The database may not be written.", "refused"),
		...([
			"Database",
			"bad",
			/may not be written/,
			"sudo chown -R 997 /var/lib/rollcall",
			/may not be written/,
		] as const),
	],
	[
		"a disk with errors",
		held("The disk that holds the database fails.", "failing"),
		...(["Database", "bad", /fails/, "sudo dmesg --level=err,crit", /disk of the database fails/] as const),
	],
	[
		"damage",
		{ database: { ...database, damage: "The file is damaged." } },
		...([
			"Database",
			"bad",
			/damaged/,
			"rollcall restore --database /var/lib/rollcall/ipam.db /var/lib/rollcall/backups/a.db",
			/damaged/,
		] as const),
	],
	[
		"no way to send an echo",
		{ probing: noWay },
		...([
			"ICMP",
			"bad",
			/permits no ICMP socket/,
			"sudo setcap cap_net_raw+ep /usr/bin/rollcall",
			/permits no ICMP/,
		] as const),
	],
	[
		"the ping program alone",
		{ probing: { ...probing, method: "ping", arp: "refused" } },
		...([
			"ICMP",
			"warn",
			/one process for each address/,
			"sudo setcap cap_net_raw+ep /usr/bin/rollcall",
			/Sweeps are slow/,
		] as const),
	],
	[
		"a ping program that may not be started",
		{
			probing: { ...probing, method: "ping", arp: "refused" },
			work: {
				...work,
				enabled: 1,
				failed: 1,
				failing: [{ cidr: "10.0.0.0/24", problem: "/usr/bin/ping could not be started: EPERM." }],
			},
		},
		...([
			"Sweeps",
			"bad",
			/ping could not be started/,
			"sudo setcap cap_net_raw+ep /usr/bin/rollcall",
			/ping could not be started/,
		] as const),
	],
	[
		"ping_group_range without us",
		{ probing: { ...probing, method: "ping", arp: "refused" } },
		...([
			"Datagram sockets",
			"warn",
			/ping_group_range is 1 0/,
			'sudo sysctl -w net.ipv4.ping_group_range="0 2147483647"',
			undefined,
		] as const),
	],
	[
		"ARP not permitted",
		{ probing: { ...probing, arp: "refused" } },
		...([
			"ARP",
			"warn",
			/not permitted/,
			"sudo setcap cap_net_raw+ep /usr/bin/rollcall",
			/ARP is not permitted/,
		] as const),
	],
	[
		"neighbour table nearly full",
		{ machine: { ...machine, neighbours: { limit: 1_024, held: 1_000, overflowing: false } } },
		...([
			"Neighbour table",
			"warn",
			/knows 1000 of at most 1024/,
			"sudo sysctl -w net.ipv4.neigh.default.gc_thresh2=4096 net.ipv4.neigh.default.gc_thresh3=8192",
			/nearly full/,
		] as const),
	],
	[
		"neighbour table that was full",
		{ machine: { ...machine, neighbours: { limit: 4_096, held: 4_000, overflowing: true } } },
		...([
			"Neighbour table",
			"bad",
			/was full just now/,
			"sudo sysctl -w net.ipv4.neigh.default.gc_thresh2=8192 net.ipv4.neigh.default.gc_thresh3=16384",
			/table is full/,
		] as const),
	],
	[
		"broken nmap, found at the start",
		{
			scanner: {
				...well.scanner,
				name: "connect",
				says: "/usr/bin/nmap does not say that it is nmap: …",
				broken: true,
			},
		},
		...(["nmap", "bad", /does not say/, "sudo apt-get install --reinstall nmap", /nmap is broken/] as const),
	],
	[
		"nmap that breaks later",
		{ work: { ...work, lastScan: { failed: true, problem: "nmap ended with code 1." }, scanFailures: 3 } },
		...([
			"Port scans",
			"bad",
			/^All fail\. nmap ended with code 1/,
			"sudo apt-get install --reinstall nmap",
			/Port scans fail: nmap/,
		] as const),
	],
	[
		"one port scan that failed",
		{ work: { ...work, lastScan: { failed: true, problem: "it hung." }, scanFailures: 1 } },
		...([
			"Port scans",
			"warn",
			/The last one failed\. it hung/,
			"rollcall scan 127.0.0.1",
			undefined,
		] as const),
	],
	[
		"a name server that does not answer",
		{ work: { ...work, namesFail: { since: NOW - 10 * MINUTE, reason: "10.0.0.53 did not answer" } } },
		...([
			"Name server",
			"bad",
			/has not answered for 10 min/,
			"dig -x 127.0.0.1 @10.0.0.53",
			/name server does not answer/,
		] as const),
	],
	[
		"the system's own name server, down",
		{
			work: { ...work, namesFail: { since: NOW, reason: "127.0.0.53 cannot be asked" } },
			names: { asked: true, servers: ["127.0.0.53"], own: false },
		},
		...([
			"Name server",
			"bad",
			/from the system's settings, does not answer: 127/,
			"sudo systemctl restart systemd-resolved",
			/does not answer/,
		] as const),
	],
	[
		"a clock that was set back",
		{ clock: { jump: { at: NOW - MINUTE, byMs: -7_200_000 } } },
		...([
			"Clock",
			"warn",
			/set back by 7200 s/,
			"sudo timedatectl set-ntp true",
			/set back by 7200 s/,
		] as const),
	],
	[
		"a clock behind the rows",
		{ work: { ...work, lastSweepAt: NOW + 90_000_000 } },
		...([
			"Clock",
			"bad",
			/last sweep was recorded at 2026-11-26/,
			"sudo timedatectl set-ntp true",
			/clock is behind/,
		] as const),
	],
	[
		"a backup that failed",
		{ work: { ...work, backupProblem: "No backup was made: the disk is full." } },
		...([
			"Backups",
			"warn",
			/No backup was made/,
			"rollcall backup --database /var/lib/rollcall/ipam.db /path/to/backups/",
			/last backup failed/,
		] as const),
	],
	[
		"a database that was deleted, and is saved elsewhere",
		held(
			"It was deleted. Stop Rollcall, then: rollcall restore --database /var/lib/rollcall/ipam.db /x.saved",
			"unusable",
		),
		...([
			"Database",
			"bad",
			/was deleted/,
			"rollcall restore --database /var/lib/rollcall/ipam.db /x.saved",
			/was deleted/,
		] as const),
	],
	[
		"a database that cannot be used for another reason",
		held("The queue cannot be read: no such thing", "unusable"),
		...([
			"Database",
			"bad",
			/queue cannot be read/,
			"rollcall backup --database /var/lib/rollcall/ipam.db /path/to/backups/",
			/queue cannot be read/,
		] as const),
	],
	[
		"a database of a newer Rollcall",
		{ database: { ...database, format: 3 } },
		...(["Database", "bad", /a newer Rollcall wrote it/, "which -a rollcall", /newer Rollcall/] as const),
	],
	[
		"a thread that breaks",
		{ probing: { ...noWay, trouble: { says: "The part that sweeps broke off (x) and is started again." } } },
		...(["ICMP", "bad", /broke off/, "rollcall sweep 127.0.0.1/32", /broke off/] as const),
	],
	[
		"every sweep fails",
		{ work: { ...work, failed: 1, failing: [{ cidr: "10.0.0.0/24", problem: "It failed." }] } },
		...(["Sweeps", "bad", /10\.0\.0\.0\/24: It failed/, "rollcall sweep 10.0.0.0/24", /It failed/] as const),
	],
	[
		"an SQLite that damages files",
		{ program: { ...well.program, sqlite: "3.51.2" } },
		...(["Versions", "bad", /before 3\.51\.3/, "rollcall --version", /SQLite/] as const),
	],
];

describe("each trouble is one line with its one command, and on the light", () => {
	test.each(troubles)("%s", (_, change, name, state, says, mend, light) => {
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
	});
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
