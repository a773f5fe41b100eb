/** Many tabs of one browser, against the real program: one stream for all of them, and no change is lost on the way. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { browserProblem, openBrowser } from "../helpers/browser.ts";
import { fillOffice, type LiveApp, openLiveApp, send } from "../helpers/live-app.ts";
import { soon } from "../helpers/patience.ts";
import { signedBrowser } from "../helpers/signed.ts";

const missing = browserProblem() !== undefined;
const TABS = 8;
let browser: Browser;
let context: BrowserContext;
let live: LiveApp;
/** Tabs that opened a stream, in order. */
let streams: Page[];

beforeEach(async () => {
	if (missing) return;
	live = await openLiveApp();
	await fillOffice(live);
	browser = signedBrowser(await openBrowser());
	context = await browser.newContext();
	streams = [];
});
afterEach(async () => {
	if (missing) return;
	await browser.close();
	await live.close();
});

async function openTab(path = "/subnets/1"): Promise<Page> {
	const page = await context.newPage();
	page.on("request", (request) => new URL(request.url()).pathname === "/live" && streams.push(page));
	await page.goto(live.url + path);
	await page.waitForSelector("#light.live");
	return page;
}

const openTabs = async () => {
	const tabs: Page[] = [];
	for (let n = 0; n < TABS; n++) tabs.push(await openTab());
	return tabs;
};

/** Somebody records a host, and every one of the tabs shows it. */
async function show(tabs: readonly Page[], ip: string): Promise<void> {
	const seen = tabs.map((tab) => tab.waitForSelector(`tr th a:text-is("${ip}")`, { state: "attached" }));
	await send(live.url, "/hosts", { ip });
	await Promise.all(seen);
}

/** What a browser does when its window is covered or another tab is chosen. */
const turn = (page: Page, visibility: "hidden" | "visible") =>
	page.evaluate((visibility) => {
		Object.defineProperty(document, "visibilityState", { value: visibility, configurable: true });
		document.dispatchEvent(new Event("visibilitychange"));
	}, visibility);

describe.skipIf(missing)(`tabs${missing ? ": skipped, chromium is missing" : ""}`, () => {
	test("eight tabs share one stream and show a change", async () => {
		const tabs = await openTabs();
		expect(streams).toHaveLength(1);
		await show(tabs, "10.0.0.50");
		expect(streams).toHaveLength(1);
	});

	test("when the tab that listens is closed another takes over, and what happened in between is not lost", async () => {
		const tabs = await openTabs();
		for (const ip of ["10.0.0.51", "10.0.0.52", "10.0.0.53"]) {
			const leader = streams.at(-1) as Page;
			const rest = tabs.filter((tab) => tab !== leader && !tab.isClosed());
			const closing = leader.close();
			await show(rest, ip);
			await closing;
		}
		expect(streams.length).toBe(4);
		expect(new Set(streams).size).toBe(4);
	});

	test("what happened between the making of a page and its first word with the others is fetched", async () => {
		await openTab();
		const late = await context.newPage();
		await late.route("**/static/app-*.js", async (route) => {
			await send(live.url, "/hosts", { ip: "10.0.0.54" });
			await first.waitForSelector('tr th a:text-is("10.0.0.54")', { state: "attached" });
			await route.continue();
		});
		const first = streams[0] as Page;
		await late.goto(`${live.url}/subnets/1`);
		await late.waitForSelector('tr th a:text-is("10.0.0.54")', { state: "attached" });
		expect(streams).toHaveLength(1);
	});

	test("without locks a tab that is hidden for half a minute gives up its stream, and looks again when shown", async () => {
		await context.addInitScript(() => {
			Object.defineProperty(Navigator.prototype, "locks", { get: () => undefined });
		});
		const page = await context.newPage();
		page.on("request", (request) => new URL(request.url()).pathname === "/live" && streams.push(page));
		const ended: string[] = [];
		page.on("requestfailed", (request) => ended.push(new URL(request.url()).pathname));
		await page.clock.install();
		await page.goto(`${live.url}/subnets/1`);
		await page.waitForSelector("#light.live");
		await turn(page, "hidden");
		await page.clock.runFor(20_000);
		await turn(page, "visible");
		await turn(page, "hidden");
		await page.clock.runFor(29_000);
		expect(ended).not.toContain("/live");
		await page.clock.runFor(2_000);
		await send(live.url, "/hosts", { ip: "10.0.0.56" });
		await turn(page, "visible");
		await page.clock.runFor(1_000);
		await page.waitForSelector('tr th a:text-is("10.0.0.56")', { state: "attached" });
		await soon(() => expect(streams).toHaveLength(2));
		expect(ended.filter((path) => path === "/live")).toHaveLength(1);
	});

	test("without locks a tab that was never looked at opens none", async () => {
		await context.addInitScript(() => {
			Object.defineProperty(Navigator.prototype, "locks", { get: () => undefined });
			Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
		});
		const page = await context.newPage();
		page.on("request", (request) => new URL(request.url()).pathname === "/live" && streams.push(page));
		await page.goto(`${live.url}/subnets/1`, { waitUntil: "load" });
		await page.waitForFunction(() => document.documentElement.dataset.liveId);
		expect(streams).toEqual([]);
		await turn(page, "visible");
		await page.waitForSelector("#light.live");
		expect(streams).toHaveLength(1);
	});
});
