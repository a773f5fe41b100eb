/** One field of a host in hand: the focus goes into it, leaving it stores what was typed, Esc leaves it as it was. */

import { want } from "./live.js";
import { all, drawer, find, main } from "./page.js";

const fieldOf = (form) => find("[data-focus]", form);

/** Leaving a field stores it, unless the reader has to decide something first. */
function left({ target, relatedTarget }) {
	const form = target.closest("form[data-inline]");
	if (!form?.isConnected || !document.hasFocus() || form.closest(".prop").contains(relatedTarget)) return;
	const field = fieldOf(form);
	if ("sent" in form.dataset || "conflict" in form.dataset) return;
	if (field.value !== field.defaultValue) form.requestSubmit();
	else if (!field.ariaInvalid) leave(form);
}

/** Once: what comes next takes the field away, and that would be leaving it again. */
function leave(form) {
	form.dataset.sent = "";
	find("[data-leave]", form).click();
}

function pressed(event) {
	const form = event.target.closest("form[data-inline]");
	// It is on its way already: a second Esc means what stands around it.
	if (!form || (event.key === "Escape" && "sent" in form.dataset)) return;
	if (event.key === "Escape") leave(form);
	else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
	else return;
	event.preventDefault();
	event.stopPropagation();
}

/** A row came back, in hand or at rest. */
export function rowSwapped(ctx) {
	const row = find(`[id="${ctx.target.id}"]`);
	const field = row && fieldOf(row);
	if (field) {
		field.focus();
		field.setSelectionRange(field.value.length, field.value.length);
	} else if (row && [document.body, drawer, null].includes(document.activeElement)) {
		find("[data-field]", row)?.focus({ preventScroll: true });
	}
	if (ctx.request.method === "POST" && ctx.response.status < 400) want({ main: true, drawer: true }, true);
}

/** The row that has the focus, else the first. */
export function editHere() {
	const root = drawer.open ? drawer : main();
	const row = document.activeElement.closest?.(".prop");
	const link = find("[data-field]", row ?? root);
	link?.click();
	return Boolean(link);
}

export function watchInline() {
	document.addEventListener("focusout", left);
	document.addEventListener("keydown", pressed, true);
	document.addEventListener(
		"submit",
		({ target }) => target.matches("[data-inline]") && target.toggleAttribute("data-sent", true),
	);
	document.addEventListener("htmx:error", () => {
		for (const form of all("[data-sent]")) form.removeAttribute("data-sent");
	});
}
