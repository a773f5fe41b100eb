/** Imports from the file to the rows and back: the plan, writing it, undo, and everything that must be refused. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Context } from "../../src/context.ts";
import { AppError } from "../../src/errors.ts";
import { saveSubnetDefaults } from "../../src/ipam/defaults.ts";
import { deleteSubnet } from "../../src/ipam/deletions.ts";
import { editHost, reserveAddress } from "../../src/ipam/hosts.ts";
import { writeImport } from "../../src/ipam/import-write.ts";
import { readImport } from "../../src/ipam/importing.ts";
import { createSubnet } from "../../src/ipam/subnets.ts";
import { undoBatch } from "../../src/ipam/undo.ts";
import {
	DEFAULT_OPTIONS,
	type Import,
	type ImportOptions,
	type ImportStage,
	UNWATCHED,
	type Verdict,
} from "../../src/model/import.ts";
import { neverSeen } from "../../src/model/presence.ts";
import { transact } from "../../src/store/database.ts";
import { insertFoundHost } from "../../src/store/history.ts";
import { findHost, findHostByAddress, listHosts } from "../../src/store/hosts.ts";
import { writeMac } from "../../src/store/identities.ts";
import { listRefused, listRows } from "../../src/store/import-rows.ts";
import { askToWrite, findImport, forgetImport, unaskToWrite } from "../../src/store/imports.ts";
import { listSubnets } from "../../src/store/subnets.ts";
import { openRig, type Rig } from "../helpers/app.ts";
import { address } from "../helpers/world.ts";

let rig: Rig;
let context: Context;
beforeEach(async () => {
	rig = await openRig();
	context = rig.app.context;
});
afterEach(() => rig.close());

const SUBNET = { name: "", notes: "", gateway: "", sweepIntervalS: 60, sweepEnabled: true };
const HOST = { hostname: "", description: "", tags: [], notes: "" };
const subnet = (cidr: string) => createSubnet(context, cidr, SUBNET);
const host = (ip: string, more: object = {}) => reserveAddress(context, ip, { ...HOST, ...more });
const at = (ip: string) => findHostByAddress(context.db, address(ip));

async function bring(text: string, options: Partial<ImportOptions> = {}, name = "a.csv"): Promise<Import> {
	const bytes = new TextEncoder().encode(text);
	const id = await readImport(context, { name, bytes, options: { ...DEFAULT_OPTIONS, ...options } });
	return found(id);
}
function found(id: number): Import {
	const one = findImport(context.db, id);
	if (one === undefined) throw new Error("no such import");
	return one;
}
const counts = ({ counts: by }: Import) =>
	Object.fromEntries(
		Object.entries(by).flatMap(([verdict, { hosts, subnets }]) => [
			...(hosts > 0 ? [[verdict, hosts]] : []),
			...(subnets > 0 ? [[`${verdict} subnets`, subnets]] : []),
		]),
	);
const rows = (one: Import, verdict?: Verdict) => listRows(context.db, one.id, verdict, 0, 1_000);
const write = (one: Import) => {
	writeImport(context, one.id);
	return found(one.id);
};
const answered = (at: number) => ({ ...neverSeen, status: "up" as const, lastSeenAt: at, statusSince: at });
const problemOf = async (work: () => unknown) => {
	try {
		await work();
	} catch (error) {
		if (error instanceof AppError) return error;
		throw error;
	}
	throw new Error("nothing was refused");
};

describe("the plan", () => {
	test("add, change field by field, same, refuse with the reason", async () => {
		subnet("10.0.0.0/24");
		host("10.0.0.2", { hostname: "old", description: "kept" });
		host("10.0.0.3", { hostname: "same" });
		const plan = await bring(
			"ip,hostname\n10.0.0.1,new\n10.0.0.2,renamed\n10.0.0.3,same\n10.9.9.9,far\n10.0.0.255,edge\n",
		);
		expect(counts(plan)).toEqual({ add: 1, change: 1, same: 1, refuse: 2 });
		expect(rows(plan, "change")).toMatchObject([
			{ line: 3, address: "10.0.0.2", changes: [{ field: "hostname", old: "old", new: "renamed" }] },
		]);
		const [far, edge] = rows(plan, "refuse");
		expect(far?.reason).toContain("lies in no subnet");
		expect(edge?.reason).toContain("broadcast");
		expect(at("10.0.0.1")).toBeUndefined();
	});

	test("an absent column is not an empty one; an empty cell clears only when that is asked for", async () => {
		subnet("10.0.0.0/24");
		host("10.0.0.2", { hostname: "a", description: "b", tags: ["c"], notes: "d" });
		expect(counts(await bring("ip,hostname\n10.0.0.2,a\n"))).toEqual({ same: 1 });
		const empty = "ip,hostname,description,tags,notes\n10.0.0.2,a,,,\n";
		expect(counts(await bring(empty))).toEqual({ same: 1 });
		const clearing = await bring(empty, { clear: true });
		expect(rows(clearing)[0]?.changes.map(({ field, new: now }) => [field, now])).toEqual([
			["description", ""],
			["tags", ""],
			["notes", ""],
		]);
		write(clearing);
		expect(at("10.0.0.2")).toMatchObject({ hostname: "a", description: "", tags: [], notes: "" });
	});

	test("the same address twice: harmless when alike, refused when not", async () => {
		subnet("10.0.0.0/24");
		const plan = await bring("ip,hostname\n10.0.0.1,a\n10.0.0.1,a\n10.0.0.1,b\n");
		expect(counts(plan)).toEqual({ add: 1, same: 1, refuse: 1 });
		expect(rows(plan, "refuse")[0]).toMatchObject({ line: 4, reason: expect.stringContaining("line 2") });
	});

	test("subnets are made where the file names them, whatever comes first", async () => {
		const plan = await bring("ip,subnet,hostname\n10.0.1.1,10.0.1.0/24,a\n10.0.9.1,10.0.0.0/16,b\n");
		expect(counts(plan)).toEqual({ add: 2, "add subnets": 2 });
		write(plan);
		expect(listSubnets(context.db).map(({ parentId }) => parentId !== undefined)).toEqual([false, true]);
		const [outer, inner] = listSubnets(context.db);
		expect(at("10.0.1.1")?.subnetId).toBe(inner?.id as number);
		expect(at("10.0.9.1")?.subnetId).toBe(outer?.id as number);
	});

	test("a subnet described later in the file; a gateway named by its own row", async () => {
		const plan = await bring(
			"ip,subnet,hostname,is gateway,description\n10.0.1.1,10.0.1.0/24,gw,yes,\n,10.0.1.0/24,,,Office\n",
		);
		expect(counts(plan)).toEqual({ add: 1, "add subnets": 1 });
		write(plan);
		expect(listSubnets(context.db)).toMatchObject([{ name: "Office", gateway: "10.0.1.1" }]);
	});

	test("an address outside of the subnet its row names, and a subnet said twice differently", async () => {
		const plan = await bring(
			"ip,subnet,description\n10.0.2.1,10.0.1.0/24,x\n,10.0.1.0/24,a\n,10.0.1.0/24,b\n",
		);
		expect(rows(plan, "refuse").map(({ reason }) => reason)).toEqual([
			expect.stringContaining("line 3"),
			expect.stringContaining("lies in no subnet"),
		]);
	});

	test.each([
		["beside every host", "ip,mask,gateway\n10.0.1.5,24,10.0.1.1\n10.0.1.6,24,10.0.1.1\n", 2],
		["of the host itself", "ip,mask,gateway\n10.0.1.1,255.255.255.0,10.0.1.1\n", 1],
		["of a subnet among hosts", "address,name,gateway\n10.0.1.0/24,Office,10.0.1.1\n10.0.1.5,nas,\n", 1],
	])("a gateway as its address, %s", async (_, text, hosts) => {
		const plan = await bring(text);
		expect(counts(plan)).toEqual({ add: hosts, "add subnets": 1 });
		write(plan);
		expect(listSubnets(context.db)).toMatchObject([{ gateway: "10.0.1.1" }]);
		expect(rows(await bring(text), "change")).toEqual([]);
	});

	test.each([
		["a row that is refused", "10.0.1.0,24,10.0.1.1"],
		["one that names an address elsewhere", "10.0.1.4,24,10.9.9.9"],
	])("a gateway beside every host, the first of them %s", async (_, first) => {
		write(await bring(`ip,mask,gateway\n${first}\n10.0.1.5,24,10.0.1.1\n`));
		expect(listSubnets(context.db)).toMatchObject([{ gateway: "10.0.1.1" }]);
	});

	test("a gateway that lies elsewhere is left out; the subnet and its hosts are not", async () => {
		const plan = await bring(
			"address,type,name_source,gateway\n10.0.1.0/24,subnet,,10.9.9.9\n10.0.1.5,host,,\n",
		);
		expect(rows(plan, "add")[0]?.reason).toContain("10.9.9.9 does not lie in it");
		write(plan);
		expect(listSubnets(context.db)).toMatchObject([{ gateway: undefined }]);
		expect(at("10.0.1.5")).toBeDefined();
	});

	test("more subnets than one file may add", async () => {
		const blocks = Array.from({ length: 10_001 }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`);
		const error = await problemOf(() => bring(`subnet\n${blocks.join("\n")}\n`));
		expect(error.message).toContain("10001 subnets");
	});

	test("refused rows come back whole, with the reason", async () => {
		const plan = await bring('ip,hostname,notes\n10.9.9.9,far,"two\nlines"\n010.0.0.1,zero,\n');
		expect(listRefused(context.db, plan.id, 0, 10)).toMatchObject([
			{ cells: ["10.9.9.9", "far", "two\nlines"], reason: expect.stringContaining("no subnet") },
			{ cells: ["010.0.0.1", "zero", ""], reason: expect.stringContaining("leading zero") },
		]);
	});

	test("another mapping of the same file", async () => {
		subnet("10.0.0.0/24");
		const plan = await bring("ip,Raum\n10.0.0.1,B 4\n");
		expect(rows(plan)[0]?.changes).toEqual([{ field: "notes", old: "", new: "Raum: B 4" }]);
		await readImport(context, {
			id: plan.id,
			name: "",
			options: { ...plan.options, mapping: ["ip", "description"] },
		});
		expect(rows(found(plan.id))[0]?.changes).toEqual([{ field: "description", old: "", new: "B 4" }]);
	});

	test("a hardware address that answered is not overwritten; one that was only written is", async () => {
		const { id } = subnet("10.0.0.0/24");
		const seen = insertFoundHost(context.db, id, address("10.0.0.1"), answered(1));
		writeMac(context.db, seen, "00:11:32:00:00:01", undefined);
		const plan = await bring("ip,mac\n10.0.0.1,00:11:32:00:00:02\n10.0.0.2,00:11:32:00:00:03\n");
		expect(counts(plan)).toEqual({ add: 1, same: 1 });
		expect(rows(plan, "same")[0]?.reason).toContain("00:11:32:00:00:01, stays");
	});
});

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

describe("files that cannot be read", () => {
	test("line and column are named, and nothing is kept", async () => {
		const error = await problemOf(() => bring('ip,notes\n10.0.0.1,"x\n'));
		expect(error.message).toStartWith("Line 2, column 10: A quote");
		expect(error.detail).toEqual({ line: 2, column: 10 });
	});

	test("only the encoding is missing: the file waits for it", async () => {
		const bytes = Uint8Array.from([...new TextEncoder().encode("ip,description,subnet\n10.0.0.1,"), 0xe8]);
		const file = Uint8Array.from([...bytes, ...new TextEncoder().encode(",10.0.0.0/24\n")]);
		const id = await readImport(context, { name: "x.csv", bytes: file, options: DEFAULT_OPTIONS });
		expect(found(id)).toMatchObject({ state: "unread", problem: { line: 2, column: 10 } });
		await readImport(context, { id, name: "", options: { ...DEFAULT_OPTIONS, encoding: "windows-1250" } });
		expect(rows(found(id))[1]?.changes).toEqual([{ field: "description", old: "", new: "č" }]);
	});

	test("of a dump only what was read of it is kept", async () => {
		const dump =
			"CREATE TABLE `subnets` (\n  `id` int,\n  `subnet` text,\n  `mask` text,\n  `sectionId` int\n);\nINSERT INTO `subnets` VALUES (1,'167772160','24',1);\nCREATE TABLE `users` (\n  `id` int,\n  `password` text\n);\nINSERT INTO `users` VALUES (1,'canary-hash');\n";
		const plan = await bring(dump, {}, "dump.sql");
		expect(counts(plan)).toEqual({ "add subnets": 1 });
		const { source } = context.db.query("SELECT source FROM import_batch").get() as { source: Uint8Array };
		const kept = new TextDecoder().decode(Bun.zstdDecompressSync(source));
		expect(kept).toContain("10.0.0.0/24");
		expect(kept).not.toContain("canary");
		await readImport(context, { id: plan.id, name: "", options: { ...plan.options, sweep: false } });
		write(found(plan.id));
		expect(listSubnets(context.db)).toMatchObject([{ sweepEnabled: false }]);
	});
});
