/** Rows of `import_row`: what each row of a file would do. Judges nothing. */

import type {
	FieldChange,
	HostTarget,
	ImportRow,
	PlannedRow,
	SubnetDraftValues,
	Table,
	Verdict,
} from "../model/import.ts";
import { parseAddress, toKey } from "../net/address.ts";
import { type Db, transact } from "./database.ts";

/** Rows of a file in one transaction: the other threads have a turn between two. */
const SLICE = 500;

/**
 * Puts the judged rows of a file in, numbered from 1, slice by slice; `pause` between two lets others write, and may throw
 * to end it. `told` is called with each row.
 */
export async function insertRows(
	db: Db,
	id: number,
	{ rows, table }: { readonly rows: Iterable<PlannedRow>; readonly table: Table },
	told: (row: PlannedRow) => void,
	pause: (done: number) => Promise<void>,
): Promise<void> {
	const insert = db.query(INSERT_ROW);
	let slice: PlannedRow[] = [];
	let done = 0;
	const write = () => {
		transact(db, () => {
			for (const [i, row] of slice.entries()) insert.run(...bindsOf(id, done + i + 1, row, table));
		});
		done += slice.length;
		slice = [];
	};
	for (const row of rows) {
		told(row);
		if (slice.push(row) < SLICE) continue;
		write();
		await pause(done);
	}
	write();
}

/** Takes the rows of a file away, likewise in slices. */
export async function clearRows(db: Db, id: number, pause: () => Promise<void>): Promise<void> {
	const clear = db.query("DELETE FROM import_row WHERE import_id = ? AND n BETWEEN ? AND ?");
	const last = db
		.query<{ n: number | null }, [number]>("SELECT max(n) AS n FROM import_row WHERE import_id = ?")
		.get(id);
	for (let from = 1; from <= (last?.n ?? 0); from += SLICE * 2) {
		clear.run(id, from, from + SLICE * 2 - 1);
		await pause();
	}
}

const INSERT_ROW = `INSERT INTO import_row (import_id, n, line, noun, verdict, address, ip_key, reason, row_id, version,
		home, changes_json, target_json, hostname, hostname_source, description, tags_json, notes, mac, snmp_enabled)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** What a new host will have is in its columns; only of changes is it kept what was there. */
function bindsOf(id: number, n: number, row: PlannedRow, table: Table) {
	const host = row.noun === "host" && row.verdict !== "refuse";
	const target: HostTarget = host ? (row.target as HostTarget) : {};
	const address = host ? parseAddress(row.address).value : undefined;
	const changes = host && row.verdict !== "change" ? "[]" : JSON.stringify(row.changes);
	// Of a refused row the cells as they came: they can be had again, with the reason.
	const whole = row.verdict === "refuse" ? (table.rows[row.at]?.cells ?? []) : row.target;
	const kept = host ? "{}" : JSON.stringify(whole);
	return [
		...[id, n, row.line, row.noun, row.verdict, row.address, address === undefined ? null : toKey(address)],
		...[row.reason, row.rowId ?? null, row.version ?? null, row.home ?? null],
		...[changes, kept],
		...[target.hostname ?? null, target.hostnameSource ?? null, target.description ?? null],
		...[target.tags === undefined ? null : JSON.stringify(target.tags), target.notes ?? null],
		// "" takes an address away; NULL leaves it.
		target.mac === null ? "" : (target.mac ?? null),
		target.snmpEnabled === undefined ? null : Number(target.snmpEnabled),
	];
}

/** Rows after number `after`, in order, at most `limit`. */
export function listRows(
	db: Db,
	id: number,
	verdict: Verdict | undefined,
	after: number,
	limit: number,
): ImportRow[] {
	const found =
		verdict === undefined
			? db
					.query<StoredRow, [number, number, number]>(
						"SELECT * FROM import_row WHERE import_id = ? AND n > ? ORDER BY n LIMIT ?",
					)
					.all(id, after, limit)
			: db
					.query<StoredRow, [number, string, number, number]>(
						"SELECT * FROM import_row WHERE import_id = ? AND verdict = ? AND n > ? ORDER BY n LIMIT ?",
					)
					.all(id, verdict, after, limit);
	return found.map(toRow);
}

/** Cells of refused rows as they came, with the reason: after number `after`, at most `limit`. */
export function listRefused(
	db: Db,
	id: number,
	after: number,
	limit: number,
): { readonly n: number; readonly cells: readonly string[]; readonly reason: string }[] {
	return db
		.query<{ n: number; cells: string; reason: string }, [number, number, number]>(
			`SELECT n, target_json AS cells, reason FROM import_row
			WHERE import_id = ? AND verdict = 'refuse' AND n > ? ORDER BY n LIMIT ?`,
		)
		.all(id, after, limit)
		.map((row) => ({ ...row, cells: JSON.parse(row.cells) as string[] }));
}

/** Addresses of hosts that are refused with these words in the reason, at most `limit`. */
export function listHomeless(db: Db, id: number, words: string, limit: number): string[] {
	return db
		.query<{ address: string }, [number, string, number]>(
			`SELECT address FROM import_row
			WHERE import_id = ? AND verdict = 'refuse' AND noun = 'host' AND instr(reason, ?) LIMIT ?`,
		)
		.all(id, words, limit)
		.map(({ address }) => address);
}

/** Subnets to be written: those to add, larger blocks first as they were judged, and those to change. */
export function listSubnetRows(
	db: Db,
	id: number,
): (ImportRow & { rowId: number | undefined; version: number | undefined; target: SubnetDraftValues })[] {
	return db
		.query<StoredRow, [number]>(
			"SELECT * FROM import_row WHERE import_id = ? AND noun = 'subnet' AND verdict IN ('add', 'change') ORDER BY n",
		)
		.all(id)
		.map((row) => ({
			...toRow(row),
			rowId: row.row_id ?? undefined,
			version: row.version ?? undefined,
			target: JSON.parse(row.target_json) as SubnetDraftValues,
		}));
}

type StoredRow = {
	n: number;
	line: number;
	noun: "host" | "subnet";
	verdict: Verdict;
	address: string;
	reason: string;
	row_id: number | null;
	version: number | null;
	changes_json: string;
	target_json: string;
	hostname: string | null;
	description: string | null;
	tags_json: string | null;
	notes: string | null;
	mac: string | null;
};

function toRow(row: StoredRow): ImportRow {
	const { n, line, noun, verdict, address, reason } = row;
	const changes =
		noun === "host" && verdict === "add" ? newValues(row) : (JSON.parse(row.changes_json) as FieldChange[]);
	return { n, line, noun, verdict, address, reason, changes };
}

function newValues(row: StoredRow): FieldChange[] {
	const values = {
		hostname: row.hostname,
		description: row.description,
		tags: row.tags_json === null ? null : (JSON.parse(row.tags_json) as string[]).join(", "),
		notes: row.notes,
		"hardware address": row.mac,
	};
	return Object.entries(values).flatMap(([field, now]) => (now ? [{ field, old: "", new: now }] : []));
}
