/** Answers that come late, that are refusals, or that do not come at all, in a real browser: nothing lies, nothing is lost. */

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { browserProblem, openBrowser, openTab, type Tab } from "../helpers/browser.ts";
import { fillOffice, type LiveApp, openLiveApp } from "../helpers/live-app.ts";
import { elapse, until } from "../helpers/patience.ts";
import { signedBrowser } from "../helpers/signed.ts";

const missing = browserProblem() !== undefined;
let browser: Browser;
let live: LiveApp;
let tab: Tab;
let page: Page;

beforeAll(async () => {
	if (missing) return;
	browser = signedBrowser(await openBrowser());
	live = await openLiveApp();
	await fillOffice(live);
});
afterAll(async () => {
	await browser?.close();
	await live?.close();
});

beforeEach(async () => {
	if (missing) return;
	// What is cut off or refused here on purpose is written into the console by Chromium and htmx.
	tab = await openTab(browser, /Failed to load resource|^htmx: htmx:error: |status of (404|500)/);
	page = tab.page;
});
afterEach(async () => {
	if (missing) return;
	await tab.leave();
});

const open = (path: string) => tab.open(live.url + path);
const path = () => new URL(page.url()).pathname;
const says = (text: string) => page.waitForSelector(`.toast:has-text("${text}")`);
const change = () =>
	live.app.context.bus.publish({
		kind: "change",
		change: { subnetIds: [1], hostIds: [1], urgent: true },
	});

