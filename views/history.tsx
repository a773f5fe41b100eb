/** How a host has been, on its page and in the drawer: uptime with its bars, latency with its line. */

import type { HostHistory, Uptime } from "../src/model/uptime.ts";
import { LatencyLine, UptimeBars } from "./chart.tsx";
import { duration, latency } from "./format.ts";

/** Unmeasured time shorter than this is not worth a word: a sweep may come late. */
const NOTABLE_MS = 30 * 60_000;

export function HistoryPanel(props: { history: HostHistory; now: number; id: string }) {
	const { history, now, id } = props;
	const { day, week, latency: story } = history;
	const unmeasured = [unmeasuredText(day, "24 h"), unmeasuredText(week, "7 d")].filter(
		(text) => text !== undefined,
	);
	return (
		<>
			<section class="past" aria-labelledby={`${id}-uptime`}>
				<div class="past-head">
					<h2 id={`${id}-uptime`}>Uptime</h2>
					<p>
						<Share uptime={day} /> 24 h <Share uptime={week} /> 7 d
					</p>
				</div>
				<UptimeBars bars={history.bars} now={now} />
				<div class="past-foot">
					<span>24 h ago</span>
					<span>now</span>
				</div>
				{unmeasured.length > 0 && <p class="past-note">not measured: {unmeasured.join(", ")}</p>}
			</section>
			<section class="past" aria-labelledby={`${id}-latency`}>
				<div class="past-head">
					<h2 id={`${id}-latency`}>Latency</h2>
					{story !== undefined && (
						<p class="mono">
							min {bare(story.minUs)} · p50 {bare(story.p50Us)} · p95 {latency(story.p95Us)}
						</p>
					)}
				</div>
				{story === undefined ? (
					<p class="quiet">No answer in the last 24 hours.</p>
				) : (
					<LatencyLine story={story} from={history.from} to={history.to} />
				)}
			</section>
		</>
	);
}

/** "99.93 %" in bold; a dash where nothing was measured. */
function Share(props: { uptime: Uptime }) {
	return <b>{props.uptime.share === undefined ? "–" : `${percent(props.uptime.share)} %`}</b>;
}

function unmeasuredText(uptime: Uptime, window: string): string | undefined {
	const missing = uptime.ms - uptime.measuredMs;
	return missing < NOTABLE_MS ? undefined : `${duration(missing)} of ${window}`;
}

/** A latency without its unit where it is milliseconds, as the last one of the row carries it. */
function bare(us: number): string {
	return latency(us).replace(/ ms$/, "");
}

/** Two decimals: a minute of a day is 0.07 %. Never "100" for less than all. */
export function percent(share: number): string {
	if (share >= 1) return "100";
	return share <= 0 ? "0" : Math.min(99.99, Math.max(0.01, Math.round(share * 10_000) / 100)).toFixed(2);
}
