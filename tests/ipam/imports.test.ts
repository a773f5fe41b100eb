/** The plan of an import: what every row would do, with the reason, and which files have none. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Context } from "../../src/context.ts";
import { readImport } from "../../src/ipam/importing.ts";
import { DEFAULT_OPTIONS } from "../../src/model/import.ts";
import { insertFoundHost } from "../../src/store/history.ts";
import { writeMac } from "../../src/store/identities.ts";
import { listRefused } from "../../src/store/import-rows.ts";
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
const { bring, found, rows, write } = importerOf(() => context);

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
