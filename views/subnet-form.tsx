/** Adding, editing and deleting a subnet: the forms and what a deletion takes with it. Knows no rule of what is valid. */

import { SUBNET_LIMITS, type Subnet } from "../src/model/subnet.ts";
import { formatCidr } from "../src/net/cidr.ts";
import { Main, Wire } from "./elements.tsx";
import { Field, FormProblem } from "./fields.tsx";
import { count, nameOr, plural } from "./format.ts";
import { SubnetSnmp } from "./names.tsx";
import { Form } from "./reader.tsx";
import { SubnetScans } from "./scan.tsx";

export type SubnetFormState = {
	values: {
		cidr: string;
		name: string;
		notes: string;
		gateway: string;
		sweepIntervalS: string;
		sweepEnabled: boolean;
	};
	problem?: { field?: string; message: string; suggestion?: string };
};

/** What an untouched form holds. */
const EMPTY: SubnetFormState = {
	values: { cidr: "", name: "", notes: "", gateway: "", sweepIntervalS: "", sweepEnabled: true },
};

/** The values under the names that a request has. */
function requestValues(values: SubnetFormState["values"]): Record<string, string> {
	return {
		cidr: values.cidr,
		name: values.name,
		notes: values.notes,
		gateway: values.gateway,
		sweep_interval_s: values.sweepIntervalS,
		...(values.sweepEnabled ? { sweep_enabled: "on" } : {}),
	};
}

/** The form that adds a subnet; `short` asks only for what cannot be guessed. */
export function SubnetFields(props: { form?: SubnetFormState; short?: boolean }) {
	const { values, problem } = props.form ?? EMPTY;
	return (
		<>
			<FormProblem problem={problem} action="/subnets" values={requestValues(values)} />
			<Form class="fields" id="subnet-add" action="/subnets" data-edit>
				<Field
					id="add-cidr"
					name="cidr"
					label="Network"
					value={values.cidr}
					placeholder="192.168.1.0/24"
					required
					mono
					problem={problem}
				/>
				<Field
					id="add-name"
					name="name"
					label="Name"
					value={values.name}
					placeholder="Office LAN"
					max={SUBNET_LIMITS.nameChars}
					problem={problem}
				/>
				{props.short ? <Quiet values={values} /> : <More id="add" values={values} problem={problem} />}
				<div class="actions">
					<button type="submit" class="button primary">
						Add and sweep
					</button>
				</div>
			</Form>
		</>
	);
}

function Quiet(props: { values: SubnetFormState["values"] }) {
	const { cidr: _, name: __, ...rest } = requestValues(props.values);
	return (
		<>
			{Object.entries(rest).map(([name, value]) => (
				<input key={name} type="hidden" name={name} value={value} />
			))}
		</>
	);
}

function More(props: { id: string; values: SubnetFormState["values"]; problem: SubnetFormState["problem"] }) {
	const { id, values, problem } = props;
	return (
		<>
			<Field
				id={`${id}-gateway`}
				name="gateway"
				label="Gateway"
				value={values.gateway}
				placeholder="192.168.1.1"
				hint="The way out of this subnet, for those who look it up."
				mono
				problem={problem}
			/>
			<Field
				id={`${id}-interval`}
				name="sweep_interval_s"
				label="Sweep every (seconds)"
				type="number"
				value={values.sweepIntervalS}
				hint={`${count(SUBNET_LIMITS.sweepIntervalMinS)} to ${count(SUBNET_LIMITS.sweepIntervalMaxS)}.`}
				problem={problem}
			/>
			<Field id={`${id}-notes`} name="notes" label="Notes" value={values.notes} lines={3} problem={problem} />
			<label class="check">
				<input type="checkbox" name="sweep_enabled" value="on" checked={values.sweepEnabled} /> Sweep this
				subnet
			</label>
		</>
	);
}

function Trail(props: { subnet: Subnet; here: string }) {
	const { subnet } = props;
	return (
		<nav class="trail" aria-label="Breadcrumbs">
			<a href="/subnets">Subnets</a> /{" "}
			<a href={`/subnets/${subnet.id}`}>
				<Wire text={nameOr(subnet.name, formatCidr(subnet.cidr))} />
			</a>{" "}
			/ <span aria-current="page">{props.here}</span>
		</nav>
	);
}

