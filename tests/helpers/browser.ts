/** Where the browser for tests is, and how it is started: without talking to anyone, and patient with a busy machine. */

import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";
import { PATIENCE_MS } from "./patience.ts";

export const CHROMIUM = "/usr/bin/chromium";
const ARGS = [
	"--no-sandbox",
	"--disable-gpu",
	"--disable-quic",
	"--no-first-run",
	"--disable-background-networking",
	"--disable-component-update",
	"--disable-sync",
];

/** Why there is no browser here, or undefined. */
export function browserProblem(): string | undefined {
	return existsSync(CHROMIUM) ? undefined : "chromium is missing";
}

/** Starts it; `enter` is a command that it is started through. Whatever its pages wait for, they wait long. */
export async function openBrowser(executablePath = CHROMIUM): Promise<Browser> {
	const browser = await chromium.launch({ executablePath, args: ARGS, timeout: PATIENCE_MS });
	const plain = browser.newContext.bind(browser);
	browser.newContext = async (options) => {
		const context = await plain(options);
		context.setDefaultTimeout(PATIENCE_MS);
		return context;
	};
	browser.newPage = async (options) => (await browser.newContext(options)).newPage();
	return browser;
}

/**
 * Is a line of the console something to mend? Not that a page which was left had still been asking: the browser ends
 * such a request, and htmx writes that down.
 */
export function isMistake(message: { type(): string; text(): string }): boolean {
	return message.type() === "error" && !/^htmx: htmx:error: .*AbortError/.test(message.text());
}
