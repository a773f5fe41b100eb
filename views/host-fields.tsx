/** What people wrote about a host, a row each: text until somebody touches it, then a field. Knows no other part of a host. */

import type { ComponentChildren } from "preact";
import { HOST_FIELDS, HOST_LIMITS, type Host, type HostField } from "../src/model/host.ts";
import { Clash } from "./clash.tsx";
import { Tag, Wire } from "./elements.tsx";
import { visible, visibleLines } from "./format.ts";
import { Form, May } from "./reader.tsx";

const NAMES: Readonly<Record<HostField, string>> = {
	hostname: "Hostname",
	description: "Description",
	tags: "Tags",
	notes: "Notes",
};

const SOURCES = { typed: "typed", ptr: "from PTR", snmp: "from SNMP", import: "from an import" } as const;

/** One field in hand. */
export type FieldInHand = {
	readonly field: HostField;
	/** What was typed, where something is wrong with it. */
	readonly value?: string;
	readonly problem?: string;
	/** Somebody else wrote this meanwhile, and who. */
	readonly theirs?: string;
	readonly by?: string | undefined;
};

type RowProps = {
	host: Host;
	/** The drawer and the page behind it may show the same host: their ids differ. */
	place: "d" | "p";
	/** Tags in use, for completion. */
	tags: readonly string[];
	inHand?: FieldInHand | undefined;
};

export function HostFields(props: RowProps) {
	return (
		<dl class="props">
			{HOST_FIELDS.map((field) => (
				<FieldRow key={field} field={field} {...props} />
			))}
		</dl>
	);
}

/** One row, by itself the answer to a click on it. While it is in hand no live change touches it (see the morphSkip setting). */
export function FieldRow(props: RowProps & { field: HostField }) {
	const { field, place, inHand } = props;
	const isInHand = inHand?.field === field;
	return (
		<div class="prop" id={`${place}-row-${field}`} data-busy={isInHand || undefined}>
			<dt>{NAMES[field]}</dt>
			<dd>
				{isInHand ? (
					<May>
						<InHand {...props} inHand={inHand} />
					</May>
				) : (
					<AtRest {...props} />
				)}
			</dd>
		</div>
	);
}

const base = ({ host, field }: { host: Host; field: HostField }) => `/hosts/${host.id}/fields/${field}`;
const swap = { "hx-target": "closest .prop", "hx-swap": "outerHTML", "hx-push-url": "false" } as const;

/** Leads to the same field as a form; without a script on the host's page. */
function EditLink(props: RowProps & { field: HostField; children: ComponentChildren; class?: string }) {
	const { host, field, place } = props;
	return (
		<a
			class={props.class ?? "editable"}
			href={`/hosts/${host.id}?edit=${field}#p-${field}`}
			hx-get={`${base(props)}/edit?place=${place}`}
			{...swap}
			data-field={field}
		>
			<span class="sr">Edit {NAMES[field].toLowerCase()}: </span>
			{props.children}
		</a>
	);
}

function AtRest(props: RowProps & { field: HostField }) {
	const { host, field } = props;
	if (field === "tags") return <TagsAtRest {...props} />;
	const value = host[field];
	const text =
		value === "" ? undefined : field === "notes" ? <bdi>{visibleLines(value)}</bdi> : <Wire text={value} />;
	const source = host.hostnameSource;
	return (
		<>
			<May instead={text ?? <span class="quiet">–</span>}>
				<EditLink {...props}>{text ?? <span class="quiet">add</span>}</EditLink>
			</May>
			{field === "hostname" && source !== undefined && value !== "" && (
				<span class="source">
					{" "}
					{SOURCES[source]}
					{(source === "ptr" || source === "snmp") && (
						<May>
							{" · "}
							<EditLink {...props} class="override">
								override
							</EditLink>
						</May>
					)}
				</span>
			)}
		</>
	);
}

function TagsAtRest(props: RowProps & { field: HostField }) {
	return (
		<span class="list">
			{props.host.tags.map((tag) => (
				<Tag key={tag} text={tag} />
			))}
			<May>
				<EditLink {...props} class="add">
					+ add
				</EditLink>
			</May>
		</span>
	);
}

