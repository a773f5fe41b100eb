/** The one check of passwords: how wrong tries are slowed down, whom that must not hold up, how many hashes run. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { TRUST_BOUNDS } from "../../src/config/trust.ts";
import { AppError } from "../../src/errors.ts";
import { openPasswords, type PasswordBounds } from "../../src/ipam/passwords.ts";
import { silentLog } from "../../src/log.ts";
import { type Db, openDatabase } from "../../src/store/database.ts";
import { insertUser } from "../../src/store/users.ts";
import { handClock } from "../helpers/clock.ts";
import { PASSWORD, PASSWORD_HASH } from "../helpers/signed.ts";

let db: Db;
let clock: ReturnType<typeof handClock>;
beforeEach(() => {
	db = openDatabase(":memory:", { busyMs: 100 });
	clock = handClock();
	for (const name of ["ada", "bob"]) insertUser(db, { name, role: "admin", passwordHash: CHEAP_HASH }, 1);
});
afterEach(() => db.close());

const HOME = "192.0.2.7";
/** Hashes that cost nothing: nearly all of this is about counting. */
const CHEAP = { algorithm: "argon2id", memoryCost: 8, timeCost: 1 } as const;
const CHEAP_HASH = await Bun.password.hash(PASSWORD, CHEAP);
const NOBODYS = await Bun.password.hash("nobody's", CHEAP);
const open = (more: Partial<PasswordBounds> = {}) =>
	openPasswords(
		{ db, clock, log: silentLog },
		{ ...TRUST_BOUNDS, hashMemoryKib: 8, hashPasses: 1, ...more },
		NOBODYS,
	);
const real = (more: Partial<PasswordBounds> = {}) =>
	openPasswords({ db, clock, log: silentLog }, { ...TRUST_BOUNDS, ...more });

type Verdict = "in" | "wrong" | number;

/** "in", "wrong", or the seconds to wait. */
async function tryIn(name: string, password: string, from: string, on = open()): Promise<Verdict> {
	try {
		return (await on.check({ name, password, code: "", from })) === undefined ? "wrong" : "in";
	} catch (error) {
		if (error instanceof AppError && error.code === "limited") return Number(error.detail?.retryAfterS);
		throw error;
	}
}

async function fail(times: number, name: string, from: (n: number) => string): Promise<Verdict[]> {
	const verdicts: Verdict[] = [];
	for (let n = 0; n < times; n++) verdicts.push(await tryIn(name, `wrong ${n}`, from(n)));
	return verdicts;
}

