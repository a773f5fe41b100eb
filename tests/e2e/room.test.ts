/** Room, in a real browser: what is said does not cover what can be pressed, and lines are cut no more than they must. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser, Locator, Page } from "playwright-core";
import { browserProblem, openBrowser, WATCH_SHIFT } from "../helpers/browser.ts";
import { type Gallery, openGallery } from "../helpers/gallery.ts";
import { elapse } from "../helpers/patience.ts";

const missing = browserProblem() !== undefined;
let browser: Browser;
let gallery: Gallery;

beforeAll(async () => {
	if (missing) return;
	browser = await openBrowser();
	gallery = openGallery();
});
afterAll(async () => {
	await browser?.close();
	gallery?.stop();
});

async function open(path: string, width: number): Promise<Page> {
	const page = await (await browser.newContext({ viewport: { width, height: 844 } })).newPage();
	await page.goto(gallery.url + path);
	await page.waitForSelector("#light.live");
	return page;
}

const box = (element: Locator) => element.evaluate((e) => e.getBoundingClientRect().toJSON() as DOMRect);
const panel = (page: Page, title: string) => page.locator(`section.panel[aria-labelledby="${title}"]`);
const isCut = (element: Locator) => element.evaluate((e) => e.scrollWidth > e.clientWidth);

/** A message in the page's own way: a wish that no answer comes to. */
async function refuse(page: Page): Promise<void> {
	await page.route("**/sweep", (route) => route.abort());
	await page.click("button:text-is('Sweep now')");
	await page.waitForSelector(".toast:has-text('Rollcall did not answer.')");
}

describe.skipIf(missing)(`room${missing ? ": skipped, chromium is missing" : ""}`, () => {
	test.each([390, 1024, 1400])(
		"a message stands above the offer to undo at %d px, both inside",
		async (width) => {
			const page = await open("/subnets/1?undo=4", width);
			await refuse(page);
			const [toast, undo] = await Promise.all([box(page.locator(".toast")), box(page.locator(".undo-bar"))]);
			expect(toast.bottom).toBeLessThan(undo.top);
			for (const one of [toast, undo]) {
				expect(one.left).toBeGreaterThanOrEqual(0);
				expect(one.right).toBeLessThanOrEqual(width);
			}
			await page.click("#undo button", { trial: true });
			await page.context().close();
		},
	);

	test("the offer to undo leaves the bar of picked rows in reach", async () => {
		const page = await open("/subnets/1?undo=4", 1400);
		await page.focus('tr a:text-is("10.0.0.14")');
		await page.keyboard.press("x");
		const [undo, bulk] = await Promise.all([box(page.locator(".undo-bar")), box(page.locator(".bulk"))]);
		expect(undo.bottom).toBeLessThanOrEqual(bulk.top);
		await page.context().close();
	});

	test.each([1024, 1400])("an IPv6 address of full length stands in one line at %d px", async (width) => {
		const page = await open("/subnets/10", width);
		const heights = await page
			.locator("tbody th.address")
			.evaluateAll((all) => all.map((e) => e.clientHeight));
		expect(Math.max(...heights)).toBeLessThanOrEqual(36);
		expect(await isCut(page.locator('tr:has-text("edge5") .status'))).toBe(false);
		await page.context().close();
	});

	test("on a wide screen without a mouse the boxes of rows are large enough for a finger", async () => {
		const context = await browser.newContext({
			...{ viewport: { width: 1024, height: 768 }, hasTouch: true, isMobile: true },
		});
		const page = await context.newPage();
		await page.goto(`${gallery.url}/subnets/1`);
		await page.waitForSelector("#light.live");
		const [pick, link] = await Promise.all([
			box(page.locator(".pick").first()),
			box(page.locator("tbody .address a").first()),
		]);
		expect(Math.min(pick.width, pick.height)).toBeGreaterThanOrEqual(24);
		expect(pick.right).toBeLessThanOrEqual(link.left);
		await context.close();
	});

	test("the size of a range is not broken within the number on a phone", async () => {
		const page = await open("/subnets/10", 390);
		const lines = await page.locator("tr.gap .size").evaluateAll((all) =>
			all.map((one) => {
				const text = document.createRange();
				text.selectNodeContents(one);
				return text.getClientRects().length;
			}),
		);
		expect(lines.length).toBeGreaterThan(5);
		expect(Math.max(...lines)).toBe(1);
		await page.context().close();
	});

	test.each([390, 1024, 1400])(
		"“What changed” is not below the hosts, whose list grows, at %d px",
		async (width) => {
			const page = await open("/", width);
			const [changes, hosts] = await Promise.all([box(panel(page, "changes")), box(panel(page, "hosts"))]);
			if (width > 1180) expect(changes.left).toBeGreaterThan(hosts.right);
			else expect(changes.bottom).toBeLessThan(hosts.top);
			await page.context().close();
		},
	);

	test("a long “What changed” beside few subnets opens no hole between them and the hosts", async () => {
		const page = await open("/", 1400);
		await page.evaluate(() => {
			for (const line of document.querySelectorAll(".subnets li:nth-child(n+2), .two tbody tr"))
				line.remove();
		});
		const [subnets, hosts] = await Promise.all([box(panel(page, "subnets")), box(panel(page, "hosts"))]);
		expect(hosts.top - subnets.bottom).toBeWithin(10, 30);
		await page.context().close();
	});

	test("in “What changed” a part is cut only where the other leaves it no room, and the title says all", async () => {
		const page = await open("/x/more-subnets", 1400);
		const line = (text: string) => page.locator(`.changes li:has-text("${text}") .what`);
		// What happened is short: it stays whole, and the name has all the rest.
		const down = line("went down").first();
		expect(await isCut(down.locator(".says"))).toBe(false);
		const [says, what] = [await box(down.locator(".says")), await box(down)];
		expect(what.right - says.right).toBeLessThan(2);
		// A short name stays whole beside a long sentence.
		const conflict = line("nas.lan");
		expect(await isCut(conflict.locator(".subject"))).toBe(false);
		expect(await isCut(conflict.locator(".says"))).toBe(true);
		expect(await conflict.getAttribute("title")).toBe(
			"nas.lan answers with the hardware address of 10.0.0.201, 00:11:32:8a:4c:01 (Synology)",
		);
		// An IPv4 address is never cut; nor is how long a silence lasted.
		expect(await isCut(line("192.168.100.187").locator(".subject"))).toBe(false);
		const after = line("came back").locator(".says");
		expect([await after.textContent(), await isCut(after)]).toEqual(["came back after 1 h", false]);
		// Where both are long, neither is without room.
		const back = line("came back");
		expect((await box(back.locator(".subject"))).width).toBeGreaterThan((await box(back)).width * 0.32);
		await page.context().close();
	});
});

