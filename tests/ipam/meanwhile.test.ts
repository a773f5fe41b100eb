/** What others do to a subnet or a host between two slices of a batch: nothing of it is lost, and no bound is passed. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Context } from "../../src/context.ts";
import { cancelBatch } from "../../src/ipam/batches.ts";
import { beginEdit } from "../../src/ipam/bulk.ts";
import { beginSubnetDeletion, deleteHosts, deleteSubnet } from "../../src/ipam/deletions.ts";
import { freeExpired } from "../../src/ipam/expiry.ts";
import { demandHost, editHost } from "../../src/ipam/hosts.ts";
import type { Passwords } from "../../src/ipam/passwords.ts";
import { demandSubnet, editSubnet } from "../../src/ipam/subnets.ts";
import { undoBatch } from "../../src/ipam/undo.ts";
import { changePassword } from "../../src/ipam/users.ts";
import { HOST_LIMITS } from "../../src/model/host.ts";
import { findBatch } from "../../src/store/batches.ts";
import { findRun } from "../../src/store/runs.ts";
import { findCredentials, insertUser, updateUser } from "../../src/store/users.ts";
import type { Rig } from "../helpers/app.ts";
import { type HurriedClock, openHurried } from "../helpers/hurried.ts";
import { HOST, keeperOf } from "../helpers/keeper.ts";

let rig: Rig;
let context: Context;
let clock: HurriedClock;
beforeEach(async () => {
	({ rig, context, clock } = await openHurried());
});
afterEach(() => rig.close());

const { subnet, many } = keeperOf(() => context);
const rename = (id: number) => {
	const now = demandSubnet(context, id);
	editSubnet(context, id, now.version, { ...now, gateway: "", name: "new", notes: "wanted" });
};

test("an edit of a subnet while it is being deleted comes back with it", async () => {
	const { id } = subnet("10.0.0.0/24");
	many(120);
	const { done, batchId } = beginSubnetDeletion(context, id);
	clock.meanwhile = () => rename(id);
	await done;
	await undoBatch(context, batchId);
	// Asleep while it was deleted, it is swept again: that was no wish of the editor's.
	expect(demandSubnet(context, id)).toMatchObject({ name: "new", notes: "wanted", sweepEnabled: true });
});

test("so does one of a subnet whose deletion is cancelled, and one that had no sweeps has none", async () => {
	const { id } = subnet("10.0.0.0/24", { sweepEnabled: false });
	many(120);
	const { done, batchId } = beginSubnetDeletion(context, id);
	clock.meanwhile = () => {
		rename(id);
		cancelBatch(context, batchId);
	};
	await expect(done).rejects.toThrow("cancelled");
	expect(demandSubnet(context, id)).toMatchObject({ name: "new", notes: "wanted", sweepEnabled: false });
});

test("a subnet comes back with its newest sweeps, under their numbers; one cut off by the deletion does not", async () => {
	const { db } = context;
	const { id } = subnet("10.0.0.0/24");
	const add = db.query(`INSERT INTO sweep_run
		(id, subnet_id, trigger, state, requested_at, started_at, finished_at, total, done, replies, lost, method, problem)
		VALUES (?, ?, 'schedule', ?, ?, ?, ?, 254, 254, 17, 1, 'raw', ?)`);
	for (let n = 1; n <= 250; n++)
		add.run(n, id, n % 9 === 0 ? "failed" : "done", n, n + 1, n + 2, n % 9 === 0 ? "no route" : null);
	add.run(251, id, "running", 251, 252, null, null);
	const before = db.query("SELECT * FROM sweep_run WHERE id BETWEEN 51 AND 250 ORDER BY id").all();
	const { batchId } = await deleteSubnet(context, id);
	expect(db.query("SELECT count(*) AS n FROM sweep_run").get()).toEqual({ n: 0 });
	await undoBatch(context, batchId);
	expect(db.query("SELECT * FROM sweep_run ORDER BY id").all()).toEqual(before);
	expect(findRun(db, 250)).toMatchObject({ subnetId: id, state: "done", total: 254, replies: 17, lost: 1 });
});

test("tags that somebody adds between two slices do not let a host pass the bound: all of it is taken back", async () => {
	subnet("10.0.0.0/24");
	const ids = many(120);
	const last = ids.at(-1) ?? 0;
	const theirs = Array.from({ length: HOST_LIMITS.tags }, (_, n) => `t${n}`);
	const { done } = beginEdit(context, ids, { tagsAdded: ["one-more"] }, "120 hosts");
	clock.meanwhile = () => {
		editHost(context, last, demandHost(context, last).version, { ...HOST, tags: theirs });
	};
	await expect(done).rejects.toThrow(`at most ${HOST_LIMITS.tags} tags`);
	expect(demandHost(context, last).tags).toEqual(theirs);
	expect(ids.slice(0, -1).flatMap((id) => demandHost(context, id).tags)).toEqual([]);
});

test("who becomes an admin while a token's password for them is hashed keeps the old one", async () => {
	const { db } = context;
	const id = insertUser(db, { name: "eve", role: "editor", passwordHash: "old" }, 1);
	const hash = async () => {
		updateUser(db, id, { role: "admin", disabledAt: undefined }, 1);
		return "new";
	};
	const token = { ...context, actor: { kind: "token", id: 1, name: "ansible", from: "" } as const };
	const work = changePassword(token, { hash } as unknown as Passwords, id, "nine dry otters");
	await expect(work).rejects.toThrow("changes none");
	expect(findCredentials(db, id)?.passwordHash).toBe("old");
});

test("where none of them is to go any more when its turn comes, nothing is told", async () => {
	subnet("10.0.0.0/24");
	const ids = many(3);
	const before = context.db.query("SELECT count(*) AS n FROM event").get();
	const { batchId } = await deleteHosts(context, ids, "reservations that ended", () => []);
	expect(context.db.query("SELECT count(*) AS n FROM event").get()).toEqual(before);
	expect(findBatch(context.db, batchId)).toBeUndefined();
});

test("a reservation that ends stays when it answers, or is given more time, while others are freed", async () => {
	const { db } = context;
	subnet("10.0.0.0/24");
	const ids = many(120);
	db.run("UPDATE host SET expires_at = 1");
	const [answers, kept] = ids.slice(-2) as [number, number];
	clock.meanwhile = () => {
		db.run("UPDATE host SET first_seen_at = 1, last_seen_at = 1 WHERE id = ?", [answers]);
		editHost(context, kept, 1, { ...HOST, notes: "still wanted", expiresAt: clock.now() + 86_400_000 });
	};
	await freeExpired(context);
	expect(db.query("SELECT id FROM host ORDER BY id").values().flat()).toEqual([answers, kept]);
	expect(demandHost(context, kept).notes).toBe("still wanted");
	const told = "SELECT detail_json ->> '$.hosts' AS hosts FROM event WHERE kind = 'hosts_deleted'";
	expect(db.query(told).all()).toEqual([{ hosts: 118 }]);
	// The next look takes its end from the one that answered.
	await freeExpired(context);
	expect(demandHost(context, answers).expiresAt).toBeUndefined();
});
