/** The database is held by somebody else (fault F-03): who reads is answered at once, who writes waits without holding anybody up. */

import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BOUNDS } from "../../src/config.ts";
import { createDoor, type Door } from "../../src/http/door.ts";
import { type Db, openDatabase } from "../../src/store/database.ts";
import { openRig, type Rig } from "../helpers/app.ts";
import { type HandClock, handClock } from "../helpers/clock.ts";

let folder: string;
let path: string;
let other: Database | undefined;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "rollcall-door-"));
	path = join(folder, "ipam.db");
});
afterEach(() => {
	other?.close();
	other = undefined;
	rmSync(folder, { recursive: true, force: true });
});

/** Another program begins to write. */
function hold(): void {
	other = new Database(path, { readwrite: true, create: false });
	other.run("BEGIN IMMEDIATE");
}

const letGo = () => other?.run("ROLLBACK");

describe("the door, by a clock that is cranked", () => {
	let db: Db;
	let clock: HandClock;
	let door: Door;
	beforeEach(() => {
		db = openDatabase(path, { busyMs: 5_000 });
		clock = handClock();
		door = createDoor({ ...BOUNDS, db, clock, doorQueue: 3 });
	});
	afterEach(() => db.close());

	test("free: at once, and nothing is left behind", async () => {
		expect(await door()).toBe(true);
		expect(db.inTransaction).toBe(false);
		expect(db.query("PRAGMA busy_timeout").get()).toEqual({ timeout: 5_000 });
	});

	test("one look serves the next milliseconds, and no longer", async () => {
		expect(await door()).toBe(true);
		hold();
		expect(await door()).toBe(true);
		await clock.advance(BOUNDS.doorOpenMs);
		const late = door();
		letGo();
		await clock.advance(100);
		expect(await late).toBe(true);
	});

	test("held, then free: all who wait go on", async () => {
		hold();
		const all = Promise.all([door(), door(), door()]);
		await clock.advance(2_000);
		letGo();
		await clock.advance(100);
		expect(await all).toEqual([true, true, true]);
		expect(await door()).toBe(true);
	});

	test("held for too long: no; and one more than may wait is told so at once", async () => {
		hold();
		const all = Promise.all([door(), door(), door()]);
		expect(await door()).toBe(false);
		await clock.advance(BOUNDS.doorMs + 100);
		expect(await all).toEqual([false, false, false]);
		letGo();
		await clock.advance(BOUNDS.doorLookMaxMs);
		expect(await door()).toBe(true);
	});
});

describe("a whole Rollcall", () => {
	let rig: Rig;
	let clock: HandClock;
	beforeEach(async () => {
		clock = handClock();
		rig = await openRig({ DATABASE_URL: path }, { clock });
	});
	afterEach(() => rig.close());

	/** The longest time in which nothing else could happen, in milliseconds, while `work` is under way. */
	async function stall(work: () => Promise<unknown>): Promise<number> {
		let last = performance.now();
		let longest = 0;
		const look = setInterval(() => {
			longest = Math.max(longest, performance.now() - last);
			last = performance.now();
		}, 1);
		await work();
		clearInterval(look);
		return Math.max(longest, performance.now() - last);
	}

	test("reads are answered, a write goes on as soon as it can", async () => {
		const made = await rig.send("POST", "/api/v1/subnets", { cidr: "10.0.0.0/24", name: "Office" });
		expect(made.status).toBe(201);
		await clock.advance(BOUNDS.doorOpenMs);
		const stood: number[] = [];
		// Waiting in the database would hold it up each time; a machine that is busy with others does so now and then.
		for (let n = 1; n <= 5 && !(Math.min(...stood) < BOUNDS.mainBusyMs); n++) {
			hold();
			const writing = rig.send("POST", "/api/v1/hosts", { ip: `10.0.0.${n}` });
			const pages = async () => {
				for (const at of ["/", "/subnets/1", "/api/v1/hosts", "/healthz"])
					expect((await rig.get(at)).status).toBe(200);
				await clock.advance(1_000);
			};
			stood.push(await stall(pages));
			letGo();
			await clock.advance(BOUNDS.doorLookMaxMs);
			expect((await writing).status).toBe(201);
		}
		expect(Math.min(...stood)).toBeLessThan(BOUNDS.mainBusyMs);
	});

	test.each([
		["a script", () => rig.send("POST", "/api/v1/subnets", { cidr: "10.0.0.0/24" })],
		["a form", () => rig.post("/subnets", { cidr: "10.0.0.0/24", name: "" })],
	])("it does not come in 5 s: %s is told when to come again, and nothing is written", async (_, send) => {
		hold();
		const sent = send();
		await clock.advance(BOUNDS.doorMs + 100);
		const answer = await sent;
		expect({ status: answer.status, again: answer.headers.get("retry-after") }).toEqual({
			status: 503,
			again: "2",
		});
		expect(answer.text).toContain("Something else is writing to the database");
		letGo();
		expect(rig.app.context.db.query("SELECT count(*) AS n FROM subnet").get()).toEqual({ n: 0 });
	});

	test("what was typed into a form is shown again, with a button that sends it", async () => {
		hold();
		const sent = rig.post("/subnets", { cidr: "10.0.0.0/24", name: "Office & co" });
		await clock.advance(BOUNDS.doorMs + 100);
		const { status, text } = await sent;
		expect(status).toBe(503);
		expect(text).toContain("Nothing is stored yet");
		expect(text).toContain('<input type="hidden" name="name" value="Office &amp; co"');
		expect(text).not.toContain("signed out");
		letGo();
	});

	test("whether a host answers can be asked all the same", async () => {
		hold();
		// There is no such host: what counts is that it is looked for, and not waited for.
		expect((await rig.send("POST", "/api/v1/hosts/7/ping")).status).toBe(404);
	});
});
