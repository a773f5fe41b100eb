/** The sheet of a subnet on paper: hosts and gaps, black on white whatever the theme, nothing that can only be pressed. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { browserProblem, openBrowser } from "../helpers/browser.ts";
import { type Gallery, openGallery } from "../helpers/gallery.ts";

const missing = browserProblem() !== undefined;
/** A4 without its margins of 10 mm, in CSS pixels. */
const PAPER = { width: 718, height: 1_032 };

let gallery: Gallery;
let browser: Browser;
let page: Page;

beforeAll(async () => {
	if (missing) return;
	gallery = openGallery();
	browser = await openBrowser();
	const context = await browser.newContext({ viewport: PAPER });
	await context.addCookies([{ name: "theme", value: "dark", url: gallery.url }]);
	page = await context.newPage();
	await page.emulateMedia({ media: "print" });
});

afterAll(async () => {
	await browser?.close();
	gallery?.stop();
});

describe.skipIf(missing)(`on paper${missing ? ": skipped, chromium is missing" : ""}`, () => {
	test("a subnet's sheet holds every host and gap in columns, and no buttons", async () => {
		await page.goto(`${gallery.url}/subnets/1?order=address`);
		const seen = await page.evaluate(() => {
			const shows = (selector: string) =>
				[...document.querySelectorAll(selector)].filter((element) => element.checkVisibility()).length;
			return {
				hosts: shows('tr[id^="h"]'),
				gaps: shows("tr.gap"),
				pressed: shows("button, .button, .mini, select, input, .top"),
				columns: shows("table.hosts thead th"),
				tags: shows("td.tags .tag"),
				cells: shows(".map > *"),
				/** Titles of columns in more than one line, or that stick out of theirs. */
				broken: [...document.querySelectorAll("table.hosts thead th")].flatMap((title) => {
					const range = document.createRange();
					range.selectNodeContents(title);
					const lines = new Set([...range.getClientRects()].map(({ bottom }) => Math.round(bottom)));
					return lines.size > 1 || title.scrollWidth > title.clientWidth ? (title.textContent ?? "") : [];
				}),
				over: document.documentElement.scrollWidth - innerWidth,
				ink: getComputedStyle(document.body).color,
				row: getComputedStyle(document.querySelector("tr.gap") as Element).display,
			};
		});
		expect(seen).toMatchObject({ hosts: 47, pressed: 0, columns: 7, cells: 256, over: 0, row: "table-row" });
		expect(seen.broken).toEqual([]);
		expect(seen.gaps).toBeGreaterThan(30);
		expect(seen.tags).toBeGreaterThan(10);
		expect(seen.ink).toBe("rgb(20, 24, 31)");
	});

	test("printed on A4 it is a few sheets", async () => {
		await page.goto(`${gallery.url}/subnets/1?order=address`);
		const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true });
		const text = pdf.toString("latin1");
		expect(text).toStartWith("%PDF");
		// 210 × 297 mm in points.
		const boxes = [...text.matchAll(/\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/g)];
		expect(boxes.length).toBeGreaterThan(0);
		for (const [, width, height] of boxes) {
			expect(Math.round(Number(width) / 2.8346)).toBe(210);
			expect(Math.round(Number(height) / 2.8346)).toBe(297);
		}
		const pages = text.match(/\/Type \/Page\b(?!s)/g)?.length ?? 0;
		expect(pages).toBeGreaterThanOrEqual(2);
		expect(pages).toBeLessThanOrEqual(4);
	});

	test("a list that is not whole says so on its sheet", async () => {
		// Without the script, which would have fetched the rest by now.
		const plain = await (await browser.newContext({ viewport: PAPER, javaScriptEnabled: false })).newPage();
		await plain.emulateMedia({ media: "print" });
		await plain.goto(`${gallery.url}/subnets/3`);
		const says = await plain.evaluate(
			() => getComputedStyle(document.querySelector("#more td") as Element, "::after").content,
		);
		expect(says).toContain("More rows are not on this sheet");
	});
});
