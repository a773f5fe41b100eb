/** What triggers count and what searches pick, held against a look at every row, after random changes. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { HostFilter } from "../../src/model/host.ts";
import { neverSeen, type Presence, type Status } from "../../src/model/presence.ts";
import type { Address } from "../../src/net/address.ts";
import { cidrAround, lastOf } from "../../src/net/cidr.ts";
import { surveyHosts } from "../../src/store/bulk.ts";
import * as counts from "../../src/store/counts.ts";
import { type Db, openDatabase } from "../../src/store/database.ts";
import { insertFoundHost, writePresence } from "../../src/store/history.ts";
import { deleteHost, insertHost, listHosts } from "../../src/store/hosts.ts";
import { adopt, deleteSubnet, findAround, insertSubnet, listSubnets } from "../../src/store/subnets.ts";
import { seeded } from "../helpers/random.ts";
import { address } from "../helpers/world.ts";

let db: Db;
beforeEach(() => {
	db = openDatabase(":memory:", { busyMs: 10 });
});
afterEach(() => db.close());

const VALUES = { name: "", notes: "", gateway: undefined, sweepIntervalS: 60, sweepEnabled: true };
const seenAs = (status: Status): Presence => ({ ...neverSeen, status, statusSince: 1, lastSeenAt: 1 });

function add(base: Address, prefix: number): void {
	const block = cidrAround(base, prefix);
	if (listSubnets(db).some(({ cidr }) => cidr.base === block.base && cidr.prefix === prefix)) return;
	const parent = findAround(db, block.base, lastOf(block));
	adopt(db, insertSubnet(db, block, VALUES, parent?.id, 0), block, parent?.id);
}

/** Every count there is, and the same counted one by one. */
function bothCounts() {
	const scan = (where: string) =>
		db
			.query<{ key: number; up: number; down: number; unknown: number }, []>(
				`SELECT subnet_id AS key, count(*) FILTER (WHERE status = 'up') AS up,
					count(*) FILTER (WHERE status = 'down') AS down, count(*) FILTER (WHERE status = 'unknown') AS unknown
				FROM host ${where} GROUP BY subnet_id ORDER BY subnet_id`,
			)
			.all();
	const held = [...counts.countPerSubnet(db)]
		.map(([key, by]) => ({ key, up: by.up, down: by.down, unknown: by.unknown }))
		.filter(({ up, down, unknown }) => up + down + unknown > 0)
		.sort((a, b) => a.key - b.key);
	const blocks = held.map(({ key }) => {
		const sum = { key, up: 0, down: 0, unknown: 0 };
		for (const [, up, down, unknown] of counts.listBlocks(db, key)) {
			expect(Math.min(up, down, unknown)).toBeGreaterThanOrEqual(0);
			sum.up += up;
			sum.down += down;
			sum.unknown += unknown;
		}
		return sum;
	});
	return { held, blocks, scanned: scan("") };
}

describe("counts", () => {
	test("2,000 random changes to hosts and subnets leave them exact", () => {
		const random = seeded(5);
		const any = () => address("10.0.0.0") + BigInt(random.int(2_048));
		add(address("10.0.0.0"), 21);
		for (let i = 0; i < 2_000; i++) {
			const ids = db.query<{ id: number }, []>("SELECT id FROM host").all();
			const at = any();
			const home = findAround(db, at, at)?.id ?? 1;

			const dice = random.int(100);
			if (dice < 45) {
				const there =
					listHosts(db, {}, "address", { statusOrder: 0, address: at - 1n }, 1)[0]?.address === at;
				if (there) continue;
				if (random.chance(0.5)) insertFoundHost(db, home, at, seenAs("up"));
				else
					insertHost(
						db,
						home,
						at,
						{ hostname: "", hostnameSource: undefined, description: "", tags: [], notes: "" },
						0,
					);
			} else if (dice < 75 && ids.length > 0) {
				writePresence(db, random.pick(ids).id, seenAs(random.pick(["up", "down", "unknown"] as const)));
			} else if (dice < 88 && ids.length > 0) deleteHost(db, random.pick(ids).id);
			else if (dice < 94) add(at, 22 + random.int(8));
			else {
				const inner = listSubnets(db).filter(({ parentId }) => parentId !== undefined);
				const gone = inner[random.int(Math.max(1, inner.length))];
				if (gone !== undefined) deleteSubnet(db, gone.id, gone.parentId);
			}
			if (i % 50 === 0) {
				const { held, blocks, scanned } = bothCounts();
				expect(held).toEqual(scanned);
				expect(blocks).toEqual(scanned);
			}
		}
	});

	test("a subnet that is deleted with its hosts takes its counts along", () => {
		add(address("10.0.0.0"), 24);
		insertFoundHost(db, 1, address("10.0.0.9"), seenAs("down"));
		expect(counts.countDown(db)).toBe(1);
		deleteSubnet(db, 1, undefined);
		expect(counts.countDown(db)).toBe(0);
		expect(counts.listBlocks(db, 1)).toEqual([]);
	});
});

