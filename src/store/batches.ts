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

const COUNT = {
	added: "UPDATE batch SET added = added + ? WHERE id = ?",
	changed: "UPDATE batch SET changed = changed + ? WHERE id = ?",
	deleted: "UPDATE batch SET deleted = deleted + ? WHERE id = ?",
	subnets: "UPDATE batch SET subnets = subnets + ? WHERE id = ?",
} as const;

/** So many more things were done, or (negative) not done after all: counted as they come, never by looking at all. */
export function countIn(db: Db, id: number, what: keyof typeof COUNT, n: number): void {
	if (n !== 0) db.query(COUNT[what]).run(n, id);
}

/** Closes the batch: from now on it can be undone. `eventId`: the line that tells of it. */
export function finishBatch(db: Db, id: number, eventId: number | undefined, at: number): void {
	db.query("UPDATE batch SET state = 'done', finished_at = ?, event_id = ? WHERE id = ?").run(
		at,
		eventId ?? null,
		id,
	);
}

/** undefined: there is no such batch (any more). */
export function readState(db: Db, id: number): BatchState | undefined {
	return db.query<{ state: BatchState }, [number]>("SELECT state FROM batch WHERE id = ?").get(id)?.state;
}

/** A sign of life, written with each slice: without one for a while, whoever worked on it is gone. */
export function writeBeat(db: Db, id: number, at: number): void {
	db.query("UPDATE batch SET detail_json = json_set(detail_json, '$.beat', ?) WHERE id = ?").run(at, id);
}

/** Batches that are under way, either way, and gave no sign of life since `before`. */
export function listSilent(db: Db, before: number): Batch[] {
	return db
		.query<Row, [number]>(
			`SELECT * FROM batch WHERE state IN ('open', 'undoing')
				AND coalesce(detail_json ->> '$.beat', made_at) < ? ORDER BY id`,
		)
		.all(before)
		.map(toBatch);
}

/** Now it is taken back. `actor`: who wants that; `why`: in words, where nobody pressed "Undo". */
export function startUndo(
	db: Db,
	id: number,
	{ actor, at, why }: { readonly actor: string; readonly at: number; readonly why?: string },
): void {
	db.query(
		`UPDATE batch SET state = 'undoing', undone_by = ?, detail_json = json_set(detail_json, '$.beat', ?, '$.why', ?)
		WHERE id = ?`,
	).run(actor, at, why ?? "", id);
}

/** One that has done nothing yet. */
export function forgetBatch(db: Db, id: number): void {
	db.query("DELETE FROM batch WHERE id = ?").run(id);
}

/** So many more things were looked at, and these of them left alone, or in part; the first of all are remembered by name. */
export function countUndone(
	db: Db,
	id: number,
	{ looked, left, at }: { looked: number; left: readonly string[]; at: number },
	shown: number,
): void {
	db.query(
		`UPDATE batch SET kept = kept + ?, detail_json = json_set(detail_json, '$.beat', ?,
			'$.undone', coalesce(detail_json ->> '$.undone', 0) + ?) WHERE id = ?`,
	).run(left.length, at, looked, id);
	if (left.length === 0) return;
	const row = db
		.query<{ left: string | null }, [number]>(
			"SELECT detail_json ->> '$.left' AS left FROM batch WHERE id = ?",
		)
		.get(id);
	const known = (row?.left ?? "").split(",").filter((name) => name !== "");
	if (known.length >= shown) return;
	const names = [...known, ...left].slice(0, shown).join(",");
	db.query("UPDATE batch SET detail_json = json_set(detail_json, '$.left', ?) WHERE id = ?").run(names, id);
}

export function finishUndo(db: Db, id: number, at: number): void {
	db.query("UPDATE batch SET state = 'undone', undone_at = ? WHERE id = ?").run(at, id);
}

/** Taking it back has been stopped: what is not taken back yet can be, another time. */
export function stopUndo(db: Db, id: number): void {
	db.query("UPDATE batch SET state = 'done' WHERE id = ? AND state = 'undoing'").run(id);
}

/** What undo left alone, or in part: the first of them, by kind and number. */
export function listKept(db: Db, { id, kept, detail }: Batch, limit: number): Kept[] {
	if (kept === 0) return [];
	if (typeof detail.left !== "string") return db.query<Kept, [number, number]>(KEPT).all(id, limit);
	const things = detail.left.split(",").map((name) => {
		const [noun = "", thing = ""] = name.split(" ");
		return { noun, id: Number(thing) };
	});
	return db.query<Kept, [string, number]>(KEPT_NAMED).all(JSON.stringify(things.slice(0, limit)), id);
}

const KEPT_COLUMNS = `batch_row.noun AS noun, row_id AS id, outcome, batch_row.kept AS fields,
	coalesce(host.ip, subnet.cidr, before_json ->> '$.ip', before_json ->> '$.cidr', '') AS label`;

const KEPT_NAMED = `SELECT ${KEPT_COLUMNS} FROM json_each(?) AS thing
	CROSS JOIN batch_row ON batch_id = ? AND batch_row.noun = thing.value ->> '$.noun' AND row_id = thing.value ->> '$.id'
		AND outcome IN ('kept', 'gone')
		LEFT JOIN host ON batch_row.noun = 'host' AND host.id = row_id
		LEFT JOIN subnet ON batch_row.noun = 'subnet' AND subnet.id = row_id
	ORDER BY batch_row.noun, row_id`;

/** Of batches that were undone before their names were remembered. */
const KEPT = `SELECT ${KEPT_COLUMNS} FROM batch_row
		LEFT JOIN host ON batch_row.noun = 'host' AND host.id = row_id
		LEFT JOIN subnet ON batch_row.noun = 'subnet' AND subnet.id = row_id
	WHERE batch_id = ? AND outcome IN ('kept', 'gone') ORDER BY batch_row.noun, row_id LIMIT ?`;

/** Forgets at most `limit` rows of batches made before `before` and not under way, then those batches; answers how many rows went. */
export function pruneBatches(db: Db, before: number, limit: number): number {
	const went = db
		.query(
			`DELETE FROM batch_row WHERE (batch_id, noun, row_id) IN (
				SELECT batch_id, noun, row_id FROM batch_row
				WHERE batch_id IN (SELECT id FROM batch WHERE made_at < ? AND state IN ('done', 'undone')) LIMIT ?)`,
		)
		.run(before, limit).changes;
	if (went < limit)
		db.query("DELETE FROM batch WHERE made_at < ? AND state IN ('done', 'undone')").run(before);
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
