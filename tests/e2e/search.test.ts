/** The search box in a real browser, against the real program: what is offered, how it is reached by keys, hostile texts. */

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { AXE, axe } from "../helpers/axe.ts";
import { browserProblem, openBrowser, openTab, type Tab } from "../helpers/browser.ts";
import { fillOffice, type LiveApp, openLiveApp, send } from "../helpers/live-app.ts";
import { HOSTILE } from "../helpers/office.ts";
import { soon } from "../helpers/patience.ts";
import { signedBrowser } from "../helpers/signed.ts";

const missing = browserProblem() !== undefined;
let browser: Browser;
let live: LiveApp;
let tab: Tab;
let page: Page;

beforeAll(async () => {
	if (!missing) browser = signedBrowser(await openBrowser());
});
afterAll(async () => browser?.close());

beforeEach(async () => {
	if (missing) return;
	live = await openLiveApp();
	await fillOffice(live);
	tab = await openTab(browser);
	page = tab.page;
});
afterEach(async () => {
	if (missing) return;
	await tab.leave();
	await live.close();
});

const path = () => new URL(page.url()).pathname + new URL(page.url()).search;
const options = () => page.locator("#found [role=option]").allTextContents();
const expanded = () => page.getAttribute("#search", "aria-expanded");

async function type(text: string): Promise<void> {
	await page.fill("#search", "");
	await page.focus("#search");
	await page.keyboard.insertText(text);
	await page.waitForSelector("#found:not([hidden])");
}

