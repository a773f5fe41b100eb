/**
 * The prober of the demonstration: answers for an invented network and sends nothing. Everybody else in the program
 * takes it for the real one.
 */

import type { Clock } from "../clock.ts";
import { answersAt, DEMO_SUBNETS, latencyAt, roleOf } from "../model/demo.ts";
import type { Address } from "../net/address.ts";
import { contains, parseCidr } from "../net/cidr.ts";
import { type ProbeBatch, type Prober, SILENT } from "./probe.ts";

/** Verdicts come in batches of so many, so far apart: a sweep can be watched. */
const BATCH = 256;
const BATCH_MS = 120;

export function openStaged(clock: Clock): Prober {
	const stage = DEMO_SUBNETS.flatMap(({ cidr, density }) => {
		const { value } = parseCidr(cidr);
		return value === undefined ? [] : [{ cidr: value, density }];
	});
	const verdict = (address: Address, at: number): number => {
		const around = stage.find(({ cidr }) => contains(cidr, address));
		const role = around === undefined ? "absent" : roleOf(address, around.density);
		return answersAt(address, role, at) ? latencyAt(address, at) : SILENT;
	};
	return {
		method: "raw",
		note: undefined,
		arp: false,
		async *probe(targets, { signal }) {
			let replies = 0;
			for (let from = 0; from < targets.length; from += BATCH) {
				await clock.sleep(BATCH_MS, signal);
				if (signal?.aborted) break;
				const asked = targets.slice(from, from + BATCH);
				const at = clock.now();
				const latencyUs = Int32Array.from(asked, (address) => verdict(address, at));
				replies += latencyUs.filter((us) => us !== SILENT).length;
				const batch: ProbeBatch = { index: Uint32Array.from(asked, (_, i) => from + i), latencyUs };
				yield batch;
			}
			return { sent: targets.length, replies, duplicates: 0, errors: 0 };
		},
		close() {},
	};
}
