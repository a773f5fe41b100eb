/** Every page over the invented network, by path: what a server would make of its store. */

import type { Event } from "../../src/model/event.ts";
import type { Host } from "../../src/model/host.ts";
import type { SearchAnswers } from "../../src/model/search.ts";
import { Activity, ActivityLines, type ActivityWindow } from "../../views/activity.tsx";
import { Doctor } from "../../views/doctor.tsx";
import { ListingRows } from "../../views/listing.tsx";
import { Problem } from "../../views/problem.tsx";
import { renderFragment } from "../../views/render.tsx";
import { ReserveForm, ReserveHere } from "../../views/reserve.tsx";
import { SearchPage } from "../../views/search.tsx";
import { Settings } from "../../views/settings.tsx";
import { SubnetDelete, SubnetEdit } from "../../views/subnet-form.tsx";
import {
	dashboard,
	dashboardListing,
	hostAt,
	hostPanel,
	type Page,
	type Place,
	subnetListing,
	subnetPage,
	subnetsPage,
	type World,
} from "./gallery-places.tsx";
import { hookPage } from "./hook-pages.tsx";
import { movingPage } from "./moving-pages.tsx";
import { changes, HOSTILE, hostile, longChanges } from "./office.ts";
import { storage } from "./past.ts";
import { peoplePage } from "./people-pages.tsx";
import { about, checks, defaults, emptyForm, running, wrongForm } from "./samples.ts";
import { event, HOUR } from "./world.ts";

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
		"/x/more-subnets": () => ({ title: "", main: dashboard(world, new URL("http://x/"), 5, 8, longChanges) }),
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
