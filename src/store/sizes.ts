/** How large the tables are and how fast samples come. Reads only, and never more than a bounded number of pages. */

import { HOUR_BYTES, SAMPLE_BYTES, type StorageState, type TableSize } from "../model/upkeep.ts";
import type { Db } from "./database.ts";

/** Pages of one b-tree that are counted one by one; what is larger shares the rest of the file by estimate. */
const COUNTED_PAGES = 500;
/** One event with its three indexes, in bytes. */
const EVENT_BYTES = 260;
/** Without a better figure a large table weighs as much as so many samples. */
const UNKNOWN_ROWS = 10_000;

/** The file and its tables, largest first. A table that no longer fits the count is told as inexact. */
export function readStorage(db: Db): StorageState {
	const pageBytes = db.query<{ page_size: number }, []>("PRAGMA page_size").get()?.page_size ?? 4_096;
	const pages = db.query<{ page_count: number }, []>("PRAGMA page_count").get()?.page_count ?? 0;
	const free = db.query<{ freelist_count: number }, []>("PRAGMA freelist_count").get()?.freelist_count ?? 0;
	const counted = countPages(db);
	const known = counted.reduce((sum, table) => sum + table.pages, 0);
	const rest = Math.max(0, pages - free - known);
	const large = counted.filter((table) => !table.exact);
	const weights = large.map(({ name }) => weightOf(db, name));
	const whole = weights.reduce((sum, weight) => sum + weight, 0);
	const tables: TableSize[] = counted.map((table) => {
		const share = table.exact ? 0 : (rest * (weights[large.indexOf(table)] ?? 0)) / whole;
		const exact = table.exact || large.length === 1;
		return { name: table.name, bytes: Math.round(table.pages + share) * pageBytes, exact };
	});
	return {
		fileBytes: pages * pageBytes,
		freeBytes: free * pageBytes,
		tables: tables.sort((a, b) => b.bytes - a.bytes),
		...countSamples(db),
	};
}

/** Pages by table, its indexes among them; `exact` is false when one of its b-trees was too large to count. */
function countPages(db: Db): { name: string; pages: number; exact: boolean }[] {
	const trees = db
		.query<{ name: string; tbl_name: string }, []>(
			`SELECT name, tbl_name FROM sqlite_schema WHERE rootpage > 0
			UNION ALL SELECT 'sqlite_schema', 'sqlite_schema'`,
		)
		.all();
	const count = db.query<{ n: number }, [string, number]>(
		"SELECT count(*) AS n FROM (SELECT 1 FROM dbstat WHERE name = ? LIMIT ?)",
	);
	return [...Map.groupBy(trees, (tree) => tree.tbl_name)].map(([name, of]) => {
		const pages = of.map((tree) => count.get(tree.name, COUNTED_PAGES)?.n ?? 0);
		return {
			name,
			pages: pages.reduce((sum, n) => sum + n, 0),
			exact: pages.every((n) => n < COUNTED_PAGES),
		};
	});
}

/** Bytes a large table has by its rows, as far as they can be told without counting them. */
function weightOf(db: Db, table: string): number {
	const one = (sql: string) => db.query<{ n: number | null }, []>(sql).get()?.n ?? 0;
	if (table === "host_status") return SAMPLE_BYTES * Math.max(1, one(SAMPLES));
	if (table === "host_status_hour") return HOUR_BYTES * Math.max(1, one(HOURS));
	if (table === "event") return EVENT_BYTES * Math.max(1, one(EVENTS));
	return SAMPLE_BYTES * UNKNOWN_ROWS;
}

/** Answers since the prune began to thin them. */
const SAMPLES = `SELECT sum(up + down) AS n FROM answer_hour WHERE ts >=
	coalesce((SELECT CAST(value AS INTEGER) FROM setting WHERE key = 'thinned_until'), 0)`;
const HOURS = "SELECT (SELECT count(*) FROM answer_hour) * (SELECT count(first_seen_at) FROM host) AS n";
const EVENTS = "SELECT max(id) - min(id) + 1 AS n FROM event";

/** Hosts that ever answered, each as often a day as its subnet is swept. */
function countSamples(db: Db): Pick<StorageState, "samplesPerDay" | "hostsSeen"> {
	const row = db
		.query<{ samples: number | null; hosts: number | null }, []>(
			`SELECT sum(hosts * 86400.0 / sweep_interval_s) AS samples, sum(hosts) AS hosts FROM (
				SELECT subnet_id, count(first_seen_at) AS hosts FROM host GROUP BY subnet_id
			) JOIN subnet ON subnet.id = subnet_id WHERE sweep_enabled = 1`,
		)
		.get();
	return { samplesPerDay: Math.round(row?.samples ?? 0), hostsSeen: row?.hosts ?? 0 };
}
