/**
 * The main paths with the script switched off, on a real Rollcall: adding, reserving, editing, filtering, searching,
 * settings, the theme, a file. What a page does that is left open. And what the first paint shows before any script: the theme; after it: the reader's own time.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { browserProblem, openBrowser } from "../helpers/browser.ts";
import { type LiveApp, openLiveApp } from "../helpers/live-app.ts";
import { soon } from "../helpers/patience.ts";
import { signedContext, signIn } from "../helpers/signed.ts";

const missing = browserProblem() !== undefined;
let live: LiveApp;
let browser: Browser;

beforeAll(async () => {
	if (missing) return;
	live = await openLiveApp();
	browser = await openBrowser();
});
afterAll(async () => {
	await browser?.close();
	await live?.close();
});

async function openPage(options: BrowserContextOptions): Promise<Page> {
	const page = await (await signedContext(browser, live.url, options)).newPage();
	return page;
}

/** Presses and waits until the page that it leads to is there. */
async function press(page: Page, selector: string): Promise<void> {
	await Promise.all([page.waitForNavigation(), page.click(selector)]);
}

/** What the page says in the end: where work goes on, a person without a script looks again. */
async function comes(page: Page, text: string): Promise<void> {
	await soon(async () => {
		if (!(await page.textContent("main"))?.includes(text)) await page.reload();
		expect(await page.textContent("main")).toContain(text);
	});
}

const path = (page: Page) => new URL(page.url()).pathname;

describe.skipIf(missing)(`without a script${missing ? ": skipped, chromium is missing" : ""}`, () => {
	test("from the first subnet to a host with a name, tags and notes, and away again", async () => {
		const page = await openPage({ javaScriptEnabled: false });
		await page.goto(live.url);
		await page.fill("#add-cidr", "192.0.2.7/24");
		await press(page, "button:has-text('Add and sweep')");
		await press(page, "button:has-text('Use 192.0.2.0/24')");
		expect(path(page)).toBe("/subnets/1");
		await press(page, '[data-map] a[aria-label="192.0.2.9 free"]');
		await page.fill("#reserve-hostname", "sw9.lan");
		await press(page, "main button:text-is('Reserve')");
		expect(path(page)).toBe("/hosts/1");
		for (const [field, value] of [
			["description", "second floor"],
			["notes", "key at the desk"],
		] as const) {
			await press(page, `[data-field="${field}"]`);
			await page.fill(`#p-${field}`, value);
			await press(page, "main button:text-is('Save')");
			expect(await page.textContent(`#p-row-${field}`)).toContain(value);
		}
		await press(page, '[data-field="tags"]');
		await page.fill("#p-tags", "switch, lab");
		await press(page, "main button:text-is('Save')");
		expect(await page.locator("#p-row-tags .tag").allTextContents()).toEqual(["switch", "lab"]);
		await page.click("main details.menu summary");
		await press(page, "button:text-is('Delete 192.0.2.9')");
		expect(await page.textContent("#undo")).toContain("Deleted");
		await press(page, "#undo button:text-is('Undo')");
		await page.goto(`${live.url}/hosts/1`);
		expect(await page.textContent("#p-row-notes")).toContain("key at the desk");
		await page.context().close();
	});

	test("filters, search, the subnet's own form, settings and the theme", async () => {
		const page = await openPage({ javaScriptEnabled: false });
		await page.goto(`${live.url}/subnets/1`);
		await page.fill("#filter", "sw9");
		await press(page, "#filter-form button");
		expect(await page.locator('tr[id^="h"]').count()).toBe(1);
		await page.fill("#search", "second floor");
		await Promise.all([page.waitForNavigation(), page.press("#search", "Enter")]);
		expect(await page.textContent("main")).toContain("192.0.2.9");
		await page.goto(`${live.url}/subnets/1`);
		await press(page, "main a:text-is('Edit')");
		await page.fill('main input[name="name"]', "Lab");
		await press(page, "main button.primary");
		expect(await page.textContent("h1")).toContain("Lab");
		await page.goto(`${live.url}/settings`);
		await page.fill("#keep-raw", "14");
		await press(page, "#retention button");
		expect(await page.inputValue("#keep-raw")).toBe("14");
		await page.check('#appearance input[value="dark"]');
		await press(page, "#appearance button");
		expect(await page.getAttribute("html", "data-theme")).toBe("dark");
		await press(page, "#theme");
		expect(await page.getAttribute("html", "data-theme")).toBe("contrast");
		await press(page, "#places a:text-is('Activity')");
		expect(await page.textContent("main")).toContain("days of measurements changed from “7” to “14”");
		await page.context().close();
	});

	test("a file: brought, its columns chosen, looked at, written, taken back; a deletion and its page", async () => {
		const page = await openPage({ javaScriptEnabled: false });
		await page.goto(`${live.url}/imports`);
		const buffer = Buffer.from(
			"Adresse,Rechner,Wo\n192.0.2.30,nas30,cellar\n192.0.2.31,nas31,attic\nnowhere,x,y\n",
		);
		await page.setInputFiles('input[type="file"]', { name: "list.csv", mimeType: "text/csv", buffer });
		await press(page, "button:text-is('Look at it')");
		const file = path(page);
		expect(file).toMatch(/^\/imports\/\d+$/);
		// It stands open: none of these columns is known by its name.
		const select = (column: string) => page.locator(`.columns li:has-text("${column}") select`);
		await select("Adresse").selectOption({ label: "IP address" });
		await select("Rechner").selectOption({ label: "Hostname" });
		await select("Wo").selectOption({ label: "Description" });
		await press(page, ".mapping button");
		await comes(page, "1 row will be left out");
		// Nothing is written before somebody says so.
		expect(countHosts()).toBe(1);
		await press(page, "button:has-text('Import: add 2')");
		expect(path(page)).toBe(file);
		await comes(page, "Written");
		expect(countHosts()).toBe(3);
		await press(page, "main button:text-is('Undo this import')");
		await soon(() => expect(countHosts()).toBe(1));
		expect(path(page)).toBe(file);
		await comes(page, "were added, and taken back");

		await page.goto(`${live.url}/subnets/1/delete`);
		await press(page, "main button.danger");
		await press(page, "#undo a:text-is('Details')");
		expect(path(page)).toMatch(/^\/batches\/\d+$/);
		await press(page, "main button:text-is('Undo')");
		expect(await page.textContent("#undo")).toContain("Undone: everything is as it was");
		expect(countHosts()).toBe(1);
		await page.context().close();
	});
});

