/** What the settings say of the file's size: tables add up, and the largest is told without counting it. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readStorage } from "../../src/store/sizes.ts";
import { DAY_MS, MINUTE, openPruning, type Pruning, START } from "../helpers/pruning.ts";

let s: Pruning;
beforeEach(() => {
	s = openPruning();
});
afterEach(() => s.db.close());

describe("sizes", () => {
	test("the tables add up to the file, and samples a day follow hosts and interval", () => {
		s.measure(s.addHost("10.0.0.1"), START, START + DAY_MS, MINUTE);
		const state = readStorage(s.db);
		const sum = state.tables.reduce((bytes, table) => bytes + table.bytes, 0);
		expect(state.fileBytes - state.freeBytes - sum).toBe(0);
		expect(state.tables[0]).toMatchObject({ exact: true });
		expect(state).toMatchObject({ samplesPerDay: 1_440, hostsSeen: 1 });
	});

	test("one table too large to count is the rest of the file, and still within a page or two", () => {
		for (let n = 1; n <= 20; n++) s.measure(s.addHost(`10.0.0.${n}`), START, START + 4 * DAY_MS, MINUTE);
		const told = readStorage(s.db).tables.find((table) => table.name === "host_status");
		const real = s.db.query("SELECT sum(pgsize) AS n FROM dbstat WHERE name = 'host_status'").get() as {
			n: number;
		};
		expect(real.n / 4_096).toBeGreaterThan(500);
		expect(Math.abs((told?.bytes ?? 0) - real.n) / 4_096).toBeLessThanOrEqual(3);
	});
});
