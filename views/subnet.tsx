/** One subnet: what it is, its address map, its hosts and gaps, its sweep while one runs. Knows no request. */

import { beginsWhole, coverageOf } from "../src/model/coverage.ts";
import type { Listing } from "../src/model/listing.ts";
import type { AddressMap } from "../src/model/map.ts";
import type { SweepRun } from "../src/model/run.ts";
import { gatewayOf, type Subnet, type SubnetSummary } from "../src/model/subnet.ts";
import { type Address, formatAddress } from "../src/net/address.ts";
import { formatCidr } from "../src/net/cidr.ts";
import { ActionButton, Callout, inPlace, Main, Wire } from "./elements.tsx";
import { FilterBar, NoMatch } from "./filters.tsx";
import { count, duration, interval, nameOr, visible, visibleLines } from "./format.ts";
import { ListingTable } from "./listing.tsx";
import { MapCells } from "./map.tsx";
import { exportUrl } from "./query.ts";
import { May } from "./reader.tsx";
import { Usage, usedOf } from "./used.tsx";

export type SubnetPageProps = {
	subnet: SubnetSummary;
	ancestors: readonly Subnet[];
	children: readonly SubnetSummary[];
	map: AddressMap;
	/** undefined: every usable address is taken. */
	firstFree: Address | undefined;
	listing: Listing;
	run: SweepRun | undefined;
	/** Left out or 0: ports are scanned only when somebody asks. */
	scanIntervalMinutes?: number;
	now: number;
};

const label = (subnet: Subnet) => nameOr(subnet.name, formatCidr(subnet.cidr));

export function SubnetPage(props: SubnetPageProps) {
	const { subnet, listing } = props;
	const base = `/subnets/${subnet.id}`;
	const name = visible(label(subnet));
	return (
		<Main live={`subnet:${subnet.id}`}>
			<Trail ancestors={props.ancestors} />
			<Head
				subnet={subnet}
				exportHref={exportUrl(listing.query)}
				scanIntervalMinutes={props.scanIntervalMinutes ?? 0}
			/>
			{subnet.lastSweepProblem !== undefined && (
				<Callout kind="warn">
					<p>
						The last sweep could not run: <Wire text={subnet.lastSweepProblem} /> States shown here are older.{" "}
						<a href="/doctor">What is wrong?</a>
					</p>
				</Callout>
			)}
			<Sweep run={props.run} now={props.now} />
			<section class="panel map-panel" aria-label="Address map">
				<div class="map-box">
					<MapCells map={props.map} subnetId={subnet.id} label={name} />
				</div>
				<Usage counts={subnet.counts}>
					<FirstFree subnetId={subnet.id} address={props.firstFree} />
				</Usage>
			</section>
			<Nested subnets={props.children} />
			<section class="panel listing" aria-label="Hosts" id="hosts">
				<FilterBar listing={listing} base={base} full placeholder="Filter this subnet…" />
				<ListingTable
					listing={listing}
					base={base}
					subnetId={subnet.id}
					gateway={gatewayOf(subnet)}
					now={props.now}
					label={`Hosts of ${name}`}
				/>
				{listing.rows.length === 0 && <NoMatch href={base} />}
			</section>
		</Main>
	);
}

/** "Give me a free address": the lowest one, and a press from the form that takes it. */
function FirstFree(props: { subnetId: number; address: Address | undefined }) {
	if (props.address === undefined) return <p class="first-free">No address is free.</p>;
	const ip = formatAddress(props.address);
	return (
		<p class="first-free">
			First free{" "}
			<May instead={<span class="mono">{ip}</span>}>
				<a class="mono" href={`/subnets/${props.subnetId}/free/${ip}`} data-key="r" aria-keyshortcuts="r">
					{ip}
				</a>
			</May>
		</p>
	);
}

function Trail(props: { ancestors: readonly Subnet[] }) {
	return (
		<nav class="trail" aria-label="Breadcrumbs">
			<a href="/subnets">Subnets</a>
			{props.ancestors.map((ancestor) => (
				<>
					{" / "}
					<a href={`/subnets/${ancestor.id}`}>
						<Wire text={label(ancestor)} />
					</a>
				</>
			))}
		</nav>
	);
}

