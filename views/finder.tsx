/** Where a block of some length is free in a larger one: the form, and what it found. Knows no way to find. */

import { type Cidr, formatCidr } from "../src/net/cidr.ts";
import { Panel } from "./elements.tsx";
import { Field, type FieldProblem, FormProblem } from "./fields.tsx";
import { count, plural } from "./format.ts";

export type FinderState = {
	values: { within: string; length: string };
	problem?: FieldProblem;
	/** undefined: nothing was asked yet. `hosts` are those recorded in a block. */
	found?: { blocks: readonly { cidr: Cidr; hosts: number }[]; count: bigint };
};

export function Finder(props: FinderState) {
	const { values, problem, found } = props;
	return (
		<Panel title="Find a free block" id="find-free" class="padded">
			<FormProblem problem={problem} action="/subnets" method="get" values={values} />
			<form class="fields" id="finder" method="get" action="/subnets#find-free" data-edit>
				<Field
					id="finder-within"
					name="within"
					label="Inside"
					value={values.within}
					placeholder="10.0.0.0/16"
					required
					mono
					problem={problem}
				/>
				<Field
					id="finder-length"
					name="length"
					label="Prefix length"
					type="number"
					value={values.length}
					placeholder="27"
					required
					problem={problem}
				/>
				<div class="actions">
					<button type="submit" class="button plain">
						Find
					</button>
				</div>
			</form>
			{found !== undefined && <Blocks {...found} />}
		</Panel>
	);
}

function Blocks(props: NonNullable<FinderState["found"]>) {
	const rest = props.count - BigInt(props.blocks.length);
	if (props.count === 0n) return <p class="found-none">No such block is free in there.</p>;
	return (
		<>
			<h3>{plural(props.count, "free block")}</h3>
			<ul class="offers">
				{props.blocks.map(({ cidr, hosts }) => {
					const text = formatCidr(cidr);
					return (
						<li key={text}>
							<span class="what">
								<b class="mono">{text}</b>
								{hosts > 0 && <span class="quiet">{plural(hosts, "host")} in it</span>}
							</span>
							<a class="button plain" href={`/subnets?${new URLSearchParams({ cidr: text })}#add`}>
								Add<span class="sr"> {text}</span>
							</a>
						</li>
					);
				})}
			</ul>
			{rest > 0n && <p class="quiet">and {count(rest)} more</p>}
		</>
	);
}
