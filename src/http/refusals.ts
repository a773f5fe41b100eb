/** Where every refusal and every error becomes an answer, in the form the asker understands: JSON, a page, a piece. */

import { LoginPage, RefusedPage } from "../../views/door.tsx";
import { NOBODY } from "../../views/reader.tsx";
import { renderDoor } from "../../views/render.tsx";
import { BOUNDS } from "../config.ts";
import { AppError, type ErrorCode } from "../errors.ts";
import { createSeldom } from "../log.ts";
import { storageKind } from "../store/faults.ts";
import type { Callers } from "./callers.ts";
import type { Desk } from "./desk.ts";
import type { Refusal } from "./guard.ts";
import { SECURITY_HEADERS } from "./headers.ts";
import { readTheme } from "./query.ts";
import {
	explain,
	isApi,
	isHtmx,
	redirect,
	respondErrorPage,
	respondHtml,
	respondProblem,
	titleOf,
} from "./respond.ts";
import { pageBefore, readUnsent, respondUnsent, writeUnsent } from "./unsent.ts";

/** What both need: the desk, and who is known. */
export type Refusing = {
	readonly desk: Desk;
	readonly callers: Callers;
	readonly assets: Desk["assets"];
	/** Is it time to log this kind of trouble again, which everybody meets? */
	readonly tellsAgain: (kind: string) => boolean;
};

export function openRefusing(desk: Desk, callers: Callers, assets: Desk["assets"]): Refusing {
	const { monotonicMs } = desk.context.clock;
	return { desk, callers, assets, tellsAgain: createSeldom(BOUNDS.failuresToldMs, monotonicMs) };
}

const REFUSAL_CODES: Readonly<Partial<Record<Refusal["status"], ErrorCode>>> = {
	404: "not_found",
	405: "invalid",
	429: "limited",
	503: "unavailable",
};

/** A request that was not let in. People without a login are led to where they get one. */
export async function answerRefusal(
	refusing: Refusing,
	request: Request,
	refusal: Refusal,
): Promise<Response> {
	const { status, says, lead } = refusal;
	const path = new URL(request.url).pathname;
	if (isApi(request) || path === "/metrics" || path === "/openapi.json" || path === "/live") {
		const detail = refusal.retryAfterS === undefined ? {} : { detail: { retryAfterS: refusal.retryAfterS } };
		const answer = respondProblem(
			request,
			new AppError(REFUSAL_CODES[status] ?? "denied", says, detail),
			status,
		);
		if (status === 401) answer.headers.set("www-authenticate", 'Bearer realm="rollcall"');
		return withHints(answer, refusal);
	}
	const caller = refusing.callers.find(request);
	const unsent = lead === undefined ? undefined : await readUnsent(request);
	const door = { assets: refusing.assets, theme: readTheme(request), encrypted: true };
	if (unsent !== undefined && lead === "login") {
		const page = LoginPage({ ...door, name: "", next: pageBefore(request), unsent: writeUnsent(unsent) });
		return respondHtml(request, renderDoor(NOBODY, page), status);
	}
	if (unsent !== undefined && lead === "again" && caller !== undefined) {
		const why = status === 503 ? { why: says } : {};
		const shown = { unsent, caller, next: pageBefore(request), ...why };
		return withHints(respondUnsent(request, door, shown, status), refusal);
	}
	if (lead === "login" || lead === "setup") return leadTo(request, lead);
	if (caller !== undefined && caller.name !== "") {
		const answer = respondErrorPage(request, refusing.desk.shell(request), status, says);
		// The script sends such a form anew as the browser itself would: then what was typed is carried.
		if (lead === "again") answer.headers.set("x-send-again", "1");
		return withHints(answer, refusal);
	}
	return withHints(bare(refusing, request, status, says), refusal);
}

/** A request whose Host is no name of anything (RFC 9110 7.4: misdirected). */
export function answerNowhere(): Response {
	return new Response("This request names no host that could be meant.\n", {
		status: 421,
		headers: {
			...SECURITY_HEADERS,
			"content-type": "text/plain; charset=utf-8",
			"cache-control": "no-store",
		},
	});
}

