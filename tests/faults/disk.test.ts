/** A disk that is full, and one that is read-only (faults F-07, F-08): on a small tmpfs in a mount namespace of its own. */

import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lockDatabase } from "../../src/store/database.ts";
import { fillDatabase } from "../helpers/filled.ts";
import { UPGRADE } from "../helpers/kill-scenes.ts";
import { PATIENCE_MS } from "../helpers/patience.ts";

/** Why no disk can be mounted here, or undefined. */
function problemHere(): string | undefined {
	if (process.platform !== "linux" || process.getuid?.() !== 0) return "needs root on Linux";
	const tried = Bun.spawnSync(["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", tmpdir()], {
		stderr: "ignore",
	});
	return tried.exitCode === 0 ? undefined : "may not mount";
}
const problem = problemHere();
const title = problem === undefined ? "" : ` (${problem})`;

/** Runs a line of a shell in a mount namespace of its own. */
function inside(line: string, ...args: string[]) {
	const done = Bun.spawnSync(
		["unshare", "-m", "--propagation", "private", "bash", "-ec", line, "bash", ...args],
		{
			stdin: "ignore",
			stdout: "pipe",
			stderr: "pipe",
			timeout: 3 * PATIENCE_MS,
			env: { ...process.env, NODE_ENV: "production" },
		},
	);
	return { code: done.exitCode, out: done.stdout.toString(), err: done.stderr.toString() };
}

test.skipIf(problem !== undefined)(
	`full: told, nobody is down, no backup goes; with room it goes on by itself${title}`,
	() => {
		const disk = mkdtempSync(join(tmpdir(), "rollcall-full-"));
		try {
			const entry = join(import.meta.dir, "../helpers/full-disk-entry.ts");
			const line = `mount -t tmpfs -o size=24m tmpfs "$1"; exec "$2" --no-env-file "$3" "$1"`;
			const { code, out, err } = inside(line, disk, process.execPath, entry);
			expect({ code, err: code === 0 ? "" : err + out }).toEqual({ code: 0, err: "" });
			const facts = JSON.parse(out.trim().split("\n").at(-1) ?? "");
			expect(facts.before).toHaveLength(1);
			expect(facts.kept).toEqual(facts.before);
			expect(facts.backupSays).toMatch(/No backup was made: .* free, .* are needed/);
			expect(facts.refused).toMatchObject({ status: 503, says: expect.stringContaining("The disk is full") });
			expect(facts.trouble.problem).toContain("disk is full");
			expect(facts.hostsWhileFull).toContain("14 up");
			expect(facts.rows).toBeGreaterThanOrEqual(facts.acknowledged);
			expect({ downs: facts.downs, wrongs: facts.wrongs }).toEqual({ downs: 0, wrongs: [] });
		} finally {
			rmSync(disk, { recursive: true, force: true });
		}
	},
);

test.skipIf(problem !== undefined)(
	`too little room for the copy before an upgrade: refused before a byte is written${title}`,
	() => {
		const disk = mkdtempSync(join(tmpdir(), "rollcall-room-"));
		const from = mkdtempSync(join(tmpdir(), "rollcall-old-"));
		try {
			const [old = ""] = UPGRADE.prepare(from);
			const main = join(import.meta.dir, "../../src/main.ts");
			const line = `mount -t tmpfs -o size=12m tmpfs "$1"; cp "$4" "$1/ipam.db"
			"$2" --no-env-file "$3" serve --port 0 --database "$1/ipam.db" || code=$?
			cmp "$4" "$1/ipam.db" && ls "$1" && exit $code`;
			const { code, out, err } = inside(line, disk, process.execPath, main, old);
			expect({ code, copies: out.includes("before-v") }).toEqual({ code: 3, copies: false });
			expect(err).toMatch(
				/is to be upgraded from format 1 to \d+, and there is too little room: .* MB free, .* MB are needed/,
			);
		} finally {
			for (const folder of [disk, from]) rmSync(folder, { recursive: true, force: true });
		}
	},
);

test.skipIf(problem !== undefined).each(["used before", "copied there, without its lock"])(
	`read-only at the start (%s): refused with the path and why, in one line${title}`,
	(past) => {
		const disk = mkdtempSync(join(tmpdir(), "rollcall-ro-"));
		try {
			mkdirSync(join(disk, "data"));
			const path = join(disk, "data/ipam.db");
			fillDatabase(path, 3);
			// Its lock is there, held by nobody.
			if (past === "used before") lockDatabase(path, { pid: 1, at: 0 }).release();
			const main = join(import.meta.dir, "../../src/main.ts");
			const line = `mount --bind "$1/data" "$1/data"; mount -o remount,ro,bind "$1/data"
			exec "$2" --no-env-file "$3" serve --port 0 --database "$1/data/ipam.db"`;
			const { code, out, err } = inside(line, disk, process.execPath, main);
			expect({ code, out }).toEqual({ code: 3, out: "" });
			expect(err).toMatch(/^rollcall: .*data\/ipam\.db.* read-only disk/);
			expect(err).not.toContain("Another Rollcall");
			expect(err.trim().split("\n")).toHaveLength(1);
		} finally {
			rmSync(disk, { recursive: true, force: true });
		}
	},
);

test.skipIf(problem !== undefined)(
	`a full disk, told by the verbs of the command line and by a start: no other Rollcall, no mistake of ours${title}`,
	() => {
		const disk = mkdtempSync(join(tmpdir(), "rollcall-full-"));
		const from = mkdtempSync(join(tmpdir(), "rollcall-fill-"));
		try {
			const file = join(from, "hosts.csv");
			const path = join(from, "ipam.db");
			fillDatabase(path, 3);
			lockDatabase(path, { pid: 1, at: 0 }).release();
			const rows = Array.from({ length: 500 }, (_, n) => `10.0.2.${1 + (n % 250)},${"x".repeat(200)}`);
			writeFileSync(file, `ip,description\n${rows.slice(0, 250).join("\n")}\n`);
			const main = join(import.meta.dir, "../../src/main.ts");
			const line = `mount -t tmpfs -o size=2m tmpfs "$1"; cp "$4"/ipam.db* "$1"
			dd if=/dev/zero of="$1/ballast" bs=4k 2>/dev/null || true
			"$2" --no-env-file "$3" import --database "$1/ipam.db" --no-sweep "$4/hosts.csv" || echo "import $?"
			"$2" --no-env-file "$3" serve --port 0 --database "$1/ipam.db" || echo "serve $?"`;
			const { out, err } = inside(line, disk, process.execPath, main, from);
			expect(out.match(/^(import|serve) \d+$/gm)).toEqual(["import 3", "serve 3"]);
			const told = err.trim().split("\n");
			expect(told.map((text) => /disk is full/.test(text))).toEqual([true, true]);
			expect(err).not.toMatch(/unexpected|Another Rollcall/);
		} finally {
			for (const folder of [disk, from]) rmSync(folder, { recursive: true, force: true });
		}
	},
);
