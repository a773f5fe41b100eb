/** Where the browser for tests is, and how it is started: without talking to anyone, and patient with a busy machine. */

import { expect } from "bun:test";
import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
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

/** For a page before it loads: adds up in `shift` how far things jump while nobody has touched it. */
export const WATCH_SHIFT = `globalThis.shift = 0; new PerformanceObserver((list) => {
	for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });`;

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

export type Tab = {
	readonly page: Page;
	/** Opens a page and waits until its stream is up. */
	open(url: string): Promise<void>;
	/** Closes it; until then nothing broke in it and the console said nothing to mend. */
	leave(): Promise<void>;
};

/** A tab in a context of its own, as wide as a desk. `meant`: what the console may say, because the test wants it. */
export async function openTab(browser: Browser, meant?: RegExp): Promise<Tab> {
	const page = await (await browser.newContext({ viewport: { width: 1440, height: 1000 } })).newPage();
	const errors: string[] = [];
	page.on("pageerror", (error) => errors.push(error.message));
	page.on("console", (message) => {
		if (isMistake(message) && meant?.test(message.text()) !== true) errors.push(message.text());
	});
	return {
		page,
		async open(url) {
			await page.goto(url);
			await page.waitForSelector("#light.live");
		},
		async leave() {
			expect(errors).toEqual([]);
			await page.context().close();
		},
	};
}
