/** The reader's time zone, as their browser said by a cookie (static/ages.js). Unknown ones are UTC. */

/** An IANA name that can be used, or "UTC". */
export function readZone(request: Request): string {
	const said = /(?:^|;\s*)zone=([A-Za-z0-9_+/-]{1,64})(?:;|$)/.exec(request.headers.get("cookie") ?? "")?.[1];
	if (said === undefined) return "UTC";
	try {
		return new Intl.DateTimeFormat("en", { timeZone: said }).resolvedOptions().timeZone;
	} catch {
		return "UTC";
	}
}
