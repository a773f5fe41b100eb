/**
 * A Rollcall without visitors that writes as fast as can be, on a disk that fails now and then. Says on standard output
 * what was acknowledged, what was refused and how, and at last that it is still there.
 */

import { openApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config.ts";
import { explain } from "../../src/http/respond.ts";
import { editHost, reserveAddress } from "../../src/ipam/hosts.ts";
import { createSubnet } from "../../src/ipam/subnets.ts";
import { silentLog } from "../../src/log.ts";
import { findHost } from "../../src/store/hosts.ts";

const WRITES = 80;
const SUBNET = { name: "", notes: "", gateway: "", sweepIntervalS: 60, sweepEnabled: false };
const HOST = { hostname: "", description: "made", tags: ["a"], notes: "" };

/** The same wish until it is granted, ten times at most; every refusal is said. */
function insist(work: () => void): boolean {
	for (let tries = 0; tries < 10; tries++) {
		try {
			work();
			return true;
		} catch (error) {
			const { status, says } = explain(error);
			process.stdout.write(`refused ${status} ${says}\n`);
		}
	}
	return false;
}

const config = loadConfig({ env: { DATABASE_URL: process.argv[2] ?? "" } });
const { context, close } = await openApp(config, { listen: false, log: silentLog });
insist(() => createSubnet(context, "10.0.0.0/24", SUBNET));
for (let n = 1; n <= WRITES; n++) {
	const ip = `10.0.0.${n}`;
	let made: number | undefined;
	const make = () => {
		made = reserveAddress(context, ip, HOST).id;
	};
	if (insist(make)) process.stdout.write(`made ${ip}\n`);
	const id = made ?? 0;
	const host = findHost(context.db, id);
	if (
		host !== undefined &&
		insist(() => editHost(context, id, host.version, { ...HOST, description: "edited" }))
	)
		process.stdout.write(`edited ${ip}\n`);
	if (n % 20 === 0) insist(() => context.db.run("PRAGMA wal_checkpoint(PASSIVE)"));
}
process.stdout.write("end\n");
await close().catch(() => {});
process.exit(0);
