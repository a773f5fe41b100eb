/** A program called nmap that hangs, floods, lies or dies: the scan ends in time, with a reason, and leaves nobody behind. */

import { afterEach, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BOUNDS } from "../../../src/config.ts";
import { AppError } from "../../../src/errors.ts";
import { findNmap, rawRight } from "../../../src/probes/nmap/find.ts";
import { runBounded } from "../../../src/probes/nmap/run.ts";
import { openPortScanner } from "../../../src/probes/portscan.ts";
import type { Scanner } from "../../../src/probes/scanner.ts";
import { type HandClock, handClock } from "../../helpers/clock.ts";
import { type FakeNmap, fakeNmap } from "../../helpers/fake-nmap.ts";
import { elapse, until } from "../../helpers/patience.ts";
import { addresses } from "../../helpers/probing.ts";

const CAPTURE = join(import.meta.dir, "../../../samples/nmap/7.93/connect.xml");
const TARGETS = addresses("10.99.0.1", "10.99.0.2");
/** Processes are looked up in /proc. */
const linux = process.platform === "linux";
/** By the clock that is turned by hand: nothing hangs until it is. */
const LIMIT_MS = 600_000;
const GRACE_MS = 300;

let fake: FakeNmap;
let scanner: Scanner;
let clock: HandClock;
afterEach(() => {
	scanner?.close();
	fake?.close();
});

async function open(body: string, more: { outBytes?: number } = {}): Promise<void> {
	fake = fakeNmap(body);
	clock = handClock();
	scanner = await openPortScanner({
		...BOUNDS,
		clock,
		nmapArgs: "-Pn -sT -p 22,80,81",
		nmapPrivileged: false,
		tcpPorts: [],
		nmapPath: fake.path,
		scanHostTimeoutMs: LIMIT_MS / 2,
		scanSpareMs: LIMIT_MS / 2,
		scanGraceMs: GRACE_MS,
		scanOutBytes: more.outBytes ?? 4_194_304,
	});
}

/** Turns the clock by so much, again and again, until it is over. */
async function turn<T>(run: Promise<T>, stepMs: number): Promise<T> {
	let over = false;
	const settled = run.then(
		() => (over = true),
		() => (over = true),
	);
	await until(async () => {
		await clock.advance(stepMs);
		return over;
	}, "its end");
	await settled;
	return run;
}

/** `hangs`: once so many of its processes run, all of its time passes. */
async function scan(signal = new AbortController().signal, hangs = 0) {
	const ended = scanner.scan(TARGETS, signal);
	if (hangs > 0) await until(() => fake.started().length === hangs, "it has begun");
	return turn(ended, hangs > 0 ? LIMIT_MS : 0);
}

const allGone = () => until(() => fake.living().length === 0, "nobody is left");

async function problem(signal?: AbortSignal, hangs = 0): Promise<string> {
	const error = await scan(signal, hangs).then(
		() => undefined,
		(thrown: unknown) => thrown,
	);
	expect(error).toBeInstanceOf(AppError);
	expect((error as AppError).code).toBe("unavailable");
	return (error as AppError).message;
}

test("a good one: its report is the result", async () => {
	await open(`cat ${CAPTURE}`);
	expect((await scan()).hosts.map(({ ports }) => ports.length).sort()).toEqual([0, 2]);
	expect(scanner).toMatchObject({ name: "nmap", says: `nmap 7.93 at ${fake.path}: -Pn -sT -p 22,80-81.` });
});

