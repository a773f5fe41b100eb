/** What a server tells a command line that waits: the newest word whole, however short, and that nobody waits any more. */

import { expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beginWaiting, endWaiting, readTold, tellWaiting } from "../../src/store/waiting.ts";

test("a shorter word takes the place of a longer one; without a file nobody waits", () => {
	const folder = mkdtempSync(join(tmpdir(), "rollcall-waiting-"));
	const path = join(folder, "ipam.db");
	try {
		expect(tellWaiting(path, 1, { done: 0, total: 0 })).toBe(false);
		beginWaiting(path, 1);
		expect(readTold(path, 1)).toBeUndefined();
		for (const said of [
			{ done: 100_000, total: 200_000 },
			{ done: 5, total: 9 },
		]) {
			expect(tellWaiting(path, 1, said)).toBe(true);
			expect(readTold(path, 1)).toEqual(said);
		}
		endWaiting(path, 1);
		expect([tellWaiting(path, 1, { done: 9, total: 9 }), readdirSync(folder)]).toEqual([false, []]);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
});
