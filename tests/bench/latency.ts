/** Latency against a known truth: the engine's figures beside the log of a responder that answers late on purpose. */

import { configure, type Lab, sysctl } from "../helpers/netns.ts";
import { type Figure, measure, median, quantile } from "./measure.ts";

const BLOCK = "10.130.0.0/21";
const RATE = "10000";
const MEDIAN_MS = 0.1;
const WORST_MS = 1;

export function prepareLatency(lab: Lab): void {
	configure(lab, {
		near: [`route add ${BLOCK} via 10.99.0.2`],
		far: [`route add local ${BLOCK} dev lo`],
	});
}

export async function latency(lab: Lab, load: "idle" | "busy", rounds: number): Promise<Figure[]> {
	const errors: number[] = [];
	let missing = 0;
	for (let i = 0; i < rounds; i++) {
		const { truth, found } = await oneSweep(lab, load);
		for (const [ip, delayUs] of Object.entries(truth)) {
			const latencyUs = found[ip];
			if (latencyUs === undefined) missing++;
			else errors.push(Math.abs(latencyUs - delayUs) / 1000);
		}
	}
	const name = `latency, main thread ${load}`;
	const note = `${errors.length} hosts at 20 ± 5 ms, ${RATE}/s, ${rounds} runs`;
	return [
		{ name: `${name}: median error`, value: median(errors), unit: "ms", limit: MEDIAN_MS, note },
		{ name: `${name}: 99th percentile`, value: quantile(errors, 0.99), unit: "ms", limit: WORST_MS },
		{ name: `${name}: hosts without a figure`, value: missing, unit: "hosts", limit: 0 },
	];
}

type Times = Record<string, number>;

async function oneSweep(lab: Lab, load: string): Promise<{ truth: Times; found: Times }> {
	sysctl(lab, "far", "net.ipv4.icmp_echo_ignore_all", "1");
	const responder = Bun.spawn(lab.farCommand([process.execPath, `${import.meta.dir}/responder.ts`]), {
		stdin: "ignore",
		stdout: "pipe",
		stderr: "inherit",
		timeout: 60_000,
		killSignal: "SIGKILL",
	});
	try {
		const lines = linesOf(responder.stdout);
		await lines.next();
		const entry = `${import.meta.dir}/latency-entry.ts`;
		const run = measure(lab.nearCommand([process.execPath, entry, BLOCK, RATE, load]), 60_000);
		if (run.code !== 0) throw new Error(`latency sweep ended with ${run.code}: ${run.err}`);
		responder.kill("SIGTERM");
		const truth = (await lines.next()).value ?? "{}";
		return { truth: JSON.parse(truth), found: JSON.parse(run.out) };
	} finally {
		responder.kill("SIGKILL");
		await responder.exited;
		sysctl(lab, "far", "net.ipv4.icmp_echo_ignore_all", "0");
	}
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, undefined> {
	let rest = "";
	const decoder = new TextDecoder();
	for await (const chunk of stream) {
		rest += decoder.decode(chunk, { stream: true });
		for (let end = rest.indexOf("\n"); end >= 0; end = rest.indexOf("\n")) {
			yield rest.slice(0, end);
			rest = rest.slice(end + 1);
		}
	}
	return undefined;
}