describe("wrong tries", () => {
	test("five cost nothing, then the wait doubles from a second up to a quarter of an hour", async () => {
		expect(await fail(6, "nobody", () => HOME)).toEqual([...Array<Verdict>(5).fill("wrong"), 1]);
		const waits: number[] = [];
		for (let n = 0; n < 14; n++) {
			const wait = await tryIn(`nobody ${n}`, "wrong", HOME);
			waits.push(Number(wait));
			clock.setWall(clock.now() + Number(wait) * 1_000);
			expect(await tryIn(`nobody ${n}`, "wrong", HOME)).toBe("wrong");
		}
		expect(waits.slice(0, 10)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512]);
		expect(Math.max(...waits)).toBe(900);
	});

	test("during the wait nothing is looked at: the right password waits too, and guesses do not count", async () => {
		await fail(5, "ada", () => HOME);
		expect(await tryIn("ada", PASSWORD, HOME)).toBe(1);
		await fail(50, "ada", () => HOME);
		clock.setWall(clock.now() + 1_000);
		expect(await tryIn("ada", PASSWORD, HOME)).toBe("in");
	});

	test("two hundred from two hundred addresses: the account is slowed down, its owner at home is not", async () => {
		expect(await tryIn("ada", PASSWORD, HOME)).toBe("in");
		const verdicts = await fail(200, "ada", (n) => `198.51.100.${n}`);
		expect(verdicts.filter((verdict) => verdict === "wrong")).toHaveLength(5);
		expect(await tryIn("ada", PASSWORD, HOME)).toBe("in");
		expect(await tryIn("bob", PASSWORD, "203.0.113.9")).toBe("in");
	});

	test("nobody who knows a name can keep its owner out: elsewhere it is at most a minute", async () => {
		for (let n = 0; n < 40; n++) {
			const wait = await tryIn("ada", "wrong", `198.51.100.${n}`);
			if (typeof wait === "number") {
				expect(wait).toBeLessThanOrEqual(60);
				clock.setWall(clock.now() + wait * 1_000);
				await tryIn("ada", "wrong", `198.51.101.${n}`);
			}
		}
		clock.setWall(clock.now() + 60_000);
		expect(await tryIn("ada", PASSWORD, "203.0.113.9")).toBe("in");
	});

	test("two hundred names from one address: the address is slowed down, others are not", async () => {
		const verdicts: Verdict[] = [];
		for (let n = 0; n < 200; n++) verdicts.push(await tryIn(`name${n}`, "wrong", HOME));
		expect(verdicts.filter((verdict) => verdict === "wrong")).toHaveLength(5);
		expect(await tryIn("bob", PASSWORD, "203.0.113.9")).toBe("in");
	});

	test("a password of his own buys nobody new tries at others from the same address", async () => {
		// Bob sits in the same office as Ada: both are known there.
		for (const name of ["ada", "bob"]) expect(await tryIn(name, PASSWORD, HOME)).toBe("in");
		const verdicts: Verdict[] = [];
		for (let n = 0; n < 30; n++) {
			verdicts.push(await tryIn("ada", `wrong ${n}`, HOME));
			expect(await tryIn("bob", PASSWORD, HOME)).toBe("in");
		}
		expect(verdicts.filter((verdict) => verdict === "wrong")).toHaveLength(5);
		// Nor at somebody who was never there.
		expect(await tryIn("carol", "wrong", HOME)).toBeGreaterThan(0);
	});

	test("whoever shares an address with an attacker is not held up for more than a minute", async () => {
		expect(await tryIn("ada", PASSWORD, HOME)).toBe("in");
		for (let n = 0; n < 24; n++) {
			const wait = await tryIn(`name${n}`, "wrong", HOME);
			if (typeof wait === "number") clock.setWall(clock.now() + wait * 1_000);
		}
		expect(await tryIn("name", "wrong", HOME)).toBe("wrong");
		expect(await tryIn("name", "wrong", HOME)).toBeGreaterThan(60);
		expect(await tryIn("ada", PASSWORD, HOME)).toBe("in");
		for (let n = 0; n < 40; n++) {
			const wait = await tryIn("ada", "wrong", HOME);
			if (typeof wait !== "number") continue;
			expect(wait).toBeLessThanOrEqual(60);
			clock.setWall(clock.now() + wait * 1_000);
		}
		clock.setWall(clock.now() + 60_000);
		expect(await tryIn("ada", PASSWORD, HOME)).toBe("in");
	});

	test("own slips are forgiven once the password was right", async () => {
		for (let day = 0; day < 10; day++) {
			for (let n = 0; n < 4; n++) expect(await tryIn("ada", "slip", HOME)).toBe("wrong");
			expect(await tryIn("ada", PASSWORD, HOME)).toBe("in");
		}
		expect(await tryIn("bob", PASSWORD, HOME)).toBe("in");
	});

	test("outlive a restart, and are forgotten after a day", async () => {
		await fail(5, "ada", () => HOME);
		expect(await tryIn("ada", PASSWORD, HOME, open())).toBe(1);
		clock.setWall(clock.now() + 25 * 3_600_000);
		expect((await fail(5, "ada", () => HOME)).filter((verdict) => verdict === "wrong")).toHaveLength(5);
	});

	test("of a clock that was ahead by a year hold nobody up for longer than ever", async () => {
		const now = clock.now();
		clock.setWall(now + 365 * 86_400_000);
		await fail(6, "ada", () => HOME);
		clock.setWall(now);
		expect(await tryIn("ada", PASSWORD, HOME)).toBe("in");
	});

	test("of strangers fill no disk", async () => {
		const bounds = { failuresKept: 20, freeFailures: 1_000 };
		for (let n = 0; n < 60; n++) await tryIn(`name${n}`, "", `198.51.${n}.1`, open(bounds));
		const { n } = db.query<{ n: number }, []>("SELECT count(*) AS n FROM login_failure").get() ?? { n: 0 };
		expect(n).toBeLessThanOrEqual(20);
	});
});

test("a damaged hash is nobody's password, and no error", async () => {
	db.run("UPDATE user SET password_hash = '$argon2id$v=19$m=1,t=1,p=1$x$x' WHERE name = 'ada'");
	expect(await tryIn("ada", PASSWORD, HOME)).toBe("wrong");
});

