/** What a swap by htmx must not disturb, and what follows it: title, tab icon, tint of changed rows, focus. */

import { tick } from "./ages.js";
import { openDrawer } from "./drawer.js";
import { rowSwapped } from "./inline.js";
import { rove } from "./keys.js";
import { showScans, withLimit } from "./live.js";
import { all, drawer, find, isForBrowser, main, say, shown } from "./page.js";
import { dropPicks, showPicks } from "./select.js";
import { typed } from "./session.js";
import { hold, waitOf } from "./waits.js";

/** Attributes that belong to the reader: an unfolded detail, the place in the map, the open row, a form in hand. */
const kept = (element, name) =>
	(name === "open" && element.tagName === "DETAILS") ||
	(name === "tabindex" && element.closest("[data-map]")) ||
	(name === "aria-current" && element.tagName === "TR") ||
	(name === "value" && element.closest("[data-scan]")) ||
	name === "data-grown" ||
	name === "data-dirty" ||
	name === "data-busy";

/** What a row says, without the parts that always move. */
const signature = (row) =>
	all(".status, .name, .ports, .tags", row)
		.map((cell) => cell.textContent)
		.join("\n");
const marked = () => all('tr[id^="h"], li.event', main());
let before = new Map();

/** The row below those that come in above it, and where it stood: there it stays. */
let edge;
const topOf = (element) => element.getBoundingClientRect().top;
const edgeOf = ({ nextElementSibling: row }) => row && { row, top: topOf(row) };

/** Rows of a list were added behind or before those that were there. */
function grown() {
	const list = find("table.hosts, ul.history");
	if (list) list.dataset.grown = "";
	if (edge) scrollBy(0, topOf(edge.row) - edge.top);
}

/** What only a piece can come into: a page that tells of an error would break the page it stands in. */
const PIECES = new Set(["found", "more", "earlier"]);

/** What an answer says that is a page of its own and tells of an error (views/problem.tsx). */
function wordsOf({ response, text }) {
	if (response.status < 400) return undefined;
	const page = new DOMParser().parseFromString(text, "text/html");
	return find(".problem .start > p:not(.status)", page)?.textContent;
}

/** A refusal that would take the place of something smaller, or of what somebody typed, is said instead. */
function insteadOfSwap(ctx) {
	const words = wordsOf(ctx);
	if (!words) return undefined;
	if (ctx.target?.id !== "main" || ctx.swap === "none") return words;
	const form = ctx.sourceElement?.closest?.('form[method="post"]');
	return ctx.response.status >= 500 && form && typed(form)
		? `${words} What you typed is still here.`
		: undefined;
}

function beforeSwap(event) {
	const { ctx } = event.detail;
	const old = (ctx.asked && ctx.asked !== shown.url) || (ctx.askedHost && ctx.askedHost !== shown.host);
	const unasked = ctx.asked || ctx.askedHost;
	const piece = PIECES.has(ctx.target?.id);
	const failed = ctx.response.status >= (piece ? 400 : 500);
	const wait = waitOf(ctx.response);
	if (wait && !unasked) {
		hold(ctx.sourceElement?.closest?.("form"), wait);
		return event.preventDefault();
	}
	if (piece && failed && ctx.target.id !== "found") say("Rollcall could not show more. Try again.", true);
	if (old || ((unasked || piece) && failed)) return event.preventDefault();
	const words = unasked ? undefined : insteadOfSwap(ctx);
	if (words) {
		say(words, true);
		return event.preventDefault();
	}
	edge = ctx.target?.id === "earlier" ? edgeOf(ctx.target) : undefined;
	before = new Map(ctx.asked ? marked().map((row) => [row.id, signature(row)]) : []);
}

function afterSwap(event) {
	const { ctx } = event.detail;
	const inMain = ctx.target?.id === "main" || ctx.select === "[hx-history-elt]";
	// htmx sets the title of the answer right after this event.
	queueMicrotask(() => {
		(inMain ? mainSwapped : pieceSwapped)(ctx);
		showScans();
	});
}

function pieceSwapped(ctx) {
	if (ctx.target?.id === "more" || ctx.target?.id === "earlier") grown();
	if (drawer.open) document.title = shown.title;
	else shown.title = document.title;
	if (ctx.target?.matches(".prop")) rowSwapped(ctx);
	if (ctx.target?.matches("tr")) showPicks();
	tick();
}

