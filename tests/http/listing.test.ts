/** Hosts and gaps of a list cover the usable addresses exactly once, whatever window, order or nesting. */

import { describe, expect, test } from "bun:test";
import { type Asked, readListing } from "../../src/http/listing.ts";
import type { HostFilter } from "../../src/model/host.ts";
import type { ListQuery, ListRow } from "../../src/model/listing.ts";
import type { Status } from "../../src/model/presence.ts";
import { type Address, formatAddress } from "../../src/net/address.ts";
import { type Cidr, cidrAround, contains, lastOf, rangeOf, usableRange } from "../../src/net/cidr.ts";
import { type Db, openDatabase } from "../../src/store/database.ts";
import { insertHost } from "../../src/store/hosts.ts";
import { adopt, findAround, findSubnet, insertSubnet, listChildren } from "../../src/store/subnets.ts";
import { address, cidr } from "../helpers/network.ts";
import { type Random, seeded } from "../helpers/random.ts";

const VALUES = { name: "", notes: "", gateway: undefined, sweepIntervalS: 60, sweepEnabled: true };
const NOTHING = { hostname: "", hostnameSource: undefined, description: "", tags: [], notes: "" } as const;

function add(db: Db, block: Cidr): number {
	const parent = findAround(db, block.base, lastOf(block));
	const id = insertSubnet(db, block, VALUES, parent?.id, 0);
	adopt(db, id, block, parent?.id);
	return id;
}

/** All rows from the window around `at` (or from the beginning) on, window after window, then those before it. */
function walk(
	db: Db,
	query: ListQuery & { filter: { subnetId: number } },
	limit: number,
	at?: Address,
): ListRow[] {
	const { subnetId } = query.filter;
	const subnet = findSubnet(db, subnetId);
	if (subnet === undefined) throw new Error("no subnet");
	const scope = { subnet, children: listChildren(db, subnetId) };
	const read = (asked: Omit<Asked, "limit">) => readListing(db, scope, query, { ...asked, limit });
	const first = read(at === undefined ? {} : { at });
	const rows = [...first.rows];
	let { next, start } = first;
	// The number of windows is bounded by the number of rows.
	for (let turn = 0; next !== undefined; turn++) {
		if (turn > 2_000) throw new Error("the list does not end");
		const part = read({ after: next, at });
		rows.push(...part.rows);
		next = part.next;
	}
	for (let turn = 0; start !== undefined; turn++) {
		if (turn > 2_000) throw new Error("the list does not begin");
		const part = read({ before: start, at });
		rows.unshift(...part.rows);
		start = part.start;
	}
	return rows;
}

const sorted = (addresses: readonly Address[]) => addresses.toSorted((a, b) => (a < b ? -1 : 1));

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

type Known = { address: Address; status: Status; tag: boolean; firstSeenAt: number | undefined };

/** A block with hosts by chance, sometimes with a nested one; `usable` are the addresses it has to show. */
function randomSubnet(db: Db, random: Random): { id: number; usable: Address[]; known: Known[] } {
	const prefix = 22 + random.int(11);
	const block = cidrAround(address("10.20.30.0") + BigInt(random.int(1024)), prefix);
	const id = add(db, block);
	const size = 2 ** (32 - prefix);
	if (prefix < 30 && random.chance(0.5))
		add(db, cidrAround(block.base + BigInt(random.int(size)), prefix + 2));
	const children = listChildren(db, id);
	const range = usableRange(block);
	const usable: Address[] = [];
	for (let a = range.first; a <= range.last; a++) {
		if (!children.some((child) => contains(child.cidr, a))) usable.push(a);
	}
	const known: Known[] = [];
	for (const a of usable) {
		if (!random.chance(0.3)) continue;
		const tag = random.chance(0.4);
		const host = insertHost(db, id, a, { ...NOTHING, tags: tag ? ["x"] : [] }, 0);
		const status = random.pick<Status>(["up", "down", "unknown"]);
		const firstSeenAt = status === "unknown" ? undefined : random.int(10);
		db.query("UPDATE host SET status = ?, status_order = ?, first_seen_at = ? WHERE id = ?").run(
			status,
			["up", "down", "unknown"].indexOf(status),
			firstSeenAt ?? null,
			host,
		);
		known.push({ address: a, status, tag, firstSeenAt });
	}
	return { id, usable, known };
}

