/** What is quick, told by the processor: what else this machine does is no matter. Knows no clock. */

import { expect } from "bun:test";

/** Many times what anything quick takes here: what these tests look for takes many seconds. */
const QUICK_MS = 1_000;

/** Does it, and holds it to the bound: milliseconds of this process's own work, on any core. */
export async function quickly<T>(work: () => T | Promise<T>, atMostMs = QUICK_MS): Promise<T> {
	const began = process.cpuUsage();
	const made = await work();
	const { user, system } = process.cpuUsage(began);
	expect((user + system) / 1_000).toBeLessThan(atMostMs);
	return made;
}
