/** Programs that pass for nmap and misbehave: real files, really started. */

import {
	chmodSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type FakeNmap = {
	readonly path: string;
	/** Ids of the processes that were started for a scan, and those of them that still live. */
	started(): number[];
	living(): number[];
	/** What it wrote into `$OUT`, a file of its own. */
	wrote(): string;
	close(): void;
};

/** `body` is what it does for a scan, in the language of sh; `$PIDS` is a folder that gets a file for each process. */
export function fakeNmap(body: string): FakeNmap {
	const folder = mkdtempSync(join(tmpdir(), "rollcall-fake-"));
	const path = join(folder, "nmap");
	const pids = join(folder, "pids");
	mkdirSync(pids);
	const version = `if [ "$1" = --version ]; then echo "Nmap version 7.93 ( https://nmap.example )"; exit 0; fi`;
	writeFileSync(path, `#!/bin/sh\nPIDS=${pids}\nOUT=${folder}/out\n${version}\n: > $PIDS/$$\n${body}\n`);
	chmodSync(path, 0o755);
	const started = () => (existsSync(pids) ? readdirSync(pids).map(Number) : []);
	return {
		path,
		started,
		living: () => started().filter(lives),
		wrote: () => readFileSync(join(folder, "out"), "utf8"),
		close() {
			for (const pid of started().filter(lives)) process.kill(pid, "SIGKILL");
			rmSync(folder, { recursive: true, force: true });
		},
	};
}

/** A process that is gone, or only waits to be buried, does not live. */
function lives(pid: number): boolean {
	try {
		return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
	} catch {
		return false;
	}
}
