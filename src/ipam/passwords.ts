/**
 * The one place where a password or a code is compared, whatever door it comes through. How wrong tries are slowed down
 * is in tries. Knows no session and no page.
 */

import { constantTimeEqual } from "@oslojs/crypto/subtle";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { USER_LIMITS, type User } from "../model/user.ts";
import { transact } from "../store/database.ts";
import * as failures from "../store/failures.ts";
import * as users from "../store/users.ts";
import { type FailedBounds, type FailedTry, openFailedSignIns } from "./failed-sign-ins.ts";
import { fingerprint } from "./secrets.ts";
import { unlessBusy } from "./sessions.ts";
import { openTry, type TryBounds } from "./tries.ts";

export type PasswordBounds = TryBounds &
	FailedBounds & {
		readonly hashMemoryKib: number;
		readonly hashPasses: number;
		/** Of all together, and of people at addresses where they were not lately. */
		readonly hashesAtOnce: number;
		readonly hashesOfStrangers: number;
		readonly hashesWaiting: number;
		/** Of those waiting, so many places are for people at addresses they use: a crowd of strangers cannot take them. */
		readonly hashesReserved: number;
	};

/** Somebody whose password was right, and the code where there is a second step. */
export type Admitted = {
	readonly user: User;
	/** The code was one for recovery; it is used up. */
	readonly recovery: boolean;
};

export type Passwords = {
	/** A hash to keep. AppError("limited") when too many are being made. */
	hash(password: string): Promise<string>;
	/** Was the account of this name used from there lately? */
	isKnown(name: string, from: string): boolean;
	/**
	 * The user this name and password belong to, with the code where there is a second step; undefined when any of it
	 * is wrong, in the same time whether or not there is such a user, and that is recorded. AppError("limited") with
	 * `retryAfterS` while tries from there, or at this account, have to wait; they are then not looked at, right or
	 * wrong. Where a try cannot be written down nobody is let in: the database's own error says why.
	 */
	check(given: {
		name: string;
		password: string;
		/** Undefined: the second step is not asked for, as by somebody who is signed in already. */
		code: string | undefined;
		from: string;
	}): Promise<Admitted | undefined>;
	/** Tells what failed besides what was recorded one by one; see failed-sign-ins. */
	sumFailed(): void;
};

/** The hash of a password that nobody knows: unknown names cost as much time as known ones. */
const NOBODYS =
	"$argon2id$v=19$m=19456,t=2,p=1$W6Shg/AwdpEmjXmCuox0pWAYmciAbY9VYi8Jrn1ZQHg$2lmChAptvDbGJh8JngmuPfSDaPDYMRC8Bpog6SO99Fo";

/** RFC 6238: steps of 30 s, six digits; one step either side is right too (clocks differ). */
const STEP_MS = 30_000;
const DIGITS = 6;
/** Wrong tries between two looks at how many are kept. */
const PRUNE_EVERY = 64;

/** `nobodys`: what the passwords of unknown names are compared with. */
export function openPasswords(
	context: Pick<Context, "db" | "clock" | "log">,
	bounds: PasswordBounds,
	nobodys = NOBODYS,
): Passwords {
	const { db, clock } = context;
	const turn = createTurns(bounds);
	const failed = openFailedSignIns(context, bounds);
	let tries = 0;
	const hashNow = (password: string) =>
		Bun.password.hash(password, {
			algorithm: "argon2id",
			memoryCost: bounds.hashMemoryKib,
			timeCost: bounds.hashPasses,
		});
	const hash = (password: string) => turn(true, () => hashNow(password));
	return {
		hash,
		sumFailed: failed.sum,
		isKnown: (name, from) => openTry(context, { user: findUser(context, name), name, from }, bounds).isKnown,
		async check({ name, password, code, from }) {
			const user = findUser(context, name);
			const attempt = openTry(context, { user, name, from }, bounds);
			attempt.refuse();
			const credentials = user === undefined ? undefined : users.findCredentials(db, user.id);
			const kept = credentials?.passwordHash ?? nobodys;
			const isRight = await turn(attempt.isKnown, () => verify(password, kept));
			const step = code === undefined ? undefined : await readStep(context, user, code);
			// Others may have failed while this one was hashed.
			const found = transact(db, () => {
				attempt.refuse();
				const isIn = isRight && isStill(context, user, kept);
				const second = user !== undefined && isIn && secondStep(context, user, code, step);
				if (user !== undefined && second !== false) {
					attempt.succeed(user);
					return { user, recovery: second === "recovery" };
				}
				const again = code === undefined ? user : undefined;
				failed.note({ ...wrongOf(context, { name, from, again }, isIn), times: attempt.fail() });
				if (tries++ % PRUNE_EVERY === 0)
					failures.pruneFailures(db, clock.now() - bounds.failureMs, bounds.failuresKept);
				return undefined;
			});
			if (found !== undefined && isWeak(kept, bounds)) {
				// When too much is going on it is done at another sign-in.
				const fresh = await turn(true, () => hashNow(password)).catch(() => undefined);
				if (fresh !== undefined) unlessBusy(db, () => users.replaceHash(db, found.user.id, kept, fresh));
			}
			return found;
		},
	};
}

