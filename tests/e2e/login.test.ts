/** Signing in with a real browser: the one-time link, the user menu, a wish that came too often, being signed out. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { type App, openApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config.ts";
import { silentLog } from "../../src/log.ts";
import { AXE, axe } from "../helpers/axe.ts";
import { browserProblem, openBrowser } from "../helpers/browser.ts";
import { calmMachine } from "../helpers/calm.ts";

const missing = browserProblem() !== undefined;
const PASSWORD = "correct horse battery";
let app: App;
let browser: Browser;
let page: Page;
let link = "";
const complaints: string[] = [];

beforeAll(async () => {
	if (missing) return;
	const log = {
		...silentLog,
		warning(_: string, facts?: Record<string, unknown>) {
			link = String(facts?.link);
		},
	};
	app = await openApp(loadConfig({ env: { DATABASE_URL: ":memory:", PORT: "0" } }), {
		log,
		machine: calmMachine,
	});
	browser = await openBrowser();
	page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
	page.on("console", (message) => {
		if (/Content Security Policy|Refused/.test(message.text())) complaints.push(message.text());
	});
});
afterAll(async () => {
	await browser?.close();
	await app?.close();
});

/** What axe finds on a page that nobody is signed in to; it is let past the policy. */
async function judge(path: string): Promise<string[]> {
	const context = await browser.newContext({ bypassCSP: true });
	const other = await context.newPage();
	await other.goto(`${app.url}${path}`);
	await other.addScriptTag({ path: AXE });
	const found = await axe(other);
	await context.close();
	return found;
}

describe.skipIf(missing)(`signing in${missing ? ": skipped, chromium is missing" : ""}`, () => {
	test("the link fills the token in, and leaves the address bar", async () => {
		await page.goto(app.url ?? "");
		expect(new URL(page.url()).pathname).toBe("/setup");
		expect(await judge("/setup")).toEqual([]);
		await page.goto(link);
		expect(await page.inputValue('input[name="token"]')).toMatch(/^[a-z2-7]{26}$/);
		expect(page.url()).not.toContain("#");
		await page.fill('input[name="name"]', "ada");
		await page.fill('input[name="password"]', PASSWORD);
		await page.click("button[type=submit]");
		await page.waitForSelector("#light.live");
		expect(await page.textContent(".me bdi")).toBe("ada");
	});

	test("forms carry the token: by htmx, and those the browser sends itself", async () => {
		await page.fill("#add-cidr", "192.0.2.0/24");
		await page.click("button:has-text('Add and sweep')");
		await page.waitForSelector("h1:has-text('192.0.2.0/24')");
		await page.click(".me");
		await page.click(".me-menu a:has-text('Users')");
		await page.waitForSelector("h1:has-text('Users')");
		await page.fill("#user-name", "eve");
		await page.fill("#user-password", "hunter two hunter");
		await page.fill("#user-own", PASSWORD);
		await page.click("button:has-text('Add')");
		await page.waitForSelector("a:has-text('eve')");
	});

	test("asked for too often: the button says how long to wait, the page stays", async () => {
		await page.goto(`${app.url}/subnets/1`);
		await page.waitForSelector("#light.live");
		// The sweep of the first press goes on: nothing sweeps here. Each press counts all the same.
		for (let press = 0; press < 4; press++) {
			const answered = page.waitForResponse((answer) => answer.url().endsWith("/sweep"));
			await page.click("button:has-text('Sweep now')");
			await answered;
		}
		await page.waitForSelector("button:disabled:text-matches('^Wait \\\\d+ s$')");
		expect(await page.textContent("h1")).toContain("192.0.2.0/24");
		expect(await page.textContent("#say")).toMatch(/^Too often: wait \d+ s\.$/);
	});

	test("signed out elsewhere: the next click leads to the login, and back after it", async () => {
		// A page that fetches nothing by itself: else its own request could be refused, and lead to the login, before the click.
		await page.goto(`${app.url}/settings/users`);
		await page.waitForSelector("#light.live");
		app.context.db.run("DELETE FROM session");
		await page.click("#places a:has-text('Activity')");
		await page.waitForSelector("h1:has-text('Sign in')");
		await page.fill("#login-name", "ADA");
		await page.fill("#login-password", PASSWORD);
		await page.click("button[type=submit]");
		await page.waitForSelector("#light.live");
		expect(await page.textContent(".me bdi")).toBe("ada");
	});

	test("signed out under a form: what was typed stays, comes through the login, and is stored by a press", async () => {
		await page.goto(`${app.url}/subnets/1/free/192.0.2.9`);
		await page.fill("#reserve-hostname", "sw9");
		await page.click("main button:text-is('Reserve')");
		await page.waitForSelector("#host");
		await page.click('[data-field="notes"]');
		await page.fill("#p-notes", "behind the <b>second</b> door\nkey at the desk");
		app.context.db.run("DELETE FROM session");
		// News of the host: the page asks anew, is refused, and leaves the form alone.
		const refused = page.waitForResponse((answer) => answer.status() === 401);
		const change = { subnetIds: [1], hostIds: [1], urgent: true };
		app.context.bus.publish({ kind: "change", change });
		await refused;
		await page.waitForSelector("#say.toast:has-text('You are signed out.')");
		await page.click("button:text-is('Save')");
		await page.waitForSelector("h1:has-text('Sign in')");
		expect(await page.textContent(".callout")).toContain("What you typed is kept");
		await page.fill("#login-name", "ada");
		await page.fill("#login-password", PASSWORD);
		await page.click("button[type=submit]");
		await page.waitForSelector("h1:has-text('Send it now?')");
		expect(await page.textContent(".unsent dd")).toBe("behind the <b>second</b> door\nkey at the desk");
		await page.click("button:text-is('Send')");
		await page.waitForSelector("#host");
		expect(await page.textContent("#p-row-notes .editable bdi")).toBe(
			"behind the <b>second</b> door\nkey at the desk",
		);
	});

	test("signing out", async () => {
		await page.click(".me");
		await page.click(".me-menu button:has-text('Sign out')");
		await page.waitForSelector("h1:has-text('Sign in')");
		await page.goto(`${app.url}/hosts/1?x=1`);
		expect(new URL(page.url()).searchParams.get("next")).toBe("/hosts/1?x=1");
		expect(await judge("/login")).toEqual([]);
		expect(complaints).toEqual([]);
	});
});
