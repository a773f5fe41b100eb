/**
 * The ground of the load bench: 2,048 hosts that answer in 256 subnets, a gigabyte of their past, Rollcall near on it;
 * and 8,000 hosts more to be added. Knows how to make it and to read what Rollcall noted; measures nothing.
 */

import { Database } from "bun:sqlite";
import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { neverSeen } from "../../src/model/presence.ts";
import { type Address, parseAddress } from "../../src/net/address.ts";
import { parseCidr } from "../../src/net/cidr.ts";
import { openDatabase } from "../../src/store/database.ts";
import { insertFoundHost } from "../../src/store/history.ts";
import { insertSubnet } from "../../src/store/subnets.ts";
import { configure, FAR, type Lab, openLab } from "../helpers/netns.ts";
import { signIn } from "../helpers/signed.ts";

export const SUBNETS = 256;
/** Of these every eighth has 15 hosts, the others 7: 2,048 in all. */
const livesIn = (n: number) => (n % 8 === 0 ? 15 : 7);
export const HOSTS = Array.from({ length: SUBNETS }, (_, n) => livesIn(n)).reduce((sum, n) => sum + n, 0);
/** Added for the second part: 128 subnets of 62 hosts. */
export const MORE_SUBNETS = 128;
export const MORE_HOSTS = 62;
const MINUTE = 60_000;

export type YearsGround = {
	readonly lab: Lab;
	readonly path: string;
	readonly historyMb: number;
	close(): void;
};

const subnetOf = (n: number) => `10.140.${n}.0`;
export const moreOf = (n: number) => `10.141.${n}.0/26`;

/** `historyMb`: how large the file is made, about. `keep`: a file to begin with; made when it is not there. */
export function openYears(historyMb: number, keep?: string): YearsGround {
	const lab = openLab(70);
	const folder = mkdtempSync(join(tmpdir(), "rollcall-years-"));
	const path = join(folder, "ipam.db");
	const close = () => {
		lab.close();
		rmSync(folder, { recursive: true, force: true });
	};
	try {
		const nets = Array.from(
			{ length: SUBNETS },
			(_, n) => `route add local ${subnetOf(n)}/${livesIn(n) === 15 ? 28 : 29} dev lo`,
		);
		const more = Array.from({ length: MORE_SUBNETS }, (_, n) => `route add local ${moreOf(n)} dev lo`);
		configure(lab, {
			near: ["10.140.0.0/16", "10.141.0.0/16"].map((net) => `route add ${net} via ${FAR}`),
			far: ["10.140.0.0/16", "10.141.0.0/16"].map((net) => `route add blackhole ${net}`).concat(nets, more),
		});
		if (keep !== undefined && existsSync(keep)) copyFileSync(keep, path);
		else fill(path, historyMb);
		if (keep !== undefined && !existsSync(keep)) copyFileSync(path, keep);
		return { lab, path, historyMb: statSync(path).size / 1e6, close };
	} catch (error) {
		close();
		throw error;
	}
}

function fill(path: string, historyMb: number): void {
	const db = openDatabase(path, { busyMs: 1_000 });
	db.run("PRAGMA synchronous = OFF");
	const now = Date.now();
	db.transaction(() => {
		for (let n = 0; n < SUBNETS; n++) {
			const cidr = parseCidr(`${subnetOf(n)}/27`).value;
			if (cidr === undefined) throw new Error("no network");
			const values = {
				name: `Net ${n}`,
				notes: "",
				gateway: undefined,
				sweepIntervalS: 60,
				sweepEnabled: true,
			};
			const id = insertSubnet(db, cidr, values, undefined, now);
			for (let host = 1; host <= livesIn(n); host++) {
				const address = (parseAddress(subnetOf(n)).value as Address) + BigInt(host);
				const up = { ...neverSeen, status: "up", statusSince: now, lastSeenAt: now, latencyUs: 400 } as const;
				insertFoundHost(db, id, address, { ...up, typicalLatencyUs: 400 });
			}
		}
	})();
	// A sample is about 18 bytes: so many minutes of all hosts.
	const minutes = Math.round((historyMb * 1e6) / 18 / HOSTS);
	db.query(
		`WITH RECURSIVE t(ts) AS (SELECT ?1 UNION ALL SELECT ts + ?2 FROM t WHERE ts < ?3)
		INSERT INTO host_status (host_id, ts, is_up, latency_us) SELECT id, ts, 1, 400 + ts % 700 FROM host, t`,
	).run(now - minutes * MINUTE, MINUTE, now - MINUTE);
	db.run("INSERT INTO setting (key, value) VALUES ('thinned_until', '0')");
	signIn(db);
	db.run("PRAGMA wal_checkpoint(TRUNCATE)");
	db.close();
}

/** Asks the database of the running program. */
export function ask<T>(path: string, sql: string, ...values: (string | number)[]): T[] {
	const db = new Database(path, { readwrite: true, create: false });
	try {
		db.run("PRAGMA busy_timeout = 5000");
		return db.query<T, (string | number)[]>(sql).all(...values);
	} finally {
		db.close();
	}
}

type Run = { subnet_id: number; started_at: number; finished_at: number };

/** Sweeps since a moment: milliseconds of each minute in which any ran, and the longest wait beyond a subnet's turn. */
export function sweepsSince(
	path: string,
	since: number,
	until: number,
): { busyMs: number; lagMs: number; runs: number } {
	const runs = ask<Run>(
		path,
		"SELECT subnet_id, started_at, finished_at FROM sweep_run WHERE state = 'done' AND started_at >= ? ORDER BY started_at",
		since,
	);
	let busy = 0;
	let end = since;
	for (const run of runs) {
		busy += Math.max(0, run.finished_at - Math.max(end, run.started_at));
		end = Math.max(end, run.finished_at);
	}
	const last = new Map<number, number>();
	let lagMs = 0;
	for (const run of runs) {
		const before = last.get(run.subnet_id);
		// An interval of 60 s may come a tenth late by its jitter.
		if (before !== undefined) lagMs = Math.max(lagMs, run.started_at - before - 66_000);
		last.set(run.subnet_id, run.started_at);
	}
	return { busyMs: (busy * MINUTE) / (until - since), lagMs, runs: runs.length };
}
