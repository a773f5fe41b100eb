/**
 * Rows of `batch_row`: what was there, what a batch made of it, and what undo made of that. Taking back is in undo-rows,
 * deleted things are in graves. Every function stands inside its caller's transaction and takes ids in slices (JSON
 * arrays; at most some thousands at a time).
 */

import { VALUES } from "./batch-fields.ts";
import { countIn } from "./batches.ts";
import type { Db } from "./database.ts";

type Noun = "host" | "subnet";

const HOST_VALUES = VALUES.host;
const SUBNET_VALUES = VALUES.subnet;

const NOTE = {
	host: `INSERT OR IGNORE INTO batch_row (batch_id, noun, row_id, act, before_json)
		SELECT ?, 'host', id, 'changed', ${HOST_VALUES} FROM host WHERE id IN (SELECT value FROM json_each(?))`,
	subnet: `INSERT OR IGNORE INTO batch_row (batch_id, noun, row_id, act, before_json)
		SELECT ?, 'subnet', id, 'changed', ${SUBNET_VALUES} FROM subnet WHERE id IN (SELECT value FROM json_each(?))`,
} as const;

const AFTER = {
	host: `UPDATE batch_row SET after_json = ${HOST_VALUES} FROM host
		WHERE batch_id = ? AND noun = 'host' AND row_id = host.id AND row_id IN (SELECT value FROM json_each(?))`,
	subnet: `UPDATE batch_row SET after_json = ${SUBNET_VALUES} FROM subnet
		WHERE batch_id = ? AND noun = 'subnet' AND row_id = subnet.id AND row_id IN (SELECT value FROM json_each(?))`,
} as const;

/** Only what differs stays; the name and where it came from belong together. */
const DIFFER = `UPDATE batch_row SET
	(before_json, after_json) = (
		SELECT json_group_object(a.key, b.value), json_group_object(a.key, a.value)
		FROM json_each(after_json) AS a JOIN json_each(before_json) AS b ON a.key = b.key
		WHERE a.value IS NOT b.value OR (a.key IN ('hostname', 'hostname_source') AND (
			before_json ->> '$.hostname' IS NOT after_json ->> '$.hostname'
			OR before_json ->> '$.hostname_source' IS NOT after_json ->> '$.hostname_source')))
	WHERE batch_id = ? AND noun = ? AND act = 'changed' AND row_id IN (SELECT value FROM json_each(?))`;

const NOTHING = `DELETE FROM batch_row WHERE batch_id = ? AND noun = ? AND act = 'changed' AND after_json = '{}'
	AND row_id IN (SELECT value FROM json_each(?))`;

/** Before a change: what is there now. What the batch has noted of a thing already stays. */
export function noteBefore(db: Db, batchId: number, noun: Noun, ids: readonly number[]): void {
	const { changes } = db.query(NOTE[noun]).run(batchId, JSON.stringify(ids));
	countIn(db, batchId, noun === "host" ? "changed" : "subnets", changes);
}

/** After the change: what it made. A thing that is as before is forgotten. */
export function sealAfter(db: Db, batchId: number, noun: Noun, ids: readonly number[]): void {
	const list = JSON.stringify(ids);
	db.query(AFTER[noun]).run(batchId, list);
	db.query(DIFFER).run(batchId, noun, list);
	const { changes } = db.query(NOTHING).run(batchId, noun, list);
	countIn(db, batchId, noun === "host" ? "changed" : "subnets", -changes);
}

/** Things that were not there before, after they were made. */
export function noteAdded(db: Db, batchId: number, noun: Noun, ids: readonly number[]): void {
	const list = JSON.stringify(ids);
	const { changes } = db
		.query(
			`INSERT INTO batch_row (batch_id, noun, row_id, act)
			SELECT ?, ?, value, 'added' FROM json_each(?)`,
		)
		.run(batchId, noun, list);
	db.query(AFTER[noun]).run(batchId, list);
	countIn(db, batchId, noun === "host" ? "added" : "subnets", changes);
}

/** A thing that a batch touched; open: undo has not looked at it yet. */
export type BatchRow = {
	readonly id: number;
	readonly act: "added" | "changed" | "deleted";
	readonly open: boolean;
};

/** Things of one kind behind `place` in the order of ids (or before it, when it goes down), at most `limit`. */
export function listThings(
	db: Db,
	batchId: number,
	noun: "host" | "subnet",
	{ place, down }: { readonly place: number; readonly down: boolean },
	limit: number,
): BatchRow[] {
	return db
		.query<{ id: number; act: BatchRow["act"]; open: number }, [number, string, number, number]>(
			down ? LIST_DOWN : LIST_UP,
		)
		.all(batchId, noun, place, limit)
		.map(({ id, act, open }) => ({ id, act, open: open === 1 }));
}

const LIST_UP = `SELECT row_id AS id, act, outcome IS NULL AS open FROM batch_row
	WHERE batch_id = ? AND noun = ? AND row_id > ? ORDER BY row_id LIMIT ?`;
const LIST_DOWN = `SELECT row_id AS id, act, outcome IS NULL AS open FROM batch_row
	WHERE batch_id = ? AND noun = ? AND row_id < ? ORDER BY row_id DESC LIMIT ?`;

/** Those of these things that undo left alone, or in part. */
export function listLeft(db: Db, batchId: number, noun: Noun | "webhook", ids: readonly number[]): number[] {
	return db
		.query<{ id: number }, [number, string, string]>(
			`SELECT row_id AS id FROM batch_row WHERE batch_id = ? AND noun = ?
				AND row_id IN (SELECT value FROM json_each(?)) AND outcome IN ('kept', 'gone') ORDER BY row_id`,
		)
		.all(batchId, noun, JSON.stringify(ids))
		.map(({ id }) => id);
}

/** Is this thing being deleted by a batch that is still under way? */
export function isCondemned(db: Db, noun: Noun, id: number): boolean {
	const row = db
		.query<{ n: number }, [string, number]>(
			`SELECT 1 AS n FROM batch_row JOIN batch ON batch.id = batch_id
			WHERE noun = ? AND row_id = ? AND act = 'deleted' AND state = 'open' LIMIT 1`,
		)
		.get(noun, id);
	return row !== null;
}

/** Says what undo made of one thing. */
export function writeOutcome(
	db: Db,
	batchId: number,
	thing: { noun: "host" | "subnet" | "webhook"; id: number },
	outcome: "undone" | "kept" | "gone",
	kept = "",
): void {
	db.query("UPDATE batch_row SET outcome = ?, kept = ? WHERE batch_id = ? AND noun = ? AND row_id = ?").run(
		outcome,
		kept,
		batchId,
		thing.noun,
		thing.id,
	);
}
