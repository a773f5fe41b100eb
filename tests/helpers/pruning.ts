/** A database with a past that is pruned by a clock cranked by hand. Knows the rows and the wish, and that a prune ends. */

import { expect } from "bun:test";
import { BOUNDS } from "../../src/config.ts";
import { silentLog } from "../../src/log.ts";
import { neverSeen } from "../../src/model/presence.ts";
import { HOUR_MS } from "../../src/model/uptime.ts";
import { type Db, openDatabase } from "../../src/store/database.ts";
import { addAnswers, insertFoundHost, insertSample } from "../../src/store/history.ts";
import { readSetting, writeSetting } from "../../src/store/settings.ts";
import { insertSubnet } from "../../src/store/subnets.ts";
import { openRetention } from "../../src/sweeps/retention.ts";
import { type HandClock, handClock } from "./clock.ts";
import { address, cidr } from "./network.ts";

export const MINUTE = 60_000;
export const DAY_MS = 24 * HOUR_MS;
export const START = Date.UTC(2026, 9, 1);

type Options = Partial<Parameters<typeof openRetention>[0]>;

export type Pruning = {
	readonly db: Db;
	readonly clock: HandClock;
	/** A host of 10.0.0.0/24 that is up; answers its id. */
	addHost(ip: string): number;
	/** A sample every `stepMs`, each tenth of them silent. */
	measure(hostId: number, from: number, to: number, stepMs: number): void;
	/** The station that prunes, with other bounds where they are given. */
	open(more?: Options): ReturnType<typeof openRetention>;
	/** As a person asks for it. */
	pruneNow(more?: Options): Promise<void>;
	/** As the timetable asks for it. */
	pruneTonight(more?: Options): Promise<void>;
	count(table: string, where?: string): number;
	/** All rows of a table, to the byte. */
	dump(table: string): string;
};

/** In memory at START, unless it is told where and when. */
export function openPruning(path = ":memory:", now = START): Pruning {
	const db = openDatabase(path, { busyMs: path === ":memory:" ? 100 : 1_000 });
	const clock = handClock(now);
	const values = { name: "", notes: "", gateway: undefined, sweepIntervalS: 60, sweepEnabled: true };
	insertSubnet(db, cidr("10.0.0.0/24"), values, undefined, now);
	const open = (more: Options = {}) =>
		openRetention({
			...BOUNDS,
			db,
			clock,
			log: silentLog,
			rawRetentionDays: 7,
			hourlyRetentionDays: 400,
			...more,
		});
	const pruneTonight = async (more: Options = {}) => {
		writeSetting(db, "prune_asked_at", String(clock.now()));
		const station = open(more);
		station.tick();
		for (let turns = 0; readSetting(db, "prune_asked_at") !== undefined && turns < 100; turns++) {
			await clock.advance(10_000);
		}
		await station.idle();
		expect(readSetting(db, "prune_asked_at")).toBeUndefined();
	};
	return {
		db,
		clock,
		addHost: (ip) => addHost(db, ip),
		measure: (hostId, from, to, stepMs) => measure(db, hostId, from, to, stepMs),
		open,
		pruneNow(more = {}) {
			writeSetting(db, "prune_confirmed", "yes");
			return pruneTonight(more);
		},
		pruneTonight,
		count: (table, where = "1") =>
			(db.query(`SELECT count(*) AS n FROM ${table} WHERE ${where}`).get() as { n: number }).n,
		dump: (table) => JSON.stringify(db.query(`SELECT * FROM ${table}`).values()),
	};
}

function addHost(db: Db, ip: string): number {
	const found = {
		...neverSeen,
		status: "up",
		statusSince: START,
		lastSeenAt: START,
		latencyUs: 400,
	} as const;
	const id = insertFoundHost(db, 1, address(ip), found);
	db.run(
		"UPDATE host SET status = 'up', status_order = 0, first_seen_at = ?1, last_seen_at = ?1 WHERE id = ?2",
		[START, id],
	);
	return id;
}

function measure(db: Db, hostId: number, from: number, to: number, stepMs: number): void {
	db.transaction(() => {
		for (let at = from; at < to; at += stepMs) {
			const silent = (at / stepMs) % 10 === 3;
			insertSample(db, hostId, at, silent ? undefined : 500);
			addAnswers(db, at, silent ? 0 : 1, silent ? 1 : 0);
		}
	})();
}
