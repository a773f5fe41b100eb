/** Names of hosts that were found out: whose turn it is, what was heard, what is believed. Decides nothing itself. */

import type { NameSource } from "../model/host.ts";
import { type Address, fromKey } from "../net/address.ts";
import { type Db, transact } from "./database.ts";

/** A host as the look-up of names needs it. */
export type Named = {
	readonly id: number;
	readonly subnetId: number;
	readonly ip: string;
	readonly address: Address;
	readonly hostname: string;
	readonly hostnameSource: NameSource | undefined;
	readonly ptrName: string;
	/** An answer unlike `ptrName`, heard once. */
	readonly ptrHeard: string | undefined;
	readonly snmpName: string;
	/** Is it to be asked by SNMP: its own switch, else its subnet's. */
	readonly snmp: boolean;
};

/** A time further ahead than any wait comes from a clock that was set back: it is due too. */
const FAR_MS = 48 * 3_600_000;

const COLUMNS = `host.id, host.subnet_id, ip, ip_key, hostname, hostname_source, ptr_name, ptr_heard, snmp_name,
	coalesce(host.snmp_enabled, subnet.snmp_enabled) AS snmp`;

/** Either end of the index: the hosts between, nearly all of them, are not looked at. */
const DUE = `SELECT ${COLUMNS} FROM host JOIN subnet ON subnet.id = host.subnet_id
	WHERE status = 'up' AND next_name_at <= ? ORDER BY next_name_at LIMIT ?`;
const FAR = `SELECT ${COLUMNS} FROM host JOIN subnet ON subnet.id = host.subnet_id
	WHERE status = 'up' AND next_name_at > ? + ${FAR_MS} ORDER BY next_name_at LIMIT ?`;

/**
 * Up to `limit` hosts that are up and whose time has come, the longest waiting first. Their next time is set to
 * `lease`: if the process ends meanwhile they come again then.
 */
export function claimNames(db: Db, at: number, limit: number, lease: number): Named[] {
	return transact(db, () => {
		const due = db.query<Row, [number, number]>(DUE).all(at, limit);
		const far = due.length < limit ? db.query<Row, [number, number]>(FAR).all(at, limit - due.length) : [];
		const rows = [...due, ...far];
		for (const { id } of rows) writeNextName(db, id, lease);
		return rows.map(toNamed);
	});
}

export function findNamed(db: Db, id: number): Named | undefined {
	const row = db
		.query<Row, [number]>(
			`SELECT ${COLUMNS} FROM host JOIN subnet ON subnet.id = host.subnet_id WHERE host.id = ?`,
		)
		.get(id);
	return row ? toNamed(row) : undefined;
}

export function writeNextName(db: Db, id: number, at: number): void {
	db.query("UPDATE host SET next_name_at = ? WHERE id = ?").run(at, id);
}

/** Stores what was found out. A host whose name changes by it grows a version: whoever edits it is told. */
export function writeNames(
	db: Db,
	id: number,
	names: {
		readonly ptrName: string;
		readonly ptrHeard: string | undefined;
		readonly snmpName: string;
		readonly hostname: string;
		readonly hostnameSource: NameSource | undefined;
	},
	at: number,
): void {
	db.query(
		`UPDATE host SET ptr_name = ?1, ptr_heard = ?2, snmp_name = ?3, version = version + (hostname <> ?4),
			updated_at = CASE WHEN hostname <> ?4 THEN ?6 ELSE updated_at END, hostname = ?4, hostname_source = ?5
		WHERE id = ?7`,
	).run(
		names.ptrName,
		names.ptrHeard ?? null,
		names.snmpName,
		names.hostname,
		names.hostnameSource ?? null,
		at,
		id,
	);
}

type Row = {
	id: number;
	subnet_id: number;
	ip: string;
	ip_key: Uint8Array;
	hostname: string;
	hostname_source: NameSource | null;
	ptr_name: string;
	ptr_heard: string | null;
	snmp_name: string;
	snmp: number;
};

function toNamed(row: Row): Named {
	return {
		id: row.id,
		subnetId: row.subnet_id,
		ip: row.ip,
		address: fromKey(row.ip_key),
		hostname: row.hostname,
		hostnameSource: row.hostname_source ?? undefined,
		ptrName: row.ptr_name,
		ptrHeard: row.ptr_heard ?? undefined,
		snmpName: row.snmp_name,
		snmp: row.snmp === 1,
	};
}

/** The host goes by a name that was found out. */
export function writeHostname(
	db: Db,
	id: number,
	hostname: string,
	source: "ptr" | "snmp",
	at: number,
): void {
	db.query(
		"UPDATE host SET hostname = ?, hostname_source = ?, version = version + 1, updated_at = ? WHERE id = ?",
	).run(hostname, source, at, id);
}

/** The host's own switch (undefined: as its subnet); its names are due. */
export function writeHostSnmp(db: Db, id: number, enabled: boolean | undefined, at: number): void {
	const value = enabled === undefined ? null : Number(enabled);
	db.query("UPDATE host SET snmp_enabled = ?, next_name_at = min(next_name_at, ?) WHERE id = ?").run(
		value,
		at,
		id,
	);
}

/** The subnet's switch; names of its hosts are due when it is switched on. */
export function writeSubnetSnmp(db: Db, id: number, enabled: boolean, at: number): void {
	db.query("UPDATE subnet SET snmp_enabled = ?, updated_at = ? WHERE id = ?").run(Number(enabled), at, id);
	if (!enabled) return;
	db.query("UPDATE host SET next_name_at = min(next_name_at, ?) WHERE subnet_id = ?").run(at, id);
}
