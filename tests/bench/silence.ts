/** Everybody silent at once, and everybody back: what is told of it, and what storing it costs. Opens no ground. */

import { recordDowns } from "../../src/sweeps/recorder.ts";
import { nft } from "../helpers/netns.ts";
import type { Figure } from "./measure.ts";
import { addHosts, connect } from "./past-ground.ts";
import { ask, type YearsGround } from "./years-ground.ts";

const SECOND = 1_000;

/** For the far namespace: who is asked there hears nothing. */
const SILENCE = `table ip t {
	chain c {
		type filter hook input priority 0;
		ip daddr { 10.140.0.0/16, 10.141.0.0/16 } drop
	}
}`;

/** Nobody answers any more, and then everybody again. The way to them works: their gateway answers. */
export async function silence(ground: YearsGround): Promise<Figure[]> {
	const since = Date.now();
	const [{ n: ups = 0 } = {}] = ask<{ n: number }>(
		ground.path,
		"SELECT count(*) AS n FROM host WHERE status = 'up'",
	);
	const count = (kinds: string) =>
		ask<{ n: number }>(
			ground.path,
			`SELECT count(*) AS n FROM event WHERE ts >= ? AND kind IN (${kinds})`,
			since,
		)[0]?.n ?? 0;
	nft(ground.lab, "far", SILENCE);
	const [{ n: subnets = 0 } = {}] = ask<{ n: number }>(ground.path, "SELECT count(*) AS n FROM subnet");
	const down = () =>
		ask<{ n: number }>(ground.path, "SELECT count(*) AS n FROM host WHERE status = 'down'")[0]?.n ?? 0;
	for (let tries = 0; tries < 150 && down() < ups; tries++) await Bun.sleep(SECOND);
	const fallen = down();
	const most = ask<{ n: number }>(
		ground.path,
		"SELECT count(*) AS n FROM event WHERE ts >= ? AND kind = 'subnet_down' GROUP BY subnet_id ORDER BY n DESC LIMIT 1",
		since,
	)[0]?.n;
	nft(ground.lab, "far", "");
	return [
		{
			name: "all silent: hosts told down",
			value: ups - fallen,
			unit: "missing",
			limit: 0,
			note: `${fallen} down in ${((Date.now() - since) / SECOND).toFixed(0)} s`,
		},
		{
			name: "all silent: events of one subnet, at most",
			value: most ?? 0,
			unit: "",
			limit: 1,
			note: `${count("'subnet_down'")} grouped for ${subnets} subnets, ${count("'host_down'")} single`,
		},
	];
}

/** 2,000 hosts of one subnet down in one transaction, on the same gigabyte. */
export function storing(ground: YearsGround): Figure[] {
	const db = connect(ground.path);
	const at = Date.now();
	const subnetId = addHosts(db, "10.142.0.0/20", 2_000, at);
	const addresses = Array.from({ length: 2_000 }, (_, i) => 0xffff_0a8e_0001n + BigInt(i));
	const run = { id: 0, subnetId } as Parameters<typeof recordDowns>[1]["run"];
	const began = performance.now();
	const before = { up: addresses.length, seen: addresses.length };
	const recording = { run, known: new Set(addresses), first: false, before };
	const recorded = recordDowns(db, recording, addresses, at);
	const ms = performance.now() - began;
	db.query("DELETE FROM subnet WHERE id = ?").run(subnetId);
	db.close();
	const note = `${recorded.hostIds.length} hosts, ${recorded.events.length} event`;
	return [{ name: "2,000 hosts down in one sweep, stored", value: ms, unit: "ms", limit: 2_000, note }];
}