test("passwords that differ only at their end are different ones", async () => {
	const passwords = open();
	const long = "x".repeat(80);
	const id = insertUser(
		db,
		{ name: "eve", role: "viewer", passwordHash: await passwords.hash(`${long}a`) },
		1,
	);
	expect(id).toBe(3);
	expect(await tryIn("eve", `${long}b`, HOME)).toBe("wrong");
	expect(await tryIn("eve", `${long}a`, HOME)).toBe("in");
	for (const [typed, other] of [["Straße é e\u0301 🐎🐎", "Straße e\u0301 é 🐎🐎"]] as const) {
		db.query("UPDATE user SET password_hash = ? WHERE id = 3").run(await passwords.hash(typed));
		expect(await tryIn("eve", other, HOME)).toBe("wrong");
		expect(await tryIn("eve", typed, HOME)).toBe("in");
	}
});

test("at most four hashes run, thirty-two wait, the others are told to come again", async () => {
	const passwords = real();
	const settled = await Promise.allSettled(Array.from({ length: 60 }, () => passwords.hash("x".repeat(20))));
	const refused = settled.filter((one) => one.status === "rejected");
	expect(refused).toHaveLength(24);
	for (const one of refused) expect((one as PromiseRejectedResult).reason).toBeInstanceOf(AppError);
	expect(await passwords.hash("again")).toStartWith("$argon2id$v=19$m=19456,t=2,p=1$");
});

test("a crowd of strangers cannot take the places of those who are known", async () => {
	db.query("UPDATE user SET password_hash = ?").run(PASSWORD_HASH);
	expect(await tryIn("ada", PASSWORD, HOME, real())).toBe("in");
	const passwords = real();
	const crowd = Array.from({ length: 60 }, (_, n) =>
		tryIn(`name${n}`, "wrong", `198.51.100.${n}`, passwords),
	);
	const ada = tryIn("ada", PASSWORD, HOME, passwords);
	const order: string[] = [];
	void ada.then(() => order.push("ada"));
	const verdicts = await Promise.all(crowd.map((one) => one.finally(() => void order.push("stranger"))));
	expect(await ada).toBe("in");
	// One runs and twenty-four wait; she does not wait behind them.
	expect(verdicts.filter((verdict) => verdict === "wrong")).toHaveLength(25);
	expect(order.filter((who, at) => who === "stranger" && at < order.indexOf("ada")).length).toBeLessThan(
		35 + 15,
	);
});

test("a password kept in a weaker form is kept in the present one after the next sign-in, and once", async () => {
	const weak = await Bun.password.hash(PASSWORD, { algorithm: "argon2id", memoryCost: 4_096, timeCost: 1 });
	const old = await Bun.password.hash(PASSWORD, { algorithm: "bcrypt", cost: 4 });
	const hash = () =>
		db.query<{ h: string }, []>("SELECT password_hash AS h FROM user WHERE name = 'ada'").get()?.h ?? "";
	for (const before of [weak, old]) {
		db.query("UPDATE user SET password_hash = ? WHERE name = 'ada'").run(before);
		expect(await tryIn("ada", "wrong", HOME, real())).toBe("wrong");
		expect(hash()).toBe(before);
		expect(await tryIn("ada", PASSWORD, HOME, real())).toBe("in");
		const after = hash();
		expect(after).toStartWith("$argon2id$v=19$m=19456,t=2,p=1$");
		expect(await tryIn("ada", PASSWORD, HOME, real())).toBe("in");
		expect(hash()).toBe(after);
	}
	expect(await tryIn("ada", PASSWORD, HOME, real({ hashMemoryKib: 20_480 }))).toBe("in");
	expect(hash()).toStartWith("$argon2id$v=19$m=20480,t=2,p=1$");
});

test("a password that is changed, or a user who is disabled, while the hash is made: wrong", async () => {
	const meanwhile = async (sql: string) => {
		const on = open();
		const verdict = tryIn("ada", PASSWORD, HOME, on);
		db.run(sql);
		return verdict;
	};
	expect(await meanwhile("UPDATE user SET disabled_at = 1 WHERE name = 'ada'")).toBe("wrong");
	db.run("UPDATE user SET disabled_at = NULL");
	expect(await meanwhile("UPDATE user SET password_hash = 'x' WHERE name = 'ada'")).toBe("wrong");
	db.query("UPDATE user SET password_hash = ?").run(CHEAP_HASH);
	expect(await meanwhile("DELETE FROM user WHERE name = 'ada'")).toBe("wrong");
});

test("Bun's own check is called from one function", async () => {
	const root = `${import.meta.dir}/../..`;
	const users: string[] = [];
	for (const file of new Bun.Glob("src/**/*.ts").scanSync(root)) {
		const text = await Bun.file(`${root}/${file}`).text();
		users.push(...(text.match(/Bun\.password\.verify/g) ?? []).map(() => file));
	}
	expect(users).toEqual(["src/ipam/passwords.ts"]);
});
