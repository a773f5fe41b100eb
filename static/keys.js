/** The keyboard: rows, the address map as one stop, and the list of keys that "?" shows. */

import { openDrawer } from "./drawer.js";
import { editHere } from "./inline.js";
import { all, drawer, find, main } from "./page.js";
import { clearPicks, extend, pickRow } from "./select.js";

/** Hosts in a list, subnets in the tree. */
const rowLinks = () => all('tr[id^="h"] a[data-drawer], .tree tr[id^="s"] th a', main());

function moveRow(step) {
	const links = rowLinks();
	const current = document.activeElement.closest?.("tr") ?? find("tr[aria-current]");
	const at = links.findIndex((link) => link.closest("tr") === current);
	const next = links[at < 0 ? (step > 0 ? 0 : links.length - 1) : at + step];
	if (!next) return find("#more")?.scrollIntoView({ block: "nearest" });
	next.closest("tr").scrollIntoView({ block: "nearest" });
	if (drawer.open) openDrawer(next.getAttribute("href"));
	else next.focus({ preventScroll: true });
}

/** Opens what can be edited: the host in the drawer or in the focused row, else the page's own form. */
async function edit() {
	const row = document.activeElement.closest?.('tr[id^="h"]');
	if (row && !drawer.open) await openDrawer(find("a", row).getAttribute("href"));
	if (!editHere()) press("e");
}

const press = (key) => find(`[data-key="${key}"]`, main())?.click();
const go = (href) => find(`#places a[href="${href}"]`).click();

function search() {
	const popup = find("#find");
	if (getComputedStyle(popup).display === "none") popup.showPopover();
	find("#search").select();
}

const KEYS = {
	"/": search,
	j: () => moveRow(1),
	k: () => moveRow(-1),
	ArrowDown: () => moveRow(1),
	ArrowUp: () => moveRow(-1),
	e: edit,
	s: () => press("s"),
	r: () => press("r"),
	u: () => find("#undo button")?.click(),
	x: pickRow,
	J: () => extend(() => moveRow(1)),
	K: () => extend(() => moveRow(-1)),
	Escape: clearPicks,
	"?": () => find("#keys").showModal(),
};
const AFTER_G = { d: "/", s: "/subnets", a: "/activity" };
/** When g was pressed, not when a page that was busy came to hear of it. */
let gAt = Number.NEGATIVE_INFINITY;

const EXTENDED = { ArrowDown: "J", ArrowUp: "K" };

function act(event) {
	const key = (event.shiftKey && EXTENDED[event.key]) || event.key;
	if (event.timeStamp - gAt < 1_200 && AFTER_G[key]) {
		gAt = Number.NEGATIVE_INFINITY;
		return () => go(AFTER_G[key]);
	}
	if (key === "g") {
		gAt = event.timeStamp;
		return undefined;
	}
	const inList =
		drawer.open || event.target === document.body || event.target === main() || event.target.closest("tr");
	return event.key.startsWith("Arrow") && !inList ? undefined : KEYS[key];
}

function pressed(event) {
	if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || find("#keys").open) return;
	if (event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select")) {
		if (event.key === "Escape" && event.target.type === "search") event.target.blur();
		return;
	}
	const cell = event.target.closest("[data-map] > a");
	const does = (cell && moveCell(cell, event.key)) || act(event);
	if (!does || (event.key === "Escape" && drawer.open)) return;
	event.preventDefault();
	does();
}

/** The neighbour of a cell in the map, past those that cannot be used. */
function moveCell(cell, key) {
	const cells = [...cell.parentElement.children];
	const wide = getComputedStyle(cell.parentElement).gridTemplateColumns.split(" ").length;
	const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: wide, ArrowUp: -wide }[key];
	const ends = { Home: cells, End: [...cells].reverse() }[key];
	let next = ends?.find((other) => other.matches("a"));
	if (step) {
		let at = cells.indexOf(cell) + step;
		while (cells[at] && !cells[at].matches("a")) at += step;
		next = cells[at] ?? cell;
	}
	return next && (() => next.focus());
}

/** One cell of each map can be reached by Tab: the one that was last in hand, at first the first host. */
export function rove() {
	for (const map of all("[data-map]")) {
		const cells = all("a", map);
		const current = cells.find((cell) => cell.tabIndex === 0 && cell.hasAttribute("tabindex"));
		const stop = current ?? find("a[data-drawer]", map) ?? cells[0];
		for (const cell of cells) cell.tabIndex = cell === stop ? 0 : -1;
	}
}

export function watchKeys() {
	document.addEventListener("keydown", pressed);
	document.addEventListener("focusin", (event) => {
		const cell = event.target.closest("[data-map] > a");
		if (!cell || cell.tabIndex === 0) return;
		for (const other of all('a[tabindex="0"]', cell.parentElement)) other.tabIndex = -1;
		cell.tabIndex = 0;
	});
	find("#find").addEventListener("toggle", (event) => event.newState === "open" && find("#search").focus());
	rove();
}
