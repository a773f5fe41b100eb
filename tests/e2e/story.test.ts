/** The main job as a person sees it: add a network, watch hosts appear, go down and come back, without a reload. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { configure, FAR, type Lab, labProblem, openLab } from "../helpers/netns.ts";
import { browserNear, browserProblem, type Rollcall, startRollcall, URL_NEAR } from "../helpers/rollcall.ts";

const problem = labProblem("curl") ?? browserProblem();
const CIDR = "10.128.0.0/24";
const on = (n: number) => configure(lab, { far: [`route add local 10.128.0.${n}/32 dev lo`] });
const off = (n: number) => configure(lab, { far: [`route del local 10.128.0.${n}/32 dev lo`] });

let lab: Lab;
let rollcall: Rollcall;
let chromium: Awaited<ReturnType<typeof browserNear>>;
let page: Page;
const faults: string[] = [];

const row = (ip: string) =>
	page.locator("tr", { hasText: new RegExp(`^\\s*${ip.replaceAll(".", "\\.")}(?!\\d)`) }).first();

/** Until then "Sweep now" would only answer the sweep that is under way. */
async function firstSweepEnds(): Promise<void> {
	for (let tries = 0; tries < 100; tries++) {
		if (rollcall.get<{ last_sweep_at: string | null }>("/api/v1/subnets/1").last_sweep_at !== null) return;
		await Bun.sleep(100);
	}
	throw new Error("the first sweep did not end");
}

describe.skipIf(problem !== undefined)(
	`the story in Chromium${problem === undefined ? "" : ` (${problem})`}`,
	() => {
		beforeAll(async () => {
			lab = openLab(40);
			configure(lab, { near: [`route add ${CIDR} via ${FAR}`], far: [`route add blackhole ${CIDR}`] });
			for (const n of [1, 2, 9]) on(n);
			rollcall = await startRollcall(lab);
			chromium = await browserNear(lab);
			page = await chromium.browser.newPage();
			page.on("pageerror", (error) => faults.push(String(error)));
			page.on("console", (message) => {
				// The stream that breaks when the server stops is part of the story.
				if (message.type() === "error" && !/ERR_|Failed to (load resource|fetch)/.test(message.text()))
					faults.push(message.text());
			});
			page.on("request", (request) => {
				if (!request.url().startsWith(URL_NEAR) && !request.url().startsWith("data:"))
					faults.push(request.url());
			});
		}, 60_000);

		afterAll(async () => {
			await chromium?.close();
			await rollcall?.close();
			lab?.close();
		}, 30_000);

		test("a network is added on an empty database, and its hosts appear", async () => {
			await page.goto(URL_NEAR);
			await page.fill('input[name="cidr"][type="text"]', "10.128.0.5/24");
			await page.click('button:has-text("Add and sweep")');
			await page.waitForSelector("text=10.128.0.0/24");
			await page.locator("form:has(input[name=cidr][value='10.128.0.0/24']) button").first().click();
			await page.waitForURL(/\/subnets\/1$/);
			await row("10.128.0.9").waitFor({ timeout: 10_000 });
			expect(await row("10.128.0.9").textContent()).toContain("Up");
			await firstSweepEnds();
			expect(await page.locator("tr[id^=h]").count()).toBe(3);
			await page.evaluate(() => {
				(window as unknown as { same: boolean }).same = true;
			});
		}, 40_000);

		test("a host that dies is checked, then down, on the open page", async () => {
			off(2);
			await page.click('button:has-text("Sweep now")');
			await page.locator("#main", { hasText: "checking" }).waitFor({ timeout: 10_000 });
			expect(
				rollcall.get<{ items: { status: string }[] }>("/api/v1/hosts?q=10.128.0.2").items[0]?.status,
			).toBe("up");
			await page.locator("#main", { hasText: "Down · 1" }).waitFor({ timeout: 25_000 });
			expect(await row("10.128.0.2").textContent()).toContain("Down");
			expect(await page.title()).toStartWith("(1) ");
			const events = rollcall.get<{ items: { kind: string; ip: string }[] }>("/api/v1/events").items;
			expect(events[0]).toMatchObject({ kind: "host_down", ip: "10.128.0.2" });
		}, 60_000);

		test("it comes back, soon after it is recorded (bench:http says how soon)", async () => {
			on(2);
			await page.click('button:has-text("Sweep now")');
			await page.locator("#main", { hasNotText: "Down · 1" }).waitFor({ timeout: 10_000 });
			const seenAt = Date.now();
			const back = rollcall.get<{ items: { kind: string; at: string }[] }>("/api/v1/events").items[0];
			expect(back?.kind).toBe("host_up");
			expect(seenAt - Date.parse(back?.at ?? "")).toBeLessThan(5_000);
			expect(await page.evaluate(() => (window as unknown as { same?: boolean }).same)).toBe(true);
			const history = rollcall.get<{ items: { up: number; down: number }[] }>(
				"/api/v1/hosts/1/history?step=60",
			).items;
			expect(history.reduce((sum, step) => sum + step.up + step.down, 0)).toBeGreaterThanOrEqual(2);
		}, 40_000);

		test("an open page survives a restart of the server and sees what changed meanwhile", async () => {
			expect(await rollcall.stop()).toBe(0);
			await page.waitForSelector("text=Reconnecting", { timeout: 15_000 });
			await rollcall.start();
			rollcall.send("PATCH", "/api/v1/hosts/1", { hostname: "changed-meanwhile" });
			await page.waitForSelector("text=changed-meanwhile", { timeout: 30_000 });
			await page.waitForSelector("text=/^Live/", { timeout: 10_000 });
		}, 90_000);

		test("the drawer opens over the page, saves, and closes with Esc", async () => {
			await row("10.128.0.9").locator("a").first().click();
			await page.waitForURL(/\/hosts\/\d+$/);
			await page.click('#drawer [data-field="hostname"]');
			await page.fill("#d-hostname", "nas.lan");
			await page.click('#drawer button[type="submit"]:has-text("Save")');
			await page.click('#drawer [data-field="tags"]');
			await page.fill("#d-tags", "storage, backup");
			await page.keyboard.press("Enter");
			await page.locator("#main", { hasText: "nas.lan" }).waitFor({ timeout: 5_000 });
			await page.keyboard.press("Escape");
			await page.waitForURL(/\/subnets\/1$/);
			expect(rollcall.get<{ items: { tags: string[] }[] }>("/api/v1/hosts?q=nas.lan").items[0]?.tags).toEqual(
				["storage", "backup"],
			);
		}, 40_000);

		test("Ping now shows an answer a second, as it comes", async () => {
			await row("10.128.0.9").locator("a").first().click();
			await page.click("#drawer button:text-is('Ping now')");
			await page.waitForSelector("#d-ping .got:nth-child(3)", { timeout: 6_000 });
			expect(await page.textContent("#d-ping .sum")).toMatch(/^[34] of [34] answered · min [<\d.]+ · mean/);
			await page.keyboard.press("Escape");
			await page.waitForURL(/\/subnets\/1$/);
		}, 40_000);

		test("no error in the console, no request to anybody else", () => {
			expect(faults).toEqual([]);
		});
	},
);
