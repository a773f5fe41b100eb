/**
 * The systemd unit: sound by systemd's own judgement, and the program works with just the rights and system calls that
 * it leaves. No systemd runs here: the rights are set by setpriv, refused calls are answered by strace.
 */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, runToEnd, spawn, untilAnswers } from "../helpers/binary.ts";
import { elapse } from "../helpers/patience.ts";

const ROOT = join(import.meta.dir, "../..");
const UNIT = join(ROOT, "samples/systemd/rollcall.service");
const MAIN = join(ROOT, "src/main.ts");
/** `systemd-analyze security`: 0 is shut off, 10 exposed; ours with no idle right is 1.9. */
const EXPOSURE_MAX = 20;
const NOBODY = 65_534;

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "rollcall-unit-"));
	chmodSync(folder, 0o777);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const analyze = Bun.which("systemd-analyze");
const unitTest = test.skipIf(analyze === null);

unitTest(
	`exposure of at most ${EXPOSURE_MAX / 10}${analyze === null ? " (needs systemd-analyze)" : ""}`,
	async () => {
		const command = ["systemd-analyze", "security", "--offline=true", `--threshold=${EXPOSURE_MAX}`, UNIT];
		const { code, out, err } = await runToEnd(command, { cwd: ROOT, env: { PATH: process.env.PATH } });
		expect(out + err).toContain("Overall exposure level");
		expect(code).toBe(0);
	},
);

const unit = readFileSync(UNIT, "utf8");
const valuesOf = (key: string) =>
	[...unit.matchAll(new RegExp(`^${key}=(.*)$`, "gm"))].map(([, value = ""]) => value);

test("what would break it stays out", () => {
	expect(unit).not.toMatch(/^MemoryDenyWriteExecute=|^PrivateNetwork=|^PrivateUsers=|^ProcSubset=/m);
	expect(valuesOf("AmbientCapabilities")).toEqual(["CAP_NET_RAW"]);
	for (const family of ["AF_INET", "AF_INET6", "AF_PACKET", "AF_NETLINK"])
		expect(valuesOf("RestrictAddressFamilies")[0]?.split(" ")).toContain(family);
});

const mayDrop = process.getuid?.() === 0 && Bun.which("setpriv") !== null;
/** The user and the rights of the unit. */
const asUnit = [
	...["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups", "--no-new-privs"],
	...["--inh-caps=+net_raw", "--ambient-caps=+net_raw", "--bounding-set=-all,+net_raw"],
];
const readable =
	mayDrop && Bun.spawnSync([...asUnit, "test", "-r", MAIN, "-a", "-x", process.execPath]).exitCode === 0;
const rightsTest = test.skipIf(!readable);
const why = readable ? "" : " (needs root, setpriv, and a tree that others may read)";

rightsTest(`with its one right it opens raw sockets, also for ARP${why}`, async () => {
	const command = [...asUnit, process.execPath, "--no-env-file", MAIN, "sweep", "127.0.0.1", "--json"];
	const { code, out, err } = await runToEnd(command, { cwd: ROOT, env: { PATH: process.env.PATH } });
	expect({ code, err }).toEqual({ code: 0, err: "" });
	expect(JSON.parse(out)).toMatchObject({ ip: "127.0.0.1", up: true });
});

/** System calls of the groups that the unit refuses, but for those that it then permits by name. */
function refused(): string[] {
	const filters = valuesOf("SystemCallFilter");
	const groups = filters
		.filter((value) => value.startsWith("~"))
		.flatMap((value) => value.slice(1).split(" "));
	const permitted = filters.filter((value) => /^[a-z]/.test(value)).flatMap((value) => value.split(" "));
	const listed = Bun.spawnSync(["systemd-analyze", "syscall-filter", ...groups]).stdout.toString();
	const names = [...listed.matchAll(/^ {4}([a-z_0-9]+)$/gm)].map(([, name = ""]) => name);
	return names.filter((name) => !permitted.includes(name));
}

const mayTrace =
	readable &&
	analyze !== null &&
	Bun.which("strace") !== null &&
	Bun.spawnSync(["strace", "-qq", "-o", "/dev/null", "true"]).exitCode === 0;

test.skipIf(!mayTrace)(
	`it serves, sweeps and stops without the refused system calls${mayTrace ? "" : " (needs strace)"}`,
	async () => {
		const calls = refused();
		expect(calls).toEqual(expect.arrayContaining(["setrlimit", "sched_setscheduler", "ptrace", "mount"]));
		// A question mark lets strace pass over names that this machine does not have; the wrapper's own drop of rights is done.
		const names = calls.map((name) => `?${name}`).join(",");
		const inject = [
			"strace",
			"-D",
			"-f",
			"-qq",
			"-o",
			"/dev/null",
			"-e",
			`trace=${names}`,
			"-e",
			`inject=${names}:error=EPERM`,
		];
		const port = await freePort();
		const serve = ["serve", "--port", String(port), "--database", join(folder, "ipam.db")];
		const child = spawn([...asUnit, ...inject, process.execPath, "--no-env-file", MAIN, ...serve], {
			cwd: ROOT,
			env: { PATH: process.env.PATH, TMPDIR: folder },
		});
		await untilAnswers(`http://127.0.0.1:${port}/healthz`);
		await elapse(1_500);
		const health = await fetch(`http://127.0.0.1:${port}/healthz`);
		expect({ status: health.status, body: await health.json() }).toMatchObject({ status: 200 });
		child.kill("SIGTERM");
		expect(await child.exited).toBe(0);
		expect(await new Response(child.stdout).text()).toContain('probing method="raw"');
	},
);
