/** A database as it is after a week of a thousand hosts by the minute: ten million samples, written in order of time. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BOUNDS } from "../../src/config.ts";
import { formatAddress, toKey } from "../../src/net/address.ts";
import { parseCidr } from "../../src/net/cidr.ts";
import { type Db, openDatabase } from "../../src/store/database.ts";
import { insertSubnet } from "../../src/store/subnets.ts";
import { random } from "../helpers/world.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export type Ground = {
	readonly db: Db;
	readonly path: string;
	/** Of the first and of the newest sample. */
	readonly from: number;
	readonly to: number;
	readonly generatedMs: number;
	close(): void;
};

/** A second connection to the same file, as the other thread has one. */
export function connect(path: string): Db {
	return openDatabase(path, { busyMs: BOUNDS.busyMs });
}

/** `hosts` (at most 65,000) in one /16, measured every minute for `minutes`, one percent of the time silent. */
export function openGround(size: { hosts: number; minutes: number }): Ground {
	const folder = mkdtempSync(join(tmpdir(), "rollcall-history-"));
	const path = join(folder, "bench.db");
	const started = performance.now();
	const db = connect(path);
	const to = Math.floor(Date.now() / MINUTE) * MINUTE;
	const from = to - (size.minutes - 1) * MINUTE;
	db.run("PRAGMA synchronous = OFF");
	addHosts(db, "10.0.0.0/16", size.hosts, from);
	fillSamples(db, { first: 1, count: size.hosts }, from, size.minutes);
	fillSums(db);
	db.run("PRAGMA wal_checkpoint(TRUNCATE)");
	db.run("PRAGMA synchronous = NORMAL");
	return {
		db,
		path,
		from,
		to,
		generatedMs: performance.now() - started,
		close() {
			db.close();
			rmSync(folder, { recursive: true, force: true });
		},
	};
}

/** A subnet of its own with so many hosts that are up; answers its id. */
export function addHosts(db: Db, cidrText: string, hosts: number, at: number): number {
	const cidr = parseCidr(cidrText).value;
	if (cidr === undefined) throw new Error(`no network: ${cidrText}`);
	const values = { name: cidrText, notes: "", gateway: undefined, sweepIntervalS: 60, sweepEnabled: true };
	const insert = db.query(
		`INSERT INTO host (ip, ip_key, subnet_id, status, status_order, status_since, first_seen_at, last_seen_at,
			latency_us, typical_latency_us, created_at, updated_at)
		VALUES (?1, ?2, ?3, 'up', 0, ?4, ?4, ?4, 500, 500, ?4, ?4)`,
	);
	return db.transaction(() => {
		const subnetId = insertSubnet(db, cidr, values, undefined, at);
		for (let i = 0; i < hosts; i++) {
			const address = cidr.base + 1n + BigInt(i);
			insert.run(formatAddress(address), toKey(address), subnetId, at);
		}
		return subnetId;
	})();
}

/** Samples of hosts with ids from `first` on, minute by minute: each host's rows end in pages of their own. */
export function fillSamples(
	db: Db,
	hosts: { first: number; count: number },
	from: number,
	minutes: number,
): void {
	const roll = random(1);
	const insert = db.query("INSERT INTO host_status (host_id, ts, is_up, latency_us) VALUES (?, ?, ?, ?)");
	for (let minute = 0; minute < minutes; minute += 20) {
		db.transaction(() => {
			for (let m = minute; m < Math.min(minutes, minute + 20); m++) {
				// Verdicts of a sweep carry the time of their batch.
				const at = from + m * MINUTE + Math.floor(roll() * 5_000);
				for (let host = hosts.first; host < hosts.first + hosts.count; host++) {
					const silent = roll() < 0.01;
					insert.run(host, at, silent ? 0 : 1, silent ? null : Math.floor(200 + roll() * 3_000));
				}
			}
		})();
	}
}

function fillSums(db: Db): void {
	db.run(`INSERT INTO host_status_hour (host_id, ts, up, down, latency_sum_us, latency_min_us, latency_max_us)
		SELECT host_id, ts - ts % ${HOUR}, sum(is_up), sum(1 - is_up), coalesce(sum(latency_us), 0), min(latency_us), max(latency_us)
		FROM host_status GROUP BY host_id, ts / ${HOUR}`);
	db.run(`INSERT INTO answer_hour (ts, up, down)
		SELECT ts, sum(up), sum(down) FROM host_status_hour GROUP BY ts`);
	db.run(`INSERT INTO event (ts, kind, subnet_id, host_id, ip, label)
		SELECT ts, 'host_down', 1, host_id, '10.0.0.1', 'a host' FROM host_status_hour WHERE down > 2`);
}
