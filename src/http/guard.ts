/**
 * Who may ask: every request passes here first, and what is not let in is refused. There is no login yet, so this
 * machine alone is let in; browsers on it are kept from being used by other sites.
 */

import type { Config } from "../config.ts";

/** `elsewhere`: the caller is on another machine. */
export type Refusal = { readonly status: 403 | 421; readonly says: string; readonly elsewhere?: true };

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/** A caller inside this process: not an address, so no connection can look like it. */
export const INSIDE = Symbol("inside");

const ELSEWHERE: Refusal = {
	status: 403,
	says: "Rollcall has no login yet, so it answers only the machine it runs on.",
	elsewhere: true,
};

/**
 * Why a request is refused; undefined: it may go on. `client` is the address of the connection's other end;
 * undefined, nobody knows it any more (the connection was reset): then it is refused.
 */
export function refuse(
	request: Request,
	client: string | typeof INSIDE | undefined,
	config: Config,
): Refusal | undefined {
	if (client === undefined || (client !== INSIDE && !isLoopback(client))) return ELSEWHERE;
	const host = request.headers.get("host") ?? new URL(request.url).host;
	if (!isOwnHost(host, config)) {
		return {
			status: 421,
			says: `Rollcall is not called ${host.slice(0, 100)}. If it is, set PUBLIC_URL to that address.`,
		};
	}
	return SAFE.has(request.method) ? undefined : refuseForeignSite(request, host);
}

/** A page of another site must not send forms here (OWASP CSRF cheat sheet: Fetch metadata and Origin). */
function refuseForeignSite(request: Request, host: string): Refusal | undefined {
	const foreign: Refusal = {
		status: 403,
		says: "This request came from a page of another site. Nothing was changed.",
	};
	const site = request.headers.get("sec-fetch-site");
	if (site !== null && site !== "same-origin" && site !== "none") return foreign;
	const origin = request.headers.get("origin");
	if (origin === null) return undefined;
	return URL.canParse(origin) && new URL(origin).host === host ? undefined : foreign;
}

/** 127.0.0.0/8, ::1, and IPv4 loopback as a dual-stack socket shows it. */
function isLoopback(client: string): boolean {
	return client === "::1" || /^(::ffff:)?127\.\d+\.\d+\.\d+$/.test(client);
}

/** IP literals, localhost and the name of PUBLIC_URL: a name that an attacker's DNS points here is none of them. */
function isOwnHost(host: string, config: Config): boolean {
	const name = host.replace(/:\d{1,5}$/, "").toLowerCase();
	if (name === "localhost" || /^\d{1,3}(\.\d{1,3}){3}$/.test(name) || /^\[[0-9a-f:.]+\]$/.test(name))
		return true;
	return config.publicUrl !== "" && new URL(config.publicUrl).hostname === name;
}
