/** How full a subnet is: the number, the bar, the legend. Knows counts, not addresses. */

import type { ComponentChildren } from "preact";
import type { Counts } from "../src/model/subnet.ts";
import { count, share } from "./format.ts";

/** Addresses with a host or a reservation. */
export function usedOf(counts: Counts): bigint {
	return counts.usable - counts.unused;
}

/** "37 up  4 down  6 unknown". */
export function StatusCounts(props: { counts: Counts }) {
	const { up, down, unknown } = props.counts;
	return (
		<span class="counts">
			<b>{count(up)}</b> up <b class={down > 0 ? "down" : undefined}>{count(down)}</b> down{" "}
			<b>{count(unknown)}</b> unknown
		</span>
	);
}

/** A share only where it means something: no one fills a /64. */
export function usedText(counts: Counts): string {
	return counts.usable > 1n << 32n ? "—" : `${share(usedOf(counts), counts.usable)} used`;
}

export function UsedBar(props: { counts: Counts }) {
	const { up, down, unknown, usable } = props.counts;
	const whole = 1_000;
	const wide = (n: number) =>
		usable <= 0n || n === 0 ? 0 : Math.max(4, Number((BigInt(n) * 1_000n) / usable));
	const [u, d, k] = [wide(up), wide(down), wide(unknown)];
	return (
		<svg class="bar" viewBox={`0 0 ${whole} 6`} preserveAspectRatio="none" aria-hidden="true">
			<path class="free" d={`M0 3h${whole}`} />
			<path class="up" d={`M0 3h${u}`} />
			<path class="down" d={`M${u} 3h${d}`} />
			<path class="unknown" d={`M${u + d} 3h${k}`} />
		</svg>
	);
}

export function Usage(props: { counts: Counts; children?: ComponentChildren }) {
	const { counts } = props;
	return (
		<div class="usage">
			<p class="used">
				<b>{count(usedOf(counts))}</b> of {count(counts.usable)} used
			</p>
			{props.children}
			<UsedBar counts={counts} />
			<ul class="legend">
				<li class="up">{count(counts.up)} up</li>
				<li class="down">{count(counts.down)} down</li>
				<li class="unknown">{count(counts.unknown)} unknown</li>
			</ul>
		</div>
	);
}
