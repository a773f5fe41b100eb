/** The small form that takes a free address. Knows one address, not which are free. */

import { HOST_LIMITS, RESERVE_MAX } from "../src/model/host.ts";
import type { Subnet } from "../src/model/subnet.ts";
import { formatCidr } from "../src/net/cidr.ts";
import { Callout, Main, Wire } from "./elements.tsx";
import { Field } from "./fields.tsx";
import { nameOr, visible, visibleLines } from "./format.ts";
import { Form } from "./reader.tsx";

export type ReserveProps = {
	subnet: Subnet;
	address: string;
	values: { count: string; hostname: string; description: string };
	problem?: { field?: string; message: string };
};

export function ReserveForm(props: ReserveProps) {
	const { subnet, values, problem } = props;
	const name = nameOr(subnet.name, formatCidr(subnet.cidr));
	return (
		<Main class="narrow-page">
			<nav class="trail" aria-label="Breadcrumbs">
				<a href="/subnets">Subnets</a> /{" "}
				<a href={`/subnets/${subnet.id}`}>
					<Wire text={name} />
				</a>{" "}
				/ <span aria-current="page">Reserve</span>
			</nav>
			<h1>
				Reserve <span class="mono">{visible(props.address)}</span>
			</h1>
			<section class="panel padded" aria-label="Reserve">
				{problem !== undefined && !(problem.field !== undefined && problem.field in values) && (
					<Callout kind="bad">
						<p>{visibleLines(problem.message)}</p>
					</Callout>
				)}
				<Form
					class="fields"
					id="reserve"
					action={`/subnets/${subnet.id}/reserve`}
					instead={<p>It is free. Editors can reserve it.</p>}
					data-edit
				>
					<input type="hidden" name="address" value={props.address} />
					<ReserveFields values={values} problem={problem} />
					<div class="actions">
						<button type="submit" class="button primary">
							Reserve
						</button>
						<a class="button plain" href={`/subnets/${subnet.id}`}>
							Cancel
						</a>
					</div>
				</Form>
			</section>
		</Main>
	);
}

function ReserveFields({
	values,
	problem,
}: {
	values: ReserveProps["values"];
	problem: ReserveProps["problem"] | undefined;
}) {
	return (
		<>
			<Field
				id="reserve-count"
				name="count"
				label="How many"
				type="number"
				value={values.count}
				hint={`In a row from this address on, at most ${RESERVE_MAX}. All of them are reserved, or none.`}
				problem={problem}
			/>
			<Field
				id="reserve-hostname"
				name="hostname"
				label="Hostname"
				value={values.hostname}
				placeholder="fw2.lan"
				hint="Of several: # stands for the number, as in phone-#.lan."
				max={HOST_LIMITS.hostnameChars}
				problem={problem}
			/>
			<Field
				id="reserve-description"
				name="description"
				label="Description"
				value={values.description}
				placeholder="new firewall"
				max={HOST_LIMITS.descriptionChars}
				problem={problem}
			/>
		</>
	);
}
