/** What is written in a browser: one field at a time, conflicts, undo, the menu. Against the real program. */

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { browserProblem, openBrowser, openTab, type Tab } from "../helpers/browser.ts";
import { fillOffice, type LiveApp, openLiveApp } from "../helpers/live-app.ts";
import { SIGNED, signedBrowser } from "../helpers/signed.ts";

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
	// A refusal is an answer like any other, and so is that a host has just gone; Chromium writes each into the console.
	tab = await openTab(browser, /status of (404|409|422)/);
	page = tab.page;
});

afterEach(async () => {
	if (missing) return;
	await tab.leave();
	await live.close();
});

const open = (path: string) => tab.open(live.url + path);

const patch = (id: number, body: object) =>
	fetch(`${live.url}/api/v1/hosts/${id}`, {
		method: "PATCH",
		headers: { ...SIGNED, "content-type": "application/json" },
		body: JSON.stringify(body),
	});
const host = async (id: number) =>
	(await (await fetch(`${live.url}/api/v1/hosts/${id}`, { headers: SIGNED })).json()) as {
		hostname: string;
		description: string;
		tags: string[];
		notes: string;
	};
const focused = () =>
	page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent?.trim());
const row = (ip: string) => `tr:has(a:text-is("${ip}"))`;
/** The NAS is the last host that was added. */
const NAS = 13;

async function openNas(): Promise<void> {
	await open("/subnets/1");
	await page.click(`${row("10.0.0.14")} .address a`);
	await page.waitForSelector("#drawer[open] .host");
}

describe.skipIf(missing)(`editing${missing ? ": skipped, chromium is missing" : ""}`, () => {
	test("a click makes a field of a value, Enter stores it, the row behind and the changes follow", async () => {
		await openNas();
		await page.click('#drawer [data-field="description"]');
		await page.waitForSelector("#d-description:focus");
		expect(await page.inputValue("#d-description")).toBe("Backups and media");
		await page.fill("#d-description", "Everything");
		await page.keyboard.press("Enter");
		await page.waitForSelector('#d-row-description a:has-text("Everything")');
		expect((await host(NAS)).description).toBe("Everything");
		await page.waitForSelector('#drawer .events:has-text("description")');
		await page.waitForFunction(() => document.activeElement?.getAttribute("data-field") === "description");
	});

	test("e begins with the name; Esc leaves it as it was and the drawer open, a second Esc closes that", async () => {
		await openNas();
		await page.keyboard.press("e");
		await page.waitForSelector("#d-hostname");
		await page.fill("#d-hostname", "half a na");
		await page.keyboard.press("Escape");
		await page.waitForSelector("#d-hostname", { state: "detached" });
		expect(await page.isVisible("#drawer[open]")).toBe(true);
		expect((await host(NAS)).hostname).toBe("nas.lan");
		await page.keyboard.press("Escape");
		await page.waitForURL("**/subnets/1");
	});

	test("Esc twice, quicker than the answer to the first, leaves the field and closes the drawer", async () => {
		await openNas();
		await page.keyboard.press("e");
		await page.waitForSelector("#d-hostname:focus");
		const answered = page.waitForResponse((answer) => /\/fields\/hostname\?/.test(answer.url()));
		await page.route(/\/fields\/hostname\?/, async (route) => {
			await page.waitForURL("**/subnets/1");
			await route.continue();
		});
		await page.keyboard.press("Escape");
		await page.keyboard.press("Escape");
		await answered;
		await page.waitForSelector("#drawer:not([open])", { state: "attached" });
		expect((await host(NAS)).hostname).toBe("nas.lan");
	});

	test("j, k and Enter go through the tree of subnets too", async () => {
		await open("/subnets");
		await page.keyboard.press("j");
		await page.keyboard.press("j");
		expect(await focused()).toBe("Lab");
		await page.keyboard.press("k");
		await page.keyboard.press("Enter");
		await page.waitForURL("**/subnets/1");
	});

	test("leaving a field stores it; leaving it untouched stores nothing", async () => {
		await openNas();
		await page.click('#drawer [data-field="notes"]');
		await page.fill("#d-notes", "rack 3\nUPS on port 3");
		await page.click("#drawer .story");
		await page.waitForSelector('#d-row-notes a:has-text("rack 3")');
		expect((await host(NAS)).notes).toBe("rack 3\nUPS on port 3");
		await page.click('#drawer [data-field="description"]');
		await page.waitForSelector("#d-description");
		await page.click("#drawer .story");
		await page.waitForSelector("#d-description", { state: "detached" });
		expect((await host(NAS)).description).toBe("Backups and media");
	});

	test("a field in hand is never replaced by a live change; the rest of the drawer is", async () => {
		await openNas();
		await page.click('#drawer [data-field="description"]');
		await page.fill("#d-description", "half a sent");
		await patch(NAS, { notes: "from somebody else" });
		await page.waitForSelector('#d-row-notes a:has-text("from somebody else")');
		expect(await page.inputValue("#d-description")).toBe("half a sent");
		expect(await focused()).toBe("d-description");
	});

	test("two people at one field: both values side by side, nothing stored until one decides", async () => {
		await openNas();
		await page.click('#drawer [data-field="description"]');
		await page.fill("#d-description", "my words");
		await patch(NAS, { description: "their words" });
		await page.keyboard.press("Enter");
		await page.waitForSelector('#d-row-description .theirs:has-text("their words")');
		expect(await page.inputValue("#d-description")).toBe("my words");
		expect((await host(NAS)).description).toBe("their words");
		await page.click("#drawer .story");
		expect(await page.inputValue("#d-description")).toBe("my words");
		await page.click("#d-row-description button:text-is('Save mine')");
		await page.waitForSelector('#d-row-description a:has-text("my words")');
		expect((await host(NAS)).description).toBe("my words");
	});

	test("theirs can be kept too", async () => {
		await openNas();
		await page.click('#drawer [data-field="hostname"]');
		await page.fill("#d-hostname", "mine");
		await patch(NAS, { hostname: "theirs" });
		await page.keyboard.press("Enter");
		await page.click("#d-row-hostname a:text-is('Keep theirs')");
		await page.waitForSelector('#d-row-hostname a:has-text("theirs")');
		expect((await host(NAS)).hostname).toBe("theirs");
	});

	test("tags are added with completion and taken away one by one", async () => {
		await openNas();
		await page.click("#drawer a:has-text('+ add')");
		await page.waitForSelector("#d-tags");
		expect(
			await page
				.locator("#d-tags-known option")
				.evaluateAll((all) => all.map((one) => one.getAttribute("value"))),
		).toEqual(["server"]);
		await page.fill("#d-tags", "backup, ups");
		await page.keyboard.press("Enter");
		await page.waitForSelector('#d-row-tags .tag:has-text("ups")');
		expect((await host(NAS)).tags).toEqual(["storage", "backup", "ups"]);
		await page.keyboard.press("Enter");
		await page.click('#d-row-tags button:has-text("backup")');
		await page.waitForFunction(() => document.querySelectorAll("#d-row-tags .tag").length === 2);
		expect((await host(NAS)).tags).toEqual(["storage", "ups"]);
		await page.keyboard.press("Escape");
		await page.waitForSelector("#d-tags", { state: "detached" });
	});

	test("what cannot be used is kept in the field with the reason", async () => {
		await openNas();
		await page.click("#drawer a:has-text('+ add')");
		await page.fill("#d-tags", "x".repeat(41));
		await page.keyboard.press("Enter");
		await page.waitForSelector("#d-row-tags .field-problem");
		expect(await page.inputValue("#d-tags")).toBe("x".repeat(41));
		await page.click("#drawer .story");
		expect(await page.inputValue("#d-tags")).toBe("x".repeat(41));
	});
});

