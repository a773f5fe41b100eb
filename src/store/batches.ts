/** Rows of `batch`: what was done in one go, and what can still be undone. What it did to each thing is in batch-rows. */

import type { Batch, BatchKind, BatchState, Kept } from "../model/batch.ts";
import { type Db, insertedId } from "./database.ts";

export type NewBatch = {
	readonly kind: BatchKind;
	readonly actor: string;
	readonly source: string;
	readonly detail?: Batch["detail"];
	readonly at: number;
};

/** Begins a batch; its id is never used again. */
export function insertBatch(db: Db, batch: NewBatch): number {
	return insertedId(
		db
			.query("INSERT INTO batch (kind, actor, source, detail_json, made_at) VALUES (?, ?, ?, ?, ?)")
			.run(batch.kind, batch.actor, batch.source, JSON.stringify(batch.detail ?? {}), batch.at),
	);
}

export function findBatch(db: Db, id: number): Batch | undefined {
	const row = db.query<Row, [number]>("SELECT * FROM batch WHERE id = ?").get(id);
	return row ? toBatch(row) : undefined;
}

/** The newest batches, at most `limit`. */
export function listBatches(db: Db, limit: number): Batch[] {
	return db.query<Row, [number]>("SELECT * FROM batch ORDER BY id DESC LIMIT ?").all(limit).map(toBatch);
}

/** Counts what the batch did and closes it: from now on it can be undone. `eventId`: the line that tells of it. */
export function finishBatch(db: Db, id: number, eventId: number | undefined, at: number): void {
	db.query(
		`UPDATE batch SET state = 'done', finished_at = ?2, event_id = ?3,
			added = (SELECT count(*) FROM batch_row WHERE batch_id = ?1 AND noun = 'host' AND act = 'added'),
			changed = (SELECT count(*) FROM batch_row WHERE batch_id = ?1 AND noun = 'host' AND act = 'changed'),
			deleted = (SELECT count(*) FROM batch_row WHERE batch_id = ?1 AND noun = 'host' AND act = 'deleted'),
			subnets = (SELECT count(*) FROM batch_row WHERE batch_id = ?1 AND noun = 'subnet')
		WHERE id = ?1`,
	).run(id, at, eventId ?? null);
}

/** What it was made from turned out to be more than was known at its start. */
export function writeBatchDetail(db: Db, id: number, detail: Batch["detail"]): void {
	db.query("UPDATE batch SET detail_json = ? WHERE id = ?").run(JSON.stringify(detail), id);
}

export function startUndo(db: Db, id: number, actor: string): void {
	db.query("UPDATE batch SET state = 'undoing', undone_by = ? WHERE id = ?").run(actor, id);
}

export function finishUndo(db: Db, id: number, at: number): void {
	db.query(
		`UPDATE batch SET state = 'undone', undone_at = ?2,
			kept = (SELECT count(*) FROM batch_row WHERE batch_id = ?1 AND outcome IN ('kept', 'gone')) WHERE id = ?1`,
	).run(id, at);
}

/** What undo left alone, or in part; at most `limit`, by address. */
export function listKept(db: Db, id: number, limit: number): Kept[] {
	return db
		.query<Kept, [number, number]>(
			`SELECT noun, row_id AS id, outcome, batch_row.kept AS fields,
				coalesce(host.ip, subnet.cidr, before_json ->> '$.ip', before_json ->> '$.cidr', '') AS label
			FROM batch_row LEFT JOIN host ON noun = 'host' AND host.id = row_id
				LEFT JOIN subnet ON noun = 'subnet' AND subnet.id = row_id
			WHERE batch_id = ? AND outcome IN ('kept', 'gone') ORDER BY noun, row_id LIMIT ?`,
		)
		.all(id, limit);
}

/** Forgets at most `limit` rows of batches made before `before`, then those batches; answers how many rows went. */
export function pruneBatches(db: Db, before: number, limit: number): number {
	const went = db
		.query(
			`DELETE FROM batch_row WHERE (batch_id, noun, row_id) IN (
				SELECT batch_id, noun, row_id FROM batch_row
				WHERE batch_id IN (SELECT id FROM batch WHERE made_at < ?) LIMIT ?)`,
		)
		.run(before, limit).changes;
	if (went < limit) db.query("DELETE FROM batch WHERE made_at < ?").run(before);
	return went;
}

/** The oldest moment from which on all batches together have at most `rows` rows. */
export function batchHorizon(db: Db, rows: number): number {
	return (
		db
			.query<{ at: number | null }, [number]>(
				`SELECT max(made_at) + 1 AS at FROM (
					SELECT made_at, sum(added + changed + deleted + subnets) OVER (ORDER BY id DESC) AS total FROM batch)
				WHERE total > ?`,
			)
			.get(rows)?.at ?? 0
	);
}

/** Every subnet there is. */
export function listSubnetIds(db: Db): number[] {
	return db
		.query<{ id: number }, []>("SELECT id FROM subnet")
		.all()
		.map(({ id }) => id);
}

type Row = {
	id: number;
	kind: BatchKind;
	state: BatchState;
	actor: string;
	source: string;
	detail_json: string;
	made_at: number;
	finished_at: number | null;
	added: number;
	changed: number;
	deleted: number;
	subnets: number;
	undone_at: number | null;
	undone_by: string;
	kept: number;
};

function toBatch(row: Row): Batch {
	return {
		id: row.id,
		kind: row.kind,
		state: row.state,
		actor: row.actor,
		source: row.source,
		detail: JSON.parse(row.detail_json),
		madeAt: row.made_at,
		finishedAt: row.finished_at ?? undefined,
		added: row.added,
		changed: row.changed,
		deleted: row.deleted,
		subnets: row.subnets,
		undoneAt: row.undone_at ?? undefined,
		undoneBy: row.undone_by,
		kept: row.kept,
	};
}
