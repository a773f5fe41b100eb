/** Reading a prober to its end, for tests. */

import type { Address } from "../../src/net/address.ts";
import { parseAddress } from "../../src/net/address.ts";
import { type ProbeBatch, type ProbeOptions, type ProbeTotals, SILENT } from "../../src/probes/probe.ts";

export type Probed = {
	/** Latency by target index in microseconds, or SILENT. */
	verdicts: Map<number, number>;
	/** Verdicts for targets that had one already: always a fault of the prober. */
	repeated: number;
	totals: ProbeTotals;
};

export async function drain(run: AsyncGenerator<ProbeBatch, ProbeTotals, undefined>): Promise<Probed> {
	const verdicts = new Map<number, number>();
	let repeated = 0;
	for (;;) {
		const step = await run.next();
		if (step.done) return { verdicts, repeated, totals: step.value };
		step.value.index.forEach((index, i) => {
			if (verdicts.has(index)) repeated++;
			verdicts.set(index, step.value.latencyUs[i] as number);
		});
	}
}

export function addresses(...texts: string[]): Address[] {
	return texts.map((text) => {
		const { value, problem } = parseAddress(text);
		if (value === undefined) throw new Error(problem);
		return value;
	});
}

/** `count` addresses from 10.`second`.0.1 on. */
export function block(count: number, second = 0): Address[] {
	const [first = 0n] = addresses(`10.${second}.0.1`);
	return Array.from({ length: count }, (_, i) => first + BigInt(i));
}

export function upCount({ verdicts }: Probed): number {
	return [...verdicts.values()].filter((latencyUs) => latencyUs !== SILENT).length;
}

export const OPTIONS: ProbeOptions = { attempts: 2, retryMs: 200, timeoutMs: 500 };
