/** Many hosts at once: the bar below a list that has some ticked, the form that changes only what is ticked in it, and deleting. */

import { HOST_LIMITS } from "../src/model/host.ts";
import type { Listing } from "../src/model/listing.ts";
import { Main, Wire } from "./elements.tsx";
import { count, plural, visible, visibleLines } from "./format.ts";
import { listUrl } from "./query.ts";
import { Form } from "./reader.tsx";

/** The box of a row, for those who may edit; it belongs to the bar. */
export function Pick(props: { id: number; ip: string }) {
	return (
		<input
			type="checkbox"
			class="pick"
			name="ids"
			value={props.id}
			form="bulk"
			aria-label={`Select ${props.ip}`}
			autocomplete="off"
		/>
	);
}

/** Below the list: what to do with the ticked ones. The script hides it while none is. */
export function BulkBar(props: { listing: Listing; base: string }) {
	const { listing, base } = props;
	if (listing.matching === 0) return null;
	const all = count(listing.matching);
	return (
		<Form id="bulk" class="bulk" action="/bulk" aria-label="Selected hosts" data-matching={listing.matching}>
			<input type="hidden" name="list" value={listUrl(base, listing.query)} />
			<span class="says" role="status">
				Tick hosts to change several at once.
			</span>
			<label class="picking">
				<input type="checkbox" id="picking" autocomplete="off" /> Select
			</label>
			<span class="buttons">
				<button type="submit" class="button plain" name="do" value="edit">
					Edit…
				</button>
				<button type="submit" class="button danger" name="do" value="delete">
					Delete…
				</button>
				<button type="submit" class="button plain" name="all" value="1">
					Select all {all}
				</button>
				<button type="button" class="button plain" data-clear>
					Clear
				</button>
			</span>
		</Form>
	);
}

/** Who is meant, as it was said. */
export type SelectionFields = {
	/** The list they were ticked in. */
	readonly list: string;
	/** Ids between commas. */
	readonly ids: string;
	/** All that the list holds instead, less `except`. */
	readonly all: boolean;
	readonly except: string;
};

type Known = { readonly name: string; readonly hosts: number };

export type BulkProps = {
	selection: SelectionFields;
	hosts: number;
	/** Of them, those that carry something a person wrote. */
	annotated: number;
	/** Which they are, in words. */
	source: string;
	/** Tags among them, and tags in use anywhere. */
	tags: readonly Known[];
	known: readonly string[];
	values?: Readonly<Record<string, string>>;
	problem?: { field?: string | undefined; message: string };
};

function Selected({ selection }: { selection: SelectionFields }) {
	return (
		<>
			<input type="hidden" name="list" value={selection.list} />
			<input type="hidden" name="ids" value={selection.all ? "" : selection.ids} />
			<input type="hidden" name="all" value={selection.all ? "1" : ""} />
			<input type="hidden" name="except" value={selection.except} />
		</>
	);
}

/** Fields that say themselves what is wrong with them. */
const TICKED = ["description", "tags_added", "tags_removed", "notes", "hostname"];

