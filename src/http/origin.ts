/** Where a request really comes from: names we go by, the page that sent it, the address behind trusted proxies. */

import type { Config } from "../config.ts";
import { parseAddress } from "../net/address.ts";
import { contains, parseCidr } from "../net/cidr.ts";

export type OriginRules = {
	readonly publicUrl: string;
	/** In lower case, without ports. */
	readonly names: readonly string[];
	/** Is the other end of a connection a proxy whose word counts? */
	isTrusted(address: string): boolean;
};

/** `machine` is this machine's own name. */
export function originRules(config: Config, machine: string): OriginRules {
	const proxies = config.trustedProxies.flatMap((text) => parseCidr(text).value ?? []);
	const own = machine.toLowerCase();
	const names = ["localhost", ...config.hostNames, ...(own === "" ? [] : [own, `${own}.local`])];
	if (config.publicUrl !== "") names.push(new URL(config.publicUrl).hostname.toLowerCase());
	return {
		publicUrl: config.publicUrl,
		names,
		isTrusted(text) {
			const address = parseAddress(plain(text)).value;
			return address !== undefined && proxies.some((proxy) => contains(proxy, address));
		},
	};
}

/** IPv4 as a dual-stack socket shows it, and zones of link-local addresses. */
function plain(text: string): string {
	return text.replace(/^::ffff:(?=\d+\.)/i, "").replace(/%.*$/, "");
}

/** IP literals and the names we were given: a name that an attacker's DNS points here is none of them. */
export function isOwnHost(host: string, rules: OriginRules): boolean {
	const split = /^(\[[0-9a-fA-F:.]+\]|[^:[\]@/\\?#\s,]+)(?::(\d{1,5}))?$/.exec(host);
	if (split === null || Number(split[2] ?? 1) > 65_535 || Number(split[2] ?? 1) < 1) return false;
	const name = (split[1] ?? "").toLowerCase();
	if (rules.names.includes(name.replace(/\.$/, ""))) return true;
	return parseAddress(name.replace(/^\[|\]$/g, "")).value !== undefined;
}

/**
 * Was it a page of ours that sent this? Browsers say so by Origin, and to trustworthy addresses by Sec-Fetch-Site too
 * (OWASP CSRF cheat sheet); programs say neither.
 */
export function isOwnPage(request: Request, host: string, rules: OriginRules): boolean {
	const site = request.headers.get("sec-fetch-site");
	if (site !== null && site !== "same-origin") return false;
	return isOwnOrigin(request, host, rules);
}

/** Does it come from a script of ours, or from none? */
export function isOwnOrigin(request: Request, host: string, rules: OriginRules): boolean {
	const origin = request.headers.get("origin");
	if (origin === null) return true;
	if (!/^https?:\/\//.test(origin) || !URL.canParse(origin)) return false;
	const from = new URL(origin).host;
	return from === host.toLowerCase() || (rules.publicUrl !== "" && from === new URL(rules.publicUrl).host);
}

export type Sender = {
	/** Address of the client; of the last proxy that is not trusted, where there are any. */
	readonly from: string;
	/** Nobody on the way can read along. */
	readonly encrypted: boolean;
};

/** `peer` is the other end of the connection; headers count only when it is a trusted proxy (RFC 7239 says why). */
export function senderOf(request: Request, peer: string, rules: OriginRules): Sender {
	const https = request.url.startsWith("https:");
	if (!rules.isTrusted(peer)) return { from: plain(peer), encrypted: https };
	const said = request.headers.get("x-forwarded-proto")?.split(",").at(-1)?.trim().toLowerCase();
	const chain = (request.headers.get("x-forwarded-for") ?? "").split(",").map((part) => plain(part.trim()));
	const client = chain.findLast((part) => parseAddress(part).value !== undefined && !rules.isTrusted(part));
	return { from: client ?? plain(peer), encrypted: https || said === "https" };
}

/** 127.0.0.0/8 and ::1; "" is this very process. */
export function isLoopback(address: string): boolean {
	return address === "" || address === "::1" || /^127\.\d+\.\d+\.\d+$/.test(address);
}
