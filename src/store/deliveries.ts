/** Rows of `webhook_delivery`: written with their event, taken when due, closed with what came of it. */

import type { Event } from "../model/event.ts";
import { type Delivery, type DeliveryState, topicOf } from "../model/webhook.ts";
import type { Db } from "./database.ts";

/** A delivery that is due, with all that is needed to send it. */
export type DueDelivery = {
	readonly id: number;
	readonly webhookId: number;
	readonly uid: string;
	readonly body: string;
	readonly attempts: number;
	/** When it is due; later than now when a newer message about the same made it be tried before its time. */
	readonly dueAt: number;
	readonly url: string;
	readonly secret: string;
};

/** What an attempt came to. */
export type Outcome = {
	readonly state: DeliveryState;
	readonly at: number;
	readonly nextAt: number | undefined;
	readonly status: number | undefined;
	readonly answerMs: number | undefined;
	readonly problem: string | undefined;
	/** False: it was tried before its time, and that counts for nothing. */
	readonly counts: boolean;
};

/** Writes a message to every webhook that wants to hear of the event. Part of the event's own transaction. */
export function queueDeliveries(db: Db, event: Event, hostIds?: readonly number[]): void {
	const topic = topicOf(event.kind);
	if (topic === undefined) return;
	db.query(QUEUE).run({
		topic,
		event: event.id,
		kind: event.kind,
		at: event.at,
		subnet: event.subnetId ?? null,
		host: event.hostId ?? null,
		label: event.label,
		detail: JSON.stringify(event.detail),
		hosts: hostIds === undefined ? null : JSON.stringify(hostIds),
	});
}

/** A message that says only that messages arrive. */
export function queueTest(db: Db, webhookId: number, at: number): void {
	db.query(QUEUE_TEST).run({ webhook: webhookId, at });
}

/** Webhooks with something due that are not in `busy`. */
export function listDueWebhooks(db: Db, at: number, busy: ReadonlySet<number>): number[] {
	return db
		.query<{ id: number }, [number]>(
			`SELECT webhook.id FROM webhook WHERE enabled = 1 AND EXISTS (
				SELECT 1 FROM webhook_delivery WHERE webhook_id = webhook.id AND state = 'waiting' AND ${DUE})`,
		)
		.all(at)
		.map((row) => row.id)
		.filter((id) => !busy.has(id));
}

/** A time further ahead than any wait comes from a clock that was set back: it is due too. */
const FAR_MS = 14 * 3_600_000;
const DUE = `(next_at <= ?1 OR next_at > ?1 + ${FAR_MS})`;
/** `it`, and deliveries about the same host, or else with the same label (a subnet, this machine). A test is alone. */
const ABOUT_THE_SAME = `d.webhook_id = it.webhook_id AND d.state = 'waiting' AND (d.id = it.id
	OR (d.topic <> 'test' AND it.topic <> 'test' AND d.host_id IS it.host_id
		AND (it.host_id IS NOT NULL OR d.label = it.label)))`;

/**
 * The oldest delivery of a webhook that is due, or an older one about the same that waits for its next try: no receiver
 * hears "down" after "up".
 */
export function findDue(db: Db, webhookId: number, at: number): DueDelivery | undefined {
	return (
		db
			.query<DueDelivery, [number, number]>(
				`WITH it AS (SELECT id, webhook_id, host_id, label, topic FROM webhook_delivery
					WHERE webhook_id = ?2 AND state = 'waiting' AND ${DUE} ORDER BY id LIMIT 1)
				SELECT d.id, d.webhook_id AS webhookId, uid, body, attempts, next_at AS dueAt, url, secret
				FROM it JOIN webhook_delivery AS d ON ${ABOUT_THE_SAME} JOIN webhook ON webhook.id = d.webhook_id
				WHERE enabled = 1 ORDER BY d.id LIMIT 1`,
			)
			.get(at, webhookId) ?? undefined
	);
}

/** Notes an attempt. Nothing happens when the delivery was deleted meanwhile. */
export function settleDelivery(db: Db, id: number, outcome: Outcome): void {
	db.query(
		`UPDATE webhook_delivery SET state = ?, attempts = attempts + ?, last_at = ?, next_at = ?, status = ?,
			answer_ms = ?, problem = ? WHERE id = ?`,
	).run(
		outcome.state,
		outcome.counts ? 1 : 0,
		outcome.at,
		outcome.nextAt ?? null,
		outcome.status ?? null,
		outcome.answerMs === undefined ? null : Math.round(outcome.answerMs),
		outcome.problem ?? null,
		id,
	);
}

