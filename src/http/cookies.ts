/** The cookie of a session: its name and rules on https and on plain http, and reading it back strictly. */

/** On https the browser itself keeps others from setting it (RFC 6265bis 4.1.3.2). */
const SECURE = "__Host-rollcall";
/** Plain http refuses that prefix; the other name is never accepted on https. */
const PLAIN = "rollcall_http";

const KEY = /^[A-Za-z0-9_-]{43}$/;
/** Longer headers hold nothing of ours. */
const HEADER_CHARS = 8_192;

/** The key in the cookie of this connection's kind; undefined when there is none, or two, or one that cannot be ours. */
export function readSessionKey(request: Request, encrypted: boolean): string | undefined {
	const header = request.headers.get("cookie");
	if (header === null || header.length > HEADER_CHARS) return undefined;
	const name = `${encrypted ? SECURE : PLAIN}=`;
	const mine = header
		.split(";")
		.map((part) => part.trim())
		.filter((part) => part.startsWith(name));
	const key = mine[0]?.slice(name.length) ?? "";
	return mine.length === 1 && KEY.test(key) ? key : undefined;
}

/** Lax, not Strict: links to a host arrive from chat and mail, and whoever follows one is still signed in. */
export function sessionCookie(key: string, encrypted: boolean): string {
	const rules = "Path=/; HttpOnly; SameSite=Lax";
	return encrypted ? `${SECURE}=${key}; ${rules}; Secure` : `${PLAIN}=${key}; ${rules}`;
}

/** Takes both away. */
export function noSessionCookie(encrypted: boolean): string {
	return `${sessionCookie("", encrypted)}; Max-Age=0`;
}