function countHosts(): number {
	const row = live.app.context.db.query<{ n: number }, []>("SELECT count(*) AS n FROM host").get();
	return row?.n ?? 0;
}

describe.skipIf(missing)(`left open${missing ? ": skipped, chromium is missing" : ""}`, () => {
	test("a page of the settings notices that the session is over: it leads to the login, and back", async () => {
		const page = await openPage({});
		await page.goto(`${live.url}/settings/tokens`);
		await page.waitForSelector("#light.live");
		live.app.context.db.run("DELETE FROM session");
		await page.waitForSelector("h1:has-text('Sign in')");
		expect(new URL(page.url()).searchParams.get("next")).toBe("/settings/tokens");
		signIn(live.app.context.db);
		await page.context().close();
	});
});

describe.skipIf(missing)(`the first paint${missing ? ": skipped, chromium is missing" : ""}`, () => {
	test("has the theme already, whatever it is and before any script", async () => {
		const themes = { light: "rgb(246, 247, 249)", dark: "rgb(14, 17, 22)", contrast: "rgb(255, 255, 255)" };
		for (const [theme, ground] of Object.entries({ ...themes, auto: themes.dark })) {
			const page = await openPage({ colorScheme: theme === "auto" ? "dark" : "light" });
			await page.context().addCookies([{ name: "theme", value: theme, url: live.url }]);
			// No script comes: what is painted is what the server said.
			await page.route("**/*.js", (route) => route.abort());
			await page.goto(live.url);
			expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(ground);
			await page.context().close();
		}
	});

	test("after it, times are the reader's: pointed at, and the days of the activity", async () => {
		const page = await openPage({ timezoneId: "Pacific/Kiritimati", locale: "en-GB" });
		await page.goto(`${live.url}/hosts/1`);
		await page.waitForSelector("#light.live");
		const time = page.locator("#host .events time").first();
		const at = await time.getAttribute("datetime");
		await time.hover();
		const local = new Date(at ?? "").toLocaleString("en-GB", { timeZone: "Pacific/Kiritimati" });
		expect(await time.getAttribute("title")).toBe(local);
		const zone = (await page.context().cookies()).find(({ name }) => name === "zone");
		expect(zone?.value).toBe("Pacific/Kiritimati");
		await page.context().close();
	});
});
