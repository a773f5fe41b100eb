/** Takes pictures of what is seen before and about signing in into shots/: of a real Rollcall in memory. */

import { mkdirSync } from "node:fs";
import { openApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config.ts";
import { silentLog } from "../../src/log.ts";
import { openBrowser } from "../helpers/browser.ts";
import { signedContext, signIn } from "../helpers/signed.ts";

const SIZES = { wide: [1280, 900], phone: [390, 844] } as const;
const INSIDE = { account: "/account", users: "/settings/users", tokens: "/settings/tokens", menu: "/" };

mkdirSync("shots", { recursive: true });
const app = await openApp(loadConfig({ env: { DATABASE_URL: ":memory:", PORT: "0" } }), { log: silentLog });
const url = app.url ?? "";
const browser = await openBrowser();
for (const step of ["setup", "login", "inside"]) {
	if (step === "login")
		for (const role of ["admin", "editor", "viewer"] as const) signIn(app.context.db, role);
	for (const [size, [width, height]] of Object.entries(SIZES)) {
		for (const theme of ["light", "dark", "contrast"]) {
			const options = { viewport: { width, height } };
			const inside = step === "inside";
			const context = inside ? await signedContext(browser, url, options) : await browser.newContext(options);
			await context.addCookies([{ name: "theme", value: theme, url }]);
			const page = await context.newPage();
			page.on("console", (message) => console.log(`  ${message.text()}`));
			for (const [name, path] of Object.entries(inside ? INSIDE : { [step]: "/" })) {
				await page.goto(url + path);
				if (name === "menu") await page.click(".me");
				await page.waitForTimeout(150);
				await page.screenshot({ path: `shots/door-${name}-${theme}-${size}.png`, fullPage: name !== "menu" });
			}
			await context.close();
		}
	}
}
await browser.close();
await app.close();