/** htmx follows no redirect to another page by itself: it is told. A page that was asked for is come back to. */
function leadTo(request: Request, lead: "login" | "setup"): Response {
	// The page that htmx was on; a script of somebody else may claim anything.
	const said = request.headers.get("hx-current-url") ?? "";
	const page = said !== "" && URL.canParse(said, request.url) ? said : undefined;
	const asked = request.method === "GET" ? request.url : pageBefore(request);
	const { pathname, search } = new URL(page ?? asked, request.url);
	const back = /^\/./.test(pathname) ? `?${new URLSearchParams({ next: pathname + search })}` : "";
	const there = lead === "setup" ? "/setup" : `/login${back}`;
	if (!isHtmx(request)) return redirect(there);
	const answer = redirect(there);
	return new Response(null, {
		status: 401,
		headers: { ...Object.fromEntries(answer.headers), "hx-redirect": there },
	});
}

/** A page of few words for somebody who is not known. */
function bare({ assets }: Refusing, request: Request, status: number, says: string): Response {
	const page = RefusedPage({
		assets,
		theme: readTheme(request),
		encrypted: true,
		title: titleOf(status),
		status,
		says,
	});
	return respondHtml(request, renderDoor(NOBODY, page), status);
}

/** When to come again, and how else to ask. */
function withHints(answer: Response, hints: Pick<Refusal, "retryAfterS" | "allow">): Response {
	if (hints.retryAfterS !== undefined) answer.headers.set("retry-after", String(hints.retryAfterS));
	if (hints.allow !== undefined) answer.headers.set("allow", hints.allow);
	return answer;
}

/** Elysia's own codes and what they are here; anything else is looked at by `explain`. */
const OWN_CODES: Record<string, { status: number; error: AppError }> = {
	NOT_FOUND: { status: 404, error: new AppError("not_found", "There is no such page.") },
	VALIDATION: { status: 422, error: new AppError("invalid", "") },
	PARSE: { status: 400, error: new AppError("invalid", "The body is not valid JSON.") },
	INVALID_COOKIE_SIGNATURE: { status: 400, error: new AppError("invalid", "A cookie is damaged.") },
};

/** What was thrown while a request was answered. What somebody typed into a form is not lost by a fault of ours. */
export async function answerError(
	refusing: Refusing,
	request: Request,
	error: unknown,
	code: string,
): Promise<Response> {
	const { desk } = refusing;
	const own = OWN_CODES[code];
	const told = code === "VALIDATION" ? validationError(error) : (own?.error ?? error);
	const status = own?.status ?? explain(error).status;
	const kind = storageKind(error);
	if (status >= 500 && (kind === undefined || refusing.tellsAgain(kind)))
		desk.context.log.error("request failed", { path: new URL(request.url).pathname, reason: error });
	if (isApi(request)) return respondProblem(request, told, status);
	const caller = refusing.callers.find(request);
	const { says, detail } = explain(told) as { says: string; detail?: { retryAfterS?: number } };
	const known = caller !== undefined && caller.name !== "";
	const unsent = known && status >= 500 ? await readUnsent(request) : undefined;
	if (known && unsent !== undefined) {
		const door = { assets: refusing.assets, theme: readTheme(request), encrypted: true };
		const shown = { unsent, caller, next: pageBefore(request), why: says };
		return withHints(respondUnsent(request, door, shown, status), detail ?? {});
	}
	const answer = known
		? respondErrorPage(request, desk.shell(request), status, says)
		: bare(refusing, request, status, says);
	return withHints(answer, detail ?? {});
}

/** Names the field and what is wrong with it, never the value that was sent. */
function validationError(error: unknown): AppError {
	const first = (error as { all?: { path?: string; summary?: string; message?: string }[] }).all?.[0];
	const field = first?.path?.split("/").filter(Boolean).join(".") ?? "";
	const says = first?.message ?? first?.summary ?? "It does not have the expected form.";
	return new AppError(
		"invalid",
		field === "" ? `The body: ${says}` : `${field}: ${says}`,
		field === "" ? {} : { field },
	);
}
