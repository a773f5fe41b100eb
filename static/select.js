/** Which rows are selected: by box, shift, ctrl and x. "All" means all that the list holds, loaded or not. */

import { all, find, main } from "./page.js";

let picked = new Set();
/** With `everything` the set holds who is left out. */
let everything = false;
let anchor;

const boxes = () => all(".pick", main());
const isOn = (id) => everything !== picked.has(id);
const rowOf = (element) => element?.closest?.('tr[id^="h"]');
const boxOf = (row) => row && find(".pick", row);

function set(box, on) {
	picked[on !== everything ? "add" : "delete"](box.value);
}

/** Puts the selection into the page that is shown; rows that came later too. */
export function showPicks() {
	const bar = find("#bulk");
	if (!bar) return;
	for (const box of boxes()) box.checked = isOn(box.value);
	const matching = Number(bar.dataset.matching);
	const n = everything ? matching - picked.size : picked.size;
	bar.toggleAttribute("data-some", n > 0);
	find(".says", bar).textContent = `${n.toLocaleString("en")} selected`;
	for (const [name, value] of [
		["all", everything ? "1" : ""],
		["except", everything ? [...picked].join() : ""],
	]) {
		let field = find(`input[name="${name}"]`, bar);
		if (!field) {
			field = document.createElement("input");
			field.type = "hidden";
			field.name = name;
			bar.append(field);
		}
		field.value = value;
	}
	find('button[name="all"]', bar).hidden = everything || n === matching;
}

/** Another page: nothing of it is selected. */
export function dropPicks() {
	picked = new Set();
	everything = false;
	anchor = undefined;
	showPicks();
}

export const clearPicks = () => (everything || picked.size) && dropPicks();

/** From the last one touched to this one, all as this one becomes. */
function toggle(box, range) {
	if (!box) return;
	const list = boxes();
	const [from, to] = [list.findIndex((one) => one.value === anchor), list.indexOf(box)].sort((a, b) => a - b);
	const on = range ? true : !isOn(box.value);
	for (const one of range && from >= 0 ? list.slice(from, to + 1) : [box]) set(one, on);
	anchor = box.value;
	showPicks();
}

export const pickRow = () =>
	toggle(boxOf(rowOf(document.activeElement) ?? find("tr[aria-current]", main())), false);

/** Shift and a move: the row one leaves and the one one comes to. */
export function extend(move) {
	anchor ??= boxOf(rowOf(document.activeElement))?.value;
	move();
	toggle(boxOf(rowOf(document.activeElement)), true);
}

function clicked(event) {
	const box = event.target.closest(".pick");
	const row = rowOf(event.target);
	const held = event.shiftKey || event.ctrlKey || event.metaKey;
	if (event.target.closest("#bulk [data-clear]")) dropPicks();
	else if (event.target.closest('#bulk button[name="all"]')) {
		picked = new Set();
		everything = true;
		showPicks();
	} else if (box && !event.shiftKey) {
		// The box has changed by itself already.
		set(box, box.checked);
		anchor = box.value;
		showPicks();
		return event.stopImmediatePropagation();
	} else if (box || (held && row && !event.target.closest("a"))) {
		toggle(boxOf(row), event.shiftKey);
		getSelection().removeAllRanges();
		if (box) return event.stopImmediatePropagation();
	} else return;
	event.preventDefault();
	event.stopImmediatePropagation();
}

export function watchPicks() {
	document.addEventListener("click", clicked, true);
	document.addEventListener("input", ({ target }) => {
		const tick = target.id && find(`[data-tick="${target.id}"]`);
		if (tick) tick.checked = true;
	});
	showPicks();
}
