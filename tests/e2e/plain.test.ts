/** Without a script everything can be read and every form works. */

import { describe, expect, test } from "bun:test";
import { browserProblem, openBrowser } from "../helpers/browser.ts";
import { openGallery } from "../helpers/gallery.ts";

const missing = browserProblem() !== undefined;

describe.skipIf(missing)(`without a script${missing ? ": skipped, chromium is missing" : ""}`, () => {
	test("lists, windows, drawers and forms are plain pages", async () => {
		const gallery = openGallery();
		const browser = await openBrowser();
		const context = await browser.newContext({ javaScriptEnabled: false });
		const plain = await context.newPage();
		await plain.goto(`${gallery.url}/subnets/3`);
		await plain.click("#more a");
		expect(plain.url()).toContain("after=100");
		await plain.goto(`${gallery.url}/subnets/1`);
		await plain.click("#g10\\.0\\.0\\.3 a:has-text('Show')");
		expect(plain.url()).toContain("open=10.0.0.3");
		expect(await plain.textContent("#f10\\.0\\.0\\.3 .size")).toBe("unused");
		await plain.selectOption("#by-tag", "dhcp");
		await plain.click("#filter-form button");
		expect(plain.url()).toContain("tag=dhcp");
		await plain.goto(`${gallery.url}/subnets/1`);
		await plain.click('tr a[data-drawer]:text-is("10.0.0.14")');
		await plain.goto(`${gallery.url}/x/wrong-subnet`);
		await plain.click("button:has-text('Use 10.0.0.0/24')");
		expect(gallery.world.posts.at(-1)).toMatchObject({
			path: "/subnets",
			form: { cidr: "10.0.0.0/24", name: "Lab" },
		});
		await browser.close();
		gallery.stop();
	});
});
