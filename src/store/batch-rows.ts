/**
 * Rows of `batch_row` of things that were added or changed: what was there, what a batch made, and taking it back
 * field by field. Deleted things are in graves. Every function stands inside its caller's transaction and takes ids in
 * slices (JSON arrays; at most some thousands at a time).
 */

import type { Db } from "./database.ts";

/** The fields of a host that a batch may change and undo restores: one JSON object. */
export const HOST_VALUES = `json_object('hostname', host.hostname, 'hostname_source', host.hostname_source,
	'description', host.description, 'tags_json', host.tags_json, 'notes', host.notes, 'mac', host.mac,
	'vendor', host.vendor, 'snmp_enabled', host.snmp_enabled)`;

/** The same of a subnet. */
export const SUBNET_VALUES = `json_object('name', subnet.name, 'notes', subnet.notes, 'gateway', subnet.gateway,
	'sweep_interval_s', subnet.sweep_interval_s, 'sweep_enabled', subnet.sweep_enabled,
	'scan_enabled', subnet.scan_enabled, 'snmp_enabled', subnet.snmp_enabled)`;

type Noun = "host" | "subnet";

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
	db.query(NOTE[noun]).run(batchId, JSON.stringify(ids));
}

/** After the change: what it made. A thing that is as before is forgotten. */
export function sealAfter(db: Db, batchId: number, noun: Noun, ids: readonly number[]): void {
	const list = JSON.stringify(ids);
	db.query(AFTER[noun]).run(batchId, list);
	db.query(DIFFER).run(batchId, noun, list);
	db.query(NOTHING).run(batchId, noun, list);
}

/** Things that were not there before, after they were made. */
export function noteAdded(db: Db, batchId: number, noun: Noun, ids: readonly number[]): void {
	const list = JSON.stringify(ids);
	db.query(
		`INSERT OR REPLACE INTO batch_row (batch_id, noun, row_id, act)
		SELECT ?, ?, value, 'added' FROM json_each(?)`,
	).run(batchId, noun, list);
	db.query(AFTER[noun]).run(batchId, list);
}

/** Ids of the next things that undo has not looked at yet, at most `limit`, ascending. */
export function listOpenRows(
	db: Db,
	batchId: number,
	what: { noun: "host" | "subnet" | "webhook"; act: "added" | "changed" | "deleted" },
	limit: number,
): number[] {
	return db
		.query<{ id: number }, [number, string, string, number]>(
			`SELECT row_id AS id FROM batch_row
			WHERE batch_id = ? AND noun = ? AND act = ? AND outcome IS NULL ORDER BY row_id LIMIT ?`,
		)
		.all(batchId, what.noun, what.act, limit)
		.map(({ id }) => id);
}

/** What became of each since: gone, changed (in which fields), or as the batch left it. */
const JUDGE = {
	host: `UPDATE batch_row SET (outcome, kept) = (
			SELECT CASE WHEN now.id IS NULL THEN 'gone' WHEN now.fields IS NULL THEN 'undone' ELSE 'kept' END,
				coalesce(now.fields, '')
			FROM (SELECT 1) LEFT JOIN (
				SELECT host.id, (SELECT group_concat(key, ', ') FROM json_each(after_json)
					WHERE value IS NOT ${HOST_VALUES} ->> key) AS fields
				FROM host WHERE host.id = row_id) AS now)
		WHERE batch_id = ? AND noun = 'host' AND row_id IN (SELECT value FROM json_each(?))`,
	subnet: `UPDATE batch_row SET (outcome, kept) = (
			SELECT CASE WHEN now.id IS NULL THEN 'gone' WHEN now.fields IS NULL THEN 'undone' ELSE 'kept' END,
				coalesce(now.fields, '')
			FROM (SELECT 1) LEFT JOIN (
				SELECT subnet.id, (SELECT group_concat(key, ', ') FROM json_each(after_json)
					WHERE value IS NOT ${SUBNET_VALUES} ->> key) AS fields
				FROM subnet WHERE subnet.id = row_id) AS now)
		WHERE batch_id = ? AND noun = 'subnet' AND row_id IN (SELECT value FROM json_each(?))`,
} as const;

/** `kept` of batch_row holds the fields that changed since, ", " between them. */
const OWN = "', ' || b.kept || ',' NOT LIKE";

