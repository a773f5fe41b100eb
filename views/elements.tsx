/** The smallest parts of a page: pill, age, chip, tag, wire text, hidden fields. Knows no page and no URL. */

import type { ComponentChildren } from "preact";
import type { Host } from "../src/model/host.ts";
import type { Port } from "../src/model/port.ts";
import { isSlow, UNTIMED } from "../src/model/presence.ts";
import type { Role } from "../src/model/user.ts";
import { type AgeStyle, age, count, day, exact, latency, visible } from "./format.ts";
import { Form } from "./reader.tsx";

/**
 * Roles said aloud for tables that narrow screens show as cards: a changed `display` takes the native ones away
 * in some browsers.
 */
export const table = { role: "table" } as const;
export const rowgroup = { role: "rowgroup" } as const;
export const row = { role: "row" } as const;
export const cell = { role: "cell" } as const;
export const rowheader = { role: "rowheader", scope: "row" } as const;
export const columnheader = { role: "columnheader", scope: "col" } as const;

/** Links and forms below change the list they stand in: morph it, stay where the reader is. */
export const inPlace = { "hx-boost:inherited": 'target:"#main" swap:"outerMorph show:none"' } as const;

/** The one replaceable part of every page; `live` says which changes concern it (see static/live.js). */
export function Main(props: { live?: string | undefined; class?: string; children: ComponentChildren }) {
	return (
		<main id="main" class={props.class} tabIndex={-1} data-live={props.live} hx-history-elt>
			{props.children}
		</main>
	);
}

/** Text that a stranger may have chosen: isolated, and nothing in it invisible. */
export function Wire(props: { text: string }) {
	return <bdi>{visible(props.text)}</bdi>;
}

/** A moment, told as its age. `bare` leaves the exact time to the script (rows come by the thousand). */
export function Age(props: { at: number; now: number; style?: AgeStyle; bare?: boolean }) {
	const style = props.style ?? "since";
	return (
		<time
			dateTime={new Date(props.at).toISOString()}
			title={props.bare ? undefined : exact(props.at)}
			data-age={style}
		>
			{age(props.at, props.now, style)}
		</time>
	);
}

/** A day, told by its date; the script says it in the reader's own zone. */
export function Day(props: { at: number }) {
	return (
		<time dateTime={new Date(props.at).toISOString()} title={exact(props.at)} data-day>
			{day(props.at)}
		</time>
	);
}

/** What a pill says of a host, and the class that draws its shape. */
export function statusOf(host: Pick<Host, "status" | "suspectSince" | "flapping">): {
	mark: "up" | "down" | "unknown" | "flapping";
	says: string;
} {
	const word = { up: "Up", down: "Down", unknown: "Unknown" }[host.status];
	if (host.flapping) return { mark: "flapping", says: `${word} · flapping` };
	if (host.status === "up" && host.suspectSince !== undefined) return { mark: "up", says: "Up · checking" };
	return { mark: host.status, says: word };
}

export function StatusPill(props: { host: Pick<Host, "status" | "suspectSince" | "flapping"> }) {
	const { mark, says } = statusOf(props.host);
	return <span class={`pill ${mark}`}>{says}</span>;
}

/** The last round trip; amber, with the reason in words, when it is far above what is usual for this host. */
export function Latency(props: { host: Pick<Host, "status" | "latencyUs" | "typicalLatencyUs"> }) {
	const { latencyUs, typicalLatencyUs, status } = props.host;
	if (latencyUs === UNTIMED && status === "up") return <span title="silent to ping, answers ARP">–</span>;
	if (latencyUs === undefined || status !== "up") return <>–</>;
	if (!isSlow(latencyUs, typicalLatencyUs)) return <>{latency(latencyUs)}</>;
	const usual = latency(typicalLatencyUs ?? 0);
	return (
		<span class="slow" title={`usually ${usual}`}>
			{latency(latencyUs)}
			<span class="sr"> slow, usually {usual}</span>
		</span>
	);
}

const CHIPS_SHOWN = 3;

function portText(port: Port): string {
	const name = port.service === "" ? port.proto : port.service;
	return `${port.port}/${name}`;
}

/** Three ports as chips, then how many more there are. */
export function Ports(props: { ports: readonly Port[] }) {
	const rest = props.ports.length - CHIPS_SHOWN;
	if (props.ports.length === 0) return null;
	return (
		<div class="list">
			{props.ports.slice(0, CHIPS_SHOWN).map((port) => Chip({ text: portText(port) }))}
			{rest > 0 && <span class="rest">+{count(rest)}</span>}
		</div>
	);
}

const TAGS_SHOWN = 3;

/** Three tags, then how many more there are. */
export function Tags(props: { tags: readonly string[] }) {
	const rest = props.tags.length - TAGS_SHOWN;
	if (props.tags.length === 0) return null;
	return (
		<div class="list">
			{props.tags.slice(0, TAGS_SHOWN).map((tag) => Tag({ text: tag }))}
			{rest > 0 && <span class="rest">+{count(rest)}</span>}
		</div>
	);
}

function Chip(props: { text: string }) {
	return <span class="chip">{Wire(props)}</span>;
}

export function Tag(props: { text: string }) {
	return <span class="tag">{Wire(props)}</span>;
}

/** A form of one button: an action that changes something, not shown to those whose role does not suffice. */
export function ActionButton(props: {
	action: string;
	label: string;
	kind?: "primary" | "danger" | "plain";
	values?: Readonly<Record<string, string>>;
	shortcut?: string;
	needs?: Role | undefined;
	/** The page or drawer stays as it is: what comes of it reaches it by the live stream. */
	stay?: boolean;
}) {
	const stay = props.stay === true ? { "hx-post": props.action, "hx-swap": "none" } : {};
	return (
		<Form class="inline" action={props.action} needs={props.needs ?? "editor"} {...stay}>
			{Object.entries(props.values ?? {}).map(([name, value]) => (
				<input key={name} type="hidden" name={name} value={value} />
			))}
			<button
				type="submit"
				class={`button ${props.kind ?? "plain"}`}
				data-key={props.shortcut}
				aria-keyshortcuts={props.shortcut}
			>
				{props.label}
			</button>
		</Form>
	);
}

/** A message that must be read: what is wrong, what was not lost, what to do. */
export function Callout(props: { kind: "bad" | "warn" | "note"; children: ComponentChildren }) {
	return (
		<div class={`callout ${props.kind}`} role={props.kind === "note" ? undefined : "alert"}>
			{props.children}
		</div>
	);
}

/** A sheet of the page with a heading and a word on its right. */
export function Panel(props: {
	title: string;
	id?: string;
	aside?: ComponentChildren;
	class?: string;
	children: ComponentChildren;
}) {
	const id = props.id ?? `p-${props.title.toLowerCase().replace(/[^a-z]+/g, "-")}`;
	return (
		<section class={`panel ${props.class ?? ""}`.trim()} aria-labelledby={id}>
			<header class="panel-head">
				<h2 id={id}>{props.title}</h2>
				{props.aside !== undefined && <div class="aside">{props.aside}</div>}
			</header>
			{props.children}
		</section>
	);
}
