/**
 * The one place where a password or a code is compared: hashes, and the delay that grows with wrong tries, whatever
 * door they come through. Knows no session and no page.
 */

import { sha256 } from "@oslojs/crypto/sha2";
import { constantTimeEqual } from "@oslojs/crypto/subtle";
import { encodeHexLowerCase } from "@oslojs/encoding";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { clientKey, USER_LIMITS, type User } from "../model/user.ts";
import { transact } from "../store/database.ts";
import * as failures from "../store/failures.ts";
import * as users from "../store/users.ts";
import { fingerprint } from "./secrets.ts";

export type PasswordBounds = {
	readonly hashMemoryKib: number;
	readonly hashPasses: number;
	readonly hashesAtOnce: number;
	readonly hashesWaiting: number;
	readonly freeFailures: number;
	readonly addressDelayMaxMs: number;
	readonly accountDelayMaxMs: number;
	readonly failureMs: number;
	readonly failuresKept: number;
	readonly knownAddressMs: number;
	readonly knownAddresses: number;
};

export type Passwords = {
	/** A hash to keep. AppError("limited") when too many are being made. */
	hash(password: string): Promise<string>;
	/**
	 * The user this name and password belong to, with the code where there is a second step; undefined when any of it
	 * is wrong, in the same time whether or not there is such a user. AppError("limited") with `retryAfterS` while tries
	 * from there, or at this account, have to wait; they are then not looked at, right or wrong.
	 */
	check(given: {
		name: string;
		password: string;
		/** Undefined: the second step is not asked for, as by somebody who is signed in already. */
		code: string | undefined;
		from: string;
	}): Promise<User | undefined>;
};

/** The hash of a password that nobody knows: unknown names cost as much time as known ones. */
const NOBODYS =
	"$argon2id$v=19$m=19456,t=2,p=1$W6Shg/AwdpEmjXmCuox0pWAYmciAbY9VYi8Jrn1ZQHg$2lmChAptvDbGJh8JngmuPfSDaPDYMRC8Bpog6SO99Fo";

/** RFC 6238: steps of 30 s, six digits; one step either side is right too (clocks differ). */
const STEP_MS = 30_000;
const DIGITS = 6;

export function openPasswords(context: Pick<Context, "db" | "clock">, bounds: PasswordBounds): Passwords {
	const turn = createTurns(bounds);
	const hash = (password: string) =>
		turn(() =>
			Bun.password.hash(password, {
				algorithm: "argon2id",
				memoryCost: bounds.hashMemoryKib,
				timeCost: bounds.hashPasses,
			}),
		);
	return {
		hash,
		async check({ name, password, code, from }) {
			const { db, clock } = context;
			const user = findUser(context, name);
			const keys = keysOf(context, user, name, from, bounds);
			refuseEarly(context, keys);
			const credentials = user === undefined ? undefined : users.findCredentials(db, user.id);
			const isRight = await turn(() => verify(password, credentials?.passwordHash ?? NOBODYS));
			const step = code === undefined ? undefined : await readStep(context, user, code);
			// Others may have failed while this one was hashed.
			return transact(db, () => {
				refuseEarly(context, keys);
				if (
					user === undefined ||
					credentials === undefined ||
					!isRight ||
					!hasCode(context, user, code, step)
				) {
					for (const key of keys) fail(context, key, bounds);
					failures.pruneFailures(db, clock.now() - bounds.failureMs, bounds.failuresKept);
					return undefined;
				}
				for (const { key } of keys) failures.forgetFailures(db, key);
				failures.rememberAddress(db, user.id, clientKey(from), clock.now(), bounds.knownAddresses);
				return user;
			});
		},
	};
}

/** The step whose code this is: the one before, this one or the next; undefined when it is none of theirs. */
async function readStep(
	{ db, clock }: Pick<Context, "db" | "clock">,
	user: User | undefined,
	code: string,
): Promise<number | undefined> {
	const secret = user === undefined ? undefined : users.findCredentials(db, user.id)?.totpSecret;
	return secret === undefined ? undefined : findStep(secret, clock.now(), code);
}

/** The same for a secret at hand. RFC 6238: clocks differ, so one step either side is right too. */
export async function findStep(secret: Uint8Array, atMs: number, code: string): Promise<number | undefined> {
	const plain = code.replace(/[\s-]/g, "");
	if (!/^\d{6}$/.test(plain)) return undefined;
	// Most people never use it: the library is loaded by the first who does.
	const { generateHOTP } = await import("@oslojs/otp");
	const bytes = (text: string) => new TextEncoder().encode(text);
	const now = Math.floor(atMs / STEP_MS);
	return [now - 1, now, now + 1]
		.filter((step) => step >= 0)
		.find((step) => constantTimeEqual(bytes(generateHOTP(secret, BigInt(step), DIGITS)), bytes(plain)));
}

