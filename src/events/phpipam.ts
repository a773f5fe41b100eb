/** A running phpIPAM read through its API (formats: sections, subnets of each, addresses of each). Keeps nothing. */

import { AppError } from "../errors.ts";
import { explainFailure, type ReachOptions, reach, readAnswer, Unreached } from "./outgoing.ts";

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

/**
 * Everything the app may see. `base` is the address of the API with the app's name behind it; `token` its app code.
 * AppError("invalid") names the field at fault, AppError("unavailable") says why nothing came.
 */
export async function pullPhpipam(
	base: string,
	token: string,
	options: PullOptions,
	signal: AbortSignal,
): Promise<Pulled> {
	const root = base.trim().replace(/\/+$/, "");
	const left = { bytes: options.bytes, requests: options.requests };
	const list = (path: string) => ask(`${root}${path}`, token, options, left, signal);
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

/** One list; an empty one is a 404 there. */
async function ask(
	url: string,
	token: string,
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
	const { status, text } = await answerOf(url, token, options, left.bytes, signal);
	left.bytes -= text.length;
	const body = parse(text);
	if (status === 404 && body !== undefined) return [];
	if (status === 401 || status === 403) {
		throw new AppError("invalid", "phpIPAM refuses this app code, or the app may not read.", {
			field: "token",
		});
	}
	if (body === undefined || status >= 300) {
		const said =
			body === undefined || typeof body.message !== "string"
				? ""
				: `: ${body.message.replaceAll(token, "…").slice(0, 200)}`;
		throw new AppError(
			"invalid",
			`There is no API of phpIPAM at this address (it answered ${status}${said}).`,
			{ field: "url" },
		);
	}
	const { data } = body;
	const rows = Array.isArray(data)
		? data
		: typeof data === "object" && data !== null
			? Object.values(data)
			: [];
	return rows.filter((row) => typeof row === "object" && row !== null);
}

async function answerOf(url: string, token: string, options: PullOptions, most: number, signal: AbortSignal) {
	const finished = new AbortController();
	const limit = new AbortController();
	void options.clock
		.sleep(options.timeoutMs, AbortSignal.any([finished.signal, signal]))
		.then(() => limit.abort());
	try {
		// Both names of the header: the older one is dropped by some proxies.
		const headers = {
			token,
			"phpipam-token": token,
			accept: "application/json",
			"user-agent": options.userAgent,
		};
		const response = await reach(url, { method: "GET", headers }, options, limit.signal);
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

/** Values as text; custom fields, in a pocket or with a prefix, as columns of their own. */
function flat(row: Record<string, unknown>, table: string): Row {
	const out: Record<string, string | undefined> = Object.create(null);
	const custom = row.custom_fields;
	const pocket = typeof custom === "object" && custom !== null ? custom : {};
	for (const [key, value] of [...Object.entries(row), ...Object.entries(pocket)]) {
		if (typeof value === "object" && value !== null) continue;
		const name = RENAMED[table]?.[key] ?? key.replace(/^custom_(?!fields$)/, "");
		out[name] = value === null || value === undefined ? undefined : String(value);
	}
	return out;
}
