/** Every page over the invented network, by path: what a server would make of its store. */

import type { VNode } from "preact";
import type { Event } from "../../src/model/event.ts";
import type { Host } from "../../src/model/host.ts";
import type { Listing, ListQuery } from "../../src/model/listing.ts";
import type { SweepRun } from "../../src/model/run.ts";
import type { SearchAnswers } from "../../src/model/search.ts";
import type { SubnetSummary } from "../../src/model/subnet.ts";
import { usableRange } from "../../src/net/cidr.ts";
import { Activity, ActivityLines, type ActivityWindow } from "../../views/activity.tsx";
import { Dashboard } from "../../views/dashboard.tsx";
import { Doctor } from "../../views/doctor.tsx";
import { HostPage, HostPanel } from "../../views/host.tsx";
import type { FieldInHand } from "../../views/host-fields.tsx";
import { ListingRows } from "../../views/listing.tsx";
import { Problem } from "../../views/problem.tsx";
import { renderFragment } from "../../views/render.tsx";
import { ReserveForm, ReserveHere } from "../../views/reserve.tsx";
import { SearchPage } from "../../views/search.tsx";
import { Settings } from "../../views/settings.tsx";
import { SubnetPage } from "../../views/subnet.tsx";
import { SubnetDelete, SubnetEdit } from "../../views/subnet-form.tsx";
import { type SubnetFormState, Subnets } from "../../views/subnets.tsx";
import { hookPage } from "./hook-pages.tsx";
import { movingPage } from "./moving-pages.tsx";
import { bare, campus, campusHosts, changes, HOSTILE, hostile, hostileHosts, places } from "./office.ts";
import { pastOf, storage } from "./past.ts";
import { peoplePage } from "./people-pages.tsx";
import { about, checks, defaults, emptyForm, foundBlocks, offers, running, wrongForm } from "./samples.ts";
import { address, event, HOUR, listingOf, mapOf, NOW } from "./world.ts";

type Place = { subnet: SubnetSummary; hosts: Host[] };
type Page = { title: string; main: VNode };

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
function dashboardListing(world: World, url: URL): Listing {
	const query = queryOf(url);
	const filter = url.searchParams.has("status") ? query.filter : { ...query.filter, status: "up" as const };
	const hosts = world.places.slice(0, 5).flatMap((place) => place.hosts);
	const shown =
		filter.subnetId === undefined ? hosts : hosts.filter((host) => host.subnetId === filter.subnetId);
	return windowOf(listingOf(shown, undefined, { ...query, filter }, Number.MAX_SAFE_INTEGER), url);
}

function subnetListing(place: Place, url: URL): Listing {
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

function dashboard(world: World, url: URL, count = 5, all = count): VNode {
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
			changes={changes.slice(0, 9)}
			offers={offers}
			now={world.now()}
		/>
	);
}

function subnetPage(world: World, place: Place, url: URL, run = world.run): VNode {
	return (
		<SubnetPage
			subnet={place.subnet}
			ancestors={place.subnet.id === 1 ? [{ ...campus, lastSweepProblem: undefined, name: "Office" }] : []}
			children={place.subnet.id === campus.id ? world.places.slice(1, 3).map(({ subnet }) => subnet) : []}
			map={mapOf(place.subnet, place.hosts)}
			listing={subnetListing(place, url)}
			run={run?.subnetId === place.subnet.id ? run : undefined}
			scanIntervalMinutes={60}
			now={world.now()}
		/>
	);
}

function subnetsPage(world: World, form: SubnetFormState, empty = false): VNode {
	const shown = empty
		? []
		: world.places.map(({ subnet }, i) => ({ subnet, depth: i === 2 || i === 3 ? 1 : 0 }));
	return <Subnets subnets={shown} form={form} finder={foundBlocks} offers={offers} now={world.now()} />;
}

