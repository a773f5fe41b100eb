/** What a broken thread or a killed process left running goes before the next scan, and nothing else does (fault F-20). */

import { afterEach, expect, test } from "bun:test";
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endLeftovers, makeFolder, noteLeader, workFolder } from "../../../src/probes/nmap/leftovers.ts";
import { elapse, PATIENCE_MS } from "../../helpers/patience.ts";

const made: string[] = [];
const children: Bun.Subprocess[] = [];
afterEach(async () => {
	for (const child of children.splice(0)) {
		child.kill("SIGKILL");
		await child.exited;
	}
	for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function folder(path: string): string {
	mkdirSync(path, { recursive: true });
	made.push(path);
	return path;
}

/** As nmap is started: a leader of its own group. */
function start(cwd: string, script = "sleep 60") {
	const child = Bun.spawn(["/bin/sh", "-c", script], { cwd, detached: true, stdout: "ignore" });
	children.push(child);
	return child;
}

/** The number of a process that has ended. */
async function nobody(): Promise<number> {
	const child = Bun.spawn(["true"]);
	await child.exited;
	return child.pid;
}

test("where no folder can be made it says where and why", () => {
	const { TMPDIR } = process.env;
	process.env.TMPDIR = "/nowhere/at/all";
	try {
		expect(makeFolder).toThrow(
			"nmap has no folder to work in: none can be made in /nowhere/at/all, there is no such folder.",
		);
	} finally {
		if (TMPDIR === undefined) delete process.env.TMPDIR;
		else process.env.TMPDIR = TMPDIR;
	}
});

const gone = async (child: Bun.Subprocess) => {
	await child.exited;
	return child.signalCode;
};

test.skipIf(process.platform !== "linux")(
	"leftovers of ours and of the dead go, folder and all",
	async () => {
		const own = folder(makeFolder());
		const dead = folder(join(tmpdir(), `rollcall-nmap-${await nobody()}-a`));
		const empty = folder(join(tmpdir(), `rollcall-nmap-${await nobody()}-b`));
		// The second one with a child that stays in the group.
		const left = [start(workFolder(own)), start(dead, "sleep 60 & wait")];
		expect(endLeftovers()).toBeGreaterThanOrEqual(2);
		expect(await Promise.all(left.map(gone))).toEqual(["SIGKILL", "SIGKILL"]);
		expect([own, dead, empty].filter(existsSync)).toEqual([]);
	},
);

test.skipIf(process.platform !== "linux")(
	"one that hides where it works is found by what was noted; a number that is somebody else's by now is left",
	async () => {
		const elsewhere = folder(mkdtempSync(join(tmpdir(), "rollcall-other-")));
		const noted = folder(makeFolder());
		const hidden = start(elsewhere, "sleep 60 & wait");
		noteLeader(noted, hidden.pid);
		const stale = folder(makeFolder());
		const stays = start(elsewhere);
		noteLeader(stale, stays.pid);
		const note = join(stale, "leader");
		writeFileSync(note, readFileSync(note, "utf8").replace(/"start":"\d+"/, '"start":"1"'));
		endLeftovers();
		expect(await gone(hidden)).toBe("SIGKILL");
		expect(stays.exitCode ?? stays.signalCode).toBeNull();
		expect([noted, stale].filter(existsSync)).toEqual([]);
	},
);

test.skipIf(process.platform !== "linux")(
	"the number of the maker is somebody else's by now: its run is left all the same",
	async () => {
		const other = start(tmpdir());
		const theirs = folder(join(tmpdir(), `rollcall-nmap-${other.pid}-a`));
		const run = start(theirs);
		// Whoever made it started at another time than the one that has its number.
		writeFileSync(join(theirs, "leader"), JSON.stringify({ pid: run.pid, start: "0", maker: "0" }));
		endLeftovers();
		expect(await gone(run)).toBe("SIGKILL");
		expect(other.exitCode ?? other.signalCode).toBeNull();
	},
);

test.skipIf(process.platform !== "linux" || process.getuid?.() !== 0 || !Bun.which("mkfifo"))(
	"what somebody else has put there is not even read: a pipe would hold up the thread that sweeps for ever",
	async () => {
		const foreign = folder(join(tmpdir(), `rollcall-nmap-${await nobody()}-d`));
		Bun.spawnSync(["mkfifo", join(foreign, "leader")]);
		chownSync(foreign, 65_534, 65_534);
		const file = join(import.meta.dir, "../../../src/probes/nmap/leftovers.ts");
		const look = Bun.spawn(
			[process.execPath, "--no-env-file", "-e", `(await import(${JSON.stringify(file)})).endLeftovers()`],
			{ timeout: PATIENCE_MS, killSignal: "SIGKILL" },
		);
		expect(await look.exited).toBe(0);
		expect(existsSync(foreign)).toBe(true);
	},
);

test("a note that cannot be written is no reason to lose the run", () => {
	expect(() => noteLeader(join(tmpdir(), "rollcall-nmap-gone"), process.pid)).not.toThrow();
});

test.skipIf(process.platform !== "linux")(
	"runs of another Rollcall that lives stay, and so does everybody else",
	async () => {
		const other = Bun.spawn(["sleep", "60"]);
		children.push(other);
		const theirs = folder(join(tmpdir(), `rollcall-nmap-${other.pid}-a`));
		const elsewhere = folder(mkdtempSync(join(tmpdir(), "rollcall-other-")));
		const stay = [start(theirs), start(elsewhere)];
		// Made by another user, with the number of a dead process: nothing of theirs is entered.
		const foreign = folder(join(tmpdir(), `rollcall-nmap-${await nobody()}-c`));
		if (process.getuid?.() === 0) {
			stay.push(start(foreign));
			chownSync(foreign, 65_534, 65_534);
		} else rmSync(foreign, { recursive: true });
		endLeftovers();
		await elapse(100);
		expect(stay.map(({ exitCode, signalCode }) => exitCode ?? signalCode)).toEqual(stay.map(() => null));
		expect([theirs, elsewhere].filter(existsSync)).toHaveLength(2);
	},
);
