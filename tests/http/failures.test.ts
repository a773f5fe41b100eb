/** A disk or a database that fails meets everybody who writes: it is answered each time, and logged now and then. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { type App, openApp } from "../../src/app.ts";
import { systemClock } from "../../src/clock.ts";
import { BOUNDS, loadConfig } from "../../src/config.ts";
import { createSubnet } from "../../src/ipam/subnets.ts";
import { silentLog } from "../../src/log.ts";
import { SIGNED, signIn } from "../helpers/signed.ts";

let app: App;
let logged: string[];
let later = 0;
beforeEach(async () => {
	logged = [];
	later = 0;
	const clock = { ...systemClock, monotonicMs: () => systemClock.monotonicMs() + later };
	const log = { ...silentLog, error: (_: string, facts?: object) => void logged.push(JSON.stringify(facts)) };
	const config = loadConfig({ env: { DATABASE_URL: ":memory:" } });
	app = await openApp(config, { listen: false, log, clock });
	signIn(app.context.db);
	const given = { name: "", notes: "", gateway: "", sweepIntervalS: 60, sweepEnabled: false };
	createSubnet(app.context, "10.0.0.0/24", given);
});
afterEach(() => app.close());

async function write(ip: string): Promise<number> {
	const answer = await app.handle(
		new Request("http://localhost/api/v1/hosts", {
			method: "POST",
			headers: { ...SIGNED, "content-type": "application/json" },
			body: JSON.stringify({ ip }),
		}),
	);
	return answer.status;
}

test("ten refused writes are one line, a minute later one more, and another reason is told at once", async () => {
	const { db } = app.context;
	db.run("PRAGMA query_only = ON");
	for (let n = 1; n <= 10; n++) expect(await write(`10.0.0.${n}`)).toBe(503);
	expect(logged).toHaveLength(1);
	later = BOUNDS.failuresToldMs;
	expect(await write("10.0.0.1")).toBe(503);
	expect(await write("10.0.0.2")).toBe(503);
	expect(logged).toHaveLength(2);
	db.run("PRAGMA query_only = OFF");
	const { page_count: pages } = db.query<{ page_count: number }, []>("PRAGMA page_count").get() ?? {
		page_count: 0,
	};
	db.run("PRAGMA max_page_count = ".concat(String(pages)));
	let full = 0;
	for (let n = 1; n <= 250; n++) if ((await write(`10.0.0.${n}`)) === 503) full += 1;
	expect(full).toBeGreaterThan(1);
	expect(logged).toHaveLength(3);
});
