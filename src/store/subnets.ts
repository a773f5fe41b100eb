/** Rows of `subnet`: finding, nesting, writing. Decides no rule; the verbs in ipam do. */

import type { Subnet } from "../model/subnet.ts";
import { type Address, toKey } from "../net/address.ts";
import { type Cidr, formatCidr, lastOf, parseCidr } from "../net/cidr.ts";
import { type Db, insertedId } from "./database.ts";

export type SubnetValues = {
	readonly name: string;
	readonly notes: string;
	readonly gateway: string | undefined;
	readonly sweepIntervalS: number;
	readonly sweepEnabled: boolean;
};

/** All subnets in tree order: by lowest address, the larger block first. */
export function listSubnets(db: Db): Subnet[] {
	return db.query<Row, []>("SELECT * FROM subnet ORDER BY first_key, prefix").all().map(toSubnet);
}

export function findSubnet(db: Db, id: number): Subnet | undefined {
	const row = db.query<Row, [number]>("SELECT * FROM subnet WHERE id = ?").get(id);
	return row ? toSubnet(row) : undefined;
}

export function findSubnetByCidr(db: Db, cidr: Cidr): Subnet | undefined {
	const row = db.query<Row, [string]>("SELECT * FROM subnet WHERE cidr = ?").get(formatCidr(cidr));
	return row ? toSubnet(row) : undefined;
}

/** The most specific subnet around a block or address; `except` is left out. */
export function findAround(db: Db, first: Address, last: Address, except = 0): Subnet | undefined {
	const row = db
		.query<Row, [Uint8Array, Uint8Array, number]>(
			`SELECT * FROM subnet WHERE first_key <= ? AND last_key >= ? AND id <> ?
			ORDER BY first_key DESC, prefix DESC LIMIT 1`,
		)
		.get(toKey(first), toKey(last), except);
	return row ? toSubnet(row) : undefined;
}

/** They begin where their parent does or behind, and before it ends: all others are not looked at, however many there are. */
const CHILDREN = `SELECT child.* FROM subnet AS parent CROSS JOIN subnet AS child
	ON child.first_key BETWEEN parent.first_key AND parent.last_key
	WHERE parent.id = ? AND child.parent_id = parent.id ORDER BY child.first_key, child.prefix`;

/** Subnets directly inside `id`, by address. */
export function listChildren(db: Db, id: number): Subnet[] {
	return db.query<Row, [number]>(CHILDREN).all(id).map(toSubnet);
}

/** Those whose last sweep could not run. */
export function listUnswept(db: Db): number[] {
	const rows = db
		.query<{ id: number }, []>("SELECT id FROM subnet WHERE last_sweep_problem IS NOT NULL")
		.all();
	return rows.map(({ id }) => id);
}

/** Inserts a subnet that is due at once. The unique CIDR may clash: the verb asks before. */
export function insertSubnet(
	db: Db,
	cidr: Cidr,
	values: SubnetValues,
	parentId: number | undefined,
	at: number,
): number {
	const result = db
		.query(
			`INSERT INTO subnet (cidr, first_key, last_key, prefix, parent_id, name, notes, gateway,
				sweep_interval_s, sweep_enabled, next_sweep_at, created_at, updated_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		)
		.run(
			formatCidr(cidr),
			toKey(cidr.base),
			toKey(lastOf(cidr)),
			cidr.prefix,
			parentId ?? null,
			values.name,
			values.notes,
			values.gateway ?? null,
			values.sweepIntervalS,
			values.sweepEnabled ? 1 : 0,
			at,
			at,
			at,
		);
	return insertedId(result);
}

/** Writes what a person may change; false if `version` is no longer the row's. */
export function updateSubnet(db: Db, id: number, version: number, values: SubnetValues, at: number): boolean {
	const result = db
		.query(
			`UPDATE subnet SET name = ?, notes = ?, gateway = ?, sweep_interval_s = ?, sweep_enabled = ?,
				next_sweep_at = min(next_sweep_at, ? + ? * 1000), version = version + 1, updated_at = ?
			WHERE id = ? AND version = ?`,
		)
		.run(
			values.name,
			values.notes,
			values.gateway ?? null,
			values.sweepIntervalS,
			values.sweepEnabled ? 1 : 0,
			at,
			values.sweepIntervalS,
			at,
			id,
			version,
		);
	return result.changes > 0;
}

/** A new block takes the subnets and hosts of `parentId` (or the roots) that lie inside it. */
export function adopt(db: Db, id: number, cidr: Cidr, parentId: number | undefined): void {
	const range = [toKey(cidr.base), toKey(lastOf(cidr))] as const;
	db.query(
		`UPDATE subnet SET parent_id = ? WHERE parent_id IS ? AND id <> ? AND first_key >= ? AND last_key <= ?`,
	).run(id, parentId ?? null, id, ...range);
	if (parentId === undefined) return;
	db.query("UPDATE host SET subnet_id = ? WHERE subnet_id = ? AND ip_key BETWEEN ? AND ?").run(
		id,
		parentId,
		...range,
	);
}

/** Removes a block: its subnets go up to its parent, its hosts too when there is one, else they are deleted. */
export function deleteSubnet(db: Db, id: number, parentId: number | undefined): void {
	db.query("UPDATE subnet SET parent_id = ? WHERE parent_id = ?").run(parentId ?? null, id);
	if (parentId !== undefined) db.query("UPDATE host SET subnet_id = ? WHERE subnet_id = ?").run(parentId, id);
	db.query("DELETE FROM subnet WHERE id = ?").run(id);
}

/** End of the newest sweep of all that went well. */
export function readLastSweep(db: Db): number | undefined {
	return (
		db.query<{ last: number | null }, []>("SELECT max(last_sweep_at) AS last FROM subnet").get()?.last ??
		undefined
	);
}

export type Row = {
	id: number;
	cidr: string;
	name: string;
	notes: string;
	gateway: string | null;
	sweep_interval_s: number;
	sweep_enabled: number;
	scan_enabled: number;
	snmp_enabled: number;
	parent_id: number | null;
	created_at: number;
	last_sweep_at: number | null;
	next_sweep_at: number;
	last_sweep_problem: string | null;
	version: number;
};

export function toSubnet(row: Row): Subnet {
	const cidr = parseCidr(row.cidr).value;
	if (cidr === undefined) throw new Error(`subnet ${row.id} holds a CIDR that is none`);
	return {
		id: row.id,
		cidr,
		name: row.name,
		notes: row.notes,
		gateway: row.gateway ?? undefined,
		sweepIntervalS: row.sweep_interval_s,
		sweepEnabled: row.sweep_enabled === 1,
		scanEnabled: row.scan_enabled === 1,
		snmpEnabled: row.snmp_enabled === 1,
		parentId: row.parent_id ?? undefined,
		createdAt: row.created_at,
		lastSweepAt: row.last_sweep_at ?? undefined,
		nextSweepAt: row.sweep_enabled === 1 ? row.next_sweep_at : undefined,
		lastSweepProblem: row.last_sweep_problem ?? undefined,
		version: row.version,
	};
}
