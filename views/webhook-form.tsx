/** The form of a webhook: where to, about what, which part of the network. Knows no rule of what is valid. */

import { TOPIC_NAMES, type Topic, WEBHOOK_LIMITS } from "../src/model/webhook.ts";
import { Field, FormProblem } from "./fields.tsx";
import { nameOr, visible } from "./format.ts";
import { Form } from "./reader.tsx";

export type WebhookFormState = {
	values: {
		name: string;
		url: string;
		topics: readonly string[];
		subnetId: string;
		tag: string;
		enabled: boolean;
	};
	problem?: { field?: string; message: string };
};

export type SubnetChoice = { id: number; cidr: string; name: string };

export const TOPIC_LABELS: Readonly<Record<Topic, string>> = {
	up: "Came back",
	down: "Went down",
	flapping: "Flapping",
	new_host: "New host",
	port_opened: "Port opened, or another service on it",
	port_closed: "Port closed",
	mac_conflict: "MAC address changed or on two addresses",
	sweep_failing: "Sweeps or the own network fail",
};

export const EMPTY_WEBHOOK: WebhookFormState = {
	values: { name: "", url: "", topics: [], subnetId: "", tag: "", enabled: true },
};

export function WebhookForm(props: {
	id: string;
	action: string;
	form: WebhookFormState;
	subnets: readonly SubnetChoice[];
	version?: number;
	submit: string;
}) {
	const { id, action, form } = props;
	const { values, problem } = form;
	return (
		<>
			<FormProblem
				problem={problem}
				action={action}
				values={{ url: values.url, name: values.name, tag: values.tag }}
			/>
			<Form class="fields" id={id} action={action} needs="admin" data-edit>
				{props.version !== undefined && <input type="hidden" name="version" value={props.version} />}
				<TargetFields id={id} form={form} />
				<TopicFields ticked={values.topics} />
				<SubnetField id={`${id}-subnet`} value={values.subnetId} subnets={props.subnets} />
				<Field
					id={`${id}-tag`}
					name="tag"
					label="Only hosts with the tag"
					value={values.tag}
					max={WEBHOOK_LIMITS.tagChars}
					problem={problem}
				/>
				<label class="check">
					<input type="checkbox" name="enabled" value="on" checked={values.enabled} /> Switched on
				</label>
				<div class="actions">
					<button type="submit" class="button primary">
						{props.submit}
					</button>
				</div>
			</Form>
		</>
	);
}

function TargetFields(props: { id: string; form: WebhookFormState }) {
	const { id } = props;
	const { values, problem } = props.form;
	return (
		<>
			<Field
				id={`${id}-url`}
				name="url"
				label="URL"
				value={values.url}
				placeholder="https://example.org/hook"
				hint="http or https. Every message is a signed POST with a JSON body."
				max={WEBHOOK_LIMITS.urlChars}
				required
				mono
				problem={problem}
			/>
			<Field
				id={`${id}-name`}
				name="name"
				label="Name"
				value={values.name}
				placeholder="Chat of the night shift"
				max={WEBHOOK_LIMITS.nameChars}
				problem={problem}
			/>
		</>
	);
}

function TopicFields(props: { ticked: readonly string[] }) {
	return (
		<fieldset class="choices">
			<legend>About</legend>
			<p class="hint">Nothing ticked means everything.</p>
			{TOPIC_NAMES.map((topic) => (
				<label class="check" key={topic}>
					<input type="checkbox" name={`topic_${topic}`} value="on" checked={props.ticked.includes(topic)} />{" "}
					{TOPIC_LABELS[topic]}
				</label>
			))}
		</fieldset>
	);
}

function SubnetField(props: { id: string; value: string; subnets: readonly SubnetChoice[] }) {
	return (
		<div class="field">
			<label for={props.id}>Only in the subnet</label>
			<select id={props.id} name="subnet_id">
				<option value="">everywhere</option>
				{props.subnets.map((subnet) => (
					<option key={subnet.id} value={subnet.id} selected={String(subnet.id) === props.value}>
						{visible(nameOr(subnet.name, subnet.cidr))}
						{subnet.name === "" ? "" : ` (${subnet.cidr})`}
					</option>
				))}
			</select>
		</div>
	);
}
