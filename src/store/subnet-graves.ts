/**
 * Deleting a subnet so that it can come back as it was, with its newest sweeps and the webhooks about it; and bringing
 * it back. Its hosts are in graves. Every function stands inside its caller's transaction.
 */

import { lastOf, parseCidr } from "../net/cidr.ts";
import { writeOutcome } from "./batch-rows.ts";
import { countIn } from "./batches.ts";
import type { Db } from "./database.ts";
import { adopt, deleteSubnet, findAround } from "./subnets.ts";
import { SUBNET_COLUMNS, SUBNET_FROM_JSON, SUBNET_ROW } from "./whole-rows.ts";

const NOTE_SUBNET = `INSERT OR IGNORE INTO batch_row (batch_id, noun, row_id, act, before_json)
	SELECT ?, 'subnet', id, 'deleted', ${SUBNET_ROW} FROM subnet WHERE id = ?`;

/** Notes a subnet that is going to be deleted, and the webhooks that are about it; it is swept no more. */
export function condemnSubnet(db: Db, batchId: number, id: number): void {
	countIn(db, batchId, "subnets", db.query(NOTE_SUBNET).run(batchId, id).changes);
	db.query(
		`INSERT OR IGNORE INTO batch_row (batch_id, noun, row_id, act, before_json)
		SELECT ?, 'webhook', id, 'changed', json_object('subnet_id', subnet_id, 'enabled', enabled, 'problem', problem)
		FROM webhook WHERE subnet_id = ?`,
	).run(batchId, id);
	db.query("UPDATE subnet SET sweep_enabled = 0 WHERE id = ?").run(id);
	db.query("UPDATE sweep_run SET cancel_asked = 1 WHERE subnet_id = ? AND state = 'running'").run(id);
	db.query("UPDATE sweep_run SET state = 'cancelled' WHERE subnet_id = ? AND state = 'queued'").run(id);
}

/** Closed sweeps of a subnet, the newest: they come back with it. All of a month would make a large row. */
const RUNS = `(SELECT json_group_array(json_object('id', id, 'trigger', trigger, 'state', state,
		'requested_at', requested_at, 'started_at', started_at, 'finished_at', finished_at, 'total', total,
		'done', done, 'replies', replies, 'lost', lost, 'method', method, 'problem', problem))
	FROM (SELECT * FROM sweep_run WHERE subnet_id = subnet.id AND state NOT IN ('queued', 'running')
		ORDER BY id DESC LIMIT 200))`;

/** The subnet as it is now: somebody may have changed it since it was condemned. Being put to sleep is no change. */
const NOTE_LAST = `UPDATE batch_row SET before_json = json_set(${SUBNET_ROW},
		'$.sweep_enabled', max(before_json ->> '$.sweep_enabled', subnet.sweep_enabled), '$.runs', json(${RUNS}))
	FROM subnet WHERE batch_id = ? AND noun = 'subnet' AND row_id = ? AND subnet.id = row_id`;

const PUT_RUNS_BACK = `INSERT INTO sweep_run (subnet_id, id, trigger, state, requested_at, started_at,
		finished_at, total, done, replies, lost, method, problem)
	SELECT row_id, value ->> '$.id', value ->> '$.trigger', value ->> '$.state', value ->> '$.requested_at',
		value ->> '$.started_at', value ->> '$.finished_at', value ->> '$.total', value ->> '$.done',
		value ->> '$.replies', value ->> '$.lost', value ->> '$.method', value ->> '$.problem'
	FROM batch_row, json_each(before_json, '$.runs') WHERE batch_id = ? AND noun = 'subnet' AND row_id = ?`;

/** Deletes a condemned subnet that has no hosts any more, or whose hosts go to `heir`. */
export function burySubnet(db: Db, batchId: number, id: number, heir: number | undefined): void {
	db.query(NOTE_LAST).run(batchId, id);
	deleteSubnet(db, id, heir);
	db.query(
		`UPDATE batch_row SET after_json = (SELECT json_object('enabled', enabled, 'problem', problem) FROM webhook
			WHERE webhook.id = row_id) WHERE batch_id = ? AND noun = 'webhook'`,
	).run(batchId);
}

/**
 * Brings a subnet back, due at once; subnets and hosts of the block around it that lie inside become its own again.
 * One that was recorded anew meanwhile stays as it is.
 */
export function unearthSubnet(db: Db, batchId: number, id: number, at: number): void {
	const thing = { noun: "subnet", id } as const;
	const row = db
		.query<{ cidr: string; before: string }, [number, number]>(
			`SELECT before_json ->> '$.cidr' AS cidr, before_json AS before FROM batch_row
			WHERE batch_id = ? AND noun = 'subnet' AND row_id = ?`,
		)
		.get(batchId, id);
	const cidr = parseCidr(row?.cidr ?? "").value;
	if (row === null || cidr === undefined) return;
	const there = db.query<{ id: number }, [string]>("SELECT id FROM subnet WHERE cidr = ?").get(row.cidr);
	if (there !== null && there.id !== id) writeOutcome(db, batchId, thing, "kept", "cidr");
	else {
		// The deletion may have been cut off before it came to the subnet itself.
		if (there !== null) db.query(WAKE).run(row.before, at, id);
		else {
			const around = findAround(db, cidr.base, lastOf(cidr));
			db.query(PUT_SUBNET_BACK).run({ batch: batchId, id, parent: around?.id ?? null, at });
			adopt(db, id, cidr, around?.id);
			db.query(PUT_RUNS_BACK).run(batchId, id);
		}
		writeOutcome(db, batchId, thing, "undone");
	}
}

const WAKE = `UPDATE subnet SET sweep_enabled = max(sweep_enabled, ? ->> '$.sweep_enabled'), next_sweep_at = ?
	WHERE id = ?`;

const PUT_SUBNET_BACK = `INSERT INTO subnet (${SUBNET_COLUMNS}) SELECT ${SUBNET_FROM_JSON}
	FROM batch_row WHERE batch_id = :batch AND noun = 'subnet' AND row_id = :id`;

/**
 * Webhooks that were switched off because their subnet went; one that somebody changed since stays as it is, and so does
 * one that was never switched off (without a word of what it became). Answers which were looked at.
 */
export function unearthWebhooks(db: Db, batchId: number): number[] {
	const looked = db
		.query<{ id: number }, [number]>(
			"SELECT row_id AS id FROM batch_row WHERE batch_id = ? AND noun = 'webhook' AND outcome IS NULL",
		)
		.all(batchId);
	db.query(
		`UPDATE batch_row SET outcome = CASE WHEN after_json IS NULL THEN 'undone'
			WHEN EXISTS (SELECT 1 FROM webhook WHERE webhook.id = row_id AND webhook.subnet_id IS NULL AND webhook.enabled = after_json ->> '$.enabled'
				AND webhook.problem IS after_json ->> '$.problem')
			AND EXISTS (SELECT 1 FROM subnet WHERE subnet.id = before_json ->> '$.subnet_id') THEN 'undone' ELSE 'kept' END
		WHERE batch_id = ? AND noun = 'webhook' AND outcome IS NULL`,
	).run(batchId);
	db.query(
		`UPDATE webhook SET subnet_id = b.before_json ->> '$.subnet_id', enabled = b.before_json ->> '$.enabled',
			problem = b.before_json ->> '$.problem'
		FROM batch_row AS b WHERE b.batch_id = ? AND b.noun = 'webhook' AND b.outcome = 'undone'
			AND b.after_json IS NOT NULL AND b.row_id = webhook.id`,
	).run(batchId);
	return looked.map(({ id }) => id);
}
