/** What differs in the database after something was done, and what was recorded of it meanwhile. */

import { expect } from "bun:test";
import type { Event, EventKind } from "../../src/model/event.ts";
import { listEventsAfter } from "../../src/store/events.ts";
import type { Rig } from "./app.ts";

/** What is recorded of the network and of who may what. What a sweep sees, and files on their way in, are not. */
const TABLES: Readonly<Record<string, string>> = {
	subnet:
		"id, cidr, name, notes, gateway, sweep_interval_s, sweep_enabled, scan_enabled, snmp_enabled, parent_id",
	host: "id, ip, subnet_id, hostname, hostname_source, description, tags_json, notes, mac, snmp_enabled, expires_at",
	webhook: "id, name, url, secret, topics_json, subnet_id, tag, enabled",
	user: "id, name, role, password_hash, totp_secret, disabled_at",
	api_token: "id, name, scope, expires_at",
	setting: "*",
	dismissal: "*",
	batch: "id, state",
	sweep_run: "id, state",
	scan_run: "id, state, cancel_asked",
};

const picture = (rig: Rig) =>
	Object.entries(TABLES).map(([table, columns]) => {
		const sql = `SELECT ${columns} FROM ${table}`;
		return `${table} ${JSON.stringify(rig.app.context.db.query(sql).all())}`;
	});
export const lastId = (rig: Rig) =>
	rig.app.context.db.query<{ id: number }, []>("SELECT ifnull(max(id), 0) AS id FROM event").get()?.id ?? 0;

export const has = (rig: Rig, kind: EventKind, after: number) =>
	listEventsAfter(rig.app.context.db, after, 100).some((event) => event.kind === kind);

/** Does it; answers the tables that differ, and what was recorded meanwhile. */
export async function watch(
	rig: Rig,
	work: () => Promise<unknown>,
): Promise<{ changed: string[]; events: Event[] }> {
	const { bus, db } = rig.app.context;
	const before = picture(rig);
	const from = lastId(rig);
	let early = 0;
	const deaf = bus.subscribe(() => {
		early += db.inTransaction ? 1 : 0;
	});
	await work();
	deaf();
	const after = picture(rig);
	expect(early, "told before the commit").toBe(0);
	const changed = Object.keys(TABLES).filter((_, i) => before[i] !== after[i]);
	return { changed, events: listEventsAfter(rig.app.context.db, from, 100) };
}
