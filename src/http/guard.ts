/**
 * The one guard: every request passes here before any route, and what is not let in is refused. Who may do what is in
 * access, where a request comes from in origin; passwords and hashes are not its business.
 */

import { constantTimeEqual } from "@oslojs/crypto/subtle";
import type { Ground } from "../context.ts";
import { AppError } from "../errors.ts";
import { fingerprint } from "../ipam/secrets.ts";
import { findSession, type SessionBounds } from "../ipam/sessions.ts";
import type { Setup } from "../ipam/setup.ts";
import { findToken } from "../ipam/tokens.ts";
import { SCOPES, suffices } from "../model/user.ts";
import { isOpen, type Need, needOf } from "./access.ts";
import type { Caller, Callers } from "./callers.ts";
import { readSessionKey } from "./cookies.ts";
import type { Limits } from "./limits.ts";
import { isOwnHost, isOwnOrigin, isOwnPage, type OriginRules, type Sender, senderOf } from "./origin.ts";
import { type MethodsAt, NOTHING_HERE } from "./places.ts";

/**
 * Why a request is refused. `login`: signing in would help; `setup`: nobody can sign in yet; `again`: the form is of an
 * earlier session of this browser.
 */
export type Refusal = {
	readonly status: 400 | 401 | 403 | 404 | 405 | 421 | 429 | 503;
	readonly says: string;
	readonly lead?: "login" | "setup" | "again";
	readonly retryAfterS?: number;
	/** Of 405: how it may be asked. */
	readonly allow?: string;
};

/** A caller inside this process: not an address, so no connection can look like it. */
export const INSIDE = Symbol("inside");

export type GuardDeps = {
	readonly ground: Ground;
	readonly callers: Callers;
	readonly setup: Setup;
	readonly limits: Limits;
	/** How an address may be asked; asked only for those who may not. */
	readonly methodsAt: MethodsAt;
	readonly rules: OriginRules;
	readonly bounds: SessionBounds & { readonly tokenSeenMs: number };
};

