/** Which hosts a list or a file has: the parameters that choose them, the same wherever hosts are listed. */

import { AppError } from "../../errors.ts";
import type { HostFilter } from "../../model/host.ts";
import { choice, momentParameter, type Parameter, text, wholeNumber } from "./parameters.ts";

export const HOST_FILTERS = {
	status: choice("Hosts of this status.", ["up", "down", "unknown"], { example: "up" }),
	tag: text("Hosts with this tag.", "storage"),
	service: text("Hosts with this service on a port that is open now.", "ssh"),
	port: wholeNumber("Hosts with this port open now.", { min: 1, max: 65_535, example: 22 }),
	q: text(
		"Hosts with this text in address, names, description, tags, hardware address, vendor, services or products.",
		"nas",
	),
	seen: choice("Hosts that never answered: reservations.", ["never"], { example: "never" }),
	first_seen_since: momentParameter("Hosts that answered for the first time then, or later."),
};

/** One subnet of all. */
export const SUBNET_FILTER = wholeNumber("Hosts of this subnet.", {
	min: 1,
	max: Number.MAX_SAFE_INTEGER,
	example: 1,
});

/** What was said of each; not said is undefined. */
export type HostFilterQuery = {
	readonly [N in keyof typeof HOST_FILTERS]?:
		| ((typeof HOST_FILTERS)[N] extends Parameter<infer T> ? T : never)
		| undefined;
};

/** AppError("invalid") for two that exclude each other. */
export function filterOf(query: HostFilterQuery, subnetId: number | undefined): HostFilter {
	const { status, tag, service, port, q, seen, first_seen_since: since } = query;
	if (seen !== undefined && since !== undefined) {
		throw new AppError("invalid", "seen=never and first_seen_since exclude each other.", { field: "seen" });
	}
	const when = since === undefined ? undefined : ({ kind: "new", since } as const);
	return {
		...{ subnetId, status, tag, service, port, text: q },
		seen: seen === undefined ? when : { kind: seen },
	};
}