test.skipIf(!linux)(
	"it gets our arguments, PATH and LC_ALL, an empty folder, no input, a session of its own",
	async () => {
		await open(
			`(echo "$@"; echo "[$(ls -A .)] [$(cat)]"; pwd; cut -d' ' -f6 /proc/$$/stat; echo $$; env | sort) > $OUT`,
		);
		process.env.SECRET_OF_OURS = "do not tell";
		await problem();
		delete process.env.SECRET_OF_OURS;
		const [args, nothing, folder, session, pid, ...env] = fake.wrote().trim().split("\n");
		expect(args).toMatch(/^-Pn -sT -p 22,80-81 -n .* -oX - -- 10\.99\.0\.1 10\.99\.0\.2$/);
		expect(nothing).toBe("[] []");
		expect(folder).toStartWith(join(tmpdir(), "rollcall-nmap-"));
		expect(session?.trim()).toBe(pid ?? "");
		// PWD and _ are the shell's own.
		expect(env.filter((line) => !/^(PWD|OLDPWD|_|SHLVL)=/.test(line))).toEqual([
			"LC_ALL=C",
			"PATH=/usr/bin:/bin",
		]);
	},
);

describe.skipIf(!linux)("it hangs", () => {
	test.each([
		["asleep", "exec sleep 600"],
		["deaf to SIGTERM", "trap '' TERM INT HUP; while :; do sleep 600; done"],
		["a child holds the pipe, it waits", "sleep 600 & wait"],
	])("%s: killed at its limit", async (_, body) => {
		await open(body);
		expect(await problem(undefined, 1)).toMatch(/^nmap was ended after 600 s: it hung\.$/);
		await allGone();
	});

	test("it ends, a grandchild keeps the pipe: what was said counts, and the grandchild goes", async () => {
		await open(`cat ${CAPTURE}; (sh -c ': > '$PIDS'/$$; exec sleep 600') & exit 0`);
		const ended = scanner.scan(TARGETS, new AbortController().signal);
		await until(() => fake.started().length === 2 && fake.living().length === 1, "only the grandchild lives");
		// What it said has long been read when the time to wait for more is over.
		await elapse(100);
		expect((await turn(ended, GRACE_MS)).hosts).toHaveLength(2);
		await allGone();
	});

	test.skipIf(!Bun.which("setsid"))("a grandchild in a session of its own holds nobody up", async () => {
		await open(`setsid sh -c ': > '$PIDS'/$$; exec sleep 600' & exec sleep 600`);
		expect(await problem(undefined, 2)).toContain("it hung");
	});

	test("the program stops: it is killed at once", async () => {
		await open("exec sleep 600");
		const stop = new AbortController();
		const ended = problem(stop.signal);
		await until(() => fake.started().length > 0, "it has begun");
		stop.abort();
		expect(await ended).toBe("nmap was ended because Rollcall stops.");
		await allGone();
	});
});

describe.skipIf(!linux)("it says too much", () => {
	test.each([
		["a gigabyte of A", "head -c 1000000000 /dev/zero | tr '\\0' A"],
		["hosts without end", `head -c 1000 ${CAPTURE}; yes '<host><status state="up"/></host>'`],
		["errors without end", "yes error >&2"],
	])("%s: killed, little memory taken", async (_, body) => {
		await open(body, { outBytes: 1_048_576 });
		const before = process.memoryUsage().rss;
		expect(await problem()).toMatch(/its output was too large/);
		expect(process.memoryUsage().rss - before).toBeLessThan(150e6);
		await allGone();
	});
});

describe("it lies or dies", () => {
	test.each<[string, string, RegExp]>([
		["empty, exit 0", "exit 0", /no result to rely on/],
		["garbage", "echo Segmentation fault", /no result to rely on/],
		["cut off", `head -c 900 ${CAPTURE}`, /does not end with success|no XML/],
		["0 hosts, exit 0", `cat ${CAPTURE.replace("connect", "no-hosts")}`, /scanned 0 hosts instead of 2/],
		["a good report and exit 1", `cat ${CAPTURE}; exit 1`, /ended with code 1/],
		["a good report and a crash", `cat ${CAPTURE}; kill -SEGV $$`, /ended with SIGSEGV/],
		["a reason on standard error", "echo 'QUITTING! <b>' >&2; exit 1", /code 1: QUITTING! <b>/],
	])("%s", async (_, body, words) => {
		await open(body);
		expect(await problem()).toMatch(words);
	});

	test("gone since the start", async () => {
		await open(`cat ${CAPTURE}`);
		const { path } = fake;
		fake.close();
		expect(await problem()).toContain(`${path} could not be started`);
	});
});

