/** The search box: asks while someone types, and makes a combobox of what comes back. Enter without a choice sends the form. */

import { all, find, load, say } from "./page.js";

const input = find("#search");
const form = find("#find");
const box = find("#found");
const WAIT_MS = 200;

let timer;
let asked = "";

const options = () => all("[role=option]", box);
const active = () => find("[aria-selected=true]", box);

function mark(option) {
	active()?.setAttribute("aria-selected", "false");
	option?.setAttribute("aria-selected", "true");
	option?.scrollIntoView({ block: "nearest" });
	if (option) input.setAttribute("aria-activedescendant", option.id);
	else input.removeAttribute("aria-activedescendant");
}

function show(open) {
	box.hidden = !open;
	const list = open && find("[role=listbox]", box);
	input.setAttribute("aria-expanded", String(Boolean(list)));
	if (list) input.setAttribute("aria-controls", list.id);
	else input.removeAttribute("aria-controls");
	mark(undefined);
}

export function closeSearch() {
	clearTimeout(timer);
	asked = "";
	if (!box.hidden) show(false);
}

async function ask() {
	const text = input.value.trim();
	if (text === "") return closeSearch();
	if (text === asked) return;
	asked = text;
	const before = box.firstElementChild;
	await load(`/search/options?${new URLSearchParams({ q: text })}`, "#found", "#found", {
		swap: "innerHTML",
	});
	if (asked !== text || input.value.trim() !== text || document.activeElement !== input) return;
	// What stands there still is the answer to another text.
	if (box.firstElementChild === before) return closeSearch();
	show(true);
	say(find("[data-says]", box)?.dataset.says ?? "");
}

function typed() {
	clearTimeout(timer);
	timer = setTimeout(ask, WAIT_MS);
}

/** The next option; before the first and after the last stands the text itself. */
function move(step) {
	const choices = options();
	const at = choices.indexOf(active());
	mark(at < 0 ? choices.at(step > 0 ? 0 : -1) : choices[at + step]);
}

function pressed(event) {
	if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
	if (box.hidden) {
		if (event.key === "ArrowDown" && input.value.trim()) ask();
		else return;
	} else if (event.key === "ArrowDown") move(1);
	else if (event.key === "ArrowUp") move(-1);
	else if (event.key === "Escape") closeSearch();
	else if (event.key === "Enter" && active()) active().click();
	else return;
	event.preventDefault();
}

/** A choice was made: the page or the drawer it leads to has the word now. */
function chosen(event) {
	if (!event.target.closest("a")) return;
	closeSearch();
	if (form.matches(":popover-open")) form.hidePopover();
	else input.blur();
}

export function watchSearch() {
	input.setAttribute("role", "combobox");
	input.setAttribute("aria-autocomplete", "list");
	show(false);
	input.addEventListener("input", typed);
	input.addEventListener("focus", typed);
	input.addEventListener("keydown", pressed);
	form.addEventListener("submit", closeSearch);
	form.addEventListener("focusout", (event) => form.contains(event.relatedTarget) || closeSearch());
	box.addEventListener("mousedown", (event) => event.preventDefault());
	document.addEventListener("click", (event) => box.contains(event.target) && chosen(event), true);
}
