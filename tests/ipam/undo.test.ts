/** Undo under everything that can happen meanwhile: other people, crashes, cancelling, sweeps, a prune. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Context } from "../../src/context.ts";
import { cancelBatch, demandBatch, openBatch } from "../../src/ipam/batches.ts";
import { beginEdit, editHosts } from "../../src/ipam/bulk.ts";
import { beginDeletion, beginSubnetDeletion, deleteHost, deleteSubnet } from "../../src/ipam/deletions.ts";
import { demandHost, editHost } from "../../src/ipam/hosts.ts";
import { beginUndo, resumeBatches, undoBatch } from "../../src/ipam/undo.ts";
import { neverSeen } from "../../src/model/presence.ts";
import { noteBefore, sealAfter } from "../../src/store/batch-rows.ts";
import { pruneBatches, startUndo } from "../../src/store/batches.ts";
import { writeToHosts } from "../../src/store/bulk.ts";
import { listEvents } from "../../src/store/events.ts";
import { insertFoundHost, insertSample } from "../../src/store/history.ts";
import { condemnSubnet } from "../../src/store/subnet-graves.ts";
import { findSubnet } from "../../src/store/subnets.ts";
import type { Rig } from "../helpers/app.ts";
import { type HurriedClock, openHurried } from "../helpers/hurried.ts";
import { HOST, keeperOf } from "../helpers/keeper.ts";
import { address } from "../helpers/world.ts";

let rig: Rig;
let context: Context;
let clock: HurriedClock;
beforeEach(async () => {
	({ rig, context, clock } = await openHurried());
});
afterEach(() => rig.close());

const { subnet, host, many, at } = keeperOf(() => context);
const said = (id: number) => demandHost(context, id).description;
const batch = (id: number) => demandBatch(context, id);
const found = (subnetId: number, ip: string) =>
	insertFoundHost(context.db, subnetId, address(ip), {
		...neverSeen,
		status: "up",
		statusSince: 9,
		lastSeenAt: 9_000_000,
		latencyUs: 77,
	});
const newest = () => listEvents(context.db, { limit: 1 })[0];

describe("two people at once", () => {
	test("the second one is told, however long ago it was done", async () => {
		subnet("10.0.0.0/16");
		const ids = many(60);
		const { batchId } = await editHosts(context, ids, { description: "new" }, "60 hosts");
		context.db.query("UPDATE batch SET made_at = 1").run();
		const first = beginUndo(context, batchId);
		expect(() => beginUndo(context, batchId)).toThrow("is being undone");
		await first.done;
		expect(listEvents(context.db, { limit: 99 }).filter(({ kind }) => kind === "batch_undone")).toHaveLength(
			1,
		);
		expect(ids.map(said)).toEqual(ids.map(() => "old"));
	});

	test("a subnet is deleted once", async () => {
		const { id } = subnet("10.0.0.0/16");
		const ids = many(60);
		const first = beginSubnetDeletion(context, id);
		expect(() => beginSubnetDeletion(context, id)).toThrow("being deleted already");
		await first.done;
		await undoBatch(context, first.batchId);
		expect(findSubnet(context.db, id)?.sweepEnabled).toBe(true);
		expect(ids.map(said)).toEqual(ids.map(() => "old"));
	});
});

describe("what happens during a deletion", () => {
	test("hosts that get a subnet of their own meanwhile are no longer meant", async () => {
		const { id } = subnet("10.0.0.0/16");
		many(130);
		const work = beginSubnetDeletion(context, id);
		const inner = subnet("10.0.1.0/24");
		const after = host("10.0.1.99");
		await work.done;
		expect(findSubnet(context.db, inner.id)?.parentId).toBeUndefined();
		expect(at("10.0.1.1")?.subnetId).toBe(inner.id);
		expect(demandHost(context, after.id).subnetId).toBe(inner.id);
		expect(at("10.0.0.1")).toBeUndefined();
		await undoBatch(context, work.batchId);
		expect(at("10.0.0.1")?.subnetId).toBe(id);
		expect(findSubnet(context.db, inner.id)?.parentId).toBe(id);
	});

	test("a block that is put around it takes those inside it", async () => {
		const { id } = subnet("10.0.0.0/16");
		const inner = subnet("10.0.200.0/24");
		many(60);
		const work = beginSubnetDeletion(context, id);
		const outer = subnet("10.0.0.0/8");
		await work.done;
		expect(findSubnet(context.db, inner.id)?.parentId).toBe(outer.id);
		await undoBatch(context, work.batchId);
		expect(findSubnet(context.db, id)?.parentId).toBe(outer.id);
		expect(findSubnet(context.db, inner.id)?.parentId).toBe(id);
	});
});

describe("cancelling", () => {
	test("an edit: nothing of it stays, and that is said", async () => {
		subnet("10.0.0.0/16");
		const ids = many(130);
		const work = beginEdit(context, ids, { description: "new" }, "130 hosts");
		expect(said(ids[0] ?? 0)).toBe("new");
		expect(cancelBatch(context, work.batchId).state).toBe("undoing");
		expect(() => cancelBatch(context, work.batchId)).toThrow("taken back already");
		await expect(work.done).rejects.toThrow("cancelled");
		expect(ids.map(said)).toEqual(ids.map(() => "old"));
		expect(batch(work.batchId)).toMatchObject({ state: "undone", kept: 0 });
		expect(newest()).toMatchObject({ kind: "batch_undone", detail: { reason: "it was cancelled" } });
		expect(() => cancelBatch(context, work.batchId)).toThrow("nothing to cancel");
	});

	test("a deletion of hosts and one of a subnet: all are back", async () => {
		const { id } = subnet("10.0.0.0/16");
		const ids = many(130);
		const one = beginDeletion(context, ids, "130 hosts");
		cancelBatch(context, one.batchId);
		await expect(one.done).rejects.toThrow("cancelled");
		const two = beginSubnetDeletion(context, id);
		expect(findSubnet(context.db, id)?.sweepEnabled).toBe(false);
		cancelBatch(context, two.batchId);
		await expect(two.done).rejects.toThrow("cancelled");
		expect(ids.map(said)).toEqual(ids.map(() => "old"));
		expect(findSubnet(context.db, id)?.sweepEnabled).toBe(true);
	});

	test("an undo stops where it is, and goes on another time", async () => {
		subnet("10.0.0.0/16");
		const ids = many(130);
		const { batchId } = await editHosts(context, ids, { description: "new" }, "130 hosts");
		editHost(context, ids[129] ?? 0, demandHost(context, ids[129] ?? 0).version, {
			...HOST,
			description: "mine",
		});
		clock.meanwhile = () => void cancelBatch(context, batchId);
		const work = beginUndo(context, batchId);
		await expect(work.done).rejects.toThrow("stopped");
		expect(batch(batchId).state).toBe("done");
		const there = ids.map(said);
		expect(there).toContain("old");
		expect(there).toContain("new");
		const { batch: undone, kept } = await undoBatch(context, batchId);
		expect(undone).toMatchObject({ state: "undone", kept: 1 });
		expect(kept.map(({ id }) => id)).toEqual([ids[129] ?? 0]);
		expect(ids.map(said)).toEqual([...ids.slice(1).map(() => "old"), "mine"]);
	});
});

describe("after a crash", () => {
	test("what was being undone is undone to its end", async () => {
		subnet("10.0.0.0/16");
		const ids = many(60);
		const { batchId } = await editHosts(context, ids, { description: "new" }, "60 hosts");
		startUndo(context.db, batchId, { actor: "kim", at: 1 });
		await resumeBatches(context, 0);
		expect(batch(batchId)).toMatchObject({ state: "undone", undoneBy: "kim" });
		expect(ids.map(said)).toEqual(ids.map(() => "old"));
	});

	test("what was not finished is taken back, and what had not begun is forgotten", async () => {
		subnet("10.0.0.0/16");
		const [a = 0] = many(2);
		const id = openBatch(context, { kind: "bulk_edit", source: "2 hosts" });
		noteBefore(context.db, id, "host", [a]);
		writeToHosts(context.db, [a], { description: "new" }, 5);
		sealAfter(context.db, id, "host", [a]);
		const empty = openBatch(context, { kind: "delete", source: "2 hosts" });
		await resumeBatches(context, 30_000);
		expect(said(a)).toBe("new");
		await resumeBatches(context, 0);
		expect(said(a)).toBe("old");
		expect(newest()).toMatchObject({ detail: { reason: "Rollcall was stopped in the middle of it" } });
		expect(() => batch(empty)).toThrow("too long ago");
	});

	test("one that cannot be taken back yet keeps no other from it, and is tried again", async () => {
		subnet("10.0.0.0/16");
		const [a = 0, b = 0] = many(2);
		const one = await editHosts(context, [a], { description: "new" }, "1 host");
		const two = await editHosts(context, [b], { description: "new" }, "1 host");
		for (const { batchId } of [one, two]) startUndo(context.db, batchId, { actor: "kim", at: 1 });
		context.db.run(
			`CREATE TEMP TRIGGER broken BEFORE UPDATE ON host WHEN old.id = ${a} BEGIN SELECT raise(ABORT, 'full'); END`,
		);
		await expect(resumeBatches(context, 0)).rejects.toThrow("full");
		expect([said(a), said(b)]).toEqual(["new", "old"]);
		context.db.run("DROP TRIGGER broken");
		await resumeBatches(context, 0);
		expect([said(a), batch(one.batchId).state]).toEqual(["old", "undone"]);
	});

	test("of a subnet that was half deleted, its webhooks too are as they were", async () => {
		const { id } = subnet("10.0.0.0/24");
		context.db
			.query(
				"INSERT INTO webhook (name, url, secret, subnet_id, created_at, updated_at) VALUES ('w', 'u', 's', ?, 1, 1)",
			)
			.run(id);
		const batchId = openBatch(context, { kind: "delete", source: "Office" });
		condemnSubnet(context.db, batchId, id);
		await resumeBatches(context, 0);
		expect(batch(batchId)).toMatchObject({ state: "undone", kept: 0 });
		expect(context.db.query("SELECT subnet_id, enabled FROM webhook").get()).toEqual({
			subnet_id: id,
			enabled: 1,
		});
		expect(findSubnet(context.db, id)?.sweepEnabled).toBe(true);
	});

	test("a prune leaves alone what is under way", async () => {
		subnet("10.0.0.0/24");
		const { id } = host("10.0.0.1", { description: "old" });
		const { batchId } = await editHosts(context, [id], { description: "new" }, "1 host");
		context.db.query("UPDATE batch SET made_at = 1").run();
		startUndo(context.db, batchId, { actor: "", at: 1 });
		pruneBatches(context.db, 10, 100);
		await resumeBatches(context, 0);
		expect(said(id)).toBe("old");
		pruneBatches(context.db, 10, 100);
		expect(() => batch(batchId)).toThrow("too long ago");
	});
});

describe("bringing hosts back", () => {
	test("a reservation without a word, made meanwhile, stays", async () => {
		subnet("10.0.0.0/24");
		const a = host("10.0.0.1", { hostname: "old" });
		const { batchId } = deleteHost(context, a.id);
		const b = host("10.0.0.1");
		expect((await undoBatch(context, batchId)).kept.map(({ fields }) => fields)).toEqual(["address"]);
		expect(at("10.0.0.1")?.id).toBe(b.id);
	});

	test("an hour that both have measured is the sum of both", async () => {
		const { id: subnetId } = subnet("10.0.0.0/24");
		const a = host("10.0.0.1", { hostname: "old" });
		for (let n = 0; n < 3; n++) insertSample(context.db, a.id, n * 60_000, 500);
		const { batchId } = deleteHost(context, a.id);
		const fresh = found(subnetId, "10.0.0.1");
		for (let n = 10; n < 14; n++) insertSample(context.db, fresh, n * 60_000, 100);
		await undoBatch(context, batchId);
		const hour =
			"SELECT up, latency_sum_us, latency_min_us, latency_max_us FROM host_status_hour WHERE host_id = ?";
		expect(context.db.query(hour).get(a.id)).toEqual({
			...{ up: 7, latency_sum_us: 1_900, latency_min_us: 100, latency_max_us: 500 },
		});
	});

	test("where its subnet is gone too, a host waits for that to come back", async () => {
		const { id: subnetId } = subnet("10.0.0.0/24");
		const a = host("10.0.0.1", { hostname: "old" });
		const first = deleteHost(context, a.id);
		const second = await deleteSubnet(context, subnetId);
		expect((await undoBatch(context, first.batchId)).kept.map(({ fields }) => fields)).toEqual(["subnet"]);
		expect((await rig.get(`/batches/${first.batchId}`)).text).toContain("no subnet is around");
		await undoBatch(context, second.batchId);
		expect((await undoBatch(context, first.batchId)).batch).toMatchObject({ state: "undone", kept: 0 });
		expect(at("10.0.0.1")?.id).toBe(a.id);
	});
});

describe("taking changes back", () => {
	test("a name that was found out meanwhile is the one that comes back", async () => {
		subnet("10.0.0.0/24");
		const { id } = host("10.0.0.1");
		const { batchId } = await editHosts(context, [id], { hostname: "typed" }, "1 host");
		context.db.query("UPDATE host SET ptr_name = 'found.lan' WHERE id = ?").run(id);
		await undoBatch(context, batchId);
		expect(demandHost(context, id)).toMatchObject({ hostname: "found.lan", hostnameSource: "ptr" });
	});

	test("the vendor goes with the hardware address it was found out for", async () => {
		subnet("10.0.0.0/24");
		const { id } = host("10.0.0.1");
		const put = (mac: string, vendor: string | null) =>
			context.db.query("UPDATE host SET mac = ?, vendor = ? WHERE id = ?").run(mac, vendor, id);
		put("00:11:32:00:00:01", "Synology");
		const batchId = openBatch(context, { kind: "import", source: "a.csv" });
		noteBefore(context.db, batchId, "host", [id]);
		put("00:22:33:00:00:02", null);
		sealAfter(context.db, batchId, "host", [id]);
		context.db.query("UPDATE batch SET state = 'done'").run();
		put("00:22:33:00:00:02", "Somebody else");
		expect((await undoBatch(context, batchId)).kept).toEqual([]);
		expect(demandHost(context, id)).toMatchObject({ mac: "00:11:32:00:00:01", vendor: "Synology" });
	});
});
