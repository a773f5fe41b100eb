/** Labelled fields of a form and what is wrong with them. Knows no particular form. */

import type { ComponentChildren } from "preact";
import { Callout } from "./elements.tsx";
import { visibleLines } from "./format.ts";
import { Csrf } from "./reader.tsx";

export type FieldProblem = { field?: string | undefined; message: string; suggestion?: string };

/** "sweep_interval_s" and "sweepIntervalS" are one field. */
function sameField(a: string, b: string | undefined): boolean {
	const plain = (name: string) => name.replaceAll("_", "").toLowerCase();
	return b !== undefined && plain(a) === plain(b);
}

type FieldProps = {
	name: string;
	label: string;
	value: string;
	id: string;
	hint?: ComponentChildren;
	type?: "text" | "number";
	lines?: number;
	placeholder?: string;
	required?: boolean;
	max?: number;
	mono?: boolean;
	problem?: FieldProblem | undefined;
};

/** One input with its label, a hint and, where it is at fault, the message. */
export function Field(props: FieldProps) {
	const bad = sameField(props.name, props.problem?.field);
	const tells = bad && props.problem?.suggestion === undefined;
	const hintId = props.hint === undefined ? undefined : `${props.id}-hint`;
	const problemId = tells ? `${props.id}-problem` : undefined;
	const shared = {
		id: props.id,
		name: props.name,
		placeholder: props.placeholder,
		required: props.required,
		maxLength: props.max,
		class: props.mono ? "mono" : undefined,
		autocomplete: "off",
		spellcheck: false,
		"aria-invalid": bad ? "true" : undefined,
		"aria-describedby": [problemId, hintId].filter(Boolean).join(" ") || undefined,
	} as const;
	return (
		<div class={bad ? "field bad" : "field"}>
			<label for={props.id}>{props.label}</label>
			{props.lines === undefined ? (
				props.type === "number" ? (
					<input type="number" value={props.value} {...shared} />
				) : (
					<input type="text" value={props.value} {...shared} />
				)
			) : (
				<textarea rows={props.lines} {...shared} value={props.value} />
			)}
			{tells && (
				<p class="field-problem" id={problemId} role="alert">
					{visibleLines(props.problem?.message ?? "")}
				</p>
			)}
			{props.hint !== undefined && (
				<p class="hint" id={hintId}>
					{props.hint}
				</p>
			)}
		</div>
	);
}

/**
 * What is wrong with a form as a whole, above it; a field says itself what is wrong with it. Where a corrected value is known, one button sends everything again with it:
 * a form of its own, because a field cannot be sent twice.
 */
export function FormProblem(props: {
	problem?: FieldProblem | undefined;
	action: string;
	values: Readonly<Record<string, string>>;
	method?: "get" | "post";
}) {
	const { problem, values } = props;
	if (problem === undefined) return null;
	const { suggestion } = problem;
	const field = Object.keys(values).find((name) => sameField(name, problem.field));
	if (field !== undefined && suggestion === undefined) return null;
	return (
		<Callout kind="bad">
			<p>{visibleLines(problem.message)}</p>
			{suggestion !== undefined && field !== undefined && (
				<form method={props.method ?? "post"} action={props.action}>
					{props.method !== "get" && <Csrf />}
					{Object.entries({ ...values, [field]: suggestion }).map(([name, value]) => (
						<input key={name} type="hidden" name={name} value={value} />
					))}
					<button type="submit" class="button primary">
						Use <span class="mono">{visibleLines(suggestion)}</span>
					</button>
				</form>
			)}
		</Callout>
	);
}
