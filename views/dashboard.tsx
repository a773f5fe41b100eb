/** The first page: five counts, the subnets at a glance, who is alive, what changed. Knows no request. */

import { askedBySweep } from "../src/model/coverage.ts";
import type { Event } from "../src/model/event.ts";
import type { Listing } from "../src/model/listing.ts";
import type { AddressMap } from "../src/model/map.ts";
import type { SubnetSummary } from "../src/model/subnet.ts";
import { formatCidr } from "../src/net/cidr.ts";
import { Main, Panel, Wire } from "./elements.tsx";
import { EventLine } from "./event.tsx";
import { FilterBar, NoMatch } from "./filters.tsx";
import { count, interval, nameOr, plural, ratio } from "./format.ts";
import { ListingTable } from "./listing.tsx";
import { Strip } from "./map.tsx";
import { type NetworkOffer, Offers } from "./offers.tsx";
import { exportUrl } from "./query.ts";
import { May } from "./reader.tsx";
import { SubnetFields } from "./subnet-form.tsx";
import { Swept } from "./swept.tsx";
import { StatusCounts, usedText } from "./used.tsx";

export type { NetworkOffer } from "./offers.tsx";

type SubnetLine = { subnet: SubnetSummary; map: AddressMap };

export type DashboardProps = {
	counts: {
		up: number;
		down: number;
		neverAnswered: number;
		newIn24h: number;
		answered24h: number | undefined;
	};
	/** The first ones, with their strips, and all there are. */
	subnets: readonly SubnetLine[];
	all: readonly SubnetSummary[];
	listing: Listing;
	changes: readonly Event[];
	offers: readonly NetworkOffer[];
	now: number;
};

export function Dashboard(props: DashboardProps) {
	if (props.subnets.length === 0) return <FirstRun {...props} />;
	return (
		<Main live="all" class="dashboard">
			<h1 class="sr">Dashboard</h1>
			<CountTiles counts={props.counts} />
			{/* The list of hosts grows as it is scrolled: what stands below it in one column is never reached. */}
			<div class="two">
				<SubnetPanel {...props} />
				<Changes changes={props.changes} now={props.now} />
				<HostPanel {...props} />
			</div>
		</Main>
	);
}

function FirstRun(props: DashboardProps) {
	return (
		<Main live="all" class="first-run">
			<section class="panel start" aria-labelledby="start">
				<h1 id="start">Add your first subnet</h1>
				<p class="quiet">
					Rollcall asks every address of a subnet once a minute who is there. The first sweep starts at once
					and this page fills while it runs.
				</p>
				<Offers offers={props.offers} />
				<h2>{props.offers.length > 0 ? "Or another network" : "Your network"}</h2>
				<SubnetFields short />
				<May>
					<h2>Or what you have already</h2>
					<p class="quiet">
						A spreadsheet, an export of phpIPAM or NetBox, a hosts file: <a href="/imports">import a file</a>.
						First you see what it would do.
					</p>
				</May>
			</section>
		</Main>
	);
}

function SubnetAside(props: { all: DashboardProps["all"] }) {
	return (
		<>
			{sweptText(props.all)}{" "}
			<span class="moving">
				<May>
					<a href="/imports">Import</a>
				</May>{" "}
				<a href="/export">
					Export<span class="sr"> everything</span>
				</a>
			</span>
		</>
	);
}

function CountTiles(props: { counts: DashboardProps["counts"] }) {
	const { counts } = props;
	return (
		<ul class="tiles">
			<Tile href="/?status=up#hosts" n={count(counts.up)} says="alive now" kind={counts.up > 0 ? "up" : ""} />
			<Tile
				href="/?status=down#hosts"
				n={count(counts.down)}
				says="down"
				kind={counts.down > 0 ? "down" : ""}
			/>
			<Tile href="/?status=&seen=never#hosts" n={count(counts.neverAnswered)} says="never answered" />
			<Tile href="/?status=&seen=new#hosts" n={count(counts.newIn24h)} says="new in 24 h" />
			<Tile
				href="/activity?kind=down"
				n={counts.answered24h === undefined ? "–" : ratio(counts.answered24h)}
				unit={counts.answered24h === undefined ? undefined : "%"}
				says="answered, last 24 h"
			/>
		</ul>
	);
}

