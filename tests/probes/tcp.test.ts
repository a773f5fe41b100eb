/** The built-in scan: real sockets on loopback, its pace and bounds with a touch of the mind, and its table. */

import { afterEach, describe, expect, test } from "bun:test";
import { systemClock } from "../../src/clock.ts";
import { BOUNDS } from "../../src/config.ts";
import { AppError } from "../../src/errors.ts";
import type { ScanStep } from "../../src/model/scan.ts";
import { countPorts, formatPorts, listPorts } from "../../src/net/ports.ts";
import { serviceOf, wellKnownPorts } from "../../src/probes/known-ports.ts";
import { openPortScanner } from "../../src/probes/portscan.ts";
import { openConnector, type Touch, touchPort } from "../../src/probes/tcp.ts";
import { handClock } from "../helpers/clock.ts";
import { elapse, PATIENCE_MS, until } from "../helpers/patience.ts";
import { addresses } from "../helpers/probing.ts";

const [local = 0n, six = 0n, multicast = 0n] = addresses("127.0.0.1", "::1", "224.0.0.1");
const never = new AbortController().signal;
const bounds = { ...BOUNDS, clock: systemClock, connectMs: PATIENCE_MS };

const closers: (() => void)[] = [];
afterEach(() => {
	for (const close of closers.splice(0)) close();
});

function serve(hostname: string) {
	const heard: number[] = [];
	let connections = 0;
	const server = Bun.listen({
		hostname,
		port: 0,
		socket: {
			open: () => {
				connections++;
			},
			data: (_, data) => {
				heard.push(data.byteLength);
			},
		},
	});
	closers.push(() => server.stop(true));
	return { port: server.port, heard, connections: () => connections };
}

describe("real sockets", () => {
	test("open and closed, both families, not a byte sent", async () => {
		const four = serve("127.0.0.1");
		const connect = openConnector(bounds);
		const [host] = await connect([local], [four.port, 1], never);
		expect(host).toMatchObject({ address: local, silent: false, ports: [{ port: four.port, proto: "tcp" }] });
		await until(() => four.connections() === 1, "one connection");
		await elapse(20);
		expect(four.heard).toEqual([]);
		const sixth = serve("::1");
		expect((await connect([six], [sixth.port], never))[0]?.ports).toHaveLength(1);
	});

	test("a host where nothing is open counts as silent", async () => {
		expect(await openConnector(bounds)([local], [1, 2], never)).toEqual([
			{
				address: local,
				ports: [],
				silent: true,
				unheard: { tcp: [{ first: 1, last: 2 }], udp: [], sctp: [] },
			},
		]);
	});

	test("a connection that nobody takes or refuses in time is told from a closed port", async () => {
		const answers: Record<number, Touch> = {
			22: "open",
			80: "closed",
			81: "silent",
			82: "silent",
			443: "silent",
		};
		const connect = openConnector(bounds, async (_, port) => answers[port] ?? "closed");
		const [host] = await connect([local], [22, 80, 81, 82, 443], never);
		expect(formatPorts(host?.unheard.tcp ?? [])).toBe("81-82,443");
	});

	test("a refused connection is no reason to wait", async () => {
		expect(await touchPort(local, 1, { ...bounds, connectMs: 10 * PATIENCE_MS })).toBe("closed");
	});
});

