/** Undo of bulk edits and additions: exactly what the batch did, and nothing that was done since. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Context } from "../../src/context.ts";
import { closeBatch, demandBatch, openBatch } from "../../src/ipam/batches.ts";
import { editHosts, resolveSelection } from "../../src/ipam/bulk.ts";
import { deleteHost } from "../../src/ipam/deletions.ts";
import { demandHost, editHost } from "../../src/ipam/hosts.ts";
import { undoBatch } from "../../src/ipam/undo.ts";
import type { Host } from "../../src/model/host.ts";
import { noteAdded } from "../../src/store/batch-rows.ts";
import { transact } from "../../src/store/database.ts";
import { openRig, type Rig } from "../helpers/app.ts";
import { keeperOf } from "../helpers/keeper.ts";

let rig: Rig;
let context: Context;
beforeEach(async () => {
	rig = await openRig();
	context = rig.app.context;
});
afterEach(() => rig.close());
const { subnet, host } = keeperOf(() => context);
const now = (id: number) => demandHost(context, id);
const wrote = ({ hostname, hostnameSource, description, tags, notes }: Host) => ({
	hostname,
	hostnameSource,
	description,
	tags,
	notes,
});
const edit = (id: number, more: object) => {
	const before = now(id);
	return editHost(context, id, before.version, { ...before, ...more });
};

/** The same host, except for what grows with every write. */
const same = ({ version, ...rest }: Host) => rest;

describe("a bulk edit", () => {
	test("writes the fields that were asked for and no other; undo brings back what was there", async () => {
		subnet("10.0.0.0/24");
		const a = host("10.0.0.1", { hostname: "a", description: "old", tags: ["x", "y"] });
		const b = host("10.0.0.2", { notes: "mine", tags: ["y"] });
		const done = await editHosts(
			context,
			[a.id, b.id],
			{ description: "new", tagsAdded: "z, y", tagsRemoved: ["x"] },
			"2 hosts",
		);
		expect(done.hosts).toBe(2);
		expect(wrote(now(a.id))).toEqual({ ...wrote(a), description: "new", tags: ["y", "z"] });
		expect(wrote(now(b.id))).toEqual({ ...wrote(b), description: "new", tags: ["y", "z"] });
		const { batch, kept } = await undoBatch(context, done.batchId);
		expect(batch).toMatchObject({
			state: "undone",
			changed: 2,
			kept: 0,
			kind: "bulk_edit",
			source: "2 hosts",
		});
		expect(kept).toEqual([]);
		expect(same(now(a.id))).toEqual(same(a));
		expect(same(now(b.id))).toEqual(same(b));
	});

	test("fields edited since are kept, and that is said; the others go back", async () => {
		subnet("10.0.0.0/24");
		const a = host("10.0.0.1", { description: "old", notes: "n" });
		const { batchId } = await editHosts(context, [a.id], { description: "new", notes: "m" }, "1 host");
		edit(a.id, { description: "newer" });
		const { batch, kept } = await undoBatch(context, batchId);
		expect(wrote(now(a.id))).toMatchObject({ description: "newer", notes: "n" });
		expect(batch.kept).toBe(1);
		expect(kept).toEqual([
			{ noun: "host", id: a.id, label: "10.0.0.1", outcome: "kept", fields: "description" },
		]);
	});

	test("a typed name and its source go back together; an emptied one gives the found name back", async () => {
		subnet("10.0.0.0/24");
		const a = host("10.0.0.1");
		const b = host("10.0.0.2", { hostname: "typed" });
		context.db
			.query(
				"UPDATE host SET ptr_name = ip || '.ptr', hostname = CASE hostname WHEN '' THEN ip || '.ptr' ELSE hostname END, hostname_source = coalesce(hostname_source, 'ptr')",
			)
			.run();
		const named = await editHosts(context, [a.id, b.id], { hostname: "same" }, "2 hosts");
		expect(wrote(now(a.id))).toMatchObject({ hostname: "same", hostnameSource: "typed" });
		await undoBatch(context, named.batchId);
		expect(wrote(now(a.id))).toMatchObject({ hostname: "10.0.0.1.ptr", hostnameSource: "ptr" });
		expect(wrote(now(b.id))).toMatchObject({ hostname: "typed", hostnameSource: "typed" });
		await editHosts(context, [b.id], { hostname: "" }, "1 host");
		expect(wrote(now(b.id))).toMatchObject({ hostname: "10.0.0.2.ptr", hostnameSource: "ptr" });
	});

	test("is undone once; a host deleted since is said to be gone", async () => {
		subnet("10.0.0.0/24");
		const a = host("10.0.0.1");
		const { batchId } = await editHosts(context, [a.id], { notes: "m" }, "1 host");
		deleteHost(context, a.id);
		expect((await undoBatch(context, batchId)).kept).toEqual([
			{ noun: "host", id: a.id, label: "", outcome: "gone", fields: "" },
		]);
		await expect(undoBatch(context, batchId)).rejects.toThrow("already");
		await expect(undoBatch(context, 999)).rejects.toThrow("too long ago");
	});

	test.each<[string, Parameters<typeof editHosts>[2], string]>([
		["nothing", {}, "at least one field"],
		["a description that is too long", { description: "x".repeat(256) }, "255"],
		["too many tags", { tagsAdded: Array.from({ length: 41 }, (_, n) => `t${n}`) }, "40"],
	])("%s is refused and changes nothing", async (_, input, says) => {
		subnet("10.0.0.0/24");
		const a = host("10.0.0.1");
		await expect(editHosts(context, [a.id], input, "1 host")).rejects.toThrow(says);
		expect(now(a.id)).toEqual(a);
	});

	test("all that match, whatever is on screen", async () => {
		const one = subnet("10.0.0.0/24");
		const two = subnet("10.0.1.0/24");
		const ids = ["10.0.0.1", "10.0.0.2", "10.0.1.1"].map((ip) => host(ip, { tags: ["x"] }).id);
		host("10.0.0.3");
		const matching = (filter: object, except: number[] = []) =>
			resolveSelection(context, { kind: "matching", filter, except });
		expect(matching({ tag: "x" })).toEqual(ids);
		expect(matching({ tag: "x", subnetId: one.id }, [ids[0] ?? 0])).toEqual([ids[1] ?? 0]);
		expect(matching({ subnetId: two.id, status: "unknown" })).toEqual([ids[2] ?? 0]);
		expect(() => matching({ text: "nothing" })).toThrow("No host is selected");
	});
});

