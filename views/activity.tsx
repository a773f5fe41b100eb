/** Everything that happened, newest first. Knows events and the way to older ones. */

import type { Event } from "../src/model/event.ts";
import { Main } from "./elements.tsx";
import { EventLine } from "./event.tsx";
import { day } from "./format.ts";

export function Activity(props: { events: readonly Event[]; next: string | undefined; now: number }) {
	const days = Map.groupBy(props.events, (event) => day(event.at));
	return (
		<Main live="all" class="activity narrow-page">
			<h1>Activity</h1>
			{days.size === 0 && (
				<section class="panel empty" aria-label="Activity">
					<p>Nothing has happened yet. Flips, new hosts and edits appear here.</p>
					<a class="button plain" href="/subnets">
						See the subnets
					</a>
				</section>
			)}
			{[...days].map(([date, events]) => (
				<section class="panel" key={date} aria-labelledby={`day-${date}`}>
					<header class="panel-head">
						<h2 id={`day-${date}`}>{date === day(props.now) ? "Today" : date}</h2>
					</header>
					<ul class="events">
						{events.map((event) => (
							<EventLine key={event.id} event={event} now={props.now} back="/activity" />
						))}
					</ul>
				</section>
			))}
			{props.next !== undefined && (
				<p class="more">
					<a class="button plain" href={`/activity?${new URLSearchParams({ before: props.next })}`}>
						Show older
					</a>
				</p>
			)}
		</Main>
	);
}
