/** Open ports as a person sees them: "Scan ports" in the open drawer, and what a real nmap finds, without a reload. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { browserProblem } from "../helpers/browser.ts";
import { HONEST_SSH, HOSTILE_FTP, type Listeners, listen } from "../helpers/listeners.ts";
import { configure, FAR, type Lab, labProblem, openLab } from "../helpers/netns.ts";
import { browserNear, type Rollcall, startRollcall, URL_NEAR } from "../helpers/rollcall.ts";

const problem = labProblem("curl", "nmap") ?? browserProblem();
const CIDR = "10.128.0.0/28";

let lab: Lab;
let rollcall: Rollcall;
let first: Listeners;
let second: Listeners | undefined;
let chromium: Awaited<ReturnType<typeof browserNear>>;
let page: Page;
const faults: string[] = [];

describe.skipIf(problem !== undefined)(
	`open ports in Chromium${problem === undefined ? "" : ` (${problem})`}`,
	() => {
		beforeAll(async () => {
			lab = openLab(51);
			configure(lab, {
				near: [`route add ${CIDR} via ${FAR}`],
				far: [`route add blackhole ${CIDR}`, "route add local 10.128.0.9/32 dev lo"],
			});
			first = await listen(lab, [{ port: 22, banner: HONEST_SSH }]);
			const NMAP_ARGS = "-Pn -T4 -p 21,22 -sS -sV --version-intensity 0";
			rollcall = await startRollcall(lab, { NMAP_ARGS });
			rollcall.send("POST", "/api/v1/subnets", { cidr: CIDR });
			chromium = await browserNear(lab);
			page = await chromium.browser.newPage();
			page.on("pageerror", (error) => faults.push(String(error)));
			page.on("dialog", (dialog) => faults.push(`a dialog: ${dialog.message()}`));
		});

		afterAll(async () => {
			await chromium?.close();
			await rollcall?.close();
			await first?.close();
			await second?.close();
			lab?.close();
		});

		test("what the first scan finds appears in the row of the open page", async () => {
			await page.goto(`${URL_NEAR}/subnets/1`);
			const row = page.locator("tr", { hasText: "10.128.0.9" }).first();
			await row.waitFor();
			await page.evaluate(() => {
				(window as unknown as { same: boolean }).same = true;
			});
			await page.locator("tr", { hasText: "22/ssh" }).first().waitFor();
			await row.locator("a").first().click();
			await page.locator("#drawer .open-ports", { hasText: "OpenSSH" }).waitFor();
			await page.locator("#drawer", { hasText: /nmap \d+ \w+ ago · next in/ }).waitFor();
		});

		test("“Scan ports” in the drawer: a port that opened is there with its event, what is being typed stays", async () => {
			second = await listen(lab, [{ port: 21, banner: HOSTILE_FTP }]);
			await page.click('#drawer button:has-text("Scan ports")');
			await page.click('#drawer [data-field="description"]');
			await page.fill("#d-description", "half a sent");
			const ports = page.locator("#drawer .open-ports");
			await ports.locator("li", { hasText: "21/tcp" }).waitFor();
			expect(await ports.textContent()).toContain("<script>alert(1)</script>");
			expect(await ports.locator("li", { hasText: "21/tcp" }).locator(".pill.new").count()).toBe(1);
			await page.locator("#drawer .events", { hasText: "opened 21/ftp" }).waitFor();
			await page.locator("#drawer button:has-text('Scan ports')").waitFor();
			expect(await page.inputValue("#d-description")).toBe("half a sent");
			expect(await page.evaluate(() => (window as unknown as { same?: boolean }).same)).toBe(true);
		});

		test("no error, no script that a banner brought", () => expect(faults).toEqual([]));
	},
);
