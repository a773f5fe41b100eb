/** The engine over a fake network, ready to probe. */

import { openPinger } from "../../src/probes/icmp/pinger.ts";
import { neverAsked } from "../../src/probes/never.ts";
import type { Prober } from "../../src/probes/probe.ts";
import { FakeNet } from "./fake-wire.ts";

const CONFIG = { ratePps: 10_000, batchSize: 64, batchMs: 50, pingProcesses: 1 };

/** A prober with its network; nonces are the same in every test run. */
export function setUp(
	net = new FakeNet(),
	config: Partial<typeof CONFIG> = {},
): { net: FakeNet; prober: Prober } {
	let draw = 0;
	const random = () => {
		draw = (draw + 0.137) % 1;
		return draw;
	};
	const parts = { config: { ...CONFIG, ...config }, clock: net.clock, random, never: () => neverAsked };
	return { net, prober: openPinger({ method: "raw", wire: net.wire }, { ...parts, note: undefined }) };
}

/**
 * What a run ended with; undefined when it went well. Not `expect(…).rejects`: while bun's matcher waits, what the engine
 * asks of setImmediate comes only with the next timer of the process, which may be a minute away.
 */
export function faultOf(run: Promise<unknown>): Promise<unknown> {
	return run.then(
		() => undefined,
		(error) => error,
	);
}