const READING = new Set(["GET", "HEAD", "OPTIONS"]);
const PAGE_METHODS = new Set(["GET", "POST"]);
const API_METHODS = new Set(["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]);
/**
 * Ways to write a path that a router and a guard could read differently. Letters, digits and - . _ ~ need no percent sign
 * (RFC 3986 2.3): who writes one wants to be read otherwise.
 */
const AMBIGUOUS =
	/%(?:2[def]|3\d|[46][1-9a-f]|[57][\da]|5[cf]|7e|00)|%(?![\da-f]{2})|\\|\/\/|\/\.{1,2}(?:\/|$)/i;
const PATH_CHARS = 4_096;

/** Prometheus and others leave the scheme out unless they are told. */
const BARE_TOKEN = "A token follows the word Bearer: send “Authorization: Bearer rc_…”.";

/** Answers why a request is refused; undefined: it may go on, and `callers` knows who sent it. */
export type Guard = (
	request: Request,
	peer: string | typeof INSIDE | undefined,
) => Promise<Refusal | undefined>;

export function createGuard(deps: GuardDeps): Guard {
	return async (request, peer) => {
		if (peer === undefined) return { status: 403, says: "The connection is gone." };
		const encrypted = request.url.startsWith("https:");
		const sender = peer === INSIDE ? { from: "", encrypted } : senderOf(request, peer, deps.rules);
		const path = pathOf(request);
		const host = request.headers.get("host") ?? new URL(request.url).host;
		const odd = refuseOdd(request.method, path, host, deps.rules) ?? refuseOther(request, deps.rules);
		if (odd !== undefined) return odd;
		if (isOpen(request.method, path)) return undefined;
		const reads = READING.has(request.method);
		// Links from elsewhere are welcome and name no origin; scripts of elsewhere do, even when they only read.
		const isOurs = reads ? isOwnOrigin(request, host, deps.rules) : isOwnPage(request, host, deps.rules);
		if (!isOurs) {
			return { status: 403, says: "This request came from a page of another site. Nothing was changed." };
		}
		if (path === "/setup" || deps.setup.isOpen()) return onSetup(deps, request, path, sender);
		const caller = findCaller(deps, request, sender);
		if (caller !== undefined && "status" in caller) return caller;
		deps.callers.set(request, caller ?? stranger(sender));
		if (path === "/login") return undefined;
		if (caller === undefined) return { status: 401, says: "Sign in first.", lead: "login" };
		return refuseRole(deps, request, path, caller);
	};
}

/** The path as the router sees it: not decoded, not tidied up. */
function pathOf(request: Request): string {
	const { url } = request;
	const start = url.indexOf("/", url.indexOf("://") + 3);
	const end = url.search(/[?#]/);
	return start < 0 ? "/" : url.slice(start, end < 0 ? undefined : end);
}

function refuseOdd(method: string, path: string, host: string, rules: OriginRules): Refusal | undefined {
	if (!isOwnHost(host, rules)) {
		const name = host.slice(0, 100);
		return {
			status: 421,
			says: `Rollcall is not called ${name}. If it is, name it in HOST_NAMES, or set PUBLIC_URL to that address.`,
		};
	}
	const methods = path.startsWith("/api/") ? API_METHODS : path === "/healthz" ? READING : PAGE_METHODS;
	if (!methods.has(method)) return wrongMethod([...methods]);
	if (path.length > PATH_CHARS || AMBIGUOUS.test(path))
		return { status: 404, says: "There is no such page." };
	return undefined;
}

/** A request line may name a host of its own (RFC 9112 3.2.2): that must be ours too. */
function refuseOther({ url }: Request, rules: OriginRules): Refusal | undefined {
	const start = url.indexOf("://") + 3;
	const end = url.indexOf("/", start);
	const isOwn = isOwnHost(url.slice(start, end < 0 ? undefined : end), rules);
	return isOwn ? undefined : { status: 421, says: "This request names a host that Rollcall is not." };
}

/** While there is no user: only the page that makes the first. Once there is one: no such page, for ever. */
function onSetup(deps: GuardDeps, request: Request, path: string, sender: Sender): Refusal | undefined {
	if (!deps.setup.isOpen()) return { status: 404, says: "There is no such page." };
	deps.callers.set(request, stranger(sender));
	if (path === "/setup") return undefined;
	return { status: 401, says: "Rollcall has no administrator yet.", lead: "setup" };
}

/** Somebody we do not know: sees nothing but the way in. */
function stranger({ from, encrypted }: Sender): Caller {
	return {
		role: "viewer",
		csrf: "",
		name: "",
		encrypted,
		actor: { kind: "program", id: undefined, name: "", from },
		whose: "",
		stands: () => false,
	};
}

/** Who sent it, by token or session; a refusal when what was shown is wrong. */
function findCaller(deps: GuardDeps, request: Request, sender: Sender): Caller | Refusal | undefined {
	const shown = request.headers.get("authorization");
	// Other schemes are for a proxy on the way, and sent on by it.
	if (shown !== null && /^bearer\b/i.test(shown)) return findProgram(deps, shown, sender);
	if (shown?.startsWith("rc_") === true) return { status: 401, says: BARE_TOKEN };
	const key = readSessionKey(request, sender.encrypted);
	if (key === undefined) return undefined;
	const active = !request.headers.has("x-unasked") && !pathOf(request).startsWith("/live");
	const session = findSession(deps.ground, key, deps.bounds, active);
	if (session === undefined) return undefined;
	return {
		role: session.role,
		name: session.name,
		csrf: csrfOf(key),
		encrypted: sender.encrypted,
		sessionId: session.id,
		actor: { kind: "person", id: session.userId, name: session.name, from: sender.from },
		whose: `session ${session.id}`,
		stands: () => findSession(deps.ground, key, deps.bounds, false) !== undefined,
	};
}

function findProgram(deps: GuardDeps, shown: string, sender: Sender): Caller | Refusal {
	const key = /^Bearer +([\w-]{1,100})$/i.exec(shown)?.[1] ?? "";
	const token = findToken(deps.ground, key, deps.bounds);
	if (token === undefined) {
		return { status: 401, says: "This token is not known here: it may have been revoked, or has expired." };
	}
	return {
		role: SCOPES[token.scope],
		name: token.name,
		csrf: "",
		encrypted: sender.encrypted,
		actor: { kind: "token", id: token.id, name: token.name, from: sender.from },
		whose: `token ${token.id}`,
		stands: () => findToken(deps.ground, key, deps.bounds) !== undefined,
	};
}

/** The token of a session's forms: only who has its cookie can work it out, and the cookie not from it. */
export function csrfOf(key: string): string {
	return Buffer.from(fingerprint(`csrf ${key}`)).toString("base64url");
}

async function refuseRole(
	deps: GuardDeps,
	request: Request,
	path: string,
	caller: Caller,
): Promise<Refusal | undefined> {
	const need = needOf(request.method, path);
	const isProgram = caller.actor.kind === "token";
	const isMore = !suffices(caller.role, need.role) || (isProgram && !need.tokens);
	const elsewhere = isMore ? nowhere(deps.methodsAt(path), request.method, need) : undefined;
	if (elsewhere !== undefined) return elsewhere;
	if (isProgram && !need.tokens) return { status: 403, says: "Tokens open the API, not the pages." };
	if (!suffices(caller.role, need.role)) return tooLittle(caller, need.role);
	if (!isProgram && !READING.has(request.method) && !(await isProven(request, caller.csrf))) {
		return {
			status: 403,
			lead: "again",
			says: "This form is from before you signed in, or from another window. Go back, load the page again and repeat it. Nothing was changed.",
		};
	}
	try {
		const who = `${caller.actor.kind} ${caller.actor.id}`;
		if (isProgram) deps.limits.take("token", who);
		if (need.limit !== undefined) deps.limits.take(need.limit, who);
		return undefined;
	} catch (error) {
		if (!(error instanceof AppError) || error.code !== "limited") throw error;
		return { status: 429, says: error.message, retryAfterS: Number(error.detail?.retryAfterS ?? 1) };
	}
}

/** Where nothing is, or is asked otherwise, no right would help: that is said instead. */
function nowhere(methods: readonly string[], method: string, need: Need): Refusal | undefined {
	if (methods.length === 0) {
		return { status: 404, says: need.tokens ? NOTHING_HERE : "There is no such page." };
	}
	return methods.includes(method) ? undefined : wrongMethod(methods);
}

function wrongMethod(methods: readonly string[]): Refusal {
	const allow = methods.join(", ");
	return { status: 405, says: `This address answers ${allow}.`, allow };
}

function tooLittle(caller: Caller, needed: string): Refusal {
	const says =
		caller.actor.kind === "token"
			? `This token's scope does not allow that: it takes the rights of an ${needed}.`
			: `Your role is ${caller.role}; this takes ${needed}. Ask an admin.`;
	return { status: 403, says };
}

/** Head of a multipart body in which the token must stand; the form component puts it first. */
const HEAD_BYTES = 4_096;
/** A body of plain fields that is longer is no form of ours, in characters. */
const FIELDS_CHARS = 1_048_576;

/** Does it carry the token of its session, in a header or as a field? The body stays readable. */
async function isProven(request: Request, csrf: string): Promise<boolean> {
	const shown = request.headers.get("x-csrf-token") ?? (await fieldOf(request));
	const bytes = (text: string) => new TextEncoder().encode(text);
	return csrf !== "" && constantTimeEqual(bytes(shown), bytes(csrf));
}

async function fieldOf(request: Request): Promise<string> {
	const type = request.headers.get("content-type")?.toLowerCase() ?? "";
	if (type.startsWith("application/x-www-form-urlencoded")) {
		const text = await request.clone().text();
		return text.length > FIELDS_CHARS ? "" : (new URLSearchParams(text).get("csrf") ?? "");
	}
	if (!type.startsWith("multipart/form-data")) return "";
	const reader = request.clone().body?.getReader();
	let head = "";
	while (reader !== undefined && head.length < HEAD_BYTES) {
		const { value, done } = await reader.read();
		if (done) break;
		head += Buffer.from(value).toString("latin1").slice(0, HEAD_BYTES);
	}
	void reader?.cancel();
	return /name="csrf"\r\n\r\n([\w-]{43})\r\n/.exec(head)?.[1] ?? "";
}
