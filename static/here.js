/** The small form that takes a free address, over the place where it was asked for; its page is what the link leads to. */

import { want } from "./live.js";
import { find, isForBrowser, load, say } from "./page.js";

const box = find("#here");
const PATH = /^\/subnets\/\d+\/free\/[^/]+$/;
let asked;

async function open(link) {
	const { pathname, search } = new URL(link.href);
	asked = pathname;
	// Where browsers know anchors it opens beside the link, else in the middle (css/_here.scss). A list of findings
	// closes: then beside the box that was typed into.
	const source = link.closest("#found") ? find("#search") : link;
	box.replaceChildren();
	await load(`${pathname}/form${search}`, "#here", "#here", { swap: "innerHTML" });
	if (asked !== pathname || !box.firstElementChild) return;
	if (!box.matches(":popover-open")) box.showPopover({ source });
	find("input:not([type=hidden]), a", box)?.focus();
}

function clicked(event) {
	if (isForBrowser(event)) return;
	const link = event.target.closest("a");
	if (!link || !PATH.test(link.pathname) || !link.closest("#main, #here, #found")) return;
	event.preventDefault();
	event.stopPropagation();
	open(link);
}

function answered({ detail: { ctx } }) {
	if (!box.contains(ctx.sourceElement) || ctx.response?.status !== 204) return;
	const address = find(".mono", box).textContent;
	box.hidePopover();
	say(`Reserved ${address}`);
	want({ main: true }, true);
}

export function watchHere() {
	document.addEventListener("click", clicked, true);
	document.addEventListener("htmx:after:request", answered);
	document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
		if (ctx.target === box) find("[aria-invalid]", box)?.focus();
	});
}
