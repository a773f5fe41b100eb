/** The pages of subnets and hosts over the invented network, and the world they show. Knows no path but a host's. */

import type { VNode } from "preact";
import type { Host } from "../../src/model/host.ts";
import type { Listing, ListQuery } from "../../src/model/listing.ts";
import type { SweepRun } from "../../src/model/run.ts";
import type { SubnetSummary } from "../../src/model/subnet.ts";
import { usableRange } from "../../src/net/cidr.ts";
import { gapsOf } from "../../src/net/ranges.ts";
import { Dashboard } from "../../views/dashboard.tsx";
import { HostPage, HostPanel } from "../../views/host.tsx";
import type { FieldInHand } from "../../views/host-fields.tsx";
import { SubnetPage } from "../../views/subnet.tsx";
import { type SubnetFormState, Subnets } from "../../views/subnets.tsx";
import {
	bare,
	campus,
	campusHosts,
	changes,
	full,
	fullHosts,
	hostile,
	hostileHosts,
	places,
} from "./office.ts";
import { pastOf } from "./past.ts";
import { foundBlocks, offers } from "./samples.ts";
import { address, event, HOUR, listingOf, mapOf, NOW } from "./world.ts";

export type Place = { subnet: SubnetSummary; hosts: Host[] };
export type Page = { title: string; main: VNode };

/** The world one gallery shows; tests change it while pages are open. */
export type World = {
	places: Place[];
	run: SweepRun | undefined;
	posts: { path: string; form: Record<string, string> }[];
	now: () => number;
};

export function newWorld(): World {
	const all = [
		...places,
		{ subnet: campus, hosts: campusHosts },
		{ subnet: hostile, hosts: hostileHosts },
		{ subnet: bare, hosts: [] },
		{ subnet: full, hosts: fullHosts },
	];
	return {
		places: all.map(({ subnet, hosts }) => ({ subnet, hosts: [...hosts] })),
		run: undefined,
		posts: [],
		now: () => NOW,
	};
}

function queryOf(url: URL): ListQuery {
	const get = (name: string) => url.searchParams.get(name) || undefined;
	const status = get("status");
	return {
		filter: {
			...(get("subnet") && { subnetId: Number(get("subnet")) }),
			...(status === "up" || status === "down" || status === "unknown" ? { status } : {}),
			...(get("tag") && { tag: get("tag") }),
			...(get("service") && { service: get("service") }),
			...(get("q") && { text: get("q") }),
		},
		order: get("order") === "address" ? "address" : "alive",
		open: (get("open") ?? "").split(",").filter(Boolean).map(address),
	};
}

/** On the dashboard a missing status means "up". */
export function dashboardListing(world: World, url: URL): Listing {
	const query = queryOf(url);
	const filter = url.searchParams.has("status") ? query.filter : { ...query.filter, status: "up" as const };
	const hosts = world.places.slice(0, 5).flatMap((place) => place.hosts);
	const shown =
		filter.subnetId === undefined ? hosts : hosts.filter((host) => host.subnetId === filter.subnetId);
	return windowOf(listingOf(shown, undefined, { ...query, filter }, Number.MAX_SAFE_INTEGER), url);
}

export function subnetListing(place: Place, url: URL): Listing {
	const { id, cidr, lastSweepProblem } = place.subnet;
	const listing = listingOf(place.hosts, usableRange(cidr), queryOf(url), Number.MAX_SAFE_INTEGER);
	return windowOf({ ...listing, unswept: new Set(lastSweepProblem === undefined ? [] : [id]) }, url);
}

/** 100 rows behind the cursor, or as many as `limit` says. */
function windowOf(listing: Listing, url: URL): Listing {
	const from = Number(url.searchParams.get("after") ?? 0);
	const to = from + Number(url.searchParams.get("limit") ?? 100);
	return {
		...listing,
		rows: listing.rows.slice(from, to),
		next: to < listing.rows.length ? to.toString() : undefined,
	};
}

export function dashboard(world: World, url: URL, count = 5, all = count, told = changes): VNode {
	const shown = world.places.slice(0, count);
	const total = (of: "up" | "down" | "unknown") => shown.reduce((n, { subnet }) => n + subnet.counts[of], 0);
	return (
		<Dashboard
			counts={{
				up: total("up"),
				down: total("down"),
				neverAnswered: total("unknown"),
				newIn24h: 3,
				answered24h: count === 0 ? undefined : 0.9921,
			}}
			subnets={shown.map(({ subnet, hosts }) => ({ subnet, map: mapOf(subnet, hosts) }))}
			all={world.places.slice(0, all).map(({ subnet }) => subnet)}
			listing={dashboardListing(world, url)}
			changes={told.slice(0, 9)}
			offers={offers}
			now={world.now()}
		/>
	);
}

export function subnetPage(world: World, place: Place, url: URL, run = world.run): VNode {
	return (
		<SubnetPage
			subnet={place.subnet}
			ancestors={place.subnet.id === 1 ? [{ ...campus, lastSweepProblem: undefined, name: "Office" }] : []}
			children={place.subnet.id === campus.id ? world.places.slice(1, 3).map(({ subnet }) => subnet) : []}
			map={mapOf(place.subnet, place.hosts)}
			firstFree={
				gapsOf(
					usableRange(place.subnet.cidr),
					place.hosts.map(({ address }) => address),
				)[0]?.first
			}
			listing={subnetListing(place, url)}
			run={run?.subnetId === place.subnet.id ? run : undefined}
			scanIntervalMinutes={60}
			now={world.now()}
		/>
	);
}

export function subnetsPage(world: World, form: SubnetFormState, empty = false): VNode {
	const shown = empty
		? []
		: world.places.map(({ subnet }, i) => ({ subnet, depth: i === 2 || i === 3 ? 1 : 0 }));
	return <Subnets subnets={shown} form={form} finder={foundBlocks} offers={offers} now={world.now()} />;
}

export function hostPanel(
	world: World,
	place: Place,
	host: Host,
	drawer: boolean,
	conflict = false,
	asked?: number,
): VNode {
	const mine = [
		event("host_edited", host.hostname, HOUR, { detail: { field: "description", new: host.description } }),
		event("host_up", host.hostname, 9 * HOUR, { detail: { downMs: 120_000 } }),
		event("host_down", host.hostname, 9 * HOUR),
	];
	const inHand: FieldInHand | undefined = conflict
		? { field: "description", value: "my words", theirs: "their words", by: "Marta" }
		: undefined;
	const shared = {
		host,
		subnet: place.subnet,
		events: mine,
		history: pastOf(host.id, host.hostname === "nas.lan"),
		scan: {
			lastAt: NOW - 24 * 60_000,
			lastBy: "nmap",
			problem: conflict ? "nmap was ended after 660 s: it hung." : undefined,
			open: asked === undefined ? undefined : ("running" as const),
			openHosts: asked === undefined ? 0 : 1,
			asked,
			ending: false,
			nextAt: NOW + 36 * 60_000,
		},
		unheard: conflict ? [{ port: 139, proto: "tcp" as const }] : [],
		now: world.now(),
		inHand,
	};
	return drawer ? <HostPanel {...shared} drawer /> : <HostPage {...shared} />;
}

export function hostAt(world: World, path: string): { place: Place; host: Host } | undefined {
	const id = Number(/^\/hosts\/(\d+)/.exec(path)?.[1]);
	for (const place of world.places) {
		const host = place.hosts.find((host) => host.id === id);
		if (host !== undefined) return { place, host };
	}
	return undefined;
}
