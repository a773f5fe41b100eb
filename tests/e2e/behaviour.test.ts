/** What pages do by themselves, in a real browser: navigation, drawer, live changes, forms in hand, keys. */

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { browserProblem, openBrowser, openTab, type Tab } from "../helpers/browser.ts";
import { type Gallery, openGallery } from "../helpers/gallery.ts";
import { elapse, soon, until } from "../helpers/patience.ts";
import { running } from "../helpers/samples.ts";

const missing = browserProblem() !== undefined;
let browser: Browser;
let gallery: Gallery;
let tab: Tab;
let page: Page;

beforeAll(async () => {
	if (!missing) browser = await openBrowser();
});

afterAll(async () => browser?.close());

beforeEach(async () => {
	if (missing) return;
	gallery = openGallery();
	tab = await openTab(browser);
	page = tab.page;
});

afterEach(async () => {
	if (missing) return;
	await tab.leave();
	gallery.stop();
});

const open = (path: string) => tab.open(gallery.url + path);

const loads = () => gallery.requests.filter((request) => request.startsWith("GET /static/app.css")).length;
const path = () => new URL(page.url()).pathname + new URL(page.url()).search;
const nas = 'tr a[data-drawer]:text-is("10.0.0.14")';

/** Changes a host of Office LAN as a sweep or another person would. */
function alter(ip: string, more: object): number {
	const hosts = gallery.world.places[0]?.hosts ?? [];
	const at = hosts.findIndex((host) => host.ip === ip);
	const host = hosts[at];
	if (host === undefined) throw new Error(`no host ${ip}`);
	hosts[at] = { ...host, ...more };
	return host.id;
}

const tell = (hostId: number, urgent = true) =>
	gallery.tell("change", { subnetIds: [1], hostIds: [hostId], urgent });

