/**
 * `bench arp [--quick] [--json]`: sweeps of attached networks by ARP, half of them alive, against nmap's and against
 * the figures that were promised. Exits with 1 when one is missed.
 *
 * ROLLCALL_BIN names the executable to measure; without it the source tree is. Needs root, ip, nft, nmap.
 */

import { parseArgs } from "node:util";
import { configure, halfAlive, isAlive, type Lab, labProblem, openLab } from "../helpers/netns.ts";
import { readOutcomes } from "./grounds.ts";
import { type Figure, measure, median, passes, printFigures } from "./measure.ts";

const { values } = parseArgs({ options: { quick: { type: "boolean" }, json: { type: "boolean" } } });
const quick = values.quick ?? false;
const json = values.json ?? false;

const problem = labProblem("nmap");
if (problem) {
	console.error(`The ARP bench cannot run here: it ${problem}.`);
	process.exit(2);
}

const CHUNK = 16;
const LIMIT_MS: Readonly<Record<number, number>> = { 24: 1_200, 20: 3_000 };
const binary = process.env.ROLLCALL_BIN;
const sweep = binary ? [binary, "sweep"] : [process.execPath, `${import.meta.dir}/sweep-entry.ts`];

/** A directly attached network, half alive; the near address lies in a silent chunk. */
function attached(lab: Lab, prefix: number, rounds: number): Figure[] {
	const base = `10.${150 + prefix}.0.0`;
	const own = `10.${150 + prefix}.0.${CHUNK + 1}`;
	const answering = halfAlive(base, prefix, CHUNK).filter((line) => !line.includes("blackhole"));
	configure(lab, {
		near: [`addr add ${own}/${prefix} dev veth0`],
		far: [...answering, `route add ${base}/${prefix} dev veth0`],
	});
	const block = `${base}/${prefix}`;
	let wrong = 0;
	let untimed = 0;
	const walls: number[] = [];
	const cpus: number[] = [];
	for (let i = 0; i < rounds; i++) {
		const run = measure(lab.nearCommand([...sweep, "--arp", block, "--json", "--rate", "20000"]));
		const outcomes = readOutcomes(run);
		const alive = (ip: string) => ip === own || isAlive(ip, CHUNK);
		wrong += outcomes.filter(({ ip, up }) => up !== alive(ip)).length;
		wrong += 2 ** (32 - prefix) - 2 - new Set(outcomes.map(({ ip }) => ip)).size;
		untimed += outcomes.filter(({ up, latencyMs }) => up && latencyMs === null).length;
		walls.push(run.wallMs);
		cpus.push(run.cpuMs);
	}
	const name = `/${prefix} attached, half alive, by ARP`;
	const limit = LIMIT_MS[prefix] as number;
	const figures: Figure[] = [
		{ name: `${name}: wrong verdicts`, value: wrong, unit: "hosts", limit: 0, note: `${rounds} runs` },
		{ name: `${name}: up without a latency`, value: untimed, unit: "hosts", limit: 0 },
		{ name: `${name}: wall`, value: median(walls), unit: "ms", limit },
		{ name: `${name}: processor time`, value: median(cpus), unit: "ms" },
	];
	if (quick) return figures;
	const nmap = measure(lab.nearCommand(["nmap", "-sn", "-n", "-T4", block]));
	const found = nmap.out.split("\n").filter((line) => line.startsWith("Nmap scan report")).length;
	const note = `${found} up`;
	return [
		...figures,
		{ name: `/${prefix} nmap -sn -n -T4 by ARP: wall`, value: nmap.wallMs, unit: "ms", note },
	];
}

const lab = openLab();
const interrupted = () => {
	lab.close();
	process.exit(130);
};
process.on("SIGINT", interrupted);
process.on("SIGTERM", interrupted);

let failed = 0;
try {
	if (!json) console.log(`Measuring ${sweep.join(" ")}${quick ? " (quick)" : ""}`);
	const figures = [24, 20].flatMap((prefix) => attached(lab, prefix, quick ? 2 : 7));
	printFigures(figures, json);
	failed = figures.filter((figure) => !passes(figure)).length;
} finally {
	lab.close();
}
if (!json) console.log(failed === 0 ? "All figures reached." : `${failed} figures missed.`);
process.exit(failed === 0 ? 0 : 1);
