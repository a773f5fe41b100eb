/** A request that must be refused, and what is true of every refusal. Knows no field and no value. */

import { expect } from "bun:test";
import type { Rig } from "./app.ts";
import { quickly } from "./quick.ts";

export type Refused = { status: number; field: string | undefined; text: string; type: string };

/** Everything that a request could change. */
function everything({ app }: Rig): string {
	const { db } = app.context;
	const tables = [
		"subnet",
		"host",
		"event",
		"webhook",
		"webhook_delivery",
		"sweep_run",
		"scan_run",
		"batch",
		"idempotency",
	];
	return tables
		.map((table) => `${table} ${JSON.stringify(db.query(`SELECT * FROM ${table}`).all())}`)
		.join("\n");
}

/** Sends it, and holds what is true of every refusal. */
export async function expectRefused(
	rig: Rig,
	path: string,
	init: RequestInit,
	secret?: string,
): Promise<Refused> {
	const before = everything(rig);
	const { answer, text } = await quickly(async () => {
		const answer = await rig.fetch(path, init);
		return { answer, text: await answer.text() };
	});
	expect(everything(rig)).toBe(before);
	expect(text).not.toMatch(/\bat .+:\d+:\d+|node_modules|src\/|SQLITE|typebox/i);
	if (secret !== undefined) expect(text).not.toContain(secret);
	const type = answer.headers.get("content-type") ?? "";
	const field = type.includes("json") ? (JSON.parse(text) as { field?: string }).field : undefined;
	return { status: answer.status, field, text, type };
}

/** Words as JSON, or what claims to be. */
export const json = (
	method: string,
	body: string | Uint8Array<ArrayBuffer>,
	headers: Record<string, string> = {},
): RequestInit => ({
	method,
	body,
	headers: { "content-type": "application/json", ...headers },
});
