/** The doctor on the work that is done: every trouble is a line with its one command, and on the light. */

import { describe, test } from "bun:test";
import { expectTrouble, MINUTE, NOW, probing, type Trouble, well, work } from "../../helpers/doctor-facts.ts";

const TROUBLES: readonly Trouble[] = [
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
		"every sweep fails",
		{ work: { ...work, failed: 1, failing: [{ cidr: "10.0.0.0/24", problem: "It failed." }] } },
		...(["Sweeps", "bad", /10\.0\.0\.0\/24: It failed/, "rollcall sweep 10.0.0.0/24", /It failed/] as const),
	],
];

describe("the work: each trouble is one line with its one command, and on the light", () => {
	test.each(TROUBLES.map((one) => [one[0], one] as const))("%s", (_, trouble) => expectTrouble(trouble));
});
