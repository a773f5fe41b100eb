/** From values to HTTP answers: pages, fragments, JSON, problems, redirects. The one place that sets headers. */

import type { Shell } from "../../views/layout.tsx";
import { Problem } from "../../views/problem.tsx";
import { renderDocument, renderMain } from "../../views/render.tsx";
import { AppError, type ErrorCode } from "../errors.ts";
import { BUSY_AGAIN_S, storageFault, storageKind } from "../store/faults.ts";
import { acceptsGzip } from "./assets.ts";
import { SECURITY_HEADERS } from "./headers.ts";

export type Page = Pick<Parameters<typeof renderDocument>[0], "title" | "main" | "unfinished">;

const STATUS: Record<ErrorCode, number> = {
	invalid: 422,
	not_found: 404,
	conflict: 409,
	denied: 403,
	limited: 429,
	unavailable: 503,
};

/** What a status means, in two or three words. */
export const STATUS_TITLES: Record<number, string> = {
	401: "Not signed in",
	403: "Not allowed",
	404: "Not found",
	400: "Not understood",
	405: "Not allowed",
	409: "Not as things are now",
	412: "Somebody else was quicker",
	413: "Too large",
	415: "Unknown kind of content",
	421: "Wrong name",
	422: "That cannot be used",
	429: "Too many requests",
	503: "Not available",
};

/** Below this an answer is sent as it is, in bytes. */
const PACK_FROM = 1_024;
/** Pages: a tenth smaller than by level 1, for a quarter of a millisecond on the largest. JSON repeats itself so much that 1 does. */
const PACK_LEVELS = { page: 4, json: 1 } as const;

export function isHtmx(request: Request): boolean {
	return request.headers.has("hx-request");
}

export function isApi(request: Request): boolean {
	return new URL(request.url).pathname.startsWith("/api/");
}

/** A page: whole for a browser, its title and main part for htmx. */
export function respondPage(request: Request, shell: Shell, page: Page, status = 200): Response {
	const html = isHtmx(request)
		? renderMain({ ...page, downs: shell.downs, reader: shell.reader, undo: shell.undo })
		: renderDocument({ ...shell, ...page });
	return respondText(request, html, "text/html; charset=utf-8", status);
}

export function respondHtml(request: Request, html: string, status = 200): Response {
	return respondText(request, html, "text/html; charset=utf-8", status);
}

export function respondJson(
	request: Request,
	value: unknown,
	status = 200,
	headers: Record<string, string> = {},
): Response {
	return respondText(request, JSON.stringify(value), "application/json; charset=utf-8", status, headers);
}

/** An answer, packed when the client likes that and it pays. Never cached: what it says is true only now. */
export function respondText(
	request: Request,
	text: string,
	type: string,
	status: number,
	headers: Record<string, string> = {},
): Response {
	const packed = text.length >= PACK_FROM && acceptsGzip(request.headers.get("accept-encoding") ?? "");
	const level = type.includes("json") ? PACK_LEVELS.json : PACK_LEVELS.page;
	return new Response(packed ? Bun.gzipSync(text, { level, library: "libdeflate" }) : text, {
		status,
		headers: {
			...SECURITY_HEADERS,
			"content-type": type,
			"cache-control": "no-store",
			vary: "accept-encoding, hx-request",
			...headers,
			...(packed ? packedHeaders(headers.etag) : {}),
		},
	});
}

/** Packed it is another representation, with a tag of its own (RFC 9110 8.8.3.3). */
function packedHeaders(etag: string | undefined): Record<string, string> {
	const coding = { "content-encoding": "gzip" };
	return etag === undefined ? coding : { ...coding, etag: `${etag.slice(0, -1)}-gzip"` };
}

/** The client has it already: what would be the same in an answer that is sent (RFC 9110 15.4.5). */
export function respondNotModified(answer: Headers): Response {
	const headers = new Headers(SECURITY_HEADERS);
	for (const name of ["etag", "cache-control", "vary"]) headers.set(name, answer.get(name) ?? "");
	return new Response(null, { status: 304, headers });
}

/** Done, and the page stays as it is. */
export function respondNothing(): Response {
	return new Response(null, { status: 204, headers: SECURITY_HEADERS });
}

/** After a form: see the result by GET (RFC 9110 15.4.4). */
export function redirect(path: string): Response {
	return new Response(null, { status: 303, headers: { ...SECURITY_HEADERS, location: path } });
}

/** Status and words of an error; one that is not ours says nothing of itself. */
export function explain(error: unknown): {
	status: number;
	code: string;
	title: string;
	says: string;
	field?: string;
	detail?: object;
} {
	if (error instanceof AppError) {
		const status = STATUS[error.code];
		return {
			status,
			code: error.code,
			title: STATUS_TITLES[status] ?? "Error",
			says: error.message,
			...(error.field === undefined ? {} : { field: error.field }),
			...(error.detail === undefined ? {} : { detail: error.detail }),
		};
	}
	const fault = storageFault(error);
	if (fault !== undefined) {
		const detail = storageKind(error) === "busy" ? { detail: { retryAfterS: BUSY_AGAIN_S } } : {};
		return { status: 503, code: "unavailable", title: STATUS_TITLES[503] ?? "Error", says: fault, ...detail };
	}
	return {
		status: 500,
		code: "internal",
		title: "Something broke",
		says: "Rollcall made a mistake; what you see elsewhere is still right. The log says more.",
	};
}

/** A status in words. */
export function titleOf(status: number): string {
	return STATUS_TITLES[status] ?? "Something broke";
}

/** An error as RFC 9457 asks for. */
export function respondProblem(request: Request, error: unknown, status?: number): Response {
	const told = explain(error);
	const body = {
		type: "about:blank",
		title: STATUS_TITLES[status ?? told.status] ?? told.title,
		status: status ?? told.status,
		detail: told.says,
		code: told.code,
		...(told.field === undefined ? {} : { field: told.field }),
		...(told.detail === undefined ? {} : { extra: inSnakeCase(told.detail) }),
	};
	const wait = (told.detail as { retryAfterS?: number } | undefined)?.retryAfterS;
	const headers = wait === undefined ? {} : { "retry-after": String(wait) };
	return respondText(
		request,
		JSON.stringify(body),
		"application/problem+json; charset=utf-8",
		body.status,
		headers,
	);
}

/** An error as a page. */
export function respondErrorPage(request: Request, shell: Shell, status: number, says: string): Response {
	const title = titleOf(status);
	const next = { href: "/", label: "To the dashboard" };
	return respondPage(request, shell, { title, main: Problem({ status, title, says, next }) }, status);
}

function inSnakeCase(detail: object): Record<string, unknown> {
	return Object.fromEntries(
		Object.entries(detail).map(([key, value]) => [
			key.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`),
			value,
		]),
	);
}
