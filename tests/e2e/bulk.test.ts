/** Many hosts at once in a browser: selecting by box, shift, ctrl and keys, editing only what is ticked, deleting, undo. */

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { browserProblem, openBrowser, openTab, type Tab } from "../helpers/browser.ts";
import { fillOffice, type LiveApp, openLiveApp, send } from "../helpers/live-app.ts";
import { SIGNED, signedBrowser } from "../helpers/signed.ts";

const missing = browserProblem() !== undefined;
let browser: Browser;
let live: LiveApp;
let tab: Tab;
let page: Page;

beforeAll(async () => {
	if (missing) return;
	browser = signedBrowser(await openBrowser());
});

afterAll(async () => browser?.close());

beforeEach(async () => {
	if (missing) return;
	live = await openLiveApp();
	await fillOffice(live);
	tab = await openTab(browser, /status of 422/);
	page = tab.page;
});

afterEach(async () => {
	if (missing) return;
	await tab.leave();
	await live.close();
});

const open = (path: string) => tab.open(live.url + path);

const row = (last: number) => `tr:has(a:text-is("10.0.0.${last}"))`;
const picked = () =>
	page.evaluate(() =>
		[...document.querySelectorAll<HTMLInputElement>(".pick:checked")].map((box) => Number(box.value)),
	);
const hosts = async (query = "") =>
	(
		(await (await fetch(`${live.url}/api/v1/hosts?limit=500${query}`, { headers: SIGNED })).json()) as {
			items: { id: number; description: string; tags: string[]; notes: string; hostname: string }[];
		}
	).items;