describe.skipIf(missing)(`late answers${missing ? ": skipped, chromium is missing" : ""}`, () => {
	test("news that come faster than the page keep nobody from seeing it", async () => {
		await open("/subnets/1");
		await page.route("**/subnets/1*", async (route) => {
			await elapse(700);
			await route.continue().catch(() => {});
		});
		live.app.context.db.query("UPDATE host SET hostname = 'changed.lan' WHERE ip = '10.0.0.1'").run();
		const storm = setInterval(change, 250);
		try {
			await page.waitForSelector("tr:has-text('changed.lan')");
		} finally {
			clearInterval(storm);
			await page.unrouteAll({ behavior: "ignoreErrors" });
		}
	});

	test("what is urgent elsewhere makes a change that can wait no more urgent here", async () => {
		await open("/subnets/1");
		const asked: string[] = [];
		page.on("request", (request) => request.headers()["x-unasked"] && asked.push(request.url()));
		change();
		await until(() => asked.length === 1, "it is fetched again");
		await page.waitForLoadState("networkidle");
		const { bus } = live.app.context;
		bus.publish({ kind: "change", change: { subnetIds: [999], hostIds: [], urgent: true } });
		// News of so short a time are one message.
		await elapse(300);
		bus.publish({ kind: "change", change: { subnetIds: [1], hostIds: [], urgent: false } });
		await elapse(1_500);
		expect(asked).toHaveLength(1);
	});

	test("a host that cannot be fetched leaves the one that is shown, in the address bar too", async () => {
		await open("/subnets/1");
		await page.click('tr a:text-is("10.0.0.2")');
		await page.waitForSelector("#drawer[open] h1:text-is('10.0.0.2')");
		const before = path();
		await page.route("**/drawer*", (route) => route.abort());
		await page.keyboard.press("j");
		await says("Rollcall did not answer. Try again.");
		expect(path()).toBe(before);
		expect(await page.textContent("#drawer h1")).toBe("10.0.0.2");
		expect(await page.textContent("tr[aria-current] th a")).toBe("10.0.0.2");
		await page.unroute("**/drawer*");
		await page.keyboard.press("j");
		await page.waitForSelector("#drawer[open] h1:text-is('10.0.0.3')");
		await page.keyboard.press("Escape");
		await page.waitForURL("**/subnets/1");
	});

	test("the same where no host was shown: the list stays", async () => {
		await open("/subnets/1");
		await page.route("**/drawer*", (route) => route.abort());
		await page.click('tr a:text-is("10.0.0.2")');
		await says("Rollcall did not answer. Try again.");
		await page.waitForURL("**/subnets/1");
		expect(await page.locator("#drawer[open]").count()).toBe(0);
		await page.unroute("**/drawer*");
		await page.click('tr a:text-is("10.0.0.3")');
		await page.waitForSelector("#drawer[open] h1:text-is('10.0.0.3')");
	});

	test("the search box shows nothing rather than what another text found", async () => {
		await open("/subnets/1");
		await page.fill("#search", "web-1");
		await page.waitForSelector("#found [role=option]");
		await page.route("**/search/options*", (route) => route.abort());
		await page.fill("#search", "nas");
		await says("Rollcall did not answer. Try again.");
		expect(await page.isVisible("#found")).toBe(false);
		expect(await page.getAttribute("#search", "aria-expanded")).toBe("false");
	});

	test("what was sent and not answered may have been stored: that is not denied", async () => {
		await open("/subnets");
		await page.route("**/subnets", (route) =>
			route.request().method() === "POST" ? route.abort() : route.continue(),
		);
		await page.fill("#add-cidr", "10.7.0.0/24");
		await page.click("#subnet-add button[type=submit]");
		await says("Rollcall did not answer. Look whether it was stored before you try again.");
		expect(await page.inputValue("#add-cidr")).toBe("10.7.0.0/24");
	});

	test("a form that the server fails to store keeps what was typed", async () => {
		const { db } = live.app.context;
		await open("/subnets/1/edit");
		await page.fill("#edit-notes", "which took ten minutes");
		db.run("CREATE TRIGGER broken BEFORE UPDATE ON subnet BEGIN SELECT RAISE(ABORT, 'broken'); END");
		await page.click("#subnet-edit button[type=submit]");
		await says("Rollcall made a mistake; what you see elsewhere is still right. The log says more.");
		await says("What you typed is still here.");
		expect(await page.inputValue("#edit-notes")).toBe("which took ten minutes");
		db.run("DROP TRIGGER broken");
		await page.click("#subnet-edit button[type=submit]");
		await page.waitForSelector(".facts:has-text('which took ten minutes')");
	});

	test("a small form of a subnet that is gone is no page within the page", async () => {
		await open("/subnets/2");
		await page.route("**/live*", (route) => route.abort());
		live.app.context.db.run("DELETE FROM subnet WHERE id = 2");
		await page.click("tr.gap a:text-is('Reserve first free')");
		await says("There is no such subnet.");
		expect(await page.locator("main").count()).toBe(1);
		expect(await page.isVisible("#here")).toBe(false);
	});

	const refuseScans = () =>
		page.route("**/scan", (route) =>
			route.fulfill({
				status: 409,
				contentType: "text/html",
				body: '<main id="main" class="problem"><section class="start"><p class="status">409</p><p>No scan now.</p></section></main>',
			}),
		);

	test("a wish that is refused is not passed over in silence", async () => {
		await open("/hosts/1");
		await refuseScans();
		await page.click("button:text-is('Scan ports')");
		await says("No scan now.");
		expect(await page.textContent("h1")).toBe("10.0.0.1");
	});

	test("what is said while the drawer is open stands above it, also where it is the whole screen", async () => {
		await page.setViewportSize({ width: 390, height: 844 });
		await open("/subnets/1");
		await refuseScans();
		await page.click('tr a:text-is("10.0.0.1")');
		await page.click("#drawer[open] button:text-is('Scan ports')");
		const toast = page.locator(".toast:has-text('No scan now.')");
		await toast.waitFor();
		const isOnTop = await toast.evaluate((element) => {
			const { x, y, width, height } = element.getBoundingClientRect();
			return document.elementFromPoint(x + width / 2, y + height / 2) === element;
		});
		expect(isOnTop).toBe(true);
		// What lies outside of an open dialog is inert: no reader of the screen would say it.
		expect(await toast.evaluate((element) => element.closest("dialog")?.id)).toBe("drawer");
		await page.keyboard.press("Escape");
		await page.waitForURL("**/subnets/1");
	});
});
