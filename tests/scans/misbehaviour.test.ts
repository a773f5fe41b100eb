/** The whole way from the queue to the rows with a program called nmap that misbehaves: old ports stay, the slot is freed. */

import { afterEach, expect, test } from "bun:test";
import { join } from "node:path";
import { BOUNDS } from "../../src/config.ts";
import { silentLog } from "../../src/log.ts";
import { openPortScanner } from "../../src/probes/portscan.ts";
import { openScans, type Scans } from "../../src/scans/station.ts";
import { openDatabase } from "../../src/store/database.ts";
import { insertHost } from "../../src/store/hosts.ts";
import { insertPort, listOpenPorts } from "../../src/store/ports.ts";
import { enqueueScan, findScan } from "../../src/store/scans.ts";
import { insertSubnet } from "../../src/store/subnets.ts";
import { handClock } from "../helpers/clock.ts";
import { type FakeNmap, fakeNmap } from "../helpers/fake-nmap.ts";
import { address, cidr } from "../helpers/network.ts";
import { until } from "../helpers/patience.ts";

const SAMPLES = join(import.meta.dir, "../../samples/nmap/7.93");
/** By the clock that is turned by hand: nothing hangs until it is. */
const LIMIT_MS = 600_000;

let fake: FakeNmap;
let scans: Scans | undefined;
afterEach(async () => {
	await scans?.close();
	scans = undefined;
	fake.close();
});

/** A host with one port known from before, scanned through `body`. */
async function stage(body: string) {
	fake = fakeNmap(body);
	const clock = handClock();
	const db = openDatabase(":memory:", { busyMs: 100 });
	const values = { name: "", notes: "", gateway: undefined, sweepIntervalS: 60, sweepEnabled: true };
	const lan = insertSubnet(db, cidr("10.99.0.0/24"), values, undefined, 0);
	const nobody = { hostname: "", hostnameSource: undefined, description: "", tags: [], notes: "" };
	const host = insertHost(db, lan, address("10.99.0.2"), nobody, 0);
	insertPort(db, host, { port: 22, proto: "tcp", service: "ssh", product: "old", version: "" }, 1);
	const scanner = await openPortScanner({
		...BOUNDS,
		clock,
		nmapArgs: "-Pn -sS -p 1-1000",
		nmapPrivileged: false,
		tcpPorts: [],
		nmapPath: fake.path,
		scanHostTimeoutMs: LIMIT_MS / 2,
		scanSpareMs: LIMIT_MS / 2,
		scanGraceMs: 200,
	});
	const station = openScans({
		...BOUNDS,
		timing: { ...BOUNDS, intervalMs: 0 },
		db,
		scanner,
		clock,
		log: silentLog,
		random: () => 0.5,
		publish: () => {},
		scanConcurrency: 1,
	});
	scans = station;
	/** `hangs`: once it has begun, all of its time passes. */
	const scan = async (hangs = false) => {
		const id = enqueueScan(db, { id: host, subnetId: lan }, 0);
		station.tick();
		let over = false;
		void station.idle().then(() => (over = true));
		if (hangs) await until(() => fake.started().length > 0, "it has begun");
		await until(async () => {
			await clock.advance(hangs ? LIMIT_MS : 0);
			return over;
		}, "its end");
		return findScan(db, id);
	};
	return { db, host, scan, ports: () => listOpenPorts(db, host).map(({ port }) => port) };
}

test.each<[string, string, RegExp]>([
	["hangs", "exec sleep 600", /it hung/],
	["ignores SIGTERM", "trap '' TERM; while :; do sleep 600; done", /it hung/],
	["floods", "yes '<host/>'", /too large/],
	["prints garbage", "echo garbage", /no result to rely on/],
	["stops in the middle", `head -c 900 ${SAMPLES}/syn.xml`, /no result to rely on/],
	["scanned 0 hosts", `cat ${SAMPLES}/no-hosts.xml`, /scanned 0 hosts/],
	["crashes", `cat ${SAMPLES}/syn.xml; kill -SEGV $$`, /SIGSEGV/],
])(
	"nmap %s: the run failed with the reason, the port is still there, the next scan runs",
	async (_, body, why) => {
		const { scan, ports } = await stage(
			`if [ -e "$OUT" ]; then cat ${SAMPLES}/syn.xml; exit; fi; : > $OUT; ${body}`,
		);
		const failed = await scan(why.test("it hung"));
		expect(failed).toMatchObject({ state: "failed", problem: expect.stringMatching(why) });
		expect(ports()).toEqual([22]);
		expect(await scan()).toMatchObject({ state: "done", problem: undefined });
		expect(ports()).toEqual([21, 22, 80]);
	},
);

test("a report about other hosts: they are dropped and counted, ours keeps its port", async () => {
	const { db, scan, ports } = await stage(`sed 's/10.99.0.2/10.99.0.7/' ${SAMPLES}/syn.xml`);
	const run = await scan();
	expect(run).toMatchObject({ state: "done", done: 0 });
	expect(run?.problem).toMatch(
		/No result for 1 of the hosts \(10\.99\.0\.2\)\. A host in the output was not asked for/,
	);
	expect(ports()).toEqual([22]);
	expect(db.query("SELECT count(*) AS n FROM host").get()).toEqual({ n: 1 });
});

test.skipIf(process.platform !== "linux")(
	"closing ends a scan under way within a moment, and holds nothing against the host",
	async () => {
		const { db, scan } = await stage("exec sleep 600");
		const ended = scan();
		await until(() => fake.started().length > 0, "it has begun");
		await scans?.close();
		expect(await ended).toMatchObject({ state: "interrupted" });
		expect(db.query("SELECT scan_failures AS n FROM host").get()).toEqual({ n: 0 });
		await until(() => fake.living().length === 0, "nobody is left");
	},
);
