/** Writing an import: all of it or nothing, what has happened since it was looked at, and its undo. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Context } from "../../src/context.ts";
import { saveSubnetDefaults } from "../../src/ipam/defaults.ts";
import { deleteSubnet } from "../../src/ipam/deletions.ts";
import { editHost } from "../../src/ipam/hosts.ts";
import { writeImport } from "../../src/ipam/import-write.ts";
import { readImport } from "../../src/ipam/importing.ts";
import { undoBatch } from "../../src/ipam/undo.ts";
import { type ImportStage, UNWATCHED } from "../../src/model/import.ts";
import { transact } from "../../src/store/database.ts";
import { insertFoundHost } from "../../src/store/history.ts";
import { findHost, listHosts } from "../../src/store/hosts.ts";
import { writeMac } from "../../src/store/identities.ts";
import { askToWrite, findImport, forgetImport, unaskToWrite } from "../../src/store/imports.ts";
import { listSubnets } from "../../src/store/subnets.ts";
import { openRig, type Rig } from "../helpers/app.ts";
import { answered, counts, importerOf, problemOf } from "../helpers/importing.ts";
import { keeperOf } from "../helpers/keeper.ts";
import { address } from "../helpers/world.ts";

let rig: Rig;
let context: Context;
beforeEach(async () => {
	rig = await openRig();
	context = rig.app.context;
});
afterEach(() => rig.close());
const { subnet, host, at } = keeperOf(() => context);
const { bring, found, write } = importerOf(() => context);

describe("writing", () => {
	test("a file twice is nothing the second time", async () => {
		const text =
			'address,hostname,tags,notes,mac,subnet\n10.0.0.1,a,"x, y","l1\nl2",00-11-32-00-00-01,10.0.0.0/24\n';
		write(await bring(text));
		expect(at("10.0.0.1")).toMatchObject({
			hostnameSource: "import",
			mac: "00:11:32:00:00:01",
			tags: ["x", "y"],
		});
		const again = await bring(text);
		expect(counts(again)).toEqual({
			same: 1,
			...(again.counts.same.subnets > 0 ? { "same subnets": 1 } : {}),
		});
		const before = listHosts(context.db, {}, "address", undefined, 10);
		expect(write(again)).toMatchObject({ state: "done", batchId: undefined });
		expect(listHosts(context.db, {}, "address", undefined, 10)).toEqual(before);
	});

	test("a new subnet starts as the settings of new subnets are, where the file does not say otherwise", async () => {
		saveSubnetDefaults(context, { sweepIntervalS: 300, scanEnabled: false, snmpEnabled: true });
		const text =
			"address,type,name_source,sweep_interval_s,scan_enabled,snmp_enabled\n10.0.1.0/24,subnet,,,,\n10.0.2.0/24,subnet,,90,yes,no\n";
		writeImport(context, (await bring(text)).id);
		const made = listSubnets(context.db).map(({ sweepIntervalS, scanEnabled, snmpEnabled }) => [
			...[sweepIntervalS, scanEnabled, snmpEnabled],
		]);
		expect(made).toEqual([
			[300, false, true],
			[90, true, false],
		]);
	});

	test("undo takes back what it did and leaves later edits alone", async () => {
		subnet("10.0.0.0/24");
		host("10.0.0.2", { hostname: "old", description: "before" });
		host("10.0.0.3", { hostname: "third" });
		const before = [at("10.0.0.2"), at("10.0.0.3")];
		const done = write(
			await bring(
				"ip,hostname,description,subnet\n10.0.0.1,new,,\n10.0.0.2,renamed,after,\n10.0.0.3,fourth,,\n10.1.0.1,x,,10.1.0.0/24\n",
			),
		);
		const second = at("10.0.0.2");
		if (second === undefined || done.batchId === undefined) throw new Error("not written");
		editHost(context, second.id, second.version, { ...second, description: "mine" });
		const { kept } = await undoBatch(context, done.batchId);
		expect(kept).toMatchObject([{ label: "10.0.0.2", fields: "description" }]);
		expect(at("10.0.0.1")).toBeUndefined();
		expect(at("10.1.0.1")).toBeUndefined();
		expect(listSubnets(context.db)).toHaveLength(1);
		expect(at("10.0.0.2")).toMatchObject({ hostname: "old", hostnameSource: "typed", description: "mine" });
		expect(at("10.0.0.3")).toMatchObject({
			hostname: before[1]?.hostname as string,
			hostnameSource: "typed",
		});
	});

	test.each<[string, () => unknown]>([
		[
			"a host was edited",
			() => {
				const one = at("10.0.0.2");
				if (one) editHost(context, one.id, one.version, { ...one, description: "mine" });
			},
		],
		["an address was taken by a person", () => void host("10.0.0.1", { hostname: "mine" })],
		["a subnet was added", () => void subnet("10.0.0.0/28")],
		["a subnet was deleted", () => deleteSubnet(context, listSubnets(context.db)[1]?.id ?? 0)],
	])("nothing is written when %s since it was looked at", async (_, meanwhile) => {
		subnet("10.0.0.0/24");
		subnet("10.5.0.0/24");
		host("10.0.0.2", { hostname: "old" });
		const plan = await bring("ip,hostname\n10.0.0.1,a\n10.0.0.2,b\n10.5.0.1,c\n");
		await meanwhile();
		const before = listHosts(context.db, {}, "address", undefined, 10);
		expect(await problemOf(() => write(plan))).toMatchObject({ code: "conflict" });
		expect(listHosts(context.db, {}, "address", undefined, 10)).toEqual(before);
		expect(found(plan.id).state).toBe("ready");
		await readImport(context, { id: plan.id, name: "", options: plan.options });
		expect(write(found(plan.id)).state).toBe("done");
	});

	test("a host that a sweep found meanwhile is no conflict: it gets what the file says", async () => {
		const { id } = subnet("10.0.0.0/24");
		const plan = await bring("ip,hostname,description\n10.0.0.1,a,b\n");
		const seen = insertFoundHost(context.db, id, address("10.0.0.1"), answered(5));
		expect(write(plan).state).toBe("done");
		expect(findHost(context.db, seen)).toMatchObject({ hostname: "a", description: "b", firstSeenAt: 5 });
	});

	test("nor is one that has got its name by PTR since, which makes it a newer version", async () => {
		const { id } = subnet("10.0.0.0/24");
		const plan = await bring("ip,hostname\n10.0.0.1,a\n");
		const seen = insertFoundHost(context.db, id, address("10.0.0.1"), answered(5));
		context.db.query("UPDATE host SET hostname = 'ptr.lan', hostname_source = 'ptr', version = 2").run();
		expect(write(plan).state).toBe("done");
		expect(findHost(context.db, seen)).toMatchObject({ hostname: "a", hostnameSource: "import" });
	});

	test("a reservation without a word, made since, is not overwritten", async () => {
		subnet("10.0.0.0/24");
		const plan = await bring("ip,hostname\n10.0.0.1,a\n");
		host("10.0.0.1");
		expect(await problemOf(() => write(plan))).toMatchObject({ code: "conflict" });
	});

	test("a hardware address that answered since stays, as the plan says of those that answered before", async () => {
		const { id } = subnet("10.0.0.0/24");
		const known = host("10.0.0.2", { hostname: "b" });
		const plan = await bring("ip,mac\n10.0.0.1,00:11:32:00:00:02\n10.0.0.2,00:11:32:00:00:03\n");
		expect(counts(plan)).toEqual({ add: 1, change: 1 });
		const seen = insertFoundHost(context.db, id, address("10.0.0.1"), answered(5));
		writeMac(context.db, seen, "00:aa:00:00:00:01", "Maker");
		context.db.query("UPDATE host SET first_seen_at = 5 WHERE id = ?").run(known.id);
		writeMac(context.db, known.id, "00:aa:00:00:00:02", "Maker");
		write(plan);
		expect(at("10.0.0.1")).toMatchObject({ mac: "00:aa:00:00:00:01", vendor: "Maker" });
		expect(at("10.0.0.2")).toMatchObject({ mac: "00:aa:00:00:00:02", vendor: "Maker" });
	});

	test("a subnet that came back in the place of another is noticed", async () => {
		subnet("10.0.0.0/16");
		const inner = subnet("10.0.1.0/24");
		const other = subnet("10.0.2.0/24");
		subnet("10.0.3.0/24");
		const gone = await deleteSubnet(context, inner.id);
		const plan = await bring("ip,hostname\n10.0.1.1,a\n");
		await deleteSubnet(context, other.id);
		await undoBatch(context, gone.batchId);
		expect(await problemOf(() => write(plan))).toMatchObject({ code: "conflict" });
		await readImport(context, { id: plan.id, name: "", options: plan.options });
		write(found(plan.id));
		expect(at("10.0.1.1")?.subnetId).toBe(inner.id);
	});

	test("cancelled half-way, nothing is written; how far it was is told", async () => {
		const lines = Array.from({ length: 5_000 }, (_, n) => `10.0.${n >> 7}.${1 + (n & 127)},h${n}`);
		subnet("10.0.0.0/16");
		const plan = await bring(`ip,hostname\n${lines.join("\n")}\n`);
		const stages: ImportStage[] = [];
		const watch = { ...UNWATCHED, say: (stage: ImportStage) => stages.push(stage) };
		const stopped = { ...watch, stopped: () => stages.length > 2 };
		const error = await problemOf(() => writeImport(context, plan.id, stopped));
		expect(error.message).toContain("nothing was written");
		expect(stages.at(-1)).toEqual({ step: "writing", done: 4_000, total: 5_000 });
		expect(listHosts(context.db, {}, "address", undefined, 10)).toEqual([]);
		expect(found(plan.id).state).toBe("ready");
		writeImport(context, plan.id, watch);
		expect(found(plan.id).state).toBe("done");
	});

	test("a file that is being forgotten can no longer be written", async () => {
		const plan = await bring("ip,subnet\n10.0.0.1,10.0.0.0/24\n10.0.0.2,10.0.0.0/24\n");
		await expect(
			forgetImport(context.db, plan.id, () => Promise.reject(new Error("killed"))),
		).rejects.toThrow("killed");
		expect(await problemOf(() => write(plan))).toMatchObject({ code: "conflict" });
		expect(at("10.0.0.1")).toBeUndefined();
	});

	test("a wish to have it written is not taken back once it is fulfilled", async () => {
		const plan = await bring("ip,subnet\n10.0.0.1,10.0.0.0/24\n");
		askToWrite(context.db, plan.id);
		expect(unaskToWrite(context.db, plan.id)).toBe(true);
		askToWrite(context.db, plan.id);
		write(plan);
		expect(unaskToWrite(context.db, plan.id)).toBe(false);
		askToWrite(context.db, plan.id);
		expect(found(plan.id).state).toBe("done");
	});

	test("a failure half-way leaves nothing behind", async () => {
		const plan = await bring("ip,hostname,subnet\n10.0.0.1,a,10.0.0.0/24\n10.0.0.2,b,10.0.0.0/24\n");
		context.db.run(
			"CREATE TEMP TRIGGER broken BEFORE INSERT ON host WHEN new.hostname = 'b' BEGIN SELECT raise(ABORT, 'power'); END",
		);
		expect(() => write(plan)).toThrow("power");
		context.db.run("DROP TRIGGER broken");
		expect(listSubnets(context.db)).toEqual([]);
		expect(at("10.0.0.1")).toBeUndefined();
		expect(write(found(plan.id)).state).toBe("done");
	});

	test("what is written cannot be written again, what is gone not at all", async () => {
		const plan = write(await bring("ip,subnet\n10.0.0.1,10.0.0.0/24\n"));
		expect(await problemOf(() => write(plan))).toMatchObject({ code: "conflict" });
		expect(await problemOf(() => writeImport(context, 999))).toMatchObject({ code: "not_found" });
	});

	test("files that nobody wrote go after a day", async () => {
		const plan = await bring("ip,subnet\n10.0.0.1,10.0.0.0/24\n");
		transact(context.db, () => context.db.run("UPDATE import_batch SET made_at = made_at - 90000000"));
		await bring("ip,subnet\n10.0.0.1,10.0.0.0/24\n");
		expect(findImport(context.db, plan.id)).toBeUndefined();
	});
});