describe("what a batch added", () => {
	const add = (made: Host[], subnets: number[] = []) => {
		const batchId = openBatch(context, { kind: "import", source: "hosts.csv" });
		transact(context.db, () => {
			noteAdded(
				context.db,
				batchId,
				"host",
				made.map(({ id }) => id),
			);
			noteAdded(context.db, batchId, "subnet", subnets);
			closeBatch(context, batchId, {
				kind: "hosts_imported",
				label: "hosts.csv",
				detail: { hosts: made.length },
			});
		});
		return batchId;
	};

	test("goes, unless it was edited or answers since: then only what the batch gave goes", async () => {
		subnet("10.0.0.0/24");
		const values = { hostname: "h", description: "d", notes: "n" };
		const [a, b, c] = ["10.0.0.1", "10.0.0.2", "10.0.0.3"].map((ip) => host(ip, values));
		if (!a || !b || !c) throw new Error("no hosts");
		const batchId = add([a, b, c]);
		expect(demandBatch(context, batchId)).toMatchObject({ added: 3, state: "done" });
		edit(b.id, { description: "mine" });
		context.db.query("UPDATE host SET first_seen_at = 1, ptr_name = 'found' WHERE id = ?").run(c.id);
		const { kept } = await undoBatch(context, batchId);
		expect(() => now(a.id)).toThrow("no such host");
		expect(wrote(now(b.id))).toEqual({
			hostname: "",
			hostnameSource: undefined,
			description: "mine",
			tags: [],
			notes: "",
		});
		expect(wrote(now(c.id))).toEqual({
			hostname: "found",
			hostnameSource: "ptr",
			description: "",
			tags: [],
			notes: "",
		});
		expect(kept.map(({ id, fields }) => [id, fields])).toEqual([
			[b.id, "description"],
			[c.id, "answers"],
		]);
	});

	test("subnets go too, unless other hosts live in them", async () => {
		const first = subnet("10.0.0.0/24");
		const second = subnet("10.0.1.0/24");
		const own = host("10.0.0.1");
		const batchId = add([own], [first.id, second.id]);
		host("10.0.1.9");
		const { kept } = await undoBatch(context, batchId);
		expect(kept.map(({ id, fields }) => [id, fields])).toEqual([[second.id, "hosts"]]);
		expect(context.db.query("SELECT id FROM subnet").all()).toEqual([{ id: second.id }]);
	});
});
