/** Which hosts a filter lets through, and the short way to them when they are few. Reads only. */

import type { HostFilter } from "../model/host.ts";
import type { Db } from "./database.ts";

/** What lets a row pass, besides its subnet and status. Parameters that are NULL ask nothing. */
export const PASSES = `(:tag IS NULL OR id IN (SELECT host_id FROM host_tag WHERE tag = :tag))
	AND (:service IS NULL OR id IN (SELECT host_id FROM host_open_port WHERE service = :service AND is_current = 1))
	AND (:like IS NULL OR ip LIKE :like ESCAPE '\\' OR hostname LIKE :like ESCAPE '\\'
		OR description LIKE :like ESCAPE '\\' OR tags_json LIKE :like ESCAPE '\\' OR mac LIKE :like ESCAPE '\\'
		OR vendor LIKE :like ESCAPE '\\' OR ptr_name LIKE :like ESCAPE '\\' OR snmp_name LIKE :like ESCAPE '\\'
		OR id IN (SELECT host_id FROM host_open_port WHERE is_current = 1 AND (CAST(port AS TEXT) = :port
			OR service LIKE :like ESCAPE '\\' OR product LIKE :like ESCAPE '\\')))`;

/** What PASSES and the subnet are bound to. Wildcards of LIKE in the text stand for themselves. */
export function bindsOf(filter: HostFilter) {
	const { text } = filter;
	return {
		subnet: filter.subnetId ?? null,
		tag: filter.tag ?? null,
		service: filter.service ?? null,
		port: text ?? null,
		like: text === undefined || text === "" ? null : `%${text.replace(/[\\%_]/g, (c) => `\\${c}`)}%`,
	};
}

/** Nothing but a subnet or a status is asked for. */
export function asksNothing({ tag, service, text }: HostFilter): boolean {
	return tag === undefined && service === undefined && (text === undefined || text === "");
}

/** Expression and condition of the index host_words, word for word as schema.sql has them. */
const WORDS = `lower(hostname || char(10) || description || char(10) || tags_json || char(10) || coalesce(mac, '') || char(10) || coalesce(vendor, '') || char(10) || ptr_name || char(10) || snmp_name)`;
const HAS_WORDS = `hostname <> '' OR description <> '' OR tags_json <> '[]' OR mac IS NOT NULL OR ptr_name <> '' OR snmp_name <> ''`;

/** More hosts than these are not picked: a list that walks along its index soon meets enough of them. */
const PICKED_MAX = 5_000;

const BY_WORDS = `SELECT id FROM host WHERE (${HAS_WORDS}) AND instr(${WORDS}, lower(?1))`;

/** By the number of an open port, or what serves there; read from one index. */
const BY_PORTS = `SELECT host_id FROM host_open_port WHERE is_current = 1
	AND (CAST(port AS TEXT) = ?1 OR instr(lower(service), lower(?1)) OR instr(lower(product), lower(?1)))`;

/**
 * A text is sought in indexes read from end to end, those of addresses, of words (which holds only hosts that have
 * any) and of open ports: a tenth of what it takes to look at every row in the order of a list.
 */
const PICKS = {
	tag: "SELECT host_id AS id FROM host_tag WHERE tag = ? LIMIT ?",
	service: "SELECT DISTINCT host_id AS id FROM host_open_port WHERE service = ? AND is_current = 1 LIMIT ?",
	text: `SELECT id FROM host WHERE instr(ip, lower(?1)) UNION ALL ${BY_WORDS} UNION ALL ${BY_PORTS} LIMIT ?2`,
	word: `${BY_WORDS} UNION ALL ${BY_PORTS} LIMIT ?2`,
} as const;

/** What no address holds need not be sought in addresses. */
const MAYBE_ADDRESS = /^[0-9a-f.:]+$/i;

/**
 * Ids of all hosts that may pass, as a JSON array: those that carry the tag, the service or the text. undefined when
 * they are too many, or when the filter asks for none of these. They still have to pass the whole filter.
 */
export function pickHosts(db: Db, filter: HostFilter): string | undefined {
	const { tag, service, text } = filter;
	const [sql, value] =
		tag !== undefined
			? [PICKS.tag, tag]
			: service !== undefined
				? [PICKS.service, service]
				: [PICKS[MAYBE_ADDRESS.test(text ?? "") ? "text" : "word"], text ?? ""];
	if (value === "") return undefined;
	const rows = db.query<{ id: number }, [string, number]>(sql).all(value, PICKED_MAX + 1);
	if (rows.length > PICKED_MAX) return undefined;
	return JSON.stringify([...new Set(rows.map(({ id }) => id))]);
}
