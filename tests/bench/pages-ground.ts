/**
 * The network that pages are measured on: 26,584 hosts in 28 subnets, with names, tags, open ports and a past, the
 * same each time. One /24 with 60 hosts, one /22 with 300, one /16 with 20,000; the rest in blocks of a data centre.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BOUNDS } from "../../src/config.ts";
import { formatAddress, toKey } from "../../src/net/address.ts";
import { parseCidr } from "../../src/net/cidr.ts";
import { type Db, openDatabase } from "../../src/store/database.ts";
import { adopt, findAround, insertSubnet } from "../../src/store/subnets.ts";
import { type Random, seeded } from "../helpers/random.ts";

export type PagesGround = {
	readonly path: string;
	readonly hosts: number;
	/** Ids of the three subnets that are measured. */
	readonly ids: { readonly small: number; readonly middle: number; readonly large: number };
	close(): void;
};

const HOUR = 3_600_000;
const TAGS = ["server", "client", "infra", "dhcp", "printer", "voip", "camera", "storage", "lab", "dmz"];
const SERVICES = [
	[22, "ssh"],
	[80, "http"],
	[443, "https"],
	[161, "snmp"],
	[445, "microsoft-ds"],
	[3306, "mysql"],
	[5432, "postgresql"],
	[8006, "https"],
	[9100, "jetdirect"],
] as const;

/** Name, block, hosts: 6,224 of them in 25 blocks of a data centre. */
function blocks(): readonly (readonly [string, string, number])[] {
	const racks = Array.from({ length: 25 }, (_, n) => [`Rack ${n + 1}`, `10.20.${n * 2}.0/23`, 249] as const);
	const last = ["Rack 25", "10.20.48.0/23", 248] as const;
	return [
		["Office LAN", "10.0.0.0/24", 60],
		["Wi-Fi", "172.20.0.0/22", 300],
		["Campus", "10.32.0.0/16", 20_000],
		...racks.slice(0, 24),
		last,
	];
}

export function openPagesGround(now = Date.now()): PagesGround {
	const folder = mkdtempSync(join(tmpdir(), "rollcall-pages-"));
	const path = join(folder, "bench.db");
	const db = openDatabase(path, { busyMs: BOUNDS.busyMs });
	db.run("PRAGMA synchronous = OFF");
	const roll = seeded(26_584);
	const ids = blocks().map(([name, cidr, count]) => fill(db, roll, { name, cidr, count, now }));
	fillPast(db, roll, now);
	db.run("PRAGMA wal_checkpoint(TRUNCATE)");
	const hosts = db.query<{ n: number }, []>("SELECT count(*) AS n FROM host").get()?.n ?? 0;
	db.close();
	const [small = 0, middle = 0, large = 0] = ids;
	return {
		path,
		hosts,
		ids: { small, middle, large },
		close: () => rmSync(folder, { recursive: true, force: true }),
	};
}

type Block = { name: string; cidr: string; count: number; now: number };

function fill(db: Db, roll: Random, { name, cidr: text, count, now }: Block): number {
	const cidr = parseCidr(text).value;
	if (cidr === undefined) throw new Error(`no network: ${text}`);
	const size = 2 ** (32 - cidr.prefix) - 2;
	const insert = db.query(
		`INSERT INTO host (ip, ip_key, subnet_id, hostname, hostname_source, description, tags_json, mac, vendor, status,
			status_order, status_since, first_seen_at, last_seen_at, latency_us, typical_latency_us, created_at, updated_at)
		VALUES (?, ?, ?, ?, 'ptr', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 700, ?, ?)`,
	);
	const port = db.query(
		`INSERT INTO host_open_port (host_id, ts, port, proto, state, service, product, first_seen_at, last_seen_at)
		VALUES (?, ?, ?, 'tcp', 'open', ?, 'OpenSSH', ?, ?)`,
	);
	return db.transaction(() => {
		const values = { name, notes: "", gateway: undefined, sweepIntervalS: 60, sweepEnabled: true };
		const id = insertSubnet(db, cidr, values, findAround(db, cidr.base, cidr.base)?.id, now);
		adopt(db, id, cidr, undefined);
		for (let n = 0; n < count; n++) {
			const offset = 1 + Math.floor((n * size) / count);
			const order = roll.chance(0.93) ? 0 : roll.chance(0.6) ? 1 : 2;
			const seen = order === 2 ? null : now - 30 * 24 * HOUR;
			const address = cidr.base + BigInt(offset);
			const { lastInsertRowid } = insert.run(
				formatAddress(address),
				toKey(address),
				id,
				order === 2 ? "" : `${roll.pick(TAGS)}-${offset}.${name.toLowerCase().replace(/\W+/g, "-")}.example`,
				roll.chance(0.3) ? "Second floor, cabinet 4" : "",
				roll.chance(0.5) ? JSON.stringify([roll.pick(TAGS)]) : "[]",
				`00:11:32:${[16, 8, 0].map((shift) => ((offset >> shift) & 255).toString(16).padStart(2, "0")).join(":")}`,
				"Synology",
				["up", "down", "unknown"][order] ?? "up",
				order,
				seen,
				seen,
				seen === null ? null : now - 20_000,
				order === 0 ? 300 + roll.int(4_000) : null,
				now - 30 * 24 * HOUR,
				now,
			);
			if (order === 2) continue;
			for (let p = roll.int(4); p > 0; p--) {
				const [number, service] = roll.pick(SERVICES);
				const open = db.query("SELECT 1 FROM host_open_port WHERE host_id = ? AND port = ?");
				if (open.get(lastInsertRowid, number) === null)
					port.run(lastInsertRowid, now, number, service, now, now);
			}
		}
		return id;
	})();
}

/** Ten thousand events of two weeks, and the hourly sums of a day. */
function fillPast(db: Db, roll: Random, now: number): void {
	const hosts = db
		.query<{ id: number; subnet_id: number; ip: string }, []>("SELECT id, subnet_id, ip FROM host")
		.all();
	const event = db.query(
		"INSERT INTO event (ts, kind, subnet_id, host_id, ip, label, detail_json) VALUES (?, ?, ?, ?, ?, ?, '{}')",
	);
	const sums = db.query("INSERT INTO answer_hour (ts, up, down) VALUES (?, ?, ?)");
	db.transaction(() => {
		for (let n = 10_000; n > 0; n--) {
			const host = roll.pick(hosts);
			const kind = roll.pick(["host_up", "host_down", "host_new", "port_opened", "host_edited"]);
			event.run(now - n * 120_000, kind, host.subnet_id, host.id, host.ip, host.ip);
		}
		for (let h = 0; h < 30; h++) sums.run(now - (now % HOUR) - h * HOUR, 1_500_000, 12_000);
	})();
}
