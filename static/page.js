/** What every script here shares: looking things up, the page that is shown, a line said aloud. Starts nothing. */

export const find = (selector, root = document) => root.querySelector(selector);
export const all = (selector, root = document) => [...root.querySelectorAll(selector)];
export const main = () => find("#main");
export const drawer = find("#drawer");

/** `url` is what the main part shows; the address bar may name a host in the drawer (`host`, a path) above it. */
export const shown = {
	url: location.pathname + location.search,
	title: document.title,
	host: undefined,
};

/** A line for screen readers; with `seen` a message that everyone sees. Beside an open dialog nothing is seen or heard. */
export function say(text, seen = false) {
	const line = find(drawer.open ? "#drawer-says" : "#say");
	line.textContent = text;
	line.className = seen ? "toast" : "sr";
	if (!seen) return;
	setTimeout(() => {
		if (line.textContent !== text) return;
		line.textContent = "";
		line.className = "sr";
	}, 6_000);
}

/** A click that is left to the browser: into a new tab, with another button, or answered already. */
export const isForBrowser = (event) =>
	event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;

/** Nobody asked: the session of a page that is only left open ends all the same. */
export const UNASKED = { "X-Unasked": "1" };

/** A request by htmx. Each `source` has one request at a time; a newer one replaces it. */
export function load(url, source, target, more) {
	return htmx.ajax("GET", url, { source, target, ...more });
}
