/** What takes a while, seen in a browser: the page follows by itself from the first row to the last, and is stopped. */

import { expect, test } from "bun:test";
import { type Clock, systemClock } from "../../src/clock.ts";
import { BATCH_LIMITS } from "../../src/model/batch.ts";
import { browserProblem, isMistake, openBrowser } from "../helpers/browser.ts";
import { openLiveApp } from "../helpers/live-app.ts";
import { signedBrowser } from "../helpers/signed.ts";

const ROWS = 8_000;

/** However fast the machine: between two slices a batch rests so long, in milliseconds, that it can be watched. */
const REST_MS = 150;
const unhurried: Clock = {
	...systemClock,
	sleep: (ms, signal) => systemClock.sleep(ms === BATCH_LIMITS.restMs ? REST_MS : ms, signal),
};

test.skipIf(browserProblem() !== undefined)(
	"a file is read and written, undone half-way, and undone to its end",
	async () => {
		const live = await openLiveApp({ clock: unhurried });
		const browser = signedBrowser(await openBrowser());
		const page = await (await browser.newContext()).newPage();
		const errors: string[] = [];
		page.on("pageerror", (error) => errors.push(error.message));
		page.on("console", (message) => isMistake(message) && errors.push(message.text()));
		try {
			const rows = Array.from(
				{ length: ROWS },
				(_, n) => `10.9.${(n + 1) >> 8}.${(n + 1) & 255},h${n},10.9.0.0/16`,
			);
			const text = `ip,hostname,subnet\n${rows.join("\n")}\n`;
			await page.goto(`${live.url}/imports`);
			const file = { name: "hosts.csv", mimeType: "text/csv", buffer: Buffer.from(text) };
			await page.setInputFiles("#import-file", file);
			await page.click("text=Look at it");
			await page.click("text=Import: add");
			await page.click("text=Undo this import");
			await page.waitForSelector("[data-underway]");
			expect(new URL(page.url()).pathname).toMatch(/^\/batches\/\d+$/);
			await page.click("button:text-is('Stop')");
			await page.waitForSelector("text=undone already");
			await page.click("button:text-is('Undo')");
			await page.waitForSelector("text=Everything is as it was before");
			expect(live.app.context.db.query("SELECT count(*) AS n FROM host").get()).toEqual({ n: 0 });
			expect(errors).toEqual([]);
		} finally {
			await browser.close();
			await live.close();
		}
	},
);