test.skipIf(!linux)("whoever is told that it runs fails: it does not run on alone", async () => {
	fake = fakeNmap("exec sleep 600");
	const cwd = mkdtempSync(join(tmpdir(), "rollcall-run-"));
	const started = () => {
		throw new Error("no room");
	};
	const bounds = { clock: handClock(), cwd, deadlineMs: 1e6, graceMs: 1, outBytes: 1e3, errBytes: 1e3 };
	const run = runBounded([fake.path], { ...bounds, signal: new AbortController().signal, started });
	await expect(run).rejects.toThrow("no room");
	await until(() => processesIn(cwd) === 0, "nobody works there");
	rmSync(cwd, { recursive: true });
});

/** Processes that work in this folder. */
function processesIn(folder: string): number {
	const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
	return pids.filter((pid) => {
		try {
			return readlinkSync(`/proc/${pid}/cwd`) === folder;
		} catch {
			return false;
		}
	}).length;
}

test("nothing stays in the folder of temporary files", async () => {
	await open("pwd > $OUT; exit 1");
	await problem();
	expect(fake.wrote()).toContain("rollcall-nmap-");
	expect(existsSync(fake.wrote().trim())).toBe(false);
});

describe("finding it", () => {
	test("missing, not executable, or another program: the built-in scan, and why", async () => {
		expect(await findNmap(handClock(), null)).toMatchObject({ why: "nmap was not found" });
		expect(await findNmap(handClock(), "/nonexistent/nmap")).toMatchObject({ nmap: undefined });
		expect(await findNmap(handClock(), "nmap")).toMatchObject({ nmap: undefined });
		expect(await findNmap(handClock(), "/etc/passwd")).toMatchObject({ nmap: undefined });
		const other = await findNmap(handClock(), Bun.which("true"));
		expect(other).toMatchObject({ why: expect.stringContaining("does not say that it is nmap") });
	});

	test("the right: root, root without the capability, ambient, only on ourselves, none, given to nmap", () => {
		const caps = (eff: string, amb: string) => `CapEff:\t${eff}\nCapBnd:\t0\nCapAmb:\t${amb}\n`;
		expect(rawRight(false, 0, caps("000001ffffffffff", "0000000000000000"))).toBe("root");
		expect(rawRight(false, 0, caps("0000000000000000", "0000000000000000"))).toBe("none");
		expect(rawRight(false, 1_000, caps("0000000000002000", "0000000000002000"))).toBe("granted");
		expect(rawRight(false, 1_000, caps("0000000000002000", "0000000000000000"))).toBe("none");
		expect(rawRight(true, 1_000, caps("0000000000000000", "0000000000000000"))).toBe("granted");
		expect(rawRight(false, 1_000, "")).toBe("none");
	});

	test("the real one, where there is one", async () => {
		const path = Bun.which("nmap");
		const found = await findNmap(handClock());
		if (path === null) expect(found.nmap).toBeUndefined();
		else expect(found).toMatchObject({ nmap: { path, version: expect.stringMatching(/^\d+\.\d+/) } });
	});
});

test("every file of samples/nmap is told of in its README", () => {
	const folder = join(CAPTURE, "../..");
	const readme = readFileSync(join(folder, "README.md"), "utf8");
	const versions = readdirSync(folder).filter((name) => name !== "README.md");
	expect(versions.filter((version) => !readme.includes(`\`${version}\``))).toEqual([]);
	const names = versions.flatMap((version) => readdirSync(join(folder, version)));
	expect(names.filter((name) => !readme.includes(`\`${name.replace(".xml", "")}\``))).toEqual([]);
});
