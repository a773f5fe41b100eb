/**
 * From a request to the operation that answers it: path and method looked up in the table, input read strictly,
 * refusals told as problems (RFC 9457). Knows no noun; what it cannot explain goes on to the root.
 */

import { BOUNDS } from "../../config.ts";
import { AppError } from "../../errors.ts";
import { SECURITY_HEADERS } from "../headers.ts";
import { NOTHING_HERE } from "../places.ts";
import { respondNotModified, respondProblem, respondText } from "../respond.ts";
import { BodyError, checkShape, readJson } from "./body.ts";
import type { Kept } from "./kept.ts";
import { type Ask, type Operation, PREFIX } from "./operation.ts";
import { readQuery } from "./parameters.ts";
import { withoutValues } from "./problems.ts";
import { namesTag, Outdated, tagOfAnswer } from "./versions.ts";

/** `unhurried` is called for an answer that goes on for ever: its connection may be silent for long. */
export type Dispatch = (request: Request, unhurried: () => void) => Promise<Response>;

type Place = { readonly byMethod: ReadonlyMap<string, Operation>; readonly allow: string };

const NOWHERE = new AppError("not_found", NOTHING_HERE);

/** Answers every request below /api/v1. */
export function openDispatch(operations: readonly Operation[], kept: Kept): Dispatch {
	const places = new Map<string, Place>();
	for (const [path, all] of Map.groupBy(operations, (one) => one.path.replace(/\{\w+\}/g, "{}"))) {
		const byMethod = new Map<string, Operation>(all.map((one) => [one.method, one]));
		const get = byMethod.get("GET");
		if (get !== undefined) byMethod.set("HEAD", get);
		places.set(path, { byMethod, allow: [...byMethod.keys(), "OPTIONS"].join(", ") });
	}
	return async (request, unhurried) => {
		const { path, search, ids } = locate(request);
		const place = places.get(path);
		if (place === undefined) return respondProblem(request, NOWHERE);
		const { method } = request;
		if (method === "OPTIONS") return respondEmpty(204, { allow: place.allow });
		const one = place.byMethod.get(method);
		if (one === undefined) return refuseMethod(request, place.allow);
		if (method === "HEAD") {
			if (one.streams === true)
				return respondEmpty(200, { "content-type": "text/event-stream; charset=utf-8" });
			const { status, headers } = unlessKnown(request, await answer(request, one, search, ids));
			return new Response(null, { status, headers });
		}
		if (one.streams === true || one.slow === true) unhurried();
		const made =
			one.keeps === true
				? kept(request, () => answer(request, one, search, ids))
				: answer(request, one, search, ids);
		return method === "GET" ? unlessKnown(request, await made) : made;
	};
}

/** Nothing, when the client has this very answer already (RFC 9110 13.1.2). */
function unlessKnown(request: Request, made: Response): Response {
	const known = request.headers.get("if-none-match");
	const tag = known === null || made.status !== 200 ? null : made.headers.get("etag");
	return known !== null && tag !== null && namesTag(known, tag) ? respondNotModified(made.headers) : made;
}

/** The path below /api/v1 with its numbers taken out, the query, and the numbers. */
function locate(request: Request): { path: string; search: string; ids: number[] } {
	const { pathname, search } = new URL(request.url);
	const ids: number[] = [];
	const path = pathname.slice(PREFIX.length).replace(/(?<=\/)[1-9]\d{0,14}(?=\/|$)/g, (digits) => {
		ids.push(Number(digits));
		return "{}";
	});
	return { path, search, ids };
}

async function answer(request: Request, one: Operation, search: string, ids: number[]): Promise<Response> {
	let input: unknown;
	try {
		const query = readQuery(new URLSearchParams(search), one.query ?? {});
		input = request.method === "GET" || request.method === "HEAD" ? undefined : await readBody(request, one);
		const ask = { request, id: ids[0] ?? 0, ids, query, body: input } as unknown as Ask<never, never>;
		const reply = await one.handle(ask);
		if (reply instanceof Response) return reply;
		const text = JSON.stringify(reply.body);
		const { etag } = reply.headers ?? {};
		const headers = etag === undefined ? reply.headers : { ...reply.headers, etag: tagOfAnswer(etag, text) };
		return respondText(request, text, "application/json; charset=utf-8", reply.status, headers);
	} catch (error) {
		if (!(error instanceof AppError)) throw error;
		const status = error instanceof BodyError ? error.status : error instanceof Outdated ? 412 : undefined;
		return respondProblem(request, withoutValues(error, input, search), status);
	}
}

async function readBody(request: Request, one: Operation): Promise<unknown> {
	if (one.takes !== undefined) return undefined;
	const value = await readJson(request, BOUNDS.bodyBytes);
	if (one.body === undefined) {
		// Some clients send an empty object with every POST.
		if (value === undefined || JSON.stringify(value) === "{}") return undefined;
		throw new AppError("invalid", "This takes no body.");
	}
	if (value === undefined && one.bodyNeeded !== false) throw new BodyError(400, "A body is needed: JSON.");
	return checkShape(one.body, value === undefined ? {} : value);
}

function refuseMethod(request: Request, allow: string): Response {
	const says = `This address answers ${allow}.`;
	const refused = respondProblem(request, new AppError("invalid", says), 405);
	refused.headers.set("allow", allow);
	return refused;
}

function respondEmpty(status: number, headers: Record<string, string>): Response {
	return new Response(null, { status, headers: { ...SECURITY_HEADERS, ...headers } });
}
