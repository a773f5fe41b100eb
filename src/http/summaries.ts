/** Subnets with their counts and maps, as lists and pages show them. */

import { AppError } from "../errors.ts";
import type { AddressMap, Cell } from "../model/map.ts";
import { MAP_BUCKETS, MAP_CELLS_MAX } from "../model/map.ts";
import type { Status } from "../model/presence.ts";
import type { Counts, Subnet, SubnetSummary } from "../model/subnet.ts";
import { type Address, fromKey } from "../net/address.ts";
import { rangeOf, sizeOf, usableRange } from "../net/cidr.ts";
import { countOf, rangesWithout } from "../net/ranges.ts";
import { countByStatus, countPerSubnet, listBlocks, listEdgeHosts, listOffsets } from "../store/counts.ts";
import type { Db } from "../store/database.ts";
import * as hosts from "../store/hosts.ts";
import { findSubnet, listChildren, listSubnets } from "../store/subnets.ts";

/** Addresses in a block of the store's counts. */
const BLOCK = 16;
const V4_BITS = 0xffffffffn;

/** All subnets in tree order, each with its depth. */
export function readSummaries(db: Db): { subnet: SubnetSummary; depth: number }[] {
	const all = listSubnets(db);
	const counted = countPerSubnet(db);
	const edge = Map.groupBy(listEdgeHosts(db), ({ subnetId }) => subnetId);
	const depths = new Map<number, number>();
	const childrenOf = Map.groupBy(all, (subnet) => subnet.parentId);
	return all.map((subnet) => {
		const depth = subnet.parentId === undefined ? 0 : (depths.get(subnet.parentId) ?? 0) + 1;
		depths.set(subnet.id, depth);
		const onEdge = (edge.get(subnet.id) ?? []).filter(({ address }) => !isUsable(subnet, address)).length;
		const counts = countsOf(subnet, childrenOf.get(subnet.id) ?? [], counted.get(subnet.id), onEdge);
		return { subnet: { ...subnet, counts }, depth };
	});
}

/** One of them. AppError("not_found") when there is none with this id. */
export function readSummary(db: Db, id: number): SubnetSummary {
	const subnet = findSubnet(db, id);
	if (subnet === undefined) throw new AppError("not_found", "There is no such subnet.");
	const onEdge = listEdgeHosts(db, id).filter((host) => !isUsable(subnet, host.address)).length;
	const used = countByStatus(db, { subnetId: id });
	return { ...subnet, counts: countsOf(subnet, listChildren(db, id), used, onEdge) };
}

/** Usable addresses of one subnet that no host has. */
export function readUnused(db: Db, subnet: Subnet, children: readonly Subnet[]): bigint {
	const onEdge = listEdgeHosts(db, subnet.id).filter((host) => !isUsable(subnet, host.address)).length;
	return countsOf(subnet, children, countByStatus(db, { subnetId: subnet.id }), onEdge).unused;
}

/**
 * `used` are the hosts by status, `onEdge` of them on a network or broadcast address. Those addresses and nested
 * blocks are neither used nor unused.
 */
function countsOf(
	subnet: Subnet,
	children: readonly Subnet[],
	used: Record<Status, number> = { up: 0, down: 0, unknown: 0 },
	onEdge: number,
): Counts {
	const ranges = rangesWithout(
		usableRange(subnet.cidr),
		children.map((child) => rangeOf(child.cidr)),
	);
	const usable = ranges.reduce((sum, range) => sum + countOf(range), 0n);
	const total = used.up + used.down + used.unknown;
	return { total, ...used, usable, unused: usable - BigInt(total - onEdge) };
}

function isUsable(subnet: Subnet, address: Address): boolean {
	const usable = usableRange(subnet.cidr);
	return address >= usable.first && address <= usable.last;
}

