/** Rows of unused addresses: a run of them folded, one of them, and what can be done with them. Knows no list. */

import { type Address, formatAddress } from "../src/net/address.ts";
import type { Range } from "../src/net/cidr.ts";
import { countOf } from "../src/net/ranges.ts";
import { cell, row } from "./elements.tsx";
import { count } from "./format.ts";

/** How many addresses one "Show" unfolds: what the listing gives, and what the button says. */
const UNFOLD = 64n;
/** How many the form for several starts with. */
const SEVERAL = 8n;

/** "10.0.0.15 – 10.0.0.200", or the address alone where there is only one. */
function rangeText(range: Range): string {
	const first = formatAddress(range.first);
	return range.first === range.last ? first : `${first} – ${formatAddress(range.last)}`;
}

/** What is seen on a button, and of what it is for those who hear it by itself. */
const named = (label: string, of: string) => ({ children: label, "aria-label": `${label} ${of}` });

/**
 * A run of unused addresses; without `subnetId` nothing of it can be reserved (by this reader, or here). `rest` is what an
 * unfolded one has not shown yet.
 */
export function GapRow(props: {
	range: Range;
	rest?: boolean;
	columns: number;
	subnetId: number | undefined;
	/** Not given to anybody while others are there. */
	gateway: Address | undefined;
	unfolded: (first: Address) => string;
}) {
	const { range } = props;
	const size = countOf(range);
	const first = formatAddress(range.first);
	const passed = size > 1n && range.first === props.gateway ? 1n : 0n;
	const free = formatAddress(range.first + passed);
	const left = size - passed;
	const text = rangeText(range);
	return (
		<tr class="gap" id={`g${first}`} {...row}>
			<td {...cell} colSpan={props.columns}>
				<span class="range">{text}</span>
				<span class="size">
					{size === 1n ? "unused" : `${count(size)} ${props.rest ? "more " : ""}unused`}
				</span>
				<span class="does">
					{size > 1n && (
						// In place by static/swap.js: a list has hundreds of these, so that they say no more than where they lead.
						<a
							class="mini"
							href={`${props.unfolded(range.first)}#f${first}`}
							{...named(props.rest && size > UNFOLD ? `Show ${UNFOLD} more` : "Show", text)}
							data-unfold
						/>
					)}
					{reserveLink({
						subnetId: props.subnetId,
						address: free,
						label: size === 1n ? "Reserve" : "Reserve first free",
					})}
					{size > 1n && (
						<>
							{left > 1n &&
								reserveLink({
									subnetId: props.subnetId,
									address: free,
									count: left < SEVERAL ? left : SEVERAL,
									label: "Reserve several",
								})}
							<button type="button" class="mini copy" {...named("Copy", text)} data-copy />
						</>
					)}
				</span>
			</td>
		</tr>
	);
}

/** One unused address; `at`: it was asked for. */
export function FreeRow(props: {
	address: string;
	columns: number;
	subnetId: number | undefined;
	at: boolean;
}) {
	return (
		<tr class="gap free" id={`f${props.address}`} aria-current={props.at ? "true" : undefined} {...row}>
			<td {...cell} colSpan={props.columns}>
				<span class="range" id={props.at ? "at" : undefined}>
					{props.address}
				</span>
				<span class="size">unused</span>
				<span class="does">{reserveLink({ ...props, label: "Reserve" })}</span>
			</td>
		</tr>
	);
}

/** Called, not mounted: a list has hundreds. */
function reserveLink(props: {
	subnetId: number | undefined;
	address: string;
	label: string;
	count?: bigint;
}) {
	if (props.subnetId === undefined) return null;
	const query = props.count === undefined ? "" : `?count=${props.count}`;
	return (
		<a
			class={props.count === undefined ? "mini" : "mini several"}
			href={`/subnets/${props.subnetId}/free/${props.address}${query}`}
			{...named(props.label, props.address)}
		/>
	);
}
