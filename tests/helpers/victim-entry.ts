/**
 * A whole Rollcall without visitors, to be killed: it sweeps loopback, prunes, backs up and delivers without a pause,
 * while a person in it writes as fast as can be and says on standard output what was acknowledged.
 */

import { openApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config.ts";
import { runThread } from "../../src/crew.ts";
import { deleteHost } from "../../src/ipam/deletions.ts";
import { editHost, reserveAddress } from "../../src/ipam/hosts.ts";
import { createSubnet } from "../../src/ipam/subnets.ts";
import { sweepNow } from "../../src/ipam/sweeps.ts";
import { backupNow, pruneNow } from "../../src/ipam/upkeep.ts";
import { createWebhook, testWebhook } from "../../src/ipam/webhooks.ts";
import { silentLog } from "../../src/log.ts";
import { listSubnets } from "../../src/store/subnets.ts";
import { listWebhooks } from "../../src/store/webhooks.ts";

const SUBNET = { name: "", notes: "", gateway: "", sweepIntervalS: 10 };
const HOST = { hostname: "", description: "", tags: [], notes: "" };

/** Runs until it is killed. `path` is the database, `hook` the address of a receiver on this machine. */
async function live(path: string, hook: string): Promise<void> {
	const env = { DATABASE_URL: path, WEBHOOK_ALLOW_LOOPBACK: "true", SCAN_NMAP_INTERVAL_MINUTES: "0" };
	// So slowly that a sweep is under way at nearly every moment.
	const slow = { SCAN_RATE_PPS: "300" };
	const config = loadConfig({ env: { ...env, ...slow, PTR_LOOKUP_ENABLED: "false", BACKUP_KEEP: "3" } });
	const app = await openApp(config, { entry: Bun.main, listen: false, log: silentLog });
	const { context } = app;
	const { db } = context;
	if (listSubnets(db).length === 0) {
		// People write into the first one: nothing is sent there.
		createSubnet(context, "10.0.0.0/16", { ...SUBNET, sweepEnabled: false });
		for (const cidr of ["127.0.1.0/24", "127.0.2.0/24"])
			createSubnet(context, cidr, { ...SUBNET, sweepEnabled: true });
		const rules = { allowLoopback: true, ownPort: undefined, ownAddresses: [] };
		createWebhook(
			context,
			{ name: "it", url: hook, topics: ["down"], subnetId: undefined, tag: "", enabled: true },
			rules,
		);
	}
	const last = db.query<{ seq: number }, []>("SELECT seq FROM sqlite_sequence WHERE name = 'host'").get();
	const [webhook] = listWebhooks(db);
	process.stdout.write("ready\n");
	let n = last?.seq ?? 0;
	setInterval(() => {
		for (const subnet of listSubnets(db).slice(1)) sweepNow(context, subnet.id);
		pruneNow(context);
		backupNow(context);
	}, 50);
	setInterval(() => {
		n += 1;
		const ip = `10.0.${(n >> 7) & 3}.${1 + (n & 127)}`;
		const there = db.query("SELECT id FROM host WHERE ip = ?").get(ip) as { id: number } | null;
		if (there !== null) {
			deleteHost(context, there.id);
			process.stdout.write(`gone ${ip}\n`);
		}
		const made = reserveAddress(context, ip, { ...HOST, description: `made ${n}`, tags: ["a", `t${n % 7}`] });
		process.stdout.write(`made ${ip} ${n}\n`);
		editHost(context, made.id, made.version, { ...HOST, description: `edited ${n}`, tags: [`t${n % 5}`] });
		process.stdout.write(`edited ${ip} ${n}\n`);
		if (n % 10 === 0 && webhook !== undefined) {
			testWebhook(context, webhook.id);
			process.stdout.write("asked\n");
		}
	}, 4);
}

if (Bun.isMainThread) await live(process.argv[2] ?? "", process.argv[3] ?? "");
else runThread();
