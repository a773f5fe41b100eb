/** A small database file with something of everything in it, and the question whether one still agrees with itself. */

import { neverSeen } from "../../src/model/presence.ts";
import { formatAddress } from "../../src/net/address.ts";
import { type Db, openDatabase } from "../../src/store/database.ts";
import { insertEvent } from "../../src/store/events.ts";
import { insertFoundHost, insertSample } from "../../src/store/history.ts";
import { insertSubnet } from "../../src/store/subnets.ts";
import { cidr } from "./network.ts";

const AT = Date.UTC(2026, 10, 1);

/**
 * Makes `path` with one subnet and so many hosts, each with samples and an event; closed again. Programs are started on
 * it, and nobody may send into the networks of the machine that tests: it is not swept unless somebody wants that.
 */
export function fillDatabase(path: string, hosts = 20, samples = 10, sweepEnabled = false): void {
	const db = openDatabase(path, { busyMs: 1_000 });
	db.transaction(() => {
		const block = cidr("10.0.0.0/16");
		const values = { name: "Office", notes: "", gateway: undefined, sweepIntervalS: 60, sweepEnabled };
		const subnet = insertSubnet(db, block, values, undefined, AT);
		for (let n = 1; n <= hosts; n++) {
			const address = block.base + BigInt(n);
			const found = { ...neverSeen, status: "up", statusSince: AT, lastSeenAt: AT, latencyUs: 400 } as const;
			const id = insertFoundHost(db, subnet, address, found);
			for (let i = 0; i < samples; i++) insertSample(db, id, AT + i * 60_000, 400 + i);
			const ip = formatAddress(address);
			insertEvent(db, { at: AT, kind: "host_new", subnetId: subnet, hostId: id, ip, label: ip, detail: {} });
		}
	})();
	db.close();
}

/**
 * What is wrong with a database, in words: damaged pages, broken references, counters that disagree with a recount,
 * hourly sums that disagree with their samples. Empty: nothing.
 */
export function wrongs(db: Db): string[] {
	const found: string[] = [];
	const check = db.query<{ integrity_check: string }, []>("PRAGMA integrity_check").all();
	if (check[0]?.integrity_check !== "ok") found.push(...check.map((row) => row.integrity_check));
	if (db.query("PRAGMA foreign_key_check").get() !== null) found.push("a row points nowhere");
	for (const [says, sql] of Object.entries(RECOUNTS)) {
		const row = db.query<{ n: number }, []>(sql).get();
		if ((row?.n ?? 0) > 0) found.push(`${says}: ${row?.n}`);
	}
	return found;
}

const RECOUNTS: Readonly<Record<string, string>> = {
	"subnets whose counts are wrong": `SELECT count(*) AS n FROM subnet WHERE
		hosts_up <> (SELECT count(*) FROM host WHERE subnet_id = subnet.id AND status = 'up') OR
		hosts_down <> (SELECT count(*) FROM host WHERE subnet_id = subnet.id AND status = 'down') OR
		hosts_unknown <> (SELECT count(*) FROM host WHERE subnet_id = subnet.id AND status = 'unknown')`,
	"blocks whose counts are wrong": `SELECT count(*) AS n FROM host_block WHERE up + down + unknown <>
		(SELECT count(*) FROM host WHERE subnet_id = host_block.subnet_id AND substr(hex(ip_key), 1, 31) = block)`,
	"hosts whose order is not their status": `SELECT count(*) AS n FROM host WHERE
		status_order <> CASE status WHEN 'up' THEN 0 WHEN 'down' THEN 1 ELSE 2 END`,
	"hours that know less than their samples": `SELECT count(*) AS n FROM (
		SELECT host_id, ts - ts % 3600000 AS hour, count(*) AS n FROM host_status GROUP BY 1, 2) AS s
		LEFT JOIN host_status_hour AS h ON h.host_id = s.host_id AND h.ts = s.hour
		WHERE h.ts IS NULL OR h.up + h.down < s.n`,
	"tags without their host's": `SELECT count(*) AS n FROM host_tag JOIN host ON host.id = host_id
		WHERE NOT EXISTS (SELECT 1 FROM json_each(host.tags_json) WHERE value = tag)`,
	"runs that nobody ends": `SELECT count(*) AS n FROM sweep_run WHERE state = 'running' AND finished_at IS NOT NULL`,
};
