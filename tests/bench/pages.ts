/**
 * `bench pages [--quick] [--json]`: how long pages take on a network of 26,584 hosts, how large they are, and what a
 * browser makes of the largest one. phpIPAM's figures on the same set stand in brackets. Exits with 1 when a figure
 * is missed. Nothing is swept meanwhile; touches no network but loopback.
 */

import { parseArgs } from "node:util";
import type { Browser } from "playwright-core";
import { type App, openApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config.ts";
import { silentLog } from "../../src/log.ts";
import { listFacets } from "../../src/store/facets.ts";
import { browserProblem, openBrowser } from "../helpers/browser.ts";
import { SIGNED, signedContext, signIn } from "../helpers/signed.ts";
import { type Figure, median, passes, printFigures, quantile } from "./measure.ts";
import { openPagesGround, type PagesGround } from "./pages-ground.ts";

const { values } = parseArgs({ options: { quick: { type: "boolean" }, json: { type: "boolean" } } });
const ROUNDS = values.quick ? 40 : 200;
const LOADS = values.quick ? 3 : 9;
const KB = 1_000;

/** A page: where it is, the most milliseconds and kilobytes it may take, and what phpIPAM takes. */
type Asked = { name: string; path: string; ms: number; kb: number; peerMs: number; peerKb?: number };

function pagesOf({ ids }: PagesGround): Asked[] {
	const large = `/subnets/${ids.large}`;
	const asLarge = { ms: 15, kb: 24, peerMs: 694, peerKb: 1_490 };
	return [
		{ name: "dashboard", path: "/", ms: 8, kb: 12, peerMs: 60 },
		{ name: "/24 with 60 hosts", path: `/subnets/${ids.small}`, ms: 5, kb: 16, peerMs: 20 },
		{ name: "/22 with 300 hosts", path: `/subnets/${ids.middle}`, ms: 8, kb: 24, peerMs: 26 },
		{ name: "/16 with 20,000, first window", path: large, ...asLarge },
		{ name: "/16, by address", path: `${large}?order=address`, ...asLarge },
		{ name: "/16, filtered by tag", path: `${large}?tag=infra`, ...asLarge },
		{ name: "/16, only down", path: `${large}?status=down`, ...asLarge },
		{ name: "/16, an address in its middle", path: `${large}?order=address&at=10.32.120.7`, ...asLarge },
		{ name: "search", path: "/search?q=printer-4", ms: 15, kb: 12, peerMs: 63 },
		{ name: "search while typing", path: "/search/options?q=10.32.4", ms: 15, kb: 12, peerMs: 63 },
	];
}

/**
 * One request: processor time in milliseconds (what other programs on the machine take does not count; nothing here
 * waits for a disk or a network), time by the clock, and the size of the answer as it goes over the wire.
 */
async function ask(app: App, path: string): Promise<{ ms: number; wallMs: number; bytes: number }> {
	const request = new Request(`http://localhost${path}`, {
		headers: { ...SIGNED, "accept-encoding": "gzip" },
	});
	const before = process.cpuUsage();
	const started = performance.now();
	const answer = await app.handle(request);
	const bytes = (await answer.arrayBuffer()).byteLength;
	const wallMs = performance.now() - started;
	const { user, system } = process.cpuUsage(before);
	if (answer.status !== 200) throw new Error(`${path}: ${answer.status}`);
	return { ms: (user + system) / 1_000, wallMs, bytes };
}

function clock(asked: readonly { wallMs: number }[]): string {
	const times = asked.map((one) => one.wallMs);
	return `${median(times).toFixed(1)} and ${quantile(times, 0.95).toFixed(1)}`;
}

/** Each request has a word of its own in its URL, so that no answer is remembered. */
async function serverFigures(app: App, ground: PagesGround): Promise<Figure[]> {
	const figures: Figure[] = [];
	for (const { name, path, ms, kb, peerMs, peerKb } of pagesOf(ground)) {
		const url = (n: number) => `${path}${path.includes("?") ? "&" : "?"}n=${n}`;
		for (let n = 0; n < 20; n++) await ask(app, url(-n));
		const asked: Awaited<ReturnType<typeof ask>>[] = [];
		for (let n = 1; n <= ROUNDS; n++) asked.push(await ask(app, url(n)));
		const times = asked.map((one) => one.ms);
		const peer = peerKb === undefined ? "" : ` (phpIPAM ${peerKb} kB)`;
		figures.push({
			name,
			value: median(times),
			unit: "ms",
			limit: ms,
			note: `p95 ${quantile(times, 0.95).toFixed(1)}, by the clock ${clock(asked)} (phpIPAM ${peerMs} ms)`,
		});
		figures.push({
			name: `${name}, gzip`,
			value: (asked[0]?.bytes ?? 0) / KB,
			unit: "kB",
			limit: kb,
			note: peer.trim(),
		});
	}
	return figures;
}

/** What a browser takes until the page and all it needs is there, and how much came over the wire. */
async function load(browser: Browser, url: string): Promise<{ ms: number; nodes: number; bytes: number }> {
	const context = await signedContext(browser, url, { viewport: { width: 1440, height: 900 } });
	const page = await context.newPage();
	let bytes = 0;
	const sizes: Promise<void>[] = [];
	page.on("requestfinished", (request) => {
		const add = async () => {
			const size = await request.sizes().catch(() => undefined);
			bytes += (size?.responseBodySize ?? 0) + (size?.responseHeadersSize ?? 0);
		};
		sizes.push(add());
	});
	await page.goto(url, { waitUntil: "load" });
	const seen = await page.evaluate(() => {
		const [entry] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
		return { ms: entry?.loadEventEnd ?? Number.NaN, nodes: document.querySelectorAll("*").length };
	});
	await Promise.all(sizes);
	await context.close();
	return { ...seen, bytes };
}

/** What is remembered between changes, and is not in the figures above. */
function choiceFigure(app: App, ground: PagesGround): Figure {
	const times = Array.from({ length: 20 }, () => {
		const before = process.cpuUsage();
		for (const kind of ["tag", "service"] as const) listFacets(app.context.db, kind, ground.ids.large, 50);
		const { user, system } = process.cpuUsage(before);
		return (user + system) / 1_000;
	});
	return {
		name: "counting all choices of the /16 anew",
		value: median(times),
		unit: "ms",
		note: "at most a twentieth of the time",
	};
}

async function browserFigures(app: App, ground: PagesGround): Promise<Figure[]> {
	if (browserProblem() !== undefined || app.url === undefined) {
		console.error("Chromium is missing: its figures are left out.");
		return [];
	}
	const browser = await openBrowser();
	const large: { ms: number; nodes: number }[] = [];
	for (let n = 0; n <= LOADS; n++) {
		large.push(await load(browser, `${app.url}/subnets/${ground.ids.large}?n=${n}`));
	}
	const first = await load(browser, `${app.url}/`);
	await browser.close();
	// The first one starts the browser's own machinery.
	const times = large.slice(1).map(({ ms }) => ms);
	return [
		{
			name: "Chromium: load of the /16",
			value: median(times),
			unit: "ms",
			limit: 300,
			note: `p95 ${quantile(times, 0.95).toFixed(0)} ms (phpIPAM 44,000 ms)`,
		},
		{
			name: "Chromium: DOM nodes of the /16",
			value: large[0]?.nodes ?? 0,
			unit: "",
			limit: 4_000,
			note: "(phpIPAM 2,700,000)",
		},
		{ name: "first visit of the dashboard, all of it", value: first.bytes / KB, unit: "kB", limit: 70 },
	];
}

const ground = openPagesGround();
const config = loadConfig({ env: { DATABASE_URL: ground.path, PORT: "0", NODE_ENV: "production" } });
const app = await openApp(config, { log: silentLog });
signIn(app.context.db);
const figures: Figure[] = [{ name: "hosts", value: ground.hosts, unit: "" }];
try {
	figures.push(...(await serverFigures(app, ground)));
	figures.push(choiceFigure(app, ground));
	figures.push(...(await browserFigures(app, ground)));
} finally {
	await app.close();
	ground.close();
}
printFigures(figures, values.json === true);
process.exit(figures.every(passes) ? 0 : 1);
