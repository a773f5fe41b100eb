/** Undo of bulk edits, deletions and additions: exactly what the batch did, with the past, and nothing done since. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Context } from "../../src/context.ts";
import { closeBatch, demandBatch, openBatch } from "../../src/ipam/batches.ts";
import { editHosts, resolveSelection } from "../../src/ipam/bulk.ts";
import { deleteHost, deleteHosts, deleteSubnet } from "../../src/ipam/deletions.ts";
import { demandHost, editHost, reserveAddress } from "../../src/ipam/hosts.ts";
import { createSubnet } from "../../src/ipam/subnets.ts";
import { undoBatch } from "../../src/ipam/undo.ts";
import type { Host } from "../../src/model/host.ts";
import { neverSeen } from "../../src/model/presence.ts";
import { noteAdded } from "../../src/store/batch-rows.ts";
import { transact } from "../../src/store/database.ts";
import { listEvents } from "../../src/store/events.ts";
import { emptyGrave, nextGrave } from "../../src/store/graves.ts";
import { insertFoundHost, insertSample } from "../../src/store/history.ts";
import { findHostByAddress } from "../../src/store/hosts.ts";
import { openRig, type Rig } from "../helpers/app.ts";
import { putPort } from "../helpers/live-app.ts";
import { address } from "../helpers/world.ts";

let rig: Rig;
let context: Context;
beforeEach(async () => {
	rig = await openRig();
	context = rig.app.context;
});
afterEach(() => rig.close());

const SUBNET = { name: "Office", notes: "", gateway: "", sweepIntervalS: 60, sweepEnabled: true };
const HOST = { hostname: "", description: "", tags: [], notes: "" };
const subnet = (cidr: string) => createSubnet(context, cidr, { ...SUBNET, name: cidr });
const host = (
	ip: string,
	more: { hostname?: string; description?: string; tags?: string[]; notes?: string } = {},
) => reserveAddress(context, ip, { ...HOST, ...more });
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
function lived(ip: string, more: Parameters<typeof host>[1] = {}): Host {
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

describe("a deletion", () => {
	test("of a host comes back whole: id, history, ports, events, tags", async () => {
		const { id: subnetId } = subnet("10.0.0.0/24");
		const a = lived("10.0.0.1", { hostname: "nas", description: "d", tags: ["x"], notes: "n" });
		const events = listEvents(context.db, { hostId: a.id, limit: 9 });
		expect(events.length).toBeGreaterThan(0);
		const { batchId } = deleteHost(context, a.id);
		expect(findHostByAddress(context.db, address("10.0.0.1"))).toBeUndefined();
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