describe.skipIf(missing)("what can be done at once", () => {
	test("the menu stands in line with the other buttons", async () => {
		await openNas();
		const top = (what: string) =>
			page
				.locator(`#drawer ${what}`)
				.first()
				.evaluate((e) => e.getBoundingClientRect().y);
		expect(await top(".menu summary")).toBe(await top(".buttons button"));
	});

	test("what a ping said stays when the host changes meanwhile", async () => {
		await openNas();
		await page.click("#drawer button:text-is('Ping now')");
		await page.waitForSelector("#d-ping[data-busy]");
		await patch(NAS, { description: "changed meanwhile" });
		await page.waitForSelector("#d-row-description:has-text('changed meanwhile')");
		expect(await page.isVisible("#d-ping")).toBe(true);
	});
});

describe.skipIf(missing)("undo", () => {
	test("Delete in the menu takes the host away and offers to undo; u brings it back", async () => {
		await openNas();
		await page.click("#drawer .menu summary");
		await page.click("#drawer .menu button:has-text('Delete')");
		await page.waitForSelector("#undo .undo-bar:has-text('Deleted nas.lan')");
		await page.waitForURL("**/subnets/1");
		await page.waitForSelector(row("10.0.0.14"), { state: "detached" });
		await page.keyboard.press("u");
		await page.waitForSelector("#undo .undo-bar:has-text('Undone')");
		await page.waitForSelector(row("10.0.0.14"));
		expect(await host(NAS)).toMatchObject({ hostname: "nas.lan", tags: ["storage"] });
	});

	test("the bar goes after ten seconds, but not while somebody is at it; the page of the batch stays", async () => {
		await page.clock.install();
		await open("/hosts/13");
		await page.click(".menu summary");
		await page.click(".menu button:has-text('Delete')");
		await page.waitForSelector("#undo button");
		const details = await page.getAttribute("#undo a", "href");
		await page.focus("#undo button");
		await page.clock.runFor(30_000);
		expect(await page.isVisible("#undo button")).toBe(true);
		await page.evaluate(() => (document.activeElement as HTMLElement).blur());
		await page.clock.runFor(11_000);
		expect(await page.locator("#undo button").count()).toBe(0);
		await page.goto(live.url + details);
		await page.click("main button:text-is('Undo')");
		await page.waitForSelector("main:has-text('Everything is as it was before')");
	});

	test("a subnet comes back with its hosts, without a script too", async () => {
		const plain = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
		await plain.goto(`${live.url}/subnets/1/delete`);
		await plain.click("main button.danger");
		expect(await plain.textContent("#undo")).toContain("Deleted Office LAN");
		await plain.click("#undo button");
		expect(await plain.textContent("#undo")).toContain("Undone");
		expect(await plain.textContent("main")).toContain("Office LAN");
		expect(await host(NAS)).toMatchObject({ hostname: "nas.lan" });
		await plain.goto(`${live.url}/hosts/13`);
		await plain.click('[data-field="description"]');
		await plain.fill("#p-description", "plain");
		await plain.click("main button:text-is('Save')");
		expect((await host(NAS)).description).toBe("plain");
		await plain.context().close();
	});
});