/** Newer messages about the same as this one wait until it is tried again. */
export function holdDeliveries(db: Db, id: number, until: number): void {
	db.query(
		`UPDATE webhook_delivery AS d SET next_at = ?1 FROM (SELECT * FROM webhook_delivery WHERE id = ?2) AS it
		WHERE ${ABOUT_THE_SAME} AND d.id > it.id AND d.next_at < ?1`,
	).run(until, id);
}

/**
 * The receiver is back: what waits for another try is due now, in its order. `all`: also what it had refused itself, not
 * only what nobody answered (or a proxy in its place).
 */
export function hurryDeliveries(db: Db, webhookId: number, at: number, all: boolean): void {
	db.query(
		`UPDATE webhook_delivery SET next_at = ?1 WHERE webhook_id = ?2 AND state = 'waiting' AND next_at > ?1
			AND (?3 OR attempts = 0 OR status IS NULL OR status IN (502, 503, 504))`,
	).run(at, webhookId, all ? 1 : 0);
}

/** Everything that waits for a webhook is given up. */
export function giveUpDeliveries(db: Db, webhookId: number, problem: string): void {
	db.query(
		"UPDATE webhook_delivery SET state = 'dead', next_at = NULL, problem = ? WHERE webhook_id = ? AND state = 'waiting'",
	).run(problem, webhookId);
}

/**
 * Holds the queue of each webhook to `limit`: of several states of one host only the newest stays, and then only the
 * newest messages of all. Answers how many were dropped.
 */
export function boundQueues(db: Db, limit: number): number {
	const full = db
		.query<{ id: number; n: number }, [number]>(
			"SELECT webhook_id AS id, count(*) AS n FROM webhook_delivery WHERE state = 'waiting' GROUP BY webhook_id HAVING n > ?",
		)
		.all(limit);
	let dropped = 0;
	for (const { id, n } of full) {
		const outdated = db.query(DROP_OUTDATED).run(id).changes;
		dropped += outdated;
		if (n - outdated > limit) dropped += db.query(DROP_OLDEST).run(id, n - outdated - limit).changes;
	}
	return dropped;
}

/** To be sent once more from the start, under the same uid. False when there is no such delivery. */
export function resendDelivery(db: Db, webhookId: number, id: number, at: number): boolean {
	return (
		db
			.query(
				"UPDATE webhook_delivery SET state = 'waiting', attempts = 0, next_at = ? WHERE id = ? AND webhook_id = ?",
			)
			.run(at, id, webhookId).changes > 0
	);
}

/** Deliveries of a webhook, newest first, before delivery id `before`. */
export function listDeliveries(
	db: Db,
	webhookId: number,
	page: { before?: number | undefined; limit: number },
): Delivery[] {
	return db
		.query<Row, [number, number, number]>(
			"SELECT * FROM webhook_delivery WHERE webhook_id = ? AND id < ? ORDER BY id DESC LIMIT ?",
		)
		.all(webhookId, page.before ?? Number.MAX_SAFE_INTEGER, page.limit)
		.map(toDelivery);
}

/** Deliveries of each webhook by state. */
export function countDeliveries(db: Db): Map<number, Partial<Record<DeliveryState, number>>> {
	const counts = new Map<number, Partial<Record<DeliveryState, number>>>();
	const rows = db
		.query<{ id: number; state: DeliveryState; n: number }, []>(
			"SELECT webhook_id AS id, state, count(*) AS n FROM webhook_delivery GROUP BY webhook_id, state",
		)
		.all();
	for (const { id, state, n } of rows) counts.set(id, { ...counts.get(id), [state]: n });
	return counts;
}

/** Removes at most `limit` deliveries made before `before` that are closed or hopelessly late; answers how many. */
export function pruneDeliveries(db: Db, before: number, limit: number): number {
	return db
		.query(
			"DELETE FROM webhook_delivery WHERE id IN (SELECT id FROM webhook_delivery WHERE created_at < ? LIMIT ?)",
		)
		.run(before, limit).changes;
}

