/** What a URL or form says, read strictly: ids, list queries, fields. Knows no row and no page. */

import { THEMES, type Theme } from "../../views/layout.tsx";
import { BOUNDS } from "../config.ts";
import { AppError } from "../errors.ts";
import type { HostFilter, SeenFilter } from "../model/host.ts";
import type { ListQuery } from "../model/listing.ts";
import type { Status } from "../model/presence.ts";
import { type Address, parseAddress } from "../net/address.ts";
import { readBytes } from "./bytes.ts";
import type { Asked } from "./listing.ts";

const STATUSES: readonly string[] = ["up", "down", "unknown"];
/** Unfolded gaps in one URL, and longest text of one parameter. */
const OPEN_MAX = 64;
const TEXT_MAX = 256;

/** A row id out of a path. AppError("not_found") for anything that cannot be one. */
export function readId(text: string | undefined): number {
	if (text !== undefined && /^[1-9]\d{0,14}$/.test(text)) return Number(text);
	throw new AppError("not_found", "There is no such page.");
}

/** The part of a list's URL that chooses rows. On the dashboard nothing said means "up". */
export function readListQuery(
	params: URLSearchParams,
	page: { subnetId?: number; fallback?: Status; now: number },
): ListQuery {
	const status = params.has("status") ? params.get("status") || undefined : page.fallback;
	if (status !== undefined && !STATUSES.includes(status)) {
		throw new AppError("invalid", "status is up, down or unknown.", { field: "status" });
	}
	const order = params.get("order") ?? "alive";
	if (order !== "alive" && order !== "address") {
		throw new AppError("invalid", "order is alive or address.", { field: "order" });
	}
	const subnet = params.get("subnet") || undefined;
	const filter: HostFilter = {
		subnetId: page.subnetId ?? (subnet === undefined ? undefined : readId(subnet)),
		status: status as Status | undefined,
		tag: readText(params, "tag"),
		service: readText(params, "service"),
		port: readPort(params.get("port") || undefined),
		seen: readSeen(params.get("seen") || undefined, page.now),
		text: readText(params, "q"),
	};
	return { filter, order, open: readOpen(params.get("open") ?? "") };
}

export function readText(params: URLSearchParams, name: string): string | undefined {
	const text = params.get(name)?.trim();
	if (text === undefined || text === "") return undefined;
	if (text.length > TEXT_MAX) {
		throw new AppError("invalid", `${name} is at most ${TEXT_MAX} characters long.`, { field: name });
	}
	return text.toWellFormed().replaceAll("\0", "");
}

/** Hosts are new for a day. */
const NEW_MS = 86_400_000;

function readSeen(text: string | undefined, now: number): SeenFilter | undefined {
	if (text === undefined) return undefined;
	if (text === "never") return { kind: "never" };
	if (text === "new") return { kind: "new", since: now - NEW_MS };
	throw new AppError("invalid", "seen is never or new.", { field: "seen" });
}

/** Which window of a list is wanted. */
export function readWindow(params: URLSearchParams, bounds: { rows: number; max: number }): Asked {
	const [after, before] = [params.get("after"), params.get("before")];
	const at = params.get("at") ?? "";
	const address = at === "" ? undefined : parseAddress(at.trim());
	if (address?.problem !== undefined) throw new AppError("invalid", address.problem, { field: "at" });
	return {
		limit: readLimit(params, bounds),
		at: address?.value,
		...(after === null ? {} : { after }),
		...(before === null ? {} : { before }),
	};
}

function readPort(text: string | undefined): number | undefined {
	if (text === undefined) return undefined;
	const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
	if (port < 1 || port > 65_535)
		throw new AppError("invalid", "port is a number from 1 to 65535.", { field: "port" });
	return port;
}

/** Addresses that are none are left out: a link that was cut off still shows its page. */
function readOpen(text: string): Address[] {
	return text
		.split(",", OPEN_MAX)
		.map((part) => parseAddress(part).value)
		.filter((address) => address !== undefined);
}

/** Rows wanted in one window: between 1 and `max`, else the default. */
export function readLimit(params: URLSearchParams, bounds: { rows: number; max: number }): number {
	const text = params.get("limit") ?? "";
	const limit = /^\d{1,6}$/.test(text) ? Number(text) : bounds.rows;
	return Math.min(Math.max(limit, 1), bounds.max);
}

/** The fields of a form; those sent twice keep the first value. */
export type Fields = (name: string) => string;

/** Reads `application/x-www-form-urlencoded`. AppError("invalid") for any other body. */
export async function readForm(request: Request): Promise<Fields> {
	const type = request.headers.get("content-type") ?? "";
	if (!type.toLowerCase().startsWith("application/x-www-form-urlencoded")) {
		throw new AppError("invalid", "This form was sent in an unknown way (urlencoded is needed).");
	}
	const params = await readParams(request);
	return (name) => params.get(name) ?? "";
}

/** All fields of a form. The body can be read once more: what was typed is shown again when storing it fails. */
export async function readParams(request: Request): Promise<URLSearchParams> {
	const bytes = await readBytes(request.clone(), BOUNDS.bodyBytes);
	return new URLSearchParams(new TextDecoder().decode(bytes));
}

/** The theme a browser was told to use. */
export function readTheme(request: Request): Theme {
	const said = /(?:^|;\s*)theme=([a-z]+)/.exec(request.headers.get("cookie") ?? "")?.[1];
	return THEMES.find((theme) => theme === said) ?? "auto";
}

/** Longest target of a sign-in. */
const NEXT_CHARS = 1_024;

/** Where to go after signing in: a page of ours, never another site's, whatever a link says; else the dashboard. */
export function readNext(text: string): string {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what browsers leave out before they read a URL
	if (!/^\/(?![/\\])[^\\\x00-\x20\x7f]*$/.test(text) || text.length > NEXT_CHARS) return "/";
	const base = "http://rollcall.invalid";
	if (!URL.canParse(text, base)) return "/";
	const url = new URL(text, base);
	if (
		url.origin !== base ||
		/^\/(login|logout|setup)(\/|$)/.test(url.pathname) ||
		url.pathname.startsWith("//") ||
		// Encoded control characters or backslashes: no page of ours has them, and who decodes twice is led away.
		/%(?:[01]|5c|7f)/i.test(url.pathname)
	)
		return "/";
	return url.pathname + url.search;
}
