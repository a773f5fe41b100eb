/** The routed, lossy and attached test grounds of the sweep bench: what runs there and which figures come out. */

import { configure, halfAlive, isAlive, knowsNear, type Lab, nft } from "../helpers/netns.ts";
import { type Figure, type Measured, measure, median } from "./measure.ts";

/** How often each is run; `fpingLarge`: on the /16, where one run takes 106 s. */
export type Rounds = { own: number; peers: number; fpingLarge: number };

const CHUNK = 16;
const ROUTED = "10.128.0.0";

export type Outcome = { ip: string; up: boolean; latencyMs: number | null };

export function readOutcomes({ out, err, code }: Measured): Outcome[] {
	if (code !== 0) throw new Error(`sweep ended with ${code}: ${err}`);
	return out
		.trimEnd()
		.split("\n")
		.map((line) => JSON.parse(line) as Outcome);
}

/** Hosts up but reported down, silent but reported up, and addresses without a verdict. */
function wrongs(outcomes: readonly Outcome[], expected: number, own?: string) {
	const alive = (ip: string) => ip === own || isAlive(ip, CHUNK);
	const falseDown = outcomes.filter(({ ip, up }) => !up && alive(ip));
	const falseUp = outcomes.filter(({ ip, up }) => up && !alive(ip)).length;
	return { falseDown, falseUp, missing: expected - new Set(outcomes.map(({ ip }) => ip)).size };
}

export function prepareRouted(lab: Lab): void {
	configure(lab, { near: [`route add ${ROUTED}/16 via 10.99.0.2`], far: halfAlive(ROUTED, 16, CHUNK) });
}

/** Wall-time ratios against `fping -i 1 -r 1 -t 500` that must be reached. */
const RATIOS: Readonly<Record<number, number>> = { 24: 0.6, 20: 1 / 6, 16: 1 / 30 };
const LARGE_WALL_MS = 3_500;

export function routed(lab: Lab, sweep: string[], prefix: number, rounds: Rounds): Figure[] {
	const block = `${ROUTED}/${prefix}`;
	const own: Measured[] = [];
	let wrong = 0;
	for (let i = 0; i < rounds.own; i++) {
		const run = measure(lab.nearCommand([...sweep, block, "--json", "--rate", "50000"]));
		const { falseDown, falseUp, missing } = wrongs(readOutcomes(run), 2 ** (32 - prefix) - 2);
		wrong += falseDown.length + falseUp + missing;
		own.push(run);
	}
	const wall = median(own.map((run) => run.wallMs));
	const cpu = median(own.map((run) => run.cpuMs));
	const large = prefix === 16;
	const figures: Figure[] = [
		{
			name: `/${prefix} wrong verdicts, all runs`,
			value: wrong,
			unit: "hosts",
			limit: 0,
			note: `${own.length} runs`,
		},
		{ name: `/${prefix} wall`, value: wall, unit: "ms", ...(large ? { limit: LARGE_WALL_MS } : {}) },
		{ name: `/${prefix} memory`, value: median(own.map((run) => run.maxRssMb)), unit: "MB" },
	];
	const fping = repeat(large ? rounds.fpingLarge : rounds.peers, () =>
		measure(lab.nearCommand(["fping", "-q", "-i", "1", "-r", "1", "-t", "500", "-g", block])),
	);
	if (fping.length > 0) {
		const fpingWall = median(fping.map((run) => run.wallMs));
		const fpingCpu = median(fping.map((run) => run.cpuMs));
		const note = `fping -i 1 -r 1 -t 500: ${fpingWall.toFixed(0)} ms, ${fping.length} runs`;
		figures.push({
			name: `/${prefix} wall / fping's`,
			value: wall / fpingWall,
			unit: "",
			limit: RATIOS[prefix] as number,
			note,
		});
		figures.push({
			name: `/${prefix} processor time / fping's`,
			value: cpu / fpingCpu,
			unit: "",
			...(prefix <= 20 ? { limit: 1 } : {}),
			note: `${cpu.toFixed(0)} ms against ${fpingCpu.toFixed(0)} ms`,
		});
	}
	return figures;
}

