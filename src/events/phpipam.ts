/** A running phpIPAM read through its API (formats: sections, subnets of each, addresses of each). Keeps nothing. */

import { AppError } from "../errors.ts";
import {
	explainFailure,
	type Outgoing,
	type ReachOptions,
	reach,
	readAnswer,
	Unreached,
} from "./outgoing.ts";

export type PullOptions = ReachOptions & {
	readonly userAgent: string;
	/** Of all answers together, in bytes; and how many requests are made. */
	readonly bytes: number;
	readonly requests: number;
};

type Row = Readonly<Record<string, string | undefined>>;

/** Tables by the names they have in phpIPAM's database, their columns too. */
export type Pulled = ReadonlyMap<string, readonly Row[]>;

/** What the API calls otherwise than the database. */
const RENAMED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
	vlans: { id: "vlanId" },
	vrf: { id: "vrfId" },
};

/** What opens it: the code of an app of security "SSL with App code token", or a user of phpIPAM for all other apps. */
export type PhpipamKey = { readonly code: string } | { readonly user: string; readonly password: string };

/**
 * Everything the app may see. `base` is the address of the API with the app's name behind it. AppError("invalid") names
 * the field at fault, AppError("unavailable") says why nothing came. Whoever signs in is signed out again.
 */
export async function pullPhpipam(
	base: string,
	key: PhpipamKey,
	options: PullOptions,
	signal: AbortSignal,
): Promise<Pulled> {
	const root = base.trim().replace(/\/+$/, "");
	if ("code" in key) return pullAll(root, { token: key.code, field: "token" }, options, signal);
	const token = await signIn(root, key, options, signal);
	try {
		return await pullAll(root, { token, field: "password" }, options, signal);
	} finally {
		const bye = { method: "DELETE", headers: headersOf(token, options) } as const;
		await answerOf(`${root}/user/`, bye, options, ANSWER_BYTES, signal).catch(() => undefined);
	}
}

/** Of the short answers about a session. */
const ANSWER_BYTES = 65_536;

/** A token for some hours, by name and password (HTTP Basic, RFC 7617). */
async function signIn(
	root: string,
	{ user, password }: { readonly user: string; readonly password: string },
	options: PullOptions,
	signal: AbortSignal,
): Promise<string> {
	const pair = new TextEncoder().encode(`${user}:${password}`);
	const headers = { ...headersOf(undefined, options), authorization: `Basic ${pair.toBase64()}` };
	const request = { method: "POST", headers } as const;
	const { status, text } = await answerOf(`${root}/user/`, request, options, ANSWER_BYTES, signal);
	const body = parse(text);
	if (body === undefined) throw noApi(status, "");
	const token = (body.data as { token?: unknown } | undefined)?.token;
	if (typeof token === "string" && status < 300) return token;
	throw new AppError(
		"invalid",
		`phpIPAM does not let this user in${saidOf(body, password, pair.toBase64())}.`,
		{ field: "password" },
	);
}

async function pullAll(root: string, key: Key, options: PullOptions, signal: AbortSignal): Promise<Pulled> {
	const left = { bytes: options.bytes, requests: options.requests };
	const list = (path: string) => ask(`${root}${path}`, key, options, left, signal);
	const tables = new Map<string, readonly Row[]>();
	const take = async (name: string, path: string) =>
		tables.set(
			name,
			(await list(path)).map((row) => flat(row, name)),
		);
	await take("sections", "/sections/");
	await take("vlans", "/vlan/");
	await take("vrf", "/vrf/");
	await take("ipTags", "/tools/tags/");
	await take("devices", "/tools/devices/");
	await take("locations", "/tools/locations/");
	for (const [name, path] of Object.entries(SPARE)) {
		const rows = await list(path).catch((error: unknown) => {
			if (error instanceof AppError && error.code === "invalid") return [];
			throw error;
		});
		tables.set(
			name,
			rows.map((row) => flat(row, name)),
		);
	}
	const subnets: Row[] = [];
	for (const { id } of tables.get("sections") ?? []) {
		for (const row of await list(`/sections/${id}/subnets/`)) subnets.push(flat(row, "subnets"));
	}
	const addresses: Row[] = [];
	for (const { id, isFolder } of subnets) {
		if (isFolder === "1") continue;
		for (const row of await list(`/subnets/${id}/addresses/`)) addresses.push(flat(row, "ipaddresses"));
	}
	return tables.set("subnets", subnets).set("ipaddresses", addresses);
}

