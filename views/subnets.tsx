/** All subnets as a tree, and the form that adds one. Knows no hosts. */

import type { SubnetSummary } from "../src/model/subnet.ts";
import { formatCidr } from "../src/net/cidr.ts";
import { cell, columnheader, Main, Panel, row, rowgroup, rowheader, table, Wire } from "./elements.tsx";
import { Finder, type FinderState } from "./finder.tsx";
import { count, nameOr, plural } from "./format.ts";
import { type NetworkOffer, Offers } from "./offers.tsx";
import { May } from "./reader.tsx";
import { SubnetFields, type SubnetFormState } from "./subnet-form.tsx";
import { Swept } from "./swept.tsx";
import { UsedBar, usedText } from "./used.tsx";

export type { SubnetFormState } from "./subnet-form.tsx";

export type SubnetsProps = {
	subnets: readonly { subnet: SubnetSummary; depth: number }[];
	/** Only those with this text are shown. */
	text?: string;
	form: SubnetFormState;
	/** Without it there is nothing to find a block in. */
	finder?: FinderState;
	offers: readonly NetworkOffer[];
	now: number;
};

export function Subnets(props: SubnetsProps) {
	const { subnets } = props;
	return (
		<Main live="all" class="subnets-page">
			<h1>Subnets</h1>
			{props.text !== undefined && (
				<p class="facts">
					{plural(subnets.length, "subnet")} with{" "}
					<a class="mini on" href="/subnets">
						“<Wire text={props.text} />” ×<span class="sr"> show all</span>
					</a>
				</p>
			)}
			<div class="two">
				<div class="first">
					{subnets.length === 0 && props.text === undefined ? (
						<section class="panel empty" aria-label="No subnets">
							<p>No subnet yet. Add one here: Rollcall sweeps it at once.</p>
						</section>
					) : (
						<Tree subnets={subnets} now={props.now} />
					)}
					{props.finder !== undefined && <Finder {...props.finder} />}
				</div>
				<May>
					<Panel title="Add a subnet" id="add" class="padded">
						<SubnetFields form={props.form} />
						{props.offers.length > 0 && (
							<>
								<h3>Networks of this machine</h3>
								<Offers offers={props.offers} />
							</>
						)}
					</Panel>
				</May>
			</div>
		</Main>
	);
}

function Tree(props: { subnets: SubnetsProps["subnets"]; now: number }) {
	return (
		<section class="panel" aria-label="Subnets">
			<table class="tree" {...table}>
				<thead {...rowgroup}>
					<tr {...row}>
						{["Subnet", "Up", "Down", "Unknown", "Used", "Swept"].map((name) => (
							<th key={name} {...columnheader}>
								{name}
							</th>
						))}
					</tr>
				</thead>
				<tbody {...rowgroup}>
					{props.subnets.map(({ subnet, depth }) => (
						<SubnetRow key={subnet.id} subnet={subnet} depth={depth} now={props.now} />
					))}
				</tbody>
			</table>
		</section>
	);
}

/** One line of the tree; also the nested subnets on a subnet's page. */
export function SubnetRow(props: { subnet: SubnetSummary; depth: number; now: number }) {
	const { subnet } = props;
	const { counts } = subnet;
	return (
		<tr id={`s${subnet.id}`} {...row}>
			<th class={`which d${Math.min(props.depth, 8)}`} {...rowheader}>
				<a href={`/subnets/${subnet.id}`}>
					<Wire text={nameOr(subnet.name, formatCidr(subnet.cidr))} />
				</a>
				{subnet.name !== "" && <span class="cidr">{formatCidr(subnet.cidr)}</span>}
			</th>
			<td class="n up" {...cell}>
				{count(counts.up)}
				<span class="unit"> up</span>
			</td>
			<td class={counts.down > 0 ? "n down" : "n"} {...cell}>
				{count(counts.down)}
				<span class="unit"> down</span>
			</td>
			<td class="n" {...cell}>
				{count(counts.unknown)}
				<span class="unit"> unknown</span>
			</td>
			<td class="use" {...cell}>
				<UsedBar counts={counts} />
				<span class="quiet">{usedText(counts)}</span>
			</td>
			<td class="seen" {...cell}>
				<Swept subnet={subnet} now={props.now} brief />
			</td>
		</tr>
	);
}
