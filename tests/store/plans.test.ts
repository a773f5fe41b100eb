/**
 * What is asked every second, or a few: by an index each, never by looking through a table that grows with the years or
 * the network. The plan is SQLite's own word for it, and the same on every machine.
 */

import { expect, test } from "bun:test";
import { readWork } from "../../src/store/condition.ts";
import { type Db, openDatabase } from "../../src/store/database.ts";
import { boundQueues, findDue, listDueWebhooks } from "../../src/store/deliveries.ts";
import { listEvents } from "../../src/store/events.ts";
import { findAsked } from "../../src/store/imports.ts";
import { claimNames } from "../../src/store/names.ts";
import { listExpired } from "../../src/store/next-address.ts";
import { cancelledRunIds, claimRuns } from "../../src/store/runs.ts";
import { cancelledScanIds, claimScans } from "../../src/store/scans.ts";
import { listChildren } from "../../src/store/subnets.ts";

const AT = 1_800_000_000_000;
const SCAN = { limit: 2, batch: 16, aheadAt: AT, scheduled: true };

/** Looked through from end to end: small tables, and indexes that hold nothing but what is open. */
const SMALL = [
	/^SCAN (subnet|webhook|json_each|it)\b/,
	/^SCAN CONSTANT ROW$/,
	/USING (COVERING )?INDEX (sweep_run_open|scan_run_open|webhook_delivery_waiting|import_batch_asked)\b/,
];

function planOf(db: Db, sql: string): string[] {
	const steps = db.prepare<{ detail: string }, []>(`EXPLAIN QUERY PLAN ${sql}`).all();
	return steps.map(({ detail }) => detail);
}

/** Every statement that `ask` makes. */
function statementsOf(db: Db, ask: () => unknown): Set<string> {
	const seen = new Set<string>();
	const query = db.query;
	db.query = ((sql: string) => {
		seen.add(sql);
		return query.call(db, sql);
	}) as Db["query"];
	ask();
	db.query = query;
	return seen;
}

const ASKED: [string, (db: Db) => unknown][] = [
	["sweeps to end", (db) => cancelledRunIds(db)],
	["sweeps to begin", (db) => claimRuns(db, AT, 16, () => AT)],
	["scans to end", (db) => cancelledScanIds(db)],
	["scans to begin", (db) => claimScans(db, AT, SCAN)],
	["names to look up", (db) => claimNames(db, AT, 10, AT)],
	["messages to hold back", (db) => boundQueues(db, 1_000)],
	["webhooks with something due", (db) => listDueWebhooks(db, AT, new Set())],
	["a message that is due", (db) => findDue(db, 1, AT)],
	["imports asked for", (db) => findAsked(db)],
	["reservations that end", (db) => listExpired(db, AT, true, 100)],
	["the doctor's rows", (db) => readWork(db)],
];

test.each(ASKED)("%s", (_, ask) => {
	const db = openDatabase(":memory:", { busyMs: 0 });
	const statements = statementsOf(db, () => ask(db));
	expect(statements.size).toBeGreaterThan(0);
	for (const sql of statements) {
		const looked = planOf(db, sql).filter((step) => step.startsWith("SCAN"));
		expect(looked.filter((step) => !SMALL.some((small) => small.test(step)))).toEqual([]);
	}
	db.close();
});

test.each([
	[
		"of the last day: not the years before it, however few there are",
		{ since: AT },
		/event_by_time \(ts>\?\)/,
	],
	["of one host: not those of all others", { hostId: 1 }, /event_by_host \(host_id=\? AND id<\?\)/],
])("events %s", (_, options, index) => {
	const db = openDatabase(":memory:", { busyMs: 0 });
	const [sql = ""] = statementsOf(db, () => listEvents(db, { ...options, limit: 12 }));
	expect(planOf(db, sql)).toContainEqual(expect.stringMatching(index));
	db.close();
});

test("subnets inside one: not ten thousand others", () => {
	const db = openDatabase(":memory:", { busyMs: 0 });
	const [sql = ""] = statementsOf(db, () => listChildren(db, 1));
	expect(planOf(db, sql)).toEqual([
		expect.stringContaining("SEARCH parent USING INTEGER PRIMARY KEY"),
		expect.stringMatching(/^SEARCH child USING INDEX subnet_by_range \(first_key>\? AND first_key<\?\)/),
		expect.stringContaining("FOR LAST TERM OF ORDER BY"),
	]);
	db.close();
});
