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

test.each<[string, RegExp[]]>([
	["nas", [/^SCAN host_word VIRTUAL TABLE .*; SEARCH host USING INTEGER PRIMARY KEY/]],
	["na", [/^SCAN host USING COVERING INDEX host_words$/]],
	[
		"10.0.0.14",
		[/^SCAN start .*; SEARCH host USING COVERING INDEX sqlite_autoindex_host_1/, /^SCAN host_word/],
	],
	[
		"0.14",
		[
			...Array<RegExp>(2).fill(
				/^SEARCH host USING COVERING INDEX sqlite_autoindex_host_2 \(ip_key>\? AND ip_key<\?\)$/,
			),
			/^SCAN start .*; SEARCH host USING COVERING INDEX sqlite_autoindex_host_1/,
			/^SCAN host_word/,
		],
	],
	[
		"14",
		[
			/^SCAN host USING COVERING INDEX sqlite_autoindex_host_1$/,
			/^SCAN host USING COVERING INDEX host_words$/,
		],
	],
	[
		"db8",
		[
			/^COMPOUND QUERY.*SEARCH host USING INDEX sqlite_autoindex_host_2.*SEARCH host USING INDEX/,
			/^SCAN host_word/,
		],
	],
])("%s is looked for in indexes alone", (text, wanted) => {
	const plans = plansOf((db) => searchHosts(db, text, 8));
	for (const [i, plan] of wanted.entries()) expect(plans[i]).toMatch(plan);
});

test("a product is found and counted however many kinds of ports there are", () => {
	const db = openDatabase(":memory:", { busyMs: 1 });
	db.run("PRAGMA foreign_keys = OFF");
	const add =
		db.query(`INSERT INTO host_open_port (host_id, ts, port, proto, service, state, product, first_seen_at, last_seen_at)
		VALUES (?, 0, ?, 'tcp', '', 'open', ?, 0, 0)`);
	for (let port = 1; port <= 1_200; port++) add.run(3, port, `thing ${port}`);
	add.run(1, 22, "OpenSSH");
	add.run(2, 2_222, "OpenSSH");
	expect(searchServices(db, "openssh", 8)).toMatchObject({
		count: 1,
		shown: [{ product: "OpenSSH", hosts: 2 }],
	});
	db.close();
});

test("ports and services are counted along their indexes", () => {
	const plans = plansOf((db) => searchServices(db, "443", 8));
	for (const plan of plans) {
		expect(plan).toContain("COVERING INDEX host_open_port_");
		expect(plan).not.toMatch(/SCAN (host_open_port|open|next)\b(?! USING COVERING)/);
	}
});