/**
 * A subnet filter takes in the blocks inside it. A tag filter asks the host; of an event about several whether any of
 * them has the tag, about a whole subnet whether any host there has it.
 */
const QUEUE = `
	INSERT INTO webhook_delivery (webhook_id, uid, topic, label, host_id, body, created_at, next_at)
	SELECT webhook.id, 'msg_' || lower(hex(randomblob(16))), :topic, :label, :host, json_object(
		'type', :topic, 'event', :kind, 'event_id', :event,
		'at', strftime('%Y-%m-%dT%H:%M:%fZ', :at / 1000.0, 'unixepoch'), 'label', :label,
		'subnet', json((SELECT json_object('id', id, 'cidr', cidr, 'name', name) FROM subnet WHERE id = :subnet)),
		'host', json((SELECT json_object('id', id, 'ip', ip, 'hostname', hostname, 'tags', json(tags_json), 'status', status)
			FROM host WHERE id = :host)),
		'detail', json(:detail)), :at, :at
	FROM webhook
	WHERE enabled = 1
		AND (topics_json = '[]' OR EXISTS (SELECT 1 FROM json_each(topics_json) WHERE value = :topic))
		AND (webhook.subnet_id IS NULL OR EXISTS (
			SELECT 1 FROM subnet AS wanted JOIN subnet AS concerned ON concerned.id = :subnet
			WHERE wanted.id = webhook.subnet_id
				AND wanted.first_key <= concerned.first_key AND wanted.last_key >= concerned.last_key))
		AND (tag = '' OR CASE
			WHEN :hosts IS NOT NULL
			THEN EXISTS (SELECT 1 FROM host_tag WHERE host_tag.tag = webhook.tag
				AND host_id IN (SELECT value FROM json_each(:hosts)))
			WHEN :host IS NULL
			THEN EXISTS (SELECT 1 FROM host_tag JOIN host ON host.id = host_id
				WHERE host_tag.tag = webhook.tag AND host.subnet_id = :subnet)
			ELSE EXISTS (SELECT 1 FROM host_tag WHERE host_tag.tag = webhook.tag AND host_id = :host) END)`;

const QUEUE_TEST = `
	INSERT INTO webhook_delivery (webhook_id, uid, topic, label, body, created_at, next_at)
	SELECT id, 'msg_' || lower(hex(randomblob(16))), 'test', 'Test', json_object(
		'type', 'test', 'event', 'test', 'event_id', NULL,
		'at', strftime('%Y-%m-%dT%H:%M:%fZ', :at / 1000.0, 'unixepoch'), 'label', 'Test',
		'subnet', NULL, 'host', NULL, 'detail', json('{}')), :at, :at
	FROM webhook WHERE id = :webhook`;

const DROP_OUTDATED = `
	UPDATE webhook_delivery SET state = 'dropped', next_at = NULL, problem = 'A newer message about the same host waits.'
	WHERE webhook_id = ?1 AND state = 'waiting' AND host_id IS NOT NULL AND topic IN ('up', 'down', 'flapping')
		AND id NOT IN (SELECT max(id) FROM webhook_delivery
			WHERE webhook_id = ?1 AND state = 'waiting' AND topic IN ('up', 'down', 'flapping') GROUP BY host_id)`;
const DROP_OLDEST = `
	UPDATE webhook_delivery SET state = 'dropped', next_at = NULL, problem = 'Too many messages wait; this is one of the oldest.'
	WHERE id IN (SELECT id FROM webhook_delivery WHERE webhook_id = ?1 AND state = 'waiting' ORDER BY id LIMIT ?2)`;

type Row = {
	id: number;
	webhook_id: number;
	uid: string;
	topic: string;
	label: string;
	state: DeliveryState;
	attempts: number;
	created_at: number;
	next_at: number | null;
	last_at: number | null;
	status: number | null;
	answer_ms: number | null;
	problem: string | null;
};

function toDelivery(row: Row): Delivery {
	return {
		id: row.id,
		webhookId: row.webhook_id,
		uid: row.uid,
		topic: row.topic,
		label: row.label,
		state: row.state,
		attempts: row.attempts,
		createdAt: row.created_at,
		nextAt: row.next_at ?? undefined,
		lastAt: row.last_at ?? undefined,
		status: row.status ?? undefined,
		answerMs: row.answer_ms ?? undefined,
		problem: row.problem ?? undefined,
	};
}