describe.skipIf(missing)(`search${missing ? ": skipped, chromium is missing" : ""}`, () => {
	test("answers while typing, by groups; eight of a kind and a link to all", async () => {
		await page.goto(`${live.url}/subnets`);
		await page.keyboard.press("/");
		await page.keyboard.type("web");
		await page.waitForSelector("#found:not([hidden]) [role=option]");
		await soon(async () => expect(await options()).toHaveLength(9));
		expect((await options()).at(-1)).toBe("All 12");
		expect(await expanded()).toBe("true");
		await page.click("#found [role=option]:has-text('All 12')");
		await page.waitForURL("**/?status=&q=web*");
		await page.waitForSelector("#hosts");
		await soon(async () => expect(await page.locator('tr[id^="h"]').count()).toBe(12));
		expect(await expanded()).toBe("false");
	});

	test("arrows walk through all options and the text, Enter opens, Esc closes and keeps the text", async () => {
		await page.goto(live.url);
		await type("nas");
		await page.keyboard.press("ArrowDown");
		const active = await page.getAttribute("#search", "aria-activedescendant");
		expect(await page.textContent(`[id="${active}"]`)).toContain("nas.lan");
		await page.keyboard.press("ArrowDown");
		expect(await page.getAttribute("#search", "aria-activedescendant")).toBe(null);
		await page.keyboard.press("ArrowUp");
		await page.keyboard.press("Escape");
		expect(await expanded()).toBe("false");
		expect(await page.inputValue("#search")).toBe("nas");
		expect(await page.evaluate(() => document.activeElement?.id)).toBe("search");
		await page.keyboard.press("ArrowDown");
		await page.waitForSelector("#found:not([hidden])");
		await page.keyboard.press("ArrowDown");
		await page.keyboard.press("Enter");
		await page.waitForSelector("#drawer[open] h1:text-is('10.0.0.14')");
		await page.keyboard.press("Escape");
		await page.waitForSelector("#drawer:not([open])", { state: "attached" });
	});

	test("a free address is offered to be reserved; a taken one is the first host; one in no subnet can be added", async () => {
		await page.goto(live.url);
		await type("10.0.0.77");
		await page.waitForSelector("#found .hint");
		await soon(async () => expect((await options())[0]).toBe("10.0.0.77 is free in Office LAN: reserve it"));
		await page.keyboard.press("ArrowDown");
		await page.keyboard.press("Enter");
		await page.waitForSelector("#here:popover-open input:focus");
		expect(path()).toBe("/");
		await page.keyboard.type("fw2.lan");
		await page.keyboard.press("Enter");
		await page.waitForSelector("#say:text-is('Reserved 10.0.0.77')", { state: "attached" });
		expect(await page.locator("#here:popover-open").count()).toBe(0);
		await type("10.0.0.77");
		await page.waitForSelector("#found [role=group]:has-text('Hosts') [role=option]:has-text('fw2.lan')");
		await type("10.0.0.1");
		await page.waitForSelector("#found [role=option]:has-text('web-1.lan')");
		expect(
			await page.locator("#found [role=group]:has-text('Hosts') [role=option]").first().textContent(),
		).toContain("web-1.lan");
		await type("198.51.100.7");
		await page.waitForSelector("#found .hint:has-text('is in no subnet')");
		await page.keyboard.press("ArrowDown");
		await page.keyboard.press("Enter");
		await page.waitForSelector("#add-cidr");
		expect(await page.inputValue("#add-cidr")).toBe("198.51.100.0/24");
	});

	test("a whole address leads to its host: the first choice, and Enter without one", async () => {
		await page.goto(`${live.url}/activity`);
		await type("10.0.0.14");
		await page.waitForSelector("#found [role=option]:has-text('nas.lan')");
		expect((await options())[0]).toContain("nas.lan");
		await page.keyboard.press("ArrowDown");
		await page.keyboard.press("Enter");
		await page.waitForSelector("#drawer[open] h1:text-is('10.0.0.14')");
		await page.keyboard.press("Escape");
		await page.waitForURL("**/activity");
		await type("10.0.0.14");
		await page.keyboard.press("Enter");
		await page.waitForSelector("main h1:text-is('10.0.0.14')");
		await soon(() => expect(path()).toBe("/hosts/13"));
		await page.goBack();
		await page.waitForSelector("h1:text-is('Activity')");
	});

	test("ports and services lead to the hosts that have them", async () => {
		await page.goto(live.url);
		await type("ssh");
		await page.waitForSelector("#found [role=option]:has-text('2 hosts')");
		await page.click("#found [role=option]:has-text('2 hosts')");
		await page.waitForURL("**/?status=&service=ssh*");
		await page.waitForFunction(() => document.querySelectorAll('tr[id^="h"]').length === 2);
		await type("443");
		await page.click("#found [role=option]:has-text('443/https')");
		await page.waitForURL("**/?status=&port=443*");
		await page.waitForFunction(() => document.querySelectorAll('tr[id^="h"]').length === 12);
		expect(await page.textContent("#filter-form .mini.on")).toContain("Port 443");
	});

	test("Enter without a choice opens the page of results; it works without a script too", async () => {
		await page.goto(live.url);
		await type("nas");
		await page.keyboard.press("Enter");
		await page.waitForSelector("h1:text-is('Search')");
		await soon(() => expect(path()).toBe("/search?q=nas"));
		const plain = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
		await plain.goto(live.url);
		await plain.fill("#search", "nas");
		await plain.press("#search", "Enter");
		expect(new URL(plain.url()).pathname).toBe("/search");
		expect(await plain.inputValue("#search")).toBe("nas");
		await plain.click(".search-page a:has-text('nas.lan')");
		expect(await plain.textContent("h1")).toContain("10.0.0.14");
		await plain.context().close();
	});

	test("axe finds nothing in the open list, in any theme, wide or narrow; nothing scrolls sideways", async () => {
		await page.context().close();
		page = await (
			await browser.newContext({ viewport: { width: 1440, height: 1000 }, bypassCSP: true })
		).newPage();
		await page.goto(live.url);
		await page.addScriptTag({ path: AXE });
		const found: string[] = [];
		for (const [width, text] of [
			[1440, "10.0.0.7"],
			[1440, "nothing at all"],
			[390, "10.0.0.77"],
		] as const) {
			await page.setViewportSize({ width, height: 844 });
			if (width === 390) await page.click("[popovertarget=find]");
			await type(text);
			await page.keyboard.press("ArrowDown");
			for (const theme of ["light", "dark", "contrast"]) {
				await page.evaluate((theme) => document.documentElement.setAttribute("data-theme", theme), theme);
				found.push(...(await axe(page, theme === "light" ? undefined : "color-contrast")));
			}
			const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
			if (over > 0) found.push(`${text}: ${over} px too wide at ${width}`);
		}
		expect(found).toEqual([]);
	});

	test("hostile texts are shown as typed and never run", async () => {
		for (const [i, hostname] of HOSTILE.slice(0, 10).entries()) {
			await send(live.url, "/hosts", { ip: `10.0.8.${i + 10}`, hostname, description: hostname });
		}
		await page.goto(live.url);
		for (const text of ["10.0.8.", "<script>", '"><img', "onmouseover", "hx-get"]) {
			await type(text);
			await page.waitForFunction(
				(text) => document.querySelector("#found")?.textContent?.includes(text),
				text,
			);
		}
		await page.goto(`${live.url}/search?q=${encodeURIComponent('"><img src=x onerror=window.__xss=1>')}`);
		expect(await page.evaluate(() => "__xss" in globalThis)).toBe(false);
		expect(await page.locator("main img, #found img, #found script").count()).toBe(0);
	});
});
