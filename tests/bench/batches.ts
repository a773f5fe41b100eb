/** What deleting, undoing and editing 65,000 hosts takes, and how long a page would wait meanwhile. Prints only. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { editHosts, resolveSelection } from "../../src/ipam/bulk.ts";
import { deleteSubnet } from "../../src/ipam/deletions.ts";
import { createSubnet } from "../../src/ipam/subnets.ts";
import { undoBatch } from "../../src/ipam/undo.ts";
import { neverSeen } from "../../src/model/presence.ts";
import { transact } from "../../src/store/database.ts";
import { insertFoundHost, insertSample } from "../../src/store/history.ts";
import { openRig } from "../helpers/app.ts";
import { address } from "../helpers/world.ts";

const HOSTS = 65_000;
const folder = mkdtempSync(join(tmpdir(), "rollcall-batches-"));
const rig = await openRig({ DATABASE_URL: join(folder, "ipam.db") });
const { context } = rig.app;
const input = { name: "", notes: "", gateway: "", sweepIntervalS: 60, sweepEnabled: true };
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

/** Runs `work`; says how long it took and the longest time nobody else had a turn. */
async function measure(name: string, work: () => Promise<unknown>): Promise<void> {
	let longest = 0;
	let last = performance.now();
	let running = true;
	const turns = (async () => {
		while (running) {
			await Bun.sleep(0);
			longest = Math.max(longest, performance.now() - last);
			last = performance.now();
		}
	})();
	const from = performance.now();
	await work();
	const ms = performance.now() - from;
	running = false;
	await turns;
	console.log(`${name}: ${(ms / 1_000).toFixed(2)} s, longest wait ${longest.toFixed(0)} ms`);
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
await rig.close();
rmSync(folder, { recursive: true });
