/** The address map in its two sizes: a strip in one line of the dashboard, cells to click on the subnet's page. */

import type { AddressMap, Cell } from "../src/model/map.ts";
import { formatAddress } from "../src/net/address.ts";
import { count, plural, visible } from "./format.ts";

type Cells = Extract<AddressMap, { kind: "cells" }>;
type Density = Extract<AddressMap, { kind: "density" }>;

const WORDS: Readonly<Record<Cell, string>> = {
	up: "up",
	down: "down",
	unknown: "unknown",
	reserved: "reserved",
	free: "free",
	edge: "not usable",
};

/** How many cells there are of each state, counted in one go. */
function countCells({ cells }: Cells): Record<Cell, number> {
	const counts: Record<Cell, number> = { up: 0, down: 0, unknown: 0, reserved: 0, free: 0, edge: 0 };
	for (const cell of cells) counts[cell] += 1;
	return counts;
}

/** In words, for those who do not see it. */
function told(map: Cells): string {
	const { up, down, unknown, reserved, free } = countCells(map);
	return `Addresses: ${up} up, ${down} down, ${unknown + reserved} unknown, ${free} free`;
}

/** The small picture: nothing to click, one path per state. */
export function Strip(props: { map: AddressMap }) {
	const { map } = props;
	if (map.kind === "cells") return map.cells.length <= 256 ? <Squares map={map} /> : <Dots map={map} />;
	if (map.kind === "density") return <Bars map={map} />;
	return <p class="quiet">{plural(map.hosts, "known host")} · too large to map</p>;
}

const SQUARES_WIDE = 64;
const DOTS_WIDE = 128;

/** How cells are painted: those that differ only in words look alike. */
const PAINT = {
	free: "free",
	edge: "free",
	unknown: "unknown",
	reserved: "unknown",
	up: "up",
	down: "down",
} as const;
type Painted = (typeof PAINT)[Cell];
const PAINTED: readonly Painted[] = ["free", "unknown", "up", "down"];

/**
 * Where the cells of each state lie, as path data: a shape in each, which ends where it began. Steps are relative, so
 * that the many cells of a page say the same few things. One walk over all cells; `ground`: free ones are left out.
 */
function pathsOf(map: Cells, { wide, shape, ground }: { wide: number; shape: string; ground: boolean }) {
	const paths: Record<Painted, string> = { free: "", unknown: "", up: "", down: "" };
	const ends: Record<Painted, number> = { free: 0, unknown: 0, up: 0, down: 0 };
	for (let at = 0; at < map.cells.length; at++) {
		const paint = PAINT[map.cells[at] ?? "free"];
		if (ground && paint === "free") continue;
		const end = ends[paint];
		const [x, y] = [(at % wide) - (end % wide), Math.floor(at / wide) - Math.floor(end / wide)];
		paths[paint] += `m${x} ${y}${shape}`;
		ends[paint] = at;
	}
	return paths;
}

function Squares(props: { map: Cells }) {
	const rows = Math.max(1, Math.ceil(props.map.cells.length / SQUARES_WIDE));
	const paths = pathsOf(props.map, { wide: SQUARES_WIDE, shape: "h.38v.38h-.38z", ground: false });
	return (
		<svg
			class="strip squares"
			viewBox={`-.2 -.2 ${SQUARES_WIDE} ${rows}`}
			role="img"
			aria-label={told(props.map)}
		>
			{PAINTED.map((name) => (
				<path key={name} class={name} d={paths[name]} />
			))}
		</svg>
	);
}

function Dots(props: { map: Cells }) {
	const rows = Math.ceil(props.map.cells.length / DOTS_WIDE);
	const paths = pathsOf(props.map, { wide: DOTS_WIDE, shape: "h0", ground: true });
	const ground = Array.from({ length: rows }, (_, y) => `M0 ${y}h${DOTS_WIDE - 1}`).join("");
	return (
		<svg class="strip dots" viewBox={`-.5 -.5 ${DOTS_WIDE} ${rows}`} role="img" aria-label={told(props.map)}>
			<path class="free" d={ground} />
			{PAINTED.slice(1).map((name) => (
				<path key={name} class={name} d={paths[name]} />
			))}
		</svg>
	);
}

const BARS_HIGH = 32;

/** Bars on a common scale: the fullest bucket is the tallest. */
function Bars(props: { map: Density }) {
	const { buckets } = props.map;
	const sum = (of: "up" | "down" | "unknown") => buckets.reduce((n, bucket) => n + bucket[of], 0);
	if (sum("up") + sum("down") + sum("unknown") === 0) return <p class="quiet">No host yet</p>;
	const most = Math.max(1, ...buckets.map((bucket) => bucket.up + bucket.down + bucket.unknown));
	const paths = { up: "", down: "", unknown: "" };
	const ends = { up: [0, 0], down: [0, 0], unknown: [0, 0] };
	buckets.forEach((bucket, x) => {
		let top = BARS_HIGH;
		for (const state of ["up", "down", "unknown"] as const) {
			if (bucket[state] === 0) continue;
			const high = Math.max(2, Math.round((bucket[state] / most) * (BARS_HIGH - 4)));
			const [atX = 0, atY = 0] = ends[state];
			paths[state] += `m${x - atX} ${top - atY}v-${high}`;
			top -= high;
			ends[state] = [x, top];
		}
	});
	const told = `Density of ${count(buckets.length)} blocks: ${sum("up")} up, ${sum("down")} down, ${sum("unknown")} unknown`;
	return (
		<svg
			class="strip bars"
			viewBox={`-1 0 ${buckets.length + 1} ${BARS_HIGH}`}
			preserveAspectRatio="none"
			role="img"
			aria-label={told}
		>
			<path class="ground" d={`M-1 ${BARS_HIGH}h${buckets.length + 1}`} />
			{(["up", "down", "unknown"] as const).map((state) => (
				<path key={state} class={state} d={paths[state]} />
			))}
		</svg>
	);
}

/** The large picture of a subnet's page; every used or free address is a link that says what it is. */
export function MapCells(props: { map: AddressMap; subnetId: number; label: string }) {
	const { map } = props;
	if (map.kind !== "cells") return <Strip map={map} />;
	return (
		// The group is told in words first; the links inside are one stop for the keyboard (static/keys.js).
		<nav class="map" aria-label={`${props.label}. ${told(map)}`} data-map hx-ignore>
			{map.cells.map((cell, at) => mapCell({ map, at, cell, subnetId: props.subnetId }))}
		</nav>
	);
}

/** A cell has no room for text: its name is said and shown in the line below the map (static/css/_map.scss). */
const named = (name: string) => ({ "aria-label": name });

/** Called, not mounted: there may be a thousand. */
function mapCell(props: { map: Cells; at: number; cell: Cell; subnetId: number }) {
	const { map, at, cell } = props;
	const host = map.hosts.get(at);
	if (cell === "edge" && host === undefined) return <i />;
	const ip = formatAddress(map.first + BigInt(at));
	if (host === undefined)
		return <a href={`/subnets/${props.subnetId}/free/${ip}`} {...named(`${ip} free`)} />;
	const name = host.label === "" || host.label === ip ? ip : `${ip} ${visible(host.label)}`;
	return (
		<a
			class={cell === "reserved" ? "unknown" : cell}
			href={`/hosts/${host.id}`}
			{...named(`${name} ${WORDS[cell]}`)}
			data-drawer
		/>
	);
}
