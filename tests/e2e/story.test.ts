/**
 * The main job as a person sees it: add a network, watch hosts appear, go down and come back without a reload, and read
 * the past of one with the ports that a real nmap found open; the API says the same.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { browserProblem } from "../helpers/browser.ts";
import { HONEST_SSH, type Listeners, listen } from "../helpers/listeners.ts";
import { configure, FAR, type Lab, labProblem, openLab } from "../helpers/netns.ts";
import { until } from "../helpers/patience.ts";
import { browserNear, type Rollcall, startRollcall, URL_NEAR } from "../helpers/rollcall.ts";

const problem = labProblem("curl", "nmap") ?? browserProblem();
const CIDR = "10.128.0.0/24";
const on = (n: number) => configure(lab, { far: [`route add local 10.128.0.${n}/32 dev lo`] });
const off = (n: number) => configure(lab, { far: [`route del local 10.128.0.${n}/32 dev lo`] });

let lab: Lab;
let rollcall: Rollcall;
let servers: Listeners;
let chromium: Awaited<ReturnType<typeof browserNear>>;
let page: Page;
const faults: string[] = [];

const row = (ip: string) =>
	page.locator("tr", { hasText: new RegExp(`^\\s*${ip.replaceAll(".", "\\.")}(?!\\d)`) }).first();

/** Until then "Sweep now" would only answer the sweep that is under way. */
async function firstSweepEnds(): Promise<void> {
	const last = () => rollcall.get<{ last_sweep_at: string | null }>("/api/v1/subnets/1").last_sweep_at;
	await until(last, "the first sweep ends");
}