/** The page as a slow line brings it: what is before the main part at once, then piece by piece. */
function slowly(text: string): ReadableStream<Uint8Array> {
	const at = text.indexOf("<main");
	const step = Math.ceil((text.length - at) / 8);
	const pieces = [text.slice(0, at)];
	for (let from = at; from < text.length; from += step) pieces.push(text.slice(from, from + step));
	return new ReadableStream({
		async pull(controller) {
			const piece = pieces.shift();
			if (piece === undefined) return controller.close();
			controller.enqueue(new TextEncoder().encode(piece));
			// So long that the browser paints what it has.
			await elapse(60);
		},
	});
}

describe.skipIf(missing)("a page that comes piece by piece", () => {
	test.each(["/settings/webhooks", "/", "/subnets/1"])("%s does not jump on a phone", async (path) => {
		const server = Bun.serve({
			port: 0,
			hostname: "127.0.0.1",
			async fetch(request) {
				const url = new URL(request.url);
				const answer = await fetch(gallery.url + url.pathname + url.search);
				if (url.pathname !== path) return answer;
				return new Response(slowly(await answer.text()), {
					headers: { "content-type": "text/html; charset=utf-8" },
				});
			},
		});
		const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
		await context.addInitScript(WATCH_SHIFT);
		const page = await context.newPage();
		await page.goto(`http://127.0.0.1:${server.port}${path}`);
		await page.waitForSelector("#light.live");
		expect(await page.evaluate(() => (globalThis as unknown as { shift: number }).shift)).toBeLessThan(0.02);
		await context.close();
		server.stop(true);
	});
});