function mainSwapped(ctx) {
	shown.title = document.title;
	const icon = find("#icon");
	icon.href = /^\(\d/.test(shown.title) ? icon.dataset.down : icon.dataset.up;
	tint();
	rove();
	showPicks();
	tick();
	unfolded(ctx);
	if (!ctx.asked && !`${ctx.swap}`.startsWith("outerMorph")) arrived(ctx);
}

/** The link that unfolded a gap is gone: the focus goes to the first address that came in its place. */
function unfolded(ctx) {
	if (ctx.unfold) find(`[id="${ctx.unfold}"] a`)?.focus({ preventScroll: true });
}

function tint() {
	if (before.size === 0) return;
	const changed = marked().filter((row) => before.get(row.id) !== signature(row));
	for (const row of changed) row.classList.add("changed");
	setTimeout(() => {
		for (const row of changed) row.classList.remove("changed");
	}, 2_000);
}

/** Brings the address that the URL names into view. */
function toAddress() {
	find("#at")?.closest("tr").scrollIntoView({ block: "center" });
}

/** Another page stands in the main part. */
function arrived(ctx) {
	dropPicks();
	if (drawer.open) drawer.close();
	const place = shown.url.startsWith("/hosts/") ? "/subnets" : `/${shown.url.split(/[/?]/)[1]}`;
	for (const link of all("#places a")) {
		if (link.getAttribute("href") === place) link.setAttribute("aria-current", "page");
		else link.removeAttribute("aria-current");
	}
	for (const popup of all(":popover-open")) popup.hidePopover();
	if (ctx.sourceElement !== document.body && !ctx.request.anchor) scrollTo(0, 0);
	toAddress();
	if (document.activeElement === document.body) {
		(find("[aria-invalid]", main()) ?? main()).focus({ preventScroll: true });
	}
	say(shown.title);
}

/** The address of a form that was refused is no page to come back to; one that leads back here is no new one. */
function beforeHistory(event) {
	const { history, response } = event.detail;
	if (response?.status >= 400) event.preventDefault();
	else if (history.path === location.pathname + location.search) history.type = "replace";
}

function moved(event) {
	const url = new URL(event.detail.path, location.href);
	shown.url = url.pathname + url.search;
}

function beforeRestore(event) {
	const { host, under } = history.state ?? {};
	if (host && under === shown.url) {
		event.preventDefault();
		openDrawer(host, false);
		return;
	}
	if (drawer.open) drawer.close();
	if (event.detail.path === shown.url) event.preventDefault();
	else shown.url = event.detail.path;
}

/** A gap unfolds where it is, among all rows that were loaded by scrolling. */
function unfold(event) {
	const link = event.target.closest?.("a[data-unfold]");
	if (!link || isForBrowser(event)) return;
	event.preventDefault();
	event.stopPropagation();
	htmx.ajax("GET", withLimit(link.pathname + link.search), {
		// Not the link: its fragment would be scrolled to.
		source: "#main",
		target: "#main",
		swap: "outerMorph show:none",
		push: "true",
		unfold: link.hash.slice(1),
	});
}

/** Empty filters stay out of the address bar; an empty status is a choice ("all"). */
function withoutEmpty(event) {
	const { request } = event.detail.ctx;
	if (request.method !== "GET" || !(request.body instanceof FormData)) return;
	for (const [name, value] of [...request.body]) {
		if (value === "" && name !== "status") request.body.delete(name);
	}
}

function failed(event) {
	const { ctx } = event.detail;
	if (!ctx || ctx.asked || ctx.askedHost) return;
	// The answer may have been lost on its way back.
	const next =
		ctx.request?.method === "GET" ? "Try again." : "Look whether it was stored before you try again.";
	say(`Rollcall did not answer. ${next}`, true);
}

export function watchSwaps() {
	htmx.registerExtension("rollcall", {
		htmx_before_morph_attr: (element, { attrName }) => !kept(element, attrName),
	});
	const on = (name, act) => document.addEventListener(`htmx:${name}`, act);
	on("before:swap", beforeSwap);
	on("after:swap", afterSwap);
	on("after:history:push", moved);
	on("after:history:replace", moved);
	on("before:history:restore", beforeRestore);
	on("before:history:update", beforeHistory);
	on("config:request", withoutEmpty);
	on("error", failed);
	document.addEventListener("click", unfold, true);
	toAddress();
}