/** For information: fping with its own settings (about 27 minutes on a /16: left out there) and nmap. */
export function peers(lab: Lab, prefix: number, rounds: number): Figure[] {
	const block = `${ROUTED}/${prefix}`;
	const commands = {
		"fping, its defaults": ["fping", "-q", "-g", block],
		"nmap -sn -n -PE -T4": ["nmap", "-sn", "-n", "-PE", "-T4", block],
	};
	return Object.entries(commands).flatMap(([name, command]) => {
		if (prefix === 16 && name.startsWith("fping")) return [];
		const runs = repeat(rounds, () => measure(lab.nearCommand(command)));
		return runs.length === 0
			? []
			: [{ name: `/${prefix} wall of ${name}`, value: median(runs.map((run) => run.wallMs)), unit: "ms" }];
	});
}

function repeat(times: number, run: () => Measured): Measured[] {
	return Array.from({ length: times }, run);
}

/** 1 % of packets lost each way on the /16: two attempts, then three more echoes to whoever is missing. */
export function lossy(lab: Lab, sweep: string[], rounds: number): Figure[] {
	const rule = (type: string) => `icmp type ${type} numgen random mod 100 < 1 drop`;
	const drop = (type: string) =>
		["table ip loss {", "chain in {", "type filter hook prerouting priority 0", rule(type), "}", "}"].join(
			"\n",
		);
	nft(lab, "far", drop("echo-request"));
	nft(lab, "near", drop("echo-reply"));
	try {
		const shares: number[] = [];
		let confirmed = 0;
		let falseUps = 0;
		for (let i = 0; i < rounds; i++) {
			const run = measure(lab.nearCommand([...sweep, `${ROUTED}/16`, "--json", "--rate", "50000"]));
			const { falseDown, falseUp, missing } = wrongs(readOutcomes(run), 65_534);
			falseUps += falseUp + missing;
			shares.push(falseDown.length / 32_767);
			if (falseDown.length === 0) continue;
			const ips = falseDown.map(({ ip }) => ip);
			const again = measure(lab.nearCommand([...sweep, ...ips, "--json", "--attempts", "3"]));
			confirmed += readOutcomes(again).filter(({ up }) => !up).length;
		}
		const worst = Math.max(...shares) * 100;
		const note = `two attempts; worst of ${rounds} runs`;
		return [
			{ name: "1 % loss, /16: up but reported down", value: worst, unit: "%", limit: 0.1, note },
			{ name: "1 % loss, /16: still so after 3 more echoes", value: confirmed, unit: "hosts", limit: 0 },
			{ name: "1 % loss, /16: silent but reported up", value: falseUps, unit: "hosts", limit: 0 },
		];
	} finally {
		nft(lab, "far", "");
		nft(lab, "near", "");
	}
}

/** A directly attached network, half alive; the near address lies in a silent chunk. */
export function onLink(lab: Lab, sweep: string[], prefix: number, rounds: number): Figure[] {
	const base = `10.${100 + prefix}.0.0`;
	const own = `10.${100 + prefix}.0.${CHUNK + 1}`;
	const answering = halfAlive(base, prefix, CHUNK).filter((line) => !line.includes("blackhole"));
	configure(lab, {
		near: [`addr add ${own}/${prefix} dev veth0`],
		far: [...answering, `route add ${base}/${prefix} dev veth0`, knowsNear(own)],
	});
	try {
		let downs = 0;
		let ups = 0;
		const walls: number[] = [];
		for (let i = 0; i < rounds; i++) {
			const run = measure(lab.nearCommand([...sweep, `${base}/${prefix}`, "--json", "--rate", "50000"]));
			const { falseDown, falseUp, missing } = wrongs(readOutcomes(run), 2 ** (32 - prefix) - 2, own);
			downs += falseDown.length;
			ups += falseUp + missing;
			walls.push(run.wallMs);
		}
		const note = `${rounds} runs`;
		return [
			{ name: `/${prefix} attached: up but reported down`, value: downs, unit: "hosts", limit: 0, note },
			{ name: `/${prefix} attached: silent but reported up`, value: ups, unit: "hosts", limit: 0 },
			{ name: `/${prefix} attached: wall`, value: median(walls), unit: "ms" },
		];
	} finally {
		configure(lab, { near: [`addr del ${own}/${prefix} dev veth0`] });
	}
}