/** Every address a cell, or their density. */
export function readMap(db: Db, subnet: Subnet, children: readonly Subnet[]): AddressMap {
	const size = sizeOf(subnet.cidr);
	if (size <= BigInt(MAP_CELLS_MAX)) return cellMap(subnet, children, hosts.listMarks(db, subnet.id));
	if (subnet.cidr.family === 6) {
		const { up, down, unknown } = countByStatus(db, { subnetId: subnet.id });
		return { kind: "too_large", hosts: up + down + unknown };
	}
	return densityMap(db, subnet, size / BigInt(MAP_BUCKETS));
}

/** Blocks are counted already; only where a bucket is smaller than a block its hosts are looked at one by one. */
function densityMap(db: Db, subnet: Subnet, bucketSize: bigint): AddressMap {
	const buckets = Array.from({ length: MAP_BUCKETS }, () => ({ up: 0, down: 0, unknown: 0 }));
	const bucketOf = (address: Address) => buckets[Number((address - subnet.cidr.base) / bucketSize)];
	if (bucketSize < BigInt(BLOCK)) {
		for (const mark of hosts.listMarks(db, subnet.id)) {
			const bucket = bucketOf(fromKey(mark.key));
			if (bucket !== undefined) bucket[mark.status] += 1;
		}
	} else {
		const first = Number(subnet.cidr.base & V4_BITS) / BLOCK;
		const blocks = Number(bucketSize) / BLOCK;
		for (const [block, up, down, unknown] of listBlocks(db, subnet.id)) {
			const bucket = buckets[Math.floor((block - first) / blocks)];
			if (bucket === undefined) continue;
			bucket.up += up;
			bucket.down += down;
			bucket.unknown += unknown;
		}
	}
	return { kind: "density", first: subnet.cidr.base, bucketSize, buckets };
}

function cellMap(
	subnet: Subnet,
	children: readonly Subnet[],
	marks: readonly (hosts.Mark & { readonly hostname: string })[],
): AddressMap {
	const first = subnet.cidr.base;
	const cells = emptyCells(subnet, children);
	const known = new Map<number, { id: number; label: string }>();
	for (const mark of marks) {
		const position = Number(fromKey(mark.key) - first);
		cells[position] = mark.status === "unknown" && !mark.seen ? "reserved" : mark.status;
		known.set(position, { id: mark.id, label: mark.hostname });
	}
	return { kind: "cells", first, cells, hosts: known };
}

/** A cell for each address of a small subnet, free or not usable. */
function emptyCells(subnet: Subnet, children: readonly Subnet[]): Cell[] {
	const size = Number(sizeOf(subnet.cidr));
	const usable = usableRange(subnet.cidr);
	const at = (address: Address) => Number(address - subnet.cidr.base);
	const cells: Cell[] = new Array<Cell>(size).fill("edge");
	cells.fill("free", at(usable.first), at(usable.last) + 1);
	for (const child of children) {
		const range = rangeOf(child.cidr);
		cells.fill("edge", at(range.first), at(range.last) + 1);
	}
	return cells;
}

/** The maps of many subnets at a glance: cells without names, read in one go. */
export function readStrips(db: Db, subnets: readonly Subnet[], all: readonly Subnet[]): AddressMap[] {
	const childrenOf = Map.groupBy(all, (subnet) => subnet.parentId);
	const small = subnets.filter((subnet) => sizeOf(subnet.cidr) <= BigInt(MAP_CELLS_MAX));
	const found = Map.groupBy(
		listOffsets(
			db,
			small.map(({ id }) => id),
		),
		({ subnetId }) => subnetId,
	);
	return subnets.map((subnet): AddressMap => {
		const children = childrenOf.get(subnet.id) ?? [];
		if (!small.includes(subnet)) return readMap(db, subnet, children);
		const cells = emptyCells(subnet, children);
		const low = Number(subnet.cidr.base & 0xffffn);
		for (const { statusOrder, digits } of found.get(subnet.id) ?? []) {
			const status = hosts.STATUSES[statusOrder] ?? "unknown";
			for (let i = 0; i < digits.length; i += 4)
				cells[Number.parseInt(digits.slice(i, i + 4), 16) - low] = status;
		}
		return { kind: "cells", first: subnet.cidr.base, cells, hosts: new Map() };
	});
}