function hostPanel(
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
		now: world.now(),
		inHand,
	};
	return drawer ? <HostPanel {...shared} drawer /> : <HostPage {...shared} />;
}

function small(world: World, path: string): Page | undefined {
	const first = world.places[0];
	if (first === undefined) return undefined;
	const { subnet } = first;
	const values = { ...emptyForm.values, name: subnet.name, notes: subnet.notes };
	const pages: Record<string, () => Page> = {
		"/activity": () => ({
			title: "Activity",
			main: (
				<Activity
					window={windowOfEvents(world, changes, 9)}
					subnets={[{ value: "1", label: "Office LAN" }]}
				/>
			),
		}),
		"/settings": () => ({
			title: "Settings",
			main: <Settings theme="auto" about={about} defaults={defaults} asksSnmp storage={storage} />,
		}),
		"/doctor": () => ({ title: "Doctor", main: <Doctor checks={checks} /> }),
		"/subnets": () => ({ title: "Subnets", main: subnetsPage(world, emptyForm) }),
		"/subnets/1/edit": () => ({
			title: "Edit",
			main: <SubnetEdit subnet={subnet} form={{ values }} />,
		}),
		"/subnets/1/delete": () => ({
			title: "Delete",
			main: (
				<SubnetDelete
					subnet={subnet}
					hosts={47}
					annotated={6}
					nested={[subnet]}
					moved={{ to: "Campus", hosts: 12 }}
				/>
			),
		}),
		"/subnets/1/free/10.0.0.77": () => ({
			title: "Reserve",
			main: (
				<ReserveForm
					subnet={subnet}
					address="10.0.0.77"
					values={{ count: "1", hostname: "", description: "" }}
				/>
			),
		}),
		"/search": () => ({ title: "Search", main: <SearchPage answers={answersOf(first)} now={world.now()} /> }),
		...oddPages(world, first),
	};
	return pages[path]?.();
}

function windowOfEvents(world: World, events: readonly Event[], next?: number): ActivityWindow {
	return { events, next, filter: {}, zone: "Europe/Berlin", now: world.now() };
}

/** The page of a host whose every text is hostile. */
function hostilePage(world: World, n: number): Page {
	const place = world.places.find(({ subnet }) => subnet.id === hostile.id);
	const host = place?.hosts[n];
	if (place === undefined || host === undefined) throw new Error("no such host");
	return { title: host.hostname, main: hostPanel(world, place, host, false) };
}

function hostileEvents(): Event[] {
	return HOSTILE.flatMap((text) => [
		event("host_down", text, HOUR),
		event("host_edited", text, HOUR, { detail: { field: text, new: text } }),
		event("port_opened", text, HOUR, { detail: { port: 1, proto: "tcp", service: text } }),
		event("sweep_failed", text, HOUR, { detail: { reason: text } }),
	]);
}

/** What a search for 10.0.0.77 might find. */
function answersOf({ subnet, hosts }: Place): SearchAnswers {
	return {
		text: "10.0.0.77",
		hint: { kind: "free", address: "10.0.0.77", subnet },
		subnets: { shown: [subnet], count: 1 },
		hosts: { shown: hosts.slice(0, 8), count: hosts.length },
		services: { shown: [{ port: 443, service: "https", product: "", hosts: 12 }], count: 1 },
	};
}

