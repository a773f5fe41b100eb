/** Takes pictures of every page in every theme and size into shots/: `bun tests/shots/gallery.ts [word in the name]`. */

import { mkdirSync } from "node:fs";
import type { Browser } from "playwright-core";
import { browserProblem, openBrowser } from "../helpers/browser.ts";
import { type Gallery, openGallery } from "../helpers/gallery.ts";
import { GALLERY_PAGES, unfold } from "../helpers/gallery-paths.ts";

const SIZES = { wide: [1400, 900], tablet: [1024, 768], phone: [390, 844] } as const;
const THEMES = ["light", "dark", "contrast"] as const;

async function shoot(
	browser: Browser,
	gallery: Gallery,
	theme: string,
	size: keyof typeof SIZES,
	only: string,
) {
	const [width, height] = SIZES[size];
	const context = await browser.newContext({ viewport: { width, height }, reducedMotion: "reduce" });
	await context.addCookies([{ name: "theme", value: theme, url: gallery.url }]);
	const page = await context.newPage();
	page.on("console", (message) => {
		if (message.type() === "error" || message.type() === "warning") console.log(`  ${message.text()}`);
	});
	for (const [name, path] of Object.entries(GALLERY_PAGES)) {
		if (!`${name}-${theme}-${size}`.includes(only)) continue;
		await page.goto(gallery.url + path, { waitUntil: "load" });
		await unfold(page, name);
		await page.waitForTimeout(200);
		const file = `shots/${name}-${theme}-${size}.png`;
		await page.screenshot({
			path: file,
			fullPage:
				!["drawer", "here", "undo"].includes(name) && (size !== "wide" || !/^(dashboard|subnet)/.test(name)),
		});
		console.log(file);
	}
	await context.close();
}

if (import.meta.main) {
	const problem = browserProblem();
	if (problem !== undefined) throw new Error(`${problem}: apt-get install chromium`);
	mkdirSync("shots", { recursive: true });
	const gallery = openGallery();
	const browser = await openBrowser();
	const only = process.argv[2] ?? "";
	for (const theme of THEMES) {
		for (const size of Object.keys(SIZES) as (keyof typeof SIZES)[])
			await shoot(browser, gallery, theme, size, only);
	}
	await browser.close();
	gallery.stop();
}
