/** Forms that act at once: the theme without a request, and the mark on those that someone has begun to change. */

import { find, say } from "./page.js";

const THEMES = ["auto", "light", "dark", "contrast"];

function setTheme(event) {
	const form = event.target.closest('form[action="/settings/theme"]');
	if (!form) return;
	event.preventDefault();
	event.stopPropagation();
	const theme = new FormData(form, event.submitter).get("theme");
	if (!THEMES.includes(theme)) return;
	// biome-ignore lint/suspicious/noDocumentCookie: the server reads it to draw the next page without a flash
	document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax`;
	document.documentElement.dataset.theme = theme;
	const button = find("#theme");
	button.value = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
	const name = button.dataset[theme];
	button.title = find(".sr", button).textContent = `Theme: ${name}`;
	const radio = find(`#appearance input[value="${theme}"]`);
	if (radio) radio.checked = true;
	say(`Theme: ${name}`);
}

/** Copies a range of addresses. Without a secure context the old way: what is marked is copied. */
async function copy(event) {
	const button = event.target.closest("[data-copy]");
	if (!button) return;
	const range = find(".range", button.closest("tr"));
	const text = range.textContent;
	try {
		await navigator.clipboard.writeText(text);
	} catch {
		getSelection().selectAllChildren(range);
		if (!document.execCommand("copy")) return say("This browser does not let pages copy.", true);
	}
	button.dataset.done = "";
	say(`Copied ${text}`);
	setTimeout(() => button.removeAttribute("data-done"), 2_000);
}

/** Pieces of a page come without the token of this session: a form that the browser itself sends is given it here. */
function prove(event) {
	const { csrf } = document.body.dataset;
	const field = event.target.querySelector?.('input[name="csrf"]');
	if (csrf && field) field.value = csrf;
}

export function watchForms() {
	document.addEventListener("submit", prove, true);
	document.addEventListener("click", copy);
	document.addEventListener("submit", setTheme, true);
	document.addEventListener("input", (event) =>
		event.target.closest("form[data-edit]")?.setAttribute("data-dirty", ""),
	);
	for (const name of ["reset", "submit"]) {
		document.addEventListener(name, (event) => event.target.removeAttribute("data-dirty"));
	}
}