describe("a search", () => {
	const TEXTS = [
		"10.0.1",
		".77",
		"nas",
		"NAS-1",
		"50%",
		"a_b",
		"Küche",
		"\\",
		"storage",
		"x".repeat(80),
		"0",
		"10.0.0.1",
		"0.0.0.1",
		"10.0.1.2",
		"as-1",
		'"]',
		"[",
		",",
		'a"b',
		"back\\s",
		"rack",
		"üch",
	];

	/** As the rows themselves say, in the plain words of JavaScript (capital letters only as SQLite knows them). */
	function expected(filter: HostFilter): string[] {
		const lower = (text: string) => text.replace(/[A-Z]/g, (c) => c.toLowerCase());
		return listHosts(db, {}, "address", undefined, 100_000)
			.filter((host) => filter.tag === undefined || host.tags.includes(filter.tag))
			.filter((host) =>
				[host.ip, host.hostname, host.description, ...host.tags].some((field) =>
					lower(field).includes(lower(filter.text ?? "")),
				),
			)
			.map((host) => host.ip);
	}

	/** Few hosts are picked, many are met by walking: both ways must find the same. */
	test.each([300, 6_000])("of %d hosts finds what they hold, in order", (hosts) => {
		add(address("10.0.0.0"), 16);
		const names = ["nas-1", "NAS-12", "50% off", "a_b", "Küche", "back\\slash", ""];
		db.transaction(() => {
			for (let i = 0; i < hosts; i++) {
				const hostname = names[i % names.length] ?? "";
				const tags = i % 5 === 0 ? (i % 15 === 0 ? ["storage", 'a"b'] : ["storage"]) : [];
				const values = {
					hostname,
					hostnameSource: undefined,
					description: i % 9 === 0 ? "Storage rack" : "",
					tags,
					notes: "",
				};
				insertHost(db, 1, address("10.0.0.1") + BigInt(i), values, 0);
			}
		})();
		for (const text of TEXTS) {
			for (const tag of [undefined, "storage"]) {
				const filter: HostFilter = { subnetId: 1, status: undefined, tag, service: undefined, text };
				const want = expected(filter);
				const found = listHosts(db, filter, "address", undefined, 100_000).map((host) => host.ip);
				expect({ text, tag, found }).toEqual({ text, tag, found: want });
				expect(listHosts(db, filter, "alive", undefined, 7).map((host) => host.ip)).toEqual(want.slice(0, 7));
				expect(counts.countByStatus(db, filter)).toEqual({ up: 0, down: 0, unknown: want.length });
			}
		}
	});
});

test("whoever deletes a subnet, or picked hosts, is told of as many that somebody wrote about", () => {
	add(address("10.0.0.0"), 24);
	const lan = listSubnets(db)[0]?.id ?? 0;
	const plain = { hostname: "", hostnameSource: undefined, description: "", tags: [], notes: "" };
	const written = [
		{},
		{ notes: "n" },
		{ tags: ["t"] },
		{ description: "d" },
		{ hostname: "a", hostnameSource: "typed" },
		{ hostname: "b", hostnameSource: "import" },
		{ hostname: "c", hostnameSource: "ptr" },
	] as const;
	const ids = written.map((values, i) =>
		insertHost(db, lan, address(`10.0.0.${i + 1}`), { ...plain, ...values }, 0),
	);
	expect(counts.countAnnotated(db, lan)).toEqual({ hosts: 7, annotated: 5 });
	expect(surveyHosts(db, ids, 9).annotated).toBe(5);
});