function passes(host: Known, { status, tag, text, seen }: HostFilter): boolean {
	return (
		(status === undefined || host.status === status) &&
		(tag === undefined || host.tag) &&
		(text === undefined || formatAddress(host.address).includes(text)) &&
		(seen?.kind !== "never" || host.firstSeenAt === undefined) &&
		(seen?.kind !== "new" || (host.firstSeenAt ?? -1) >= seen.since)
	);
}

describe("a list", () => {
	test("200 random subnets, hosts, nestings, windows, orders, filters and addresses asked for", () => {
		const random = seeded(11);
		for (let round = 0; round < 200; round++) {
			const db = openDatabase(":memory:", { busyMs: 10 });
			const { id, usable, known } = randomSubnet(db, random);
			for (const order of ["alive", "address"] as const) {
				const open = usable.filter(() => random.chance(0.1));
				const at = random.chance(0.5) ? random.pick(usable) : undefined;
				const query = { filter: { subnetId: id }, order, open };
				const seen = addressesOf(walk(db, query, 1 + random.int(40), at));
				expect(sorted(seen)).toEqual(usable);
				if (order === "address") expect(seen).toEqual(usable);
				const filter = random.pick<HostFilter>([
					{ status: "up" },
					{ status: "down", tag: "x" },
					{ tag: "x" },
					{ text: "." },
					{ text: "1" },
					{ seen: { kind: "never" } },
					{ seen: { kind: "new", since: 5 } },
				]);
				const part = { filter: { ...filter, subnetId: id }, order, open };
				const listed = walk(db, part, 1 + random.int(40), at);
				const want = known.filter((host) => passes(host, filter));
				expect(listed.every((row) => row.kind === "host" || row.kind === "group")).toBe(true);
				expect(sorted(addressesOf(listed))).toEqual(want.map((host) => host.address));
				// What is not shown is told: hosts that match and unused addresses make up all there is.
				const subnet = findSubnet(db, id);
				if (subnet === undefined) throw new Error("no subnet");
				const scope = { subnet, children: listChildren(db, id) };
				const told = readListing(db, scope, part, { limit: 1 });
				expect([told.matching, told.unusedHidden]).toEqual([
					want.length,
					BigInt(usable.length - known.length),
				]);
			}
			db.close();
		}
	});

	test("the window around an address shows it, whatever is there", () => {
		const random = seeded(12);
		for (let round = 0; round < 60; round++) {
			const db = openDatabase(":memory:", { busyMs: 10 });
			const { id, usable } = randomSubnet(db, random);
			const subnet = findSubnet(db, id);
			if (subnet === undefined) throw new Error("no subnet");
			const scope = { subnet, children: listChildren(db, id) };
			for (const order of ["alive", "address"] as const) {
				const at = random.pick(usable);
				const part = readListing(db, scope, { filter: { subnetId: id }, order, open: [] }, { at, limit: 20 });
				expect(part.missing).toBe(false);
				expect(part.rows.findIndex((row) => addressesOf([row]).join() === String(at))).toBeLessThan(24);
				expect(addressesOf(part.rows)).toContain(at);
			}
			db.close();
		}
	});

	test("an address that is not in the list is told to be missing", () => {
		const db = openDatabase(":memory:", { busyMs: 10 });
		const id = add(db, cidr("10.0.0.0/24"));
		insertHost(db, id, address("10.0.0.7"), NOTHING, 0);
		const subnet = findSubnet(db, id);
		if (subnet === undefined) throw new Error("no subnet");
		const scope = { subnet, children: [] };
		for (const [at, filter] of [
			["10.0.0.7", { tag: "x" }],
			["10.0.0.9", { text: "10" }],
			["10.0.1.9", {}],
			["10.0.0.255", {}],
		] as const) {
			for (const order of ["alive", "address"] as const) {
				const query = { filter: { subnetId: id, ...filter }, order, open: [] };
				expect(readListing(db, scope, query, { at: address(at), limit: 9 }).missing).toBe(true);
			}
		}
		db.close();
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
