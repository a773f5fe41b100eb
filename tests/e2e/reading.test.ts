/**
 * Reading the real program in a real browser: an address in the URL comes into view, lists grow both ways and stay
 * whole when something changes, the tab tells of what is down, and hostile texts are shown as they were typed.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { formatAddress, toKey } from "../../src/net/address.ts";
import { insertEvent } from "../../src/store/events.ts";
import { browserProblem, openBrowser } from "../helpers/browser.ts";
import { type LiveApp, openLiveApp, putMac, putPort, send } from "../helpers/live-app.ts";
import { HOSTILE } from "../helpers/office.ts";
import { soon } from "../helpers/patience.ts";
import { signedContext } from "../helpers/signed.ts";
import { address } from "../helpers/world.ts";

const missing = browserProblem() !== undefined;
let live: LiveApp;
let browser: Browser;
let page: Page;
const complaints: string[] = [];

/** 300 hosts that are up, at every third address of 10.1.0.0/22. */
async function fillHall(): Promise<void> {
	await send(live.url, "/subnets", { cidr: "10.1.0.0/22", name: "Hall", sweep_enabled: false });
	const insert = live.app.context.db.query(
		`INSERT INTO host (ip, ip_key, subnet_id, hostname, status, status_order, status_since, first_seen_at, last_seen_at,
			created_at, updated_at) VALUES (?, ?, 1, ?, 'up', 0, 1, 1, 1, 1, 1)`,
	);
	for (let n = 1; n <= 300; n++) {
		const at = address("10.1.0.0") + BigInt(3 * n);
		insert.run(formatAddress(at), toKey(at), `desk-${n}`);
	}
}

/** Every hostile text in every field that a person or a stranger on the network fills. */
async function fillHostile(): Promise<void> {
	const { db } = live.app.context;
	await send(live.url, "/subnets", { cidr: "10.66.0.0/24", name: "x", sweep_enabled: false });
	for (const [n, text] of HOSTILE.entries()) {
		const { id } = await send(live.url, "/hosts", { ip: `10.66.0.${n + 1}`, tags: ["t"] });
		db.query(
			`UPDATE host SET hostname = ?1, description = ?1, notes = ?1, tags_json = ?2, ptr_name = ?1, snmp_name = ?1,
				status = 'up', status_order = 0, status_since = 1, first_seen_at = 1, last_seen_at = 1, scan_problem = ?1
			WHERE id = ?3`,
		).run(text.slice(0, 253), JSON.stringify([text.slice(0, 40)]), id);
		putMac(live.app, id, "02:00:00:00:00:01", text);
		putPort(live.app, id, 443, text);
		for (const kind of ["host_down", "host_edited", "port_opened", "sweep_failed", "name_changed"] as const) {
			insertEvent(db, {
				...{ at: Date.now(), kind, subnetId: 2, hostId: id, ip: `10.66.0.${n + 1}`, label: text },
				detail: { field: text, new: text, old: text, service: text, proto: "tcp", port: 1, reason: text },
			});
		}
	}
	const [first = "", second = ""] = HOSTILE;
	db.query("UPDATE subnet SET name = ?, notes = ?, last_sweep_problem = ? WHERE id = 2").run(
		first,
		HOSTILE.join("\n"),
		second,
	);
	await send(live.url, "/webhooks", { name: second, url: "https://example.org/", topics: ["down"] });
}

beforeAll(async () => {
	if (missing) return;
	live = await openLiveApp();
	await fillHall();
	await fillHostile();
	browser = await openBrowser();
	const context = await signedContext(browser, live.url, { viewport: { width: 1440, height: 900 } });
	page = await context.newPage();
	page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
	page.on("pageerror", (error) => complaints.push(error.message));
	page.on("request", (request) => {
		if (!request.url().startsWith(live.url) && !request.url().startsWith("data:"))
			complaints.push(request.url());
	});
});

afterAll(async () => {
	await browser?.close();
	await live?.close();
});

const top = (selector: string) =>
	page.evaluate((selector) => document.querySelector(selector)?.getBoundingClientRect().top ?? -1, selector);
const rows = () => page.locator('tr[id^="h"]').count();