describe.skipIf(missing)(`selecting${missing ? ": skipped, chromium is missing" : ""}`, () => {
	test("box, shift and ctrl; what is selected need not hang together; the drawer stays shut", async () => {
		await open("/subnets/1");
		expect(await page.isVisible("#bulk")).toBe(false);
		await page.hover(row(2));
		await page.check(`${row(2)} .pick`);
		await page.click(`${row(5)} .status`, { modifiers: ["Shift"] });
		expect(await picked()).toEqual([2, 3, 4, 5]);
		await page.click(`${row(3)} .status`, { modifiers: ["Control"] });
		await page.click(`${row(9)} .status`, { modifiers: ["Control"] });
		expect(await picked()).toEqual([2, 4, 5, 9]);
		expect(await page.textContent("#bulk .says")).toBe("4 selected");
		expect(await page.isVisible("#drawer[open]")).toBe(false);
		await page.keyboard.press("Escape");
		expect(await picked()).toEqual([]);
		expect(await page.isVisible("#bulk")).toBe(false);
	});

	test("x selects the row in hand, shift and arrows go on; a live change leaves it as it is", async () => {
		await open("/subnets/1");
		await page.keyboard.press("j");
		await page.keyboard.press("x");
		expect(await picked()).toEqual([1]);
		await page.keyboard.press("Shift+ArrowDown");
		await page.keyboard.press("Shift+J");
		expect(await picked()).toEqual([1, 2, 3]);
		await page.keyboard.press("x");
		expect(await picked()).toEqual([1, 2]);
		await fetch(`${live.url}/api/v1/hosts/2`, {
			method: "PATCH",
			headers: { ...SIGNED, "content-type": "application/json" },
			body: JSON.stringify({ hostname: "changed.lan" }),
		});
		await page.waitForSelector(`${row(2)} .name:has-text("changed.lan")`);
		expect(await picked()).toEqual([1, 2]);
	});

	test("only the ticked fields are written; undo brings back each one's own", async () => {
		await open("/subnets/1");
		for (const last of [1, 14]) {
			await page.hover(row(last));
			await page.check(`${row(last)} .pick`);
		}
		await page.click("#bulk button:has-text('Edit')");
		await page.waitForSelector("h1:has-text('Edit 2 hosts in Office LAN')");
		await page.fill("#bulk-notes", "rack 3");
		await page.fill("#bulk-tags_added", "bulk");
		expect(await page.isChecked('[data-tick="bulk-notes"]')).toBe(true);
		await page.fill("#bulk-description", "typed, then not wanted");
		await page.uncheck('[data-tick="bulk-description"]');
		await page.click("button:text-is('Change 2 hosts')");
		await page.waitForSelector("#undo .undo-bar:has-text('Changed tags, notes of 2 hosts in Office LAN')");
		await page.waitForURL("**/subnets/1");
		const nas = (await hosts()).find(({ id }) => id === 13);
		expect(nas).toMatchObject({
			description: "Backups and media",
			tags: ["storage", "bulk"],
			notes: "rack 3",
		});
		expect((await hosts("&tag=bulk")).map(({ id }) => id)).toEqual([1, 13]);
		await page.click("#undo button");
		await page.waitForSelector("#undo .undo-bar:has-text('Undone')");
		expect((await hosts()).find(({ id }) => id === 13)).toMatchObject({ tags: ["storage"], notes: "" });
	});

	test("what cannot be used comes back with what was typed; nothing is changed", async () => {
		await open("/subnets/1");
		await page.hover(row(1));
		await page.check(`${row(1)} .pick`);
		await page.click("#bulk button:has-text('Edit')");
		await page.click("button:text-is('Change 1 host')");
		await page.waitForSelector(".field-problem:has-text('Tick at least one field')");
		await page.fill("#bulk-tags_added", "x".repeat(41));
		await page.click("button:text-is('Change 1 host')");
		await page.waitForSelector(".field-problem:has-text('40')");
		expect(await page.inputValue("#bulk-tags_added")).toBe("x".repeat(41));
	});

	test("“Select all” means all that the list holds, loaded or not, less those taken out again", async () => {
		for (let n = 1; n <= 150; n++) await send(live.url, "/hosts", { ip: `10.0.8.${n}`, tags: ["many"] });
		await open("/subnets/2?tag=many");
		await page.hover(row(0).replace("10.0.0.0", "10.0.8.1"));
		await page.check('tr:has(a:text-is("10.0.8.1")) .pick');
		await page.click("#bulk button:text-is('Select all 150')");
		expect(await page.textContent("#bulk .says")).toBe("150 selected");
		await page.uncheck('tr:has(a:text-is("10.0.8.3")) .pick');
		expect(await page.textContent("#bulk .says")).toBe("149 selected");
		await page.locator("#more").scrollIntoViewIfNeeded();
		await page.waitForSelector('tr:has(a:text-is("10.0.8.150")) .pick:checked');
		await page.click("#bulk button:has-text('Delete')");
		await page.waitForSelector("h1:has-text('Delete 149 hosts in Lab?')");
		await page.click("button:text-is('Delete 149 hosts')");
		await page.waitForSelector("#undo .undo-bar:has-text('Deleted 149 hosts in Lab')");
		expect(await hosts("&tag=many")).toHaveLength(1);
		await page.keyboard.press("u");
		await page.waitForSelector("#undo .undo-bar:has-text('Undone')");
		expect(await hosts("&tag=many")).toHaveLength(150);
	});

	test("without a script: boxes and a form", async () => {
		const plain = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
		await plain.goto(`${live.url}/subnets/1`);
		await plain.check(`${row(2)} .pick`);
		await plain.check(`${row(7)} .pick`);
		await plain.click("#bulk button:has-text('Edit')");
		expect(await plain.textContent("h1")).toContain("Edit 2 hosts in Office LAN");
		await plain.check('[data-tick="bulk-notes"]');
		await plain.fill("#bulk-notes", "plain");
		await plain.click("button:text-is('Change 2 hosts')");
		expect(await plain.textContent("#undo")).toContain("Changed notes of 2 hosts");
		expect((await hosts()).filter(({ notes }) => notes === "plain").map(({ id }) => id)).toEqual([2, 7]);
		await plain.click("#bulk button:has-text('Select all')");
		expect(await plain.textContent("h1")).toContain("Edit 13 hosts in Office LAN");
		await plain.context().close();
	});
});

describe.skipIf(missing)("on a phone", () => {
	test("Select shows a box in each card; a tap on it selects and opens nothing", async () => {
		await page.setViewportSize({ width: 390, height: 844 });
		await open("/subnets/1");
		await page.check("#picking");
		await page.check(`${row(2)} .pick`);
		expect(await picked()).toEqual([2]);
		expect(await page.isVisible("#bulk button:has-text('Edit')")).toBe(true);
		expect(await page.isVisible("#drawer[open]")).toBe(false);
	});
});