function Tile(props: { href: string; n: string; unit?: string | undefined; says: string; kind?: string }) {
	return (
		<li>
			<a href={props.href}>
				<b class={props.kind === "" ? undefined : props.kind}>{props.n}</b>
				{props.unit !== undefined && <small> {props.unit}</small>}
				<span class="says">{props.says}</span>
			</a>
		</li>
	);
}

/** "5 subnets · 1,826 addresses swept every 60 s"; without the interval where they differ. */
function sweptText(subnets: readonly SubnetSummary[]): string {
	const swept = subnets.filter((subnet) => subnet.sweepEnabled);
	const addresses = swept.reduce((n, subnet) => n + askedBySweep(subnet), 0n);
	const every = new Set(swept.map((subnet) => subnet.sweepIntervalS));
	const [seconds] = every;
	const rhythm = every.size === 1 ? ` every ${interval(seconds ?? 0)}` : "";
	return `${plural(subnets.length, "subnet")} · ${plural(addresses, "address", "addresses")} swept${rhythm}`;
}

function SubnetPanel(props: DashboardProps) {
	const rest = props.all.length - props.subnets.length;
	return (
		<Panel title="Subnets" id="subnets" aside={<SubnetAside all={props.all} />}>
			<ul class="subnets">
				{props.subnets.map(({ subnet, map }) => (
					<li key={subnet.id} id={`s${subnet.id}`}>
						<div class="which">
							<a href={`/subnets/${subnet.id}`}>
								<Wire text={nameOr(subnet.name, formatCidr(subnet.cidr))} />
							</a>
							{subnet.name !== "" && <span class="cidr">{formatCidr(subnet.cidr)}</span>}
						</div>
						<Strip map={map} />
						<div class="numbers">
							<StatusCounts counts={subnet.counts} />
							<span class="swept">
								{usedText(subnet.counts)} · <Swept subnet={subnet} now={props.now} />
							</span>
						</div>
					</li>
				))}
			</ul>
			{rest > 0 && (
				<p class="rest">
					<a href="/subnets">{plural(rest, "more subnet")}</a>
				</p>
			)}
		</Panel>
	);
}

const TITLES = { up: "Alive now", down: "Down now", unknown: "Unknown now" } as const;

function HostPanel(props: DashboardProps) {
	const { listing } = props;
	const { status } = listing.query.filter;
	const title = status === undefined ? "All hosts" : TITLES[status];
	const subnets = props.all.map((subnet) => ({
		value: subnet.id.toString(),
		label: nameOr(subnet.name, formatCidr(subnet.cidr)),
	}));
	const aside = (
		<>
			{plural(listing.matching, "host")}
			<span class="moving">
				<a href={exportUrl(listing.query)}>
					Export<span class="sr"> these hosts</span>
				</a>
			</span>
		</>
	);
	return (
		<Panel title={title} id="hosts" aside={aside} class="listing">
			<FilterBar listing={listing} base="/" full={false} subnets={subnets} />
			<ListingTable listing={listing} base="/" now={props.now} label={title} />
			{listing.matching === 0 && <NoMatch href={"/?status=#hosts"} />}
		</Panel>
	);
}

function Changes(props: { changes: readonly Event[]; now: number }) {
	return (
		<Panel title="What changed" id="changes" aside="last 24 h" class="changes">
			{props.changes.length === 0 ? (
				<p class="empty">Nothing changed.</p>
			) : (
				<ul class="events">
					{props.changes.map((event) => (
						<EventLine key={event.id} event={event} now={props.now} brief />
					))}
				</ul>
			)}
		</Panel>
	);
}
