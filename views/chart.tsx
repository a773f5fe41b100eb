/** Half-hour bars and a latency line as SVG, without a style of its own. Pure geometry first, markup after it. */

import type { Bar, LatencyPoint, LatencyStory } from "../src/model/uptime.ts";
import { age, latency, plural } from "./format.ts";

/** Units of the drawings; the style sheet stretches them over the width there is. */
const SLOT = 10;
const BAR = 8;
const BARS_HIGH = 22;
/** Green stands on this line; red hangs below it, so that the two differ without their colour. */
const STAND = 19;
const LINE_WIDE = 480;
const LINE_HIGH = 56;
/** Free room above the highest point and below the lowest. */
const LINE_ROOM = 4;
/** A down of one sample in thirty can still be seen. */
const LEAST_SHARE = 0.2;
/** Bars of trouble that the text alternative names one by one. */
const NAMED = 3;

export type BarShape = {
	readonly kind: "up" | "down" | "unmeasured";
	readonly x: number;
	readonly y: number;
	readonly height: number;
};

/** Rectangles of one bar: green and, from below, the share that was red; a low line where nothing was measured. */
export function barShapes(bar: Bar, i: number): BarShape[] {
	const x = i * SLOT + (SLOT - BAR) / 2;
	const all = bar.up + bar.down;
	if (all === 0) return [{ kind: "unmeasured", x, y: STAND - 3, height: 3 }];
	if (bar.down === 0) return [{ kind: "up", x, y: 0, height: STAND }];
	if (bar.up === 0) return [{ kind: "down", x, y: 0, height: BARS_HIGH }];
	const share = Math.min(1 - LEAST_SHARE, Math.max(LEAST_SHARE, bar.down / all));
	const green = Math.round(STAND * (1 - share));
	return [
		{ kind: "up", x, y: 0, height: green },
		{ kind: "down", x, y: green, height: BARS_HIGH - green },
	];
}

/** What the bars say, in words. */
export function barsText(bars: readonly Bar[], now: number): string {
	const whole = bars.filter((bar) => bar.up > 0 && bar.down === 0).length;
	const silent = bars.filter((bar) => bar.down > 0);
	const unmeasured = bars.filter((bar) => bar.up + bar.down === 0).length;
	const parts = [`Last 24 hours in half hours: ${whole} up`];
	if (silent.length > 0) {
		const named = silent.slice(-NAMED).map((bar) => `${whatOf(bar)} ${age(bar.from, now)}`);
		const rest = silent.length - named.length;
		const more = rest > 0 ? `, and ${rest} before` : "";
		parts.push(`${silent.length} with silence (${named.join(", ")}${more})`);
	}
	if (unmeasured > 0) parts.push(`${unmeasured} not measured`);
	return `${parts.join("; ")}.`;
}

function whatOf(bar: Bar): string {
	return bar.up === 0 ? "down" : `${bar.down} of ${bar.up + bar.down} silent`;
}

/** 48 half hours side by side. */
export function UptimeBars(props: { bars: readonly Bar[]; now: number }) {
	const { bars, now } = props;
	return (
		<svg
			class="uptime-bars"
			viewBox={`0 0 ${bars.length * SLOT} ${BARS_HIGH}`}
			preserveAspectRatio="none"
			role="img"
			aria-label={barsText(bars, now)}
		>
			{bars.map((bar, i) => (
				<g key={bar.from}>
					{bar.down > 0 && (
						<title>
							{whatOf(bar)}, {age(bar.from, now)}
						</title>
					)}
					{barShapes(bar, i).map((shape) => (
						<rect
							key={shape.kind}
							class={shape.kind}
							x={shape.x}
							y={shape.y}
							width={BAR}
							height={shape.height}
							rx={1.5}
						/>
					))}
				</g>
			))}
		</svg>
	);
}

type Frame = { readonly from: number; readonly to: number; readonly topUs: number };

/** The highest point drawn: a lone spike may not flatten the rest, so it is the maximum of the means shown. */
export function frameOf(lines: LatencyStory["lines"], from: number, to: number): Frame {
	const highest = Math.max(...lines.flat().map((point) => point.us));
	return { from, to, topUs: Math.max(highest, 1) };
}

function spot(point: LatencyPoint, frame: Frame): [number, number] {
	const x = ((point.at - frame.from) / (frame.to - frame.from)) * LINE_WIDE;
	const y = LINE_HIGH - LINE_ROOM - (point.us / frame.topUs) * (LINE_HIGH - 2 * LINE_ROOM);
	return [round(x), round(y)];
}

function round(n: number): number {
	return Math.round(n * 10) / 10;
}

/** The line through one run of points; a lone point becomes a short dash. */
export function linePath(run: readonly LatencyPoint[], frame: Frame): string {
	const spots = run.map((point) => spot(point, frame));
	const [first] = spots;
	if (first === undefined) return "";
	if (spots.length === 1) return `M${round(first[0] - 2)} ${first[1]}h4`;
	return `M${spots.map(([x, y]) => `${x} ${y}`).join("L")}`;
}

/** The ground below that line. */
export function areaPath(run: readonly LatencyPoint[], frame: Frame): string {
	const spots = run.map((point) => spot(point, frame));
	const [first, last] = [spots[0], spots.at(-1)];
	if (first === undefined || last === undefined || spots.length === 1) return "";
	return `M${first[0]} ${LINE_HIGH}L${spots.map(([x, y]) => `${x} ${y}`).join("L")}L${last[0]} ${LINE_HIGH}Z`;
}

/** The mean round trip by the quarter of an hour; nothing is drawn where nothing answered. */
export function LatencyLine(props: { story: LatencyStory; from: number; to: number }) {
	const { story } = props;
	const frame = frameOf(story.lines, props.from, props.to);
	const gaps = story.lines.length - 1;
	const says = [
		"Round trip over the last 24 hours:",
		`least ${latency(story.minUs)}, middle ${latency(story.p50Us)},`,
		`95 of 100 below ${latency(story.p95Us)}, most ${latency(story.maxUs)}`,
		gaps > 0 ? `; ${plural(gaps, "gap")}.` : ".",
	];
	return (
		<svg
			class="latency-line"
			viewBox={`0 0 ${LINE_WIDE} ${LINE_HIGH}`}
			preserveAspectRatio="none"
			role="img"
			aria-label={says.join(" ").replace(" ;", ";").replace(" .", ".")}
		>
			<path class="area" d={story.lines.map((run) => areaPath(run, frame)).join("")} />
			<path class="line" d={story.lines.map((run) => linePath(run, frame)).join("")} />
		</svg>
	);
}
