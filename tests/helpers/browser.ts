/** Where the browser for tests is and how it is started without talking to anyone. */

export const CHROMIUM = "/usr/bin/chromium";
export const CHROMIUM_ARGS = [
	"--no-sandbox",
	"--disable-gpu",
	"--disable-quic",
	"--no-first-run",
	"--disable-background-networking",
	"--disable-component-update",
	"--disable-sync",
] as const;

/**
 * Is a line of the console something to mend? Not that a page which was left had still been asking: the browser ends
 * such a request, and htmx writes that down.
 */
export function isMistake(message: { type(): string; text(): string }): boolean {
	return message.type() === "error" && !/^htmx: htmx:error: .*AbortError/.test(message.text());
}
