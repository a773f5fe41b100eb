/**
 * A power cut (fault F-02), as the disk may be found after it: the end of the log missing, of zeros or of noise, or pages
 * of the file half written while the log was moved into it. The file opens, agrees with itself, and what is there is
 * everything up to some moment: never a later write without an earlier one, never half of one.
 */

import { afterAll, beforeAll, expect, test } from "bun:test";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config.ts";
import { reserveAddress } from "../../src/ipam/hosts.ts";
import { createSubnet } from "../../src/ipam/subnets.ts";
import { silentLog } from "../../src/log.ts";
import { openDatabase } from "../../src/store/database.ts";
import { wrongs } from "../helpers/filled.ts";
import { random } from "../helpers/world.ts";

const WRITES = 40;
/** Of the log: its header, and in front of each page. */
const HEAD_BYTES = 32;
const FRAME_BYTES = 24;
const PAGE_BYTES = 4_096;

let folder: string;
/** Copies of file and log as they were after so many writes. */
const moments: { readonly path: string; readonly writes: number }[] = [];

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "rollcall-power-"));
	const path = join(folder, "ipam.db");
	const config = loadConfig({ env: { DATABASE_URL: path } });
	const { context, close } = await openApp(config, { listen: false, log: silentLog });
	const values = { name: "", notes: "", gateway: "", sweepIntervalS: 60, sweepEnabled: false };
	createSubnet(context, "10.0.0.0/24", values);
	for (let n = 1; n <= WRITES; n++) {
		reserveAddress(context, `10.0.0.${n}`, {
			hostname: `host-${n}`,
			description: "",
			tags: ["a"],
			notes: "",
		});
		// The log begins anew now and then, with what is left of the old one behind its end.
		if (n % 15 === 0) context.db.run("PRAGMA wal_checkpoint(RESTART)");
		if (n % 5 !== 2) continue;
		const copy = join(folder, `after-${n}.db`);
		copyFileSync(path, copy);
		copyFileSync(`${path}-wal`, `${copy}-wal`);
		moments.push({ path: copy, writes: n });
	}
	await close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Opens what was found after the cut; answers how many of the writes are there. */
function findWrites(path: string): number {
	const db = openDatabase(path, { busyMs: 100 });
	try {
		expect(wrongs(db)).toEqual([]);
		const names = db
			.query<{ n: number }, []>("SELECT CAST(substr(hostname, 6) AS INTEGER) AS n FROM host ORDER BY n")
			.all();
		expect(names.map(({ n }) => n)).toEqual(names.map((_, i) => i + 1));
		const told = db
			.query<{ n: number }, []>("SELECT count(*) AS n FROM event WHERE kind = 'host_edited'")
			.get();
		expect(told?.n).toBe(names.length);
		return names.length;
	} finally {
		db.close();
	}
}

/** A copy to spoil. */
function cutAt({ path }: (typeof moments)[number]): string {
	const copy = join(folder, "cut.db");
	for (const end of ["", "-wal", "-shm"]) rmSync(`${copy}${end}`, { force: true });
	copyFileSync(path, copy);
	copyFileSync(`${path}-wal`, `${copy}-wal`);
	return copy;
}

type Frame = { readonly at: number; readonly page: number };

/** The pages in the log that count: those that carry the marks of its header. */
function framesOf(wal: Buffer): Frame[] {
	const frames: Frame[] = [];
	for (let at = HEAD_BYTES; at + FRAME_BYTES + PAGE_BYTES <= wal.length; at += FRAME_BYTES + PAGE_BYTES) {
		if (!wal.subarray(at + 8, at + 16).equals(wal.subarray(16, 24))) break;
		frames.push({ at, page: wal.readUInt32BE(at) });
	}
	return frames;
}

const endOf = (frames: readonly Frame[]) => (frames.at(-1)?.at ?? HEAD_BYTES) + FRAME_BYTES + PAGE_BYTES;

const SPOILS: [string, (wal: string, bytes: Buffer, from: number) => void][] = [
	["missing", (wal, _, from) => truncateSync(wal, from)],
	["zeros", (wal, bytes, from) => writeFileSync(wal, bytes.fill(0, from, endOf(framesOf(bytes))))],
	["noise", (wal, bytes, from) => writeFileSync(wal, bytes.fill(0xa5, from, endOf(framesOf(bytes))))],
];

test.each(SPOILS)("the end of the log is %s: all but the last write is there", (_, spoil) => {
	const roll = random(7);
	for (const moment of moments) {
		const path = cutAt(moment);
		const bytes = readFileSync(`${path}-wal`);
		const lost = 1 + Math.floor(roll() * (PAGE_BYTES - 1));
		spoil(`${path}-wal`, bytes, endOf(framesOf(bytes)) - lost);
		expect(moment.writes - findWrites(path)).toBeWithin(0, 2);
	}
});

test.each(SPOILS)("from any place on the log is %s: everything up to a moment is there", (_, spoil) => {
	const roll = random(11);
	let some = 0;
	for (const moment of moments) {
		const path = cutAt(moment);
		const bytes = readFileSync(`${path}-wal`);
		const end = endOf(framesOf(bytes));
		spoil(`${path}-wal`, bytes, HEAD_BYTES + Math.floor(roll() * (end - HEAD_BYTES)));
		const found = findWrites(path);
		expect(found).toBeLessThanOrEqual(moment.writes);
		if (found > 0 && found < moment.writes) some += 1;
	}
	expect(some).toBeGreaterThan(0);
});

test("pages half written while the log was moved into the file: every write is there", () => {
	const roll = random(13);
	for (const moment of moments) {
		const path = cutAt(moment);
		const file = readFileSync(path);
		for (const { page } of framesOf(readFileSync(`${path}-wal`))) {
			const at = (page - 1) * PAGE_BYTES;
			const half = at + Math.floor(roll() * PAGE_BYTES);
			if (roll() < 0.5 && half < file.length) file.fill(0xa5, half, Math.min(file.length, at + PAGE_BYTES));
		}
		writeFileSync(path, file);
		expect(findWrites(path)).toBe(moment.writes);
	}
});
