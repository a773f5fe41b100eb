/** Staying current: what is done with news, the light in the header, and when to fetch the page again. */

import { now, tick } from "./ages.js";
import { refreshDrawer } from "./drawer.js";
import { all, drawer, find, load, main, shown, UNASKED } from "./page.js";
import { openStream } from "./stream.js";

const light = find("#light");
const lit = {
	stream: undefined,
	problem: light.dataset.problem,
	limited: light.dataset.limited,
	swept: Date.parse(find("time", light)?.dateTime) || undefined,
};

function showLight() {
	const stale = lit.stream === false;
	const mood = lit.problem ? "bad" : lit.limited ? "limited" : lit.stream ? "live" : "";
	light.className = `light ${stale ? "stale" : mood}`.trim();
	light.title = lit.problem ?? lit.limited ?? "";
	const says = find(".says", light);
	if (stale || lit.problem) {
		says.textContent = stale ? "Reconnecting…" : lit.problem;
		return;
	}
	const [wide, time] = [document.createElement("span"), document.createElement("time")];
	wide.className = "wide";
	wide.textContent = `${lit.limited ? "Limited · " : lit.stream ? "Live · " : ""}${lit.swept ? "swept " : "not swept yet"}`;
	if (lit.swept) {
		time.dateTime = new Date(lit.swept).toISOString();
		time.dataset.age = "since";
	}
	const limited = document.createElement("span");
	limited.className = "sr";
	limited.textContent = lit.limited ? `${lit.limited} ` : "";
	says.replaceChildren(limited, wide, time);
	tick();
}

let last = Number.NEGATIVE_INFINITY;
let due = Number.POSITIVE_INFINITY;
let timer;
let underWay;
const stale = { main: false, drawer: false, urgent: false };

/** A newer request ends the one before it: an answer is waited for so long, or fast news would never let one come. */
const PATIENCE_MS = 10_000;

/** Marks what has to be fetched again and decides when: at once but not twice in 250 ms, or within 10 s. */
export function want(parts, urgent) {
	const [inMain, inDrawer] = [parts.main && main().dataset.live !== undefined, parts.drawer && drawer.open];
	stale.main ||= Boolean(inMain);
	stale.drawer ||= Boolean(inDrawer);
	// What is urgent elsewhere is not urgent here.
	stale.urgent ||= Boolean(urgent && (inMain || inDrawer));
	if (!stale.main && !stale.drawer) return;
	const rest = underWay ? PATIENCE_MS : stale.urgent ? 250 : 10_000;
	const at = Math.max(performance.now() + Math.random() * 150, last + rest);
	if (at >= due) return;
	due = at;
	clearTimeout(timer);
	timer = setTimeout(refetch, at - performance.now());
}

/** A form that is being filled in is left alone: htmx passes over what is busy (see the morphSkip setting). */
function markBusy() {
	for (const form of all("form[data-edit]")) {
		form.toggleAttribute("data-busy", "dirty" in form.dataset || form.contains(document.activeElement));
	}
}

async function refetch() {
	due = Number.POSITIVE_INFINITY;
	last = performance.now();
	const mine = {};
	underWay = mine;
	const parts = { ...stale };
	Object.assign(stale, { main: false, drawer: false, urgent: false });
	markBusy();
	await Promise.all([
		parts.main &&
			load(withLimit(shown.url), "#say", "#main", {
				swap: "outerMorph show:none",
				asked: shown.url,
				headers: UNASKED,
			}),
		parts.drawer && refreshDrawer(),
	]);
	if (underWay !== mine) return;
	underWay = undefined;
	// What came meanwhile has waited long enough.
	due = Number.POSITIVE_INFINITY;
	clearTimeout(timer);
	want({});
}

/** The same list with all rows that were loaded by scrolling, so that none vanishes under the reader. */
export function withLimit(url) {
	const list = find("table.hosts, ul.history");
	if (!list) return url;
	const { pathname, searchParams } = new URL(url, location.href);
	const start = find("#earlier")?.dataset.start;
	// Where the list begins by now; with an address in it this is not where the server would begin.
	if (start !== undefined || searchParams.has("at")) searchParams.set("after", start ?? "");
	else searchParams.delete("after");
	searchParams.delete("before");
	if ("grown" in list.dataset) {
		const hosts = all('tr[id^="h"], li.event', list).length;
		// Where gaps stand behind all hosts, their windows are counted by themselves.
		const gaps = searchParams.get("order") === "address" ? 0 : all("tr.gap", list).length;
		searchParams.set("limit", Math.max(hosts, gaps));
	}
	return searchParams.size > 0 ? `${pathname}?${searchParams}` : pathname;
}

function concerned({ subnetIds = [], hostIds = [] }) {
	const [kind, id] = (main().dataset.live ?? "").split(":");
	return {
		main: kind === "all" || (kind === "subnet" ? subnetIds : hostIds).includes(Number(id)),
		drawer: hostIds.includes(Number(shown.host?.split("/")[2])),
	};
}

function progress(run) {
	const box = find(`#sweep[data-run="${Number(run.runId)}"]`);
	if (!box) return;
	if (run.state !== "running" && run.state !== "queued") return want({ main: true }, true);
	const bar = find("progress", box);
	bar.max = Math.max(1, run.total);
	bar.value = run.done;
	const spent = now() - Number(box.dataset.started || now());
	const left = run.done > 0 ? Math.ceil(((spent / run.done) * (run.total - run.done)) / 1_000) : 0;
	const [done, total] = [run.done, run.total].map((n) => n.toLocaleString("en"));
	find("#sweep-says").textContent =
		`${done} of ${total} addresses asked${left > 0 ? `, about ${left} s left` : ""}`;
}

/** How far port scans are, by run: a page that is fetched again meanwhile says only that one goes on. */
const scans = new Map();
const STEPS = { ports: "looking for open ports", services: "asking what listens there" };

export function showScans() {
	for (const box of all("[data-scan]")) {
		const told = scans.get(Number(box.dataset.scan));
		if (!told) continue;
		find("progress", box).value = told.percent;
		const left = told.leftS > 0 ? `, about ${told.leftS} s left` : "";
		find(".says", box).textContent = `${box.dataset.says}: ${STEPS[told.step]}, ${told.percent} %${left}`;
	}
}

function scanning(told) {
	scans.delete(told.runId);
	scans.set(told.runId, told);
	if (scans.size > 8) scans.delete(scans.keys().next().value);
	showScans();
}

/** What goes on by itself on this page is looked at again. */
const WORK_MS = 1_000;
const lookAtWork = () => find("[data-underway]", main()) && want({ main: true }, true);

const ON = {
	change: (change) => want(concerned(change), change.urgent),
	resync: () => want({ main: true, drawer: true }, true),
	progress,
	scanning,
	light({ lastSweepAt, problem, limited }) {
		Object.assign(lit, { swept: lastSweepAt ?? undefined, problem, limited });
		showLight();
	},
};

/** The session may be over: then asking for the page leads to the login. One that does not stay current is left as it is. */
function askAgain() {
	if (main().dataset.live !== undefined) return want({ main: true });
	load(shown.url, "#say", "#say", { swap: "none", asked: shown.url, headers: UNASKED });
}

/** Opens the stream, or joins the one that another tab holds. */
export function connect() {
	setInterval(lookAtWork, WORK_MS);
	openStream({
		tell: (name, data) => ON[name](data),
		state(open, refused) {
			lit.stream = open;
			showLight();
			if (refused) askAgain();
		},
	});
}
