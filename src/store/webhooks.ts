/** Rows of `webhook`: whom to tell of what. The secret leaves this file only to sign. */

import type { Topic, Webhook } from "../model/webhook.ts";
import { type Db, insertedId } from "./database.ts";

export type WebhookValues = Pick<Webhook, "name" | "url" | "topics" | "subnetId" | "tag" | "enabled">;

export function listWebhooks(db: Db): Webhook[] {
	return db.query<Row, []>("SELECT * FROM webhook ORDER BY id").all().map(toWebhook);
}

export function findWebhook(db: Db, id: number): Webhook | undefined {
	const row = db.query<Row, [number]>("SELECT * FROM webhook WHERE id = ?").get(id);
	return row ? toWebhook(row) : undefined;
}

export function insertWebhook(db: Db, values: WebhookValues, secret: string, at: number): number {
	const { name, url, topics, subnetId, tag, enabled } = values;
	return insertedId(
		db
			.query(
				`INSERT INTO webhook (name, url, topics_json, subnet_id, tag, enabled, secret, created_at, updated_at)
				VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)`,
			)
			.run(name, url, JSON.stringify(topics), subnetId ?? null, tag, enabled ? 1 : 0, secret, at),
	);
}

/** False when the row is no longer at `version`. Switching it on again forgets why it was off. */
export function updateWebhook(
	db: Db,
	id: number,
	version: number,
	values: WebhookValues,
	at: number,
): boolean {
	const { name, url, topics, subnetId, tag, enabled } = values;
	return (
		db
			.query(
				`UPDATE webhook SET name = ?, url = ?, topics_json = ?, subnet_id = ?, tag = ?, enabled = ?6,
					problem = CASE ?6 WHEN 1 THEN NULL ELSE problem END, updated_at = ?7, version = version + 1
				WHERE id = ?8 AND version = ?9`,
			)
			.run(name, url, JSON.stringify(topics), subnetId ?? null, tag, enabled ? 1 : 0, at, id, version)
			.changes > 0
	);
}

/** Switches it off without a person, with the reason. */
export function disableWebhook(db: Db, id: number, problem: string, at: number): void {
	db.query(
		"UPDATE webhook SET enabled = 0, problem = ?, updated_at = ?, version = version + 1 WHERE id = ?",
	).run(problem, at, id);
}

/** Its deliveries go with it. */
export function deleteWebhook(db: Db, id: number): void {
	db.query("DELETE FROM webhook WHERE id = ?").run(id);
}

type Row = {
	id: number;
	name: string;
	url: string;
	secret: string;
	topics_json: string;
	subnet_id: number | null;
	tag: string;
	enabled: number;
	problem: string | null;
	version: number;
	created_at: number;
};

function toWebhook(row: Row): Webhook {
	return {
		id: row.id,
		name: row.name,
		url: row.url,
		topics: JSON.parse(row.topics_json) as Topic[],
		subnetId: row.subnet_id ?? undefined,
		tag: row.tag,
		enabled: row.enabled === 1,
		problem: row.problem ?? undefined,
		version: row.version,
		createdAt: row.created_at,
	};
}
