/** An invented network that looks like a real one: subnets, hosts, events, listings and maps for the gallery. */

import type { Event, EventKind } from "../../src/model/event.ts";
import type { Host } from "../../src/model/host.ts";
import type { Listing, ListQuery, ListRow } from "../../src/model/listing.ts";
import type { AddressMap, Cell } from "../../src/model/map.ts";
import type { Port } from "../../src/model/port.ts";
import type { Status } from "../../src/model/presence.ts";
import type { SubnetSummary } from "../../src/model/subnet.ts";
import { type Address, formatAddress, parseAddress } from "../../src/net/address.ts";
import { lastOf, parseCidr, type Range, sizeOf, usableRange } from "../../src/net/cidr.ts";
import { addressesOf, countOf, gapsOf } from "../../src/net/ranges.ts";

export const NOW = Date.UTC(2026, 10, 23, 14, 30, 0);
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** A small generator of numbers in [0, 1), the same each time. */
export function random(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state * 1_664_525 + 1_013_904_223) >>> 0;
		return state / 2 ** 32;
	};
}

export function address(text: string): Address {
	const parsed = parseAddress(text);
	if (parsed.problem !== undefined) throw new Error(parsed.problem);
	return parsed.value;
}

export function ports(...texts: string[]): Port[] {
	return texts.map((text) => {
		const [port, service = "", product = ""] = text.split("/");
		return { port: Number(port), proto: "tcp", service, product, version: "", firstSeenAt: NOW - 30 * DAY };
	});
}

let nextId = 1;

export function host(ip: string, more: Partial<Host> = {}): Host {
	const status: Status = more.status ?? "up";
	const seen = status !== "unknown";
	return {
		id: nextId++,
		subnetId: 1,
		address: address(ip),
		ip,
		hostname: "",
		hostnameSource: undefined,
		ptrName: "",
		snmpName: "",
		snmpEnabled: undefined,
		description: "",
		tags: [],
		notes: "",
		mac: undefined,
		vendor: undefined,
		status,
		statusSince: seen ? NOW - 18 * DAY - 4 * HOUR : undefined,
		suspectSince: undefined,
		flapping: false,
		firstSeenAt: seen ? Date.UTC(2026, 2, 2) : undefined,
		lastSeenAt: seen ? NOW - 20_000 : undefined,
		latencyUs: status === "up" ? 400 : undefined,
		typicalLatencyUs: status === "up" ? 400 : undefined,
		expiresAt: undefined,
		createdAt: Date.UTC(2026, 2, 2),
		version: 1,
		ports: [],
		...more,
	};
}

export function subnet(
	id: number,
	cidrText: string,
	name: string,
	hosts: readonly Host[],
	more: Partial<SubnetSummary> = {},
): SubnetSummary {
	const cidr = parseCidr(cidrText).value;
	if (cidr === undefined) throw new Error(`not a network: ${cidrText}`);
	const usable = usableRange(cidr);
	const of = (status: Status) => hosts.filter((host) => host.status === status).length;
	return {
		id,
		cidr,
		name,
		notes: "",
		gateway: undefined,
		sweepIntervalS: 60,
		sweepEnabled: true,
		snmpEnabled: false,
		scanEnabled: false,
		parentId: undefined,
		createdAt: NOW - 200 * DAY,
		lastSweepAt: NOW - 41_000,
		nextSweepAt: NOW + 19_000,
		lastSweepProblem: undefined,
		version: 3,
		counts: {
			total: hosts.length,
			up: of("up"),
			down: of("down"),
			unknown: of("unknown"),
			usable: countOf(usable),
			unused: countOf(usable) - BigInt(hosts.length),
		},
		...more,
	};
}

/** What the map of a subnet shows of these hosts. */
export function mapOf(of: SubnetSummary, hosts: readonly Host[]): AddressMap {
	const size = sizeOf(of.cidr);
	if (size > 1n << 32n) return { kind: "too_large", hosts: hosts.length };
	const first = of.cidr.base;
	if (size > 1_024n) {
		const bucketSize = size / 512n;
		const buckets = Array.from({ length: 512 }, () => ({ up: 0, down: 0, unknown: 0 }));
		for (const host of hosts) {
			const bucket = buckets[Number((host.address - first) / bucketSize)];
			if (bucket !== undefined) bucket[host.status]++;
		}
		return { kind: "density", first, bucketSize, buckets };
	}
	const usable = usableRange(of.cidr);
	const cells: Cell[] = addressesOf({ first, last: lastOf(of.cidr) }, 1_024).map((at) =>
		at < usable.first || at > usable.last ? "edge" : "free",
	);
	const found = new Map<number, { id: number; label: string }>();
	for (const host of hosts) {
		const at = Number(host.address - first);
		cells[at] = host.lastSeenAt === undefined ? "reserved" : host.status;
		found.set(at, { id: host.id, label: host.hostname });
	}
	return { kind: "cells", first, cells, hosts: found };
}

const everything: ListQuery = { filter: {}, order: "alive", open: [] };

