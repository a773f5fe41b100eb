/**
 * Taking back what a batch added or changed, field by field: what became of each thing since, and what it becomes. Every
 * function stands inside its caller's transaction and takes ids in slices (JSON arrays).
 */

import { FIELD_NOW, RESTORED, VALUES } from "./batch-fields.ts";
import type { Db } from "./database.ts";

type Noun = "host" | "subnet";

const HOST_NOW = FIELD_NOW.host;
const SUBNET_NOW = FIELD_NOW.subnet;
const HOST_VALUES = VALUES.host;

/** What became of each since: gone, changed (in which fields), or as the batch left it. The vendor follows the address. */
const JUDGE = {
	host: `UPDATE batch_row SET (outcome, kept) = (
			SELECT CASE WHEN now.id IS NULL THEN 'gone' WHEN now.fields IS NULL THEN 'undone' ELSE 'kept' END,
				coalesce(now.fields, '')
			FROM (SELECT 1) LEFT JOIN (
				SELECT host.id, (SELECT group_concat(key, ', ') FROM json_each(after_json)
					WHERE key <> 'vendor' AND value IS NOT ${HOST_NOW}) AS fields
				FROM host WHERE host.id = row_id) AS now)
		WHERE batch_id = ? AND noun = 'host' AND outcome IS NULL AND row_id IN (SELECT value FROM json_each(?))`,
	subnet: `UPDATE batch_row SET (outcome, kept) = (
			SELECT CASE WHEN now.id IS NULL THEN 'gone' WHEN now.fields IS NULL THEN 'undone' ELSE 'kept' END,
				coalesce(now.fields, '')
			FROM (SELECT 1) LEFT JOIN (
				SELECT subnet.id, (SELECT group_concat(key, ', ') FROM json_each(after_json)
					WHERE value IS NOT ${SUBNET_NOW}) AS fields
				FROM subnet WHERE subnet.id = row_id) AS now)
		WHERE batch_id = ? AND noun = 'subnet' AND outcome IS NULL AND row_id IN (SELECT value FROM json_each(?))`,
} as const;

const HOST_RESTORED = RESTORED.host;
const SUBNET_RESTORED = RESTORED.subnet;

const RESTORE = {
	host: `UPDATE host SET
		${HOST_RESTORED},
		version = version + 1, updated_at = ?
		FROM batch_row AS b WHERE b.batch_id = ? AND b.noun = 'host' AND b.row_id = host.id
			AND b.outcome IN ('undone', 'kept') AND host.id IN (SELECT value FROM json_each(?))`,
	subnet: `UPDATE subnet SET
		${SUBNET_RESTORED},
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

/** Nearly all of them, as a rule: hosts that never answered and are just as the batch made them. */
const UNTOUCHED = `UPDATE batch_row SET outcome = 'undone' WHERE batch_id = ? AND noun = 'host' AND outcome IS NULL
	AND row_id IN (SELECT value FROM json_each(?))
	AND after_json = (SELECT ${HOST_VALUES} FROM host WHERE id = row_id AND first_seen_at IS NULL)
	RETURNING row_id AS id`;

/** A host that answers stays without what the batch gave it; one that a person changed keeps that. */
const STRIP = `UPDATE batch_row SET
	outcome = CASE WHEN outcome = 'undone' AND EXISTS (
		SELECT 1 FROM host WHERE id = row_id AND first_seen_at IS NOT NULL) THEN 'kept' ELSE outcome END,
	kept = CASE WHEN outcome = 'undone' AND EXISTS (
		SELECT 1 FROM host WHERE id = row_id AND first_seen_at IS NOT NULL) THEN 'answers' ELSE kept END,
	before_json = json_object('hostname', '', 'hostname_source', NULL, 'description', '', 'tags_json', '[]',
		'notes', '', 'mac', NULL, 'vendor', NULL, 'snmp_enabled', NULL, 'expires_at', NULL)
	WHERE batch_id = ? AND noun = 'host' AND row_id IN (SELECT value FROM json_each(?))`;

/** Takes hosts back that the batch added: those that never answered and are as it left them go. */
export function removeAdded(db: Db, batchId: number, ids: readonly number[], at: number): void {
	const list = JSON.stringify(ids);
	const untouched = db.query<{ id: number }, [number, string]>(UNTOUCHED).all(batchId, list);
	const going = new Set(untouched.map(({ id }) => id));
	const others = JSON.stringify(ids.filter((id) => !going.has(id)));
	if (going.size < ids.length) {
		db.query(JUDGE.host).run(batchId, others);
		db.query(STRIP).run(batchId, others);
		db.query(RESTORE.host).run(at, batchId, others);
	}
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
