/** A deletion and its undo: hosts and subnets come back whole, with their past, beside what was done since. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Context } from "../../src/context.ts";
import { deleteHost, deleteHosts, deleteSubnet } from "../../src/ipam/deletions.ts";
import { demandHost } from "../../src/ipam/hosts.ts";
import { undoBatch } from "../../src/ipam/undo.ts";
import type { Host } from "../../src/model/host.ts";
import { neverSeen } from "../../src/model/presence.ts";
import { listEvents } from "../../src/store/events.ts";
import { emptyGrave, nextGrave } from "../../src/store/graves.ts";
import { insertFoundHost, insertSample } from "../../src/store/history.ts";
import { openRig, type Rig } from "../helpers/app.ts";
import { keeperOf, type Typed } from "../helpers/keeper.ts";
import { putPort } from "../helpers/live-app.ts";
import { address } from "../helpers/world.ts";

let rig: Rig;
let context: Context;
beforeEach(async () => {
	rig = await openRig();
	context = rig.app.context;
});
afterEach(() => rig.close());
const { subnet, host, at } = keeperOf(() => context);
const now = (id: number) => demandHost(context, id);
const count = (table: "host_status" | "host_status_hour" | "host_open_port", id: number) =>
	(
		context.db
			.query(
				{
					host_status: "SELECT count(*) AS n FROM host_status WHERE host_id = ?",
					host_status_hour: "SELECT count(*) AS n FROM host_status_hour WHERE host_id = ?",
					host_open_port: "SELECT count(*) AS n FROM host_open_port WHERE host_id = ? AND is_current = 1",
				}[table],
			)
			.get(id) as { n: number }
	).n;

/** A host with a past: samples, hours, a port, events. */
function lived(ip: string, more: Typed = {}): Host {
	const made = host(ip, more);
	for (let n = 0; n < 5; n++) insertSample(context.db, made.id, n * 60_000, 500);
	putPort(rig.app, made.id, 443, "https");
	context.db
		.query(
			"UPDATE host SET status = 'up', status_order = 0, first_seen_at = 1, last_seen_at = 5 WHERE id = ?",
		)
		.run(made.id);
	return now(made.id);
}

/** The same host, except for what grows with every write. */
const same = ({ version, ...rest }: Host) => rest;

