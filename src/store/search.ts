/** Which hosts a filter lets through, and the short way to them when they are few. Reads only. */

import type { HostFilter } from "../model/host.ts";
import { macPart } from "../net/mac.ts";
import type { Db } from "./database.ts";
import { patternsOf } from "./patterns.ts";
import { pickByWords } from "./words.ts";

/** What lets a row pass, besides its subnet and status. Parameters that are NULL ask nothing. */
export const PASSES = `(:tag IS NULL OR id IN (SELECT host_id FROM host_tag WHERE tag = :tag))
	AND (:service IS NULL OR id IN (SELECT host_id FROM host_open_port WHERE service = :service AND is_current = 1))
	AND (:port IS NULL OR id IN (SELECT host_id FROM host_open_port WHERE port = :port AND is_current = 1))
	AND (:never IS NULL OR first_seen_at IS NULL) AND (:since IS NULL OR first_seen_at >= :since)
	AND (:within IS NULL OR ip GLOB +:within OR lower(hostname) GLOB +:within OR lower(description) GLOB +:within
		OR (tags_json <> '[]' AND EXISTS (SELECT 1 FROM json_each(tags_json) WHERE lower(value) GLOB +:within))
		OR mac GLOB +:within OR lower(vendor) GLOB +:within
		OR lower(ptr_name) GLOB +:within OR lower(snmp_name) GLOB +:within OR instr(mac, :mac)
		OR id IN (SELECT host_id FROM host_open_port WHERE is_current = 1 AND (CAST(port AS TEXT) = :word
			OR lower(service) GLOB +:within OR lower(product) GLOB +:within)))`;

/** What PASSES and the subnet are bound to. */
export function bindsOf(filter: HostFilter) {
	const { text } = filter;
	return {
		subnet: filter.subnetId ?? null,
		tag: filter.tag ?? null,
		service: filter.service ?? null,
		port: filter.port ?? null,
		never: filter.seen?.kind === "never" ? 1 : null,
		since: filter.seen?.kind === "new" ? filter.seen.since : null,
		word: text ?? null,
		mac: macPart(text ?? "") ?? null,
		within: text === undefined || text === "" ? null : patternsOf(text).within,
	};
}

/** Nothing but a subnet or a status is asked for. */
export function asksNothing({ tag, service, port, seen, text = "" }: HostFilter): boolean {
	return text === "" && [tag, service, port, seen].every((part) => part === undefined);
}

/** More hosts than these are not picked: a list that walks along its index soon meets enough of them. */
export const PICKED_MAX = 5_000;

/** Has the number or the words of a port the text? */
const FITS = "(CAST(port AS TEXT) = :value OR lower(service) GLOB +:within OR lower(product) GLOB +:within)";

/**
 * The next kind of port (number, service, product) behind one. No host has the last id there can be, so the search
 * begins behind all ports of that kind. A step for each kind, however many ports; SQLite sees the whole key only in
 * bound values, not in columns of a recursive query.
 */
const NEXT_KIND = `SELECT port, service, product, ${FITS} AS fits FROM host_open_port
	WHERE is_current = 1 AND (port, service, product, host_id) > (:port, :service, :product, 9223372036854775807)
	ORDER BY port, service, product LIMIT 1`;

/** More kinds of ports than these are not walked. */
const KINDS_MAX = 1_000;

export type Kind = { readonly port: number; readonly service: string; readonly product: string };

const PICKS = {
	tag: "SELECT host_id AS id FROM host_tag WHERE tag = :value LIMIT :limit",
	port: "SELECT DISTINCT host_id AS id FROM host_open_port WHERE port = :value AND is_current = 1 LIMIT :limit",
	service:
		"SELECT DISTINCT host_id AS id FROM host_open_port WHERE service = :value AND is_current = 1 LIMIT :limit",
	never: "SELECT id FROM host WHERE first_seen_at IS NULL LIMIT :limit",
	since: "SELECT id FROM host WHERE first_seen_at >= :value LIMIT :limit",
	/** Of this kind. */
	kind: `SELECT host_id AS id FROM host_open_port WHERE is_current = 1
		AND port = :port AND service = :service AND product = :product LIMIT :limit`,
	ports: `SELECT host_id AS id FROM host_open_port WHERE is_current = 1 AND ${FITS} LIMIT :limit`,
} as const;

type Binds = Record<string, string | number>;

function ask(db: Db, sql: string, binds: Binds): number[] {
	const rows = db.query<unknown, [Binds]>(sql).values(binds) as [number][];
	return rows.map(([id]) => id);
}

/** Kinds of open ports that carry the text in number, service or product; `done` false: there are more than are walked. */
export function kindsWith(db: Db, value: string, take: (kind: Kind) => boolean): { readonly done: boolean } {
	const asked = { value, within: patternsOf(value).within };
	const next = db.query<Kind & { fits: number }, [Kind & typeof asked]>(NEXT_KIND);
	let at: Kind = { port: -1, service: "", product: "" };
	for (let steps = 0; steps < KINDS_MAX; steps++) {
		const found = next.get({ ...at, ...asked });
		if (found === null) return { done: true };
		const { fits, ...kind } = found;
		if (fits === 1 && !take(kind)) return { done: true };
		at = kind;
	}
	return { done: false };
}

/** Ids of hosts with a port of this kind open. */
export const hostsOfKind = (db: Db, kind: Kind, limit: number) => ask(db, PICKS.kind, { ...kind, limit });

/** Ids of hosts by the number of an open port, or what serves there; an id comes once for each port. */
function pickByPorts(db: Db, value: string, limit: number): number[] {
	const ids: number[] = [];
	const { done } = kindsWith(db, value, (kind) => {
		ids.push(...hostsOfKind(db, kind, limit));
		return ids.length < limit;
	});
	return done ? ids : ask(db, PICKS.ports, { value, within: patternsOf(value).within, limit });
}

/**
 * Ids of all hosts that may pass: those that carry the tag, the port, the service or the text, or first answered
 * when it says. undefined when they are too many, or when the filter asks for none of these. They still have to pass
 * the whole filter.
 */
export function pickHosts(db: Db, { tag, service, port, seen, text = "" }: HostFilter): number[] | undefined {
	const limit = PICKED_MAX + 1;
	let ids: number[];
	if (tag !== undefined) ids = ask(db, PICKS.tag, { value: tag, limit });
	else if (port !== undefined) ids = ask(db, PICKS.port, { value: port, limit });
	else if (service !== undefined) ids = ask(db, PICKS.service, { value: service, limit });
	else if (seen?.kind === "never") ids = ask(db, PICKS.never, { limit });
	else if (seen !== undefined) ids = ask(db, PICKS.since, { value: seen.since, limit });
	else if (text === "") return undefined;
	else {
		ids = pickByWords(db, text, limit);
		if (ids.length < limit) ids.push(...pickByPorts(db, text, limit));
	}
	return ids.length > PICKED_MAX ? undefined : [...new Set(ids)];
}