/** While a hash is made, somebody may change the password, or take the right to sign in away. */
function isStill({ db }: Pick<Context, "db">, user: User | undefined, hash: string): boolean {
	const now = user === undefined ? undefined : users.findUser(db, user.id);
	return now?.disabledAt === undefined && users.findCredentials(db, now?.id ?? 0)?.passwordHash === hash;
}

/** Was it made with less than we ask for now? It is made anew while the password is at hand. */
function isWeak(hash: string, bounds: PasswordBounds): boolean {
	const [, memory, passes] = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=\d+\$/.exec(hash) ?? [];
	return !(Number(memory) >= bounds.hashMemoryKib && Number(passes) >= bounds.hashPasses);
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

/** By what the second step is done, false: it is not. Every code, of the app or for recovery, is right once. */
function secondStep(
	{ db }: Pick<Context, "db">,
	user: User,
	code: string | undefined,
	step: number | undefined,
): "none" | "code" | "recovery" | false {
	if (code === undefined || !user.twoStep) return "none";
	if (step !== undefined) return users.useTotpStep(db, user.id, step) && "code";
	const plain = code.replace(/[\s-]/g, "").toLowerCase();
	return plain.length <= 64 && users.useRecoveryCode(db, user.id, fingerprint(plain)) && "recovery";
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
function findUser(context: Pick<Context, "db">, name: string): User | undefined {
	const user = findAccount(context, name);
	return user?.disabledAt === undefined ? user : undefined;
}

function findAccount({ db }: Pick<Context, "db">, name: string): User | undefined {
	if (name.length > USER_LIMITS.nameChars * 2) return undefined;
	return users.findUserByName(db, name.trim().normalize("NFC"));
}

/** At whose account a try failed, and by what; `again`: who was signed in and was asked once more. */
function wrongOf(
	context: Pick<Context, "db">,
	{ name, from, again }: { name: string; from: string; again: User | undefined },
	isIn: boolean,
): Omit<FailedTry, "times"> {
	const account = findAccount(context, name);
	const by = again && ({ kind: "person", id: again.id, name: again.name, from } as const);
	const told = { account: account?.name, from, by };
	if (account === undefined) return { ...told, wrong: "name" };
	if (account.disabledAt !== undefined) return { ...told, wrong: "disabled account" };
	return { ...told, wrong: isIn ? "code" : "password" };
}

type Crowd = {
	readonly line: (() => void)[];
	readonly waitMost: number;
	readonly atOnce: number;
	busy: number;
};

/**
 * A few at the same time; the others wait in line, and beyond the line nobody does. People at their usual addresses go
 * before strangers, have places that strangers cannot fill, and strangers leave some of the processor to pages.
 */
function createTurns(bounds: PasswordBounds) {
	const { hashesAtOnce, hashesOfStrangers, hashesWaiting, hashesReserved } = bounds;
	const known: Crowd = { line: [], waitMost: hashesWaiting, atOnce: hashesAtOnce, busy: 0 };
	const waitMost = hashesWaiting - hashesReserved;
	const strangers: Crowd = { line: [], waitMost, atOnce: hashesOfStrangers, busy: 0 };
	const isFree = (crowd: Crowd) => known.busy + strangers.busy < hashesAtOnce && crowd.busy < crowd.atOnce;
	const callNext = () => {
		for (const crowd of [known, strangers]) {
			if (crowd.line.length === 0 || !isFree(crowd)) continue;
			// Its place is taken before anybody else can ask.
			crowd.busy += 1;
			crowd.line.shift()?.();
			return;
		}
	};
	return async <T>(isKnown: boolean, work: () => Promise<T>): Promise<T> => {
		const crowd = isKnown ? known : strangers;
		if (crowd.line.length > 0 || !isFree(crowd)) {
			if (known.line.length + strangers.line.length >= crowd.waitMost) {
				throw new AppError("limited", "Too many people sign in at this moment. Try again in a second.", {
					detail: { retryAfterS: 1 },
				});
			}
			await new Promise<void>((resolve) => crowd.line.push(resolve));
		} else crowd.busy += 1;
		try {
			return await work();
		} finally {
			crowd.busy -= 1;
			callNext();
		}
	};
}
