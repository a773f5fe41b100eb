/** The form that takes a free address, as a page and small over another. Knows one address, not which are free. */

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
	problem?: { field?: string; message: string } | undefined;
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
					<CountField values={values} problem={problem} />
					<NameFields values={values} problem={problem} several />
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

/** The same over the page on which it was asked for; the whole page can do the rest. */
export function ReserveHere(props: ReserveProps) {
	const { subnet, values, problem } = props;
	const several = values.count !== "1";
	return (
		<>
			<h2>
				Reserve <span class="mono">{visible(props.address)}</span>
			</h2>
			{problem !== undefined && !(problem.field !== undefined && problem.field in values) && (
				<p class="field-problem" role="alert">
					{visibleLines(problem.message)}
				</p>
			)}
			<Form
				class="fields"
				action={`/subnets/${subnet.id}/reserve`}
				instead={<p>It is free. Editors can reserve it.</p>}
				hx-post={`/subnets/${subnet.id}/reserve`}
				hx-target="#here"
				hx-swap="innerHTML"
				hx-push-url="false"
			>
				<input type="hidden" name="here" value="yes" />
				<input type="hidden" name="address" value={props.address} />
				{several ? (
					<CountField values={values} problem={problem} id="here" />
				) : (
					<input type="hidden" name="count" value="1" />
				)}
				<NameFields values={values} problem={problem} several={several} id="here" />
				<div class="actions">
					<button type="submit" class="button primary">
						Reserve
					</button>
					{!several && (
						<a class="button plain" href={`/subnets/${subnet.id}/free/${props.address}?count=2`}>
							Several…
						</a>
					)}
				</div>
			</Form>
		</>
	);
}

/** Somebody was quicker. */
export function TakenHere(props: { address: string; hostId: number; name: string }) {
	return (
		<p>
			<span class="mono">{visible(props.address)}</span> is taken by now:{" "}
			<a href={`/hosts/${props.hostId}`} data-drawer>
				{visible(nameOr(props.name, props.address))}
			</a>
		</p>
	);
}

type FieldsOf = Pick<ReserveProps, "values" | "problem">;

function CountField({ values, problem, id = "reserve" }: FieldsOf & { id?: string }) {
	return (
		<Field
			id={`${id}-count`}
			name="count"
			label="How many"
			type="number"
			value={values.count}
			hint={`In a row from this address on, at most ${RESERVE_MAX}. All of them are reserved, or none.`}
			problem={problem}
		/>
	);
}

function NameFields({
	values,
	problem,
	several,
	id = "reserve",
}: FieldsOf & { several: boolean; id?: string }) {
	return (
		<>
			<Field
				id={`${id}-hostname`}
				name="hostname"
				label="Hostname"
				value={values.hostname}
				placeholder="fw2.lan"
				{...(several ? { hint: "Of several: # stands for the number, as in phone-#.lan." } : {})}
				max={HOST_LIMITS.hostnameChars}
				problem={problem}
			/>
			<Field
				id={`${id}-description`}
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
