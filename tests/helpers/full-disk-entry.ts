/**
 * A whole Rollcall on a small disk of its own (a tmpfs that its parent mounted in a namespace), which fills up and is
 * emptied again. Prints as one line of JSON what was seen at each step.
 */

import { readdirSync, rmSync, statfsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { explain } from "../../src/http/respond.ts";
import { editHost, reserveAddress } from "../../src/ipam/hosts.ts";
import { createSubnet } from "../../src/ipam/subnets.ts";
import { backupNow } from "../../src/ipam/upkeep.ts";
import { findHost } from "../../src/store/hosts.ts";
import { readBackupProblem, readBackupReport } from "../../src/store/settings.ts";
import { wrongs } from "./filled.ts";
import { openOwnApp } from "./own-app.ts";
import { until } from "./patience.ts";

const disk = process.argv[2] ?? "";
const ballast = join(disk, "ballast");
const own = await openOwnApp(disk);
const { context } = own.app;
const values = { name: "", notes: "", gateway: "", sweepIntervalS: 60, sweepEnabled: false };
createSubnet(context, "10.0.0.0/16", values);
const HOST = { hostname: "", description: "", tags: [], notes: "x".repeat(2_000) };
const write = (n: number) => {
	try {
		reserveAddress(context, `10.0.${n >> 7}.${1 + (n & 127)}`, HOST);
		return { status: 201, says: "" };
	} catch (error) {
		return explain(error);
	}
};
await until(() => own.hosts().includes("14 up"), "14 up");
backupNow(context);
await until(() => (readBackupReport(context.db)?.path ?? "") !== "", "a backup");
const backups = () => readdirSync(join(disk, "backups"));
const before = backups();

/** Leaves `spare` bytes. */
function fill(spare: number): void {
	rmSync(ballast, { force: true });
	const { bavail, bsize } = statfsSync(disk);
	writeFileSync(ballast, Buffer.alloc(bavail * bsize - Math.floor(spare), 1));
}
// Too little for a copy, enough for the log of what is written meanwhile: that it failed is noted, too.
fill(statSync(context.config.databasePath).size / 2);
backupNow(context);
await until(() => readBackupProblem(context.db) !== undefined, "a backup that fails");
const backupSays = readBackupProblem(context.db)?.says;
const kept = backups();
fill(0);
let refused = { status: 201, says: "" };
let written = 0;
while (refused.status === 201 && written < 5_000) refused = write(written++);
let trouble = await own.health();
await until(async () => {
	trouble = await own.health();
	return trouble.status === 503;
}, "trouble told");
const hostsWhileFull = own.hosts();
const acknowledged = written - 1;
rmSync(ballast);
await until(() => write(written + 1).status === 201, "writes taken again");
await until(async () => (await own.health()).status === 200, "all well again");
const first = findHost(context.db, 15);
if (first !== undefined) editHost(context, first.id, first.version, { ...HOST, description: "after" });
const rows = context.db.query("SELECT count(*) AS n FROM host WHERE ip LIKE '10.%'").get() as { n: number };
const downs = context.db.query("SELECT count(*) AS n FROM event WHERE kind LIKE '%down%'").get() as {
	n: number;
};
const facts = {
	before,
	kept,
	backupSays,
	refused,
	trouble,
	hostsWhileFull,
	acknowledged,
	rows: rows.n,
	downs: downs.n,
};
const found = wrongs(context.db);
await own.close();
console.log(JSON.stringify({ ...facts, wrongs: found }));
