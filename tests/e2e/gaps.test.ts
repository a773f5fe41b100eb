/** Gaps in a real browser, against the real program: unfolded in place, copied, reserved several at once. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { browserProblem, openBrowser } from "../helpers/browser.ts";
import { fillOffice, type LiveApp, openLiveApp } from "../helpers/live-app.ts";
import { soon } from "../helpers/patience.ts";
import { signedBrowser } from "../helpers/signed.ts";

const missing = browserProblem() !== undefined;
let browser: Browser;
let live: LiveApp;
let page: Page;

beforeEach(async () => {
	if (missing) return;
	live = await openLiveApp();
	await fillOffice(live);
	browser = signedBrowser(await openBrowser());
	page = await (await browser.newContext({ viewport: { width: 1440, height: 700 } })).newPage();
	await page.goto(`${live.url}/subnets/1?order=address`);
	await page.waitForSelector("#light.live");
});
afterEach(async () => {
	if (missing) return;
	await browser.close();
	await live.close();
});

const gap = "#g10\\.0\\.0\\.15";

describe.skipIf(missing)(`gaps${missing ? ": skipped, chromium is missing" : ""}`, () => {
	test("“Show” unfolds 64 addresses in place: the page does not move, the focus goes to the first", async () => {
		await page.locator(gap).scrollIntoViewIfNeeded();
		const top = () => page.evaluate(() => scrollY);
		const before = await top();
		await page.focus(`${gap} [data-unfold]`);
		await page.keyboard.press("Enter");
		await page.waitForSelector("#f10\\.0\\.0\\.78");
		expect(await page.locator("tr.free").count()).toBe(64);
		expect(await page.textContent("#g10\\.0\\.0\\.79 .size")).toBe("176 more unused");
		expect(await top()).toBe(before);
		await soon(() => expect(new URL(page.url()).search).toContain("open=10.0.0.15"));
		await page.waitForFunction(() => document.activeElement?.closest("tr")?.id === "f10.0.0.15");
		await page.goBack();
		await page.waitForSelector(gap);
	});

	test("a range is copied as text, with the clipboard and without", async () => {
		await page.context().grantPermissions(["clipboard-read", "clipboard-write"], { origin: live.url });
		// The mark goes after two seconds: it is looked for before it comes.
		await Promise.all([page.waitForSelector(`${gap} [data-done]`), page.click(`${gap} [data-copy]`)]);
		expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("10.0.0.15 – 10.0.0.254");
		await page.evaluate(() => {
			navigator.clipboard.writeText = () => Promise.reject(new Error("not here"));
			document.addEventListener("copy", () => {
				document.body.dataset.copied = getSelection()?.toString();
			});
		});
		await page.click("#g10\\.0\\.0\\.15 [data-copy]");
		await page.waitForSelector("[data-copied='10.0.0.15 – 10.0.0.254']");
	});

	test("several are reserved from the row of their gap", async () => {
		await page.click(`${gap} a:has-text('Reserve several')`);
		await page.waitForSelector("#here-count");
		expect(await page.inputValue("#here-count")).toBe("8");
		await page.fill("#here-count", "3");
		await page.fill("#here-hostname", "phone-#");
		await page.click("#here button:text-is('Reserve')");
		await page.waitForSelector("tr:has-text('phone-3')");
		expect(await page.locator("tr .name:has-text('phone-')").allTextContents()).toEqual([
			"phone-1",
			"phone-2",
			"phone-3",
		]);
	});
});
