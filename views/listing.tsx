/** The host table: rows of hosts, groups and gaps, and the link to the next window. Knows no page around it. */

import type { Host } from "../src/model/host.ts";
import type { Listing, ListRow } from "../src/model/listing.ts";
import { familyOf, formatAddress } from "../src/net/address.ts";
import type { Range } from "../src/net/cidr.ts";
import { countOf } from "../src/net/ranges.ts";
import {
	Age,
	cell,
	columnheader,
	Latency,
	Ports,
	row,
	rowgroup,
	rowheader,
	StatusPill,
	Tags,
	table,
	Wire,
} from "./elements.tsx";
import { count, plural } from "./format.ts";
import { listUrl, rowsUrl } from "./query.ts";

const COLUMNS = ["Address", "Status", "Hostname", "Latency", "Open ports", "Tags", "Last seen"] as const;
const GROUPS = { up: "Up", down: "Down", unknown: "Unknown", unused: "Unused" } as const;

/** How many addresses one "Show" unfolds: what the listing gives, and what the button says. */
const UNFOLD = 64n;
/** How many the form for several starts with. */
const SEVERAL = 8n;

export type ListingProps = {
	listing: Listing;
	base: string;
	subnetId?: number | undefined;
	now: number;
};

/** `label` names the table for those who do not see it. */
export function ListingTable(props: ListingProps & { label: string }) {
	return (
		<table class={isV6(props.listing) ? "hosts v6" : "hosts"} aria-label={props.label} {...table}>
			<thead {...rowgroup}>
				<tr {...row}>
					{COLUMNS.map((name) => (
						<th key={name} {...columnheader}>
							{name}
						</th>
					))}
				</tr>
			</thead>
			<tbody {...rowgroup}>
				<ListingRows {...props} />
			</tbody>
		</table>
	);
}

/** Long addresses get a wider column. */
function isV6(listing: Listing): boolean {
	return listing.rows.some((entry) => entry.kind === "host" && familyOf(entry.host.address) === 6);
}

/** Only the rows, for the page and for the windows behind it. */
export function ListingRows(props: ListingProps) {
	const { listing, base } = props;
	return (
		<>
			{listing.rows.map((entry) => (
				<Row key={keyOf(entry)} entry={entry} {...props} />
			))}
			{listing.next !== undefined && (
				<tr class="more" id="more" {...row}>
					<td {...cell} colSpan={COLUMNS.length}>
						<a
							class="button plain"
							href={listUrl(base, listing.query, { after: listing.next })}
							hx-get={rowsUrl(base, listing.query, listing.next)}
							hx-trigger="revealed, click"
							hx-target="#more"
							hx-swap="outerHTML"
						>
							Show the next 100
						</a>
					</td>
				</tr>
			)}
		</>
	);
}

function keyOf(entry: ListRow): string {
	switch (entry.kind) {
		case "group":
			return entry.group;
		case "host":
			return `h${entry.host.id}`;
		case "free":
			return `f${entry.address}`;
		default:
			return `g${entry.range.first}`;
	}
}

function Row(props: ListingProps & { entry: ListRow }) {
	const { entry } = props;
	switch (entry.kind) {
		case "group":
			return <GroupRow entry={entry} />;
		case "host":
			return <HostRow host={entry.host} now={props.now} />;
		case "gap":
			return <GapRow {...props} range={entry.range} />;
		case "free":
			return <FreeRow address={formatAddress(entry.address)} subnetId={props.subnetId} />;
		case "gap_rest":
			return <GapRow {...props} range={entry.range} rest />;
	}
}

function GroupRow(props: { entry: Extract<ListRow, { kind: "group" }> }) {
	const { group, ranges } = props.entry;
	return (
		<tr class="group" id={`group-${group}`} {...row}>
			<th {...rowheader} scope="colgroup" colSpan={COLUMNS.length}>
				{GROUPS[group]} · {count(props.entry.count)}
				{ranges !== undefined && ` in ${plural(ranges, "range")}`}
			</th>
		</tr>
	);
}

