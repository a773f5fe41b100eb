/** The bar above a host table: order, status, subnet, tag, service, text. Plain links and one GET form; no rows. */

import type { Listing } from "../src/model/listing.ts";
import type { Status } from "../src/model/presence.ts";
import { formatAddress } from "../src/net/address.ts";
import { inPlace } from "./elements.tsx";
import { count, visible } from "./format.ts";
import { listUrl, queryFields } from "./query.ts";

export type Choice = { readonly value: string; readonly label: string };

export type FilterProps = {
	listing: Listing;
	base: string;
	/** What the text box says while it is empty; without it there is no text box. */
	placeholder?: string;
	/** With counts in the status buttons, and the choice between the two orders. */
	full: boolean;
	subnets?: readonly Choice[];
};

const WORDS: Readonly<Record<Status, string>> = { up: "Up", down: "Down", unknown: "Unknown" };

const SEEN = { never: "Never answered", new: "New in 24 h" } as const;

export function FilterBar(props: FilterProps) {
	return (
		<div class="filters" {...inPlace}>
			<input type="checkbox" id="more-filters" class="sr" />
			<label for="more-filters" class="button plain">
				Filters
			</label>
			{props.full && <OrderChoice {...props} />}
			<StatusChoice {...props} />
			<FilterForm {...props} />
			<Aside {...props} />
		</div>
	);
}

/** Nothing passes the filters: the way back to everything. */
export function NoMatch(props: { href: string }) {
	return (
		<div class="empty">
			<p>No host matches.</p>
			<a class="button plain" href={props.href}>
				Show all hosts
			</a>
		</div>
	);
}

function Aside(props: FilterProps) {
	const { listing } = props;
	if (listing.missing && listing.at !== undefined) {
		return (
			<p class="aside" role="status">
				<span class="mono">{formatAddress(listing.at)}</span> is not in this list
			</p>
		);
	}
	if (listing.unusedHidden > 0n) return <p class="aside">{count(listing.unusedHidden)} unused hidden</p>;
	return (
		<p class="aside hint" aria-hidden="true">
			<kbd>j</kbd> <kbd>k</kbd> move · <kbd>↵</kbd> open
		</p>
	);
}

function OrderChoice(props: FilterProps) {
	const { listing, base } = props;
	const link = (order: "alive" | "address", label: string) => (
		<a
			href={listUrl(base, listing.query, { order, open: [] })}
			aria-current={listing.query.order === order ? "true" : undefined}
		>
			{label}
		</a>
	);
	return (
		<nav class="segments order" aria-label="Order">
			{link("alive", "Alive first")}
			{link("address", "By address")}
		</nav>
	);
}

function StatusChoice(props: FilterProps) {
	const { listing, base, full } = props;
	const shown = (full ? [undefined, "up", "down", "unknown"] : ["up", "down", undefined]) as (
		| Status
		| undefined
	)[];
	return (
		<nav class="segments" aria-label="Status">
			{shown.map((status) => (
				<a
					key={status ?? "all"}
					href={listUrl(base, listing.query, { status })}
					aria-current={listing.query.filter.status === status ? "true" : undefined}
				>
					{status === undefined ? "All" : WORDS[status]}
					{full && status !== undefined && <span class="n"> {count(listing.byStatus[status])}</span>}
				</a>
			))}
		</nav>
	);
}

function FilterForm(props: FilterProps) {
	const { listing, base, placeholder } = props;
	const { filter } = listing.query;
	const asked = ["subnet", "tag", "service", "open", placeholder === undefined ? "" : "q"];
	return (
		<form
			class="selects"
			id="filter-form"
			method="get"
			action={base}
			aria-label="Filter"
			hx-get={base}
			hx-trigger="change, submit, input delay:200ms"
			hx-sync="this:replace"
			hx-target="#main"
			hx-swap="outerMorph show:none"
			hx-replace-url="true"
		>
			{queryFields(listing.query, base)
				.filter(([name]) => !asked.includes(name))
				.map(([name, value]) => (
					<input key={name} type="hidden" name={name} value={value} />
				))}
			{props.subnets !== undefined && (
				<ChoiceField
					name="subnet"
					label="Subnet"
					options={props.subnets}
					chosen={filter.subnetId?.toString()}
				/>
			)}
			<ChoiceField name="tag" label="Tag" options={options(listing.tags)} chosen={filter.tag} />
			<ChoiceField
				name="service"
				label="Service"
				options={options(listing.services)}
				chosen={filter.service}
			/>
			{placeholder !== undefined && (
				<input
					id="filter"
					type="search"
					name="q"
					value={filter.text}
					placeholder={placeholder}
					aria-label={placeholder}
					autocomplete="off"
					spellcheck={false}
					maxLength={256}
				/>
			)}
			<Chosen {...props} />
			<noscript>
				<button type="submit" class="button plain">
					Filter
				</button>
			</noscript>
		</form>
	);
}

/** What was chosen elsewhere and has no field here: each can be let go. */
function Chosen(props: FilterProps) {
	const { listing, base, placeholder } = props;
	const { seen, port, text } = listing.query.filter;
	return (
		<>
			{seen !== undefined && (
				<a class="mini on" href={listUrl(base, listing.query, { seen: undefined })}>
					{SEEN[seen.kind]} ×<span class="sr"> whenever seen</span>
				</a>
			)}
			{port !== undefined && (
				<a class="mini on" href={listUrl(base, listing.query, { port: undefined })}>
					Port {port} ×<span class="sr"> any port</span>
				</a>
			)}
			{placeholder === undefined && text !== undefined && (
				<a class="mini on" href={listUrl(base, listing.query, { text: undefined })}>
					“{visible(text)}” ×<span class="sr"> stop searching</span>
				</a>
			)}
		</>
	);
}

function options(found: Listing["tags"]): Choice[] {
	return found.map(({ name, hosts }) => ({
		value: name,
		label: hosts === undefined ? name : `${name} (${count(hosts)})`,
	}));
}

/** A select that names itself while nothing is chosen. A value that no host has any more stays selectable. */
export function ChoiceField(props: {
	name: string;
	label: string;
	options: readonly Choice[];
	chosen: string | undefined;
}) {
	const { chosen } = props;
	const missing = chosen !== undefined && !props.options.some((option) => option.value === chosen);
	if (props.options.length === 0 && !missing) return null;
	return (
		<select
			id={`by-${props.name}`}
			name={props.name}
			aria-label={props.label}
			class={chosen === undefined ? undefined : "on"}
		>
			<option value="">{props.label}: any</option>
			{missing && (
				<option value={chosen} selected>
					{visible(chosen)}
				</option>
			)}
			{props.options.map((option) => (
				<option key={option.value} value={option.value} selected={option.value === chosen}>
					{visible(option.label)}
				</option>
			))}
		</select>
	);
}
