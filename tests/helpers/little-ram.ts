/** A memory cgroup of its own for a program (cgroups v1 or v2), without swap. Needs root. */

import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const V1 = "/sys/fs/cgroup/memory";
const V2 = "/sys/fs/cgroup";
let made = 0;

export type LittleRam = {
	/** The command that runs `command` within it. */
	command(command: readonly string[]): string[];
	/** Processes that the kernel ended for want of memory. */
	killed(): number;
	/** The most that was used at once, in bytes: what can be given back at any time (page cache) included. */
	most(): number;
	/** Everybody in it must have ended. */
	close(): void;
};

/** Why there can be none here, or undefined. */
export function ramProblem(): string | undefined {
	try {
		openLittleRam(64 * 1_048_576).close();
		return undefined;
	} catch {
		return "needs root and a memory cgroup";
	}
}

export function openLittleRam(bytes: number): LittleRam {
	const old = existsSync(join(V1, "memory.limit_in_bytes"));
	made += 1;
	const folder = join(old ? V1 : V2, `rollcall-${process.pid}-${made}`);
	mkdirSync(folder);
	const write = (name: string, value: number) => writeFileSync(join(folder, name), String(value));
	const read = (name: string) => readFileSync(join(folder, name), "latin1");
	try {
		write(old ? "memory.limit_in_bytes" : "memory.max", bytes);
		if (!old) write("memory.swap.max", 0);
		else if (existsSync(join(folder, "memory.swappiness"))) write("memory.swappiness", 0);
	} catch (error) {
		rmdirSync(folder);
		throw error;
	}
	return {
		command: (command) => ["sh", "-c", `echo $$ > ${folder}/cgroup.procs && exec "$@"`, "sh", ...command],
		killed: () =>
			Number(/^oom_kill (\d+)/m.exec(read(old ? "memory.oom_control" : "memory.events"))?.[1] ?? 0),
		most: () => Number(read(old ? "memory.max_usage_in_bytes" : "memory.peak")),
		close: () => rmdirSync(folder),
	};
}
