/** Rows of `event`: writing them inside the transaction that made them true, and reading them newest first. */

import type { Actor } from "../model/actor.ts";
import type { Event, EventKind, NewEvent } from "../model/event.ts";
import { type Db, insertedId } from "./database.ts";
import { queueDeliveries } from "./deliveries.ts";

/**
 * Call inside the transaction of the change itself: the messages to webhooks are written with it. `hostIds`: whom an
 * event about several hosts is about.
 */
export function insertEvent(db: Db, event: NewEvent, hostIds?: readonly number[]): Event {
	const result = db
		.query(
			`INSERT INTO event (ts, kind, subnet_id, host_id, ip, label, detail_json, actor_kind, actor_id, actor_name, actor_from)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		)
		.run(
			event.at,
			event.kind,
			event.subnetId ?? null,
			event.hostId ?? null,
			event.ip ?? null,
			event.label,
			JSON.stringify(event.detail),
			...actorColumns(event.by),
		);
	const stored = { id: insertedId(result), ...event };
	queueDeliveries(db, stored, hostIds);
	return stored;
}

/** The program itself is nobody. */
function actorColumns(by: Actor | undefined): [string | null, number | null, string | null, string | null] {
	if (by === undefined || by.kind === "program") return [null, null, null, null];
	return [by.kind, by.id ?? null, by.name, by.from];
}

/** NULL for news that cannot be dismissed, else 0 or 1. */
const DISMISSED = `CASE WHEN kind IN ('mac_changed', 'mac_conflict') THEN EXISTS (
	SELECT 1 FROM dismissal WHERE dismissal.kind = event.kind AND dismissal.mac = event.detail_json ->> '$.mac'
		AND (event.kind = 'mac_conflict' OR dismissal.host_id = event.host_id)) END`;

/** Deleted things are told of, but lead nowhere. */
export const FIELDS = `id, ts, kind, ip, label, detail_json, actor_kind, actor_id, actor_name, actor_from, ${DISMISSED} AS dismissed,
	(SELECT id FROM host WHERE host.id = event.host_id) AS host_id,
	(SELECT id FROM subnet WHERE subnet.id = event.subnet_id) AS subnet_id`;

export function findEvent(db: Db, id: number): Event | undefined {
	const row = db.query<Row, [number]>(FIND).get(id);
	return row ? toEvent(row) : undefined;
}

/** The newest events at or after `since`, before event id `before`; at most `limit`. */
export function listEvents(
	db: Db,
	options: {
		since?: number;
		before?: number | undefined;
		hostId?: number;
		without?: readonly EventKind[];
		limit: number;
	},
): Event[] {
	const { since = 0, before = Number.MAX_SAFE_INTEGER, hostId, without = [], limit } = options;
	const binds = { since, before, without: JSON.stringify(without), limit };
	if (hostId === undefined) return db.query<Row, [typeof binds]>(NEWEST).all(binds).map(toEvent);
	const ofHost = { ...binds, host: hostId };
	return db.query<Row, [typeof ofHost]>(NEWEST_OF_HOST).all(ofHost).map(toEvent);
}

const WANTED = "ts >= :since AND id < :before AND kind NOT IN (SELECT value FROM json_each(:without))";
/** Begins at the first event of that time: on a quiet day years would be walked through to find that no more fit. */
const NEWEST = `SELECT ${FIELDS} FROM event
	WHERE id >= CASE :since WHEN 0 THEN 0 ELSE coalesce((SELECT min(id) FROM event INDEXED BY event_by_time WHERE ts >= :since), :before) END
		AND ${WANTED} ORDER BY id DESC LIMIT :limit`;
const NEWEST_OF_HOST = `SELECT ${FIELDS} FROM event WHERE event.host_id = :host AND ${WANTED} ORDER BY id DESC LIMIT :limit`;

/**
 * What happened to a host, newest first: its own events, and those of several hosts of its subnet that it was one of, as
 * long as the samples of that moment are kept.
 */
export function listHostEvents(
	db: Db,
	hostId: number,
	page: { before?: number | undefined; limit: number },
): Event[] {
	const binds = { host: hostId, before: page.before ?? Number.MAX_SAFE_INTEGER, limit: page.limit };
	return db.query<Row, [typeof binds]>(OF_HOST).all(binds).map(toEvent);
}

/** The events after event id `after`, oldest first; at most `limit`. */
export function listEventsAfter(db: Db, after: number, limit: number): Event[] {
	return db
		.query<Row, [number, number]>(`SELECT ${FIELDS} FROM event WHERE id > ? ORDER BY id LIMIT ?`)
		.all(after, limit)
		.map(toEvent);
}

export function lastEventId(db: Db): number {
	return db.query<{ id: number | null }, []>("SELECT max(id) AS id FROM event").get()?.id ?? 0;
}

/** Removes at most `limit` events older than `before`; answers how many. */
export function pruneEvents(db: Db, before: number, limit: number): number {
	return db
		.query("DELETE FROM event WHERE id IN (SELECT id FROM event WHERE ts < ? ORDER BY ts LIMIT ?)")
		.run(before, limit).changes;
}

/** So many were before `before`, of so many. */
export function countEvents(db: Db, before: number): { old: number; all: number } {
	const row = db
		.query<{ old: number; n: number }, [number]>(
			"SELECT (SELECT count(*) FROM event WHERE ts < ?) AS old, (SELECT count(*) FROM event) AS n",
		)
		.get(before);
	return { old: row?.old ?? 0, all: row?.n ?? 0 };
}

export type Row = {
	id: number;
	ts: number;
	kind: EventKind;
	subnet_id: number | null;
	host_id: number | null;
	ip: string | null;
	label: string;
	detail_json: string;
	actor_kind: "person" | "token" | null;
	actor_id: number | null;
	actor_name: string | null;
	actor_from: string | null;
	dismissed: number | null;
};

/** Events of a subnet that are looked at for those a host was one of. */
const LOOKED_AT = 1_000;
/** It fell silent then (its sample is of that very moment), or its newest sample by then is the first that answered. */
const WAS_IN_IT = `(
	EXISTS (SELECT 1 FROM host_status WHERE host_id = :host AND ts = near.ts AND is_up = 0)
	OR ((SELECT is_up FROM host_status WHERE host_id = :host AND ts <= near.ts ORDER BY ts DESC LIMIT 1) = 1
		AND (SELECT is_up FROM host_status WHERE host_id = :host AND ts <= near.ts ORDER BY ts DESC LIMIT 1 OFFSET 1) = 0))`;
const OF_HOST = `SELECT ${FIELDS} FROM event WHERE id IN (
		SELECT id FROM (SELECT id FROM event WHERE event.host_id = :host AND id < :before ORDER BY id DESC LIMIT :limit)
		UNION ALL
		SELECT id FROM (SELECT id, ts, kind FROM event
			WHERE event.subnet_id = (SELECT subnet_id FROM host WHERE id = :host) AND id < :before
			ORDER BY id DESC LIMIT ${LOOKED_AT}) AS near
		WHERE kind IN ('subnet_down', 'subnet_up', 'subnet_flapping') AND ${WAS_IN_IT})
	ORDER BY id DESC LIMIT :limit`;

const FIND = `SELECT ${FIELDS} FROM event WHERE id = ?`;

export function toEvent(row: Row): Event {
	return {
		id: row.id,
		at: row.ts,
		kind: row.kind,
		subnetId: row.subnet_id ?? undefined,
		hostId: row.host_id ?? undefined,
		ip: row.ip ?? undefined,
		label: row.label,
		detail: JSON.parse(row.detail_json),
		...(row.actor_kind === null ? {} : { by: toActor(row.actor_kind, row) }),
		...(row.dismissed === null ? {} : { dismissed: row.dismissed === 1 }),
	};
}

function toActor(kind: "person" | "token", row: Row): Actor {
	return { kind, id: row.actor_id ?? undefined, name: row.actor_name ?? "", from: row.actor_from ?? "" };
}
