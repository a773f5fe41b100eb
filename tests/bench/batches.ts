/** What deleting, undoing and editing 65,000 hosts takes, and how long a page would wait meanwhile. Prints only. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config.ts";
import { editHosts, resolveSelection } from "../../src/ipam/bulk.ts";
import { deleteSubnet } from "../../src/ipam/deletions.ts";
import { createSubnet } from "../../src/ipam/subnets.ts";
import { undoBatch } from "../../src/ipam/undo.ts";
import { silentLog } from "../../src/log.ts";
import { neverSeen } from "../../src/model/presence.ts";
import { transact } from "../../src/store/database.ts";
import { insertFoundHost, insertSample } from "../../src/store/history.ts";
import { address } from "../helpers/world.ts";

const HOSTS = 65_000;
const folder = mkdtempSync(join(tmpdir(), "rollcall-batches-"));
const config = loadConfig({ env: { DATABASE_URL: join(folder, "ipam.db"), PTR_LOOKUP_ENABLED: "false" } });
// With the thread beside it that moves the log into the file, as ever; nothing is sent.
const entry = join(import.meta.dir, "../../src/main.ts");
const app = await openApp(config, { entry, listen: false, log: silentLog });
const { context } = app;
await Bun.sleep(6_000);
const input = { name: "", notes: "", gateway: "", sweepIntervalS: 60, sweepEnabled: false };
const { id } = createSubnet(context, "10.0.0.0/16", input);
const seen = { ...neverSeen, status: "up", statusSince: 1, lastSeenAt: 5, latencyUs: 500 } as const;
for (let n = 0; n < HOSTS; n += 1_000) {
	transact(context.db, () => {
		for (let at = n; at < n + 1_000; at++) {
			const host = insertFoundHost(context.db, id, address("10.0.0.1") + BigInt(at), seen);
			context.db
				.query("UPDATE host SET hostname = 'host-' || id || '.lan', hostname_source = 'ptr' WHERE id = ?")
				.run(host);
			for (let sample = 0; sample < 3; sample++) insertSample(context.db, host, sample * 60_000, 400);
		}
	});
}

/** Runs `work`; how long it took, the processor's part of it, and how long others waited for a turn meanwhile. */
async function timed(work: () => Promise<unknown>) {
	const waits: number[] = [];
	let last = performance.now();
	let running = true;
	const turns = (async () => {
		while (running) {
			await Bun.sleep(0);
			waits.push(performance.now() - last);
			last = performance.now();
		}
	})();
	const [from, spent] = [performance.now(), process.cpuUsage()];
	await work();
	const seconds = (performance.now() - from) / 1_000;
	const { user, system } = process.cpuUsage(spent);
	running = false;
	await turns;
	// Somebody who comes at any moment: the longer a wait, the likelier to meet it.
	const total = waits.reduce((sum, ms) => sum + ms, 0);
	waits.sort((a, b) => b - a);
	let p99 = 0;
	let seen = 0;
	for (const ms of waits) {
		seen += ms;
		p99 = ms;
		if (seen > total / 100) break;
	}
	return { seconds, processorS: (user + system) / 1e6, p99, longest: waits[0] ?? 0 };
}

const idle = await timed(() => Bun.sleep(2_000));
console.log(`nothing: a wait p99 ${idle.p99.toFixed(1)} ms, longest ${idle.longest.toFixed(0)} ms`);

async function measure(name: string, work: () => Promise<unknown>): Promise<void> {
	const { seconds, processorS, p99, longest } = await timed(work);
	const perHost = ((processorS * 1e6) / HOSTS).toFixed(0);
	console.log(
		`${name}: ${seconds.toFixed(2)} s, processor ${processorS.toFixed(2)} s (${perHost} µs a host); ` +
			`a wait p99 ${p99.toFixed(0)} ms (${(p99 / idle.p99).toFixed(1)} × nothing), longest ${longest.toFixed(0)} ms`,
	);
}

let batch = 0;
await measure(`edit ${HOSTS} hosts`, async () => {
	const ids = resolveSelection(context, { kind: "matching", filter: { subnetId: id }, except: [] });
	batch = (await editHosts(context, ids, { description: "new", tagsAdded: ["bulk"] }, "all")).batchId;
});
await measure("undo that", () => undoBatch(context, batch));
await measure(`delete the subnet with ${HOSTS} hosts`, async () => {
	batch = (await deleteSubnet(context, id)).batchId;
});
await measure("undo that", () => undoBatch(context, batch));
await app.close();
rmSync(folder, { recursive: true });
