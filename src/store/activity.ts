/** Events that pass a filter, newest first, window after window. Reads only; each window looks at a bounded number. */

import { type Event, type EventFilter, kindsOf } from "../model/event.ts";
import type { Db } from "./database.ts";
import { FIELDS, type Row, toEvent } from "./events.ts";
import { patternsOf } from "./patterns.ts";

/** Events looked at for one window: a text that nothing holds does not read years. */
const SCANNED = 20_000;

const PASSES = `(:kinds IS NULL OR kind IN (SELECT value FROM json_each(:kinds)))
	AND (:within IS NULL OR lower(label) GLOB +:within OR ip GLOB +:within OR lower(actor_name) GLOB +:within
		OR lower(actor_from) GLOB +:within
		OR EXISTS (SELECT 1 FROM json_each(detail_json) WHERE lower(value) GLOB +:within))`;

/** Of all, or along the index of one subnet. */
const WINDOWS = {
	all: `SELECT ${FIELDS} FROM event WHERE id IN (
			SELECT id FROM (SELECT * FROM event WHERE :subnet IS NULL AND id < :before ORDER BY id DESC LIMIT :scanned)
			WHERE ${PASSES} ORDER BY id DESC LIMIT :limit)
		ORDER BY id DESC`,
	subnet: `SELECT ${FIELDS} FROM event WHERE id IN (
			SELECT id FROM (SELECT * FROM event WHERE event.subnet_id = :subnet AND id < :before
				ORDER BY id DESC LIMIT :scanned)
			WHERE ${PASSES} ORDER BY id DESC LIMIT :limit)
		ORDER BY id DESC`,
} as const;

/** The oldest event that was looked at, when there may be older ones. */
const REACHED = `SELECT min(id) AS id, count(*) AS n FROM (SELECT id FROM event
	WHERE (:subnet IS NULL OR event.subnet_id = :subnet) AND id < :before ORDER BY id DESC LIMIT :scanned)`;

/** At most `limit` events older than event `before`; `next`: where to go on, undefined at the end. */
export function findEvents(
	db: Db,
	{ group, kind, subnetId, text = "" }: EventFilter,
	window: { before?: number | undefined; limit: number; scanned?: number },
): { events: Event[]; next: number | undefined } {
	const { limit, scanned = SCANNED } = window;
	const where = { subnet: subnetId ?? null, before: window.before ?? Number.MAX_SAFE_INTEGER, scanned };
	const kinds = kind !== undefined ? [kind] : group === undefined ? undefined : kindsOf(group);
	const binds = {
		...where,
		kinds: kinds === undefined ? null : JSON.stringify(kinds),
		within: text === "" ? null : patternsOf(text).within,
		limit: limit + 1,
	};
	const rows = db.query<Row, [typeof binds]>(WINDOWS[subnetId === undefined ? "all" : "subnet"]).all(binds);
	const events = rows.slice(0, limit).map(toEvent);
	if (rows.length > limit) return { events, next: events.at(-1)?.id };
	const reached = db.query<{ id: number | null; n: number }, [typeof where]>(REACHED).get(where);
	return { events, next: reached?.n === scanned ? (reached.id ?? undefined) : undefined };
}
