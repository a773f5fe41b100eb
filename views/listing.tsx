/** The host table: rows of hosts, groups and gaps, and the link to the next window. Knows no page around it. */

import type { Host, HostOrder } from "../src/model/host.ts";
import type { Listing, ListRow } from "../src/model/listing.ts";
import { type Address, familyOf, formatAddress } from "../src/net/address.ts";
import { BulkBar, Pick } from "./bulk.tsx";
import {
	Age,
	cell,
	columnheader,
	Day,
	inPlace,
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
import { FreeRow, GapRow } from "./gap.tsx";
import { listUrl, rowsUrl } from "./query.ts";
import { useMay } from "./reader.tsx";

const COLUMNS = ["Address", "Status", "Hostname", "Latency", "Open ports", "Tags", "Last seen"] as const;
const GROUPS = { up: "Up", down: "Down", unknown: "Unknown", unused: "Unused" } as const;

export type ListingProps = {
	listing: Listing;
	base: string;
	subnetId?: number | undefined;
	/** Of the subnet that is listed. */
	gateway?: Address | undefined;
	now: number;
};

/** `label` names the table for those who do not see it. */
export function ListingTable(props: ListingProps & { label: string }) {
	return (
		<>
			<table class={`hosts ${width(props.listing)}`.trim()} aria-label={props.label} {...table}>
				<thead {...rowgroup}>
					<tr {...row}>
						{COLUMNS.map((name) => (
							<ColumnHead key={name} name={name} {...props} />
						))}
					</tr>
				</thead>
				<tbody {...rowgroup}>
					<Earlier {...props} />
					<ListingRows {...props} />
				</tbody>
			</table>
			<BulkBar listing={props.listing} base={props.base} />
		</>
	);
}

const ORDERS: Readonly<Record<string, HostOrder>> = { Address: "address", Status: "alive" };

/** The two columns that a list can be ordered by say so and lead there. */
function ColumnHead(props: ListingProps & { name: string }) {
	const { name, listing, base } = props;
	const order = ORDERS[name];
	if (order === undefined) return <th {...columnheader}>{name}</th>;
	const on = listing.query.order === order;
	return (
		<th {...columnheader} aria-sort={on ? "ascending" : undefined}>
			<a href={listUrl(base, listing.query, { order, open: [] })} {...inPlace}>
				{name}
			</a>
		</th>
	);
}

/** The way to the rows before these, where the list was entered in its middle. */
function Earlier(props: ListingProps) {
	const { listing, base } = props;
	if (listing.start === undefined) return null;
	const to = { before: listing.start };
	return (
		<tr class="more" id="earlier" data-start={listing.start} {...row}>
			<td {...cell} colSpan={COLUMNS.length}>
				<a
					class="button plain"
					href={listUrl(base, listing.query, to)}
					hx-get={rowsUrl(base, listing.query, to)}
					hx-target="#earlier"
					hx-swap="outerHTML"
				>
					Show those before
				</a>
			</td>
		</tr>
	);
}

/** One window more: the rows behind those that are shown, or before them with the way to still earlier ones. */
export function WindowRows(props: ListingProps & { before: boolean }) {
	if (!props.before) return <ListingRows {...props} />;
	return (
		<>
			<Earlier {...props} />
			<ListingRows {...props} listing={{ ...props.listing, next: undefined }} />
		</>
	);
}

/** So many characters stand in one line in the column of IPv6 addresses; "2001:db8:4:10::25" is far shorter. */
const SHORT_V6 = 26;

/** Long addresses get a wider column, the longest a still wider one. */
function width(listing: Listing): string {
	const v6 = listing.rows.filter((entry) => entry.kind === "host" && familyOf(entry.host.address) === 6);
	if (v6.length === 0) return "";
	return v6.some((entry) => entry.kind === "host" && entry.host.ip.length > SHORT_V6) ? "v6 long" : "v6";
}

/** Only the rows, with the way to the window behind them. */
export function ListingRows(props: ListingProps) {
	const { listing, base } = props;
	const may = useMay();
	return (
		<>
			{listing.rows.map((entry) => Row({ ...props, entry, may }))}
			{listing.next !== undefined && (
				<tr class="more" id="more" {...row}>
					<td {...cell} colSpan={COLUMNS.length}>
						<a
							class="button plain"
							href={listUrl(base, listing.query, { after: listing.next })}
							hx-get={rowsUrl(base, listing.query, { after: listing.next, at: listing.at })}
							hx-trigger="revealed, click"
							hx-target="#more"
							hx-swap="outerHTML"
						>
							Show more
						</a>
					</td>
				</tr>
			)}
		</>
	);
}

/** `may`: the reader may edit hosts and take addresses. */
type RowProps = ListingProps & { may: boolean };

function Row(props: RowProps & { entry: ListRow }) {
	const { entry } = props;
	switch (entry.kind) {
		case "group":
			return <GroupRow entry={entry} />;
		case "host":
			return HostRow({
				...props,
				host: entry.host,
				at: entry.host.address === props.listing.at,
				unswept: props.listing.unswept.has(entry.host.subnetId),
			});
		case "gap":
			return GapRow({ ...gapOf(props), range: entry.range });
		case "free":
			return (
				<FreeRow
					columns={COLUMNS.length}
					address={formatAddress(entry.address)}
					subnetId={props.may ? props.subnetId : undefined}
					at={entry.address === props.listing.at}
				/>
			);
		case "gap_rest":
			return GapRow({ ...gapOf(props), range: entry.range, rest: true });
	}
}

/** What the row of a gap needs of its list; `unfolded`: the same list with the gap that begins at an address open. */
function gapOf({ listing, base, subnetId, gateway, may }: RowProps) {
	const { query, start, at } = listing;
	return {
		columns: COLUMNS.length,
		subnetId: may ? subnetId : undefined,
		gateway,
		unfolded: (first: Address) => listUrl(base, query, { open: [...query.open, first], after: start, at }),
	};
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

/**
 * `at`: the address that was asked for, so the row to look at; `unswept`: "now" would not be true. The small parts are called, not mounted: a list has a
 * thousand of them, and the renderer's share in each is larger than their own.
 */
function HostRow(props: { host: Host; now: number; at: boolean; unswept: boolean; may: boolean }) {
	const { host, at } = props;
	return (
		<tr id={`h${host.id}`} aria-current={at ? "true" : undefined} {...row}>
			<th class="address" {...rowheader}>
				{props.may && Pick(host)}
				<a id={at ? "at" : undefined} href={`/hosts/${host.id}`} data-drawer>
					{host.ip}
				</a>
			</th>
			<td class="status" {...cell}>
				{StatusPill({ host })}
			</td>
			<td class="name" {...cell}>
				{HostName({ host })}
			</td>
			<td class="latency" {...cell}>
				{Latency({ host })}
			</td>
			<td class="ports" {...cell}>
				{Ports(host)}
			</td>
			<td class="tags" {...cell}>
				{Tags(host)}
			</td>
			<td class="seen" {...cell}>
				{host.lastSeenAt === undefined
					? "never"
					: Age({
							at: host.lastSeenAt,
							now: props.now,
							style: host.status === "up" && !props.unswept ? "seen" : "since",
							bare: true,
						})}
			</td>
		</tr>
	);
}

/** The hostname; without one the description; a reservation says that it is one. */
function HostName(props: { host: Pick<Host, "hostname" | "description" | "lastSeenAt" | "expiresAt"> }) {
	const { hostname, description, lastSeenAt, expiresAt } = props.host;
	if (expiresAt !== undefined && lastSeenAt === undefined) {
		return (
			<>
				{hostname === "" ? <span class="quiet">reserved</span> : <Wire text={hostname} />}{" "}
				<span class="quiet">
					until <Day at={expiresAt} />
				</span>
			</>
		);
	}
	if (hostname !== "") return Wire({ text: hostname });
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