function InHand(props: RowProps & { field: HostField; inHand: FieldInHand }) {
	const { field, host, place, inHand } = props;
	const id = `${place}-${field}`;
	const problem = inHand.problem !== undefined && (
		<p class="field-problem" id={`${id}-problem`} role="alert">
			{visibleLines(inHand.problem)}
		</p>
	);
	const label = (
		<label class="sr" for={id}>
			{NAMES[field]}
		</label>
	);
	const described = {
		id,
		autocomplete: "off",
		spellcheck: field === "notes",
		"aria-invalid": inHand.problem === undefined ? undefined : ("true" as const),
		"aria-describedby": inHand.problem === undefined ? undefined : `${id}-problem`,
	};
	if (field === "tags") return <TagsInHand {...props} field="tags" described={described} problem={problem} />;
	const { theirs } = inHand;
	const value = inHand.value ?? host[field];
	const shared = { ...described, field, maxLength: limitOf(field) };
	const input = <TextInput {...shared} value={value} />;
	return (
		<Form
			class="in-hand"
			action={base(props)}
			data-inline
			data-conflict={theirs === undefined ? undefined : ""}
			hx-post={base(props)}
			{...swap}
		>
			<input type="hidden" name="place" value={place} />
			<input type="hidden" name="was" value={theirs ?? host[field]} />
			{theirs === undefined ? (
				<>
					{label}
					{input}
				</>
			) : (
				<Clash theirs={theirs} by={inHand.by}>
					<label for={id}>Yours</label>
					{input}
				</Clash>
			)}
			{problem}
			<Buttons
				{...props}
				save={theirs === undefined ? "Save" : "Save mine"}
				leave={theirs === undefined ? "Cancel" : "Keep theirs"}
			/>
		</Form>
	);
}

type InputProps = {
	id: string;
	autocomplete: string;
	spellcheck: boolean;
	maxLength: number;
	"aria-invalid": "true" | undefined;
	"aria-describedby": string | undefined;
};

function TextInput({ field, value, ...rest }: InputProps & { field: HostField; value: string }) {
	if (field !== "notes") return <input type="text" {...rest} name="value" value={value} data-focus />;
	const rows = Math.min(12, Math.max(3, value.split("\n").length + 1));
	return <textarea rows={rows} {...rest} name="value" value={value} data-focus />;
}

function limitOf(field: "hostname" | "description" | "notes"): number {
	return {
		hostname: HOST_LIMITS.hostnameChars,
		description: HOST_LIMITS.descriptionChars,
		notes: HOST_LIMITS.notesChars,
	}[field];
}

function Buttons(props: RowProps & { field: HostField; save: string; leave: string }) {
	return (
		<span class="buttons">
			<button type="submit" class="button primary">
				{props.save}
			</button>
			<a
				class="button plain"
				href={`/hosts/${props.host.id}`}
				hx-get={`${base(props)}?place=${props.place}`}
				{...swap}
				data-leave
			>
				{props.leave}
			</a>
		</span>
	);
}

/** Each tag goes with one press; new ones are typed, with those in use to choose from. */
function TagsInHand(
	props: RowProps & {
		field: "tags";
		inHand: FieldInHand;
		described: { id: string };
		problem: ComponentChildren;
	},
) {
	const { host, place, described } = props;
	const known = props.tags.filter((tag) => !host.tags.includes(tag));
	return (
		<>
			<span class="list">
				{host.tags.map((tag) => (
					<Form key={tag} class="inline" action={base(props)} hx-post={base(props)} {...swap}>
						<input type="hidden" name="place" value={place} />
						<input type="hidden" name="untag" value={tag} />
						<button type="submit" class="tag">
							<span class="sr">Remove </span>
							<Wire text={tag} /> <span aria-hidden="true">×</span>
						</button>
					</Form>
				))}
			</span>
			<Form class="in-hand" action={base(props)} data-inline hx-post={base(props)} {...swap}>
				<input type="hidden" name="place" value={place} />
				<label class="sr" for={described.id}>
					Add tags, between commas
				</label>
				<input
					type="text"
					{...described}
					name="add"
					value={props.inHand.value ?? ""}
					placeholder="add, between commas"
					list={`${described.id}-known`}
					maxLength={1_000}
					data-focus
				/>
				<datalist id={`${described.id}-known`}>
					{known.map((tag) => (
						<option key={tag} value={visible(tag)} />
					))}
				</datalist>
				{props.problem}
				<Buttons {...props} save="Save" leave="Done" />
			</Form>
		</>
	);
}
