/** The map of a large subnet: every host in its bucket, whichever way the store counted it. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { readMap, readStrips } from "../../src/http/summaries.ts";
import { neverSeen } from "../../src/model/presence.ts";
import { cidrAround } from "../../src/net/cidr.ts";
import { type Db, openDatabase } from "../../src/store/database.ts";
import { insertFoundHost } from "../../src/store/history.ts";
import { findSubnet, insertSubnet, listSubnets } from "../../src/store/subnets.ts";
import { seeded } from "../helpers/random.ts";
import { address } from "../helpers/world.ts";

let db: Db;
beforeEach(() => {
	db = openDatabase(":memory:", { busyMs: 10 });
});
afterEach(() => db.close());

const VALUES = { name: "", notes: "", gateway: undefined, sweepIntervalS: 60, sweepEnabled: true };

// A bucket of a /20 is smaller than a block of 16, that of a /19 is one block, that of a /12 many.
test.each([20, 19, 16, 12])("of a /%d", (prefix) => {
	const random = seeded(prefix);
	const block = cidrAround(address("10.16.0.0"), prefix);
	const size = 2 ** (32 - prefix);
	const id = insertSubnet(db, block, VALUES, undefined, 0);
	const expected = Array.from({ length: 512 }, () => ({ up: 0, down: 0, unknown: 0 }));
	const taken = new Set(Array.from({ length: 900 }, () => random.int(size)));
	for (const offset of taken) {
		const status = random.pick(["up", "down", "unknown"] as const);
		insertFoundHost(db, id, block.base + BigInt(offset), { ...neverSeen, status, lastSeenAt: 1 });
		const bucket = expected[Math.floor(offset / (size / 512))];
		if (bucket !== undefined) bucket[status] += 1;
	}
	const subnet = findSubnet(db, id);
	if (subnet === undefined) throw new Error("no subnet");
	expect(readMap(db, subnet, [])).toEqual({
		kind: "density",
		first: block.base,
		bucketSize: BigInt(size / 512),
		buckets: expected,
	});
});

test("strips show what maps show, for many subnets at once", () => {
	const random = seeded(3);
	for (const [n, prefix] of [22, 24, 27, 30, 31, 32, 23, 20, 25].entries()) {
		const block = cidrAround(address(`10.${n}.252.0`), prefix);
		const id = insertSubnet(db, block, VALUES, undefined, 0);
		const size = 2 ** (32 - prefix);
		const taken = new Set(Array.from({ length: Math.ceil(size / 4) }, () => random.int(size)));
		for (const offset of taken) {
			const status = random.pick(["up", "down", "unknown"] as const);
			insertFoundHost(db, id, block.base + BigInt(offset), { ...neverSeen, status, lastSeenAt: 1 });
		}
	}
	const inner = insertSubnet(db, cidrAround(address("10.0.252.64"), 28), VALUES, 1, 0);
	expect(findSubnet(db, inner)?.parentId).toBe(1);
	const all = listSubnets(db);
	const nameless = all.map((subnet) => {
		const map = readMap(
			db,
			subnet,
			all.filter(({ parentId }) => parentId === subnet.id),
		);
		return map.kind === "cells" ? { ...map, hosts: new Map() } : map;
	});
	expect(readStrips(db, all, all)).toEqual(nameless);
});