describe.skipIf(missing)(`behaviour${missing ? ": skipped, chromium is missing" : ""}`, () => {
	test("links swap the main part only, mark the place and set the title; back brings the page before", async () => {
		await open("/");
		await page.click("#places a:text-is('Subnets')");
		await page.waitForSelector("h1:text-is('Subnets')");
		await soon(() => expect(path()).toBe("/subnets"));
		await soon(async () => expect(await page.title()).toBe("(4) Subnets · Rollcall"));
		await page.waitForSelector("#places a[aria-current][href='/subnets']");
		const left = (row: string) =>
			page
				.locator(`table.tree ${row} a`)
				.first()
				.evaluate((a) => a.getBoundingClientRect().x);
		expect((await left(".d1")) - (await left(".d0"))).toBe(20);
		await page.click("table.tree a:has-text('Servers')");
		await page.waitForSelector("h1:has-text('Servers')");
		await page.goBack();
		await page.waitForSelector("h1:text-is('Subnets')");
		await page.goBack();
		await page.waitForSelector(".tiles");
		expect(loads()).toBe(1);
	});

	test("typing into the filter narrows the list, keeps the focus and the text, and stays in the address bar", async () => {
		await open("/subnets/1");
		await page.click("#filter");
		await page.keyboard.type("dns", { delay: 20 });
		await page.waitForFunction(() => document.querySelectorAll('tr[id^="h"]').length === 2);
		await soon(() => expect(path()).toBe("/subnets/1?q=dns"));
		expect(await page.evaluate(() => document.activeElement?.id)).toBe("filter");
		await page.keyboard.type("1");
		await page.waitForFunction(() => document.querySelectorAll('tr[id^="h"]').length === 1);
		expect(await page.inputValue("#filter")).toBe("dns1");
		expect(await page.textContent(".filters .aside")).toBe("207 unused hidden");
	});

	test("the next window loads when its row comes into view", async () => {
		await open("/subnets/3");
		expect(await page.locator("table.hosts tbody tr").count()).toBe(101);
		await page.locator("#more").scrollIntoViewIfNeeded();
		await page.waitForFunction(() => document.querySelectorAll("table.hosts tbody tr").length > 190);
		await soon(() => expect(path()).toBe("/subnets/3"));
		const id = gallery.world.places[2]?.hosts[0]?.id ?? 0;
		gallery.requests.length = 0;
		gallery.tell("change", { subnetIds: [3], hostIds: [id], urgent: true });
		const whole = (request: string) => /^GET \/subnets\/3\?limit=[12]\d\d$/.test(request);
		await until(() => gallery.requests.some(whole), "the same list is asked for");
		await elapse(300);
		expect(await page.locator("table.hosts tbody tr").count()).toBeGreaterThan(190);
	});

	test("a host opens in the drawer with its address; Esc closes it and gives the focus back", async () => {
		await open("/subnets/1");
		await page.focus(nas);
		await page.keyboard.press("Enter");
		await page.waitForSelector("#drawer[open] .host h1:text-is('10.0.0.14')");
		await soon(() => expect(path()).toMatch(/^\/hosts\/\d+$/));
		await page.keyboard.press("Escape");
		await page.waitForSelector("#drawer:not([open])", { state: "attached" });
		await page.waitForURL("**/subnets/1");
		const focused = () => page.evaluate(() => document.activeElement?.textContent);
		await soon(async () => expect(await focused()).toBe("10.0.0.14"));
		expect(gallery.requests.filter((request) => request === "GET /subnets/1")).toHaveLength(1);
	});

	test("back closes the drawer, forward opens it again, a click outside closes it", async () => {
		await open("/subnets/1");
		await page.click(`tr:has(a:text-is("10.0.0.14")) .name`);
		await page.waitForSelector("#drawer[open] .host");
		await page.goBack();
		await page.waitForSelector("#drawer:not([open])", { state: "attached" });
		await soon(() => expect(path()).toBe("/subnets/1"));
		await page.goForward();
		await page.waitForSelector("#drawer[open] .host");
		await page.mouse.click(300, 500);
		await page.waitForSelector("#drawer:not([open])", { state: "attached" });
		await page.waitForURL("**/subnets/1");
	});

	test("an urgent change shows soon, tints its row, moves nothing and keeps the focus", async () => {
		await open("/subnets/1");
		await page.focus(nas);
		// The tint goes after two seconds, which may be over before a busy machine looks: it is noted as it comes.
		await page.evaluate(() => {
			const note = () => {
				for (const row of document.querySelectorAll("tr.changed")) tinted.add(row.id);
			};
			const tinted = new Set<string>();
			Object.assign(globalThis, { tinted });
			new MutationObserver(note).observe(document.body, { subtree: true, childList: true, attributes: true });
		});
		const id = alter("10.0.0.14", { status: "down", latencyUs: undefined });
		tell(id);
		await page.waitForSelector(`#h${id} .pill.down`);
		const tinted = () => page.evaluate(() => [...(globalThis as unknown as { tinted: Set<string> }).tinted]);
		await soon(async () => expect(await tinted()).toEqual([`h${id}`]));
		expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("10.0.0.14");
		await page.waitForFunction(() => document.querySelectorAll("tr.changed").length === 0);
	});

	test("a burst of changes makes few requests; what does not concern the page makes none", async () => {
		await open("/subnets/1");
		gallery.requests.length = 0;
		const began = performance.now();
		for (let i = 0; i < 20; i++) {
			tell(1);
			await elapse(20);
		}
		await until(() => gallery.requests.length > 0, "a request");
		for (let seen = 0; seen < gallery.requests.length; ) {
			seen = gallery.requests.length;
			await elapse(800);
		}
		// Never two within 250 ms, however long a busy machine takes for the burst.
		const lasted = performance.now() - began;
		expect(gallery.requests.length).toBeLessThanOrEqual(Math.ceil(lasted / 250) + 1);
		expect(gallery.requests.length).toBeLessThan(20);
		gallery.requests.length = 0;
		gallery.tell("change", { subnetIds: [2], hostIds: [99_999], urgent: true });
		await elapse(500);
		expect(gallery.requests).toEqual([]);
	});

	test("the light says live, then reconnecting, then live again with the page fetched anew", async () => {
		await open("/subnets/1");
		// Four seconds when it was made, and on a busy machine some more by now.
		expect(await page.textContent("#light")).toMatch(/^Live · swept \d+ s ago$/);
		gallery.tell("light", { lastSweepAt: gallery.world.now(), problem: "no route" });
		await page.waitForSelector("#light.bad:has-text('no route')");
		gallery.tell("light", { lastSweepAt: gallery.world.now() });
		await page.waitForSelector("#light.live");
		gallery.requests.length = 0;
		const back = gallery.cut();
		await page.waitForSelector("#light.stale");
		back();
		await page.waitForSelector("#light.live");
		await until(() => gallery.requests.length > 1, "the page is asked for");
		await elapse(400);
		expect(gallery.requests).toEqual(["GET /live", "GET /subnets/1"]);
	});

	test("progress moves the bar and tells what is left; the end fetches the page", async () => {
		gallery.world.run = running;
		await open("/subnets/1");
		gallery.tell("progress", { runId: 9, subnetId: 1, done: 200, total: 254, state: "running" });
		await page.waitForSelector("#sweep-says:has-text('200 of 254 addresses asked')");
		expect(await page.evaluate(() => document.querySelector("progress")?.value)).toBe(200);
		gallery.world.run = undefined;
		gallery.tell("progress", { runId: 9, subnetId: 1, done: 254, total: 254, state: "done" });
		await page.waitForSelector("#sweep", { state: "detached" });
	});

	test("a port scan tells how far it is, also where the page is fetched again meanwhile", async () => {
		await open("/x/scanning");
		expect(await page.textContent(".scanning")).toBe("Scanning 1 host");
		gallery.tell("scanning", { runId: 8, step: "ports", percent: 90 });
		gallery.tell("scanning", { runId: 7, step: "ports", percent: 45, leftS: 12 });
		const says = "Scanning 1 host: looking for open ports, 45 %, about 12 s left";
		await page.waitForSelector(`.scanning:has-text("${says}")`);
		expect(await page.evaluate(() => document.querySelector("progress")?.value)).toBe(45);
		const hostId = Number((await page.getAttribute("#main", "data-live"))?.split(":")[1]);
		gallery.requests.length = 0;
		gallery.tell("change", { subnetIds: [1], hostIds: [hostId], urgent: true });
		await until(() => gallery.requests.includes("GET /x/scanning"), "the page was fetched again");
		gallery.tell("scanning", { runId: 7, step: "services", percent: 50 });
		await page.waitForSelector('.scanning:has-text("Scanning 1 host: asking what listens there, 50 %")');
		expect(await page.evaluate(() => document.querySelector("progress")?.value)).toBe(50);
	});

	test("the theme button cycles at once and is remembered", async () => {
		await open("/");
		for (const theme of ["light", "dark", "contrast", "auto", "light"]) {
			await page.click("#theme");
			expect(await page.getAttribute("html", "data-theme")).toBe(theme);
		}
		expect(gallery.world.posts).toEqual([]);
		await page.reload();
		expect(await page.getAttribute("html", "data-theme")).toBe("light");
	});

	test("keys: search, rows, open, next in the drawer, edit, go, help", async () => {
		await open("/subnets/1");
		await page.keyboard.press("/");
		expect(await page.evaluate(() => document.activeElement?.id)).toBe("search");
		await page.keyboard.press("Escape");
		await page.keyboard.press("j");
		await page.keyboard.press("ArrowDown");
		expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("10.0.0.2");
		await page.keyboard.press("k");
		await page.keyboard.press("Enter");
		await page.waitForSelector("#drawer[open] h1:text-is('10.0.0.1')");
		await page.keyboard.press("j");
		await page.waitForSelector("#drawer[open] h1:text-is('10.0.0.2')");
		await page.keyboard.press("Escape");
		await page.waitForSelector("#drawer:not([open])", { state: "attached" });
		await page.waitForURL("**/subnets/1");
		await page.keyboard.press("?");
		await page.waitForSelector("#keys[open]");
		await page.keyboard.press("Escape");
		await page.waitForSelector("#keys:not([open])", { state: "attached" });
		await Promise.all([page.keyboard.press("g"), page.keyboard.press("a")]);
		await page.waitForSelector("h1:text-is('Activity')");
	});

	test("the map is one stop for Tab; arrows move in it; the cell in hand survives a change", async () => {
		await open("/subnets/1");
		expect(await page.locator('[data-map] a[tabindex="0"]').count()).toBe(1);
		await page.focus('[data-map] a[tabindex="0"]');
		await page.keyboard.press("ArrowRight");
		const name = await page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
		expect(name).toBe("10.0.0.2 sw-rack1 up");
		await page.keyboard.press("ArrowDown");
		expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe(
			"10.0.0.66 client-66.lan up",
		);
		tell(alter("10.0.0.66", { status: "down" }));
		await page.waitForSelector('[data-map] a.down[aria-label^="10.0.0.66 "]');
		expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe(
			"10.0.0.66 client-66.lan down",
		);
		expect(await page.locator('[data-map] a[tabindex="0"]').count()).toBe(1);
	});

	test("ages tick in the words of the server", async () => {
		await page.goto(`${gallery.url}/activity`);
		const ages = () =>
			page.evaluate(() => [...document.querySelectorAll("main time")].map((time) => time.textContent));
		const before = await ages();
		await elapse(1_200);
		// Older events may have come in below meanwhile.
		expect((await ages()).slice(0, before.length)).toEqual(before);
		expect(before).toContain("12 m");
	});
});
