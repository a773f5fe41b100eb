/** Ages that tick, in the words of views/format.ts. The server's clock counts, however badly this machine keeps time. */

const html = globalThis.document?.documentElement;
const skew = Number(html?.dataset.now) - Date.now() || 0;
export const now = () => Date.now() + skew;

const UNITS = [
	[31_536e6, "y"],
	[864e5, "d"],
	[36e5, "h"],
	[6e4, "m"],
	[1e3, "s"],
];

/** See `age` in views/format.ts; tests hold the two against each other. */
export function age(at, at0, style) {
	const ms = Math.max(0, at0 - at);
	if ((style === "seen" && ms < 120e3) || (style === "short" && ms < 60e3)) return "now";
	const [size, unit] = UNITS.find(([size]) => ms >= size) ?? UNITS[4];
	return `${Math.floor(ms / size)} ${unit}${style === "short" ? "" : " ago"}`;
}

export function tick() {
	for (const time of document.querySelectorAll("time[data-age]")) {
		const text = age(Date.parse(time.dateTime), now(), time.dataset.age);
		if (time.textContent !== text) time.textContent = text;
	}
	for (const time of document.querySelectorAll("time[data-day]")) {
		// "2026-03-02", as the server says it.
		const text = new Date(time.dateTime).toLocaleDateString("sv");
		if (time.textContent !== text) time.textContent = text;
	}
}

/** The exact time in the reader's own zone, as soon as someone points at an age. */
function localTitle(event) {
	const time = event.target.closest?.("time[datetime]");
	if (time) time.title = new Date(time.dateTime).toLocaleString();
}

/** The server counts days as the reader does, from the next page on. */
function tellZone() {
	const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
	if (!timeZone || document.cookie.split("; ").includes(`zone=${timeZone}`)) return;
	// biome-ignore lint/suspicious/noDocumentCookie: the server reads it
	document.cookie = `zone=${timeZone}; path=/; max-age=31536000; samesite=lax`;
}

export function startAges() {
	tellZone();
	tick();
	setInterval(tick, 1_000);
	document.addEventListener("pointerover", localTitle);
}
