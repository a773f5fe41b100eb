/**
 * What a list can be narrowed to, with the number of hosts that each choice would show. Counting everything takes
 * longer than the rest of a page, so that is remembered: until something changes, and never counted again sooner
 * than twenty times what it took.
 */

import type { Context } from "../context.ts";
import type { HostFilter } from "../model/host.ts";
import type { FacetCount } from "../model/listing.ts";
import type { Db } from "../store/database.ts";
import { type Facet, listFacets, listFacetsAmong } from "../store/facets.ts";
import { findPassing, type Passing } from "../store/passing.ts";
import { asksNothing } from "../store/search.ts";

/** Names offered in one choice. */
const SHOWN = 50;
/** Subnets whose counts are remembered. */
const KEPT_MAX = 64;
/** Counting takes at most one part in so many of the time. */
const REST = 20;

type Kind = "tag" | "service";
type Whole = (kind: Kind, subnetId: number | undefined) => Facet[];
/** `passing`: the hosts that pass the whole filter, where they were found already. */
export type Facets = (filter: HostFilter, passing?: Passing) => Record<"tags" | "services", FacetCount[]>;

/** Counts anew each time. */
export function facetsOf(db: Db): Facets {
	return facets(db, (kind, subnetId) => listFacets(db, kind, subnetId, SHOWN));
}

/** Remembers what concerns whole subnets. */
export function createFacets({ db, bus, clock }: Pick<Context, "db" | "bus" | "clock">): Facets {
	const kept = new Map<string, { changes: number; untilMs: number; found: Facet[] }>();
	let changes = 0;
	bus.subscribe(({ news }) => {
		if (news.kind === "change" && news.change.urgent) changes += 1;
	});
	return facets(db, (kind, subnetId) => {
		const key = `${kind} ${subnetId ?? ""}`;
		const hit = kept.get(key);
		const startMs = clock.monotonicMs();
		if (hit !== undefined && (hit.changes === changes || startMs < hit.untilMs)) return hit.found;
		const found = listFacets(db, kind, subnetId, SHOWN);
		const nowMs = clock.monotonicMs();
		kept.delete(key);
		kept.set(key, { changes, untilMs: nowMs + REST * (nowMs - startMs), found });
		if (kept.size > KEPT_MAX) kept.delete(kept.keys().next().value ?? "");
		return found;
	});
}

function facets(db: Db, whole: Whole): Facets {
	const of = (kind: Kind, rest: HostFilter, passing: Passing | undefined): FacetCount[] => {
		const among = passing && listFacetsAmong(db, kind, passing, SHOWN);
		const found = among ?? whole(kind, rest.subnetId);
		// Too many hosts to look at each: the names alone.
		if (among === undefined && !asksNothing(rest))
			return found.map(({ name }) => ({ name, hosts: undefined }));
		return found
			.map((facet) => ({ name: facet.name, hosts: hostsOf(facet, rest.status) }))
			.filter(({ hosts }) => hosts > 0);
	};
	return (filter, passing) => {
		const facet = (kind: Kind) => {
			const rest = { ...filter, [kind]: undefined };
			return of(kind, rest, filter[kind] === undefined && passing ? passing : findPassing(db, rest));
		};
		return { tags: facet("tag"), services: facet("service") };
	};
}

function hostsOf(facet: Facet, status: HostFilter["status"]): number {
	return status === undefined ? facet.up + facet.down + facet.unknown : facet[status];
}
