/** The frame of every page: head, header with search and live light, the two dialogs. Knows no page's content. */

import type { VNode } from "preact";
import type { Batch } from "../src/model/batch.ts";
import type { Light } from "../src/model/live.ts";
import { UndoBar } from "./batch.tsx";
import { Age } from "./elements.tsx";
import { visible } from "./format.ts";
import { KeyList } from "./keys.tsx";
import { Mark } from "./mark.tsx";
import { Me } from "./me.tsx";
import { Form, type Reader } from "./reader.tsx";

export const THEMES = ["auto", "light", "dark", "contrast"] as const;
export type Theme = (typeof THEMES)[number];

export const THEME_NAMES: Readonly<Record<Theme, string>> = {
	auto: "Same as the system",
	light: "Light",
	dark: "Dark",
	contrast: "High contrast",
};

/** URLs of what the page loads. */
export type Assets = {
	css: string;
	script: string;
	htmx: string;
	/** For pages without a login. */
	door: string;
	icon: string;
	iconDown: string;
	sprite: string;
};

export type Shell = {
	path: string;
	light: Light;
	downs: number;
	theme: Theme;
	assets: Assets;
	reader: Reader;
	/** Who is signed in, as the header shows it. */
	name: string;
	/** Nobody on the way can read along. */
	encrypted: boolean;
	now: number;
	/** Number of the last news that this page knows of. */
	liveId?: string;
	search?: string;
	/** What was done a moment ago and can be undone, and the page to come back to. */
	undo?: { batch: Batch; back: string } | undefined;
};

/** htmx without what a strict policy forbids and without extensions that nobody named. */
const HTMX_CONFIG = JSON.stringify({
	extensions: "rollcall",
	includeIndicatorCSS: false,
	morphSkip: "[data-busy]",
	defaultTimeout: 30_000,
});

/** Links leave the page by swapping its main part; what stays in place says so itself (see `inPlace`). */
const BOOST = { "hx-boost:inherited": 'target:"#main" swap:"outerHTML show:none"' };

/** htmx proves by a header that what it sends comes from a page of this session. */
function proof(csrf: string): Record<string, string> {
	return csrf === ""
		? {}
		: { "hx-headers:inherited": JSON.stringify({ "x-csrf-token": csrf }), "data-csrf": csrf };
}

/** What the tab says: hosts that are down first, so that it can be read at a glance. */
export function tabTitle(title: string, downs: number): string {
	return `${downs > 0 ? `(${downs}) ` : ""}${title === "" ? "" : `${visible(title)} · `}Rollcall`;
}

/** `unfinished`: where readers without the script look again at what goes on by itself; the page may be the answer to a form. */
export function Layout(props: Shell & { title: string; main: VNode; unfinished?: string | undefined }) {
	const { assets } = props;
	return (
		<html lang="en" data-theme={props.theme} data-now={props.now} data-live-id={props.liveId}>
			<head>
				<meta charset="utf-8" />
				<meta name="viewport" content="width=device-width, initial-scale=1" />
				<meta name="color-scheme" content="light dark" />
				<meta name="description" content="Which addresses are used, which hosts are alive." />
				<meta name="htmx-config" content={HTMX_CONFIG} />
				<title>{tabTitle(props.title, props.downs)}</title>
				<link rel="stylesheet" href={assets.css} />
				<link
					id="icon"
					rel="icon"
					type="image/svg+xml"
					href={props.downs > 0 ? assets.iconDown : assets.icon}
					data-up={assets.icon}
					data-down={assets.iconDown}
				/>
				{props.unfinished !== undefined && (
					<noscript>
						<meta http-equiv="refresh" content={`2; url=${props.unfinished}`} />
					</noscript>
				)}
				<script src={assets.htmx} defer />
				<script src={assets.script} type="module" />
			</head>
			<body {...BOOST} {...proof(props.reader.csrf)}>
				<a class="skip" href="#main">
					Skip to the content
				</a>
				<Top {...props} />
				<div class="words">
					<div id="say" class="sr" role="status" aria-live="polite" hx-sync="this:replace" />
					<UndoPlace undo={props.undo} />
				</div>
				{props.main}
				<Drawer />
				<div
					id="here"
					class="here"
					popover="auto"
					role="dialog"
					aria-label="Reserve"
					hx-sync="this:replace"
				/>
				<KeyList />
			</body>
		</html>
	);
}