describe("bounds", () => {
	test("so many a second, so many at a time, port by port over all hosts", async () => {
		const clock = handClock();
		const touched: { at: number; port: number }[] = [];
		let running = 0;
		let most = 0;
		const touch = async (_: bigint, port: number): Promise<Touch> => {
			touched.push({ at: clock.monotonicMs(), port });
			most = Math.max(most, ++running);
			await clock.sleep(1_000);
			running--;
			return "closed";
		};
		const connect = openConnector({ ...bounds, clock, connectsPps: 10, connectsAtOnce: 4 }, touch);
		const done = connect(addresses("10.0.0.1", "10.0.0.2"), [1, 2, 3, 4, 5, 6], never);
		await clock.advance(10_000);
		await done;
		expect(most).toBe(4);
		expect(touched.map(({ port }) => port)).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]);
		expect(touched.slice(0, 4).map(({ at }) => at)).toEqual([0, 100, 200, 300]);
	});

	test("an abort ends it without a result", async () => {
		const stop = new AbortController();
		const touch = async (): Promise<Touch> => {
			stop.abort();
			return "open";
		};
		const connect = openConnector(bounds, touch);
		await expect(connect([local], [1, 2, 3], stop.signal)).rejects.toBeInstanceOf(AppError);
	});

	test("multicast is never touched", async () => {
		let touched = 0;
		const connect = openConnector(bounds, async () => {
			touched++;
			return "open";
		});
		expect(await connect([multicast], [80], never)).toEqual([]);
		expect(touched).toBe(0);
	});

	test.skipIf(!Bun.which("prlimit"))("no descriptors left is our own fault, not a closed port", () => {
		const script = `
			import { openConnector } from "${import.meta.dir}/../../src/probes/tcp.ts";
			import { systemClock } from "${import.meta.dir}/../../src/clock.ts";
			const server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
			const connect = openConnector({ clock: systemClock, connectsPps: 1e6, connectsAtOnce: 200, connectMs: 500 });
			const one = (0xffffn << 32n) + 0x7f000001n;
			const ports = Array.from({ length: 200 }, () => server.port);
			console.log(await connect([one], ports, new AbortController().signal).then(() => "fine", (e) => e.message));
			process.exit(0);`;
		const done = Bun.spawnSync(["prlimit", "--nofile=64:64", process.execPath, "-e", script]);
		expect(done.stdout.toString()).toContain("may open no more files");
	});
});

describe("the table", () => {
	test("about a hundred ports, named as IANA has them", () => {
		const count = countPorts(wellKnownPorts());
		expect(count).toBeGreaterThanOrEqual(95);
		expect(count).toBeLessThanOrEqual(110);
		expect([22, 80, 443, 445, 3389, 9_100].map(serviceOf)).toEqual([
			"ssh",
			"http",
			"https",
			"microsoft-ds",
			"ms-wbt-server",
			"pdl-datastream",
		]);
		expect(serviceOf(65_000)).toBe("");
		expect(listPorts(wellKnownPorts()).every((port) => port >= 1 && port <= 65_535)).toBe(true);
	});

	test("the scanner says who it is, why, and what would mend it", async () => {
		const open = { ...BOUNDS, clock: systemClock, nmapArgs: "-sT", nmapPrivileged: false };
		const scanner = await openPortScanner({ ...open, tcpPorts: [], nmapPath: "/nonexistent/nmap" });
		expect(scanner).toMatchObject({
			name: "connect",
			says: "/nonexistent/nmap cannot be executed: the built-in TCP scan of 100 ports is used.",
			mend: expect.stringContaining("install nmap"),
		});
		const own = await openPortScanner({ ...open, tcpPorts: [{ first: 1, last: 2 }], nmapPath: null });
		expect(own.says).toContain("scan of ports 1-2 is used");
		const result = await own.scan([local], never);
		expect(result.covered.tcp).toEqual([{ first: 1, last: 2 }]);
	});

	test("tells once a second how far it is, and when it will be done", async () => {
		const clock = handClock();
		const bounds = { ...BOUNDS, clock, connectsPps: 1_000_000, connectsAtOnce: 1 };
		const steps: ScanStep[] = [];
		const slow = openConnector(bounds, async () => {
			await clock.sleep(500);
			return "closed";
		});
		const scan = slow([local], [1, 2, 3, 4, 5, 6], never, (step) => steps.push(step));
		for (let turn = 0; turn < 6; turn++) await clock.advance(500);
		await scan;
		expect(steps).toEqual([
			{ step: "ports", percent: 33, leftS: 2 },
			{ step: "ports", percent: 66, leftS: 1 },
			{ step: "ports", percent: 100, leftS: 0 },
		]);
	});

	test("arguments that are not permitted stop the start also where there is no nmap", async () => {
		const options = { ...BOUNDS, clock: systemClock, nmapArgs: "-iL x", nmapPrivileged: false, tcpPorts: [] };
		await expect(openPortScanner({ ...options, nmapPath: null })).rejects.toMatchObject({ code: "invalid" });
	});
});