describe("a deletion", () => {
	test("of a host comes back whole: id, history, ports, events, tags", async () => {
		const { id: subnetId } = subnet("10.0.0.0/24");
		const a = lived("10.0.0.1", { hostname: "nas", description: "d", tags: ["x"], notes: "n" });
		const events = listEvents(context.db, { hostId: a.id, limit: 9 });
		expect(events.length).toBeGreaterThan(0);
		const { batchId } = deleteHost(context, a.id);
		expect(at("10.0.0.1")).toBeUndefined();
		expect(listEvents(context.db, { limit: 99 }).every(({ hostId }) => hostId === undefined)).toBe(true);
		expect((await rig.get("/api/v1/hosts?service=https")).text).toContain('"items":[]');
		await undoBatch(context, batchId);
		expect(same(now(a.id))).toEqual(same(a));
		expect(count("host_status", a.id)).toBe(5);
		expect(count("host_status_hour", a.id)).toBe(1);
		expect(listEvents(context.db, { hostId: a.id, limit: 9 })).toEqual(events);
		expect((await rig.get("/api/v1/hosts?tag=x&service=https")).text).toContain('"10.0.0.1"');
		expect(context.db.query("SELECT hosts_up FROM subnet WHERE id = ?").get(subnetId)).toEqual({
			hosts_up: 1,
		});
	});

	test("of a subnet comes back with hosts and nested blocks; webhooks about it work again", async () => {
		const outer = subnet("10.0.0.0/16");
		const inner = subnet("10.0.1.0/24");
		const a = lived("10.0.0.1", { hostname: "a" });
		const b = lived("10.0.1.1", { hostname: "b" });
		context.db
			.query(
				"INSERT INTO webhook (name, url, secret, subnet_id, created_at, updated_at) VALUES ('w', 'u', 's', ?, 1, 1)",
			)
			.run(outer.id);
		const gone = await deleteSubnet(context, outer.id);
		expect(gone).toMatchObject({ hosts: 1, nested: [{ id: inner.id }], heir: undefined });
		expect(now(b.id).subnetId).toBe(inner.id);
		expect(() => now(a.id)).toThrow("no such host");
		await undoBatch(context, gone.batchId);
		expect(same(now(a.id))).toEqual(same(a));
		expect(count("host_status", a.id)).toBe(5);
		expect(context.db.query("SELECT parent_id FROM subnet WHERE id = ?").get(inner.id)).toEqual({
			parent_id: outer.id,
		});
		expect(context.db.query("SELECT subnet_id, enabled, problem FROM webhook").get()).toEqual({
			subnet_id: outer.id,
			enabled: 1,
			problem: null,
		});
	});

	test("of a nested subnet gives its hosts back to it", async () => {
		const outer = subnet("10.0.0.0/16");
		const inner = subnet("10.0.1.0/24");
		const b = host("10.0.1.1");
		const gone = await deleteSubnet(context, inner.id);
		expect(now(b.id).subnetId).toBe(outer.id);
		await undoBatch(context, gone.batchId);
		expect(now(b.id).subnetId).toBe(inner.id);
		expect(
			context.db.query("SELECT parent_id, hosts_unknown FROM subnet WHERE id = ?").get(inner.id),
		).toEqual({
			parent_id: outer.id,
			hosts_unknown: 1,
		});
	});

	test("a host that a sweep found anew meanwhile becomes one with the old", async () => {
		const { id: subnetId } = subnet("10.0.0.0/24");
		const a = lived("10.0.0.1", { hostname: "nas", notes: "n" });
		const { batchId } = deleteHost(context, a.id);
		const fresh = insertFoundHost(context.db, subnetId, address("10.0.0.1"), {
			...neverSeen,
			status: "up",
			statusSince: 9,
			lastSeenAt: 9_000_000,
			latencyUs: 77,
		});
		insertSample(context.db, fresh, 9_000_000, 77);
		putPort(rig.app, fresh, 443, "https");
		putPort(rig.app, fresh, 22, "ssh");
		const { kept } = await undoBatch(context, batchId);
		expect(kept).toEqual([]);
		expect(now(a.id)).toMatchObject({
			hostname: "nas",
			notes: "n",
			latencyUs: 77,
			firstSeenAt: 1,
			lastSeenAt: 9_000_000,
		});
		expect(now(a.id).ports.map(({ port }) => port)).toEqual([22, 443]);
		expect(() => now(fresh)).toThrow("no such host");
		expect(count("host_status", a.id)).toBe(6);
	});

	test("a host that a person recorded meanwhile stays, and that is said", async () => {
		subnet("10.0.0.0/24");
		const a = host("10.0.0.1", { hostname: "old" });
		const { batchId } = await deleteHosts(context, [a.id], "1 host");
		const b = host("10.0.0.1", { hostname: "new" });
		expect((await undoBatch(context, batchId)).kept).toEqual([
			{ noun: "host", id: a.id, label: "10.0.0.1", outcome: "kept", fields: "address" },
		]);
		expect(now(b.id).hostname).toBe("new");
	});

	test("where its subnet went too, a host cannot come back, and that is said", async () => {
		const { id: subnetId } = subnet("10.0.0.0/24");
		const a = host("10.0.0.1");
		const first = deleteHost(context, a.id);
		const second = await deleteSubnet(context, subnetId);
		expect((await undoBatch(context, first.batchId)).kept[0]?.fields).toBe("subnet");
		await undoBatch(context, second.batchId);
	});

	test("is forgotten only when no batch can bring it back", async () => {
		subnet("10.0.0.0/24");
		const a = lived("10.0.0.1");
		const { batchId } = deleteHost(context, a.id);
		expect(nextGrave(context.db, 0)).toEqual({ id: a.id, held: true });
		context.db.query("DELETE FROM batch WHERE id = ?").run(batchId);
		expect(nextGrave(context.db, 0)).toEqual({ id: a.id, held: false });
		expect(emptyGrave(context.db, a.id, 3)).toEqual({ rows: 3, done: false });
		expect(emptyGrave(context.db, a.id, 3)).toEqual({ rows: 5, done: true });
		expect(nextGrave(context.db, 0)).toBeUndefined();
	});

	test("every column of host and subnet comes back", async () => {
		for (const table of ["host", "subnet"]) {
			const text = await Bun.file("src/store/whole-rows.ts").text();
			const columns = context.db
				.query<{ name: string }, [string]>("SELECT name FROM pragma_table_info(?)")
				.all(table);
			const missing = columns.filter(
				({ name }) => !new RegExp(`'${name}', (hex\\()?${table}\\.${name}\\b`).test(text),
			);
			expect(missing).toEqual([]);
		}
	});
});
