/** The address bar of a list: from a list query to a URL and back to form fields. Pure; knows no markup. */

import type { ListQuery } from "../src/model/listing.ts";
import { type Address, formatAddress } from "../src/net/address.ts";

/** What a link changes in the query it stands in; `undefined` takes a part out. */
export type QueryChange = {
	order?: ListQuery["order"];
	status?: ListQuery["filter"]["status"] | undefined;
	tag?: string | undefined;
	service?: string | undefined;
	port?: number | undefined;
	text?: string | undefined;
	subnet?: number | undefined;
	seen?: undefined;
	open?: readonly Address[];
	after?: string | undefined;
	before?: string | undefined;
	at?: Address | undefined;
};

/** Name and value of each part of the query, in one fixed order so that equal lists have equal URLs. */
export function queryFields(query: ListQuery, base: string, change: QueryChange = {}): [string, string][] {
	const { filter } = query;
	const pick = <K extends keyof QueryChange>(key: K, now: QueryChange[K]) =>
		key in change ? change[key] : now;
	const status = pick("status", filter.status);
	const order = pick("order", query.order);
	const open = pick("open", query.open) ?? [];
	const fields: [string, string | undefined][] = [
		["order", order === "address" ? order : undefined],
		["status", status ?? (base === "/" ? "" : undefined)],
		["subnet", base === "/" ? pick("subnet", filter.subnetId)?.toString() : undefined],
		["tag", pick("tag", filter.tag)],
		["service", pick("service", filter.service)],
		["port", pick("port", filter.port)?.toString()],
		["seen", "seen" in change ? undefined : filter.seen?.kind],
		["q", pick("text", filter.text)],
		["open", open.length === 0 ? undefined : open.map(formatAddress).join(",")],
		["after", change.after],
		["before", change.before],
		["at", change.at === undefined ? undefined : formatAddress(change.at)],
	];
	return fields.filter((field): field is [string, string] => field[1] !== undefined);
}

/** The URL of a list page. On the dashboard "all" is said aloud (`status=`), because it opens with what is up. */
export function listUrl(base: string, query: ListQuery, change: QueryChange = {}): string {
	return withQuery(base, queryFields(query, base, change));
}

/** Where what this list shows can be had as a file. */
export function exportUrl(query: ListQuery): string {
	const fields = queryFields(query, "/", { order: "alive", open: [] });
	return withQuery(
		"/export",
		fields.filter(([, value]) => value !== ""),
	);
}

/** The URL of only the rows behind or before a place. */
export function rowsUrl(
	base: string,
	query: ListQuery,
	to: Pick<QueryChange, "after" | "before" | "at">,
): string {
	return withQuery(base === "/" ? "/rows" : `${base}/rows`, queryFields(query, base, to));
}

function withQuery(path: string, fields: [string, string][]): string {
	return fields.length === 0 ? path : `${path}?${new URLSearchParams(fields)}`;
}