/** A listing as the real one would be, as far as pages show it. `within` is left out on the dashboard. */
export function listingOf(
	hosts: readonly Host[],
	within?: Range,
	query: ListQuery = everything,
	limit = 100,
): Listing {
	const { filter } = query;
	const text = filter.text?.toLowerCase();
	const rest = hosts.filter(
		(host) =>
			(filter.tag === undefined || host.tags.includes(filter.tag)) &&
			(filter.service === undefined || host.ports.some((port) => port.service === filter.service)) &&
			(text === undefined ||
				`${host.ip} ${host.hostname} ${host.description} ${host.tags}`.toLowerCase().includes(text)),
	);
	const shown = rest.filter((host) => filter.status === undefined || host.status === filter.status);
	const of = (status: Status) => rest.filter((host) => host.status === status).length;
	const filtered = Object.values(filter).some((part) => part !== undefined);
	const gaps =
		within === undefined
			? []
			: gapsOf(
					within,
					hosts.map((host) => host.address).sort((a, b) => (a < b ? -1 : 1)),
				);
	const unused = gaps.reduce((n, gap) => n + countOf(gap), 0n);
	const rows = rowsOf(
		shown,
		filtered ? [] : gaps,
		query,
		within !== undefined && filter.status === undefined,
	);
	return {
		query,
		rows: rows.slice(0, limit),
		next: rows.length > limit ? "c.100" : undefined,
		matching: shown.length,
		byStatus: { up: of("up"), down: of("down"), unknown: of("unknown") },
		tags: tally(hosts.flatMap((host) => host.tags)),
		services: tally(hosts.flatMap((host) => host.ports.map((port) => port.service))),
		unusedHidden: filtered ? unused : 0n,
		unswept: new Set(),
	};
}

function tally(names: string[]): { name: string; hosts: number }[] {
	return [...Map.groupBy(names, (name) => name)].map(([name, all]) => ({ name, hosts: all.length }));
}

function rowsOf(
	hosts: readonly Host[],
	gaps: readonly Range[],
	query: ListQuery,
	groups: boolean,
): ListRow[] {
	const hostRows = (of: readonly Host[]): ListRow[] => of.map((host) => ({ kind: "host", host }));
	const gapRows = gaps.flatMap((gap) => unfold(gap, query.open));
	if (query.order === "address") {
		const at = (row: ListRow) =>
			row.kind === "host"
				? row.host.address
				: "address" in row
					? row.address
					: "range" in row
						? row.range.first
						: 0n;
		return [...hostRows(hosts), ...gapRows].sort((a, b) => (at(a) < at(b) ? -1 : 1));
	}
	const rows: ListRow[] = [];
	for (const group of ["up", "down", "unknown"] as const) {
		const of = hosts.filter((host) => host.status === group);
		if (of.length === 0) continue;
		if (groups) rows.push({ kind: "group", group, count: BigInt(of.length) });
		rows.push(...hostRows(of));
	}
	if (gaps.length > 0) {
		const count = gaps.reduce((n, gap) => n + countOf(gap), 0n);
		rows.push({ kind: "group", group: "unused", count, ranges: gaps.length }, ...gapRows);
	}
	return rows;
}

function unfold(gap: Range, open: readonly Address[]): ListRow[] {
	if (!open.includes(gap.first)) return [{ kind: "gap", range: gap }];
	const shown = addressesOf(gap, 64);
	const rows: ListRow[] = shown.map((address) => ({ kind: "free", address, gap }));
	const next = gap.first + BigInt(shown.length);
	if (next <= gap.last) rows.push({ kind: "gap_rest", range: { first: next, last: gap.last }, gap });
	return rows;
}

export function event(kind: EventKind, label: string, agoMs: number, more: Partial<Event> = {}): Event {
	return {
		id: nextId++,
		at: NOW - agoMs,
		kind,
		subnetId: 1,
		hostId: kind.startsWith("host") ? 5 : undefined,
		ip: undefined,
		label,
		detail: {},
		...more,
	};
}

/** A subnet filled by chance: `share` of its addresses, most of them up. */
export function crowd(
	base: string,
	size: number,
	fill: number,
	seed: number,
	subnetId: number,
	name = "host",
): Host[] {
	const roll = random(seed);
	const first = address(base);
	const hosts: Host[] = [];
	for (let at = 1; at < size - 1; at++) {
		if (roll() > fill) continue;
		const luck = roll();
		const status: Status = luck < 0.9 ? "up" : luck < 0.95 ? "down" : "unknown";
		const services = ["22/ssh", "80/http", "443/https", "8006/https", "5432/postgresql"].slice(
			0,
			Math.floor(roll() * 6),
		);
		hosts.push(
			host(formatAddress(first + BigInt(at)), {
				subnetId,
				hostname: `${name}-${at}.lan`,
				status,
				latencyUs: status === "up" ? Math.round(200 + roll() * 3_000) : undefined,
				ports: ports(...services),
				tags: roll() < 0.4 ? [["server", "client", "dhcp", "infra"][Math.floor(roll() * 4)] ?? "x"] : [],
			}),
		);
	}
	return hosts;
}
