/** The rest of the list of keys, and the small form over the map, in a real browser: where they lead, where the focus goes. */

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { browserProblem, openBrowser, openTab, type Tab } from "../helpers/browser.ts";
import { type Gallery, openGallery } from "../helpers/gallery.ts";
import { elapse, soon } from "../helpers/patience.ts";
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

const focused = () =>
	page.evaluate(() => {
		const { id, ariaLabel, textContent } = document.activeElement ?? {};
		return id || ariaLabel || textContent;
	});
const posted = () => gallery.world.posts.map(({ path }) => path);

async function pressAll(...keys: string[]): Promise<void> {
	for (const key of keys) await page.keyboard.press(key);
}

/** Both at once, as quick fingers do: the second key does not wait for what the page makes of the first. */
async function pressBoth(first: string, second: string): Promise<void> {
	await Promise.all([page.keyboard.press(first), page.keyboard.press(second)]);
}

describe.skipIf(missing)(`keys${missing ? ": skipped, chromium is missing" : ""}`, () => {
	test("s sweeps the subnet that is shown; in a field it is a letter; elsewhere it does nothing", async () => {
		await open("/subnets/1");
		await page.click("#filter");
		await page.keyboard.type("s");
		expect(await page.inputValue("#filter")).toBe("s");
		await pressAll("Backspace", "Escape");
		expect(posted()).toEqual([]);
		const asked = page.waitForRequest(/\/sweep$/);
		await page.keyboard.press("s");
		await asked;
		await soon(() => expect(posted()).toEqual(["/subnets/1/sweep"]));
		await open("/activity");
		await page.keyboard.press("s");
		await elapse(100);
		expect(posted()).toEqual(["/subnets/1/sweep"]);
	});

	test("g d, g s and g a go there; a g that nothing follows is forgotten", async () => {
		await open("/activity");
		await pressBoth("g", "s");
		await page.waitForSelector("h1:text-is('Subnets')");
		await pressBoth("g", "d");
		await page.waitForSelector(".tiles");
		await pressBoth("g", "a");
		await page.waitForSelector("h1:text-is('Activity')");
		await page.keyboard.press("g");
		await elapse(1_300);
		await page.keyboard.press("d");
		await elapse(100);
		expect(await page.textContent("h1")).toBe("Activity");
		expect(posted()).toEqual([]);
	});

	test("a sweep that runs is cancelled with one press", async () => {
		gallery.world.run = running;
		await open("/subnets/1");
		await page.focus("#sweep button:text-is('Cancel')");
		gallery.world.run = undefined;
		await page.keyboard.press("Enter");
		await page.waitForSelector("#sweep", { state: "detached" });
		expect(posted()).toEqual(["/runs/9/cancel"]);
	});

	test("the list of keys opens and closes, and gives the focus back", async () => {
		await open("/subnets/1");
		await pressAll("j", "j");
		const before = await focused();
		await page.keyboard.press("?");
		await page.waitForSelector("#keys[open]");
		// Nothing behind it answers.
		await pressAll("j", "s");
		await page.keyboard.press("Escape");
		await page.waitForSelector("#keys:not([open])", { state: "attached" });
		await soon(async () => expect(await focused()).toBe(before));
		expect(posted()).toEqual([]);
	});

	test("every key of the list is one that is answered", async () => {
		await open("/");
		await page.keyboard.press("?");
		const keys = await page.locator("#keys dt").allTextContents();
		expect(keys).toEqual(["/", "jk", "Enter", "Esc", "e", "s", "r", "x", "u", "gd", "gs", "ga", "?"]);
	});
});

describe.skipIf(missing)(`a free address${missing ? ": skipped, chromium is missing" : ""}`, () => {
	const cell = '[data-map] a[aria-label="10.0.0.77 free"]';

	test("a click on its cell opens a small form there; what is typed is sent, the page stays", async () => {
		await open("/subnets/1");
		await page.click(cell);
		await page.waitForSelector("#here:popover-open");
		await soon(async () => expect(await focused()).toBe("here-hostname"));
		const [box, from] = await Promise.all([
			page.locator("#here").boundingBox(),
			page.locator(cell).boundingBox(),
		]);
		expect(Math.abs((box?.y ?? 0) - (from?.y ?? 0))).toBeLessThan(40);
		await page.keyboard.type("fw2.lan");
		await page.keyboard.press("Enter");
		await page.waitForSelector("#here:not(:popover-open)", { state: "attached" });
		expect(gallery.world.posts).toMatchObject([
			{ path: "/subnets/1/reserve", form: { address: "10.0.0.77", hostname: "fw2.lan", count: "1" } },
		]);
		expect(new URL(page.url()).pathname).toBe("/subnets/1");
		await page.waitForSelector("#say:text-is('Reserved 10.0.0.77')", { state: "attached" });
	});

	test("with the keyboard: Enter on the cell, Esc closes it and the focus is back", async () => {
		await open("/subnets/1");
		await page.focus(cell);
		await page.keyboard.press("Enter");
		await page.waitForSelector("#here:popover-open");
		await page.keyboard.press("Escape");
		await page.waitForSelector("#here:not(:popover-open)", { state: "attached" });
		await soon(async () => expect(await focused()).toBe("10.0.0.77 free"));
		expect(gallery.world.posts).toEqual([]);
	});

	test("“Reserve first free” of a gap opens the same form; “Several…” asks how many", async () => {
		await open("/subnets/1");
		await page.click("#g10\\.0\\.0\\.3 a:has-text('Reserve first free')");
		await page.waitForSelector("#here:popover-open h2:has-text('10.0.0.3')");
		await page.click("#here a:text-is('Several…')");
		await page.waitForSelector("#here-count");
		expect(await page.inputValue("#here-count")).toBe("2");
	});

	test("the first free one is named beside the map; r opens its form from anywhere on the page", async () => {
		await open("/subnets/1");
		expect(await page.textContent(".first-free a")).toBe("10.0.0.3");
		await page.keyboard.press("r");
		await page.waitForSelector("#here:popover-open h2:has-text('10.0.0.3')");
		await soon(async () => expect(await focused()).toBe("here-hostname"));
		await pressAll("f", "w", "Enter");
		await soon(() =>
			expect(gallery.world.posts).toMatchObject([{ form: { address: "10.0.0.3", hostname: "fw" } }]),
		);
	});

	test("another tab is still another tab", async () => {
		await open("/subnets/1");
		const [tab] = await Promise.all([
			page.context().waitForEvent("page"),
			page.click(cell, { modifiers: ["Control"] }),
		]);
		await tab.waitForSelector("h1:has-text('10.0.0.77')");
		expect(await page.locator("#here:popover-open").count()).toBe(0);
	});
});
