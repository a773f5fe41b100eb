/** Who may do what, by method and path: the one table. What it does not name is for admins alone. */

import type { Role } from "../model/user.ts";

/** What a request asks of its sender. */
export type Need = {
	readonly role: Role;
	/** Tokens open it; pages are for people. */
	readonly tokens: boolean;
	/** Counted, so that nobody asks for it too often. */
	readonly limit?: "ask" | "import" | "test";
};

type Rule = { readonly path: RegExp; readonly read: Role; readonly write: Role };

const READING = new Set(["GET", "HEAD", "OPTIONS"]);

/** Under these paths; the first that matches decides. Everybody's own things, then what is recorded, then reading only. */
const RULES: readonly Rule[] = [
	{ path: /^\/(account|logout|settings\/theme)(\/|$)/, read: "viewer", write: "viewer" },
	{ path: /^(\/api\/v1|\/settings)\/(users|tokens|webhooks)(\/|$)/, read: "admin", write: "admin" },
	// Fetches from wherever the form says.
	{ path: /^\/imports\/phpipam$/, read: "admin", write: "admin" },
	{ path: /^\/(imports?|undo|batches|bulk|edit)(\/|$)/, read: "editor", write: "editor" },
	{ path: /^\/(subnets|hosts)\/[^/]+\/(edit|delete|fields)(\/|$)/, read: "editor", write: "editor" },
	{ path: /^\/(subnets|hosts|runs|events|scans)(\/|$)/, read: "viewer", write: "editor" },
	{
		path: /^\/api\/v1\/(subnets|hosts|runs|events|scans|imports|batches|search|export|tags|ports|doctor)(\/|$)/,
		read: "viewer",
		write: "editor",
	},
	{ path: /^\/api\/v1\/stream$/, read: "viewer", write: "admin" },
	{ path: /^\/$/, read: "viewer", write: "admin" },
	{
		path: /^\/(rows|search|find|activity|neighbours|doctor|settings|live|docs|openapi\.json|metrics|exports?|tags|complete)(\/|$)/,
		read: "viewer",
		write: "admin",
	},
];

const COUNTED: readonly { readonly path: RegExp; readonly limit: NonNullable<Need["limit"]> }[] = [
	{ path: /^(\/api\/v1)?\/(subnets|hosts)\/[^/]+\/(sweep|scan)$/, limit: "ask" },
	{ path: /^(\/api\/v1)?\/imports?(\/phpipam)?$/, limit: "import" },
	{ path: /^(\/api\/v1|\/settings)\/webhooks\/[^/]+\/test$/, limit: "test" },
];

const FOR_PROGRAMS = /^\/(api\/|metrics$|openapi\.json$)/;

/** Open to everybody: the reason of each is that nobody could sign in, or ask whether it runs, without it. */
const OPEN = /^\/(healthz|static\/[^/]+)$/;

/** Needs no login at all. */
export function isOpen(method: string, path: string): boolean {
	return READING.has(method) && OPEN.test(path);
}

/** `path` is as it was sent; trailing slashes are those of the router. */
export function needOf(method: string, path: string): Need {
	const reads = READING.has(method);
	const rule = RULES.find((one) => one.path.test(path));
	const role = rule === undefined ? "admin" : reads ? rule.read : rule.write;
	const limit = method !== "POST" ? undefined : COUNTED.find((one) => one.path.test(path))?.limit;
	return { role, tokens: FOR_PROGRAMS.test(path), ...(limit === undefined ? {} : { limit }) };
}