export function BulkEdit(props: BulkProps) {
	const { selection, problem, tags } = props;
	const shared = { values: props.values ?? {}, problem };
	return (
		<Main class="narrow-page">
			<h1>
				Edit <Wire text={props.source} />
			</h1>
			<Form class="panel padded fields bulk-edit" action="/bulk/edit">
				<Selected selection={selection} />
				<p class="quiet">Only what is ticked is written, the same to each of them. It can be undone.</p>
				{problem !== undefined && !TICKED.includes(problem.field ?? "") && (
					<p class="field-problem" role="alert">
						{visibleLines(problem.message)}
					</p>
				)}
				<Ticked {...shared} name="description" label="Description" max={HOST_LIMITS.descriptionChars} />
				<Ticked
					{...shared}
					name="tags_added"
					label="Add tags"
					hint="Between commas."
					list="bulk-known"
					max={1_000}
				/>
				<Ticked
					{...shared}
					name="tags_removed"
					label="Remove tags"
					hint={
						tags.length === 0
							? "None of them has a tag."
							: `They have: ${tags.map((tag) => `${visible(tag.name)} (${count(tag.hosts)})`).join(", ")}.`
					}
					list="bulk-tags"
					max={1_000}
				/>
				<Ticked {...shared} name="notes" label="Notes" lines={3} max={HOST_LIMITS.notesChars} />
				<Ticked
					{...shared}
					name="hostname"
					label="Hostname"
					hint="Left empty, names that were typed or imported go, and found ones come back."
					max={HOST_LIMITS.hostnameChars}
				/>
				<Options id="bulk-known" names={props.known} />
				<Options id="bulk-tags" names={tags.map(({ name }) => name)} />
				<div class="actions">
					<button type="submit" class="button primary">
						Change {plural(props.hosts, "host")}
					</button>
					<a class="button plain" href={selection.list}>
						Cancel
					</a>
				</div>
			</Form>
		</Main>
	);
}

function Options(props: { id: string; names: readonly string[] }) {
	return (
		<datalist id={props.id}>
			{props.names.map((name) => (
				<option key={name} value={visible(name)} />
			))}
		</datalist>
	);
}

/** A box that says "write this", and what to write. Typing ticks it. */
function Ticked(props: {
	name: string;
	label: string;
	values: Readonly<Record<string, string>>;
	problem: BulkProps["problem"];
	hint?: string;
	list?: string;
	lines?: number;
	max: number;
}) {
	const { name, values } = props;
	const bad = props.problem?.field === name;
	const shared = {
		id: `bulk-${name}`,
		name,
		maxLength: props.max,
		autocomplete: "off",
		"aria-label": props.label,
		"aria-invalid": bad ? ("true" as const) : undefined,
		"aria-describedby":
			[bad && `bulk-${name}-problem`, props.hint !== undefined && `bulk-${name}-hint`]
				.filter(Boolean)
				.join(" ") || undefined,
	};
	return (
		<div class={bad ? "field ticked bad" : "field ticked"}>
			<label>
				<input
					type="checkbox"
					name="set"
					value={name}
					checked={name in values}
					data-tick={`bulk-${name}`}
					autocomplete="off"
				/>{" "}
				{props.label}
			</label>
			{props.lines === undefined ? (
				<input type="text" {...shared} list={props.list} value={values[name] ?? ""} />
			) : (
				<textarea rows={props.lines} {...shared} value={values[name] ?? ""} />
			)}
			{bad && (
				<p class="field-problem" id={`bulk-${name}-problem`} role="alert">
					{visibleLines(props.problem?.message ?? "")}
				</p>
			)}
			{props.hint !== undefined && (
				<p class="hint" id={`bulk-${name}-hint`}>
					{props.hint}
				</p>
			)}
		</div>
	);
}

export function BulkDelete(props: BulkProps) {
	const { selection, hosts, annotated } = props;
	return (
		<Main class="narrow-page">
			<h1>
				Delete <Wire text={props.source} />?
			</h1>
			<section class="panel padded" aria-label="Delete">
				<ul class="plain-list">
					<li>
						<b>
							{plural(hosts, "host")} {hosts === 1 ? "goes" : "go"} with what was written about{" "}
							{hosts === 1 ? "it" : "them"} and {hosts === 1 ? "its" : "their"} whole history
						</b>
						{annotated > 0 && `, ${count(annotated)} of them with a name, description, tags or notes by hand`}
						.
					</li>
					<li>What answers again comes back as a new host.</li>
				</ul>
				<p class="quiet">It can be undone, with the history.</p>
				<Form class="actions" action="/bulk/delete">
					<Selected selection={selection} />
					<button type="submit" class="button danger">
						Delete {plural(hosts, "host")}
					</button>
					<a class="button plain" href={selection.list}>
						Keep them
					</a>
				</Form>
			</section>
		</Main>
	);
}
