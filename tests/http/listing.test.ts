/** Hosts and gaps of a list cover the usable addresses exactly once, whatever window, order or nesting. */

import { describe, expect, test } from "bun:test";
import { readListing } from "../../src/http/listing.ts";
import type { ListRow } from "../../src/model/listing.ts";
import type { Address } from "../../src/net/address.ts";
import { type Cidr, cidrAround, contains, lastOf, rangeOf, usableRange } from "../../src/net/cidr.ts";
import { type Db, openDatabase } from "../../src/store/database.ts";
import { insertHost } from "../../src/store/hosts.ts";
import { adopt, findAround, findSubnet, insertSubnet, listChildren } from "../../src/store/subnets.ts";
import { address, cidr } from "../helpers/network.ts";
import { seeded } from "../helpers/random.ts";

const VALUES = { name: "", notes: "", gateway: undefined, sweepIntervalS: 60, sweepEnabled: true };
const NOTHING = { hostname: "", hostnameSource: undefined, description: "", tags: [], notes: "" } as const;

function add(db: Db, block: Cidr): number {
	const parent = findAround(db, block.base, lastOf(block));
	const id = insertSubnet(db, block, VALUES, parent?.id, 0);
	adopt(db, id, block, parent?.id);
	return id;
}

/** All rows, window after window; the number of windows is bounded by the number of rows. */
function walk(
	db: Db,
	subnetId: number,
	order: "alive" | "address",
	limit: number,
	open: Address[],
): ListRow[] {
	const subnet = findSubnet(db, subnetId);
	if (subnet === undefined) throw new Error("no subnet");
	const scope = { subnet, children: listChildren(db, subnetId) };
	const query = { filter: { subnetId }, order, open };
	const rows: ListRow[] = [];
	let after: string | undefined;
	for (let turn = 0; turn < 2_000; turn++) {
		const part = readListing(db, scope, query, { limit, ...(after === undefined ? {} : { after }) });
		rows.push(...part.rows);
		if (part.next === undefined) return rows;
		after = part.next;
	}
	throw new Error("the list does not end");
}

/** Every address a row stands for. */
function addressesOf(rows: readonly ListRow[]): Address[] {
	return rows.flatMap((row) => {
		if (row.kind === "host") return [row.host.address];
		if (row.kind === "free") return [row.address];
		if (row.kind === "group") return [];
		const all: Address[] = [];
		for (let a = row.range.first; a <= row.range.last; a++) all.push(a);
		return all;
	});
}

describe("a list", () => {
	test("200 random subnets, hosts, nestings, windows and orders", () => {
		const random = seeded(11);
		for (let round = 0; round < 200; round++) {
			const db = openDatabase(":memory:", { busyMs: 10 });
			const prefix = 22 + random.int(11);
			const block = cidrAround(address("10.20.30.0") + BigInt(random.int(1024)), prefix);
			const id = add(db, block);
			const size = 2 ** (32 - prefix);
			if (prefix < 30 && random.chance(0.5))
				add(db, cidrAround(block.base + BigInt(random.int(size)), prefix + 2));
			const children = listChildren(db, id);
			const usable = usableRange(block);
			const expected: Address[] = [];
			for (let a = usable.first; a <= usable.last; a++) {
				if (!children.some((child) => contains(child.cidr, a))) expected.push(a);
			}
			for (const a of expected) if (random.chance(0.3)) insertHost(db, id, a, NOTHING, 0);
			for (const order of ["alive", "address"] as const) {
				const open = expected.filter(() => random.chance(0.1));
				const seen = addressesOf(walk(db, id, order, 1 + random.int(40), open));
				expect(seen.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(expected);
				if (order === "address") expect(seen).toEqual(expected);
			}
			db.close();
		}
	});

	test("a filter hides gaps and says how many addresses they hold", () => {
		const db = openDatabase(":memory:", { busyMs: 10 });
		const id = add(db, cidr("10.0.0.0/24"));
		insertHost(db, id, address("10.0.0.7"), { ...NOTHING, tags: ["x"] }, 0);
		const subnet = findSubnet(db, id);
		if (subnet === undefined) throw new Error("no subnet");
		const scope = { subnet, children: [] };
		for (const filter of [
			{ tag: "x" },
			{ text: "10.0.0.7" },
			{ status: "unknown" as const },
			{ tag: "none" },
		]) {
			const query = { filter: { subnetId: id, ...filter }, order: "alive" as const, open: [] };
			const listing = readListing(db, scope, query, { limit: 10 });
			expect(listing.rows.filter((row) => row.kind !== "host" && row.kind !== "group")).toEqual([]);
			expect(listing.unusedHidden).toBe(253n);
		}
		db.close();
	});

	test("a huge IPv6 subnet is two gaps around its host, read at once", () => {
		const db = openDatabase(":memory:", { busyMs: 10 });
		const block = cidr("2001:db8::/64");
		const id = add(db, block);
		insertHost(db, id, address("2001:db8::5"), NOTHING, 0);
		const subnet = findSubnet(db, id);
		if (subnet === undefined) throw new Error("no subnet");
		const query = { filter: { subnetId: id }, order: "address" as const, open: [] };
		const { rows } = readListing(db, { subnet, children: [] }, query, { limit: 10 });
		expect(rows.map((row) => row.kind)).toEqual(["gap", "host", "gap"]);
		expect(rows[2]).toMatchObject({ range: { last: rangeOf(block).last } });
		db.close();
	});
});
