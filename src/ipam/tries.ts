/**
 * Wrong tries at passwords: by what they are counted, and how long the next one has to wait. Nobody who only knows a
 * name can keep its owner out, and nobody buys himself new tries with a password of his own. Compares nothing itself.
 */

import { sha256 } from "@oslojs/crypto/sha2";
import { encodeHexLowerCase } from "@oslojs/encoding";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { clientKey, type User } from "../model/user.ts";
import * as failures from "../store/failures.ts";

export type TryBounds = {
	readonly freeFailures: number;
	readonly addressDelayMaxMs: number;
	readonly accountDelayMaxMs: number;
	readonly failureMs: number;
	readonly failuresKept: number;
	readonly knownAddressMs: number;
	readonly knownAddresses: number;
};

/** One try at one name from one address. All of it inside the caller's transaction, but `refuse`. */
export type Try = {
	/** Was this account used from there lately? */
	readonly isKnown: boolean;
	/** AppError("limited") with `retryAfterS` while it has to wait. */
	refuse(): void;
	/** Answers how many there were in a row: at this account from there, or from there where it is nobody's. */
	fail(): number;
	/** Own slips are forgiven, those of others at the same address are not. */
	succeed(user: User): void;
};

type Ground = Pick<Context, "db" | "clock">;
type Key = { readonly key: string; readonly maxMs: number };

export function openTry(
	{ db, clock }: Ground,
	{ user, name, from }: { user: User | undefined; name: string; from: string },
	bounds: TryBounds,
): Try {
	const address = clientKey(from);
	const isKnown =
		user !== undefined && failures.isKnownAddress(db, user.id, address, clock.now() - bounds.knownAddressMs);
	const byAddress = { key: `address ${address}`, maxMs: bounds.addressDelayMaxMs };
	const byAccount = { key: accountKey(user, name), maxMs: bounds.accountDelayMaxMs };
	const byBoth = { key: `${byAccount.key} at ${address}`, maxMs: bounds.accountDelayMaxMs };
	// Where an account was used lately, strangers' tries at it, and at others from there, hold nobody up.
	const judged = isKnown ? [byBoth] : [byAddress, byAccount];
	const counted = isKnown
		? [byAddress, byBoth]
		: [byAddress, byAccount, ...(user === undefined ? [] : [byBoth])];
	const told = user === undefined ? byAddress : byBoth;
	return {
		isKnown,
		refuse: () => refuse({ db, clock }, judged),
		fail() {
			for (const key of counted) fail({ db, clock }, key, bounds);
			return failures.readFailures(db, told.key)?.failures ?? 1;
		},
		succeed({ id }) {
			const own = failures.readFailures(db, byBoth.key)?.failures ?? 0;
			const here = failures.readFailures(db, byAddress.key);
			for (const { key } of isKnown ? [byBoth] : [byBoth, byAccount]) failures.forgetFailures(db, key);
			if (here !== undefined && own > 0) forgive({ db, clock }, byAddress, here, own, bounds);
			failures.rememberAddress(db, id, address, clock.now(), bounds.knownAddresses);
		},
	};
}

/** A name that is nobody's is counted by its hash: people type passwords there. */
function accountKey(user: User | undefined, name: string): string {
	if (user !== undefined) return `account ${user.id}`;
	const plain = new TextEncoder().encode(name.trim().normalize("NFC").toLowerCase());
	return `name ${encodeHexLowerCase(sha256(plain)).slice(0, 32)}`;
}

function refuse({ db, clock }: Ground, keys: readonly Key[]): void {
	const now = clock.now();
	const untils = keys.map(({ key, maxMs }) => {
		const until = failures.readFailures(db, key)?.blockedUntil ?? 0;
		// Further ahead than the longest wait is a clock that was set back.
		return until > now + maxMs ? 0 : until;
	});
	const until = Math.max(0, ...untils);
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

function fail(ground: Ground, { key, maxMs }: Key, bounds: TryBounds): void {
	const now = ground.clock.now();
	const known = failures.readFailures(ground.db, key);
	const count = (known === undefined || known.lastAt < now - bounds.failureMs ? 0 : known.failures) + 1;
	failures.writeFailures(ground.db, key, {
		failures: count,
		lastAt: now,
		blockedUntil: now + delayOf(count, maxMs, bounds),
	});
}

function delayOf(count: number, maxMs: number, { freeFailures }: TryBounds): number {
	const over = count - freeFailures;
	return over < 0 ? 0 : Math.min(maxMs, 1_000 * 2 ** Math.min(over, 20));
}

/** Takes `own` of the failures of a key back. */
function forgive(
	{ db }: Ground,
	{ key }: Key,
	here: failures.Failures,
	own: number,
	bounds: TryBounds,
): void {
	const left = here.failures - own;
	if (left <= 0) failures.forgetFailures(db, key);
	else {
		const blockedUntil = left < bounds.freeFailures ? 0 : here.blockedUntil;
		failures.writeFailures(db, key, { failures: left, lastAt: here.lastAt, blockedUntil });
	}
}