/** Names that older ones, and apps with fewer rights, do not tell: then they are left out. */
const SPARE = {
	vlanDomains: "/l2domains/",
	customers: "/tools/customers/",
	nameservers: "/tools/nameservers/",
} as const;

/** What is sent with every request, and the field of the form it came of. */
type Key = { readonly token: string; readonly field: "token" | "password" };

/** Both names of the header: the older one is dropped by some proxies. */
function headersOf(token: string | undefined, { userAgent }: PullOptions): Record<string, string> {
	const opens = token === undefined ? {} : { token, "phpipam-token": token };
	return { ...opens, accept: "application/json", "user-agent": userAgent };
}

/** What it says, without the secrets it was told. */
function saidOf(body: { message?: unknown }, ...secrets: readonly string[]): string {
	if (typeof body.message !== "string") return "";
	const open = secrets.filter((secret) => secret !== "");
	return `: ${open.reduce((text, secret) => text.replaceAll(secret, "…"), body.message).slice(0, 200)}`;
}

/** `said`: what phpIPAM's API says of it; "" when it is not that API that answered. */
function noApi(status: number, said: string): AppError {
	const says =
		said === ""
			? `There is no API of phpIPAM at this address (it answered ${status}).`
			: `phpIPAM answers ${status}${said}.`;
	return new AppError("invalid", says, { field: "url" });
}

/** One list; an empty one is a 404 there. */
async function ask(
	url: string,
	{ token, field }: Key,
	options: PullOptions,
	left: { bytes: number; requests: number },
	signal: AbortSignal,
): Promise<readonly Record<string, unknown>[]> {
	left.requests -= 1;
	if (left.requests < 0)
		throw new AppError(
			"unavailable",
			"This phpIPAM has too many subnets to be asked one by one: bring its MySQL dump.",
		);
	const request = { method: "GET", headers: headersOf(token, options) } as const;
	const { status, text } = await answerOf(url, request, options, left.bytes, signal);
	left.bytes -= text.length;
	const body = parse(text);
	if (status === 404 && body !== undefined) return [];
	if (status === 401 || status === 403) {
		const who = field === "token" ? "this app code" : "this user";
		throw new AppError("invalid", `phpIPAM refuses ${who}, or the app may not read.`, { field });
	}
	if (body === undefined || status >= 300) throw noApi(status, body === undefined ? "" : saidOf(body, token));
	const { data } = body;
	const rows = Array.isArray(data)
		? data
		: typeof data === "object" && data !== null
			? Object.values(data)
			: [];
	return rows.filter((row) => typeof row === "object" && row !== null);
}

async function answerOf(
	url: string,
	request: Outgoing,
	options: PullOptions,
	most: number,
	signal: AbortSignal,
) {
	const finished = new AbortController();
	const limit = new AbortController();
	void options.clock
		.sleep(options.timeoutMs, AbortSignal.any([finished.signal, signal]))
		.then(() => limit.abort());
	try {
		const response = await reach(url, request, options, limit.signal);
		const text = await readAnswer(response, most);
		if (text === undefined)
			throw new AppError("unavailable", "phpIPAM answered more than can be taken: bring its MySQL dump.");
		return { status: response.status, text };
	} catch (error) {
		if (error instanceof AppError) throw error;
		if (error instanceof Unreached) throw new AppError("invalid", error.message, { field: "url" });
		throw new AppError("unavailable", `phpIPAM: ${explainFailure(error, limit.signal.aborted, options)}`, {
			cause: error,
		});
	} finally {
		finished.abort();
	}
}

function parse(text: string): { message?: unknown; data?: unknown } | undefined {
	try {
		const value: unknown = JSON.parse(text);
		const isEnvelope = typeof value === "object" && value !== null && "code" in value;
		return isEnvelope ? (value as { message?: unknown; data?: unknown }) : undefined;
	} catch {
		return undefined;
	}
}

/** Values as text; custom fields that come in a pocket beside the others. */
function flat(row: Record<string, unknown>, table: string): Row {
	const out: Record<string, string | undefined> = Object.create(null);
	const custom = row.custom_fields;
	const pocket = typeof custom === "object" && custom !== null ? custom : {};
	for (const [key, value] of [...Object.entries(row), ...Object.entries(pocket)]) {
		if (typeof value === "object" && value !== null) continue;
		const name = RENAMED[table]?.[key] ?? key;
		out[name] = value === null || value === undefined ? undefined : String(value);
	}
	return out;
}
