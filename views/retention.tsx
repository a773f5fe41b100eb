/** How long the past is kept: the form with what each choice comes to, or the same in words. Knows no value it does not get. */

import {
	HOUR_BYTES,
	RETENTION_DAYS,
	type Retention,
	SAMPLE_BYTES,
	type StorageState,
} from "../src/model/upkeep.ts";
import { Field, type FieldProblem } from "./fields.tsx";
import { bytes, count, plural } from "./format.ts";
import { Form } from "./reader.tsx";

/** What the form holds, as it was typed. */
export type RetentionState = {
	values: { rawDays: string; hourlyDays: string };
	problem?: FieldProblem;
};

export type RetentionProps = RetentionState & {
	/** What counts, and what would without a word of anybody. */
	kept: Required<Retention>;
	configured: Required<Retention>;
	state: Pick<StorageState, "samplesPerDay" | "hostsSeen">;
	eventDays: number;
};

const PARTS = [
	{
		part: "rawDays",
		id: "keep-raw",
		name: "raw_days",
		label: "Keep measurements",
		after: "After that one an hour stays.",
		key: "RETENTION_RAW_DAYS",
	},
	{
		part: "hourlyDays",
		id: "keep-hourly",
		name: "hourly_days",
		label: "Keep hourly sums",
		after: "Uptime of weeks and months is made of them.",
		key: "RETENTION_HOURLY_DAYS",
	},
] as const;

/** Bytes that one day of each takes at the present number of hosts. */
function perDay({ samplesPerDay, hostsSeen }: RetentionProps["state"]): Required<Retention> {
	return { rawDays: samplesPerDay * SAMPLE_BYTES, hourlyDays: hostsSeen * 24 * HOUR_BYTES };
}

export function RetentionForm(props: RetentionProps) {
	const { values, problem, configured, kept, state } = props;
	const day = perDay(state);
	const { min, max } = RETENTION_DAYS;
	return (
		<Form
			class="fields retention"
			id="retention"
			action="/settings/retention"
			needs="admin"
			instead={<RetentionFacts {...props} />}
			data-edit
		>
			{PARTS.map(({ part, id, name, label, after, key }) => (
				<Field
					key={id}
					id={id}
					name={name}
					label={`${label} (days)`}
					type="number"
					value={values[part]}
					problem={problem}
					hint={
						<>
							{state.hostsSeen > 0 && (
								<>
									About{" "}
									<output for={id} data-day-bytes={day[part]}>
										{bytes(day[part] * kept[part])}
									</output>{" "}
									in all, {bytes(day[part])} a day with {plural(state.hostsSeen, "host")}.{" "}
								</>
							)}
							{after} Without a number here it is {configured[part]}, as {key} says.
						</>
					}
				/>
			))}
			<p class="hint">
				{count(min)} to {count(max)} days. What is older goes in the night, for good. Events are kept{" "}
				{plural(props.eventDays, "day")}.
			</p>
			<div class="actions">
				<button type="submit" class="button primary">
					Save
				</button>
			</div>
		</Form>
	);
}

/** The same for those who may not change it. */
function RetentionFacts({ kept, state, eventDays }: RetentionProps) {
	const day = perDay(state);
	return (
		<dl class="facts-list">
			{PARTS.map(({ part, label }) => (
				<div key={part}>
					<dt>{label}</dt>
					<dd>
						{plural(kept[part], "day")}
						{state.hostsSeen > 0 &&
							`: about ${bytes(day[part])} a day with ${plural(state.hostsSeen, "host")}, ${bytes(day[part] * kept[part])} in all`}
					</dd>
				</div>
			))}
			<div>
				<dt>Keep events</dt>
				<dd>{plural(eventDays, "day")}</dd>
			</div>
		</dl>
	);
}
