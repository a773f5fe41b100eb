/**
 * Every page in a real browser, in three sizes and three themes: nothing for axe to find, no violation of the policy,
 * no complaint, nothing scrolls sideways or jumps, a thumb hits what it aims at, and no hostile text runs.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { AXE, axe } from "../helpers/axe.ts";
import { browserProblem, openBrowser, WATCH_SHIFT } from "../helpers/browser.ts";
import { type Gallery, openGallery } from "../helpers/gallery.ts";
import { GALLERY_PAGES, unfold } from "../helpers/gallery-paths.ts";
import { smallTargets } from "../helpers/touch.ts";

const missing = browserProblem() !== undefined;
const SIZES = { "1400 x 900": [1400, 900], "1024 x 768": [1024, 768], "390 x 844": [390, 844] } as const;
const PHONE = 390;

let gallery: Gallery;
let browser: Browser;

beforeAll(async () => {
	if (missing) return;
	gallery = openGallery();
	browser = await openBrowser();
});

afterAll(async () => {
	await browser?.close();
	gallery?.stop();
});

/** What the browser complains about while a page is open: also violations of the policy. */
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

/** Rows and cells that are like others need no second look, and axe takes its time for each. */
const ALIKE = [
	"tbody tr:nth-child(n + 16)",
	".events li:nth-child(n + 16)",
	".map > :nth-child(n + 80)",
].join();

/** What is wrong with a page that has just been loaded; `__xss` is what a hostile text would set. */
async function looks(page: Page, width: number): Promise<string[]> {
	const seen = await page.evaluate(() => ({
		over: document.documentElement.scrollWidth - innerWidth,
		xss: "__xss" in globalThis,
		shift: (globalThis as unknown as { shift: number }).shift,
	}));
	const wrong: string[] = [];
	if (seen.over > 0) wrong.push(`${seen.over} px too wide`);
	if (seen.xss) wrong.push("a hostile text ran");
	if (seen.shift > 0.02) wrong.push(`layout shift ${seen.shift}`);
	await page.evaluate((alike) => {
		for (const one of document.querySelectorAll(alike)) one.remove();
	}, ALIKE);
	if (width === PHONE) wrong.push(...(await smallTargets(page)));
	wrong.push(...(await axe(page)).map((text) => `light ${text}`));
	for (const theme of ["dark", "contrast"]) {
		await page.evaluate((theme) => document.documentElement.setAttribute("data-theme", theme), theme);
		wrong.push(...(await axe(page, "color-contrast")).map((text) => `${theme} ${text}`));
	}
	return wrong;
}

async function visit(context: BrowserContext, name: string, width: number): Promise<string[]> {
	const page = await context.newPage();
	const complaints = listen(page);
	await page.goto(gallery.url + (GALLERY_PAGES[name] ?? "/"));
	await page.waitForSelector("#light.live, #light.bad, #light.limited, main.door");
	await unfold(page, name);
	const wrong = await looks(page, width);
	await page.close();
	// The browser itself tells of the page that is not there.
	return [...wrong, ...complaints.filter((text) => !text.includes("404"))].map((text) => `${name}: ${text}`);
}

describe.skipIf(missing)(`gallery${missing ? ": skipped, chromium is missing" : ""}`, () => {
	for (const [size, [width, height]] of Object.entries(SIZES)) {
		test(`every page at ${size}`, async () => {
			const context = await browser.newContext({ viewport: { width, height }, reducedMotion: "reduce" });
			await context.addCookies([{ name: "theme", value: "light", url: gallery.url }]);
			await context.addInitScript(WATCH_SHIFT);
			await context.addInitScript({ path: AXE });
			const names = Object.keys(GALLERY_PAGES);
			const wrong: string[] = [];
			const walk = async () => {
				for (let name = names.shift(); name !== undefined; name = names.shift()) {
					wrong.push(...(await visit(context, name, width)));
				}
			};
			await Promise.all([walk(), walk()]);
			await context.close();
			expect(wrong).toEqual([]);
		});
	}
});