/** States that need no path of their own. */
function oddPages(world: World, first: Place): Record<string, () => Page> {
	return {
		"/x/first-run": () => ({ title: "", main: dashboard(world, new URL("http://x/"), 0) }),
		"/x/more-subnets": () => ({ title: "", main: dashboard(world, new URL("http://x/"), 5, 8) }),
		"/x/no-subnets": () => ({ title: "Subnets", main: subnetsPage(world, emptyForm, true) }),
		"/x/wrong-subnet": () => ({ title: "Subnets", main: subnetsPage(world, wrongForm) }),
		"/x/no-events": () => ({
			title: "Activity",
			main: <Activity window={windowOfEvents(world, [])} subnets={[]} />,
		}),
		"/x/sweeping": () => ({
			title: "Office LAN",
			main: subnetPage(world, first, new URL("http://x/"), running),
		}),
		"/x/many-tags": () => hostilePage(world, 0),
		"/x/many-ports": () => hostilePage(world, 1),
		"/x/long-name": () => hostilePage(world, HOSTILE.length - 1),
		"/x/hostile-activity": () => ({
			title: HOSTILE[5] ?? "",
			main: (
				<Activity
					window={{
						...windowOfEvents(world, hostileEvents()),
						filter: { text: HOSTILE[1] },
					}}
					subnets={HOSTILE.map((label, n) => ({ value: String(n), label }))}
				/>
			),
		}),
		"/x/conflict": () => ({
			title: "nas.lan",
			main: hostPanel(world, first, first.hosts[4] as Host, false, true),
		}),
		"/x/scanning": () => ({
			title: "nas.lan",
			main: hostPanel(world, first, first.hosts[4] as Host, false, false, 7),
		}),
		"/x/lost": () => ({
			title: "Not found",
			main: (
				<Problem
					status={404}
					title="There is no such host"
					says="It may have been deleted."
					next={{ href: "/", label: "To the dashboard" }}
				/>
			),
		}),
	};
}

export function pageOf(world: World, url: URL): Page | undefined {
	const path = url.pathname;
	if (path === "/") return { title: "", main: dashboard(world, url) };
	const place = world.places.find(({ subnet }) => path === `/subnets/${subnet.id}`);
	if (place !== undefined) return { title: place.subnet.name, main: subnetPage(world, place, url) };
	const found = hostAt(world, path);
	if (found !== undefined) {
		return { title: found.host.hostname, main: hostPanel(world, found.place, found.host, false) };
	}
	return hookPage(path) ?? movingPage(path) ?? peoplePage(path) ?? small(world, path);
}

export function hostAt(world: World, path: string): { place: Place; host: Host } | undefined {
	const id = Number(/^\/hosts\/(\d+)/.exec(path)?.[1]);
	for (const place of world.places) {
		const host = place.hosts.find((host) => host.id === id);
		if (host !== undefined) return { place, host };
	}
	return undefined;
}

export function fragmentOf(world: World, url: URL): string | undefined {
	const path = url.pathname;
	const now = world.now();
	if (path === "/rows") {
		return renderFragment(
			{ role: "admin" },
			<ListingRows listing={dashboardListing(world, url)} base="/" now={now} />,
		);
	}
	if (path === "/activity/lines") {
		const older = changes.map((event) => ({ ...event, id: event.id + 1_000 }));
		return renderFragment({ role: "admin" }, <ActivityLines window={windowOfEvents(world, older)} />);
	}
	const rows = /^\/subnets\/(\d+)\/rows$/.exec(path);
	const place = rows && world.places.find(({ subnet }) => subnet.id === Number(rows[1]));
	if (place) {
		const id = place.subnet.id;
		return renderFragment(
			{ role: "admin" },
			<ListingRows listing={subnetListing(place, url)} base={`/subnets/${id}`} subnetId={id} now={now} />,
		);
	}
	const free = /^\/subnets\/1\/free\/([^/]+)\/form$/.exec(path);
	const [first] = world.places;
	if (free !== null && first !== undefined) {
		const values = { count: url.searchParams.get("count") ?? "1", hostname: "", description: "" };
		const form = <ReserveHere subnet={first.subnet} address={free[1] ?? ""} values={values} />;
		return renderFragment({ role: "admin" }, form);
	}
	const found = path.endsWith("/drawer") ? hostAt(world, path) : undefined;
	return found && renderFragment({ role: "admin" }, hostPanel(world, found.place, found.host, true));
}

export function lostPage(world: World): Page {
	return small(world, "/x/lost") ?? { title: "", main: <main /> };
}