/** What the clock asks, and how often: of a large subnet not everything at once. */
function rhythm(subnet: SubnetSummary): string {
	const every = interval(subnet.sweepIntervalS);
	const coverage = coverageOf(subnet, subnet.counts.usable);
	if (coverage.kind === "whole") return `swept every ${every}`;
	if (coverage.kind === "nothing") return "not swept: multicast and reserved addresses answer nobody";
	if (coverage.kind === "known") return `known hosts and neighbours swept every ${every}`;
	const turns = `known hosts swept every ${every}, every address once in ${duration(coverage.roundS * 1_000)}`;
	const isFirst = subnet.lastSweepAt === undefined && beginsWhole(subnet, subnet.counts.usable);
	return isFirst ? `the first sweep asks every address; then ${turns}` : turns;
}

/** Longer notes are folded: the map comes first. */
const NOTE_IN_LINE = 160;

function Head(props: { subnet: SubnetSummary; exportHref: string; scanIntervalMinutes: number }) {
	const { subnet } = props;
	const long = subnet.notes.length > NOTE_IN_LINE || subnet.notes.includes("\n");
	const facts = [
		subnet.gateway === undefined ? undefined : `gateway ${visible(subnet.gateway)}`,
		subnet.sweepEnabled ? rhythm(subnet) : "not swept",
		subnet.scanEnabled && props.scanIntervalMinutes > 0
			? `ports every ${props.scanIntervalMinutes} min`
			: undefined,
	].filter((fact) => fact !== undefined);
	return (
		<div class="head">
			<div class="title">
				<h1>
					<Wire text={label(subnet)} />{" "}
					<span class="cidr">
						{subnet.name !== "" && formatCidr(subnet.cidr)}
						<span class="narrow-only">
							{subnet.name !== "" && " · "}
							{count(usedOf(subnet.counts))} of {count(subnet.counts.usable)} used
						</span>
					</span>
				</h1>
				<p class="facts">
					{subnet.notes !== "" && !long && (
						<>
							<Wire text={subnet.notes} /> ·{" "}
						</>
					)}
					{facts.join(" · ")}
				</p>
				{long && (
					<details class="facts">
						<summary>Notes</summary>
						<bdi class="notes">{visibleLines(subnet.notes)}</bdi>
					</details>
				)}
			</div>
			<div class="buttons" {...inPlace}>
				<May>
					<a class="button plain" href="/imports" hx-boost="false">
						Import
					</a>
				</May>
				<a class="button plain" href={props.exportHref} hx-boost="false">
					Export
				</a>
				<May>
					<a class="button plain" href={`/subnets/${subnet.id}/edit`} data-key="e" hx-boost="false">
						Edit
					</a>
				</May>
				<ActionButton action={`/subnets/${subnet.id}/sweep`} label="Sweep now" kind="primary" shortcut="s" />
			</div>
		</div>
	);
}

/** The sweep that is waiting or running. The bar moves by itself where the script runs (see static/live.js). */
function Sweep(props: { run: SweepRun | undefined; now: number }) {
	const { run } = props;
	if (run === undefined || (run.state !== "queued" && run.state !== "running")) return null;
	return (
		<section class="panel sweep" aria-label="Sweep" id="sweep" data-run={run.id} data-started={run.startedAt}>
			<label class="sr" for="sweep-bar">
				Sweep progress
			</label>
			<progress id="sweep-bar" max={Math.max(1, run.total)} value={run.done} />
			<p class="says" id="sweep-says">
				{run.state === "queued"
					? "Waiting for its turn"
					: `${count(run.done)} of ${count(run.total)} addresses asked, ${count(run.replies)} answered`}
			</p>
			<div {...inPlace}>
				<ActionButton action={`/runs/${run.id}/cancel`} label="Cancel" />
			</div>
		</section>
	);
}

function Nested(props: { subnets: readonly SubnetSummary[] }) {
	if (props.subnets.length === 0) return null;
	return (
		<nav class="nested" aria-label="Subnets inside">
			<span class="quiet">Inside:</span>
			{props.subnets.map((subnet) => (
				<a key={subnet.id} class="mini" href={`/subnets/${subnet.id}`}>
					<Wire text={label(subnet)} />{" "}
					{subnet.name !== "" && <span class="cidr">{formatCidr(subnet.cidr)}</span>}
				</a>
			))}
		</nav>
	);
}