/** Is the second step done, where there is one? Every code, of the app or for recovery, is right once. */
function hasCode(
	{ db }: Pick<Context, "db">,
	user: User,
	code: string | undefined,
	step: number | undefined,
): boolean {
	if (code === undefined || !user.twoStep) return true;
	if (step !== undefined) return users.useTotpStep(db, user.id, step);
	const plain = code.replace(/[\s-]/g, "").toLowerCase();
	return plain.length <= 64 && users.useRecoveryCode(db, user.id, fingerprint(plain));
}

async function verify(password: string, hash: string): Promise<boolean> {
	if (password === "" || [...password].length > USER_LIMITS.passwordChars.max) return false;
	try {
		return await Bun.password.verify(password, hash);
	} catch {
		// A damaged hash is nobody's password.
		return false;
	}
}

/** Disabled users are nobody. */
function findUser({ db }: Pick<Context, "db">, name: string): User | undefined {
	if (name.length > USER_LIMITS.nameChars * 2) return undefined;
	const user = users.findUserByName(db, name.trim().normalize("NFC"));
	return user?.disabledAt === undefined ? user : undefined;
}

type Key = { readonly key: string; readonly maxMs: number };

/** What a wrong try is counted by. Where an account was used lately, strangers' tries at it do not count. */
function keysOf(
	{ db, clock }: Pick<Context, "db" | "clock">,
	user: User | undefined,
	name: string,
	from: string,
	bounds: PasswordBounds,
): Key[] {
	const address = clientKey(from);
	const byAddress = { key: `address ${address}`, maxMs: bounds.addressDelayMaxMs };
	if (
		user !== undefined &&
		failures.isKnownAddress(db, user.id, address, clock.now() - bounds.knownAddressMs)
	) {
		return [byAddress];
	}
	const plain = new TextEncoder().encode(name.trim().normalize("NFC").toLowerCase());
	const account =
		user === undefined ? `name ${encodeHexLowerCase(sha256(plain)).slice(0, 32)}` : `account ${user.id}`;
	return [byAddress, { key: account, maxMs: bounds.accountDelayMaxMs }];
}

function refuseEarly({ db, clock }: Pick<Context, "db" | "clock">, keys: readonly Key[]): void {
	const now = clock.now();
	const until = Math.max(0, ...keys.map(({ key }) => failures.readFailures(db, key)?.blockedUntil ?? 0));
	if (until <= now) return;
	const retryAfterS = Math.ceil((until - now) / 1_000);
	throw new AppError("limited", `Too many wrong tries. Wait ${wait(retryAfterS)} and try again.`, {
		detail: { retryAfterS },
	});
}

function wait(seconds: number): string {
	if (seconds < 90) return seconds === 1 ? "a second" : `${seconds} seconds`;
	return `${Math.ceil(seconds / 60)} minutes`;
}

function fail(
	{ db, clock }: Pick<Context, "db" | "clock">,
	{ key, maxMs }: Key,
	bounds: PasswordBounds,
): void {
	const now = clock.now();
	const known = failures.readFailures(db, key);
	const count = (known === undefined || known.lastAt < now - bounds.failureMs ? 0 : known.failures) + 1;
	const over = count - bounds.freeFailures;
	const delayMs = over < 0 ? 0 : Math.min(maxMs, 1_000 * 2 ** Math.min(over, 20));
	failures.writeFailures(db, key, { failures: count, lastAt: now, blockedUntil: now + delayMs });
}

/** A few at the same time; the others wait in line, and beyond the line nobody does. */
function createTurns({ hashesAtOnce, hashesWaiting }: PasswordBounds) {
	let busy = 0;
	const line: (() => void)[] = [];
	return async <T>(work: () => Promise<T>): Promise<T> => {
		if (busy >= hashesAtOnce) {
			if (line.length >= hashesWaiting) {
				throw new AppError("limited", "Too many people sign in at this moment. Try again in a second.", {
					detail: { retryAfterS: 1 },
				});
			}
			await new Promise<void>((resolve) => line.push(resolve));
		} else busy += 1;
		try {
			return await work();
		} finally {
			const next = line.shift();
			if (next === undefined) busy -= 1;
			else next();
		}
	};
}
