/** How the search box reads: one index from end to end, never the rows; services name by name. */

import { expect, test } from "bun:test";
import { type Db, openDatabase } from "../../src/store/database.ts";
import { searchHosts, searchServices } from "../../src/store/lookup.ts";

/** The plans of all statements that `work` asks. */
function plansOf(work: (db: Db) => void): string[] {
	const db = openDatabase(":memory:", { busyMs: 1 });
	const asked: string[] = [];
	work(
		new Proxy(db, {
			get(target, name) {
				if (name !== "query") return Reflect.get(target, name);
				return (sql: string) => {
					asked.push(sql);
					return target.query(sql);
				};
			},
		}),
	);
	const plans = asked.map((sql) =>
		db
			.query<{ detail: string }, []>(`EXPLAIN QUERY PLAN ${sql.replace(/:\w+/g, "1")}`)
			.all()
			.map(({ detail }) => detail)
			.join("; "),
	);
	db.close();
	return plans;
}

test("a text is looked for in the index of words alone, also one that may be part of a MAC", () => {
	for (const text of ["nas", "0011.328a"]) {
		const [pick] = plansOf((db) => searchHosts(db, text, 8));
		expect(pick).toBe("SCAN host USING COVERING INDEX host_words");
	}
});

test("ports and services are counted along their indexes", () => {
	const plans = plansOf((db) => searchServices(db, "443", 8));
	for (const plan of plans) {
		expect(plan).toContain("COVERING INDEX host_open_port_");
		expect(plan).not.toMatch(/SCAN (host_open_port|open|next)\b(?! USING COVERING)/);
	}
});