describe.skipIf(problem !== undefined)(
	`the story in Chromium${problem === undefined ? "" : ` (${problem})`}`,
	() => {
		beforeAll(async () => {
			lab = openLab(40);
			configure(lab, { near: [`route add ${CIDR} via ${FAR}`], far: [`route add blackhole ${CIDR}`] });
			for (const n of [1, 2, 9]) on(n);
			servers = await listen(lab, [{ port: 22, banner: HONEST_SSH }, { port: 80 }]);
			rollcall = await startRollcall(lab, { NMAP_ARGS: "-Pn -T4 -p 22,80,81 -sS -sV --version-intensity 0" });
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
		});

		afterAll(async () => {
			await chromium?.close();
			await rollcall?.close();
			await servers?.close();
			lab?.close();
		});

		test("a network is added on an empty database, and its hosts appear", async () => {
			await page.goto(URL_NEAR);
			await page.fill('input[name="cidr"][type="text"]', "10.128.0.5/24");
			await page.click('button:has-text("Add and sweep")');
			await page.waitForSelector("text=10.128.0.0/24");
			await page.locator("form:has(input[name=cidr][value='10.128.0.0/24']) button").first().click();
			await page.waitForURL(/\/subnets\/1$/);
			await row("10.128.0.9").waitFor();
			expect(await row("10.128.0.9").textContent()).toContain("Up");
			await firstSweepEnds();
			expect(await page.locator("tr[id^=h]").count()).toBe(3);
			await page.evaluate(() => {
				(window as unknown as { same: boolean }).same = true;
			});
		});

		test("a host that dies is checked, then down, on the open page", async () => {
			off(2);
			await page.click('button:has-text("Sweep now")');
			await page.locator("#main", { hasText: "checking" }).waitFor();
			expect(
				rollcall.get<{ items: { status: string }[] }>("/api/v1/hosts?q=10.128.0.2").items[0]?.status,
			).toBe("up");
			await page.locator("#main", { hasText: "Down · 1" }).waitFor();
			expect(await row("10.128.0.2").textContent()).toContain("Down");
			expect(await page.title()).toStartWith("(1) ");
			const events = rollcall.get<{ items: { kind: string; ip: string }[] }>("/api/v1/events").items;
			expect(events[0]).toMatchObject({ kind: "host_down", ip: "10.128.0.2" });
		});

		test("it comes back, soon after it is recorded (bench:http says how soon)", async () => {
			on(2);
			await page.click('button:has-text("Sweep now")');
			await page.locator("#main", { hasNotText: "Down · 1" }).waitFor();
			const seenAt = Date.now();
			const back = rollcall.get<{ items: { kind: string; at: string }[] }>("/api/v1/events").items[0];
			expect(back?.kind).toBe("host_up");
			expect(seenAt - Date.parse(back?.at ?? "")).toBeLessThan(5_000);
			expect(await page.evaluate(() => (window as unknown as { same?: boolean }).same)).toBe(true);
			const history = rollcall.get<{ items: { up: number; down: number }[] }>(
				"/api/v1/hosts/1/history?step=60",
			).items;
			expect(history.reduce((sum, step) => sum + step.up + step.down, 0)).toBeGreaterThanOrEqual(2);
		});

		test("its past, its changes and its open ports stand on its page, and the API says the same", async () => {
			const [host] = rollcall.get<{ items: { id: number }[] }>("/api/v1/hosts?q=10.128.0.2").items;
			const id = host?.id ?? 0;
			const api = <T>(what: string) => rollcall.get<{ items: T[] }>(`/api/v1/hosts/${id}/${what}`).items;
			// The clock has scanned it when it was new; asked for once more, so that its last scan is after its return.
			const scan = rollcall.send<{ id: number }>("POST", `/api/v1/hosts/${id}/scan`);
			const ended = () => rollcall.get<{ state: string; method: string | null }>(`/api/v1/scans/${scan.id}`);
			await until(() => ended().state === "done", "the scan ends");
			expect(ended()).toMatchObject({ state: "done", method: "nmap" });
			await page.goto(`${URL_NEAR}/hosts/${id}`);
			const ports = page.locator("#host .open-ports");
			await ports.locator("li", { hasText: "22/tcp" }).waitFor();
			expect(await ports.locator("li", { hasText: "22/tcp" }).textContent()).toMatch(/ssh.*OpenSSH 9\.2p1/);
			expect(await ports.locator("li", { hasText: "80/tcp" }).count()).toBe(1);
			await page.locator("#host", { hasText: /nmap (now|\d+ s ago)/ }).waitFor();
			const changes = (await page.locator("#host .events").textContent()) ?? "";
			expect(changes.indexOf("came back")).toBeGreaterThanOrEqual(0);
			expect(changes.indexOf("went down")).toBeGreaterThan(changes.indexOf("came back"));
			for (const name of ["Uptime", "Latency"]) {
				await page.locator("#host .past", { hasText: name }).locator("svg").waitFor();
			}
			const kinds = api<{ kind: string }>("events").map(({ kind }) => kind);
			expect(kinds.filter((kind) => /^host_(up|down)$/.test(kind))).toEqual(["host_up", "host_down"]);
			const steps = api<{ up: number; down: number }>("history?step=60");
			expect(steps.reduce((sum, { down }) => sum + down, 0)).toBeGreaterThan(0);
			expect(steps.reduce((sum, { up }) => sum + up, 0)).toBeGreaterThan(0);
			expect(api<object>("ports")).toMatchObject([
				{ port: 22, service: "ssh", product: "OpenSSH", is_current: true },
				{ port: 80, is_current: true },
			]);
			await page.goto(`${URL_NEAR}/subnets/1`);
			await row("10.128.0.9").waitFor();
		});

		test("an open page survives a restart of the server and sees what changed meanwhile", async () => {
			expect(await rollcall.stop()).toBe(0);
			await page.waitForSelector("text=Reconnecting");
			await rollcall.start();
			rollcall.send("PATCH", "/api/v1/hosts/1", { hostname: "changed-meanwhile" });
			await page.waitForSelector("text=changed-meanwhile");
			await page.waitForSelector("text=/^Live/");
		});

		test("the drawer opens over the page, saves, and closes with Esc", async () => {
			await row("10.128.0.9").locator("a").first().click();
			await page.waitForURL(/\/hosts\/\d+$/);
			await page.click('#drawer [data-field="hostname"]');
			await page.fill("#d-hostname", "nas.lan");
			await page.click('#drawer button[type="submit"]:has-text("Save")');
			await page.click('#drawer [data-field="tags"]');
			await page.fill("#d-tags", "storage, backup");
			await page.keyboard.press("Enter");
			await page.locator("#main", { hasText: "nas.lan" }).waitFor();
			// While the tags are still being stored, Esc would only leave their field.
			await page.locator("#drawer #d-tags").waitFor({ state: "detached" });
			await page.keyboard.press("Escape");
			await page.waitForURL(/\/subnets\/1$/);
			expect(rollcall.get<{ items: { tags: string[] }[] }>("/api/v1/hosts?q=nas.lan").items[0]?.tags).toEqual(
				["storage", "backup"],
			);
		});

		test("Ping now shows an answer a second, as it comes", async () => {
			await row("10.128.0.9").locator("a").first().click();
			await page.click("#drawer button:text-is('Ping now')");
			await page.waitForSelector("#d-ping .got:nth-child(3)");
			expect(await page.textContent("#d-ping .sum")).toMatch(/^[34] of [34] answered · min [<\d.]+ · mean/);
			await page.keyboard.press("Escape");
			await page.waitForURL(/\/subnets\/1$/);
		});

		test("no error in the console, no request to anybody else", () => {
			expect(faults).toEqual([]);
		});
	},
);
