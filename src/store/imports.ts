/** Rows of `import_batch`: files on their way in, how they are understood, what became of them. Their rows are in import-rows. */

import type {
	FileProblem,
	Import,
	ImportOptions,
	ImportState,
	Origin,
	PlannedRow,
	Table,
	Verdict,
} from "../model/import.ts";
import { type Db, insertedId } from "./database.ts";
import { clearRows, insertRows } from "./import-rows.ts";

export type NewImport = {
	readonly name: string;
	readonly source: Uint8Array;
	readonly options: ImportOptions;
	readonly actor: string;
	readonly at: number;
};

/** A file that came; nothing is known of it yet. */
export function insertImport(db: Db, made: NewImport): number {
	return insertedId(
		db
			.query(
				`INSERT INTO import_batch (state, name, source, options_json, actor, made_at)
				VALUES ('unread', ?, ?, ?, ?, ?)`,
			)
			.run(made.name, made.source, JSON.stringify(made.options), made.actor, made.at),
	);
}

export function findImport(db: Db, id: number): Import | undefined {
	const row = db.query<Row, [number]>(`SELECT ${COLUMNS} FROM import_batch WHERE id = ?`).get(id);
	return row ? toImport(row) : undefined;
}

const COLUMNS = `id, state, name, options_json, table_json, problem_json, counts_json, actor, batch_id, made_at`;

/** The newest first. */
export function listImports(db: Db, limit: number): Import[] {
	return db
		.query<Row, [number]>(`SELECT ${COLUMNS} FROM import_batch ORDER BY id DESC LIMIT ?`)
		.all(limit)
		.map(toImport);
}

/** The oldest one that somebody asked to be written. */
export function findAsked(db: Db): number | undefined {
	const row = db
		.query<{ id: number }, []>("SELECT id FROM import_batch WHERE state = 'asked' ORDER BY id LIMIT 1")
		.get();
	return row?.id;
}

/** The packed file; undefined once it is written. */
export function readSource(db: Db, id: number): Uint8Array | undefined {
	const row = db
		.query<{ source: Uint8Array | null }, [number]>("SELECT source FROM import_batch WHERE id = ?")
		.get(id);
	return row?.source ?? undefined;
}

/** The file could not be read, or not be written; its rows, if there were any, stay. One that is written stays so. */
export function writeProblem(
	db: Db,
	id: number,
	state: ImportState,
	options: ImportOptions,
	problem: FileProblem,
): void {
	db.query(
		"UPDATE import_batch SET state = ?, options_json = ?, problem_json = ? WHERE id = ? AND state <> 'done'",
	).run(state, JSON.stringify(options), JSON.stringify(problem), id);
}

export type Judged = {
	readonly options: ImportOptions;
	readonly table: Table;
	readonly rows: Iterable<PlannedRow>;
	readonly subnetsSeen: string;
};

/** Puts what the rows would do in the place of what was there, slice by slice; ready when all of them are. */
export async function writePlan(
	db: Db,
	id: number,
	{ options, table, rows, subnetsSeen }: Judged,
	pause: (done: number) => Promise<void>,
): Promise<void> {
	db.query("UPDATE import_batch SET state = 'unread', problem_json = NULL WHERE id = ?").run(id);
	await clearRows(db, id, () => pause(0));
	const counts = noCounts();
	const tell = ({ verdict, noun }: PlannedRow) => {
		counts[verdict][noun === "host" ? "hosts" : "subnets"] += 1;
	};
	await insertRows(db, id, { rows, table }, tell, pause);
	const examples = table.headers.map((_, i) => examplesOf(table, i));
	const { origin, notes, headers, mapping } = table;
	const known = { origin, notes, headers, mapping: options.mapping ?? mapping, examples };
	db.query(
		`UPDATE import_batch SET state = 'ready', options_json = ?, table_json = ?, problem_json = NULL, counts_json = ?,
			subnets_seen = ? WHERE id = ?`,
	).run(JSON.stringify(options), JSON.stringify(known), JSON.stringify(counts), subnetsSeen, id);
}

