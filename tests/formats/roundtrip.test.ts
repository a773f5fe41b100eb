/** What goes out comes back: random subnets and hosts, exported, imported into an empty database, are the same. */

import { afterAll, describe, expect, test } from "bun:test";
import type { Context } from "../../src/context.ts";
import { writeExport } from "../../src/formats/write.ts";
import { exportSource } from "../../src/ipam/exports.ts";
import { checkHost } from "../../src/ipam/fields.ts";
import { editHost, reserveAddress } from "../../src/ipam/hosts.ts";
import { writeImport } from "../../src/ipam/import-write.ts";
import { readImport } from "../../src/ipam/importing.ts";
import { createSubnet } from "../../src/ipam/subnets.ts";
import { EXPORT_FORMATS, type ExportFormat } from "../../src/model/export.ts";
import { DEFAULT_OPTIONS } from "../../src/model/import.ts";
import { formatAddress } from "../../src/net/address.ts";
import { cidrAround, formatCidr, lastOf } from "../../src/net/cidr.ts";
import { listHosts } from "../../src/store/hosts.ts";
import { writeMac } from "../../src/store/identities.ts";
import { findImport } from "../../src/store/imports.ts";
import { listSubnets } from "../../src/store/subnets.ts";
import { openRig, type Rig } from "../helpers/app.ts";
import { type Random, seeded } from "../helpers/random.ts";
import { address } from "../helpers/world.ts";

const rigs: Rig[] = [];
const open = async () => {
	const rig = await openRig();
	rigs.push(rig);
	return rig.app.context;
};
afterAll(() => Promise.all(rigs.map((rig) => rig.close())));

/** Pieces that break parsers: quotes, delimiters, formulas, escapes, other scripts. */
const PIECES = [
	...[
		"a",
		"nas",
		"Łódź",
		"日本",
		"🖨",
		"=1+1",
		"+1",
		"-",
		"@x",
		"'",
		"''=1",
		'"',
		'""',
		",",
		";",
		"|",
		"\\",
		"/",
	],
	...[
		"_x0041_",
		"<b>&amp;",
		"&",
		"NA",
		"n/a",
		"#",
		"sep=;",
		"null",
		"1e5",
		"0",
		"%",
		"true",
		"10.0.0.1",
		" ",
	],
];

function text(random: Random, most: number, lines = false): string {
	const parts = Array.from({ length: random.int(5) }, () => random.pick(PIECES));
	if (lines && random.chance(0.5)) parts.splice(random.int(parts.length + 1), 0, "\n");
	return [...parts.join("")].slice(0, most).join("").trim();
}

/** Nested blocks of both families with hosts, at most some hundred. */
function fill(context: Context, seed: number): void {
	const random = seeded(seed);
	const places = new Set<string>();
	for (let i = 0; i < 6; i++) {
		const v4 = random.chance(0.6);
		const base = v4
			? address("10.0.0.0") + BigInt(random.int(4)) * 65_536n
			: address("2001:db8::") + random.bits(8);
		const prefix = v4 ? 16 + random.int(14) : 64 + random.int(60);
		const cidr = cidrAround(base + random.bits(v4 ? 16 : 20), prefix);
		if (places.has(formatCidr(cidr))) continue;
		places.add(formatCidr(cidr));
		createSubnet(context, formatCidr(cidr), {
			name: text(random, 40),
			notes: text(random, 200, true),
			gateway: random.chance(0.5) ? formatAddress(lastOf(cidr) - 1n) : "",
			sweepIntervalS: 10 + random.int(1_000),
			sweepEnabled: random.chance(0.5),
		});
	}
	for (const { cidr } of listSubnets(context.db)) {
		for (let i = 0; i < 25; i++) {
			const ip = formatAddress(cidr.base + 1n + (random.bits(12) % (lastOf(cidr) - cidr.base)));
			const values = {
				hostname: text(random, 60),
				description: text(random, 60),
				tags: text(random, 30),
				notes: text(random, 200, true),
			};
			try {
				checkHost(values);
				const made = reserveAddress(context, ip, values);
				if (random.chance(0.5)) writeMac(context.db, made.id, "00:11:32:8a:00:01", undefined);
			} catch {
				// Taken, or an edge of its block: another one will do.
			}
		}
	}
}

const subnetsOf = (context: Context) =>
	listSubnets(context.db).map(
		({ cidr, name, notes, gateway, sweepIntervalS, sweepEnabled, scanEnabled }) => ({
			...{ cidr: formatCidr(cidr), name, notes, gateway, sweepIntervalS, sweepEnabled, scanEnabled },
		}),
	);
const hostsOf = (context: Context) =>
	listHosts(context.db, {}, "address", undefined, 10_000).map(
		({ ip, hostname, hostnameSource, description, tags, notes, mac, snmpEnabled }) => ({
			...{ ip, hostname, hostnameSource, description, tags, notes, mac, snmpEnabled },
		}),
	);

async function exported(context: Context, format: ExportFormat): Promise<Uint8Array> {
	const parts: Uint8Array[] = [];
	for await (const piece of writeExport(format, await exportSource(context, {}, 50))) {
		parts.push(typeof piece === "string" ? new TextEncoder().encode(piece) : piece);
	}
	return Buffer.concat(parts);
}

async function imported(files: readonly Uint8Array[], options = DEFAULT_OPTIONS): Promise<Context> {
	const context = await open();
	for (const bytes of files) {
		const id = await readImport(context, { name: "x", bytes, options });
		const { counts } = findImport(context.db, id) ?? {};
		expect(counts?.refuse).toEqual({ hosts: 0, subnets: 0 });
		writeImport(context, id);
	}
	return context;
}

