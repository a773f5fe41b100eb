/** The bar that offers to undo: it goes by itself, but not while somebody is at it. */

import { find } from "./page.js";

const SHOWN_MS = 10_000;
const place = find("#undo");
let current;
let timer;

function close() {
	clearTimeout(timer);
	place.replaceChildren();
}

function look() {
	const id = find("[data-undo]", place)?.dataset.undo;
	if (!id) return;
	// The page behind it was fetched again while its time was over already.
	if (id === current) return timer === 0 && place.replaceChildren();
	current = id;
	wait();
}

function wait() {
	clearTimeout(timer);
	timer = setTimeout(() => {
		timer = 0;
		close();
	}, SHOWN_MS);
}

export function watchUndo() {
	new MutationObserver(look).observe(place, { childList: true, subtree: true });
	for (const name of ["pointerenter", "focusin"]) place.addEventListener(name, () => clearTimeout(timer));
	for (const name of ["pointerleave", "focusout"]) place.addEventListener(name, wait);
	look();
}