export function SubnetEdit(props: { subnet: Subnet; form: SubnetFormState; asksSnmp?: boolean }) {
	const { subnet, form } = props;
	const action = `/subnets/${subnet.id}/edit`;
	const kept = { cidr: formatCidr(subnet.cidr), version: subnet.version.toString() };
	return (
		<Main class="narrow-page">
			<Trail subnet={subnet} here="Edit" />
			<h1>
				Edit <Wire text={nameOr(subnet.name, "subnet")} /> <span class="cidr">{kept.cidr}</span>
			</h1>
			<section class="panel padded" aria-label="Edit">
				<FormProblem
					problem={form.problem}
					action={action}
					values={{ ...requestValues(form.values), ...kept }}
				/>
				<Form class="fields" id="subnet-edit" action={action} data-edit>
					{Object.entries(kept).map(([name, value]) => (
						<input key={name} type="hidden" name={name} value={value} />
					))}
					<Field
						id="edit-name"
						name="name"
						label="Name"
						value={form.values.name}
						max={SUBNET_LIMITS.nameChars}
						problem={form.problem}
					/>
					<More id="edit" values={form.values} problem={form.problem} />
					<div class="actions">
						<button type="submit" class="button primary">
							Save
						</button>
						<a class="button plain" href={`/subnets/${subnet.id}`}>
							Cancel
						</a>
						<a class="button danger right" href={`/subnets/${subnet.id}/delete`}>
							Delete…
						</a>
					</div>
				</Form>
			</section>
			<SubnetScans subnet={subnet} />
			{props.asksSnmp && <SubnetSnmp subnet={subnet} />}
		</Main>
	);
}

/** Says exactly what goes and what stays before anything does. */
export function SubnetDelete(props: {
	subnet: Subnet;
	hosts: number;
	annotated: number;
	/** Subnets inside it: they stay. */
	nested: readonly Subnet[];
	moved: { to: string; hosts: number } | undefined;
}) {
	const { subnet, hosts, annotated, nested, moved } = props;
	const gone = hosts - (moved?.hosts ?? 0);
	return (
		<Main class="narrow-page">
			<Trail subnet={subnet} here="Delete" />
			<h1>
				Delete <Wire text={nameOr(subnet.name, "subnet")} />{" "}
				<span class="cidr">{formatCidr(subnet.cidr)}</span>?
			</h1>
			<section class="panel padded" aria-label="Delete">
				<ul class="plain-list">
					<li>The subnet, its notes and its sweeps are deleted.</li>
					<NestedStay subnets={nested} to={moved?.to} />
					{moved !== undefined && moved.hosts > 0 && (
						<li>
							{plural(moved.hosts, "host")} {moved.hosts === 1 ? "moves" : "move"} to <Wire text={moved.to} />{" "}
							and {moved.hosts === 1 ? "keeps its" : "keep their"} history.
						</li>
					)}
					{gone > 0 && (
						<li>
							<b>
								{plural(gone, "host")} and {gone === 1 ? "its" : "their"} whole history are deleted
							</b>
							{annotated > 0 &&
								`, ${count(annotated)} of them with a name, description, tags or notes by hand`}
							.
						</li>
					)}
					{hosts === 0 && <li>There are no hosts in it.</li>}
				</ul>
				<p class="quiet">It can be undone, with all of this.</p>
				<Form class="actions" action={`/subnets/${subnet.id}/delete`}>
					<button type="submit" class="button danger">
						Delete {gone > 0 ? `the subnet and ${plural(gone, "host")}` : "the subnet"}
					</button>
					<a class="button plain" href={`/subnets/${subnet.id}`}>
						Keep it
					</a>
				</Form>
			</section>
		</Main>
	);
}

/** Nested subnets that are named. */
const NESTED_SHOWN = 5;

function NestedStay(props: { subnets: readonly Subnet[]; to: string | undefined }) {
	const { subnets, to } = props;
	if (subnets.length === 0) return null;
	const one = subnets.length === 1;
	return (
		<li class="sentence">
			{plural(subnets.length, "subnet")} inside it{" "}
			{one ? "stays, with its hosts, and moves" : "stay, with their hosts, and move"} up to{" "}
			{to === undefined ? "the top" : <Wire text={to} />}:{" "}
			{subnets.slice(0, NESTED_SHOWN).map((subnet, i) => (
				<span key={subnet.id}>
					{i > 0 && ", "}
					<a href={`/subnets/${subnet.id}`}>
						<Wire text={nameOr(subnet.name, formatCidr(subnet.cidr))} />
					</a>
				</span>
			))}
			{subnets.length > NESTED_SHOWN && " and others"}.
		</li>
	);
}
