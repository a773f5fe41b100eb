/** Sign-ins that failed: who and from where stands in the record and the log, whatever was typed does not, in few lines. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { TRUST_BOUNDS } from "../../src/config/trust.ts";
import type { Context } from "../../src/context.ts";
import { AppError } from "../../src/errors.ts";
import { type FailedTry, openFailedSignIns } from "../../src/ipam/failed-sign-ins.ts";
import { openPasswords } from "../../src/ipam/passwords.ts";
import { fingerprint } from "../../src/ipam/secrets.ts";
import { openSession } from "../../src/ipam/sessions.ts";
import { type Log, silentLog } from "../../src/log.ts";
import { type Db, openDatabase } from "../../src/store/database.ts";
import { listEvents } from "../../src/store/events.ts";
import { insertUser, updateUser, writeTotp } from "../../src/store/users.ts";
import { type HandClock, handClock } from "../helpers/clock.ts";
import { PASSWORD } from "../helpers/signed.ts";

const HOME = "192.0.2.7";
/** Hashes that cost nothing: this is about what is written of a try. */
const CHEAP = { algorithm: "argon2id", memoryCost: 8, timeCost: 1 } as const;
const HASH = await Bun.password.hash(PASSWORD, CHEAP);
const NOBODYS = await Bun.password.hash("nobody's", CHEAP);
const BOUNDS = { ...TRUST_BOUNDS, hashMemoryKib: 8, hashPasses: 1 };

let db: Db;
let clock: HandClock;
let lines: { text: string; facts: Record<string, unknown> }[];
let log: Log;
beforeEach(() => {
	db = openDatabase(":memory:", { busyMs: 100 });
	clock = handClock();
	lines = [];
	log = { ...silentLog, warning: (text, facts = {}) => void lines.push({ text, facts }) };
	for (const name of ["ada", "bob", "eve"]) insertUser(db, { name, role: "admin", passwordHash: HASH }, 1);
	writeTotp(db, 2, new Uint8Array(20), [], 1);
	updateUser(db, 3, { role: "admin", disabledAt: 1 }, 1);
});
afterEach(() => db.close());

const told = () => listEvents(db, { limit: 1_000 }).reverse();

/** "in", "wrong", or "held" where it was not looked at. */
async function tryIn(given: { name: string; password: string; code?: string; from?: string }, on = open()) {
	try {
		const code = "code" in given ? given.code : "";
		const admitted = await on.check({ from: HOME, ...given, code });
		return admitted === undefined ? "wrong" : "in";
	} catch (error) {
		if (error instanceof AppError && error.code === "limited") return "held";
		throw error;
	}
}
const open = () => openPasswords({ db, clock, log }, BOUNDS, NOBODYS);

describe("what is told of a try", () => {
	const SLIP = "hunter2-typed-as-a-name";
	test.each([
		["a wrong password", { name: "ada", password: "wrong" }, { label: "ada", wrong: "password" }],
		["the name in capitals", { name: " ADA ", password: "wrong" }, { label: "ada", wrong: "password" }],
		["a name that nobody has", { name: SLIP, password: "wrong" }, { label: "", wrong: "name" }],
		["a name of a megabyte", { name: SLIP.repeat(50_000), password: "x" }, { label: "", wrong: "name" }],
		["no name", { name: "", password: SLIP }, { label: "", wrong: "name" }],
		[
			"the right password, the wrong code",
			{ name: "bob", password: PASSWORD, code: "000000" },
			{ label: "bob", wrong: "code" },
		],
		[
			"a wrong password with a code",
			{ name: "bob", password: SLIP, code: "000000" },
			{ label: "bob", wrong: "password" },
		],
		[
			"somebody who may not sign in any more",
			{ name: "eve", password: PASSWORD },
			{ label: "eve", wrong: "disabled account" },
		],
	] as const)("%s", async (_, given, { label, wrong }) => {
		expect(await tryIn(given)).toBe("wrong");
		expect(told()).toMatchObject([{ kind: "sign_in_failed", label, detail: { from: HOME, times: 1 } }]);
		expect(told()[0]?.by).toBeUndefined();
		const account = label === "" ? "of nobody" : label;
		expect(lines).toEqual([{ text: "sign-in failed", facts: { account, from: HOME, times: 1, wrong } }]);
		// The record is read by everybody: it must not say that a password was right, nor repeat what was typed.
		expect(JSON.stringify(told())).not.toMatch(/code|disabled|hunter2/);
		expect(JSON.stringify(lines)).not.toContain("hunter2");
		expect(Buffer.from(db.serialize()).includes("hunter2")).toBe(false);
	});

	test("who is signed in and types a wrong own password is named as who did it", async () => {
		expect(await tryIn({ name: "ada", password: "wrong", code: undefined as never })).toBe("wrong");
		expect(told()).toMatchObject([
			{
				label: "ada",
				detail: { times: 1, source: "own password" },
				by: { kind: "person", id: 1, name: "ada", from: HOME },
			},
		]);
	});

	test("a recovery code is told as one, with how many are left", async () => {
		const codes = ["aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb"];
		writeTotp(db, 2, new Uint8Array(20), codes.map(fingerprint), 1);
		const check = (code: string) => open().check({ name: "bob", password: PASSWORD, code, from: HOME });
		expect(await check("aaaa-AAAA aaaaaaaa")).toMatchObject({ recovery: true, user: { name: "bob" } });
		expect(await check("aaaaaaaaaaaaaaaa")).toBeUndefined();
		const admitted = await open().check({ name: "ada", password: PASSWORD, code: "", from: HOME });
		expect(admitted).toMatchObject({ recovery: false, user: { name: "ada" } });
		const bob = await check("bbbbbbbbbbbbbbbb");
		if (bob === undefined) throw new Error("a second code is not taken");
		const actor = { kind: "person", id: 2, name: "bob", from: HOME } as const;
		const context = { db, clock, random: () => 0.5, actor } as unknown as Context;
		openSession(context, bob.user, "", bob.recovery);
		openSession({ ...context, random: () => 0.25 }, bob.user, "");
		expect(told().slice(-2)).toMatchObject([
			{ kind: "signed_in", detail: { source: "recovery code", left: 0 } },
			{ kind: "signed_in", detail: {} },
		]);
		expect(JSON.stringify([told(), lines])).not.toMatch(/aaaa|bbbb/);
	});

	test("a right one is none of it, and ends the row", async () => {
		for (const password of ["x", PASSWORD, "x"]) await tryIn({ name: "ada", password });
		expect(told().map(({ detail }) => detail.times)).toEqual([1, 1]);
	});
});

