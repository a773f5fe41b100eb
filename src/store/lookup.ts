/** What the search box looks up: subnets, hosts, ports and services that carry a text. The best come first. */

import type { Host } from "../model/host.ts";
import type { Found, FoundService } from "../model/search.ts";
import type { Subnet } from "../model/subnet.ts";
import { type Address, toKey } from "../net/address.ts";
import type { Db } from "./database.ts";
import { COLUMNS, type Row as HostRow, listHosts, toHost } from "./hosts.ts";
import { patternsOf } from "./patterns.ts";
import { hostsOfKind, kindsWith, PICKED_MAX } from "./search.ts";
import { type Row as SubnetRow, toSubnet } from "./subnets.ts";
import { pickByWords } from "./words.ts";

/** Whole names and addresses, then beginnings, then the rest. */
const RANK = `CASE WHEN ip GLOB +:whole OR lower(hostname) GLOB +:whole THEN 0
	WHEN ip GLOB +:begins OR lower(hostname) GLOB +:begins THEN 1 ELSE 2 END`;
const BEST_HOSTS = `SELECT ${COLUMNS} FROM host_current WHERE id IN (
		SELECT id FROM host WHERE id IN (SELECT value FROM json_each(:ids))
		ORDER BY ${RANK}, +status_order, +ip_key LIMIT :limit)
	ORDER BY ${RANK}, +status_order, +ip_key`;

/** Hosts with the text in address, name, description, tags, MAC, vendor or found names; ports are another group. */
export function searchHosts(db: Db, text: string, limit: number): Found<Host> {
	const ids = pickByWords(db, text, Number.MAX_SAFE_INTEGER);
	if (ids.length > PICKED_MAX) {
		// So many carry it that the first ones are as good as any.
		return { shown: listHosts(db, { text }, "alive", undefined, limit), count: ids.length };
	}
	const { whole, begins } = patternsOf(text);
	const binds = { ids: JSON.stringify(ids), whole, begins, limit };
	const rows = db.query<HostRow, [typeof binds]>(BEST_HOSTS).all(binds);
	return { shown: rows.map(toHost), count: ids.length };
}

/** Hosts from `first` to `last`. */
export function countHostsBetween(db: Db, first: Address, last: Address): number {
	return (
		db
			.query<{ n: number }, [Uint8Array, Uint8Array]>(
				"SELECT count(*) AS n FROM host WHERE ip_key BETWEEN ? AND ?",
			)
			.get(toKey(first), toKey(last))?.n ?? 0
	);
}

/** Subnets with the text in name or CIDR. */
export function searchSubnets(db: Db, text: string, limit: number): Found<Subnet> {
	const binds = { ...patternsOf(text), limit };
	const rows = db
		.query<SubnetRow & { found: number }, [typeof binds]>(
			`SELECT *, count(*) OVER () AS found FROM subnet WHERE lower(name) GLOB +:within OR cidr GLOB +:within
			ORDER BY CASE WHEN cidr GLOB +:whole OR lower(name) GLOB +:whole THEN 0
				WHEN lower(name) GLOB +:begins OR cidr GLOB +:begins THEN 1 ELSE 2 END,
				first_key, prefix LIMIT :limit`,
		)
		.all(binds);
	return { shown: rows.map(toSubnet), count: rows[0]?.found ?? 0 };
}

/** Names are walked one by one along their index: a few hundred steps, however many ports there are. */
const SERVICES = `WITH RECURSIVE name (service) AS (
		SELECT min(service) FROM host_open_port WHERE is_current = 1 AND service > ''
		UNION ALL
		SELECT (SELECT min(service) FROM host_open_port AS next WHERE is_current = 1 AND next.service > name.service)
		FROM name WHERE name.service IS NOT NULL
	), fits AS (
		SELECT service, count(*) OVER () AS found FROM name WHERE service IS NOT NULL AND lower(service) GLOB +:within
		ORDER BY lower(service) NOT GLOB +:whole, lower(service) NOT GLOB +:begins, service LIMIT :limit
	)
	SELECT service, found, (SELECT count(DISTINCT host_id) FROM host_open_port AS open
		WHERE open.service = fits.service AND is_current = 1) AS hosts
	FROM fits`;

/** The port with this number, then services and products with the text in their name. Only what is open now. */
export function searchServices(db: Db, text: string, limit: number): Found<FoundService> {
	const port = searchPort(db, text);
	const binds = { ...patternsOf(text), limit: limit - port.length };
	const rows = db
		.query<{ service: string; hosts: number; found: number }, [typeof binds]>(SERVICES)
		.all(binds);
	const services = rows.map(({ service, hosts }) => ({ port: undefined, service, product: "", hosts }));
	const products = searchProducts(db, text);
	return {
		shown: [...port, ...services, ...products].slice(0, limit),
		count: port.length + (rows[0]?.found ?? 0) + products.length,
	};
}

/** Products (OpenSSH, nginx) by name, the best first. An address is none, and no number: those are spared the walk. */
function searchProducts(db: Db, text: string): FoundService[] {
	const lower = text.toLowerCase();
	if (!/\p{L}/u.test(text)) return [];
	const hosts = new Map<string, Set<number>>();
	const { done } = kindsWith(db, text, (kind) => {
		if (!kind.product.toLowerCase().includes(lower)) return true;
		const ids = hosts.get(kind.product) ?? new Set();
		for (const id of hostsOfKind(db, kind, Number.MAX_SAFE_INTEGER)) ids.add(id);
		hosts.set(kind.product, ids);
		return true;
	});
	const counts = done
		? [...hosts].map(([product, ids]) => ({ product, hosts: ids.size }))
		: allProducts(db, text);
	const later = ({ product }: { product: string }) => Number(!product.toLowerCase().startsWith(lower));
	return counts
		.toSorted(
			(a, b) =>
				later(a) - later(b) || a.product.length - b.product.length || (a.product < b.product ? -1 : 1),
		)
		.map((found) => ({ port: undefined, service: "", ...found }));
}

/** The same port by port, where there are more kinds of them than are walked. */
function allProducts(db: Db, text: string): { product: string; hosts: number }[] {
	return db
		.query<{ product: string; hosts: number }, [string]>(
			`SELECT product, count(DISTINCT host_id) AS hosts FROM host_open_port
			WHERE is_current = 1 AND lower(product) GLOB +? GROUP BY product`,
		)
		.all(patternsOf(text).within);
}

/** "443", ":443" or "443/tcp". */
function searchPort(db: Db, text: string): FoundService[] {
	const port = Number(/^:?(\d{1,5})(?:\/[a-z-]*)?$/i.exec(text)?.[1] ?? 0);
	if (port < 1 || port > 65_535) return [];
	const row = db
		.query<{ hosts: number; service: string | null }, [number, number]>(
			`SELECT count(DISTINCT host_id) AS hosts, (SELECT service FROM host_open_port
				WHERE port = ? AND is_current = 1 AND service <> ''
				GROUP BY service ORDER BY count(*) DESC, service LIMIT 1) AS service
			FROM host_open_port WHERE port = ? AND is_current = 1`,
		)
		.get(port, port);
	return row === null || row.hosts === 0
		? []
		: [{ port, service: row.service ?? "", product: "", hosts: row.hosts }];
}
