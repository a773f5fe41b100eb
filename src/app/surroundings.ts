/** What requests may ask of the machine and of the thread that sweeps, put together. Answers none itself. */

import pkg from "../../package.json" with { type: "json" };
import type { AppOptions } from "../app.ts";
import type { Clock } from "../clock.ts";
import { BOUNDS } from "../config.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import type { PhpipamKey, Pulled } from "../events/phpipam.ts";
import { resolveName } from "../events/resolve.ts";
import type { Surroundings } from "../http/desk.ts";
import type { Importer } from "../ipam/imports.ts";
import type { TargetRules } from "../model/target.ts";
import type { Address } from "../net/address.ts";
import { type Neighbour, openNeighbours } from "../probes/arp/neighbours.ts";
import { listOffers } from "../sweeps/offers.ts";
import type { Thread } from "../sweeps/thread.ts";
import type { Doctor } from "./doctor.ts";

/** What the machine and the sweep thread know, for whoever answers requests. */
export function surroundingsOf(
	context: Context,
	options: Pick<AppOptions, "ask" | "neighbours">,
	parts: {
		doctor: Doctor;
		importer: Importer;
		targetRules: () => TargetRules;
		thread: () => Thread | undefined;
	},
): Surroundings {
	const { doctor, importer, targetRules, thread } = parts;
	return {
		offers: () => listOffers(context.db),
		checks: doctor.checks,
		alarm: doctor.alarm,
		targetRules,
		importer,
		pullPhpipam: (base, key, signal) =>
			pull(base, key, { clock: context.clock, rules: targetRules() }, signal),
		ask: async (addresses, patience) => {
			const ask = options.ask ?? thread()?.ask;
			if (ask === undefined) throw new AppError("unavailable", "Nothing can be asked here: no sweeps run.");
			return ask(addresses, patience);
		},
		neighbours: nearby(options.neighbours),
	};
}

/** Addresses of the neighbour table; it is opened when somebody asks first. */
function nearby(given: (() => Neighbour[]) | undefined): () => Address[] {
	let read = given;
	return () => {
		read ??= openNeighbours();
		return read().map(({ address }) => address);
	};
}

/** A running phpIPAM, asked under the same rules as webhooks are sent. */
async function pull(
	base: string,
	key: PhpipamKey,
	{ clock, rules }: { clock: Clock; rules: TargetRules },
	signal: AbortSignal,
): Promise<Pulled> {
	const { pullPhpipam } = await import("../events/phpipam.ts");
	const options = {
		...{ clock, rules, resolve: resolveName, userAgent: `Rollcall/${pkg.version}` },
		...{ timeoutMs: BOUNDS.pullTimeoutMs, bytes: BOUNDS.pullBytes, requests: BOUNDS.pullRequests },
	};
	return pullPhpipam(base, key, options, signal);
}