describe.each(["csv", "json", "xlsx"] as const)("%s: everything", (format) => {
	test.each([1, 2, 3, 4, 5])("seed %i", async (seed) => {
		const before = await open();
		fill(before, seed);
		expect(hostsOf(before).length).toBeGreaterThan(20);
		const file = await exported(before, format);
		const after = await imported([file]);
		expect(subnetsOf(after)).toEqual(subnetsOf(before));
		expect(hostsOf(after)).toEqual(hostsOf(before));
		// And once more into the same: nothing to do.
		const again = await readImport(after, { name: "x", bytes: file, options: DEFAULT_OPTIONS });
		const counts = findImport(after.db, again)?.counts;
		expect([counts?.add, counts?.change, counts?.refuse]).toEqual(Array(3).fill({ hosts: 0, subnets: 0 }));
	});
});

test("rows of before noncharacters were refused go out by every form; what comes back names them", async () => {
	const before = await open();
	fill(before, 1);
	before.db.run("UPDATE host SET description = 'a\uffff\ufdd0b' WHERE id = 1");
	before.db.run("UPDATE subnet SET notes = '\ufffe' WHERE id = 1");
	for (const format of Object.keys(EXPORT_FORMATS) as ExportFormat[]) {
		const bytes = await exported(before, format);
		expect([format, bytes.length > 0]).toEqual([format, true]);
		if (!["csv", "json", "xlsx"].includes(format)) continue;
		const after = await open();
		const id = await readImport(after, { name: "x", bytes, options: DEFAULT_OPTIONS });
		expect(findImport(after.db, id)?.counts.add.hosts).toBe(hostsOf(before).length - 1);
		const reasons = after.db.query("SELECT reason FROM import_row WHERE verdict = 'refuse' ORDER BY n").all();
		expect(reasons).toEqual([
			{ reason: expect.stringContaining("U+FFFE, which is no character") },
			{ reason: expect.stringContaining("U+FFFF, which is no character") },
		]);
	}
});

test("NetBox and hosts files: addresses, names and blocks come back", async () => {
	const before = await open();
	createSubnet(before, "10.0.0.0/16", {
		name: "Site",
		notes: "",
		gateway: "",
		sweepIntervalS: 60,
		sweepEnabled: true,
	});
	createSubnet(before, "10.0.1.0/24", {
		name: "Lab",
		notes: "",
		gateway: "",
		sweepIntervalS: 60,
		sweepEnabled: true,
	});
	reserveAddress(before, "10.0.1.5", { hostname: "a.lan", description: "=1", tags: "x", notes: "n" });
	reserveAddress(before, "10.0.9.5", { hostname: "b", description: "", tags: "", notes: "" });
	const named = (context: Context) =>
		hostsOf(context).map(({ ip, hostname, description }) => [ip, hostname, description]);
	const netbox = await imported([
		await exported(before, "netbox-prefixes"),
		await exported(before, "netbox"),
	]);
	expect(subnetsOf(netbox).map(({ cidr, name }) => [cidr, name])).toEqual([
		["10.0.0.0/16", "Site"],
		["10.0.1.0/24", "Lab"],
	]);
	expect(named(netbox)).toEqual(named(before));
	const hosts = await imported([await exported(before, "hosts")]);
	expect(named(hosts)).toEqual(named(before));
	expect(subnetsOf(hosts).map(({ cidr, name }) => [cidr, name])).toEqual([
		["10.0.0.0/16", "Site"],
		["10.0.1.0/24", "Lab"],
	]);
});

/** What a file for other programs can hold of a host: an address, a name of the DNS, a line of text. */
function name(context: Context, seed: number): void {
	const random = seeded(seed);
	for (const host of listHosts(context.db, {}, "address", undefined, 10_000)) {
		const labels = Array.from(
			{ length: 1 + random.int(3) },
			() => `h${random.int(1_000)}${random.pick(["", "-x", "_y"])}`,
		);
		const input = {
			hostname: random.chance(0.8) ? labels.join(".") : "",
			description: text(random, 60),
			tags: [],
			notes: "",
		};
		editHost(context, host.id, host.version, input);
	}
}

describe.each(["netbox", "hosts"] as const)(
	"%s: addresses, names, descriptions and blocks, whatever they are",
	(format) => {
		test.each([11, 12, 13, 14])("seed %i", async (seed) => {
			const before = await open();
			fill(before, seed);
			name(before, seed);
			const held = (context: Context) =>
				hostsOf(context)
					.filter(({ hostname }) => format === "netbox" || hostname !== "")
					.map(({ ip, hostname, description }) => [ip, hostname, description.replace(/\s+/g, " ")]);
			expect(held(before).length).toBeGreaterThan(15);
			const files = [await exported(before, format)];
			if (format === "netbox") files.unshift(await exported(before, "netbox-prefixes"));
			const after = await imported(files);
			expect(held(after)).toEqual(held(before));
			const homes = (context: Context) =>
				new Map(
					listHosts(context.db, {}, "address", undefined, 10_000).map(({ ip, subnetId }) => [ip, subnetId]),
				);
			const blocks = (context: Context) =>
				new Map(listSubnets(context.db).map(({ id, cidr }) => [id, formatCidr(cidr)]));
			const [there, now] = [homes(before), homes(after)];
			for (const [ip] of held(after)) {
				const [was, is] = [there.get(ip as string), now.get(ip as string)];
				expect([ip, blocks(after).get(is ?? 0)]).toEqual([ip, blocks(before).get(was ?? 0)]);
			}
		});
	},
);
