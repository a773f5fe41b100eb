/**
 * The near end of the latency bench: one sweep with the engine in a worker, the main thread idle or spinning.
 * Arguments: CIDR, rate, "busy" or "idle". Prints {"ip": latencyUs, …} of the hosts that answered.
 */

import { systemClock } from "../../src/clock.ts";
import { formatAddress } from "../../src/net/address.ts";
import { parseCidr, usableRange } from "../../src/net/cidr.ts";
import { addressesOf } from "../../src/net/ranges.ts";
import { openProber } from "../../src/probes/open.ts";

const [block = "", rate = "", load = ""] = process.argv.slice(2);

async function sweep(): Promise<Record<string, number>> {
	const { value, problem } = parseCidr(block);
	if (!value) throw new Error(problem);
	const targets = addressesOf(usableRange(value), 65_536);
	const config = { ratePps: Number(rate), batchSize: 1024, batchMs: 50, pingProcesses: 1 };
	const prober = openProber(config, { clock: systemClock, random: Math.random });
	const found: Record<string, number> = {};
	for await (const batch of prober.probe(targets, { attempts: 2, retryMs: 200, timeoutMs: 500 })) {
		batch.index.forEach((at, i) => {
			const latencyUs = batch.latencyUs[i] as number;
			if (latencyUs >= 0) found[formatAddress(targets[at] as bigint)] = latencyUs;
		});
	}
	prober.close();
	return found;
}

if (Bun.isMainThread) {
	const worker = new Worker(Bun.main, { argv: process.argv.slice(2) });
	const done = new Promise<Record<string, number>>((resolve) => {
		worker.onmessage = ({ data }) => resolve(data);
	});
	let found: Record<string, number> | undefined;
	void done.then((result) => {
		found = result;
	});
	while (!found) {
		const until = performance.now() + (load === "busy" ? 100 : 0);
		while (performance.now() < until) Math.sqrt(until);
		await Bun.sleep(load === "busy" ? 0 : 20);
	}
	console.log(JSON.stringify(found));
	worker.terminate();
} else {
	postMessage(await sweep());
}