const RESTORE = {
	host: `UPDATE host SET
		hostname = CASE WHEN b.after_json -> '$.hostname' IS NOT NULL AND b.kept NOT LIKE '%hostname%'
			THEN b.before_json ->> '$.hostname' ELSE hostname END,
		hostname_source = CASE WHEN b.after_json -> '$.hostname' IS NOT NULL AND b.kept NOT LIKE '%hostname%'
			THEN b.before_json ->> '$.hostname_source' ELSE hostname_source END,
		description = CASE WHEN b.after_json -> '$.description' IS NOT NULL AND ${OWN} '%, description,%'
			THEN b.before_json ->> '$.description' ELSE description END,
		tags_json = CASE WHEN b.after_json -> '$.tags_json' IS NOT NULL AND ${OWN} '%, tags_json,%'
			THEN b.before_json ->> '$.tags_json' ELSE tags_json END,
		notes = CASE WHEN b.after_json -> '$.notes' IS NOT NULL AND ${OWN} '%, notes,%'
			THEN b.before_json ->> '$.notes' ELSE notes END,
		mac = CASE WHEN b.after_json -> '$.mac' IS NOT NULL AND ${OWN} '%, mac,%'
			THEN b.before_json ->> '$.mac' ELSE mac END,
		vendor = CASE WHEN b.after_json -> '$.vendor' IS NOT NULL AND ${OWN} '%, vendor,%'
			THEN b.before_json ->> '$.vendor' ELSE vendor END,
		snmp_enabled = CASE WHEN b.after_json -> '$.snmp_enabled' IS NOT NULL AND ${OWN} '%, snmp_enabled,%'
			THEN b.before_json ->> '$.snmp_enabled' ELSE snmp_enabled END,
		version = version + 1, updated_at = ?
		FROM batch_row AS b WHERE b.batch_id = ? AND b.noun = 'host' AND b.row_id = host.id
			AND b.outcome IN ('undone', 'kept') AND host.id IN (SELECT value FROM json_each(?))`,
	subnet: `UPDATE subnet SET
		name = CASE WHEN b.after_json -> '$.name' IS NOT NULL AND ${OWN} '%, name,%'
			THEN b.before_json ->> '$.name' ELSE name END,
		notes = CASE WHEN b.after_json -> '$.notes' IS NOT NULL AND ${OWN} '%, notes,%'
			THEN b.before_json ->> '$.notes' ELSE notes END,
		gateway = CASE WHEN b.after_json -> '$.gateway' IS NOT NULL AND ${OWN} '%, gateway,%'
			THEN b.before_json ->> '$.gateway' ELSE gateway END,
		sweep_interval_s = CASE WHEN b.after_json -> '$.sweep_interval_s' IS NOT NULL AND ${OWN} '%, sweep_interval_s,%'
			THEN b.before_json ->> '$.sweep_interval_s' ELSE sweep_interval_s END,
		sweep_enabled = CASE WHEN b.after_json -> '$.sweep_enabled' IS NOT NULL AND ${OWN} '%, sweep_enabled,%'
			THEN b.before_json ->> '$.sweep_enabled' ELSE sweep_enabled END,
		scan_enabled = CASE WHEN b.after_json -> '$.scan_enabled' IS NOT NULL AND ${OWN} '%, scan_enabled,%'
			THEN b.before_json ->> '$.scan_enabled' ELSE scan_enabled END,
		snmp_enabled = CASE WHEN b.after_json -> '$.snmp_enabled' IS NOT NULL AND ${OWN} '%, snmp_enabled,%'
			THEN b.before_json ->> '$.snmp_enabled' ELSE snmp_enabled END,
		version = version + 1, updated_at = ?
		FROM batch_row AS b WHERE b.batch_id = ? AND b.noun = 'subnet' AND b.row_id = subnet.id
			AND b.outcome IN ('undone', 'kept') AND subnet.id IN (SELECT value FROM json_each(?))`,
} as const;

/** Takes changes back: each field that is still as the batch made it becomes what it was before. */
export function restoreChanged(
	db: Db,
	batchId: number,
	noun: Noun,
	ids: readonly number[],
	at: number,
): void {
	const list = JSON.stringify(ids);
	db.query(JUDGE[noun]).run(batchId, list);
	db.query(RESTORE[noun]).run(at, batchId, list);
}

/** A host that answers stays without what the batch gave it; one that a person changed keeps that. */
const STRIP = `UPDATE batch_row SET
	outcome = CASE WHEN outcome = 'undone' AND EXISTS (
		SELECT 1 FROM host WHERE id = row_id AND first_seen_at IS NOT NULL) THEN 'kept' ELSE outcome END,
	kept = CASE WHEN outcome = 'undone' AND EXISTS (
		SELECT 1 FROM host WHERE id = row_id AND first_seen_at IS NOT NULL) THEN 'answers' ELSE kept END,
	before_json = json_object('hostname', (SELECT CASE WHEN ptr_name <> '' THEN ptr_name ELSE snmp_name END
			FROM host WHERE id = row_id),
		'hostname_source', (SELECT CASE WHEN ptr_name <> '' THEN 'ptr' WHEN snmp_name <> '' THEN 'snmp' END
			FROM host WHERE id = row_id),
		'description', '', 'tags_json', '[]', 'notes', '', 'mac', NULL, 'vendor', NULL, 'snmp_enabled', NULL)
	WHERE batch_id = ? AND noun = 'host' AND row_id IN (SELECT value FROM json_each(?))`;

/** Takes hosts back that the batch added: those that never answered and are as it left them go. */
export function removeAdded(db: Db, batchId: number, ids: readonly number[], at: number): void {
	const list = JSON.stringify(ids);
	db.query(JUDGE.host).run(batchId, list);
	db.query(STRIP).run(batchId, list);
	db.query(RESTORE.host).run(at, batchId, list);
	db.query(
		`DELETE FROM host WHERE id IN (SELECT row_id FROM batch_row WHERE batch_id = ? AND noun = 'host'
			AND outcome = 'undone' AND row_id IN (SELECT value FROM json_each(?)))`,
	).run(batchId, list);
}

/** What became of a subnet since the batch added it; undefined: it is as the batch left it. */
export function judgeAdded(db: Db, batchId: number, subnetId: number): "gone" | "kept" | undefined {
	db.query(JUDGE.subnet).run(batchId, JSON.stringify([subnetId]));
	const row = db
		.query<{ outcome: string }, [number, number]>(
			"SELECT outcome FROM batch_row WHERE batch_id = ? AND noun = 'subnet' AND row_id = ?",
		)
		.get(batchId, subnetId);
	return row?.outcome === "gone" || row?.outcome === "kept" ? row.outcome : undefined;
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