describe("few lines", () => {
	const failed = (more: Partial<FailedTry>): FailedTry => ({
		...{ account: "ada", from: HOME, times: 1, by: undefined, wrong: "password", ...more },
	});
	const BOTH = { failuresTold: 3, failureToldMs: 60_000 };

	test("of tries in a row the first, second, fifth, tenth … are told", () => {
		const { note } = openFailedSignIns({ db, clock, log }, { ...BOTH, failuresTold: 99 });
		for (let times = 1; times <= 10_000; times++) note(failed({ times }));
		expect(told().map(({ detail }) => detail.times)).toEqual(
			[1, 2, 5]
				.flatMap((n) => [n, n * 10, n * 100, n * 1_000])
				.concat(10_000)
				.sort((a, b) => a - b),
		);
		expect(lines).toHaveLength(13);
	});

	test("of a crowd so many at once, then one a while; all others are summed up, once", async () => {
		const { note, sum } = openFailedSignIns({ db, clock, log }, BOTH);
		const crowd = (count: number) => {
			for (let n = 0; n < count; n++) note(failed({ from: `198.51.100.${n}` }));
		};
		crowd(100);
		sum();
		sum();
		expect(told().map(({ detail }) => detail.more ?? detail.times)).toEqual([1, 1, 1, 97]);
		await clock.advance(59_999);
		crowd(1);
		await clock.advance(1);
		crowd(2);
		sum();
		expect(
			told()
				.slice(4)
				.map(({ detail }) => detail.more ?? detail.times),
		).toEqual([1, 2]);
		await clock.advance(3_600_000);
		crowd(9);
		expect(told()).toHaveLength(9);
		expect(lines).toHaveLength(told().length);
	});

	test("a day of an attack from ever new addresses is some hundred lines", async () => {
		const { note, sum } = openFailedSignIns({ db, clock, log }, BOUNDS);
		for (let minute = 0; minute < 1_440; minute++) {
			for (let n = 0; n < 60; n++) note(failed({ from: `2001:db8:${minute}:${n}::1` }));
			await clock.advance(60_000);
			if (minute % 5 === 4) sum();
		}
		expect(told().length).toBeLessThan(620);
		const sums = told().reduce((all, { detail }) => all + Number(detail.more ?? 1), 0);
		expect(sums).toBe(1_440 * 60);
	});

	test("what waits is not looked at, and not told", async () => {
		const verdicts = [];
		for (let n = 0; n < 50; n++) verdicts.push(await tryIn({ name: "ada", password: `wrong ${n}` }));
		expect(verdicts.filter((verdict) => verdict === "held")).toHaveLength(45);
		expect(told().map(({ detail }) => detail.times)).toEqual([1, 2, 5]);
	});
});