/** Where a host is shown beside the list; what is said while it is open has a line in it, as nothing outside is seen or heard then. */
function Drawer() {
	return (
		<dialog id="drawer" aria-label="Host" class="drawer">
			<form method="dialog" class="drawer-close">
				<button type="submit" class="close" aria-label="Close">
					×
				</button>
				<span class="kbd" aria-hidden="true">
					esc
				</span>
			</form>
			<div id="drawer-body" hx-sync="this:replace" />
			<div id="drawer-says" class="sr" role="status" aria-live="polite" />
		</dialog>
	);
}

/** Where undo is offered: always there, so that screen readers hear what comes into it. */
export function UndoPlace({ undo, ...rest }: { undo: Shell["undo"]; "hx-swap-oob"?: string }) {
	return (
		<div id="undo" role="status" {...rest}>
			{undo !== undefined && <UndoBar {...undo} />}
		</div>
	);
}

const PLACES = [
	["/", "Dashboard"],
	["/subnets", "Subnets"],
	["/activity", "Activity"],
	["/settings", "Settings"],
] as const;

/** The place in the navigation that a path belongs to. Hosts are reached through subnets. */
function placeOf(path: string): string {
	if (path.startsWith("/hosts/")) return "/subnets";
	return PLACES.find(([href]) => href !== "/" && (path === href || path.startsWith(`${href}/`)))?.[0] ?? path;
}

function Top(props: Shell) {
	const place = placeOf(props.path);
	const icon = (name: string) => (
		<svg class="icon" aria-hidden="true">
			<use href={`${props.assets.sprite}#${name}`} />
		</svg>
	);
	return (
		<header class="top">
			<a class="brand" href="/">
				<Mark />
				Rollcall
			</a>
			<nav id="places" aria-label="Main" popover="auto">
				{PLACES.map(([href, label]) => (
					<a key={href} href={href} aria-current={href === place ? "page" : undefined}>
						{label}
					</a>
				))}
			</nav>
			<form id="find" class="search" action="/search" method="get" popover="auto">
				<label class="sr" for="search">
					Search
				</label>
				<input
					id="search"
					type="search"
					name="q"
					value={props.search}
					placeholder="Search IP, hostname, tag, port…"
					autocomplete="off"
					spellcheck={false}
					maxLength={256}
					aria-keyshortcuts="/"
				/>
				<span class="kbd" aria-hidden="true">
					/
				</span>
				<div id="found" class="found" hidden hx-sync="this:replace" />
			</form>
			<LiveLight light={props.light} now={props.now} />
			<button type="button" class="square narrow" popovertarget="find" aria-label="Search">
				{icon("search")}
			</button>
			<ThemeButton theme={props.theme} icon={icon("theme")} />
			<Me name={props.name} encrypted={props.encrypted} icon={icon("person")} />
			<button type="button" class="square narrow" popovertarget="places" aria-label="Menu">
				{icon("menu")}
			</button>
		</header>
	);
}

/** Before the script has opened its stream this says only when the last sweep was, which is true without it too. */
function LiveLight(props: { light: Light; now: number }) {
	const { lastSweepAt, problem, limited } = props.light;
	const mood = problem !== undefined ? " bad" : limited !== undefined ? " limited" : "";
	return (
		<a
			id="light"
			class={`light${mood}`}
			href="/doctor"
			data-problem={problem}
			data-limited={limited}
			title={problem ?? limited}
		>
			<i class="dot" aria-hidden="true" />
			<span class="says">
				{problem !== undefined && <span class="why">{visible(problem)}</span>}
				{problem === undefined && limited !== undefined && (
					<>
						<span class="sr">{visible(limited)} </span>
						<span class="wide">Limited · </span>
					</>
				)}
				{problem === undefined && lastSweepAt === undefined && "Not swept yet"}
				{problem === undefined && lastSweepAt !== undefined && (
					<>
						<span class="wide">Swept </span>
						<Age at={lastSweepAt} now={props.now} />
					</>
				)}
			</span>
		</a>
	);
}

/** Cycles through the themes; without the script it posts the next one. */
function ThemeButton(props: { theme: Theme; icon: VNode }) {
	const next = THEMES[(THEMES.indexOf(props.theme) + 1) % THEMES.length] ?? "auto";
	return (
		<Form class="inline" action="/settings/theme" hx-boost="false" needs="viewer">
			<button
				id="theme"
				type="submit"
				class="square"
				name="theme"
				value={next}
				title={`Theme: ${THEME_NAMES[props.theme]}`}
				{...Object.fromEntries(THEMES.map((theme) => [`data-${theme}`, THEME_NAMES[theme]]))}
			>
				{props.icon}
				<span class="sr">Theme: {THEME_NAMES[props.theme]}</span>
			</button>
		</Form>
	);
}
