/**
 * `bench sweep [--quick] [--json] [--only NAME]`: the sweep engine against fping and nmap in network namespaces
 * of its own, and against the figures that were promised. Exits with 1 when one is missed.
 *
 * ROLLCALL_BIN names the executable to measure; without it the source tree is. Needs root, ip, nft, fping, nmap.
 */

import { parseArgs } from "node:util";
import { labProblem, openLab } from "../helpers/netns.ts";
import { lossy, onLink, peers, prepareRouted, routed } from "./grounds.ts";
import { latency, prepareLatency } from "./latency.ts";
import { type Figure, passes, printFigures } from "./measure.ts";

const { values } = parseArgs({
	options: { quick: { type: "boolean" }, json: { type: "boolean" }, only: { type: "string" } },
});
const quick = values.quick ?? false;
const json = values.json ?? false;

const problem = labProblem("nft", "fping", "nmap");
if (problem) {
	console.error(`The sweep bench cannot run here: it ${problem}.`);
	process.exit(2);
}

const binary = process.env.ROLLCALL_BIN;
const sweep = binary ? [binary, "sweep"] : [process.execPath, `${import.meta.dir}/sweep-entry.ts`];
const rounds = quick ? { own: 3, peers: 1, fpingLarge: 0 } : { own: 7, peers: 3, fpingLarge: 1 };

const lab = openLab();
const interrupted = () => {
	lab.close();
	process.exit(130);
};
process.on("SIGINT", interrupted);
process.on("SIGTERM", interrupted);

const scenarios: Record<string, () => Figure[] | Promise<Figure[]>> = {
	routed: () => [24, 20, 16].flatMap((prefix) => routed(lab, sweep, prefix, rounds)),
	latency: async () => [
		...(await latency(lab, "idle", quick ? 1 : 3)),
		...(await latency(lab, "busy", quick ? 1 : 3)),
	],
	loss: () => lossy(lab, sweep, quick ? 1 : 3),
	onlink: () => [...onLink(lab, sweep, 22, quick ? 2 : 3), ...onLink(lab, sweep, 20, 1)],
	peers: () => (quick ? [] : [24, 20, 16].flatMap((prefix) => peers(lab, prefix, 1))),
};

const all: Figure[] = [];
try {
	prepareRouted(lab);
	prepareLatency(lab);
	if (!json) console.log(`Measuring ${sweep.join(" ")}${quick ? " (quick)" : ""}`);
	for (const [name, scenario] of Object.entries(scenarios)) {
		if (values.only !== undefined && values.only !== name) continue;
		const figures = await scenario();
		printFigures(figures, json);
		all.push(...figures);
	}
} finally {
	lab.close();
}
const failed = all.filter((figure) => !passes(figure)).length;
if (!json) {
	console.log("Left out: fping with its defaults on the /16 (about 27 minutes by its own pacing).");
	console.log(failed === 0 ? "All figures reached." : `${failed} figures missed.`);
}
process.exit(failed === 0 ? 0 : 1);
