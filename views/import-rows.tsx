/** Rows of a file and what each would do, field by field, or why it is refused. Knows no request. */

import type { FieldChange, ImportRow, Verdict } from "../src/model/import.ts";
import { cell, columnheader, Panel, row, rowgroup, rowheader, table, Wire } from "./elements.tsx";
import { count, plural, visible, visibleLines } from "./format.ts";

const TITLES: Readonly<Record<Verdict, string>> = {
	add: "New",
	change: "Changed",
	same: "As they are",
	refuse: "Refused",
};

export function Rows(props: {
	/** The file: this may be the answer to a form, so that links name it whole. */
	id: number;
	/** Whose rows these are, and how many of them there are. */
	show: Verdict;
	total: number;
	rows: readonly ImportRow[];
	/** There are more rows behind this number. */
	next: number | undefined;
}) {
	const { rows, show, next } = props;
	return (
		<Panel title={TITLES[show]} id="rows" aside={plural(props.total, "row")} class="listing">
			{rows.length === 0 ? (
				<p class="empty">None.</p>
			) : (
				<table class="plan" {...table}>
					<thead {...rowgroup}>
						<tr {...row}>
							{["Line", "Address", show === "refuse" ? "Why" : "What"].map((name) => (
								<th key={name} {...columnheader}>
									{name}
								</th>
							))}
						</tr>
					</thead>
					<tbody {...rowgroup}>
						{rows.map((one) => (
							<Row key={one.n} one={one} />
						))}
					</tbody>
				</table>
			)}
			{next !== undefined && (
				<p class="more-rows">
					<a href={`/imports/${props.id}?show=${show}&after=${next}#rows`}>Next rows</a>
				</p>
			)}
		</Panel>
	);
}

function Row(props: { one: ImportRow }) {
	const { one } = props;
	return (
		<tr {...row}>
			<td class="n" {...cell}>
				{one.line === 0 ? "" : count(one.line)}
			</td>
			<th class="mono" {...rowheader}>
				<Wire text={one.address} />
				{one.noun === "subnet" && <span class="quiet"> subnet</span>}
			</th>
			<td class="what" {...cell}>
				{one.changes.length > 0 && (
					<ul>
						{one.changes.map((change) => (
							<Change key={change.field} change={change} added={one.verdict === "add"} />
						))}
					</ul>
				)}
				{one.reason !== "" && (
					<span class={one.verdict === "refuse" ? "why" : "quiet"}>{visibleLines(one.reason)}</span>
				)}
			</td>
		</tr>
	);
}

/** Longest value shown of a field, in characters. */
const SHOWN = 160;

function Change(props: { change: FieldChange; added: boolean }) {
	const { field, old, new: now } = props.change;
	const short = (text: string) => visible([...text].slice(0, SHOWN).join("").replaceAll("\n", " ⏎ "));
	return (
		<li>
			<span class="quiet">{field}</span>{" "}
			{!props.added && old !== "" && (
				<>
					<del>
						<bdi>{short(old)}</bdi>
					</del>{" "}
				</>
			)}
			{now === "" ? (
				<i class="quiet">cleared</i>
			) : (
				<ins>
					<bdi>{short(now)}</bdi>
				</ins>
			)}
		</li>
	);
}
