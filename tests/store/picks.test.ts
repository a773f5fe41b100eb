/** The short ways to the hosts that a text finds say the same as looking at every host. */

import { Database } from "bun:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { formatAddress, fromV4, parseAddress, toKey } from "../../src/net/address.ts";
import { startsOf } from "../../src/store/octets.ts";
import { pickHosts } from "../../src/store/search.ts";
import { seeded } from "../helpers/random.ts";

const SCHEMA = readFileSync(join(import.meta.dir, "../../schema.sql"), "utf8");

let db: Database;
const ips = new Set<string>();

beforeAll(() => {
	db = new Database(":memory:", { strict: true });
	db.exec(SCHEMA);
	db.run("PRAGMA foreign_keys = OFF");
	const roll = seeded(7);
	const octet = () => roll.pick([0, 1, 2, 7, 10, 12, 17, 25, 100, 107, 110, 112, 127, 200, 210, 255]);
	for (let n = 0; n < 3_000; n++) {
		ips.add(formatAddress(fromV4(((octet() * 256 + octet()) * 256 + octet()) * 256 + octet())));
	}
	for (const ip of ["2001:db8::1", "2001:db8::12:7", "fe80::a", "::1"]) ips.add(ip);
	const insert = db.query(
		"INSERT INTO host (ip, ip_key, subnet_id, created_at, updated_at) VALUES (?, ?, 1, 0, 0)",
	);
	db.transaction(() => {
		for (const ip of ips) insert.run(ip, toKey(parseAddress(ip).value ?? 0n));
	})();
});

afterAll(() => db.close());

function found(text: string): string[] {
	const ids = pickHosts(db, { subnetId: undefined, text } as Parameters<typeof pickHosts>[1]) ?? [];
	const ask = db.query<{ ip: string }, [number]>("SELECT ip FROM host WHERE id = ?");
	return ids.map((id) => ask.get(id)?.ip ?? "").sort();
}

const holding = (text: string) => [...ips].filter((ip) => ip.includes(text.toLowerCase())).sort();

describe("a part of an address", () => {
	test.each([
		"10.12",
		".7.12",
		"7.",
		"0.1",
		"10.12.7",
		"10.12.7.1",
		"10.12.7.112",
		"110.12.",
		".12.7.10",
		"..",
		".",
		"1",
		"07.1",
		"256.1",
		"10.012.7",
		"1.2.3.4.5",
		"db8",
		"2001:DB8",
		":7",
		"a",
		"1.a",
	])("%s finds the hosts whose address has it, and no other", (text) => {
		expect(found(text)).toEqual(holding(text));
	});

	test("any part of any address", () => {
		const roll = seeded(11);
		const all = [...ips];
		for (let n = 0; n < 400; n++) {
			const ip = roll.pick(all);
			const from = roll.int(ip.length);
			const text = ip.slice(from, from + 1 + roll.int(ip.length - from));
			const wanted = holding(text);
			if (wanted.length <= 5_000) expect([text, found(text)]).toEqual([text, wanted]);
		}
	});

	test("is looked for by beginnings where few numbers are unknown", () => {
		expect(startsOf(db, "10.0.0.14")).toEqual(["10.0.0.14", "110.0.0.14", "210.0.0.14"]);
		expect(startsOf(db, "192.168.7")?.length).toBeLessThan(40);
		expect(startsOf(db, ".7")).toBeUndefined();
		expect(startsOf(db, "17")).toBeUndefined();
	});
});

describe("a port", () => {
	const hostsOf = new Map<string, Set<number>>();
	beforeAll(() => {
		const roll = seeded(3);
		const insert = db.query(
			`INSERT INTO host_open_port (host_id, ts, port, proto, state, service, product, first_seen_at, last_seen_at, is_current)
			VALUES (?, 0, ?, 'tcp', 'open', ?, ?, 0, 0, ?)`,
		);
		db.transaction(() => {
			for (let host = 1; host <= 2_500; host++) {
				const port = 1_000 + host;
				const service = roll.pick(["ssh", "HTTP", "https", ""]);
				const product = roll.pick(["OpenSSH", "nginx", ""]);
				const current = roll.chance(0.8) ? 1 : 0;
				insert.run(host, port, service, product, current);
				if (current === 0) continue;
				for (const word of [String(port), service.toLowerCase(), product.toLowerCase()]) {
					hostsOf.set(word, (hostsOf.get(word) ?? new Set()).add(host));
				}
			}
		})();
	});

	test.each(["1001", "2999", "3500", "ssh", "nginx"])(
		"%s finds its hosts, however many kinds of ports there are",
		(text) => {
			const ids = pickHosts(db, { text } as Parameters<typeof pickHosts>[1]) ?? [];
			const wanted = new Set([
				...[...hostsOf]
					.filter(([word]) => (/^\d+$/.test(text) ? word === text : word.includes(text)))
					.flatMap(([, ids]) => [...ids]),
			]);
			expect([...ids].sort((a, b) => a - b)).toEqual([...wanted].sort((a, b) => a - b));
		},
	);
});