/** Up to three different cells of a column that hold something. */
function examplesOf(table: Table, column: number): string[] {
	const found = new Set<string>();
	for (const { cells } of table.rows.slice(0, 200)) {
		const text = (cells[column] ?? "").trim();
		if (text !== "") found.add(text.slice(0, 80));
		if (found.size === 3) break;
	}
	return [...found];
}

function noCounts(): Record<Verdict, { hosts: number; subnets: number }> {
	const none = () => ({ hosts: 0, subnets: 0 });
	return { add: none(), change: none(), same: none(), refuse: none() };
}

/** Somebody else (the command line) wants it written by whoever serves. */
export function askToWrite(db: Db, id: number): void {
	db.query("UPDATE import_batch SET state = 'asked' WHERE id = ? AND state = 'ready'").run(id);
}

/** That wish is taken back; false: it has been fulfilled, or refused, already. */
export function unaskToWrite(db: Db, id: number): boolean {
	return (
		db.query("UPDATE import_batch SET state = 'ready' WHERE id = ? AND state = 'asked'").run(id).changes > 0
	);
}

/** It is written: the file itself is no longer needed. */
export function finishImport(db: Db, id: number, batchId: number | undefined): void {
	db.query(
		"UPDATE import_batch SET state = 'done', source = NULL, problem_json = NULL, batch_id = ? WHERE id = ?",
	).run(batchId ?? null, id);
}

/** The subnets there were when the rows were judged. */
export function readSubnetsSeen(db: Db, id: number): string {
	const row = db
		.query<{ seen: string }, [number]>("SELECT subnets_seen AS seen FROM import_batch WHERE id = ?")
		.get(id);
	return row?.seen ?? "";
}

/** Forgets files that were not written and came before `open`, and written ones that came before `done`. */
export async function pruneImports(
	db: Db,
	before: { readonly open: number; readonly done: number },
	pause: () => Promise<void>,
): Promise<void> {
	const old = db
		.query<{ id: number }, [number, number]>(
			"SELECT id FROM import_batch WHERE (state <> 'done' AND made_at < ?) OR made_at < ?",
		)
		.all(before.open, before.done);
	for (const { id } of old) await forgetImport(db, id, pause);
}

/** Forgets a file and its rows. From the start on it cannot be written: some of its rows may be gone already. */
export async function forgetImport(db: Db, id: number, pause: () => Promise<void>): Promise<void> {
	db.query("UPDATE import_batch SET state = 'unread' WHERE id = ? AND state <> 'done'").run(id);
	await clearRows(db, id, pause);
	db.query("DELETE FROM import_batch WHERE id = ?").run(id);
}

type Row = {
	id: number;
	state: ImportState;
	name: string;
	options_json: string;
	table_json: string;
	problem_json: string | null;
	counts_json: string;
	actor: string;
	batch_id: number | null;
	made_at: number;
};

const NOTHING = { hosts: 0, subnets: 0 };

function toImport(row: Row): Import {
	const table = JSON.parse(row.table_json) as Partial<
		Pick<Import, "notes" | "headers" | "mapping" | "examples">
	> & {
		origin?: Origin;
	};
	return {
		...{ id: row.id, state: row.state, name: row.name, madeAt: row.made_at, by: row.actor },
		origin: table.origin,
		notes: table.notes ?? [],
		headers: table.headers ?? [],
		mapping: table.mapping ?? [],
		examples: table.examples ?? [],
		options: JSON.parse(row.options_json),
		problem: row.problem_json === null ? undefined : JSON.parse(row.problem_json),
		counts: { add: NOTHING, change: NOTHING, same: NOTHING, refuse: NOTHING, ...JSON.parse(row.counts_json) },
		batchId: row.batch_id ?? undefined,
	};
}
