/** Every page in a real browser: nothing for axe to find, no violation of the policy, nothing scrolls sideways. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import { AXE, axe } from "../helpers/axe.ts";
import { CHROMIUM, CHROMIUM_ARGS } from "../helpers/browser.ts";
import { type Gallery, openGallery } from "../helpers/gallery.ts";
import { GALLERY_PAGES } from "../helpers/gallery-paths.ts";

const missing = !existsSync(CHROMIUM);
const VIEWPORTS = {
	"1440 x 1060": [1440, 1060],
	"1024 x 768": [1024, 768],
	"390 x 844": [390, 844],
} as const;

/** Pages that narrow screens lay out in their own way. */
const ON_PHONE = new Set(["dashboard", "subnet", "subnets", "drawer", "activity"]);

let gallery: Gallery;
let browser: Browser;

beforeAll(async () => {
	if (missing) return;
	gallery = openGallery();
	browser = await chromium.launch({ executablePath: CHROMIUM, args: [...CHROMIUM_ARGS] });
});

afterAll(async () => {
	await browser?.close();
	gallery?.stop();
});

/** What the browser complains about while a page is open; `__xss` is what a hostile name would set. */
function listen(page: Page): string[] {
	const complaints: string[] = [];
	page.on("console", (message) => {
		if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
	});
	page.on("pageerror", (error) => complaints.push(error.message));
	page.on("request", (request) => {
		if (!request.url().startsWith(gallery.url) && !request.url().startsWith("data:"))
			complaints.push(request.url());
	});
	return complaints;
}

/** Adds up how far things jump while a page loads. */
const WATCH_SHIFT = `globalThis.shift = 0; new PerformanceObserver((list) => {
	for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });`;

describe.skipIf(missing)(`gallery${missing ? ": skipped, chromium is missing" : ""}`, () => {
	for (const [size, [width, height]] of Object.entries(VIEWPORTS)) {
		test(`pages at ${size}: no sideways scroll, no complaint, no shift`, async () => {
			const context = await browser.newContext({ viewport: { width, height }, reducedMotion: "reduce" });
			const page = await context.newPage();
			await page.addInitScript(WATCH_SHIFT);
			const complaints = listen(page);
			const wrong: string[] = [];
			for (const [name, path] of Object.entries(GALLERY_PAGES)) {
				await page.goto(gallery.url + path);
				await page.waitForFunction(() => document.querySelector("#light.live, #light.bad"));
				await page.waitForTimeout(100);
				const seen = await page.evaluate(() => ({
					over: document.documentElement.scrollWidth - innerWidth,
					xss: "__xss" in globalThis,
					shift: (globalThis as unknown as { shift: number }).shift,
				}));
				if (seen.over > 0) wrong.push(`${name}: ${seen.over} px too wide`);
				if (seen.xss) wrong.push(`${name}: a hostile name ran`);
				if (seen.shift > 0.02) wrong.push(`${name}: layout shift ${seen.shift}`);
			}
			await context.close();
			expect(wrong).toEqual([]);
			expect(complaints.filter((text) => !text.includes("404"))).toEqual([]);
		}, 60_000);
	}

	for (const [name, path] of Object.entries(GALLERY_PAGES)) {
		test(`axe: ${name}`, async () => {
			const context = await browser.newContext({
				viewport: { width: 1440, height: 1060 },
				reducedMotion: "reduce",
				bypassCSP: true,
			});
			const page = await context.newPage();
			await page.goto(gallery.url + path);
			if (name === "drawer") {
				await page.click('tr a[data-drawer]:text-is("10.0.0.14")');
				await page.waitForSelector("#drawer[open] .host");
			}
			await page.addScriptTag({ path: AXE });
			const found = (await axe(page)).map((text) => `light ${text}`);
			for (const theme of ["dark", "contrast"]) {
				await page.evaluate((theme) => document.documentElement.setAttribute("data-theme", theme), theme);
				found.push(...(await axe(page, "color-contrast")).map((text) => `${theme} ${text}`));
			}
			if (ON_PHONE.has(name)) {
				await page.setViewportSize({ width: 390, height: 844 });
				found.push(...(await axe(page)).map((text) => `phone ${text}`));
			}
			await context.close();
			expect(found).toEqual([]);
		}, 60_000);
	}
});