function HostRow(props: { host: Host; now: number }) {
	const { host } = props;
	return (
		<tr id={`h${host.id}`} {...row}>
			<th class="address" {...rowheader}>
				<a href={`/hosts/${host.id}`} data-drawer>
					{host.ip}
				</a>
			</th>
			<td class="status" {...cell}>
				<StatusPill host={host} />
			</td>
			<td class="name" {...cell}>
				<HostName host={host} />
			</td>
			<td class="latency" {...cell}>
				<Latency host={host} />
			</td>
			<td class="ports" {...cell}>
				<Ports ports={host.ports} />
			</td>
			<td class="tags" {...cell}>
				<Tags tags={host.tags} />
			</td>
			<td class="seen" {...cell}>
				{host.lastSeenAt === undefined ? (
					"never"
				) : (
					<Age at={host.lastSeenAt} now={props.now} style="seen" bare />
				)}
			</td>
		</tr>
	);
}

/** The hostname; without one the description; a reservation says that it is one. */
export function HostName(props: { host: Pick<Host, "hostname" | "description" | "lastSeenAt"> }) {
	const { hostname, description, lastSeenAt } = props.host;
	if (hostname !== "") return <Wire text={hostname} />;
	if (lastSeenAt === undefined) {
		return description === "" ? (
			<span class="quiet">reserved</span>
		) : (
			<>
				reserved: <Wire text={description} />
			</>
		);
	}
	return description === "" ? null : (
		<span class="quiet">
			<Wire text={description} />
		</span>
	);
}

/** "10.0.0.15 – 10.0.0.200", or the address alone where there is only one. */
function rangeText(range: Range): string {
	const first = formatAddress(range.first);
	return range.first === range.last ? first : `${first} – ${formatAddress(range.last)}`;
}

/** A run of unused addresses; `rest` is what an unfolded one has not shown yet. */
function GapRow(props: ListingProps & { range: Range; rest?: boolean }) {
	const { range, listing } = props;
	const size = countOf(range);
	const first = formatAddress(range.first);
	const open = [...listing.query.open, range.first];
	return (
		<tr class="gap" id={`g${first}`} {...row}>
			<td {...cell} colSpan={COLUMNS.length}>
				<span class="range">{rangeText(range)}</span>
				<span class="size">
					{size === 1n ? "unused" : `${count(size)} ${props.rest ? "more " : ""}unused`}
				</span>
				<span class="does">
					{size > 1n && (
						<a
							class="mini"
							href={`${listUrl(props.base, listing.query, { open })}#f${first}`}
							hx-get={listUrl(props.base, listing.query, { open })}
							hx-target="#main"
							hx-swap="outerMorph show:none"
							hx-push-url="true"
							data-unfold={`f${first}`}
						>
							{props.rest && size > UNFOLD ? `Show ${UNFOLD} more` : "Show"}
							<span class="sr"> {rangeText(range)}</span>
						</a>
					)}
					<ReserveLink
						subnetId={props.subnetId}
						address={first}
						label={size === 1n ? "Reserve" : "Reserve first free"}
					/>
					{size > 1n && (
						<>
							<ReserveLink
								subnetId={props.subnetId}
								address={first}
								count={size < SEVERAL ? size : SEVERAL}
								label="Reserve several"
							/>
							<button type="button" class="mini copy" data-copy={rangeText(range)}>
								Copy<span class="sr"> {rangeText(range)}</span>
							</button>
						</>
					)}
				</span>
			</td>
		</tr>
	);
}

function FreeRow(props: { address: string; subnetId: number | undefined }) {
	return (
		<tr class="gap free" id={`f${props.address}`} {...row}>
			<td {...cell} colSpan={COLUMNS.length}>
				<span class="range">{props.address}</span>
				<span class="size">unused</span>
				<span class="does">
					<ReserveLink subnetId={props.subnetId} address={props.address} label="Reserve" />
				</span>
			</td>
		</tr>
	);
}

function ReserveLink(props: {
	subnetId: number | undefined;
	address: string;
	label: string;
	count?: bigint;
}) {
	if (props.subnetId === undefined) return null;
	const query = props.count === undefined ? "" : `?count=${props.count}`;
	return (
		<a class="mini" href={`/subnets/${props.subnetId}/free/${props.address}${query}`}>
			{props.label}
			<span class="sr"> {props.address}</span>
		</a>
	);
}
