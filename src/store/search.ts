/** Which hosts a filter lets through, and the short way to them when they are few. Reads only. */

import type { HostFilter } from "../model/host.ts";
import { macPart } from "../net/mac.ts";
import type { Db } from "./database.ts";

/** What lets a row pass, besides its subnet and status. Parameters that are NULL ask nothing. */
export const PASSES = `(:tag IS NULL OR id IN (SELECT host_id FROM host_tag WHERE tag = :tag))
	AND (:service IS NULL OR id IN (SELECT host_id FROM host_open_port WHERE service = :service AND is_current = 1))
	AND (:port IS NULL OR id IN (SELECT host_id FROM host_open_port WHERE port = :port AND is_current = 1))
	AND (:like IS NULL OR ip LIKE :like ESCAPE '\\' OR hostname LIKE :like ESCAPE '\\'
		OR description LIKE :like ESCAPE '\\' OR tags_json LIKE :like ESCAPE '\\'
		OR mac LIKE :like ESCAPE '\\' OR vendor LIKE :like ESCAPE '\\'
		OR ptr_name LIKE :like ESCAPE '\\' OR snmp_name LIKE :like ESCAPE '\\' OR instr(mac, :mac))`;

/** What PASSES and the subnet are bound to. Wildcards of LIKE in the text stand for themselves. */
export function bindsOf(filter: HostFilter) {
	const { text } = filter;
	return {
		subnet: filter.subnetId ?? null,
		tag: filter.tag ?? null,
		service: filter.service ?? null,
		port: filter.port ?? null,
		mac: macPart(text ?? "") ?? null,
		like: text === undefined || text === "" ? null : `%${text.replace(/[\\%_]/g, (c) => `\\${c}`)}%`,
	};
}

/** Nothing but a subnet or a status is asked for. */
export function asksNothing({ tag, service, port, text }: HostFilter): boolean {
	return (
		tag === undefined && service === undefined && port === undefined && (text === undefined || text === "")
	);
}

/** More hosts than these are not picked: a list that walks along its index soon meets enough of them. */
export const PICKED_MAX = 5_000;

/** What the index host_words of schema.sql holds of a host: every text of it, a line each. */
const WORDS =
	"lower(ip || char(10) || hostname || char(10) || description || char(10) || tags_json || char(10) || ifnull(mac, '') || char(10) || ifnull(vendor, '') || char(10) || ptr_name || char(10) || snmp_name)";

/**
 * A text is looked for in one index that is read from end to end: a tenth of what it takes to look at every row in
 * the order of a list.
 */
const PICKS = {
	tag: "SELECT host_id AS id FROM host_tag WHERE tag = :value LIMIT :limit",
	port: "SELECT DISTINCT host_id AS id FROM host_open_port WHERE port = :value AND is_current = 1 LIMIT :limit",
	service:
		"SELECT DISTINCT host_id AS id FROM host_open_port WHERE service = :value AND is_current = 1 LIMIT :limit",
	text: `SELECT id FROM host WHERE instr(${WORDS}, lower(:value)) LIMIT :limit`,
	/** A text that may be part of a MAC, written in another way. */
	mac: `SELECT id FROM host WHERE instr(${WORDS}, lower(:value)) OR instr(${WORDS}, :mac) LIMIT :limit`,
} as const;

/**
 * Ids of all hosts that may pass: those that carry the tag, the port, the service or the text. undefined when they
 * are more than `max`, or when the filter asks for none of these. They still have to pass the whole filter.
 */
export function pickHosts(db: Db, filter: HostFilter, max = PICKED_MAX): number[] | undefined {
	const { tag, service, port, text = "" } = filter;
	const limit = max + 1;
	const ask = (sql: string, binds: Record<string, string | number>) =>
		db.query<Picked, [typeof binds]>(sql).values(binds) as [number][];
	const mac = macPart(text);
	let rows: [number][];
	if (tag !== undefined) rows = ask(PICKS.tag, { value: tag, limit });
	else if (port !== undefined) rows = ask(PICKS.port, { value: port, limit });
	else if (service !== undefined) rows = ask(PICKS.service, { value: service, limit });
	else if (text === "") return undefined;
	else if (mac !== undefined) rows = ask(PICKS.mac, { value: text, mac, limit });
	else rows = ask(PICKS.text, { value: text, limit });
	return rows.length > max ? undefined : rows.map(([id]) => id);
}

type Picked = { readonly id: number };
