/** One host in a sheet over the page, with the host's own address in the address bar. */

import { all, drawer, find, isForBrowser, load, main, say, shown } from "./page.js";

function loadDrawer(swap) {
	const host = shown.host;
	return load(`${host}/drawer`, "#drawer-body", "#drawer-body", { swap, select: ".host", askedHost: host });
}

/** Fetches the open host anew and keeps what is being edited; not while another one is still on its way. */
export const refreshDrawer = () => drawer.open && holds(shown.host) && loadDrawer("innerMorph");

/** The host in the drawer: it may be another one than was asked for last. */
const held = () => find(".host", drawer)?.dataset.host;
const holds = (host) => held() !== undefined && held() === host?.split("/")[2];

/** Where the focus goes back to when the drawer closes. */
let opener;

const linkOf = (host) => find(`tr a[href="${host}"]`, main()) ?? find(`a[href="${host}"]`, main());

/** The host that the server was asked for in vain. */
let unanswered;

/** `push: false` when the address bar already names the host (back and forward). */
export async function openDrawer(host, push = true) {
	shown.host = host;
	unanswered = undefined;
	if (push) {
		const state = { htmx: true, host, under: shown.url };
		if (drawer.open) history.replaceState(state, "", host);
		else history.pushState(state, "", host);
	}
	const active = document.activeElement;
	opener = active?.getAttribute("href") === host ? active : (linkOf(host) ?? active);
	markRow();
	await loadDrawer("innerHTML");
	if (shown.host !== host) return;
	if (!holds(host)) return push && unanswered === host ? stay() : location.assign(host);
	drawer.setAttribute("aria-label", `Host ${find("h1", drawer).textContent}`);
	drawer.scrollTop = 0;
	if (!drawer.open) drawer.showModal();
}

/** Nothing came: what was there before is there still, and the address bar says so. */
function stay() {
	shown.host = drawer.open ? `/hosts/${held()}` : undefined;
	markRow();
	if (shown.host) history.replaceState({ ...history.state, host: shown.host }, "", shown.host);
	else history.back();
	say("Rollcall did not answer. Try again.", true);
}

function markRow() {
	for (const row of all("tr[aria-current]")) row.removeAttribute("aria-current");
	if (shown.host) linkOf(shown.host)?.closest("tr")?.setAttribute("aria-current", "true");
}

function closed() {
	const host = shown.host;
	const back = opener?.isConnected ? opener : linkOf(host);
	shown.host = undefined;
	markRow();
	document.title = shown.title;
	find("#drawer-body").replaceChildren();
	const goesBack = history.state?.host === host;
	refocus(back, goesBack);
	if (goesBack) history.back();
}

/** Going back in the history takes the focus away when it ends: then it is given once more. */
function refocus(element, goesBack) {
	const focus = () => drawer.open || element?.focus({ preventScroll: true });
	focus();
	globalThis.navigation?.transition?.finished.then(focus, focus);
	if (goesBack) globalThis.navigation?.addEventListener("navigatesuccess", focus, { once: true });
}

function clicked(event) {
	if (isForBrowser(event)) return;
	const link = event.target.closest("a");
	const row = event.target.closest('tr[id^="h"]');
	const host = link
		? link.hasAttribute("data-drawer") && link
		: row && getSelection().isCollapsed && find("a", row);
	if (!host || find(".host", main())) return;
	event.preventDefault();
	event.stopPropagation();
	if (!link) host.focus({ preventScroll: true });
	openDrawer(host.getAttribute("href"));
}

export function watchDrawer() {
	document.addEventListener("click", clicked, true);
	document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
		if (ctx?.askedHost) unanswered = ctx.askedHost;
	});
	drawer.addEventListener("close", closed);
	drawer.addEventListener("click", (event) => {
		if (event.target === drawer && event.clientX < drawer.getBoundingClientRect().left) drawer.close();
	});
}