describe.skipIf(missing)(`reading${missing ? ": skipped, chromium is missing" : ""}`, () => {
	test("an address in the URL is in view, whether a host has it or nobody", async () => {
		for (const [order, ip] of [
			["alive", "10.1.2.88"],
			["address", "10.1.2.88"],
			["address", "10.1.2.89"],
			["alive", "10.1.2.89"],
		]) {
			await page.goto(`${live.url}/subnets/1?order=${order}&at=${ip}`);
			await page.waitForSelector("#light.live, #light.bad, #light.limited");
			const y = await top("#at");
			expect([
				y > 60 && y < 840,
				await page.textContent("tr[aria-current] .address, tr[aria-current] .range"),
			]).toEqual([true, ip ?? ""]);
		}
		await page.goto(`${live.url}/subnets/1?status=down&at=10.1.2.88`);
		expect(await page.textContent(".filters .aside")).toBe("10.1.2.88 is not in this list");
	});

	test("rows before it come above without moving it, and stay when something changes", async () => {
		await page.goto(`${live.url}/subnets/1?order=address&at=10.1.2.88`);
		await page.waitForSelector("#light.live, #light.bad, #light.limited");
		await page.locator("#earlier").scrollIntoViewIfNeeded();
		const [before, y] = [await rows(), await top("#at")];
		await page.click("#earlier a");
		await page.waitForFunction((n) => document.querySelectorAll('tr[id^="h"]').length >= n + 100, before);
		await soon(async () => expect(Math.abs((await top("#at")) - y)).toBeLessThan(3));
		const all = await rows();
		await send(live.url, "/hosts", { ip: "10.1.2.90", hostname: "new-desk" });
		await page.waitForSelector("tr:has-text('new-desk')");
		// As many as before: the last one may have gone into the next window.
		expect(await rows()).toBeGreaterThanOrEqual(all);
		expect(await page.textContent("tr[aria-current] .address")).toBe("10.1.2.88");
	});

	test("the tab tells how many are down, and its icon turns red", async () => {
		await page.goto(`${live.url}/subnets/1`);
		await page.waitForSelector("#light.live, #light.bad, #light.limited");
		expect(await page.title()).toBe("Hall · Rollcall");
		expect(await page.getAttribute("#icon", "href")).toContain("favicon-");
		const { db, bus } = live.app.context;
		db.query("UPDATE host SET status = 'down', status_order = 1 WHERE id IN (1, 2)").run();
		bus.publish({ kind: "change", change: { subnetIds: [1], hostIds: [1, 2], urgent: true } });
		await page.waitForFunction(() => document.title === "(2) Hall · Rollcall");
		await page.waitForSelector("#icon[href*='favicon-down']", { state: "attached" });
		await page.waitForSelector(".usage .down:has-text('2 down')");
	});

	test("hostile texts in every field are shown as typed on every page, and none of them runs", async () => {
		const { db } = live.app.context;
		const ids = db.query<{ id: number }, []>("SELECT id FROM host WHERE subnet_id = 2").all();
		const paths = [
			...[
				"/",
				"/?status=&q=%3Cscript",
				"/subnets",
				"/subnets/2",
				"/subnets/2?order=address",
				"/subnets/2/edit",
			],
			...["/subnets/2/delete", "/activity", "/activity?q=%22%3E%3Cimg", "/search?q=%3Cscript", "/settings"],
			...["/settings/webhooks", "/settings/webhooks/1", "/doctor", "/export"],
			...ids.map(({ id }) => `/hosts/${id}`),
		];
		complaints.length = 0;
		for (const path of paths) {
			await page.goto(live.url + path);
			const seen = await page.evaluate(() => ({
				xss: "__xss" in globalThis,
				over: document.documentElement.scrollWidth - innerWidth,
				made: document.querySelectorAll(
					"main script, main img, [onerror], [onmouseover], main [hx-get='/boom']",
				).length,
			}));
			expect([path, seen]).toEqual([path, { xss: false, over: 0, made: 0 }]);
		}
		expect(complaints).toEqual([]);
		await page.goto(`${live.url}/subnets/2`);
		expect(await page.textContent("h1 bdi")).toBe(HOSTILE[0] ?? "");
		expect(await page.locator(`td.name:has-text("${"{{7*7}} $"}")`).count()).toBe(1);
	});
});
