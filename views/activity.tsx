/** Everything that happened, newest first: the filters, lines by day, the way to older ones. Knows no request. */

import { EVENT_GROUPS, type Event, type EventFilter, type EventGroup } from "../src/model/event.ts";
import { Main } from "./elements.tsx";
import { EventLine } from "./event.tsx";
import { type Choice, ChoiceField } from "./filters.tsx";
import { dayNames } from "./format.ts";

/** One window: its events, and where the next one begins. */
export type ActivityWindow = {
	events: readonly Event[];
	next: number | undefined;
	filter: EventFilter;
	/** IANA name of the reader's time zone. */
	zone: string;
	/** Time of the event that stands above this window. */
	above?: number | undefined;
	now: number;
};

const GROUPS: Readonly<Record<EventGroup, string>> = {
	down: "Down and flapping",
	up: "Came back",
	new: "New hosts",
	ports: "Ports",
	names: "Names and hardware addresses",
	edits: "What people did",
	access: "Sign-ins, users, tokens",
	trouble: "Rollcall's own network and sweeps",
};

export function Activity(props: { window: ActivityWindow; subnets: readonly Choice[] }) {
	const { window } = props;
	const { group, subnetId, text } = window.filter;
	const filtered = [group, subnetId, text].some((part) => part !== undefined);
	return (
		<Main live="all" class="activity narrow-page">
			<h1>Activity</h1>
			<section class="panel" aria-label="Events">
				<Filters {...props} />
				{window.events.length === 0 && window.next === undefined ? (
					<div class="empty">
						<p>
							{filtered
								? "Nothing like that happened."
								: "Nothing has happened yet. Flips, new hosts and edits appear here."}
						</p>
						<a class="button plain" href={filtered ? "/activity" : "/subnets"}>
							{filtered ? "Show everything" : "See the subnets"}
						</a>
					</div>
				) : (
					<ul class="events history">
						<ActivityLines window={window} />
					</ul>
				)}
			</section>
			<p class="quiet">
				As a file: <a href={recordUrl(window.filter, "csv")}>CSV</a>,{" "}
				<a href={recordUrl(window.filter, "json")}>JSON</a>
			</p>
		</Main>
	);
}

function recordUrl({ group, subnetId, text }: ActivityWindow["filter"], format: string): string {
	const params = new URLSearchParams({ format });
	if (group !== undefined) params.set("kind", group);
	if (subnetId !== undefined) params.set("subnet", String(subnetId));
	if (text !== undefined) params.set("q", text);
	return `/activity/record?${params}`;
}

function Filters(props: { window: ActivityWindow; subnets: readonly Choice[] }) {
	const { group, subnetId, text } = props.window.filter;
	return (
		<div class="filters">
			<form
				class="selects"
				id="filter-form"
				method="get"
				action="/activity"
				aria-label="Filter"
				hx-get="/activity"
				hx-trigger="change, submit, input delay:200ms"
				hx-sync="this:replace"
				hx-target="#main"
				hx-swap="outerMorph show:none"
				hx-replace-url="true"
			>
				<ChoiceField
					name="kind"
					label="Kind"
					options={EVENT_GROUPS.map((value) => ({ value, label: GROUPS[value] }))}
					chosen={group}
				/>
				<ChoiceField name="subnet" label="Subnet" options={props.subnets} chosen={subnetId?.toString()} />
				<input
					id="filter"
					type="search"
					name="q"
					value={text}
					placeholder="Filter by name, address, person…"
					aria-label="Filter by name, address, person"
					autocomplete="off"
					spellcheck={false}
					maxLength={256}
				/>
				<noscript>
					<button type="submit" class="button plain">
						Filter
					</button>
				</noscript>
			</form>
		</div>
	);
}

/** The URL of a list of events; `lines`: of the window's lines alone. */
function activityUrl({ filter }: ActivityWindow, before: number, lines: boolean): string {
	const fields: [string, string | undefined][] = [
		["kind", filter.group],
		["subnet", filter.subnetId?.toString()],
		["q", filter.text],
		["before", String(before)],
	];
	const said = fields.filter((field): field is [string, string] => field[1] !== undefined);
	return `/activity${lines ? "/lines" : ""}?${new URLSearchParams(said)}`;
}

/** Lines under the name of their day, and the way to older ones. */
export function ActivityLines(props: { window: ActivityWindow }) {
	const { window } = props;
	const { events, next, now } = window;
	const nameOf = dayNames(window.zone, now);
	let day = window.above === undefined ? "" : nameOf(window.above);
	return (
		<>
			{events.map((event) => {
				const before = day;
				day = nameOf(event.at);
				return (
					<>
						{day !== before && (
							<li class="day" key={day}>
								<h2>{day}</h2>
							</li>
						)}
						<EventLine key={event.id} event={event} now={now} back="/activity" />
					</>
				);
			})}
			{next !== undefined && (
				<li class="more" id="more">
					<a
						class="button plain"
						href={activityUrl(window, next, false)}
						hx-get={activityUrl(window, next, true)}
						hx-trigger="revealed, click"
						hx-target="#more"
						hx-swap="outerHTML"
					>
						{events.length === 0 ? "Nothing so far: look further back" : "Show older"}
					</a>
				</li>
			)}
		</>
	);
}
