/**
 * What somebody typed into a form that could not be taken, because their session was over: it is carried through
 * signing in, shown again, and sent only when they press. Never a password, and nothing is kept here meanwhile.
 */

import type { Outside } from "../../views/door.tsx";
import { renderDoor } from "../../views/render.tsx";
import { UnsentPage } from "../../views/unsent.tsx";
import { readBytes } from "./bytes.ts";
import type { Caller } from "./callers.ts";
import { readNext } from "./query.ts";
import { isHtmx, respondHtml } from "./respond.ts";

/** A form: where it goes, and its fields in their order. */
export type Unsent = { readonly path: string; readonly fields: readonly (readonly [string, string])[] };

/** Longer forms are not carried, in bytes. */
const BYTES = 200_000;

/** Fields that people type into, as they are called where they are shown again. */
const TYPED: Readonly<Record<string, string>> = {
	value: "Value",
	add: "Tags",
	cidr: "Network",
	name: "Name",
	hostname: "Hostname",
	description: "Description",
	tags: "Tags",
	notes: "Notes",
	gateway: "Gateway",
	sweep_interval_s: "Sweep every (seconds)",
	tags_added: "Add tags",
	tags_removed: "Remove tags",
	text: "Text",
	url: "URL",
	raw_days: "Keep measurements (days)",
	hourly_days: "Keep hourly sums (days)",
};
/** Fields of our forms are called so. */
const NAME = /^[a-z_]{1,40}$/;
/** A form that holds one of these is typed again. */
const SECRET = /password|code|token|secret|key/;

/** Out of a request that was refused; undefined where nothing was typed, or where it may not be carried. */
export async function readUnsent(request: Request): Promise<Unsent | undefined> {
	const type = request.headers.get("content-type")?.toLowerCase() ?? "";
	const isForm = type.startsWith("application/x-www-form-urlencoded");
	if (request.method !== "POST" || isHtmx(request) || !isForm) return undefined;
	const { pathname, search } = new URL(request.url);
	const body = await readBytes(request, BYTES).catch(() => undefined);
	if (body === undefined) return undefined;
	return check({ path: pathname + search, fields: [...new URLSearchParams(new TextDecoder().decode(body))] });
}

/** As it travels in the login form. */
export function writeUnsent({ path, fields }: Unsent): string {
	return JSON.stringify({ path, fields });
}

/** Back from there, undefined when it is damaged or none. */
export function parseUnsent(text: string): Unsent | undefined {
	if (text === "" || text.length > 2 * BYTES) return undefined;
	try {
		const { path, fields } = JSON.parse(text) as { path: unknown; fields: unknown };
		const isPair = (pair: unknown) =>
			Array.isArray(pair) && pair.length === 2 && pair.every((part) => typeof part === "string");
		if (typeof path !== "string" || !Array.isArray(fields) || !fields.every(isPair)) return undefined;
		return check({ path, fields: fields as [string, string][] });
	} catch {
		return undefined;
	}
}

function check({ path, fields }: Unsent): Unsent | undefined {
	const rest = fields.filter(([name]) => name !== "csrf");
	if (!rest.every(([name]) => NAME.test(name))) return undefined;
	const typed = rest.some(([name, value]) => Object.hasOwn(TYPED, name) && value.trim() !== "");
	if (!typed || rest.some(([name]) => SECRET.test(name))) return undefined;
	return readNext(path) === path ? { path, fields: rest } : undefined;
}

/** Shows it to somebody who is signed in by now, with a button that sends it; `next` is where else to go. */
export function respondUnsent(
	request: Request,
	door: Outside,
	{
		unsent,
		caller,
		next,
		why,
	}: { unsent: Unsent; caller: Pick<Caller, "role" | "csrf" | "name">; next: string; why?: string },
	status = 200,
): Response {
	const page = UnsentPage({ ...door, ...unsent, typed: typedOf(unsent), why, name: caller.name, next });
	return respondHtml(request, renderDoor(caller, page), status);
}

/** What was typed, by its name. */
function typedOf({ fields }: Unsent): { label: string; value: string }[] {
	return fields.flatMap(([name, value]) => {
		// Names come from anybody: “constructor” is none of ours.
		const label = Object.hasOwn(TYPED, name) ? TYPED[name] : undefined;
		return label === undefined || value.trim() === "" ? [] : [{ label, value }];
	});
}

/** The page that a form was sent from, as the browser says; else the dashboard. */
export function pageBefore(request: Request): string {
	const referer = request.headers.get("referer") ?? "";
	if (!URL.canParse(referer)) return "/";
	const { pathname, search } = new URL(referer);
	return readNext(pathname + search);
}
