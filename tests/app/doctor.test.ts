/** The doctor of a process that serves: what it remembers of the clock, when it tells open pages, what it costs. */

import { afterEach, expect, test } from "bun:test";
import { openDoctor } from "../../src/app/doctor.ts";
import { loadConfig } from "../../src/config.ts";
import { createBus, type News } from "../../src/events/bus.ts";
import { silentLog } from "../../src/log.ts";
import { type Db, openDatabase } from "../../src/store/database.ts";
import { writeSetting } from "../../src/store/settings.ts";
import type { ProbeState } from "../../src/sweeps/thread.ts";
import { handClock } from "../helpers/clock.ts";

let db: Db | undefined;
afterEach(() => db?.close());

const RAW: ProbeState = {
	manners: { method: "raw", note: undefined, arp: true },
	trouble: undefined,
};

function open() {
	const clock = handClock();
	const own = openDatabase(":memory:", { busyMs: 100 });
	db = own;
	const bus = createBus({ ring: 8 });
	const told: News[] = [];
	bus.subscribe(({ news }) => void told.push(news));
	const config = loadConfig({ env: { DATABASE_URL: ":memory:", PTR_SERVER: "10.0.0.53" } });
	let state = RAW;
	const doctor = openDoctor(
		{ config, db: own, bus, log: silentLog, clock, random: () => 0.5 },
		{
			probing: () => state,
			damage: () => undefined,
			scanner: { name: "nmap", says: "nmap.", notes: [] },
		},
	);
	const line = (name: string) => doctor.checks().find((check) => check.name === name);
	return { clock, db: own, told, doctor, line, become: (next: ProbeState) => (state = next) };
}

test("a clock that is set back is told for an hour, then forgotten; one that runs is not", async () => {
	const { clock, doctor, line } = open();
	doctor.look();
	await clock.advance(60_000);
	doctor.look();
	expect(line("Clock")).toMatchObject({ state: "ok" });
	clock.setWall(clock.now() - 7_200_000);
	doctor.look();
	expect(line("Clock")).toMatchObject({ state: "warn", mend: "sudo timedatectl set-ntp true" });
	expect(doctor.alarm()).toMatchObject({
		level: "warn",
		says: expect.stringContaining("set back by 7200 s"),
	});
	await clock.advance(3_700_000);
	doctor.look();
	expect(line("Clock")).toMatchObject({ state: "ok" });
});

test("rows from the future: the clock is wrong, whenever it was set", () => {
	const { clock, db, line } = open();
	db.run(
		`INSERT INTO subnet (cidr, first_key, last_key, prefix, last_sweep_at, created_at, updated_at)
		VALUES ('127.9.0.0/30', x'00', x'01', 30, ${clock.now() + 3_600_000}, 1, 1)`,
	);
	expect(line("Clock")).toMatchObject({ state: "bad" });
});

test("open pages are told when the light changes, and only then", async () => {
	const { clock, db, told, doctor, become } = open();
	doctor.look();
	expect(told).toEqual([]);
	become({ ...RAW, trouble: { says: "The database is held by another program.", fault: "busy" } });
	doctor.look();
	await clock.advance(5_000);
	doctor.look();
	const says = "Another program holds the database: nothing is recorded.";
	expect(told).toEqual([{ kind: "trouble", problem: says }]);
	become(RAW);
	doctor.look();
	expect(told.at(-1)).toEqual({ kind: "trouble", problem: undefined });
	writeSetting(db, "names_fail", JSON.stringify({ since: clock.now(), reason: "silence" }));
	expect(doctor.alarm()).toBeUndefined();
	await clock.advance(1_000);
	expect(doctor.alarm()?.says).toContain("name server does not answer");
});

test("rows that cannot be read are a line of the doctor, not an exception", () => {
	const { db, doctor, line } = open();
	db.run("DROP TABLE setting");
	expect(line("Database")).toMatchObject({ state: "bad" });
	expect(doctor.alarm()?.level).toBe("bad");
});
