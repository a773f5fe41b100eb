/** /docs in a real browser, without any network: drawn under the strict policy, and what is tried out works. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser } from "playwright-core";
import { createToken } from "../../src/ipam/tokens.ts";
import { browserProblem, openBrowser } from "../helpers/browser.ts";
import { type LiveApp, openLiveApp, send } from "../helpers/live-app.ts";
import { signedContext } from "../helpers/signed.ts";

const missing = browserProblem() !== undefined;

describe.skipIf(missing)(`/docs${missing ? ": skipped, chromium is missing" : ""}`, () => {
	let live: LiveApp;
	let browser: Browser;
	beforeAll(async () => {
		live = await openLiveApp();
		await send(live.url, "/subnets", { cidr: "10.0.0.0/24", name: "Office LAN" });
		browser = await openBrowser();
	});
	afterAll(async () => {
		await browser?.close();
		await live?.close();
	});

	test("is drawn, breaks no policy, asks no other server; try it out works by session and by token", async () => {
		const context = await signedContext(browser, live.url);
		const page = await context.newPage();
		const elsewhere: string[] = [];
		page.on("request", (request) => {
			if (!request.url().startsWith(live.url) && !request.url().startsWith("data:"))
				elsewhere.push(request.url());
		});
		const wrong: string[] = [];
		page.on("console", (message) => {
			if (message.type() === "error") wrong.push(message.text());
		});
		page.on("pageerror", (error) => wrong.push(error.message));
		await page.goto(`${live.url}/docs`);
		await page.waitForSelector("#operations-Subnets-createSubnet");
		expect(await page.locator(".opblock").count()).toBeGreaterThan(30);
		const tryOut = async (id: string) => {
			const block = page.locator(`#operations-Subnets-${id}`);
			await block.locator(".opblock-summary-control").click();
			await block.locator("button.try-out__btn").click();
			return block;
		};
		const made = await tryOut("createSubnet");
		await made.locator("textarea.body-param__text").fill('{"cidr":"10.5.0.0/24","name":"Made here"}');
		await made.locator("button.execute").click();
		await made.locator(".live-responses-table .response-col_status:has-text('201')").waitFor();
		// What is printed for a terminal works there: it shows nothing of the session, and asks for a token.
		const printed = (await made.locator(".curl").textContent()) ?? "";
		expect(printed).toContain('"Authorization: Bearer $TOKEN"');
		expect(printed).not.toContain("x-csrf-token");
		const writer = createToken(live.app.context, { name: "shell", scope: "write", days: 1 });
		const command = printed
			.replace("10.5.0.0/24", "10.6.0.0/24")
			.replace("curl", "curl --silent --max-time 20");
		const ran = Bun.spawn(["bash", "-c", command], {
			...{ env: { PATH: process.env.PATH, TOKEN: writer.key }, stdout: "pipe" },
		});
		const answered = await new Response(ran.stdout).text();
		expect(JSON.parse(answered)).toMatchObject({ cidr: "10.6.0.0/24", name: "Made here" });
		const { key } = createToken(live.app.context, { name: "docs", scope: "read", days: 1 });
		await page.locator("button.authorize").first().click();
		await page.locator(".auth-container input").first().fill(key);
		await page.locator("button.authorize.modal-btn").first().click();
		await page.locator("button.btn-done").first().click();
		const list = await tryOut("listSubnets");
		await list.locator("button.execute").click();
		await list.locator(".live-responses-table .response-col_status:has-text('200')").waitFor();
		expect(await list.locator(".live-responses-table .highlight-code").first().textContent()).toContain(
			"Made here",
		);
		expect(await list.locator(".curl").textContent()).toContain(`Authorization: Bearer ${key}`);
		// The token reads only: as its owner one may not write, whatever the session may.
		await made.locator("button.execute").click();
		await made.locator(".live-responses-table .response-col_status:has-text('403')").waitFor();
		expect(elsewhere).toEqual([]);
		expect(wrong.filter((line) => !line.includes("403"))).toEqual([]);
		await context.close();
	});
});
